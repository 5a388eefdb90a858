/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/stamp.h"
#include "unit.h"

#include <errno.h>

static const char *
stamp(const char *text, int64_t zone_us)
{
	static char into[WALL_TEXT];
	struct wall wall;

	if (stamp_parse(text_of(text), zone_us, &wall) < 0)
		return "none";
	return wall_format(wall, into);
}

static void
reads_what_logs_write(void **state)
{
	assert_string_equal(stamp("2011/08/16 10:01:46.972101", 0), "2011-08-16T10:01:46.972Z");
	assert_string_equal(stamp(" 2018-01-12 15:37:30", 0), "2018-01-12T15:37:30.000Z");
	assert_string_equal(
		stamp("2021-06-06T15:59:46.457984+0200", 0), "2021-06-06T13:59:46.457Z");
	assert_string_equal(stamp("2021-06-06T15:59:46-05:30", 0), "2021-06-06T21:29:46.000Z");
	assert_string_equal(stamp("2021-06-06T15:59:46Z", 0), "2021-06-06T15:59:46.000Z");
	assert_string_equal(stamp("1641918754.93611", 0), "2022-01-11T16:32:34.936Z");
	assert_string_equal(stamp("1970/01/01 01:00:00.000000", 0), "1970-01-01T01:00:00.000Z");
}

static void
a_zone_is_added_only_where_the_text_has_none(void **state)
{
	const int64_t zone = -2 * WALL_HOUR;

	assert_string_equal(stamp("2011/08/16 10:01:46", zone), "2011-08-16T08:01:46.000Z");
	assert_string_equal(stamp("2011/08/16 10:01:46Z", zone), "2011-08-16T10:01:46.000Z");
	assert_string_equal(stamp("1641918754", zone), "2022-01-11T16:32:34.000Z");
}

static void
refuses_what_is_no_time(void **state)
{
	static const char *const bad[] = {"", "-", "2013-13-07 00:00:00", "2011/02/29 00:00:00",
		"2011/08/16", "2011/08/16 10:01", "2011/08/16 24:00:00", "2011/08/16 10:01:46.",
		"2011/08/16 10:01:46 x", "2011/08/16 10:01:46+2", "2011/08/16 10:01:46+02:60",
		"2011-08-16T10:01:46Zx", "StartTime", "99999999999999999999", "1e9"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_string_equal(stamp(bad[i], 0), "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_logs_write),
		cmocka_unit_test(a_zone_is_added_only_where_the_text_has_none),
		cmocka_unit_test(refuses_what_is_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
