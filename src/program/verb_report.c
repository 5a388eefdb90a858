/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/curereport.h"
#include "program/complaint.h"
#include "program/ledgerfile.h"
#include "program/verboptions.h"
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

struct wish {
	const char *path;
	const char *settings;
	struct cure_terms terms;
	bool is_json;
};

/* word: NULL: there is none. 0, or the exit code. */
static int
take_day(const char *option, const char *word, struct wall *ret)
{
	if (word == NULL || wall_from_day(ret, text_of(word)) == 0)
		return 0;
	fprintf(stderr, "lazaret: %s: \"%s\" is no day; expected one as 2026-12-31\n", option,
		word);
	return EXIT_USAGE;
}

static int
take_by(const char *word, struct cure_terms *terms)
{
	static const enum cure_by known[] = {CURE_CHANNEL, CURE_TEXT, CURE_DEVICE};

	for (size_t i = 0; word != NULL && i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(word, cure_bys[known[i]]) == 0) {
			terms->by = known[i];
			return 0;
		}
	}
	if (word == NULL)
		return 0;
	fprintf(stderr, "lazaret: --by: \"%s\" is none of channel, text and device\n", word);
	return EXIT_USAGE;
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
	const char *since = NULL, *until = NULL, *by = NULL;
	const struct verboption rows[] = {
		{"ledger", .value = &wish.path},
		{"since", .value = &since},
		{"until", .value = &until},
		{"by", .value = &by},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"report", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	char found[LEDGERFILE_PATH];
	int exit_code = verboptions_read(&options, argc, argv);

	if (exit_code != VERBOPTIONS_READ)
		return exit_code;
	exit_code = take_day("--since", since, &wish.terms.since);
	if (exit_code == 0)
		exit_code = take_day("--until", until, &wish.terms.until);
	if (exit_code == 0)
		exit_code = take_by(by, &wish.terms);
	if (exit_code != 0)
		return exit_code;
	if (until != NULL)
		wish.terms.until.us += WALL_DAY;
	if (optind + 1 < argc)
		return complaint_excess("report", "one report: cure", argv[optind + 1]);
	if (optind == argc || strcmp(argv[optind], "cure") != 0) {
		fputs("lazaret: which report? There is one: lazaret report cure\n", stderr);
		return EXIT_USAGE;
	}
	exit_code = ledgerfile_find(&wish.path, wish.settings, found);
	return exit_code != 0 ? exit_code : report(&wish);
}
