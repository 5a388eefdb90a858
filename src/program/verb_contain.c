/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "ledger/reason.h"
#include "program/complaint.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

#define COMMON                                                                                     \
	"  --json          one JSON object\n"                                                      \
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"   \
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"                    \
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n"

#define WHO                                                                                        \
	"  ID              number of the case, its code as customers are told it (7K3QD-9XM2B),\n" \
	"                  or the pseudonym of its line (16 hexadecimal digits)\n"                 \
	"  ADDRESS         of the line (ADDRESS:PORT where lines share one)\n"

#define REASON                                                                                     \
	"  --reason TEXT   why: at most 200 bytes, without names of persons; it stands in the\n"   \
	"                  record of the measure and in the audit trail\n"

static const char quarantine_usage[] =
	"usage: lazaret quarantine ID|ADDRESS --reason TEXT [--until DATE] [--json]\n"
	"\n"
	"Holds the line of an open case in the garden, at once and whatever the mode of\n"
	"contain.quarantine; a proposal or observation of it becomes this. Protected lines,\n"
	"shared addresses and mail servers, too, if a person says so. No verdict lets the line\n"
	"go: lazaret release does, or the date. Asks the running daemon.\n"
	"\n" WHO REASON
	"  --until DATE    the last day (UTC), as 2026-12-31; without it, and at the latest,\n"
	"                  contain.quarantine-most from now\n" COMMON;

static const char confirm_usage[] =
	"usage: lazaret confirm MEASURE [--reason TEXT] [--json]\n"
	"\n"
	"What was proposed is done. Asks the running daemon.\n"
	"\n"
	"  MEASURE         its number: lazaret measures lists what waits\n" REASON COMMON;

static const char undo_usage[] =
	"usage: lazaret undo MEASURE [--reason TEXT] [--json]\n"
	"\n"
	"Takes a measure back that holds, or waits: it does not begin by itself again, unless\n"
	"the case gets worse. One that a person ended begins again, with its mode and its date.\n"
	"Asks the running daemon.\n"
	"\n"
	"  MEASURE         its number: lazaret measures lists them\n" REASON COMMON;

static const char release_usage[] =
	"usage: lazaret release ID|ADDRESS [--reason TEXT] [--json]\n"
	"       lazaret release --all --reason TEXT [--json]\n"
	"\n"
	"Lets a line go: all its measures end, and its case is on probation. What was held\n"
	"against it counts no more; new evidence confirms it again, and then it is held sooner.\n"
	"Asks the running daemon.\n"
	"\n"
	"With --all everybody is let go, at once, and containment pauses: nothing begins by\n"
	"itself until lazaret resume. What is held against the lines stays.\n"
	"\n" WHO REASON COMMON;

static const char resume_usage[] =
	"usage: lazaret resume --reason TEXT [--json]\n"
	"\n"
	"After lazaret release --all: what cases ask for begins by itself again. Asks the running\n"
	"daemon.\n"
	"\n" REASON COMMON;

/* What a verb takes. */
struct taking {
	const char *verb;
	const char *usage;
	const char *what; /* one of which; NULL: none */
	bool needs_reason;
	bool takes_until;
	bool takes_all; /* in place of one */
};

struct wish {
	const struct taking *taking;
	struct control control;
	const char *what;
	const char *reason;
	const char *until;
	bool all;
	bool is_json;
};

/* Whether the words fit each other; says what is wrong. */
static bool
is_sound(const struct wish *wish)
{
	const struct taking *taking = wish->taking;
	struct fail fail = {0};

	if (wish->all && !taking->takes_all)
		fail_what(&fail, "%s does not take --all", taking->verb);
	else if (wish->all && wish->what != NULL)
		fail_what(&fail, "%s takes %s or --all", taking->verb, taking->what);
	else if (!wish->all && taking->what != NULL && wish->what == NULL)
		fail_what(&fail, "which? lazaret %s %s", taking->verb, taking->what);
	else if (wish->until != NULL && !taking->takes_until)
		fail_what(&fail, "%s does not take --until", taking->verb);
	else if (wish->reason == NULL && (taking->needs_reason || wish->all))
		fail_what(&fail, "lazaret %s needs --reason TEXT", taking->verb);
	else if (wish->reason == NULL || reason_check(text_of(wish->reason), &fail) == 0)
		return true;
	complaint_print(&fail);
	return false;
}

static int
ask(struct wish *wish)
{
	struct buffer line;

	wish->control.changes = true;
	control_begin(&line, wish->taking->verb);
	if (wish->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (wish->all)
		buffer_text(&line, TEXT(" --all"));
	if (wish->reason != NULL)
		control_add_flag(&line, "--reason", wish->reason);
	if (wish->until != NULL)
		control_add_flag(&line, "--until", wish->until);
	if (wish->what != NULL)
		request_add(&line, text_of(wish->what));
	return control_once(&wish->control, &line, !wish->is_json);
}

static int
run(const struct taking *taking, int argc, char **argv)
{
	struct wish wish = {.taking = taking, .control = CONTROL_NEW};
	const struct verboption rows[] = {
		{"reason", .value = &wish.reason},
		{"until", .value = &wish.until},
		{"all", .flag = &wish.all},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		taking->verb, taking->usage, &wish.control, rows, sizeof(rows) / sizeof(*rows)};
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind + (taking->what != NULL) < argc)
		return complaint_excess(taking->verb, taking->what != NULL ? taking->what : "flags",
			argv[argc - 1]);
	wish.what = argv[optind];
	return is_sound(&wish) ? ask(&wish) : EXIT_USAGE;
}

int
verb_quarantine(int argc, char **argv)
{
	static const struct taking taking = {.verb = "quarantine",
		.usage = quarantine_usage,
		.what = "ID|ADDRESS",
		.needs_reason = true,
		.takes_until = true};

	return run(&taking, argc, argv);
}

int
verb_confirm(int argc, char **argv)
{
	static const struct taking taking = {
		.verb = "confirm", .usage = confirm_usage, .what = "MEASURE"};

	return run(&taking, argc, argv);
}

int
verb_undo(int argc, char **argv)
{
	static const struct taking taking = {
		.verb = "undo", .usage = undo_usage, .what = "MEASURE"};

	return run(&taking, argc, argv);
}

int
verb_release(int argc, char **argv)
{
	static const struct taking taking = {
		.verb = "release", .usage = release_usage, .what = "ID|ADDRESS", .takes_all = true};

	return run(&taking, argc, argv);
}

int
verb_resume(int argc, char **argv)
{
	static const struct taking taking = {
		.verb = "resume", .usage = resume_usage, .needs_reason = true};

	return run(&taking, argc, argv);
}
