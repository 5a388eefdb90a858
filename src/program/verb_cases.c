/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/casereport.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "program/control.h"
#include "program/ledgerfile.h"
#include "program/verbs.h"

#include <errno.h>
#include <getopt.h>
#include <sodium.h>
#include <stdlib.h>

static const char usage[] =
	"usage: lazaret cases [--ledger FILE|--control PATH] [--open] [--json]\n"
	"       lazaret cases [--ledger FILE|--control PATH] --audit [--json]\n"
	"       lazaret cases [--ledger FILE] --verify [--json]\n"
	"       lazaret cases [--ledger FILE] --close-silent DAYS\n"
	"       lazaret cases [--ledger FILE] --forget DAYS\n"
	"\n"
	"Lists the cases of a ledger by pseudonym. lazaret case ID opens one with its name.\n"
	"\n"
	"  --ledger FILE   the ledger (that of the configuration, or else ledger.sqlite in\n"
	"                  /var/lib/lazaret for root, ~/.local/state/lazaret for others)\n"
	"  --control PATH  the running daemon's control socket; without --ledger a daemon that\n"
	"                  answers is asked (control.path, lazaret/control in $XDG_RUNTIME_DIR or\n"
	"                  /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --open          only cases that are not closed\n"
	"  --audit         the audit trail: who did what, and when\n"
	"  --verify        whether anything in the ledger was changed, cut off or damaged\n"
	"  --close-silent DAYS  close the open cases of which nothing was seen for so long;\n"
	"                  those in quarantine or probation stay. The usual time is 90 days\n"
	"  --forget DAYS   remove the cases that were closed at least that long ago; what stays\n"
	"                  is a count by month. The usual time is 90 days\n"
	"  --json          one JSON object a line\n";

enum option_code {
	OPTION_LEDGER = 256,
	OPTION_OPEN,
	OPTION_AUDIT,
	OPTION_VERIFY,
	OPTION_CLOSE_SILENT,
	OPTION_FORGET,
	OPTION_JSON,
	OPTION_CONTROL,
	OPTION_HELP
};

