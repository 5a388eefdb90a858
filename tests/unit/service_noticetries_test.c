/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticetries.h"
#include "unit.h"

#define BOTH (1U << NOTICE_EMAIL | 1U << NOTICE_SMS)

static struct noticetries tries;

static bool
refuse(enum notice_channel channel, bool is_final, int64_t us)
{
	return noticetries_refuse(&tries, 7, channel, is_final, BOTH, us);
}

static void
what_is_refused_for_now_pauses_longer_and_is_given_up_after_a_day(void **state)
{
	int64_t now = WALL_HOUR, pause = WALL_MINUTE, begun = now;

	(void)state;
	tries = (struct noticetries){.of = {{0}}};
	assert_true(noticetries_is_ripe(&tries, 7, now));
	while (now - begun < WALL_DAY) {
		assert_true(refuse(NOTICE_EMAIL, false, now));
		assert_false(noticetries_is_ripe(&tries, 7, now + pause - 1));
		assert_true(noticetries_is_ripe(&tries, 7, now + pause));
		assert_true(noticetries_is_ripe(&tries, 9, now));
		now += pause;
		pause = pause < 2 * WALL_HOUR ? 2 * pause : 4 * WALL_HOUR;
	}
	assert_false(refuse(NOTICE_EMAIL, false, now));
	assert_false(noticetries_is_ripe(&tries, 7, now + 365 * WALL_DAY));
}

static void
what_one_channel_refuses_for_good_another_may_take(void **state)
{
	(void)state;
	tries = (struct noticetries){.of = {{0}}};
	assert_int_equal(noticetries_refused(&tries, 7), 0);
	assert_true(refuse(NOTICE_EMAIL, true, 1));
	assert_int_equal(noticetries_refused(&tries, 7), 1U << NOTICE_EMAIL);
	assert_true(noticetries_is_ripe(&tries, 7, 1));
	assert_false(refuse(NOTICE_SMS, true, 2));
	assert_false(noticetries_is_ripe(&tries, 7, 2 + WALL_DAY));
	/* Another in its place forgets it. */
	assert_true(
		noticetries_refuse(&tries, 7 + 2 * NOTICETRIES_MOST, NOTICE_SMS, false, BOTH, 3));
	assert_int_equal(noticetries_refused(&tries, 7), 0);
	assert_true(noticetries_is_ripe(&tries, 7, 3));
}

static void
a_channel_that_is_down_pauses_longer_until_it_goes_again(void **state)
{
	int64_t now = 5;

	(void)state;
	tries = (struct noticetries){.of = {{0}}};
	assert_true(noticetries_down(&tries, NOTICE_SMS, now));
	assert_true(noticetries_is_down(&tries, NOTICE_SMS, now + 10 * WALL_SECOND - 1));
	assert_false(noticetries_is_down(&tries, NOTICE_SMS, now + 10 * WALL_SECOND));
	assert_false(noticetries_is_down(&tries, NOTICE_EMAIL, now));
	for (int i = 0; i < 20; i++)
		assert_false(noticetries_down(&tries, NOTICE_SMS, now));
	assert_true(noticetries_is_down(&tries, NOTICE_SMS, now + WALL_HOUR - 1));
	assert_false(noticetries_is_down(&tries, NOTICE_SMS, now + WALL_HOUR));
	assert_true(noticetries_down(&tries, NOTICE_EMAIL, now));
	assert_false(noticetries_up(&tries, NOTICE_SMS));
	assert_true(noticetries_up(&tries, NOTICE_EMAIL));
	assert_true(noticetries_down(&tries, NOTICE_SMS, now));
	assert_false(noticetries_is_down(&tries, NOTICE_SMS, now + 10 * WALL_SECOND));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_refused_for_now_pauses_longer_and_is_given_up_after_a_day),
		cmocka_unit_test(what_one_channel_refuses_for_good_another_may_take),
		cmocka_unit_test(a_channel_that_is_down_pauses_longer_until_it_goes_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
