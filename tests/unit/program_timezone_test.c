/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/timezone.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

static struct zone
zone_of(const char *name)
{
	struct zone zone;
	struct fail fail = {0};
	int r = timezone_init(&zone, name, &fail);

	if (r < 0)
		print_error("%s\n", fail.what);
	assert_int_equal(r, 0);
	return zone;
}

static struct wall
local(int year, int month, int day, int hour, int minute)
{
	struct wall wall;

	assert_int_equal(wall_from_date(&wall, year, month, day, hour, minute, 0), 0);
	return wall;
}

static const char *
read_by(const struct zone *zone, struct wall wall)
{
	static char text[WALL_TEXT];

	return wall_format(zone_utc(zone, wall, ZONE_NOTHING_NEAR), text);
}

static void
oslo_changes_in_march_and_october(void **state)
{
	struct zone oslo = zone_of("Europe/Oslo");

	assert_string_equal(read_by(&oslo, local(2024, 3, 31, 1, 59)), "2024-03-31T00:59:00.000Z");
	assert_string_equal(read_by(&oslo, local(2024, 3, 31, 3, 0)), "2024-03-31T01:00:00.000Z");
	assert_string_equal(read_by(&oslo, local(2024, 7, 1, 12, 0)), "2024-07-01T10:00:00.000Z");
	assert_string_equal(read_by(&oslo, local(2024, 10, 27, 1, 59)), "2024-10-26T23:59:00.000Z");
	assert_string_equal(read_by(&oslo, local(2024, 10, 27, 3, 0)), "2024-10-27T02:00:00.000Z");
	assert_string_equal(
		read_by(&oslo, local(2024, 12, 31, 23, 59)), "2024-12-31T22:59:00.000Z");
	timezone_done(&oslo);
}

static void
new_york_has_other_days_and_the_other_sign(void **state)
{
	struct zone zone = zone_of("America/New_York");

	assert_string_equal(read_by(&zone, local(2024, 3, 10, 1, 59)), "2024-03-10T06:59:00.000Z");
	assert_string_equal(read_by(&zone, local(2024, 3, 10, 3, 0)), "2024-03-10T07:00:00.000Z");
	assert_string_equal(read_by(&zone, local(2024, 11, 3, 2, 0)), "2024-11-03T07:00:00.000Z");
	timezone_done(&zone);
}

static void
the_southern_summer_ends_in_april(void **state)
{
	struct zone zone = zone_of("Australia/Sydney");

	assert_string_equal(read_by(&zone, local(2024, 1, 15, 12, 0)), "2024-01-15T01:00:00.000Z");
	assert_string_equal(read_by(&zone, local(2024, 4, 7, 3, 0)), "2024-04-06T17:00:00.000Z");
	assert_string_equal(read_by(&zone, local(2024, 7, 15, 12, 0)), "2024-07-15T02:00:00.000Z");
	assert_string_equal(read_by(&zone, local(2024, 10, 6, 3, 0)), "2024-10-05T16:00:00.000Z");
	timezone_done(&zone);
}

static void
changes_of_half_an_hour_and_of_a_whole_day_are_found(void **state)
{
	struct zone howe = zone_of("Australia/Lord_Howe"), apia = zone_of("Pacific/Apia");

	assert_string_equal(read_by(&howe, local(2024, 4, 7, 2, 0)), "2024-04-06T15:30:00.000Z");
	assert_string_equal(read_by(&howe, local(2024, 10, 6, 2, 30)), "2024-10-05T15:30:00.000Z");
	/* Samoa left out the 30th of December 2011. */
	assert_string_equal(
		read_by(&apia, local(2011, 12, 29, 23, 59)), "2011-12-30T09:59:00.000Z");
	assert_string_equal(read_by(&apia, local(2011, 12, 31, 0, 0)), "2011-12-30T10:00:00.000Z");
	timezone_done(&howe);
	timezone_done(&apia);
}

static void
a_time_that_happened_twice_is_the_first_unless_records_say_otherwise(void **state)
{
	struct zone oslo = zone_of("Europe/Oslo");
	struct wall twice = local(2024, 10, 27, 2, 30);
	struct wall first = local(2024, 10, 27, 0, 30), second = local(2024, 10, 27, 1, 30);

	assert_true(zone_utc(&oslo, twice, ZONE_NOTHING_NEAR).us == first.us);
	assert_true(zone_utc(&oslo, twice, local(2024, 10, 26, 12, 0)).us == first.us);
	assert_true(zone_utc(&oslo, twice, local(2024, 10, 27, 0, 59)).us == first.us);
	assert_true(zone_utc(&oslo, twice, local(2024, 10, 27, 1, 1)).us == second.us);
	assert_true(zone_utc(&oslo, twice, local(2030, 1, 1, 0, 0)).us == second.us);
	assert_true(zone_utc(&oslo, twice, (struct wall){INT64_MAX}).us == second.us);
	timezone_done(&oslo);
}

