/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/stamp.h"
#include "unit.h"

#include <errno.h>

static const char *
stamp(const char *text, const struct stamp_clock *clock)
{
	static char into[WALL_TEXT];
	struct wall wall;

	if (stamp_parse(text_of(text), clock, &wall) < 0)
		return "none";
	return wall_format(wall, into);
}

static void
reads_what_logs_write(void **state)
{
	assert_string_equal(stamp("2011/08/16 10:01:46.972101", NULL), "2011-08-16T10:01:46.972Z");
	assert_string_equal(stamp(" 2018-01-12 15:37:30", NULL), "2018-01-12T15:37:30.000Z");
	assert_string_equal(
		stamp("2021-06-06T15:59:46.457984+0200", NULL), "2021-06-06T13:59:46.457Z");
	assert_string_equal(stamp("2021-06-06T15:59:46-05:30", NULL), "2021-06-06T21:29:46.000Z");
	assert_string_equal(stamp("2021-06-06T15:59:46Z", NULL), "2021-06-06T15:59:46.000Z");
	assert_string_equal(stamp("1641918754.93611", NULL), "2022-01-11T16:32:34.936Z");
	assert_string_equal(stamp("1970/01/01 01:00:00.000000", NULL), "1970-01-01T01:00:00.000Z");
	assert_string_equal(stamp("-62135596800", NULL), "0001-01-01T00:00:00.000Z");
	assert_string_equal(stamp("253402300799.999999", NULL), "9999-12-31T23:59:59.999Z");
}

static void
a_zone_is_added_only_where_the_text_has_none(void **state)
{
	const struct zone_span two_hours = {.offset_us = 2 * WALL_HOUR};
	const struct zone zone = {.spans = &two_hours, .count = 1};
	const struct stamp_clock clock = {.zone = &zone};

	assert_string_equal(stamp("2011/08/16 10:01:46", &clock), "2011-08-16T08:01:46.000Z");
	assert_string_equal(stamp("2011/08/16 10:01:46Z", &clock), "2011-08-16T10:01:46.000Z");
	assert_string_equal(stamp("1641918754", &clock), "2022-01-11T16:32:34.000Z");
}

static void
the_hour_that_comes_twice_does_not_run_backwards(void **state)
{
	/* Two hours ahead of UTC until 2024-10-27T01:00Z, then one. */
	const struct zone_span spans[] = {{.offset_us = 2 * WALL_HOUR},
		{.since = {INT64_C(1729990800) * WALL_SECOND}, .offset_us = WALL_HOUR}};
	const struct zone zone = {.spans = spans, .count = 2};
	static const char *const written[][2] = {
		{"2024-10-27 01:40:00", "2024-10-26T23:40:00.000Z"},
		{"2024-10-27 02:10:00", "2024-10-27T00:10:00.000Z"},
		{"2024-10-27 02:55:00", "2024-10-27T00:55:00.000Z"},
		{"2024-10-27 02:50:00", "2024-10-27T00:50:00.000Z"},
		{"2024-10-27 02:05:00", "2024-10-27T01:05:00.000Z"},
		{"2024-10-27 02:58:00", "2024-10-27T00:58:00.000Z"},
		{"2024-10-27 02:30:00", "2024-10-27T01:30:00.000Z"},
		{"2024-10-27 01:50:00", "2024-10-26T23:50:00.000Z"},
		{"2024-10-27 02:59:00", "2024-10-27T01:59:00.000Z"},
		{"2024-10-27 03:01:00", "2024-10-27T02:01:00.000Z"},
	};
	struct stamp_clock clock = {.zone = &zone};

	for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		struct wall wall;

		assert_string_equal(stamp(written[i][0], &clock), written[i][1]);
		assert_int_equal(stamp_parse(text_of(written[i][0]), &clock, &wall), 0);
		stamp_follow(&clock, wall);
	}
}

static void
refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {"", "-", "2013-13-07 00:00:00", "2011/02/29 00:00:00",
		"2011/08/16", "2011/08/16 10:01", "2011/08/16 24:00:00", "2011/08/16 10:01:46.",
		"2011/08/16 10:01:46 x", "2011/08/16 10:01:46+2", "2011/08/16 10:01:46+02:60",
		"2011-08-16T10:01:46Zx", "StartTime", "99999999999999999999", "1e9",
		/* No year from 1 to 9999. */
		"9223372036853", "-9223372036853", "253402300800", "-62135596800.000001"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(stamp(bad[i], NULL), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_logs_write),
		cmocka_unit_test(a_zone_is_added_only_where_the_text_has_none),
		cmocka_unit_test(the_hour_that_comes_twice_does_not_run_backwards),
		cmocka_unit_test(refuses_what_is_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
