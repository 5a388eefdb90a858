/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/curveplot.h"
#include "census/effect/effectreport.h"
#include "program/censusfollow.h"
#include "program/censusruns.h"
#include "program/censusverbs.h"
#include "program/complaint.h"
#include "program/verboptions.h"

#include <errno.h>
#include <getopt.h>

#define TEXT_MOST  (1 << 20)
#define QUIET_MOST 365

static const char usage[] =
	"usage: lazaret census effect [--out DIR] [-c FILE] [--quiet DAYS] [--svg FILE] [--json]\n"
	"\n"
	"Did letters help? Beside the contacts that were written to at once are those that a lot\n"
	"held out of letters for 14 days: how many addresses of both had cleared after 7, 14 and\n"
	"28 days, the difference, and how sure that is. Reads all runs and what came back.\n"
	"\n"
	"  --quiet DAYS  an address has cleared when no run has it for longer than that (the\n"
	"                longest half-life of lists that are evidence)\n"
	"  --svg FILE    writes a picture: both curves, with what is at risk below\n"
	"  --json        one JSON object a line\n"
	"  --out DIR     the folder of the census (census.folder, or else census in the folder\n"
	"                of the daemon's state)\n"
	"  -c FILE       the configuration (/etc/lazaret/lazaret.yaml)\n";

struct wish {
	const char *out, *settings, *quiet, *svg;
	bool is_json;
};

static int
take_quiet(const struct wish *wish, int *ret)
{
	uint64_t days;

	*ret = -1;
	if (wish->quiet == NULL)
		return EXIT_DONE;
	if (text_parse_u64(text_of(wish->quiet), QUIET_MOST, &days) < 0) {
		fprintf(stderr, "lazaret: --quiet: \"%.60s\" is none; expected days, up to %d\n",
			wish->quiet, QUIET_MOST);
		return EXIT_USAGE;
	}
	*ret = (int)days;
	return EXIT_DONE;
}

static int
show(const struct wish *wish, const struct effect *effect, struct fail *fail)
{
	struct buffer text;
	int r = 0;

	buffer_init(&text, TEXT_MOST);
	if (wish->svg != NULL) {
		curveplot(effect, false, &text);
		r = censusruns_replace(wish->svg, &text, fail);
		buffer_clear(&text);
	}
	if (wish->is_json)
		effectreport_json(effect, &text);
	else
		effectreport_text(effect, &text);
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	return r;
}

static int
find(const struct wish *wish, const struct censusfolder *folder, int quiet)
{
	struct censusfollow follow;
	struct fail fail = {0};
	uint16_t last = 0;
	int r = censusruns_latest(folder, &last, &fail);

	if (r == 0 && last == 0) {
		fail_what(&fail, "there is no run");
		fail_hint(&fail, "lazaret census run makes one");
		r = -ENOENT;
	}
	if (r == 0)
		r = censusfollow_read(folder, last, quiet, &follow, &fail);
	if (r < 0) {
		complaint_print(&fail);
		return EXIT_INPUT;
	}
	r = show(wish, &follow.effect, &fail);
	if (r < 0)
		complaint_print(&fail);
	r = r < 0 || follow.troubles > 0 ? EXIT_INPUT : EXIT_DONE;
	censusfollow_done(&follow);
	return r;
}

int
census_effect(int argc, char **argv)
{
	struct wish wish = {0};
	const struct verboption rows[] = {
		{"out", .value = &wish.out},
		{"quiet", .value = &wish.quiet},
		{"svg", .value = &wish.svg},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"census effect", usage, NULL, rows, sizeof(rows) / sizeof(*rows), &wish.settings};
	struct censusfolder folder;
	int code = verboptions_read(&options, argc, argv), quiet;

	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc)
		return complaint_excess("census effect", "no argument", argv[optind]);
	code = take_quiet(&wish, &quiet);
	if (code == EXIT_DONE)
		code = censusfolder_open(&folder, wish.out, wish.settings, CENSUSFOLDER_READ);
	if (code != EXIT_DONE)
		return code;
	code = find(&wish, &folder, quiet);
	censusfolder_close(&folder);
	return code;
}
