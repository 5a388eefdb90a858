/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/survival.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>

/* Weeks of remission of 42 children with leukaemia: Freireich and others, Blood 21 (1963), pages 699 to 716; minus: not
 * at its end yet. What follows from them is in D. G. Kleinbaum and M. Klein, Survival Analysis, chapter 2. */
static const int placebo[] = {
	1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
static const int treated[] = {
	6, 6, 6, -6, 7, -9, 10, -10, -11, 13, 16, -17, -19, -20, 22, 23, -25, -32, -32, -34, -35};

enum { EACH = sizeof(treated) / sizeof(*treated), ALL = 2 * EACH };

static void
make(struct survival_time *times)
{
	for (unsigned i = 0; i < ALL; i++) {
		int weeks = i < EACH ? placebo[i] : treated[i - EACH];

		times[i] = (struct survival_time){.cluster = i,
			.exit = (uint16_t)(weeks < 0 ? -weeks : weeks),
			.is_event = weeks > 0,
			.arm = i >= EACH};
	}
}

static struct survival_curve curve;

static const char *
text_of_day(unsigned day)
{
	static char text[96];
	const struct survival_point *of = &curve.at[day];
	double low, high;

	survival_interval(of->survival, of->greenwood, 1.959964, &low, &high);
	snprintf(text, sizeof(text), "%llu %llu %.4f %.4f %.4f-%.4f",
		(unsigned long long)of->at_risk, (unsigned long long)of->events, of->survival,
		sqrt(of->greenwood), low, high);
	return text;
}

static void
the_curve_is_that_of_the_textbook(void **state)
{
	struct survival_time times[ALL];
	struct survival_median median;

	(void)state;
	make(times);
	survival_curve(times, ALL, 1, &curve);
	assert_int_equal(curve.rows, 21);
	assert_int_equal(curve.events, 9);
	assert_int_equal(curve.days, 35);
	assert_string_equal(text_of_day(5), "21 0 1.0000 0.0000 1.0000-1.0000");
	assert_string_equal(text_of_day(6), "21 3 0.8571 0.0764 0.6197-0.9516");
	assert_string_equal(text_of_day(7), "17 1 0.8067 0.0869 0.5631-0.9228");
	assert_string_equal(text_of_day(10), "15 1 0.7529 0.0963 0.5032-0.8894");
	assert_string_equal(text_of_day(13), "12 1 0.6902 0.1068 0.4316-0.8491");
	assert_string_equal(text_of_day(16), "11 1 0.6275 0.1141 0.3675-0.8049");
	assert_string_equal(text_of_day(22), "7 1 0.5378 0.1282 0.2678-0.7468");
	assert_string_equal(text_of_day(23), "6 1 0.4482 0.1346 0.1881-0.6801");
	assert_string_equal(text_of_day(35), "1 0 0.4482 0.1346 0.1881-0.6801");
	for (unsigned day = 1; day <= curve.days; day++) {
		struct survival_point *of = &curve.at[day];

		survival_interval(of->survival, of->greenwood, 1.959964, &of->low, &of->high);
	}
	median = survival_median(&curve);
	assert_int_equal(median.day, 23);
	assert_int_equal(median.low, 13);
	assert_int_equal(median.high, SURVIVAL_NEVER);
	survival_curve(times, ALL, 0, &curve);
	assert_int_equal(survival_median(&curve).day, 8);
	assert_string_equal(text_of_day(23), "1 1 0.0000 0.0000 0.0000-0.0000");
	assert_true(curve.at[23].high == curve.at[22].high && curve.at[22].high > 0.2);
}

static void
the_test_of_two_arms_is_that_of_the_textbook(void **state)
{
	struct survival_time times[ALL];
	struct survival_test test;
	char text[96];

	(void)state;
	make(times);
	survival_compare(times, ALL, SURVIVAL_DAYS, &test);
	snprintf(text, sizeof(text), "%.0f %.2f %.0f %.2f %.2f %.5f", test.observed[0],
		test.expected[0], test.observed[1], test.expected[1], test.chi2, test.p);
	assert_string_equal(text, "21 10.75 9 19.25 16.79 0.00004");
	/* Of clusters of one, both variances are of the same thing where the arms are alike. */
	for (unsigned i = 0; i < EACH; i++) {
		times[EACH + i].exit = times[i].exit;
		times[EACH + i].is_event = true;
	}
	survival_compare(times, ALL, SURVIVAL_DAYS, &test);
	assert_true(test.chi2 < 1e-9 && test.p > 0.999);
	assert_true(fabs(test.robust / test.variance - 1) < 0.1);
}

/* Of clusters of one the infinitesimal jackknife is Greenwood's, but for n / (n - 1). */
static void
clusters_of_one_have_the_variance_of_greenwood(void **state)
{
	struct survival_time times[ALL];

	(void)state;
	make(times);
	survival_curve(times, ALL, 1, &curve);
	assert_int_equal(curve.clusters, 21);
	for (unsigned day = 1; day <= curve.days; day++)
		assert_true(fabs(curve.at[day].robust - curve.at[day].greenwood * 21 / 20) < 1e-12);
}

/* Each row four times, as one cluster: as sure as each once, not twice as sure. */
static void
rows_that_go_together_count_as_one(void **state)
{
	struct survival_time times[ALL], four[4 * ALL];
	struct survival_curve once;
	struct survival_test test, test_four;

	(void)state;
	make(times);
	for (unsigned i = 0; i < 4 * ALL; i++)
		four[i] = times[i / 4];
	survival_curve(times, ALL, 1, &once);
	survival_curve(four, 4 * ALL, 1, &curve);
	assert_int_equal(curve.clusters, 21);
	for (unsigned day = 1; day <= curve.days; day++) {
		assert_true(fabs(curve.at[day].survival - once.at[day].survival) < 1e-12);
		assert_true(fabs(curve.at[day].robust - once.at[day].robust) < 1e-12);
		assert_true(fabs(curve.at[day].greenwood - once.at[day].greenwood / 4) < 1e-12);
	}
	survival_compare(times, ALL, SURVIVAL_DAYS, &test);
	survival_compare(four, 4 * ALL, SURVIVAL_DAYS, &test_four);
	assert_true(fabs(test_four.robust_chi2 - test.robust_chi2) < 1e-9);
	assert_true(test_four.chi2 > 3.9 * test.chi2);
}

/* By hand: of 2 one ends on day 2; the third enters behind day 2, so on day 3 there are 2, of whom one ends. */
static void
rows_that_enter_late_are_at_risk_from_then_on(void **state)
{
	const struct survival_time times[] = {
		{.cluster = 1, .entry = 0, .exit = 2, .is_event = true},
		{.cluster = 2, .entry = 0, .exit = 3, .is_event = true},
		{.cluster = 3, .entry = 2, .exit = 5, .is_event = false},
		{.cluster = 4, .entry = 4, .exit = 4, .is_event = true}, /* never at risk */
	};

	(void)state;
	survival_curve(times, 4, 0, &curve);
	assert_int_equal(curve.rows, 3);
	assert_int_equal(curve.clusters, 3);
	assert_int_equal(curve.at[2].at_risk, 2);
	assert_int_equal(curve.at[3].at_risk, 2);
	assert_int_equal(curve.at[4].at_risk, 1);
	assert_true(fabs(curve.at[3].survival - 0.25) < 1e-12);
	assert_int_equal(survival_median(&curve).day, 2);
}

/* Two strata, in each of which the arms are alike, though of all rows together they are not. */
static void
strata_are_compared_within(void **state)
{
	struct survival_time times[40];
	struct survival_test test;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		times[i] = (struct survival_time){.cluster = i,
			.exit = i < 20 ? 3 : 9,
			.is_event = true,
			.stratum = i >= 20,
			.arm = i < 20 ? i >= 4 : i >= 36};
	survival_compare(times, 40, SURVIVAL_DAYS, &test);
	assert_true(fabs(test.observed[1] - test.expected[1]) < 1e-9);
	for (unsigned i = 0; i < 40; i++)
		times[i].stratum = 0;
	survival_compare(times, 40, SURVIVAL_DAYS, &test);
	assert_true(test.observed[1] - test.expected[1] > 2);
	assert_true(test.p < 0.01);
}

static void
what_comes_later_counts_as_still_there(void **state)
{
	struct survival_time times[ALL];
	struct survival_test test;
	const struct survival_time late = {.exit = 60000, .is_event = true};

	(void)state;
	make(times);
	survival_compare(times, ALL, 5, &test);
	assert_int_equal((int)test.observed[0], 9);
	assert_int_equal((int)test.observed[1], 0);
	survival_curve(&late, 1, 0, &curve);
	assert_int_equal(curve.days, SURVIVAL_DAYS);
	assert_int_equal(curve.events, 0);
	assert_true(curve.at[SURVIVAL_DAYS].survival >= 1);
}

static void
of_nothing_there_is_no_curve(void **state)
{
	struct survival_test test;

	(void)state;
	survival_curve(NULL, 0, 0, &curve);
	assert_int_equal(curve.days, 0);
	assert_true(curve.at[0].survival >= 1);
	assert_int_equal(survival_median(&curve).day, SURVIVAL_NEVER);
	survival_compare(NULL, 0, 14, &test);
	assert_true(test.p >= 1 && test.robust_p >= 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_curve_is_that_of_the_textbook),
		cmocka_unit_test(the_test_of_two_arms_is_that_of_the_textbook),
		cmocka_unit_test(clusters_of_one_have_the_variance_of_greenwood),
		cmocka_unit_test(rows_that_go_together_count_as_one),
		cmocka_unit_test(rows_that_enter_late_are_at_risk_from_then_on),
		cmocka_unit_test(strata_are_compared_within),
		cmocka_unit_test(what_comes_later_counts_as_still_there),
		cmocka_unit_test(of_nothing_there_is_no_curve),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
