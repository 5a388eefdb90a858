/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/joinday.h"

#include "base/crew.h"
#include "census/join/candidates.h"
#include "census/join/distinct.h"
#include "census/join/leftout.h"
#include "census/join/portions.h"
#include "census/join/radix.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#define PAGE 4096

/* Listings of one size, which become scores where they lie: there are at most as many. */
struct scoring {
	const struct joinday_input *input;
	const struct spans *left_out, *shared;
	size_t size; /* of a listing, and of a score */
	struct portions portions;
	struct coverage coverage;
	uint16_t *ports;
	size_t kept[PORTIONS]; /* candidates, at the front of each portion */
	atomic_uint next;      /* portion */
};

/* A thread of it. */
struct scorer {
	struct scoring *scoring;
	struct coverage coverage; /* the same, with a place of its own */
	struct distinct *table;
	void *scratch; /* as large as the largest portion */
	struct joinday sums;
};

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
uncovered(const struct spans *one, const struct spans *other, unsigned bits)
{
	struct span *at = xcalloc(one->count + other->count + 1, sizeof(*at));
	struct spans both;

	if (one->count > 0)
		memcpy(at, one->at, one->count * sizeof(*at));
	if (other->count > 0)
		memcpy(at + one->count, other->at, other->count * sizeof(*at));
	spans_make(&both, at, one->count + other->count, bits);
	return both;
}

/* Of so many listings some stayed that are not left out, and of these some that say port and time. */
static void
note_left_out(struct scorer *scorer, size_t count, size_t left, size_t ported)
{
	scorer->sums.left_out += count - left;
	scorer->sums.unported += left - ported;
}

static void
note_list(struct scorer *scorer, unsigned list)
{
	if (list < SCORE_LISTS)
		scorer->sums.listings[list]++;
}

/* Sorted, each address once of a list, without what is left out; *count: how many those are. */
static struct listing4 *
settle4(struct scorer *scorer, struct listing4 *listings, size_t *count)
{
	const struct scoring *scoring = scorer->scoring;
	struct listing4 *sorted = radix_sort4(listings, scorer->scratch, *count);
	size_t left = leftout4(scoring->left_out, false, sorted, *count);
	size_t ported = leftout4(scoring->shared, true, sorted, left);

	note_left_out(scorer, *count, left, ported);
	*count = distinct4(scorer->table, sorted, ported);
	for (size_t i = 0; i < *count; i++)
		note_list(scorer, sorted[i].list);
	return sorted;
}

static struct listing6 *
settle6(struct scorer *scorer, struct listing6 *listings, size_t *count)
{
	const struct scoring *scoring = scorer->scoring;
	struct listing6 *sorted = radix_sort6(listings, scorer->scratch, *count);
	size_t left = leftout6(scoring->left_out, false, sorted, *count);
	size_t ported = leftout6(scoring->shared, true, sorted, left);

	note_left_out(scorer, *count, left, ported);
	*count = distinct6(scorer->table, sorted, ported);
	for (size_t i = 0; i < *count; i++)
		note_list(scorer, sorted[i].list);
	return sorted;
}

static void
score_portion(struct scorer *scorer, unsigned portion)
{
	struct scoring *scoring = scorer->scoring;
	size_t begin = scoring->portions.begin[portion], size = scoring->size;
	size_t count = scoring->portions.begin[portion + 1] - begin, kept = 0;
	uint8_t *at = scoring->portions.records + begin * size, *sorted, *into;
	struct candidates candidates = {
		.rules = scoring->input->rules, .coverage = &scorer->coverage};

	if (size == sizeof(struct listing4))
		sorted = (uint8_t *)settle4(scorer, (struct listing4 *)(void *)at, &count);
	else
		sorted = (uint8_t *)settle6(scorer, (struct listing6 *)(void *)at, &count);
	candidates.at = sorted;
	candidates.end = sorted + count * size;
	into = sorted == at ? scorer->scratch : at;
	if (count > 0 && size == sizeof(struct listing4))
		kept = candidates4(
			&candidates, (struct score4 *)(void *)into, scoring->ports + begin, count);
	else if (count > 0)
		kept = candidates6(
			&candidates, (struct score6 *)(void *)into, scoring->ports + begin, count);
	if (into != at)
		memcpy(at, into, kept * size);
	scorer->sums.addresses += candidates.scored;
	scoring->kept[portion] = kept;
}

