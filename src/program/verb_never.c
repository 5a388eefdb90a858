/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "ledger/never.h"
#include "program/complaint.h"
#include "program/control.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
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

enum option_code {
	OPTION_REASON = 256,
	OPTION_UNTIL,
	OPTION_UNDO,
	OPTION_JSON,
	OPTION_CONTROL,
	OPTION_HELP
};

static const struct option options[] = {
	{"reason", required_argument, NULL, OPTION_REASON},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"undo", no_argument, NULL, OPTION_UNDO},
	{"json", no_argument, NULL, OPTION_JSON},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

struct wish {
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
	struct fail fail = {0};

	if (wish->address == NULL && (wish->reason != NULL || wish->until != NULL || wish->undo))
		fail_what(&fail, "whose line is meant? lazaret never ADDRESS --reason TEXT");
	else if (wish->address != NULL && (wish->reason != NULL) == wish->undo)
		fail_what(&fail, "lazaret never ADDRESS takes --reason TEXT or --undo");
	else if (wish->undo && wish->until != NULL)
		fail_what(&fail, "--until does not go with --undo");
	else if (wish->reason == NULL || never_check_reason(text_of(wish->reason), &fail) == 0)
		return true;
	complaint_print(&fail);
	return false;
}

static int
ask(struct wish *wish)
{
	struct buffer line;
	int code;

	wish->control.changes = wish->address != NULL;
	code = control_need(&wish->control);
	if (code != EXIT_DONE)
		return code;
	control_begin(&line, "never");
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
	code = control_ask(&wish->control, &line, false);
	buffer_done(&line);
	control_close(&wish->control);
	return code;
}

int
verb_never(int argc, char **argv)
{
	struct wish wish = {.control = CONTROL_NEW};
	int code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP)
			return fputs(usage, stdout), EXIT_DONE;
		if (code == 'c')
			wish.control.settings = optarg;
		else if (code == OPTION_CONTROL)
			wish.control.path = optarg;
		else if (code == OPTION_REASON)
			wish.reason = optarg;
		else if (code == OPTION_UNTIL)
			wish.until = optarg;
		else if (code == OPTION_UNDO)
			wish.undo = true;
		else if (code == OPTION_JSON)
			wish.is_json = true;
		else
			return fputs("lazaret: see lazaret never --help\n", stderr), EXIT_USAGE;
	}
	if (optind + 1 < argc)
		return complaint_excess("never", "one ADDRESS", argv[optind + 1]);
	wish.address = argv[optind];
	return is_sound(&wish) ? ask(&wish) : EXIT_USAGE;
}
