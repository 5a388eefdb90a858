/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "evidence/activity.h"
#include "unit.h"

#define LINES 50

/* Against the slow way: who made a contact in this hour or the 23 before it? */
static void
each_line_counts_for_a_day(void **state)
{
	struct activity activity = {0};
	uint32_t hour[LINES] = {0};
	struct wall now = {0};
	struct random random;

	random_seed(&random, 3);
	for (unsigned i = 0; i < 20000; i++) {
		unsigned line = (unsigned)random_below(&random, LINES);
		uint32_t to = activity_hour(now), count = 0;

		/* Now and then a line gives way, and now and then nothing happens for long. */
		to = random_below(&random, 10) == 0 ? 0 : to;
		activity_move(&activity, hour[line], to);
		hour[line] = to;
		for (unsigned k = 0; k < LINES; k++)
			count += hour[k] != 0 && hour[k] + 24 > activity_hour(now);
		assert_int_equal(activity_lines(&activity, now), count);
		now.us += (int64_t)random_below(&random,
			(uint64_t)(random_below(&random, 200) ? WALL_HOUR / 2 : 40 * WALL_HOUR));
	}
	assert_int_equal(activity_lines(&activity, (struct wall){INT64_MAX}), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_counts_for_a_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
