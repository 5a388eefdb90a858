/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "desk/carereport.h"
#include "desk/casefind.h"
#include "desk/caserecord.h"
#include "desk/casereport.h"
#include "program/complaint.h"
#include "program/ledgerfile.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <sodium.h>

/* A case has few steps; a file that holds more is cut there rather than filling the memory. */
#define JSON_MOST (64 << 20)

static const char usage[] =
	"usage: lazaret case ID [--record] [--ledger FILE|--control PATH] [--pseudonyms] [--json]\n"
	"\n"
	"Shows one case with its steps and opens the name of its line; the audit trail keeps who\n"
	"did so and when.\n"
	"\n"
	"  ID              number of the case, its code as customers are told it (7K3QD-9XM2B),\n"
	"                  pseudonym of the line (16 hexadecimal digits), or its address:\n"
	"                  then its newest case\n"
	"  --record        a form for each measure of the case instead: what was done on which\n"
	"                  ground, why it was needed and no milder one was enough, how long, and\n"
	"                  who decided; for printing\n"
	"  --ledger FILE   the ledger (that of the configuration, or else ledger.sqlite in\n"
	"                  /var/lib/lazaret for root, ~/.local/state/lazaret for others)\n"
	"  --control PATH  the running daemon's control socket; without --ledger a daemon that\n"
	"                  answers is asked (control.path, lazaret/control in $XDG_RUNTIME_DIR or\n"
	"                  /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --pseudonyms    leave the name sealed\n"
	"  --json          one JSON object; of a record one for each measure\n";

struct shown {
	const char *path;
	const char *id;
	struct control control;
	bool is_json;
	bool pseudonyms;
	bool record;
	struct buffer text;
	size_t steps;
};

static int
show_step(void *context, const struct transition *step)
{
	struct shown *shown = context;

	if (shown->steps++ > 0 && shown->is_json)
		buffer_text(&shown->text, TEXT(","));
	return shown->is_json ? step_report_json(step, &shown->text)
			      : step_report_row(step, &shown->text);
}

/* A measure that holds, beside others. */
static int
show_measure(void *context, const struct measure *of)
{
	struct shown *shown = context;
	struct buffer *text = &shown->text;

	if (!wall_is_none(of->ended))
		return 0;
	if (!shown->is_json) {
		measure_report_text(of, text);
		return 0;
	}
	if (text->at[text->length - 1] == '}')
		buffer_text(text, TEXT(","));
	measure_report_json(of, text);
	return 0;
}

static int
tell_unreadable(const struct ledger_case *of, struct fail *fail)
{
	fail_what(fail, "a step of case %llu cannot be read", (unsigned long long)of->number);
	fail_hint(fail, "see what else was changed: lazaret cases --verify");
	return -EUCLEAN;
}

static int
show_text(struct shown *shown, struct ledger *ledger, const struct ledger_case *of,
	const struct exception *never, const char *name, const char *sealed, struct fail *fail)
{
	int r;

	case_report_text(of, ledger_key(ledger), never, name, sealed, &shown->text);
	r = ledger_each_measure(ledger, of->number, show_measure, shown, fail);
	if (r == 0)
		r = carereport(ledger, of, false, &shown->text, fail);
	buffer_text(&shown->text, TEXT("\n"));
	step_report_heading(&shown->text);
	if (r == 0)
		r = ledger_each_transition(ledger, of->number, show_step, shown, fail);
	fputs(buffer_string(&shown->text), stdout);
	if (r == 0)
		printf("\nlazaret explain %llu says in sentences what it rests on.\n",
			(unsigned long long)of->number);
	return r == -EINVAL ? tell_unreadable(of, fail) : r;
}

static int
show_json(struct shown *shown, struct ledger *ledger, const struct ledger_case *of,
	const struct exception *never, const char *name, struct fail *fail)
{
	int r;

	buffer_text(&shown->text, TEXT("{"));
	case_report_json(of, ledger_key(ledger), never, name, &shown->text);
	r = carereport(ledger, of, true, &shown->text, fail);
	buffer_text(&shown->text, TEXT(",\"measures\":["));
	if (r == 0)
		r = ledger_each_measure(ledger, of->number, show_measure, shown, fail);
	buffer_text(&shown->text, TEXT("],\"transitions\":["));
	if (r == 0)
		r = ledger_each_transition(ledger, of->number, show_step, shown, fail);
	buffer_text(&shown->text, TEXT("]}"));
	if (r < 0 || shown->text.failed)
		return r == -EINVAL || r == 0 ? tell_unreadable(of, fail) : r;
	puts(buffer_string(&shown->text));
	return 0;
}

