/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/curereport.h"
#include "program/complaint.h"
#include "program/ledgerfile.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdlib.h>

#define REPORT_MOST (1 << 20)

static const char usage[] =
	"usage: lazaret report cure [--since DATE] [--until DATE] [--by channel|text|device]\n"
	"                           [--ledger FILE] [--json]\n"
	"\n"
	"How many customers saw their page, did something, were let go by whom, were clean after\n"
	"14 days and back within 90, with 95 % intervals; by the way of the notice, the version "
	"of\n"
	"the text and the device. Reads the ledger's file, also while the daemon runs.\n"
	"\n"
	"  --since DATE    cases that were opened from that day (UTC) on, as 2026-12-31\n"
	"  --until DATE    and until the end of that one\n"
	"  --by WHAT       only these groups: channel, text or device\n"
	"  --ledger FILE   the ledger (that of the configuration, or else ledger.sqlite in\n"
	"                  /var/lib/lazaret for root, ~/.local/state/lazaret for others)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n"
	"  --json          one JSON object a line\n";

enum option_code {
	OPTION_LEDGER = 256,
	OPTION_SINCE,
	OPTION_UNTIL,
	OPTION_BY,
	OPTION_JSON,
	OPTION_HELP
};

static const struct option options[] = {
	{"ledger", required_argument, NULL, OPTION_LEDGER},
	{"since", required_argument, NULL, OPTION_SINCE},
	{"until", required_argument, NULL, OPTION_UNTIL},
	{"by", required_argument, NULL, OPTION_BY},
	{"json", no_argument, NULL, OPTION_JSON},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

struct wish {
	const char *path;
	const char *settings;
	struct cure_terms terms;
	bool is_json;
};

static int
take_day(const char *option, struct wall *ret)
{
	if (wall_from_day(ret, text_of(optarg)) == 0)
		return 0;
	fprintf(stderr, "lazaret: %s: \"%s\" is no day; expected one as 2026-12-31\n", option,
		optarg);
	return EXIT_USAGE;
}

static int
take_by(struct cure_terms *terms)
{
	static const enum cure_by known[] = {CURE_CHANNEL, CURE_TEXT, CURE_DEVICE};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(optarg, cure_bys[known[i]]) == 0) {
			terms->by = known[i];
			return 0;
		}
	}
	fprintf(stderr, "lazaret: --by: \"%s\" is none of channel, text and device\n", optarg);
	return EXIT_USAGE;
}

/* 0, or the exit code. */
static int
take_option(struct wish *wish, int code)
{
	int r = 0;

	switch (code) {
	case OPTION_LEDGER:
		wish->path = optarg;
		break;
	case 'c':
		wish->settings = optarg;
		break;
	case OPTION_SINCE:
		r = take_day("--since", &wish->terms.since);
		break;
	case OPTION_UNTIL:
		r = take_day("--until", &wish->terms.until);
		wish->terms.until.us += r == 0 ? WALL_DAY : 0;
		break;
	case OPTION_BY:
		r = take_by(&wish->terms);
		break;
	case OPTION_JSON:
		wish->is_json = true;
		break;
	default:
		fputs("lazaret: see lazaret report --help\n", stderr);
		r = EXIT_USAGE;
	}
	return r;
}

static int
report(const struct wish *wish)
{
	struct cure *cure = xcalloc(1, sizeof(*cure));
	struct ledger *ledger = NULL;
	struct fail fail = {0};
	struct buffer text;
	int r = ledgerfile_open(&ledger, wish->path, STORE_READ, &fail);

	buffer_init(&text, REPORT_MOST);
	if (r == 0)
		r = cure_read(ledger, &wish->terms, cure, &fail);
	if (r == 0 && wish->is_json)
		curereport_json(cure, &wish->terms, &text);
	else if (r == 0)
		curereport_text(cure, &wish->terms, &text);
	if (r == 0)
		fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	ledger_close(ledger);
	free(cure);
	return r < 0 ? ledgerfile_complain(&fail) : EXIT_DONE;
}

int
verb_report(int argc, char **argv)
{
	struct wish wish = {.terms = {.since = WALL_NONE, .until = WALL_NONE}};
	char found[LEDGERFILE_PATH];
	int code, exit_code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP)
			return fputs(usage, stdout), EXIT_DONE;
		exit_code = take_option(&wish, code);
		if (exit_code != 0)
			return exit_code;
	}
	if (optind + 1 < argc)
		return complaint_excess("report", "one report: cure", argv[optind + 1]);
	if (optind == argc || strcmp(argv[optind], "cure") != 0) {
		fputs("lazaret: which report? There is one: lazaret report cure\n", stderr);
		return EXIT_USAGE;
	}
	exit_code = ledgerfile_find(&wish.path, wish.settings, found);
	return exit_code != 0 ? exit_code : report(&wish);
}