/* Each portion that is taken is above those before it, as coverage wants. */
static void
work(void *context, size_t job)
{
	struct scorer *scorer = (struct scorer *)context + job;
	unsigned portion;

	while ((portion = atomic_fetch_add(&scorer->scoring->next, 1)) < PORTIONS)
		score_portion(scorer, portion);
}

static void
add_sums(struct joinday *day, const struct joinday *sums)
{
	day->addresses += sums->addresses;
	day->left_out += sums->left_out;
	day->unported += sums->unported;
	for (unsigned i = 0; i < SCORE_LISTS; i++)
		day->listings[i] += sums->listings[i];
}

static void
score_portions(struct joinday *day, struct scoring *scoring)
{
	size_t most = portions_most(&scoring->portions) + 1;
	struct scorer scorers[CREW_MOST];
	unsigned count = scoring->input->threads;

	count = count < 1 ? 1 : count > CREW_MOST ? CREW_MOST : count;
	for (unsigned i = 0; i < count; i++)
		scorers[i] = (struct scorer){.scoring = scoring,
			.coverage = scoring->coverage,
			.table = xcalloc(1, sizeof(*scorers[i].table)),
			.scratch = memory_map(most, scoring->size)};
	crew_work(count, count, work, scorers);
	for (unsigned i = 0; i < count; i++) {
		add_sums(day, &scorers[i].sums);
		free(scorers[i].table);
		memory_unmap(scorers[i].scratch, most, scoring->size);
	}
}

/* Candidates of all portions behind each other; how many. */
static size_t
join_portions(struct scoring *scoring)
{
	const struct portions *portions = &scoring->portions;
	size_t count = 0, size = scoring->size;

	for (unsigned i = 0; i < PORTIONS; i++) {
		size_t begin = portions->begin[i], kept = scoring->kept[i];

		memmove(portions->records + count * size, portions->records + begin * size,
			kept * size);
		memmove(scoring->ports + count, scoring->ports + begin,
			kept * sizeof(*scoring->ports));
		count += kept;
	}
	shrink(portions->records, count * size, portions->count * size);
	shrink(scoring->ports, count * sizeof(*scoring->ports),
		portions->count * sizeof(*scoring->ports));
	return count;
}

static void
score_four(struct joinday *day, const struct joinday_input *input)
{
	struct scoring scoring = {.input = input,
		.left_out = input->left_out4,
		.shared = input->shared4,
		.size = sizeof(struct listing4),
		.ports = memory_map(input->fours + 1, sizeof(*scoring.ports))};
	struct spans without = uncovered(input->left_out4, input->shared4, 32);

	portions_make4(&scoring.portions, input->four, input->fours);
	coverage_make4(&scoring.coverage, &input->rules->settings, input->ranges4,
		input->ranges4_count, &without);
	score_portions(day, &scoring);
	day->scores.count4 = join_portions(&scoring);
	day->scores.scores4 = (struct score4 *)(void *)scoring.portions.records;
	day->scores.ports4 = scoring.ports;
	day->fours = input->fours + 1;
	coverage_done(&scoring.coverage);
	spans_done(&without);
}

static void
score_six(struct joinday *day, const struct joinday_input *input)
{
	struct scoring scoring = {.input = input,
		.left_out = input->left_out6,
		.shared = input->shared6,
		.size = sizeof(struct listing6),
		.ports = memory_map(input->sixes + 1, sizeof(*scoring.ports))};
	struct spans without = uncovered(input->left_out6, input->shared6, 64);

	portions_make6(&scoring.portions, input->six, input->sixes);
	coverage_make6(&scoring.coverage, &input->rules->settings, input->ranges6,
		input->ranges6_count, &without);
	score_portions(day, &scoring);
	day->scores.count6 = join_portions(&scoring);
	day->scores.scores6 = (struct score6 *)(void *)scoring.portions.records;
	day->scores.ports6 = scoring.ports;
	day->sixes = input->sixes + 1;
	coverage_done(&scoring.coverage);
	spans_done(&without);
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

static void
give_back(const void *block, size_t count, size_t size)
{
	memory_unmap((void *)(uintptr_t)block, count, size);
}

void
joinday_done(struct joinday *day)
{
	give_back(day->scores.scores4, day->fours, sizeof(*day->scores.scores4));
	give_back(day->scores.scores6, day->sixes, sizeof(*day->scores.scores6));
	give_back(day->scores.ports4, day->fours, sizeof(*day->scores.ports4));
	give_back(day->scores.ports6, day->sixes, sizeof(*day->scores.ports6));
	*day = (struct joinday){0};
}
