/* SPDX-License-Identifier: BSD-2-Clause */
/* A day's listings, unsorted, to candidates. */
#include "base/random.h"
#include "census/join/joinday.h"
#include "unit.h"

#include <stdlib.h>

#define NOW  1790000000U
#define MANY 3000

static struct score_rules
two_lists(void)
{
	struct score_settings settings = SCORE_DEFAULTS;
	struct score_rules rules;
	struct fail fail = {.what = ""};

	settings.list[0] = (struct score_list){6000, 0, true, false, 86400, NOW};
	settings.list[1] = (struct score_list){5000, 1, true, false, 86400, NOW};
	settings.lists = 2;
	settings.now = NOW;
	assert_int_equal(score_init(&rules, &settings, &fail), 0);
	return rules;
}

static struct spans
span_of(uint64_t low, uint64_t high, unsigned bits)
{
	struct span *at = malloc(sizeof(*at));
	struct spans spans;

	*at = (struct span){low, high};
	spans_make(&spans, at, 1, bits);
	return spans;
}

static void
what_two_lists_name_is_a_candidate_where_it_may_be(void **state)
{
	struct listing4 four[2 * MANY];
	struct listing6 six[4] = {{.network = 9, .list = 1}, {.network = 5, .list = 0},
		{.network = 5, .list = 1, .time = NOW, .port = 3}, {.network = 9, .list = 1}};
	const struct listedrange4 range = {.low = 900000, .high = 900100, .list = 1};
	struct score_rules rules = two_lists();
	struct spans left_out4 = span_of(100, 199, 32), shared4 = span_of(200, 299, 32);
	struct spans left_out6 = span_of(0, 1, 64), shared6 = span_of(0, 1, 64);
	struct joinday_input input = {.four = four,
		.six = six,
		.ranges4 = &range,
		.fours = 2 * MANY,
		.sixes = 4,
		.ranges4_count = 1,
		.rules = &rules,
		.left_out4 = &left_out4,
		.left_out6 = &left_out6,
		.shared4 = &shared4,
		.shared6 = &shared6,
		.threads = 2};
	struct joinday day, other;

	/* Both lists name all even ones; the second one, later in the array, with a port in the shared network. */
	for (uint32_t i = 0; i < MANY; i++) {
		four[MANY - 1 - i] = (struct listing4){
			.address = 2 * i, .list = 0, .time = 2 * i < 250 ? NOW : 0, .port = 7};
		four[MANY + i] =
			(struct listing4){.address = 2 * i, .list = 1, .time = NOW, .port = 8};
	}
	joinday_make(&day, &input);
	assert_int_equal(day.left_out, 2 * 50);
	/* 250 to 298 of the first list do not say when. */
	assert_int_equal(day.unported, 25);
	assert_int_equal(day.scores.count4, MANY - 50 - 25);
	assert_int_equal(day.scores.scores4[49].address, 98);
	assert_int_equal(day.scores.scores4[50].address, 200);
	assert_int_equal(day.scores.ports4[50], 7);
	assert_int_equal(day.scores.scores4[74].address, 248);
	assert_int_equal(day.scores.scores4[75].address, 300);
	assert_int_equal(day.scores.count6, 1);
	assert_true(day.scores.scores6[0].network == 5);
	assert_int_equal(day.scores.ports6[0], 3);
	assert_int_equal(day.listings[0], MANY - 50 - 25 + 1);
	assert_int_equal(day.listings[1], MANY - 50 + 2 + 1);
	assert_int_equal(day.addresses, MANY - 50 + 2);
	input.threads = 1;
	joinday_make(&other, &input);
	assert_int_equal(other.scores.count4, day.scores.count4);
	assert_memory_equal(other.scores.scores4, day.scores.scores4,
		day.scores.count4 * sizeof(*day.scores.scores4));
	joinday_done(&other);
	joinday_done(&day);
	spans_done(&left_out4);
	spans_done(&left_out6);
	spans_done(&shared4);
	spans_done(&shared6);
}

static void
of_nothing_comes_nothing(void **state)
{
	struct score_rules rules = two_lists();
	const struct spans none = {0};
	const struct joinday_input input = {.rules = &rules,
		.left_out4 = &none,
		.left_out6 = &none,
		.shared4 = &none,
		.shared6 = &none,
		.threads = 2};
	struct joinday day;

	joinday_make(&day, &input);
	assert_int_equal(day.scores.count4, 0);
	assert_int_equal(day.scores.count6, 0);
	assert_int_equal(day.addresses, 0);
	joinday_done(&day);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_two_lists_name_is_a_candidate_where_it_may_be),
		cmocka_unit_test(of_nothing_comes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
