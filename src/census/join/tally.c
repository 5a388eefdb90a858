/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/tally.h"

#include "census/join/mergejoin.h"
#include "census/join/record.h"

#include <stdlib.h>

#define BATCH      16384
#define FIRST_ROOM 1024

/* Behind the address in both sizes. */
struct standing {
	uint16_t first, last;
	uint32_t lists;
	uint16_t letter, flags;
};

static void
count_lists(struct tally *tally, uint32_t lists, bool is_first)
{
	for (; lists > 0; lists &= lists - 1) {
		unsigned list = (unsigned)__builtin_ctz(lists);

		tally->candidates[list]++;
		tally->first[list] += is_first;
	}
}

static void
add_network(struct tally *tally, uint32_t object)
{
	if (tally->network_count == tally->size) {
		tally->size *= 2;
		tally->counts = xrealloc(tally->counts, tally->size * sizeof(*tally->counts));
	}
	tally->counts[tally->network_count] = (struct casefile_counts){0};
	tally->networks[object] = tally->network_count;
	tally->objects[tally->network_count++] = object;
}

static void
count_row(struct tally *tally, uint32_t object, const struct standing *row, bool is_six)
{
	struct casefile_counts *counts;

	if (tally->networks[object] == 0 && object != 0)
		add_network(tally, object);
	counts = &tally->counts[tally->networks[object]];
	counts->ever++;
	if (row->last == tally->day) {
		counts->listed++;
		counts->listed6 += is_six;
		counts->status[tally_status(row->letter, row->flags)]++;
		counts->first += row->first == tally->day;
		count_lists(tally, row->lists, row->first == tally->day);
	} else {
		counts->gone += row->letter != 0 && row->letter == tally->last_letter[object];
	}
}

RECORD_EITHER void
count_rows(struct tally *tally, const uint8_t *rows, const uint32_t *objects, size_t count,
	size_t size)
{
	for (size_t i = 0; i < count; i++) {
		struct standing row;

		memcpy(&row, rows + i * size + record_rest(size), sizeof(row));
		count_row(tally, objects[i], &row, size == RECORD6_SIZE);
	}
}

/* What is nobody's covers all that no registry tells of. */
static void
cover(struct tally *tally)
{
	const struct responsible *responsible = tally->responsible;

	for (size_t i = 0; i < responsible->count4; i++) {
		const struct segment4 *segment = &responsible->segments4[i];
		uint64_t end = i + 1 < responsible->count4 ? segment[1].low : UINT64_C(1) << 32;

		tally->covered[tally->networks[segment->object]] += end - segment->low;
		tally->covered4[responsible_place(responsible, segment->object)] +=
			end - segment->low;
	}
	for (size_t i = 0; i < responsible->count6; i++) {
		const struct segment6 *segment = &responsible->segments6[i];
		/* That of the last one ends with the space: what it lacks is one /64. */
		uint64_t end = i + 1 < responsible->count6 ? segment[1].low[0] : UINT64_MAX;

		tally->covered[tally->networks[segment->object]] += end - segment->low[0];
		tally->covered6[responsible_place(responsible, segment->object)] +=
			end - segment->low[0];
	}
	tally->covered[0] = 0;
	tally->covered4[responsible_place(responsible, 0)] = 0;
	tally->covered6[responsible_place(responsible, 0)] = 0;
}

void
tally_make(struct tally *tally, const struct responsible *responsible, const uint16_t *last_letter,
	const struct statestore *state)
{
	struct mergejoin4 join4 = {responsible->segments4, responsible->count4, 0};
	struct mergejoin6 join6 = {responsible->segments6, responsible->count6, 0};
	uint32_t objects[BATCH];

	*tally = (struct tally){.responsible = responsible,
		.last_letter = last_letter,
		.day = state->day,
		.counts = xcalloc(FIRST_ROOM, sizeof(*tally->counts)),
		.size = FIRST_ROOM,
		.covered4 = xcalloc(responsible->place_count, sizeof(*tally->covered4)),
		.covered6 = xcalloc(responsible->place_count, sizeof(*tally->covered6)),
		.networks = xcalloc(responsible->object_count, sizeof(*tally->networks)),
		.objects = xcalloc(responsible->object_count, sizeof(*tally->objects)),
		.network_count = 1};
	for (size_t at = 0, count; at < state->count4; at += count) {
		count = state->count4 - at < BATCH ? state->count4 - at : BATCH;
		mergejoin4(&join4, state->rows4 + at, count, objects);
		count_rows(
			tally, (const uint8_t *)(state->rows4 + at), objects, count, RECORD4_SIZE);
	}
	for (size_t at = 0, count; at < state->count6; at += count) {
		count = state->count6 - at < BATCH ? state->count6 - at : BATCH;
		mergejoin6(&join6, state->rows6 + at, count, objects);
		count_rows(
			tally, (const uint8_t *)(state->rows6 + at), objects, count, RECORD6_SIZE);
	}
	tally->covered = xcalloc(tally->network_count, sizeof(*tally->covered));
	cover(tally);
}

void
tally_done(struct tally *tally)
{
	free(tally->counts);
	free(tally->covered);
	free(tally->covered4);
	free(tally->covered6);
	free(tally->networks);
	free(tally->objects);
	*tally = (struct tally){0};
}

void
tally_add(struct casefile_counts *sum, const struct casefile_counts *more)
{
	sum->listed += more->listed;
	for (unsigned i = 0; i < CASEFILE_STATUS_COUNT; i++)
		sum->status[i] += more->status[i];
	sum->listed6 += more->listed6;
	sum->first += more->first;
	sum->gone += more->gone;
	sum->ever += more->ever;
}
