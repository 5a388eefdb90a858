/* SPDX-License-Identifier: BSD-2-Clause */
/* A day of the census: 20 million listings, three quarters of them distinct, sorted, deduplicated and joined with 412
 * thousand ranges; their scores; all of that as a run does it; the state of yesterday, 20 million rows, merged with 20
 * million of today, of which two thirds were there, and read from and written to a file; look-ups of random addresses,
 * one by one, in a table that is mapped. All on one thread, but where it says both. Beside each the limit: memcpy of as
 * many bytes as it reads and writes once. */
#include "base/random.h"
#include "census/join/distinct.h"
#include "census/join/joinday.h"
#include "census/join/lookup.h"
#include "census/join/mergejoin.h"
#include "census/join/radix.h"
#include "census/join/record.h"
#include "census/join/score.h"
#include "census/join/statestore.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>

#define RUNS   MEASURE_RUNS
#define MOST   20000000
#define RANGES 412000
#define LISTS  12
#define NOW    1790000000U
#define DAY    2500
#define BATCH  65536

/* Of pages that were touched, so that no first touch is measured. */
static struct listing4 *drawn, *listings, *scratch;
static struct segment4 *segments;
static uint32_t *objects;
static volatile uint64_t kept; /* so that nothing is left out */

/* A few have most of the space, which they fill to a thirtieth. Nearly all begin where a /24 does, as real ones do. */
static void
make_ranges(void)
{
	struct random random;
	uint32_t low = 0;

	random_seed(&random, 1);
	for (size_t i = 0; i < RANGES; i++) {
		segments[i] = (struct segment4){low, (uint32_t)random_below(&random, 84000)};
		low += 256 + (uint32_t)(random_log_uniform(&random, 1, 1e6) * 0.132);
		low &= i % 300 == 0 ? ~15U : ~255U;
	}
}

static void
make_listings(void)
{
	struct random random;

	random_seed(&random, 2);
	for (size_t i = 0; i < MOST; i++) {
		uint64_t number = random_below(&random, MOST * 3 / 2);

		drawn[i] = (struct listing4){.address = (uint32_t)hash_mix(number),
			.line = (uint32_t)i,
			.time = NOW - (uint32_t)random_below(&random, 30 * 86400),
			.list = (uint16_t)(hash_mix(~number) % LISTS)};
	}
}

static void
take_time(double *since, double *figure)
{
	double now = measure_cpu();

	*figure = now - *since;
	*since = now;
}

/* memcpy of so many bytes, there and back if they are more than there is room for. */
static double
copy(size_t bytes)
{
	size_t most = MOST * sizeof(*listings);
	double since = measure_cpu();

	for (; bytes > 0; bytes -= bytes < most ? bytes : most)
		memcpy(scratch, listings, bytes < most ? bytes : most);
	return measure_cpu() - since;
}

static void
measure_join(struct distinct *table)
{
	double sort[RUNS], same[RUNS], join[RUNS], all[RUNS], limit[RUNS];
	size_t left = 0;

	for (int i = 0; i < RUNS; i++) {
		struct mergejoin4 state = {segments, RANGES, 0};
		struct listing4 *sorted;
		double since;

		memcpy(listings, drawn, MOST * sizeof(*listings));
		since = measure_cpu();
		sorted = radix_sort4(listings, scratch, MOST);
		take_time(&since, &sort[i]);
		left = distinct4(table, sorted, MOST);
		take_time(&since, &same[i]);
		mergejoin4(&state, sorted, left, objects);
		take_time(&since, &join[i]);
		all[i] = sort[i] + same[i] + join[i];
		kept += objects[left - 1];
		limit[i] = copy(MOST * sizeof(*listings));
	}
	printf("20 million listings, %zu distinct, and %d ranges\n", left, RANGES);
	measure_print("  sort", "s", sort);
	measure_print("  deduplicate", "s", same);
	measure_print("  join", "s", join);
	measure_print("  all three", "s", all);
	measure_print("    limit: memcpy of the listings", "s", limit);
}

