/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "source/told.h"
#include "unit.h"

#define BEGIN (INT64_C(1700000000) * WALL_SECOND)
#define LIFE  WALL_MINUTE

static struct wall
after(int64_t us)
{
	return (struct wall){BEGIN + us};
}

static uint64_t
key_of(uint64_t i)
{
	return hash_mix(i + 1);
}

static int
setup(void **state)
{
	static struct told_set set;

	told_init(&set, 4, LIFE);
	told_advance(&set, after(0));
	*state = &set;
	return 0;
}

static int
teardown(void **state)
{
	told_done(*state);
	return 0;
}

static void
what_is_known_comes_back_and_an_end_to_an_eighth_of_a_second(void **state)
{
	struct told_set *set = *state;
	struct told told, found;

	for (unsigned i = 0; i < 32; i++) {
		told = (struct told){.end = after(-(int64_t)i * WALL_HOUR * 3 / 4 - (int64_t)i),
			.source_is_low = i & 1,
			.has_fin = {i & 2, i & 4},
			.was_open = i & 8,
			.is_redated = i & 16};
		told_add(set, key_of(i), &told);
		assert_non_null(told_find(set, key_of(i), &found));
		assert_true(found.end.us >= told.end.us);
		assert_true(found.end.us - told.end.us < WALL_SECOND / 8);
		assert_int_equal(found.source_is_low, told.source_is_low);
		assert_int_equal(found.has_fin[0], told.has_fin[0]);
		assert_int_equal(found.has_fin[1], told.has_fin[1]);
		assert_int_equal(found.was_open, told.was_open);
		assert_int_equal(found.is_redated, told.is_redated);
	}
	assert_null(told_find(set, key_of(32), &found));
	assert_int_equal(set->forgotten, 0);
}

static void
a_connection_is_remembered_for_its_life_and_a_256th_longer_at_most(void **state)
{
	struct told_set *set = *state;
	struct told told = {.end = after(0)}, found;
	int64_t now = 0;

	/* Whenever it came out, and however unevenly time passes since. */
	for (uint64_t i = 0; i < 200; i++) {
		int64_t came;

		now += 1000003 * (int64_t)i % (7 * WALL_SECOND);
		told_advance(set, after(now));
		told.end = after(now);
		told_add(set, key_of(i), &told);
		came = now;
		for (int k = 0; k < 5; k++) {
			now = came + LIFE * k / 5 + (int64_t)i;
			told_advance(set, after(now));
			assert_non_null(told_find(set, key_of(i), &found));
			assert_true(found.end.us >= told.end.us);
			assert_true(found.end.us - told.end.us < WALL_SECOND / 8);
		}
		now = came + LIFE - 1;
		told_advance(set, after(now));
		assert_non_null(told_find(set, key_of(i), &found));
		now = came + LIFE + LIFE / 256;
		told_advance(set, after(now));
		assert_null(told_find(set, key_of(i), &found));
	}
	assert_int_equal(set->forgotten, 0);
}

static void
what_is_old_does_not_come_back_when_its_time_is_counted_again(void **state)
{
	struct told_set *set = *state;
	struct told told = {.end = after(0)}, found;
	const int64_t steps[] = {
		LIFE / 256, LIFE / 3, LIFE - LIFE / 256, LIFE, 3 * LIFE, 100 * LIFE};
	int64_t now = 0;

	for (unsigned s = 0; s < sizeof(steps) / sizeof(*steps); s++) {
		for (uint64_t i = 0; i < 1000; i++)
			told_add(set, key_of(i), &told);
		assert_non_null(told_find(set, key_of(7), &found));
		for (int64_t end = now + 10 * LIFE; now < end;) {
			bool is_old = now + steps[s] >= end - 9 * LIFE + LIFE / 256;

			now += steps[s];
			told_advance(set, after(now));
			for (uint64_t i = 0; is_old && i < 1000; i += 111)
				assert_null(told_find(set, key_of(i), &found));
		}
		told.end = after(now);
	}
}

static void
in_a_full_bucket_the_oldest_gives_way_and_is_counted(void **state)
{
	struct told_set *set = *state;
	struct told told = {.end = after(0)}, found;
	uint64_t step = UINT64_C(1) << 40;

	/* All of the same bucket. */
	for (uint64_t i = 0; i < 8; i++) {
		told_advance(set, after((int64_t)i * WALL_SECOND));
		told_add(set, 5 + i * step, &told);
	}
	assert_int_equal(set->forgotten, 0);
	told_add(set, 5 + 8 * step, &told);
	assert_int_equal(set->forgotten, 1);
	assert_null(told_find(set, 5, &found));
	for (uint64_t i = 1; i <= 8; i++)
		assert_non_null(told_find(set, 5 + i * step, &found));
	/* One that is there already takes its own place. */
	told_add(set, 5 + 3 * step, &told);
	assert_int_equal(set->forgotten, 1);
	/* What has had its time is not forgotten too early. */
	told_advance(set, after(LIFE + 2 * WALL_SECOND));
	told_add(set, 5 + 9 * step, &told);
	assert_int_equal(set->forgotten, 1);
}

static void
what_is_forgotten_is_gone(void **state)
{
	struct told_set *set = *state;
	struct told told = {.end = after(0)}, found;
	uint64_t *slot;

	told_add(set, key_of(1), &told);
	told_add(set, key_of(2), &told);
	slot = told_find(set, key_of(1), &found);
	assert_non_null(slot);
	told_forget(slot);
	assert_null(told_find(set, key_of(1), &found));
	assert_non_null(told_find(set, key_of(2), &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_known_comes_back_and_an_end_to_an_eighth_of_a_second, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			a_connection_is_remembered_for_its_life_and_a_256th_longer_at_most, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			what_is_old_does_not_come_back_when_its_time_is_counted_again, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			in_a_full_bucket_the_oldest_gives_way_and_is_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
