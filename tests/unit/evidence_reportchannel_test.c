/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/reportchannel.h"
#include "unit.h"

#define NOW INT64_C(1700000000)

static struct report_channel_settings settings;

static struct wall
hours(int count)
{
	return (struct wall){(NOW + count * INT64_C(3600)) * WALL_SECOND};
}

static bool
report(struct report_record *record, uint64_t reporter, float weight, int at, int now)
{
	struct report_from from = {.reporter = reporter, .time = hours(at), .weight = weight};

	return report_record_take(record, &settings, &from, hours(now));
}

static float
score(const struct report_record *record, int now)
{
	struct evidence evidence = report_record_evidence(record, &settings, hours(now));

	assert_int_equal(evidence.channel, CHANNEL_REPORT);
	assert_true(evidence.score <= evidence.watch && evidence.watch <= REPORT_CEILING);
	return evidence.score;
}

static float
watch(const struct report_record *record, int now)
{
	return report_record_evidence(record, &settings, hours(now)).watch;
}

static void
a_reporter_counts_once(void **state)
{
	struct report_record record = {{{0}}};

	assert_true(score(&record, 0) == 0);
	assert_true(report(&record, 1, 3, 0, 0));
	assert_float_equal(score(&record, 0), 3, 1e-5);
	/* The same again, and what is older, are nothing new. */
	assert_false(report(&record, 1, 3, 0, 0));
	assert_false(report(&record, 1, 3, -5, 0));
	assert_float_equal(score(&record, 0), 3, 1e-5);
	assert_true(report(&record, 1, 3, 24, 24));
	assert_float_equal(score(&record, 24), 3, 1e-5);
	(void)state;
}

static void
further_reporters_count_half_and_there_is_a_ceiling(void **state)
{
	struct report_record record = {{{0}}};

	assert_true(report(&record, 1, 3, 0, 0));
	assert_true(report(&record, 2, 3, 0, 0));
	assert_float_equal(score(&record, 0), 4.5, 1e-5);
	/* The strongest is whole, whoever came first. */
	assert_true(report(&record, 3, 4, 0, 0));
	assert_float_equal(score(&record, 0), 7, 1e-5);
	assert_true(report(&record, 4, 100, 0, 0));
	assert_float_equal(score(&record, 0), 7, 1e-5);
	/* No weight is above it, either: it fades from there. */
	record = (struct report_record){{{0}}};
	assert_true(report(&record, 4, 100, 0, 0));
	assert_float_equal(score(&record, 72), 3.5, 1e-5);
	(void)state;
}

/* What was seen is always told later. */
static void
a_line_is_watched_until_half_is_left(void **state)
{
	struct report_record record = {{{0}}};

	assert_true(report(&record, 1, 6.9F, 0, 5));
	assert_true(score(&record, 5) < 6.9F);
	assert_float_equal(watch(&record, 5), 6.9, 1e-5);
	assert_float_equal(watch(&record, 71), 6.9, 1e-5);
	assert_true(watch(&record, 73) < 3.45F && watch(&record, 73) == score(&record, 73));
	assert_true(watch(&record, 24 * 30) == 0);
	(void)state;
}

static void
reports_fade(void **state)
{
	struct report_record record = {{{0}}};
	struct evidence evidence;

	assert_true(report(&record, 1, 6, 0, 0));
	assert_float_equal(score(&record, 72), 3, 1e-5);
	assert_float_equal(score(&record, 144), 1.5, 1e-5);
	evidence = report_record_evidence(&record, &settings, hours(144));
	assert_int_equal(evidence.time.us, hours(0).us);
	/* Of the future: as of then. */
	assert_float_equal(score(&record, -1), 6, 1e-5);
	assert_true(score(&record, 24 * 30) == 0);
	(void)state;
}

static void
the_weakest_gives_way(void **state)
{
	struct report_record record = {{{0}}};

	for (unsigned i = 1; i <= REPORT_REPORTERS; i++)
		assert_true(report(&record, i, (float)i / 10, 0, 0));
	assert_false(report(&record, 100, .05F, 0, 0));
	assert_true(report(&record, 101, .5F, 0, 0));
	/* .8, and half of .7 .6 .5 .4 .3 .2 and .5 */
	assert_float_equal(score(&record, 0), .8 + 3.2 / 2, 1e-5);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reporter_counts_once),
		cmocka_unit_test(further_reporters_count_half_and_there_is_a_ceiling),
		cmocka_unit_test(a_line_is_watched_until_half_is_left),
		cmocka_unit_test(reports_fade),
		cmocka_unit_test(the_weakest_gives_way),
	};

	report_channel_defaults(&settings);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