static void
measure_scores(struct distinct *table)
{
	struct score_settings settings = SCORE_DEFAULTS;
	struct score4 scores[BATCH / 16];
	struct score_rules rules;
	double score[RUNS];
	struct fail fail;
	size_t count = 0;
	struct listing4 *sorted;

	settings.now = NOW;
	settings.lists = LISTS;
	for (unsigned i = 0; i < LISTS; i++)
		settings.list[i] = (struct score_list){.weight = (uint16_t)(4000 + i * 400),
			.group = (uint8_t)(i / 2),
			.is_evidence = true,
			.half_life = 86400 * (i + 1)};
	must(score_init(&rules, &settings, &fail) == 0);
	memcpy(listings, drawn, MOST * sizeof(*listings));
	sorted = radix_sort4(listings, scratch, MOST);
	count = distinct4(table, sorted, MOST);
	for (int i = 0; i < RUNS; i++) {
		const struct listing4 *at = sorted;
		double since = measure_cpu();

		while (at < sorted + count)
			kept += score4(&rules, &at, sorted + count, scores, BATCH / 16);
		score[i] = measure_cpu() - since;
	}
	measure_print("  scores of the distinct ones", "s", score);
}

/* From columns as they were read to candidates, as a run does it: a copy, the sort, and all that follows. */
static void
measure_day(void)
{
	static const struct spans none;
	struct score_settings settings = SCORE_DEFAULTS;
	struct score_rules rules;
	struct joinday_input input = {.four = drawn,
		.fours = MOST,
		.rules = &rules,
		.left_out4 = &none,
		.left_out6 = &none,
		.shared4 = &none,
		.shared6 = &none,
		.threads = 2};
	double cpu[RUNS], wall[RUNS];
	struct fail fail;
	size_t count = 0;

	settings.now = NOW;
	settings.lists = LISTS;
	for (unsigned i = 0; i < LISTS; i++)
		settings.list[i] = (struct score_list){.weight = 8500,
			.group = (uint8_t)i,
			.is_evidence = true,
			.half_life = 86400 * 60};
	must(score_init(&rules, &settings, &fail) == 0);
	for (int i = 0; i < RUNS; i++) {
		double since = measure_cpu(), begun = measure_clock();
		struct joinday day;

		joinday_make(&day, &input);
		wall[i] = measure_clock() - begun;
		cpu[i] = measure_cpu() - since;
		count = day.scores.count4;
		joinday_done(&day);
	}
	printf("20 million listings as they were read, to %zu candidates\n", count);
	measure_print("  all of it, CPU of both threads", "s", cpu);
	measure_print("    by the clock", "s", wall);
}

/* Sorted, each a step above the one before: as sparse as 30 million addresses. */
static void
make_states(struct state4 *before, struct state4 *today)
{
	uint32_t address = 0;
	size_t a = 0, b = 0;
	struct random random;

	random_seed(&random, 3);
	while (a < MOST || b < MOST) {
		uint64_t draw = random_u64(&random);
		unsigned in = (unsigned)(draw % 4);

		address += 1 + (uint32_t)(draw >> 32) % 280;
		if (in != 0 && a < MOST)
			before[a++] = (struct state4){.address = address,
				.first = DAY - 100,
				.last = (uint16_t)(DAY - (draw >> 8) % 8 / 7 * 30),
				.lists = 1};
		if (in != 3 && b < MOST)
			today[b++] = (struct state4){.address = address, .lists = 3};
	}
}

static size_t
merge(const struct statestore *yesterday, const struct state4 *today, struct state4 *into,
	struct statestore_writer *writer)
{
	struct state_merge merge = {.before = yesterday->rows4,
		.before_end = yesterday->rows4 + yesterday->count4,
		.today = today,
		.today_end = today + MOST,
		.day_before = DAY,
		.day = DAY + 1,
		.keep_days = STATE_KEEP_DAYS};
	size_t count, all = 0;

	if (writer == NULL)
		return state_merge4(&merge, into, 2 * MOST);
	do {
		count = state_merge4(&merge, into, BATCH);
		statestore_add4(writer, into, count);
		all += count;
	} while (count == BATCH);
	return all;
}

static void
stop(const struct fail *fail)
{
	fprintf(stderr, "%s: %s\n", fail->where, fail->what);
	exit(1);
}

