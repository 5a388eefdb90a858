/* SPDX-License-Identifier: BSD-2-Clause */
/* never and exempt: lines that a person makes an exception for. They differ in what they are called and in whether
 * there must be a day. */
#include "control/request.h"
#include "ledger/reason.h"
#include "program/complaint.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage_never[] =
	"usage: lazaret never ADDRESS --reason TEXT [--until DATE] [--json]\n"
	"       lazaret never ADDRESS --undo [--json]\n"
	"       lazaret never [--json]\n"
	"\n"
	"Sees to it that nothing is ever done to a line; it goes on being judged, and its cases\n"
	"are kept. Without ADDRESS lists these lines, by pseudonym. Asks the running daemon.\n"
	"\n"
	"  ADDRESS         of the line (ADDRESS:PORT where lines share one), or the number of a\n"
	"                  case, or the pseudonym of a line that has one\n"
	"  --reason TEXT   why: at most 200 bytes, without names of persons\n"
	"  --until DATE    the last day (UTC), as 2026-12-31; without it for good\n"
	"  --undo          it may be acted upon again\n"
	"  --json          one JSON object a line\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

static const char usage_exempt[] =
	"usage: lazaret exempt ADDRESS --until DATE --reason TEXT [--json]\n"
	"       lazaret exempt ADDRESS --undo [--json]\n"
	"       lazaret exempt [--json]\n"
	"\n"
	"Opens port 25 of a line that the network's policy closes for everybody, until a day, as\n"
	"for a customer's own mail server. A case closes it all the same. Without ADDRESS lists\n"
	"these lines, by pseudonym. Asks the running daemon.\n"
	"\n"
	"  ADDRESS         of the line (ADDRESS:PORT where lines share one), or the number of a\n"
	"                  case, or the pseudonym of a line that has one\n"
	"  --until DATE    the last day (UTC), as 2026-12-31\n"
	"  --reason TEXT   why: at most 200 bytes, without names of persons\n"
	"  --undo          the policy holds for it again\n"
	"  --json          one JSON object a line\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

struct exception_verb {
	const char *name;
	const char *usage;
	const char *makes; /* the options that make one */
	const char *takes; /* all, for who gives others */
	bool needs_day;
};

struct wish {
	const struct exception_verb *verb;
	struct control control;
	const char *address; /* NULL: list */
	const char *reason;
	const char *until;
	bool undo;
	bool is_json;
};

/* Whether the words fit each other; says what is wrong. */
static bool
is_sound(const struct wish *wish)
{
	const struct exception_verb *verb = wish->verb;
	bool has_wrong_day = verb->needs_day && (wish->until != NULL) == wish->undo;
	struct fail fail = {0};

	if (wish->address == NULL && (wish->reason != NULL || wish->until != NULL || wish->undo))
		fail_what(&fail, "whose line is meant? lazaret %s ADDRESS %s", verb->name,
			verb->makes);
	else if (wish->address != NULL && ((wish->reason != NULL) == wish->undo || has_wrong_day))
		fail_what(&fail, "lazaret %s ADDRESS takes %s", verb->name, verb->takes);
	else if (wish->undo && wish->until != NULL)
		fail_what(&fail, "--until does not go with --undo");
	else if (wish->reason == NULL || reason_check(text_of(wish->reason), &fail) == 0)
		return true;
	complaint_print(&fail);
	return false;
}

static int
ask(struct wish *wish)
{
	struct buffer line;

	wish->control.changes = wish->address != NULL;
	control_begin(&line, wish->verb->name);
	if (wish->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (wish->undo)
		buffer_text(&line, TEXT(" --undo"));
	if (wish->reason != NULL)
		control_add_flag(&line, "--reason", wish->reason);
	if (wish->until != NULL)
		control_add_flag(&line, "--until", wish->until);
	if (wish->address != NULL)
		request_add(&line, text_of(wish->address));
	return control_once(&wish->control, &line, false);
}

static int
run(const struct exception_verb *verb, int argc, char **argv)
{
	struct wish wish = {.verb = verb, .control = CONTROL_NEW};
	const struct verboption rows[] = {
		{"reason", .value = &wish.reason},
		{"until", .value = &wish.until},
		{"undo", .flag = &wish.undo},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		verb->name, verb->usage, &wish.control, rows, sizeof(rows) / sizeof(*rows)};
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind + 1 < argc)
		return complaint_excess(verb->name, "one ADDRESS", argv[optind + 1]);
	wish.address = argv[optind];
	return is_sound(&wish) ? ask(&wish) : EXIT_USAGE;
}

int
verb_never(int argc, char **argv)
{
	static const struct exception_verb never = {.name = "never",
		.usage = usage_never,
		.makes = "--reason TEXT",
		.takes = "--reason TEXT or --undo"};

	return run(&never, argc, argv);
}

int
verb_exempt(int argc, char **argv)
{
	static const struct exception_verb exempt = {.name = "exempt",
		.usage = usage_exempt,
		.makes = "--until DATE --reason TEXT",
		.takes = "--until DATE and --reason TEXT, or --undo",
		.needs_day = true};

	return run(&exempt, argc, argv);
}
