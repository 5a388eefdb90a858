/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/recordtime.h"
#include "unit.h"

static struct wall
at(int64_t seconds)
{
	return (struct wall){seconds * WALL_SECOND};
}

static void
follows_times_and_ignores_small_steps_back(void **state)
{
	struct recordtime time = {0};

	assert_true(recordtime_see(&time, at(1000)));
	assert_true(recordtime_see(&time, at(1010)));
	assert_false(recordtime_see(&time, at(900)));
	assert_true(time.now.us == at(1010).us);
}

static void
one_wrong_time_ahead_changes_nothing(void **state)
{
	struct recordtime time = {0};

	recordtime_see(&time, at(1000));
	assert_false(recordtime_see(&time, (struct wall){INT64_MAX}));
	assert_true(recordtime_see(&time, at(1001)));
	assert_false(recordtime_see(&time, (struct wall){INT64_MAX}));
	assert_true(time.now.us == at(1001).us);
}

static void
a_jump_counts_when_the_next_record_confirms_it(void **state)
{
	struct recordtime time = {0};

	recordtime_see(&time, at(1000));
	recordtime_see(&time, at(900000));
	assert_true(recordtime_see(&time, at(900001)));
	assert_true(time.now.us == at(900000).us);
}

static void
sparse_records_follow_one_behind(void **state)
{
	struct recordtime time = {0};

	for (int64_t i = 1; i <= 10; i++)
		recordtime_see(&time, at(i * 7200));
	assert_true(time.now.us == at(9 * 7200).us);
}

static void
a_first_time_that_was_wrong_is_left_again(void **state)
{
	struct recordtime time = {0};

	recordtime_see(&time, (struct wall){INT64_MAX});
	recordtime_see(&time, at(1000));
	recordtime_see(&time, at(990));
	assert_true(time.now.us == at(1000).us);
	recordtime_see(&time, (struct wall){INT64_MIN});
	recordtime_see(&time, at(1001));
	assert_true(time.now.us == at(1001).us);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_times_and_ignores_small_steps_back),
		cmocka_unit_test(one_wrong_time_ahead_changes_nothing),
		cmocka_unit_test(a_jump_counts_when_the_next_record_confirms_it),
		cmocka_unit_test(sparse_records_follow_one_behind),
		cmocka_unit_test(a_first_time_that_was_wrong_is_left_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