/* In memory, and as a run does it: from a file to a file. */
static int
measure_states(const char *folder)
{
	struct state4 *before = memory_map(MOST, sizeof(*before));
	struct state4 *today = memory_map(MOST, sizeof(*today));
	struct state4 *into = memory_map(2 * MOST, sizeof(*into));
	struct statestore rows = {.rows4 = before, .count4 = MOST}, yesterday;
	struct statestore_writer writer;
	double memory[RUNS], limit[RUNS], read[RUNS], file[RUNS];
	char from[200], to[200];
	struct fail fail;
	size_t count = 0;

	snprintf(from, sizeof(from), "%s/yesterday", folder);
	snprintf(to, sizeof(to), "%s/today", folder);
	make_states(before, today);
	memset(into, 1, 2 * MOST * sizeof(*into));
	if (statestore_begin(&writer, from, &fail) < 0)
		stop(&fail);
	statestore_add4(&writer, before, MOST);
	if (statestore_end(&writer, DAY, &fail) < 0)
		stop(&fail);
	for (int i = 0; i < RUNS; i++) {
		double since = measure_cpu();

		count = merge(&rows, today, into, NULL);
		take_time(&since, &memory[i]);
		limit[i] = copy((2 * MOST + count) / 2 * sizeof(*into));
		since = measure_cpu();
		if (statestore_open(from, &yesterday, &fail) < 0 ||
			statestore_begin(&writer, to, &fail) < 0)
			stop(&fail);
		take_time(&since, &read[i]);
		must(merge(&yesterday, today, into, &writer) == count);
		if (statestore_end(&writer, DAY + 1, &fail) < 0)
			stop(&fail);
		statestore_close(&yesterday);
		take_time(&since, &file[i]);
	}
	printf("20 million rows of yesterday and 20 million of today: %zu\n", count);
	measure_print("  merge in memory", "s", memory);
	measure_print("    limit: memcpy of as many bytes", "s", limit);
	measure_print("  read yesterday's file and check it", "s", read);
	measure_print("  merge into a file in memory", "s", file);
	memory_unmap(before, MOST, sizeof(*before));
	memory_unmap(today, MOST, sizeof(*today));
	memory_unmap(into, 2 * MOST, sizeof(*into));
	return 0;
}

/* One load of a table of as many bytes for each, where nothing else is to be done. */
static uint64_t
load_only(const struct lookup *lookup, const uint32_t *addresses)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < MOST; i++)
		sum += lookup->networks[addresses[i] >> 8];
	return sum;
}

static int
measure_lookups(const char *folder)
{
	double find[RUNS], limit[RUNS], begin[RUNS], make[RUNS];
	uint32_t *addresses = objects;
	struct random random;
	struct fail fail;
	char path[200];

	random_seed(&random, 4);
	for (size_t i = 0; i < MOST; i++)
		addresses[i] = (uint32_t)random_u64(&random);
	snprintf(path, sizeof(path), "%s/table", folder);
	for (int i = 0; i < RUNS; i++) {
		double since = measure_cpu(), wall;
		struct lookup lookup;
		uint64_t sum = 0;

		if (lookup_write(path, segments, RANGES, &fail) < 0)
			stop(&fail);
		take_time(&since, &make[i]);
		make[i] *= 1000;
		wall = measure_clock();
		if (lookup_open(path, &lookup, &fail) < 0)
			stop(&fail);
		for (size_t j = 0; j < 1000; j++)
			sum += lookup_find(&lookup, addresses[j]);
		begin[i] = (measure_clock() - wall) * 1000;
		/* All pages are there. */
		kept += load_only(&lookup, addresses);
		since = measure_cpu();
		for (size_t j = 0; j < MOST; j++)
			sum += lookup_find(&lookup, addresses[j]);
		take_time(&since, &find[i]);
		kept += sum + load_only(&lookup, addresses);
		take_time(&since, &limit[i]);
		find[i] = MOST / find[i] / 1e6;
		limit[i] = MOST / limit[i] / 1e6;
		lookup_close(&lookup);
	}
	printf("look-ups of random addresses in %d ranges\n", RANGES);
	measure_print("  make the table and write it", "ms", make);
	measure_print("  open it, and the first 1000 look-ups", "ms", begin);
	measure_print("  look-ups, one by one", "million/s", find);
	measure_print("    limit: one load each, nothing else", "million/s", limit);
	return 0;
}

int
main(void)
{
	struct distinct *table = xcalloc(1, sizeof(*table));

	drawn = memory_map(MOST, sizeof(*drawn));
	listings = memory_map(MOST, sizeof(*listings));
	scratch = memory_map(MOST, sizeof(*scratch));
	objects = memory_map(MOST, sizeof(*objects));
	segments = xcalloc(RANGES, sizeof(*segments));
	make_ranges();
	make_listings();
	memset(scratch, 1, MOST * sizeof(*scratch));
	memset(objects, 1, MOST * sizeof(*objects));
	measure_join(table);
	measure_scores(table);
	measure_day();
	free(table);
	if (measure_in_folder(NULL, measure_states) != 0)
		return 1;
	return measure_in_folder(NULL, measure_lookups);
}
