/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/stateday.h"

#include "census/join/mergejoin.h"
#include "census/join/record.h"

#include <stdlib.h>

#define BATCH 16384

/* Behind the address in both sizes. */
struct standing {
	uint16_t first, last;
	uint32_t lists;
	uint16_t letter, flags;
};

struct told {
	uint32_t newest, lists;
	uint16_t score;
	uint8_t groups, flags;
};

struct bench {
	uint64_t before[BATCH * RECORD6_SIZE / sizeof(uint64_t)];
	uint64_t today[BATCH * RECORD6_SIZE / sizeof(uint64_t)];
	uint64_t into[2 * BATCH * RECORD6_SIZE / sizeof(uint64_t)];
	uint32_t objects[BATCH];
};

/* Rows of which each is below what is left of both. */
struct portion {
	size_t before, today;
};

RECORD_EITHER struct portion
next_portion(const uint8_t *before, size_t old_count, const uint8_t *today, size_t new_count,
	size_t size)
{
	struct portion portion = {old_count, new_count};

	if (portion.before > BATCH) {
		portion.before = BATCH;
		portion.today = record_seek(
			today, new_count, size, record_key(before + BATCH * size, size));
	}
	if (portion.today > BATCH) {
		portion.today = BATCH;
		portion.before = record_seek(
			before, portion.before, size, record_key(today + BATCH * size, size));
	}
	return portion;
}

RECORD_EITHER void
enter_letters(const struct stateday *day, const uint32_t *objects, uint8_t *rows, size_t count,
	size_t size)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *at = rows + i * size + record_rest(size);
		uint16_t letter = day->last_letter[objects[i]];
		struct standing row;

		memcpy(&row, at, sizeof(row));
		if (letter <= row.letter || row.first > letter || row.last < letter)
			continue;
		row.letter = letter;
		row.flags &= (uint16_t)~STATE_REOPENED;
		memcpy(at, &row, sizeof(row));
	}
}

RECORD_EITHER void
make_rows(const uint8_t *scores, uint8_t *rows, size_t count, size_t size)
{
	for (size_t i = 0; i < count; i++) {
		struct standing row = {0};
		struct told told;

		memcpy(&told, scores + i * size + record_rest(size), sizeof(told));
		row.lists = told.lists;
		row.flags = told.flags & SCORE_TRAP ? STATE_TRAP : 0;
		memset(rows + i * size, 0, size);
		memcpy(rows + i * size, scores + i * size, record_rest(size));
		memcpy(rows + i * size + record_rest(size), &row, sizeof(row));
	}
}

static struct state_merge
merge_of(const struct stateday *day, const struct bench *bench, struct portion portion, size_t size)
{
	return (struct state_merge){.before = bench->before,
		.before_end = (const uint8_t *)bench->before + portion.before * size,
		.today = bench->today,
		.today_end = (const uint8_t *)bench->today + portion.today * size,
		.day_before = day->day_before,
		.day = day->day,
		.keep_days = day->keep_days,
		.counts = day->counts};
}

void
stateday4(struct stateday *day, const struct segment4 *segments, size_t segment_count,
	const struct statestore *before, const struct score4 *today, size_t count,
	struct statestore_writer *into)
{
	struct mergejoin4 join = {segments, segment_count, 0};
	struct bench *bench = xcalloc(1, sizeof(*bench));
	size_t old = 0, new = 0;

	while (old < before->count4 || new < count) {
		struct portion portion =
			next_portion((const uint8_t *)(before->rows4 + old), before->count4 - old,
				(const uint8_t *)(today + new), count - new, RECORD4_SIZE);
		struct state_merge merge = merge_of(day, bench, portion, RECORD4_SIZE);
		size_t rows;

		if (portion.before > 0)
			memcpy(bench->before, before->rows4 + old, portion.before * RECORD4_SIZE);
		mergejoin4(&join, bench->before, portion.before, bench->objects);
		enter_letters(day, bench->objects, (uint8_t *)bench->before, portion.before,
			RECORD4_SIZE);
		make_rows((const uint8_t *)(today + new), (uint8_t *)bench->today, portion.today,
			RECORD4_SIZE);
		rows = state_merge4(&merge, (struct state4 *)bench->into, 2 * BATCH);
		statestore_add4(into, (const struct state4 *)bench->into, rows);
		day->counts = merge.counts;
		old += portion.before;
		new += portion.today;
	}
	free(bench);
}

void
stateday6(struct stateday *day, const struct segment6 *segments, size_t segment_count,
	const struct statestore *before, const struct score6 *today, size_t count,
	struct statestore_writer *into)
{
	struct mergejoin6 join = {segments, segment_count, 0};
	struct bench *bench = xcalloc(1, sizeof(*bench));
	size_t old = 0, new = 0;

	while (old < before->count6 || new < count) {
		struct portion portion =
			next_portion((const uint8_t *)(before->rows6 + old), before->count6 - old,
				(const uint8_t *)(today + new), count - new, RECORD6_SIZE);
		struct state_merge merge = merge_of(day, bench, portion, RECORD6_SIZE);
		size_t rows;

		if (portion.before > 0)
			memcpy(bench->before, before->rows6 + old, portion.before * RECORD6_SIZE);
		mergejoin6(&join, bench->before, portion.before, bench->objects);
		enter_letters(day, bench->objects, (uint8_t *)bench->before, portion.before,
			RECORD6_SIZE);
		make_rows((const uint8_t *)(today + new), (uint8_t *)bench->today, portion.today,
			RECORD6_SIZE);
		rows = state_merge6(&merge, (struct state6 *)bench->into, 2 * BATCH);
		statestore_add6(into, (const struct state6 *)bench->into, rows);
		day->counts = merge.counts;
		old += portion.before;
		new += portion.today;
	}
	free(bench);
}
