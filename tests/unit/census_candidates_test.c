/* SPDX-License-Identifier: BSD-2-Clause */
/* Coverage by ranges, and the candidates among what it covers. */
#include "base/random.h"
#include "census/join/candidates.h"
#include "census/join/distinct.h"
#include "unit.h"

#include <stdlib.h>

#define NOW    1790000000U
#define DAY    86400U
#define LISTS  5
#define MOST   600
#define SPACE  300
#define ROUNDS 300

static const struct spans nothing;

/* 0 and 1 of one group, 2 and 3 of others, 4 no evidence. */
static struct score_rules
five_lists(void)
{
	static const struct score_list lists[LISTS] = {
		{6000, 0, true, false, 2 * DAY, NOW - DAY},
		{5000, 0, true, false, 4 * DAY, NOW},
		{5000, 1, true, false, 2 * DAY, NOW},
		{9500, 2, true, true, 7 * DAY, NOW},
		{9000, 3, false, false, 7 * DAY, NOW},
	};
	struct score_settings settings = SCORE_DEFAULTS;
	struct score_rules rules;
	struct fail fail = {.what = ""};

	memcpy(settings.list, lists, sizeof(lists));
	settings.lists = LISTS;
	settings.now = NOW;
	if (score_init(&rules, &settings, &fail) < 0)
		fail_msg("%s", fail.what);
	return rules;
}

static void
a_range_makes_no_candidate_by_itself(void **state)
{
	static const struct listedrange4 ranges[] = {
		{.low = 0, .high = 1023, .time = NOW, .list = 0, .line = 1, .length = 22},
		{.low = 0, .high = 1023, .time = NOW, .list = 2, .line = 2, .length = 22}};
	struct score_rules rules = five_lists();
	struct coverage coverage;
	struct score4 scores[4];
	uint16_t ports[4];
	struct listing4 one = {.address = 5, .time = NOW, .list = 4};
	struct candidates candidates = {.rules = &rules, .coverage = &coverage};

	coverage_make4(&coverage, &rules.settings, ranges, 2, &nothing);
	assert_int_equal(candidates4(&candidates, scores, ports, 4), 0);
	/* Also a list that is no evidence names an address: what covers it counts. */
	candidates.at = &one;
	candidates.end = &one + 1;
	assert_int_equal(candidates4(&candidates, scores, ports, 4), 1);
	assert_int_equal(scores[0].lists, 5);
	coverage_done(&coverage);
}

static void
an_address_in_a_range_has_its_listing_too(void **state)
{
	static const struct listedrange4 ranges[] = {
		{.low = 100, .high = 611, .time = NOW, .list = 2, .line = 7, .length = 23}};
	static const struct listing4 listings[] = {
		{.address = 99, .time = NOW, .list = 0, .port = 1},
		{.address = 100, .time = NOW - 1, .list = 0, .port = 2},
		{.address = 100, .time = NOW, .list = 1, .port = 3},
		{.address = 611, .time = NOW, .list = 0},
		{.address = 611, .time = NOW, .list = 2, .port = 9},
		{.address = 612, .time = NOW, .list = 0, .port = 5}};
	struct score_rules rules = five_lists();
	struct coverage coverage;
	struct score4 scores[5];
	uint16_t ports[5];
	struct listing4 each[CANDIDATES_EACH];
	struct candidates candidates = {
		.rules = &rules, .coverage = &coverage, .at = listings, .end = listings + 6};

	coverage_make4(&coverage, &rules.settings, ranges, 1, &nothing);
	assert_int_equal(candidates4(&candidates, scores, ports, 5), 2);
	assert_int_equal(scores[0].address, 100);
	assert_int_equal(scores[0].lists, 7);
	assert_int_equal(ports[0], 3);
	assert_int_equal(scores[1].address, 611);
	/* Its own listing is as new as the range's, and says more. */
	assert_int_equal(ports[1], 9);
	assert_int_equal(candidates.scored, 4);
	coverage_done(&coverage);
	coverage_make4(&coverage, &rules.settings, ranges, 1, &nothing);
	assert_int_equal(candidates_gather4(&coverage, listings + 1, listings + 5, each), 3);
	assert_int_equal(each[2].line, 7);
	assert_int_equal(each[2].address, 100);
	coverage_done(&coverage);
}

