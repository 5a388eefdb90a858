/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/joinday.h"

#include "census/join/candidates.h"
#include "census/join/distinct.h"
#include "census/join/leftout.h"
#include "census/join/radix.h"

#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096

enum block { BLOCK_SCORES4, BLOCK_SCORES6, BLOCK_PORTS4, BLOCK_PORTS6 };

/* Listings in one of two blocks, of which the other one is free. */
struct sorted {
	void *at, *free;
	size_t count;
};

static void
keep_block(struct joinday *day, enum block block, void *at, size_t count, size_t size)
{
	day->blocks[block] = at;
	day->counts[block] = count;
	day->sizes[block] = size;
}

/* What of a block is not used need not be there. */
static void
shrink(void *at, size_t used, size_t whole)
{
	size_t begin = (used + PAGE - 1) / PAGE * PAGE;

	if (begin < whole)
		(void)madvise((char *)at + begin, whole - begin, MADV_DONTNEED);
}

/* Where a range is left out, or is shared, so that it has no port: it covers nothing there. */
static struct spans
uncovered(const struct joinday_input *input, bool is_six)
{
	const struct spans *one = is_six ? input->left_out6 : input->left_out4;
	const struct spans *other = is_six ? input->shared6 : input->shared4;
	struct span *at = xcalloc(one->count + other->count + 1, sizeof(*at));
	struct spans both;

	if (one->count > 0)
		memcpy(at, one->at, one->count * sizeof(*at));
	if (other->count > 0)
		memcpy(at + one->count, other->at, other->count * sizeof(*at));
	spans_make(&both, at, one->count + other->count, is_six ? 64 : 32);
	return both;
}

static struct sorted
sort4(struct joinday *day, const struct joinday_input *input)
{
	size_t count = input->fours, left;
	struct listing4 *one = memory_map(count + 1, sizeof(*one));
	struct listing4 *other = memory_map(count + 1, sizeof(*other));
	struct distinct *table = xcalloc(1, sizeof(*table));
	struct listing4 *sorted;

	if (count > 0)
		memcpy(one, input->four, count * sizeof(*one));
	sorted = radix_sort4(one, other, count, input->threads);
	left = leftout4(input->left_out4, false, sorted, count);
	day->left_out += count - left;
	count = leftout4(input->shared4, true, sorted, left);
	day->unported += left - count;
	count = distinct4(table, sorted, count);
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].list < SCORE_LISTS)
			day->listings[sorted[i].list]++;
	}
	free(table);
	return (struct sorted){sorted, sorted == one ? other : one, count};
}

static struct sorted
sort6(struct joinday *day, const struct joinday_input *input)
{
	size_t count = input->sixes, left;
	struct listing6 *one = memory_map(count + 1, sizeof(*one));
	struct listing6 *other = memory_map(count + 1, sizeof(*other));
	struct distinct *table = xcalloc(1, sizeof(*table));
	struct listing6 *sorted;

	if (count > 0)
		memcpy(one, input->six, count * sizeof(*one));
	sorted = radix_sort6(one, other, count, input->threads);
	left = leftout6(input->left_out6, false, sorted, count);
	day->left_out += count - left;
	count = leftout6(input->shared6, true, sorted, left);
	day->unported += left - count;
	count = distinct6(table, sorted, count);
	for (size_t i = 0; i < count; i++) {
		if (sorted[i].list < SCORE_LISTS)
			day->listings[sorted[i].list]++;
	}
	free(table);
	return (struct sorted){sorted, sorted == one ? other : one, count};
}

/* There are at most as many scores as listings, so they fit where those were sorted from. */
static void
score_four(struct joinday *day, const struct joinday_input *input)
{
	struct sorted sorted = sort4(day, input);
	struct spans without = uncovered(input, false);
	struct coverage coverage;
	struct candidates candidates = {.rules = input->rules,
		.coverage = &coverage,
		.at = sorted.at,
		.end = (const struct listing4 *)sorted.at + sorted.count};
	uint16_t *ports = memory_map(sorted.count + 1, sizeof(*ports));

	coverage_make4(
		&coverage, &input->rules->settings, input->ranges4, input->ranges4_count, &without);
	day->scores.count4 =
		sorted.count > 0 ? candidates4(&candidates, sorted.free, ports, sorted.count) : 0;
	day->scores.scores4 = sorted.free;
	day->scores.ports4 = ports;
	day->addresses += candidates.scored;
	coverage_done(&coverage);
	spans_done(&without);
	memory_unmap(sorted.at, input->fours + 1, sizeof(struct listing4));
	shrink(sorted.free, day->scores.count4 * sizeof(struct score4),
		(input->fours + 1) * sizeof(struct listing4));
	keep_block(day, BLOCK_SCORES4, sorted.free, input->fours + 1, sizeof(struct listing4));
	keep_block(day, BLOCK_PORTS4, ports, sorted.count + 1, sizeof(*ports));
}

static void
score_six(struct joinday *day, const struct joinday_input *input)
{
	struct sorted sorted = sort6(day, input);
	struct spans without = uncovered(input, true);
	struct coverage coverage;
	struct candidates candidates = {.rules = input->rules,
		.coverage = &coverage,
		.at = sorted.at,
		.end = (const struct listing6 *)sorted.at + sorted.count};
	uint16_t *ports = memory_map(sorted.count + 1, sizeof(*ports));

	coverage_make6(
		&coverage, &input->rules->settings, input->ranges6, input->ranges6_count, &without);
	day->scores.count6 =
		sorted.count > 0 ? candidates6(&candidates, sorted.free, ports, sorted.count) : 0;
	day->scores.scores6 = sorted.free;
	day->scores.ports6 = ports;
	day->addresses += candidates.scored;
	coverage_done(&coverage);
	spans_done(&without);
	memory_unmap(sorted.at, input->sixes + 1, sizeof(struct listing6));
	shrink(sorted.free, day->scores.count6 * sizeof(struct score6),
		(input->sixes + 1) * sizeof(struct listing6));
	keep_block(day, BLOCK_SCORES6, sorted.free, input->sixes + 1, sizeof(struct listing6));
	keep_block(day, BLOCK_PORTS6, ports, sorted.count + 1, sizeof(*ports));
}

void
joinday_make(struct joinday *day, const struct joinday_input *input)
{
	*day = (struct joinday){0};
	score_four(day, input);
	score_six(day, input);
	for (size_t i = 0; i < input->ranges4_count; i++) {
		if (input->ranges4[i].list < SCORE_LISTS)
			day->listings[input->ranges4[i].list]++;
	}
	for (size_t i = 0; i < input->ranges6_count; i++) {
		if (input->ranges6[i].list < SCORE_LISTS)
			day->listings[input->ranges6[i].list]++;
	}
}

void
joinday_done(struct joinday *day)
{
	for (unsigned i = 0; i < 4; i++) {
		if (day->blocks[i] != NULL)
			memory_unmap(day->blocks[i], day->counts[i], day->sizes[i]);
	}
	*day = (struct joinday){0};
}
