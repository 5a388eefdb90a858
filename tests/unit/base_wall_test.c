/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "base/wall.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static const char *
text_of_us(int64_t us)
{
	static char into[WALL_TEXT];

	return wall_format((struct wall){us}, into);
}

static void
prints_utc_with_milliseconds_cut_off(void **state)
{
	assert_string_equal(text_of_us(0), "1970-01-01T00:00:00.000Z");
	assert_string_equal(text_of_us(INT64_C(1313489400385999)), "2011-08-16T10:10:00.385Z");
	assert_string_equal(text_of_us(-1), "1969-12-31T23:59:59.999Z");
	assert_string_equal(text_of_us(INT64_C(951782399999999)), "2000-02-28T23:59:59.999Z");
	assert_string_equal(text_of_us(INT64_C(951782400000000)), "2000-02-29T00:00:00.000Z");
}

static void
times_outside_the_calendar_become_its_nearest_end(void **state)
{
	assert_string_equal(text_of_us(INT64_MIN), "0001-01-01T00:00:00.000Z");
	assert_string_equal(text_of_us(INT64_MAX), "9999-12-31T23:59:59.999Z");
	assert_string_equal(text_of_us(INT64_C(-62135596800000001)), "0001-01-01T00:00:00.000Z");
	assert_string_equal(text_of_us(INT64_C(253402300800000000)), "9999-12-31T23:59:59.999Z");
	assert_string_equal(text_of_us(INT64_C(253402300799999999)), "9999-12-31T23:59:59.999Z");
}

static void
dates_that_do_not_exist_are_refused(void **state)
{
	static const int dates[][6] = {{2023, 2, 29, 0, 0, 0}, {1900, 2, 29, 0, 0, 0},
		{2023, 4, 31, 0, 0, 0}, {2023, 0, 1, 0, 0, 0}, {2023, 13, 1, 0, 0, 0},
		{2023, 1, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0}, {10000, 1, 1, 0, 0, 0},
		{2023, 1, 1, 24, 0, 0}, {2023, 1, 1, 0, 60, 0}, {2023, 1, 1, 0, 0, 61},
		{2023, 1, 1, -1, 0, 0}};

	for (size_t i = 0; i < sizeof(dates) / sizeof(*dates); i++) {
		const int *d = dates[i];
		struct wall wall = {77};

		assert_int_equal(
			wall_from_date(&wall, d[0], d[1], d[2], d[3], d[4], d[5]), -EINVAL);
		assert_true(wall.us == 77);
	}
}

static void
a_leap_second_is_the_next_one(void **state)
{
	struct wall wall;

	assert_int_equal(wall_from_date(&wall, 2016, 12, 31, 23, 59, 60), 0);
	assert_string_equal(text_of_us(wall.us), "2017-01-01T00:00:00.000Z");
}

static void
a_day_is_written_in_one_way(void **state)
{
	static const char *const none[] = {"", "2026-12", "2026-12-32", "2026-02-29", "1969-12-31",
		"26-12-31", "2026-1-31", "2026-12-311", "2026-12-31T", "2026/12/31", "+026-12-31",
		"2026-12-31-"};
	struct wall wall = {77};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_int_equal(wall_from_day(&wall, text_of(none[i])), -EINVAL);
	assert_true(wall.us == 77);
	assert_int_equal(wall_from_day(&wall, TEXT("2028-02-29")), 0);
	assert_string_equal(text_of_us(wall.us), "2028-02-29T00:00:00.000Z");
}

/* Against the C library's calendar, over the years that it and we have. */
static void
agrees_with_the_c_library_both_ways(void **state)
{
	struct random random;

	random_seed(&random, 1);
	for (int i = 0; i < 20000; i++) {
		int64_t seconds = (int64_t)random_below(&random, UINT64_C(315537897600)) -
			INT64_C(62135596800);
		time_t time = (time_t)seconds;
		struct wall wall;
		struct tm tm;
		char text[80];

		assert_non_null(gmtime_r(&time, &tm));
		snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02d.000Z",
			tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
			tm.tm_sec);
		assert_string_equal(text_of_us(seconds * WALL_SECOND), text);
		assert_int_equal(wall_from_date(&wall, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
					 tm.tm_hour, tm.tm_min, tm.tm_sec),
			0);
		assert_true(wall.us == seconds * WALL_SECOND);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_utc_with_milliseconds_cut_off),
		cmocka_unit_test(times_outside_the_calendar_become_its_nearest_end),
		cmocka_unit_test(dates_that_do_not_exist_are_refused),
		cmocka_unit_test(a_leap_second_is_the_next_one),
		cmocka_unit_test(a_day_is_written_in_one_way),
		cmocka_unit_test(agrees_with_the_c_library_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
