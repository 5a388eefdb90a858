/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "program/complaint.h"
#include "program/verboptions.h"
#include "program/verbs.h"
#include "relay/rule.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret account NAME [--json]\n"
	"       lazaret account NAME limit RULE [--until DATE] [--json]\n"
	"       lazaret account NAME release [--json]\n"
	"\n"
	"Says what the relay guard of the running daemon knows of an account that sends mail,\n"
	"limits it, or lets it send again. The audit trail keeps who did so.\n"
	"\n"
	"  NAME            of the account, as it logs in; or its pseudonym (16 hexadecimal "
	"digits)\n"
	"  limit RULE      a limit of its own, at once and until it is released, in place of that\n"
	"                  of its class or of relay.accounts: \"100 recipients/hour burst 20, 500\n"
	"                  recipients/day\", or none\n"
	"  release         takes that limit away, and forgets what is held against the account; a\n"
	"                  case that is open does not stop its mail, unless new evidence comes\n"
	"  --until DATE    the last day (UTC) on which the limit holds: 2026-12-31\n"
	"  --json          one JSON object\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

struct wish {
	struct control control;
	const char *name;
	const char *rule; /* NULL: none is set */
	const char *until;
	bool release;
	bool is_json;
};

/* The words behind the name; says what is wrong with them. */
static bool
take_words(struct wish *wish, int count, char **words)
{
	struct fail fail = {0};
	const char *what = count > 1 ? words[1] : NULL;
	bool is_limit = what != NULL && strcmp(what, "limit") == 0;
	struct rule rule;
	size_t column = 0;

	wish->name = words[0];
	wish->release = what != NULL && strcmp(what, "release") == 0;
	if (what != NULL && !is_limit && !wish->release) {
		fail_what(
			&fail, "account NAME takes limit RULE or release, and not \"%.80s\"", what);
	} else if (is_limit && count < 3) {
		fail_what(&fail, "which limit? lazaret account NAME limit RULE");
		fail_hint(&fail, "as in: limit \"100 recipients/hour, 500 recipients/day\"");
	} else if (count > (is_limit ? 3 : what != NULL ? 2 : 1)) {
		fail_what(&fail, "\"%.80s\" is too many", words[count - 1]);
		fail_hint(
			&fail, "a limit is one word: \"100 recipients/hour, 500 recipients/day\"");
	} else if (wish->until != NULL && !is_limit) {
		fail_what(&fail, "--until goes with a limit only");
	} else if (is_limit && rule_parse(text_of(words[2]), &rule, &column, &fail) < 0) {
		fail_where(&fail, "limit, column %zu", column);
		fail_hint(&fail, "as in: \"100 recipients/hour burst 20, 500 recipients/day\"");
	} else {
		wish->rule = is_limit ? words[2] : NULL;
		return true;
	}
	complaint_print(&fail);
	return false;
}

static int
ask(struct wish *wish)
{
	struct buffer line;

	wish->control.changes = wish->rule != NULL || wish->release;
	control_begin(&line, "account");
	if (wish->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (wish->release)
		buffer_text(&line, TEXT(" --release"));
	if (wish->rule != NULL)
		control_add_flag(&line, "--limit", wish->rule);
	if (wish->until != NULL)
		control_add_flag(&line, "--until", wish->until);
	request_add(&line, text_of(wish->name));
	return control_once(&wish->control, &line, !wish->is_json);
}

int
verb_account(int argc, char **argv)
{
	struct wish wish = {.control = CONTROL_NEW};
	const struct verboption rows[] = {
		{"until", .value = &wish.until},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"account", usage, &wish.control, rows, sizeof(rows) / sizeof(*rows)};
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind == argc)
		return fputs(usage, stderr), EXIT_USAGE;
	return take_words(&wish, argc - optind, argv + optind) ? ask(&wish) : EXIT_USAGE;
}
