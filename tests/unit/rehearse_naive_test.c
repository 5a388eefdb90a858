/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/naive.h"
#include "unit.h"

static bool
is_flagged(const struct naive *naive, enum naive_rule rule)
{
	return naive->flagged >> rule & 1;
}

static void
thirty_one_connections_in_an_hour_are_too_many(void **state)
{
	struct naive naive = {.flagged = 0};

	for (uint32_t i = 0; i < 30; i++)
		naive_see(&naive, 3600 + i * 100, 1, false);
	assert_false(is_flagged(&naive, NAIVE_CONNECTIONS));
	naive_see(&naive, 7199, 1, false);
	assert_true(is_flagged(&naive, NAIVE_CONNECTIONS));
}

static void
an_hour_begins_anew(void **state)
{
	struct naive naive = {.flagged = 0};

	for (uint32_t hour = 0; hour < 5; hour++) {
		for (uint32_t i = 0; i < 30; i++)
			naive_see(&naive, hour * 3600 + i, 1, false);
	}
	assert_int_equal(naive.flagged, 0);
}

static void
eleven_destinations_in_five_minutes_are_too_many(void **state)
{
	struct naive naive = {.flagged = 0};

	for (uint32_t i = 0; i < 10; i++) {
		naive_see(&naive, 300 + i, i, false);
		naive_see(&naive, 300 + i, i, false);
	}
	assert_false(is_flagged(&naive, NAIVE_DESTINATIONS));
	naive_see(&naive, 600, 10, false);
	assert_false(is_flagged(&naive, NAIVE_DESTINATIONS));
	for (uint32_t i = 0; i < 11; i++)
		naive_see(&naive, 610 + i, i, false);
	assert_true(is_flagged(&naive, NAIVE_DESTINATIONS));
}

static void
more_than_half_of_six_in_a_day_must_fail(void **state)
{
	struct naive naive = {.flagged = 0};

	for (uint32_t i = 0; i < 5; i++)
		naive_see(&naive, i * 7000, 1, true);
	naive_see(&naive, 86400, 1, true);
	assert_false(is_flagged(&naive, NAIVE_FAILURES));
	for (uint32_t i = 0; i < 5; i++)
		naive_see(&naive, 86400 + i * 7000, 1, i < 2);
	naive_end(&naive);
	assert_false(is_flagged(&naive, NAIVE_FAILURES));
	for (uint32_t i = 0; i < 6; i++)
		naive_see(&naive, 2 * 86400 + i * 7000, 1, i < 4);
	assert_false(is_flagged(&naive, NAIVE_FAILURES));
	naive_end(&naive);
	assert_true(is_flagged(&naive, NAIVE_FAILURES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thirty_one_connections_in_an_hour_are_too_many),
		cmocka_unit_test(an_hour_begins_anew),
		cmocka_unit_test(eleven_destinations_in_five_minutes_are_too_many),
		cmocka_unit_test(more_than_half_of_six_in_a_day_must_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