/* Who had it is found from both: the one of another listing's time would be somebody else's. */
static void
a_port_goes_with_the_time_of_its_own_listing(void **state)
{
	static const struct listing4 listings[] = {
		{.address = 100, .time = NOW - 9, .list = 0, .port = 2},
		{.address = 100, .time = NOW - 5, .list = 1, .port = 3},
		{.address = 100, .time = NOW, .list = 2},
		{.address = 100, .time = NOW + 5, .list = 3, .port = 4}, /* has not come yet */
		{.address = 100, .time = NOW, .list = 4, .port = 5},     /* is no evidence */
		{.address = 200, .list = 0, .port = 6},                  /* is of no known time */
		{.address = 200, .time = NOW - 9, .list = 3}};
	struct score_rules rules = five_lists();
	struct coverage coverage;
	struct score4 scores[3];
	uint16_t ports[3];
	struct candidates candidates = {
		.rules = &rules, .coverage = &coverage, .at = listings, .end = listings + 7};

	coverage_make4(&coverage, &rules.settings, NULL, 0, &nothing);
	assert_int_equal(candidates4(&candidates, scores, ports, 3), 2);
	assert_int_equal(ports[0], 3);
	assert_int_equal(scores[0].newest, NOW - 5);
	assert_int_equal(ports[1], 0);
	assert_int_equal(scores[1].newest, NOW - 9);
	coverage_done(&coverage);
}

/* What each list says of an address, by looking at all there is. */
static size_t
gather_naively(const struct listing4 *listings, size_t count, const struct listedrange4 *ranges,
	size_t range_count, const struct span *hole, uint32_t address, struct listing4 *into)
{
	size_t kept = 0;

	for (unsigned list = 0; list < LISTS; list++) {
		const struct listing4 *own = NULL;
		const struct listedrange4 *cover = NULL;

		for (size_t i = 0; i < count; i++) {
			if (listings[i].address == address && listings[i].list == list &&
				(own == NULL || listings[i].time > own->time))
				own = &listings[i];
		}
		for (size_t i = 0; i < range_count && list != 4; i++) {
			if (ranges[i].list == list && ranges[i].low <= address &&
				address <= ranges[i].high &&
				!(hole->low <= address && address <= hole->high) &&
				(cover == NULL || ranges[i].time > cover->time))
				cover = &ranges[i];
		}
		if (own != NULL && (cover == NULL || own->time >= cover->time))
			into[kept++] = *own;
		else if (cover != NULL)
			into[kept++] = (struct listing4){.address = address,
				.line = cover->line,
				.time = cover->time,
				.list = cover->list};
	}
	return kept;
}

static int
compare(const void *a, const void *b)
{
	const struct listing4 *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return (x->line > y->line) - (x->line < y->line);
}

static void
gives_what_looking_at_everything_gives(void **state)
{
	struct distinct *table = calloc(1, sizeof(*table));
	struct score_rules rules = five_lists();
	struct random random;
	size_t found = 0;

	random_seed(&random, 7);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct listing4 listings[MOST], all[MOST], each[2 * LISTS];
		struct listedrange4 ranges[12];
		struct span hole = {random_below(&random, SPACE), 0};
		struct span *holes = malloc(sizeof(*holes));
		struct spans spans;
		size_t count = 1 + random_below(&random, MOST), range_count = round % 13, left;
		size_t room = 1 + random_below(&random, 40), got = 0, batch = 0, at = 0;
		struct coverage coverage;
		struct score4 scores[40];
		uint16_t ports[40];
		struct candidates candidates = {.rules = &rules, .coverage = &coverage};

		hole.high = hole.low + random_below(&random, 20);
		*holes = hole;
		spans_make(&spans, holes, 1, 32);
		for (size_t i = 0; i < count; i++)
			listings[i] =
				(struct listing4){.address = (uint32_t)random_below(&random, SPACE),
					.line = (uint32_t)i + 1,
					.time = NOW - DAY * (uint32_t)random_below(&random, 3),
					.list = (uint16_t)random_below(&random, LISTS)};
		for (size_t i = 0; i < range_count; i++) {
			uint32_t low = (uint32_t)random_below(&random, SPACE);

			ranges[i] = (struct listedrange4){.low = low,
				.high = low + (uint32_t)random_below(&random, SPACE),
				.line = (uint32_t)i + 1,
				.time = NOW - DAY * (uint32_t)random_below(&random, 3),
				.list = (uint16_t)random_below(&random, LISTS)};
		}
		qsort(listings, count, sizeof(*listings), compare);
		memcpy(all, listings, sizeof(all));
		left = distinct4(table, listings, count);
		coverage_make4(&coverage, &rules.settings, ranges, range_count, &spans);
		candidates.at = listings;
		candidates.end = listings + left;
		for (size_t i = 0; i < count; i++) {
			struct score4 expected;
			const struct listing4 *from = each;
			size_t gathered;

			if (i > 0 && all[i].address == all[i - 1].address)
				continue;
			gathered = gather_naively(
				all, count, ranges, range_count, &hole, all[i].address, each);
			if (score4(&rules, &from, each + gathered, &expected, 1) == 0 ||
				!(expected.flags & SCORE_CANDIDATE))
				continue;
			if (at == batch) {
				batch = candidates4(&candidates, scores, ports, room);
				at = 0;
			}
			assert_true(at < batch);
			assert_memory_equal(&scores[at], &expected, sizeof(expected));
			at++;
			got++;
		}
		assert_int_equal(at, batch);
		assert_int_equal(candidates4(&candidates, scores, ports, room), 0);
		found += got;
		coverage_done(&coverage);
		spans_done(&spans);
	}
	assert_true(found > 1000);
	free(table);
}

