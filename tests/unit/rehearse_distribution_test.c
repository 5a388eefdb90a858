/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/distribution.h"
#include "unit.h"

#include <errno.h>
#include <math.h>

#define DRAWS 200000

static struct distribution
parsed(const char *text)
{
	struct distribution d;

	assert_int_equal(distribution_parse(text_of(text), &d), 0);
	return d;
}

static void
reads_numbers_and_distributions(void **state)
{
	struct distribution d = parsed("LU(100, 400)");

	assert_int_equal(d.kind, DISTRIBUTION_LOG_UNIFORM);
	assert_true(d.low == 100 && d.high == 400);
	d = parsed("U(.05,.25)");
	assert_int_equal(d.kind, DISTRIBUTION_UNIFORM);
	assert_true(d.low == .05 && d.high == .25);
	d = parsed("4");
	assert_int_equal(d.kind, DISTRIBUTION_CONSTANT);
	assert_true(d.low == 4 && d.high == 4);
}

static void
refuses_what_is_no_distribution(void **state)
{
	static const char *const wrong[] = {"", "U", "U(", "U()", "U(1)", "U(1,2", "U(1,2,3)",
		"U(a,b)", "V(1,2)", "inf", "nan", "(1)"};
	struct distribution d;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(distribution_parse(text_of(wrong[i]), &d), -EINVAL);
	assert_int_equal(distribution_parse(TEXT("U(2,1)"), &d), -EDOM);
	assert_int_equal(distribution_parse(TEXT("LU(0,1)"), &d), -EDOM);
	assert_int_equal(distribution_parse(TEXT("LU(-1,1)"), &d), -EDOM);
}

/* Mean and variance of many draws. */
static void
moments(const char *text, double *ret_mean, double *ret_variance)
{
	struct distribution d = parsed(text);
	double sum = 0, squares = 0;
	struct random random;

	random_seed(&random, 42);
	for (int i = 0; i < DRAWS; i++) {
		double x = distribution_draw(&d, &random);

		assert_true(x >= d.low && x <= d.high);
		sum += x;
		squares += x * x;
	}
	*ret_mean = sum / DRAWS;
	*ret_variance = squares / DRAWS - *ret_mean * *ret_mean;
}

/* Five standard errors of the mean of the draws. */
static void
moments_are_those_of_the_formulas(void **state)
{
	double mean, variance, expected;

	moments("U(5,40)", &mean, &variance);
	assert_true(fabs(mean - 22.5) < 5 * sqrt(variance / DRAWS));
	assert_true(fabs(variance - 35.0 * 35 / 12) < 0.02 * variance);

	moments("LU(100,400)", &mean, &variance);
	expected = 300 / log(4);
	assert_true(fabs(mean - expected) < 5 * sqrt(variance / DRAWS));
	assert_true(
		fabs(variance - ((400.0 * 400 - 100 * 100) / (2 * log(4)) - expected * expected)) <
		0.02 * variance);

	moments("7", &mean, &variance);
	assert_true(mean == 7);
}

static void
whole_numbers_of_a_range_are_equally_likely(void **state)
{
	struct distribution d = parsed("U(3,8)");
	unsigned count[9] = {0};
	struct random random;

	random_seed(&random, 1);
	for (int i = 0; i < 60000; i++) {
		uint32_t n = distribution_draw_count(&d, &random);

		assert_in_range(n, 3, 8);
		count[n]++;
	}
	for (int n = 3; n <= 8; n++)
		assert_in_range(count[n], 9500, 10500);
}

static void
a_count_is_at_least_one(void **state)
{
	struct distribution d = parsed("U(0,0)");
	struct random random;

	random_seed(&random, 1);
	assert_int_equal(distribution_draw_count(&d, &random), 1);
	d = parsed("1e30");
	assert_int_equal(distribution_draw_count(&d, &random), UINT32_MAX);
}

/* Against the exact probabilities, for exponents on both sides of 1 and at it. */
static void
zipf_ranks_have_their_probabilities(void **state)
{
	static const double exponents[] = {0, .5, 1, 1.05, 1.1, 2.1};
	enum { N = 50 };

	for (size_t e = 0; e < sizeof(exponents) / sizeof(*exponents); e++) {
		unsigned count[N + 1] = {0};
		double sum = 0, last, chi = 0;
		struct random random;
		struct zipf zipf;

		zipf_init(&zipf, exponents[e]);
		last = zipf_last(&zipf, N);
		random_seed(&random, 7);
		for (int k = 1; k <= N; k++)
			sum += pow(k, -exponents[e]);
		for (int i = 0; i < DRAWS; i++) {
			uint32_t k = zipf_draw(&zipf, N, last, &random);

			assert_in_range(k, 1, N);
			count[k]++;
		}
		for (int k = 1; k <= N; k++) {
			double expected = DRAWS * pow(k, -exponents[e]) / sum;

			chi += (count[k] - expected) * (count[k] - expected) / expected;
		}
		/* 49 degrees of freedom: above 95 in less than one of ten thousand. */
		assert_true(chi < 95);
	}
}

static void
zipf_of_one_rank_is_that_rank(void **state)
{
	struct random random;
	struct zipf zipf;

	zipf_init(&zipf, 1);
	random_seed(&random, 3);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(zipf_draw(&zipf, 1, zipf_last(&zipf, 1), &random), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_numbers_and_distributions),
		cmocka_unit_test(refuses_what_is_no_distribution),
		cmocka_unit_test(moments_are_those_of_the_formulas),
		cmocka_unit_test(whole_numbers_of_a_range_are_equally_likely),
		cmocka_unit_test(a_count_is_at_least_one),
		cmocka_unit_test(zipf_ranks_have_their_probabilities),
		cmocka_unit_test(zipf_of_one_rank_is_that_rank),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