static void
a_time_that_never_happened_is_shifted_forward(void **state)
{
	struct zone oslo = zone_of("Europe/Oslo"), york = zone_of("America/New_York");

	/* As 03:30 of summer time; the hour before and after stay in order. */
	assert_string_equal(read_by(&oslo, local(2024, 3, 31, 2, 30)), "2024-03-31T01:30:00.000Z");
	assert_string_equal(read_by(&oslo, local(2024, 3, 31, 2, 0)), "2024-03-31T01:00:00.000Z");
	assert_string_equal(read_by(&york, local(2024, 3, 10, 2, 30)), "2024-03-10T07:30:00.000Z");
	timezone_done(&oslo);
	timezone_done(&york);
}

static void
far_past_and_future_have_an_offset_too(void **state)
{
	struct zone oslo = zone_of("Europe/Oslo");

	assert_string_equal(read_by(&oslo, local(1, 1, 1, 12, 0)), "0001-01-01T11:00:00.000Z");
	assert_string_equal(read_by(&oslo, local(1985, 7, 1, 12, 0)), "1985-07-01T10:00:00.000Z");
	assert_string_equal(read_by(&oslo, local(2099, 7, 1, 12, 0)), "2099-07-01T10:00:00.000Z");
	assert_string_equal(read_by(&oslo, local(9999, 12, 31, 12, 0)), "9999-12-31T11:00:00.000Z");
	timezone_done(&oslo);
}

static void
every_instant_of_two_years_is_read_back(void **state)
{
	static const char *const names[] = {
		"Europe/Oslo", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"};

	for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
		struct zone zone = zone_of(names[n]);
		struct wall utc = local(2023, 1, 1, 0, 0), end = local(2025, 1, 1, 0, 0);
		size_t span = 0;

		/* The records before it are near: no reading runs backwards. */
		for (struct wall near = utc; utc.us < end.us; utc.us += 10 * WALL_MINUTE) {
			struct wall wall = utc, read;

			while (span + 1 < zone.count && zone.spans[span + 1].since.us <= utc.us)
				span++;
			wall.us += zone.spans[span].offset_us;
			read = zone_utc(&zone, wall, near);
			assert_true(read.us == utc.us);
			near = read;
		}
		timezone_done(&zone);
	}
}

static void
offsets_and_utc_need_no_database(void **state)
{
	struct zone zone;

	assert_int_equal(setenv("TZDIR", "/nonexistent", 1), 0);
	zone = zone_of("UTC");
	assert_string_equal(read_by(&zone, local(2024, 7, 1, 12, 0)), "2024-07-01T12:00:00.000Z");
	timezone_done(&zone);
	zone = zone_of("+02:00");
	assert_string_equal(read_by(&zone, local(2024, 7, 1, 12, 0)), "2024-07-01T10:00:00.000Z");
	timezone_done(&zone);
	zone = zone_of("-0530");
	assert_string_equal(read_by(&zone, local(2024, 7, 1, 12, 0)), "2024-07-01T17:30:00.000Z");
	timezone_done(&zone);
	unsetenv("TZDIR");
}

static void
what_is_no_zone_is_refused(void **state)
{
	static const char *const bad[] = {"Europe/Bergn", "CET-1CEST", "../../etc/passwd",
		"/usr/share/zoneinfo/Europe/Oslo", "Europe", "Europe/", "zone.tab", ":Europe/Oslo",
		"+15:00", "+02:60", "Europe//Oslo"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct zone zone;
		struct fail fail = {0};

		if (timezone_init(&zone, bad[i], &fail) != -EINVAL)
			fail_msg("%s was taken for a zone", bad[i]);
		assert_non_null(strstr(fail.what, bad[i]));
		assert_non_null(strstr(fail.hint, "Europe/Oslo"));
	}
}

static void
the_zone_of_the_process_is_left_as_it_was(void **state)
{
	struct zone zone;

	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	zone = zone_of("Europe/Oslo");
	timezone_done(&zone);
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	unsetenv("TZ");
	zone = zone_of("Europe/Oslo");
	timezone_done(&zone);
	assert_null(getenv("TZ"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(oslo_changes_in_march_and_october),
		cmocka_unit_test(new_york_has_other_days_and_the_other_sign),
		cmocka_unit_test(the_southern_summer_ends_in_april),
		cmocka_unit_test(changes_of_half_an_hour_and_of_a_whole_day_are_found),
		cmocka_unit_test(
			a_time_that_happened_twice_is_the_first_unless_records_say_otherwise),
		cmocka_unit_test(a_time_that_never_happened_is_shifted_forward),
		cmocka_unit_test(far_past_and_future_have_an_offset_too),
		cmocka_unit_test(every_instant_of_two_years_is_read_back),
		cmocka_unit_test(offsets_and_utc_need_no_database),
		cmocka_unit_test(what_is_no_zone_is_refused),
		cmocka_unit_test(the_zone_of_the_process_is_left_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
