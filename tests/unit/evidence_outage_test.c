/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "evidence/outage.h"
#include "unit.h"

#define LINES 60

static void
begin(struct outage *outage)
{
	struct flow_channel_settings settings;

	flow_channel_defaults(&settings);
	outage_init(outage, &settings);
}

/* Against the slow way: which lines tried in this window, and which of them mostly failed? */
static void
counts_lines_and_not_flows(void **state)
{
	struct outage_line lines[LINES] = {0};
	unsigned total[LINES] = {0}, failed[LINES] = {0};
	struct outage outage;
	struct random random;
	struct wall now = {0};

	begin(&outage);
	random_seed(&random, 9);
	for (unsigned i = 0; i < 50000; i++) {
		unsigned line = (unsigned)random_below(&random, LINES), tried = 0, failing = 0;
		bool is_bad = random_unit(&random) < (line % 2 ? .7 : .3);
		int64_t before = now.us / outage.window_us;

		now.us += (int64_t)random_below(&random, (uint64_t)WALL_SECOND * 6);
		if (now.us / outage.window_us != before) {
			memset(total, 0, sizeof(total));
			memset(failed, 0, sizeof(failed));
		}
		outage_attempt(&outage, &lines[line], now, is_bad);
		total[line]++;
		failed[line] += is_bad;
		for (unsigned k = 0; k < LINES; k++) {
			tried += total[k] > 0;
			failing += failed[k] * 2 > total[k];
		}
		assert_int_equal(outage.now.lines, tried);
		assert_int_equal(outage.now.failing, failing);
	}
}

/* The line in question has no say, however loud it is. */
static void
one_line_alone_is_no_outage(void **state)
{
	struct outage_line lines[LINES] = {0}, loud = {0};
	struct outage outage;

	begin(&outage);
	for (unsigned i = 0; i < 29; i++)
		outage_attempt(&outage, &lines[i], (struct wall){0}, true);
	for (unsigned i = 0; i < 1000; i++)
		outage_attempt(&outage, &loud, (struct wall){i}, true);
	/* 29 others are too few to tell; 30 are not. */
	assert_false(outage_is_on(&outage, &loud));
	outage_attempt(&outage, &lines[29], (struct wall){0}, true);
	assert_true(outage_is_on(&outage, &loud));
	/* What the window before told is believed while this one tells too little, and no longer. */
	outage_attempt(&outage, &loud, (struct wall){outage.window_us}, true);
	assert_true(outage_is_on(&outage, &loud));
	outage_attempt(&outage, &loud, (struct wall){3 * outage.window_us}, true);
	assert_false(outage_is_on(&outage, &loud));
}

static void
what_is_usual_is_no_outage(void **state)
{
	struct outage_line lines[LINES] = {0}, other = {0};
	struct outage outage;

	begin(&outage);
	/* A third of the lines fail, for weeks. */
	for (unsigned window = 0; window < 4000; window++) {
		for (unsigned i = 0; i < LINES; i++)
			outage_attempt(&outage, &lines[i], (struct wall){window * outage.window_us},
				i % 3 == 0);
		if (window == 0)
			assert_true(outage_is_on(&outage, &other));
	}
	assert_false(outage_is_on(&outage, &other));
	for (unsigned i = 0; i < LINES; i++)
		outage_attempt(
			&outage, &lines[i], (struct wall){4000 * outage.window_us}, i % 10 != 0);
	assert_true(outage_is_on(&outage, &other));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_lines_and_not_flows),
		cmocka_unit_test(one_line_alone_is_no_outage),
		cmocka_unit_test(what_is_usual_is_no_outage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