static const struct option options[] = {
	{"ledger", required_argument, NULL, OPTION_LEDGER},
	{"open", no_argument, NULL, OPTION_OPEN},
	{"audit", no_argument, NULL, OPTION_AUDIT},
	{"verify", no_argument, NULL, OPTION_VERIFY},
	{"close-silent", required_argument, NULL, OPTION_CLOSE_SILENT},
	{"forget", required_argument, NULL, OPTION_FORGET},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"json", no_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

struct cases {
	const char *path;
	const char *settings;
	struct control control;
	int job; /* OPTION_AUDIT, OPTION_VERIFY, OPTION_CLOSE_SILENT, OPTION_FORGET; 0: list */
	bool is_json;
	bool only_open;
	uint64_t days;
	struct buffer line;
	struct ledger *ledger;
	uint64_t listed;
	uint64_t open;
};

static int
list_case(void *context, const struct ledger_case *of)
{
	struct cases *cases = context;
	bool is_open = wall_is_none(of->closed), is_never;
	struct exception never;
	int r;

	if (cases->only_open && !is_open)
		return 0;
	r = ledger_find_exception(cases->ledger, EXCEPTION_NEVER, of->line, &never, NULL);
	if (r < 0 && r != -ENOENT)
		return r;
	is_never = r == 0;
	cases->open += is_open;
	buffer_clear(&cases->line);
	if (cases->is_json) {
		buffer_text(&cases->line, TEXT("{"));
		case_report_json(of, ledger_key(cases->ledger), is_never ? &never : NULL, NULL,
			&cases->line);
		buffer_text(&cases->line, TEXT("}\n"));
	} else {
		if (cases->listed == 0)
			case_report_heading(&cases->line);
		case_report_row(of, is_never, &cases->line);
	}
	fputs(buffer_string(&cases->line), stdout);
	cases->listed++;
	return 0;
}

static int
count_removed(void *context, struct text month, uint8_t highest, uint64_t cases)
{
	(void)month;
	(void)highest;
	*(uint64_t *)context += cases;
	return 0;
}

static int
list_cases(struct cases *cases, struct ledger *ledger, struct fail *fail)
{
	uint64_t removed = 0;
	int r = ledger_each_case(ledger, list_case, cases, fail);

	if (r == 0)
		r = ledger_each_total(ledger, count_removed, &removed, fail);
	if (r < 0)
		return r;
	if (cases->is_json) {
		printf("{\"type\":\"summary\",\"cases\":%llu,\"open\":%llu,\"removed\":%llu}\n",
			(unsigned long long)cases->listed, (unsigned long long)cases->open,
			(unsigned long long)removed);
		return 0;
	}
	if (cases->listed == 0)
		printf("There are no %scases. A line gets one when it becomes suspect or worse; to "
		       "judge a\n"
		       "recording and keep what is found: lazaret scan --ledger FILE RECORDING\n",
			cases->only_open ? "open " : "");
	else
		printf("\n%llu case%s, %llu of them open. lazaret case ID shows one, lazaret "
		       "explain ID says "
		       "why.\n",
			(unsigned long long)cases->listed, cases->listed == 1 ? "" : "s",
			(unsigned long long)cases->open);
	if (removed > 0)
		printf("%llu earlier case%s, closed and past the time of keeping, %s removed.\n",
			(unsigned long long)removed, removed == 1 ? "" : "s",
			removed == 1 ? "was" : "were");
	return 0;
}

static int
list_audit(void *context, const struct audit *row)
{
	struct cases *cases = context;

	buffer_clear(&cases->line);
	if (cases->is_json) {
		audit_report_json(row, &cases->line);
	} else {
		if (cases->listed == 0)
			audit_report_heading(&cases->line);
		audit_report_row(row, &cases->line);
	}
	fputs(buffer_string(&cases->line), stdout);
	cases->listed++;
	return 0;
}

static int
verify(const struct cases *cases, struct ledger *ledger, struct fail *fail)
{
	struct ledger_proof proof;
	char head[2 * DIGEST_SIZE + 1];
	int r = ledger_verify(ledger, &proof, fail);

	if (cases->is_json)
		printf("{\"type\":\"proof\",\"intact\":%s,\"rows\":%llu,\"cases\":%llu,"
		       "\"transitions\":%llu,"
		       "\"removed\":%llu,\"broken\":%llu,\"key\":%s,\"head\":\"%s\"}\n",
			r == 0 ? "true" : "false", (unsigned long long)proof.rows,
			(unsigned long long)proof.cases, (unsigned long long)proof.transitions,
			(unsigned long long)proof.removed, (unsigned long long)proof.broken,
			proof.has_key ? "true" : "false",
			sodium_bin2hex(head, sizeof(head), proof.head, sizeof(proof.head)));
	if (r < 0 || cases->is_json)
		return r;
	printf("The ledger is as it was written: %llu rows of the audit trail, %llu case%s, %llu "
	       "step%s.\n",
		(unsigned long long)proof.rows, (unsigned long long)proof.cases,
		proof.cases == 1 ? "" : "s", (unsigned long long)proof.transitions,
		proof.transitions == 1 ? "" : "s");
	if (!proof.has_key)
		puts("Without the key file it cannot be told whether the end of the trail was cut "
		     "off or "
		     "written anew.");
	printf("Written down elsewhere, this proves all up to row %llu later:\n  %s\n",
		(unsigned long long)proof.rows,
		sodium_bin2hex(head, sizeof(head), proof.head, sizeof(proof.head)));
	return 0;
}

static int
forget(const struct cases *cases, struct ledger *ledger, struct fail *fail)
{
	int r = ledger_forget(ledger, (unsigned)cases->days, fail);

	if (r >= 0)
		printf("%d case%s removed that %s closed at least %llu days ago.\n", r,
			r == 1 ? "" : "s", r == 1 ? "was" : "were",
			(unsigned long long)cases->days);
	return r < 0 ? r : 0;
}

static int
close_silent(const struct cases *cases, struct ledger *ledger, struct fail *fail)
{
	int r = ledger_close_silent(ledger, (unsigned)cases->days, fail);

	if (r >= 0)
		printf("%d case%s closed: nothing was seen of %s for at least %llu days.\n", r,
			r == 1 ? "" : "s", r == 1 ? "it" : "them", (unsigned long long)cases->days);
	return r < 0 ? r : 0;
}

/* So many days, of which retention needs at least `least`. */
static int
take_days(struct cases *cases, const char *option, uint64_t least)
{
	if (text_parse_u64(text_of(optarg), 36500, &cases->days) == 0 && cases->days >= least)
		return 0;
	fprintf(stderr, "lazaret: %s: \"%s\" is no number of days from %llu to 36500\n", option,
		optarg, (unsigned long long)least);
	return EXIT_USAGE;
}

/* 0, or the exit code. */
static int
take_option(struct cases *cases, int code)
{
	switch (code) {
	case OPTION_LEDGER:
		cases->path = optarg;
		return 0;
	case 'c':
		cases->settings = cases->control.settings = optarg;
		return 0;
	case OPTION_CONTROL:
		cases->control.path = optarg;
		return 0;
	case OPTION_OPEN:
		cases->only_open = true;
		return 0;
	case OPTION_JSON:
		cases->is_json = true;
		return 0;
	case OPTION_FORGET:
		if (take_days(cases, "--forget", 0) != 0)
			return EXIT_USAGE;
		break;
	case OPTION_CLOSE_SILENT:
		if (take_days(cases, "--close-silent", 1) != 0)
			return EXIT_USAGE;
		break;
	case OPTION_AUDIT:
	case OPTION_VERIFY:
		break;
	default:
		fputs("lazaret: see lazaret cases --help\n", stderr);
		return EXIT_USAGE;
	}
	if (cases->job != 0) {
		fputs("lazaret: only one of --audit, --verify, --close-silent and --forget "
		      "at a time\n",
			stderr);
		return EXIT_USAGE;
	}
	cases->job = code;
	return 0;
}

static int
run(struct cases *cases)
{
	struct ledger *ledger = NULL;
	struct fail fail = {0};
	bool writes = cases->job == OPTION_FORGET || cases->job == OPTION_CLOSE_SILENT;
	int r = ledgerfile_open(&ledger, cases->path, writes ? STORE_WRITE : STORE_READ, &fail);

	cases->ledger = ledger;
	if (r == 0 && cases->job == OPTION_AUDIT)
		r = ledger_each_audit(ledger, list_audit, cases, &fail);
	else if (r == 0 && cases->job == OPTION_VERIFY)
		r = verify(cases, ledger, &fail);
	else if (r == 0 && cases->job == OPTION_FORGET)
		r = forget(cases, ledger, &fail);
	else if (r == 0 && cases->job == OPTION_CLOSE_SILENT)
		r = close_silent(cases, ledger, &fail);
	else if (r == 0)
		r = list_cases(cases, ledger, &fail);
	ledger_close(ledger);
	if (r == -ENOENT)
		control_add_absent(&cases->control, &fail);
	return r < 0 ? ledgerfile_complain(&fail) : EXIT_DONE;
}

static bool
reads_file(const struct cases *cases)
{
	return cases->path != NULL || (cases->job != 0 && cases->job != OPTION_AUDIT);
}

/* Asks the running daemon; CONTROL_ABSENT if none answers and the ledger's file is to be read. */
static int
ask_daemon(struct cases *cases)
{
	struct fail fail = {0};
	struct buffer line;
	int code;

	if (reads_file(cases))
		return CONTROL_ABSENT;
	code = cases->control.path != NULL ? control_need(&cases->control)
					   : control_connect(&cases->control, &fail);
	if (code != EXIT_DONE)
		return code;
	control_begin(&line, cases->job == OPTION_AUDIT ? "audit" : "cases");
	if (cases->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (cases->only_open && cases->job == 0)
		buffer_text(&line, TEXT(" --open"));
	code = control_ask(&cases->control, &line, false);
	buffer_done(&line);
	control_close(&cases->control);
	return code;
}

int
verb_cases(int argc, char **argv)
{
	struct cases cases = {.control = CONTROL_NEW};
	char found[LEDGERFILE_PATH];
	int code, exit_code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP) {
			fputs(usage, stdout);
			return EXIT_DONE;
		}
		exit_code = take_option(&cases, code);
		if (exit_code != 0)
			return exit_code;
	}
	if (optind != argc) {
		fprintf(stderr, "lazaret: cases takes no \"%s\"; lazaret case ID shows one\n",
			argv[optind]);
		return EXIT_USAGE;
	}
	if (cases.is_json && (cases.job == OPTION_FORGET || cases.job == OPTION_CLOSE_SILENT)) {
		fputs("lazaret: --json goes with the lists, --audit and --verify only\n", stderr);
		return EXIT_USAGE;
	}
	if (cases.control.path != NULL && reads_file(&cases)) {
		fputs("lazaret: --control goes with the list and --audit only, without --ledger: "
		      "all "
		      "else reads\n  the ledger's file\n",
			stderr);
		return EXIT_USAGE;
	}
	exit_code = ask_daemon(&cases);
	if (exit_code != CONTROL_ABSENT)
		return exit_code;
	exit_code = ledgerfile_find(&cases.path, cases.settings, found);
	if (exit_code != 0)
		return exit_code;
	buffer_init(&cases.line, 1 << 16);
	exit_code = run(&cases);
	buffer_done(&cases.line);
	return exit_code;
}
