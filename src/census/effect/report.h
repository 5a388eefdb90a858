/* report - a run as pages and tables for people who were not there
 *
 * What:    index.html: a page that needs nothing else, neither scripts nor style sheets nor anybody's server: the
 *          world by country, providers, the trend over the runs, letters, whether they helped, lists, what is not
 *          known, who takes part. And all numbers as tables of csvrow.h beside it. All text of registries and lists is
 *          escaped, and cut to a line that can be shown.
 *          The same run gives the same bytes.
 * Owns:    nothing.
 * Limits:  the page has the first REPORT_TOP of a ranking and the last REPORT_RUNS runs, and is below 200 kB; tables
 *          have all.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_REPORT_H
#define LAZARET_CENSUS_EFFECT_REPORT_H

#include "census/effect/effect.h"
#include "census/effect/partners.h"

#define REPORT_TOP  50
#define REPORT_RUNS 60
/* Of free text on the page, in characters. */
#define REPORT_FREE 60

/* What is kept of a run for the trend. */
struct report_run {
	uint16_t day;
	uint64_t listed, first, gone, reopened;
	uint32_t contacts, systems, countries; /* with a candidate */
	uint64_t steps[CASEFILE_STEP_COUNT];   /* contacts */
};

struct report_run report_run_of(const struct casefile *run);

struct report {
	const struct casefile *run;
	const struct report_run *runs; /* in the order of days; the last is of run */
	size_t run_count;
	const struct effect *effect;
	const struct partners *partners;
	struct text agency; /* whose census it is; may be empty */
};

/* Files of the folder, the page first. */
#define REPORT_FILES 8

struct report_file {
	const char *name;
	const char *what; /* in a sentence */
	void (*put)(const struct report *report, struct buffer *into);
};

extern const struct report_file report_files[REPORT_FILES];

#endif