/* Who shares an address is found by both together, so they are of one listing. */
static void
a_port_has_the_time_at_which_it_was_seen(void **state)
{
	static const struct listing4 listings[] = {{.address = 1, .time = NOW - 60, .list = 0},
		{.address = 1, .time = NOW - 7200, .list = 2, .port = 8},
		{.address = 1, .time = NOW - 3600, .list = 3, .port = 7},
		{.address = 2, .time = NOW - 60, .list = 0},
		{.address = 2, .list = 3, .port = 9},                    /* without a time */
		{.address = 2, .time = NOW - 30, .list = 4, .port = 10}, /* no evidence */
		{.address = 3, .time = NOW - 60, .list = 0, .port = 11},
		{.address = 3, .time = NOW - 3600, .list = 3, .port = 12}};
	static const struct {
		uint32_t newest;
		uint16_t port;
	} expected[] = {{NOW - 3600, 7}, {NOW, 0}, {NOW - 60, 11}};
	struct score_rules rules = five_lists();
	struct coverage coverage;
	struct score4 scores[4];
	uint16_t ports[4];
	struct candidates candidates = {
		.rules = &rules, .coverage = &coverage, .at = listings, .end = listings + 8};

	coverage_make4(&coverage, &rules.settings, NULL, 0, &nothing);
	assert_int_equal(candidates4(&candidates, scores, ports, 4), 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(scores[i].newest, expected[i].newest);
		assert_int_equal(ports[i], expected[i].port);
	}
	coverage_done(&coverage);
}

static void
six_is_as_four_up_to_the_end_of_the_space(void **state)
{
	static const struct listedrange6 ranges[] = {
		{.low = 1, .high = UINT64_MAX, .time = NOW, .list = 2, .line = 9}};
	static const struct listing6 listings[] = {{.network = 0, .time = NOW, .list = 0},
		{.network = UINT64_MAX, .time = NOW, .list = 0, .port = 4}};
	struct score_rules rules = five_lists();
	struct coverage coverage;
	struct score6 scores[2];
	uint16_t ports[2];
	struct candidates candidates = {
		.rules = &rules, .coverage = &coverage, .at = listings, .end = listings + 2};

	coverage_make6(&coverage, &rules.settings, ranges, 1, &nothing);
	assert_int_equal(candidates6(&candidates, scores, ports, 2), 1);
	assert_true(scores[0].network == UINT64_MAX);
	assert_int_equal(scores[0].lists, 5);
	assert_int_equal(scores[0].spare, 0);
	assert_int_equal(ports[0], 4);
	coverage_done(&coverage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_range_makes_no_candidate_by_itself),
		cmocka_unit_test(an_address_in_a_range_has_its_listing_too),
		cmocka_unit_test(a_port_goes_with_the_time_of_its_own_listing),
		cmocka_unit_test(gives_what_looking_at_everything_gives),
		cmocka_unit_test(a_port_has_the_time_at_which_it_was_seen),
		cmocka_unit_test(six_is_as_four_up_to_the_end_of_the_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
