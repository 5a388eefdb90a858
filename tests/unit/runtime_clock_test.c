/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/clock.h"
#include "unit.h"

#define BEGIN INT64_C(1790000000000000)

static struct clock
begun(void)
{
	struct clock clock;

	clock_begin(&clock, (struct wall){0});
	assert_false(clock_step(&clock, (struct wall){BEGIN}, 1000));
	assert_int_equal(clock.now.us, BEGIN);
	return clock;
}

static void
follows_the_systems_clock(void **state)
{
	struct clock clock = begun();

	assert_false(clock_step(&clock, (struct wall){BEGIN + 5000}, 6000));
	assert_int_equal(clock.now.us, BEGIN + 5000);
	assert_int_equal(clock.steps, 0);
}

static void
follows_at_once_when_it_is_set_forward(void **state)
{
	struct clock clock = begun();

	assert_true(clock_step(&clock, (struct wall){BEGIN + WALL_HOUR}, 2000));
	assert_int_equal(clock.now.us, BEGIN + WALL_HOUR);
	assert_int_equal(clock.steps, 1);
	assert_true(clock.step_us > WALL_HOUR - WALL_SECOND);
}

static void
goes_on_at_half_speed_when_it_is_set_back(void **state)
{
	struct clock clock = begun();
	int64_t steady = 1000, system = BEGIN - WALL_HOUR, last = BEGIN;

	assert_true(clock_step(&clock, (struct wall){system}, steady));
	assert_int_equal(clock.now.us, BEGIN);
	/* Two hours later it has caught up, and at no time before. */
	for (int64_t minute = 1; minute <= 180; minute++) {
		int64_t expected = BEGIN + minute * WALL_MINUTE / 2;

		system += WALL_MINUTE;
		steady += WALL_MINUTE;
		assert_false(clock_step(&clock, (struct wall){system}, steady));
		assert_true(clock.now.us > last);
		last = clock.now.us;
		if (minute < 120)
			assert_int_equal(clock.now.us, expected);
		else
			assert_int_equal(clock.now.us, system);
	}
}

static void
loses_no_time_in_small_steps_behind(void **state)
{
	struct clock clock = begun();

	assert_true(clock_step(&clock, (struct wall){BEGIN - WALL_MINUTE}, 1000));
	for (int64_t i = 1; i <= 1000; i++)
		(void)clock_step(&clock, (struct wall){BEGIN - WALL_MINUTE + i}, 1000 + i);
	assert_int_equal(clock.now.us, BEGIN + 500);
}

static void
does_not_begin_before_what_it_goes_on_from(void **state)
{
	struct clock clock;

	clock_begin(&clock, (struct wall){BEGIN + WALL_HOUR});
	assert_false(clock_step(&clock, (struct wall){BEGIN}, 1000));
	assert_int_equal(clock.now.us, BEGIN + WALL_HOUR);
	(void)clock_step(&clock, (struct wall){BEGIN + WALL_SECOND}, 1000 + WALL_SECOND);
	assert_int_equal(clock.now.us, BEGIN + WALL_HOUR + WALL_SECOND / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_the_systems_clock),
		cmocka_unit_test(follows_at_once_when_it_is_set_forward),
		cmocka_unit_test(goes_on_at_half_speed_when_it_is_set_back),
		cmocka_unit_test(loses_no_time_in_small_steps_behind),
		cmocka_unit_test(does_not_begin_before_what_it_goes_on_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
