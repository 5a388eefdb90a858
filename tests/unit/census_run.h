/* census_run - a run of the census made by hand, in memory
 *
 * What:    the casefile of a day, case by case and row by row; each case has one network, which is of the same number.
 *          Rows may come in any order.
 * Owns:    its memory; run_done frees it. */
#ifndef LAZARET_TESTS_CENSUS_RUN_H
#define LAZARET_TESTS_CENSUS_RUN_H

#include "census/join/casefile.h"

#include <stdlib.h>

struct run {
	struct casefile file;
	struct casefile_totals totals;
	struct casefile_case *cases;
	struct casefile_network *networks;
	struct casefile_row4 *rows4;
	struct casefile_row6 *rows6;
	struct casefile_list lists[4];
	struct buffer texts;
};

static inline uint32_t
run_text(struct run *run, const char *text)
{
	uint32_t at = (uint32_t)run->texts.length, length = (uint32_t)strlen(text);

	if (length == 0 && at > 0)
		return 0;
	buffer_add(&run->texts, &length, sizeof(length));
	buffer_add(&run->texts, text, length);
	return at;
}

static inline void
run_begin(struct run *run, uint16_t day)
{
	*run = (struct run){.totals = {.day = day}};
	buffer_init(&run->texts, 1 << 24);
	(void)run_text(run, "");
	run->cases = xcalloc(1, sizeof(*run->cases));
	run->networks = xcalloc(1, sizeof(*run->networks));
	run->file.case_count = run->file.network_count = 1;
	run->lists[0] = (struct casefile_list){.half_life = 7 * 86400, .is_evidence = 1};
	run->file.list_count = 1;
}

/* Its number, to add rows; the last one may be changed until then. */
static inline uint32_t
run_case(struct run *run, const char *mailbox, const char *code, enum casefile_arm arm,
	uint16_t opened)
{
	uint32_t number = (uint32_t)run->file.case_count++;

	run->cases = xrealloc(run->cases, run->file.case_count * sizeof(*run->cases));
	run->networks = xrealloc(run->networks, run->file.case_count * sizeof(*run->networks));
	run->file.network_count = run->file.case_count;
	run->cases[number] = (struct casefile_case){.mailbox = run_text(run, mailbox),
		.code = run_text(run, code),
		.arm = (uint8_t)arm,
		.opened = opened,
		.step = CASEFILE_WAITS,
		.covered4 = 1000};
	run->networks[number] = (struct casefile_network){.of = number};
	return number;
}

static inline void
run_row4(struct run *run, uint32_t of, uint32_t address)
{
	uint64_t at = run->file.rows4_count++;

	run->rows4 = xrealloc(run->rows4, run->file.rows4_count * sizeof(*run->rows4));
	run->rows4[at] = (struct casefile_row4){.address = address, .network = of};
	run->cases[of].counts.listed++;
}

static inline void
run_row6(struct run *run, uint32_t of, uint64_t address)
{
	uint64_t at = run->file.rows6_count++;

	run->rows6 = xrealloc(run->rows6, run->file.rows6_count * sizeof(*run->rows6));
	run->rows6[at] = (struct casefile_row6){.address = address, .network = of};
	run->cases[of].counts.listed++;
	run->cases[of].counts.listed6++;
}

static inline int
run_compare4(const void *a, const void *b)
{
	const struct casefile_row4 *one = a, *other = b;

	return one->address < other->address ? -1 : one->address > other->address;
}

static inline int
run_compare6(const void *a, const void *b)
{
	const struct casefile_row6 *one = a, *other = b;

	return one->address < other->address ? -1 : one->address > other->address;
}

static inline const struct casefile *
run_end(struct run *run)
{
	if (run->file.rows4_count > 0)
		qsort(run->rows4, run->file.rows4_count, sizeof(*run->rows4), run_compare4);
	if (run->file.rows6_count > 0)
		qsort(run->rows6, run->file.rows6_count, sizeof(*run->rows6), run_compare6);
	run->file.totals = &run->totals;
	run->file.cases = run->cases;
	run->file.networks = run->networks;
	run->file.rows4 = run->rows4;
	run->file.rows6 = run->rows6;
	run->file.lists = run->lists;
	run->file.texts = run->texts.at;
	run->file.texts_size = run->texts.length;
	return &run->file;
}

static inline void
run_done(struct run *run)
{
	free(run->cases);
	free(run->networks);
	free(run->rows4);
	free(run->rows6);
	buffer_done(&run->texts);
}

#endif
