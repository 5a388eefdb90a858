/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wall.h"
#include "service/tries.h"
#include "unit.h"

static struct tries tries;

static void
a_key_has_so_many_in_a_window_that_begins_with_its_first(void **state)
{
	(void)state;
	tries_begin(&tries, 3, WALL_MINUTE);
	for (int i = 0; i < 3; i++) {
		assert_true(tries_left(&tries, 7, i * WALL_SECOND));
		tries_take(&tries, 7, i * WALL_SECOND);
	}
	assert_false(tries_left(&tries, 7, 3 * WALL_SECOND));
	assert_true(tries_left(&tries, 8, 3 * WALL_SECOND));
	assert_false(tries_left(&tries, 7, WALL_MINUTE - 1));
	assert_true(tries_left(&tries, 7, WALL_MINUTE));
	tries_take(&tries, 7, WALL_MINUTE);
	assert_true(tries_left(&tries, 7, WALL_MINUTE));
}

static void
of_more_keys_than_there_are_places_the_oldest_are_forgotten(void **state)
{
	uint64_t known = 0, fresh = 0;

	(void)state;
	tries_begin(&tries, 1, WALL_DAY);
	for (uint64_t key = 1; key <= 4 * TRIES_KEYS; key++)
		tries_take(&tries, key, (int64_t)key);
	for (uint64_t key = 1; key <= TRIES_KEYS; key++) {
		known += !tries_left(&tries, key, WALL_HOUR);
		fresh += !tries_left(&tries, 4 * TRIES_KEYS + 1 - key, WALL_HOUR);
	}
	assert_true(known < TRIES_KEYS / 10);
	/* What came last is there, but where a set had more than its share of it. */
	assert_true(fresh > TRIES_KEYS / 10 * 8);
	tries_take(&tries, 0, WALL_HOUR);
	assert_false(tries_left(&tries, 0, WALL_HOUR));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_has_so_many_in_a_window_that_begins_with_its_first),
		cmocka_unit_test(of_more_keys_than_there_are_places_the_oldest_are_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