/* All pages of the record. */
static int
show_record(struct shown *shown, struct ledger *ledger, const struct ledger_case *of,
	const char *name, struct fail *fail)
{
	uint64_t before = 0;
	int r;

	do {
		r = caserecord(ledger, of, name, before, shown->is_json, &shown->text, fail);
		before += CASERECORD_PAGE;
	} while (r == 1);
	if (r == 0)
		fputs(buffer_string(&shown->text), stdout);
	return r;
}

static int
show(struct shown *shown, struct fail *fail)
{
	struct ledger *ledger = NULL;
	struct fail why = {0};
	const char *sealed = "as asked";
	char name[SEAL_NAME];
	struct ledger_case of;
	struct exception never;
	bool is_open = false, is_never = false;
	int r = ledgerfile_open_best(&ledger, shown->path, &why, fail);

	if (r == 0)
		r = casefind_alone(ledger, text_of(shown->id), &of, name, fail);
	if (r == 0) {
		r = ledger_find_exception(ledger, EXCEPTION_NEVER, of.line, &never, fail);
		is_never = r == 0;
		r = r == -ENOENT ? 0 : r;
	}
	if (r == 0 && !shown->pseudonyms) {
		is_open = *why.what == '\0' && ledger_open_name(ledger, of.number, name, &why) == 0;
		sealed = why.what;
	}
	if (r == 0 && shown->record)
		r = show_record(shown, ledger, &of, is_open ? name : NULL, fail);
	else if (r == 0 && shown->is_json)
		r = show_json(
			shown, ledger, &of, is_never ? &never : NULL, is_open ? name : NULL, fail);
	else if (r == 0)
		r = show_text(shown, ledger, &of, is_never ? &never : NULL, is_open ? name : NULL,
			sealed, fail);
	sodium_memzero(name, sizeof(name));
	ledger_close(ledger);
	return r;
}

/* Asks the running daemon; CONTROL_ABSENT if none answers and the ledger's file is to be read. */
static int
ask_daemon(struct shown *shown)
{
	struct fail fail = {0};
	struct buffer line;
	int code;

	if (shown->path != NULL)
		return CONTROL_ABSENT;
	code = shown->control.path != NULL ? control_need(&shown->control)
					   : control_connect(&shown->control, &fail);
	if (code != EXIT_DONE)
		return code;
	control_begin(&line, "case");
	if (shown->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (shown->pseudonyms)
		buffer_text(&line, TEXT(" --pseudonyms"));
	if (shown->record)
		buffer_text(&line, TEXT(" --record"));
	request_add(&line, text_of(shown->id));
	code = control_ask(&shown->control, &line, false);
	buffer_done(&line);
	control_close(&shown->control);
	return code;
}

int
verb_case(int argc, char **argv)
{
	struct shown shown = {.control = CONTROL_NEW};
	const struct verboption rows[] = {
		{"ledger", .value = &shown.path},
		{"json", .flag = &shown.is_json},
		{"pseudonyms", .flag = &shown.pseudonyms},
		{"record", .flag = &shown.record},
	};
	const struct verboptions options = {
		"case", usage, &shown.control, rows, sizeof(rows) / sizeof(*rows)};
	char found[LEDGERFILE_PATH];
	struct fail fail = {0};
	int code, r;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind + 1 < argc)
		return complaint_excess("case", "one ID", argv[optind + 1]);
	if (optind == argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	shown.id = argv[optind];
	code = ask_daemon(&shown);
	if (code != CONTROL_ABSENT)
		return code;
	code = ledgerfile_find(&shown.path, shown.control.settings, found);
	if (code != EXIT_DONE)
		return code;
	buffer_init(&shown.text, JSON_MOST);
	r = show(&shown, &fail);
	buffer_done(&shown.text);
	if (r == 0)
		return EXIT_DONE;
	if (r == -ENOENT)
		control_add_absent(&shown.control, &fail);
	code = ledgerfile_complain(&fail);
	return r == -ESRCH ? EXIT_NOT_FOUND : code;
}
