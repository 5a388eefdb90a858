/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "unit.h"

#define DRAWS 100000

static void
the_same_seed_gives_the_same_numbers(void **state)
{
	struct random a, b, c;

	random_seed(&a, 7);
	random_seed(&b, 7);
	random_seed(&c, 8);
	for (int i = 0; i < 100; i++) {
		uint64_t x = random_u64(&a);

		assert_true(x == random_u64(&b));
		assert_true(x != random_u64(&c));
	}
}

/* Made with the authors' published formulas for the state {1, 2, 3, 4}. */
static void
the_generator_is_xoshiro256_starstar(void **state)
{
	struct random random = {{1, 2, 3, 4}};

	assert_true(random_u64(&random) == 11520);
	assert_true(random_u64(&random) == 0);
	assert_true(random_u64(&random) == 1509978240);
	assert_true(random_u64(&random) == UINT64_C(1215971899390074240));
}

static void
draws_stay_within_their_bounds_and_reach_them(void **state)
{
	struct random random;
	unsigned seen[7] = {0};

	random_seed(&random, 1);
	for (int i = 0; i < DRAWS; i++) {
		double unit = random_unit(&random), log = random_log_uniform(&random, 2, 2000);
		double uniform = random_uniform(&random, -3, 5);

		assert_true(unit >= 0 && unit < 1);
		assert_true(log >= 2 && log < 2000);
		assert_true(uniform >= -3 && uniform < 5);
		assert_true(random_exponential(&random, 3) >= 0);
		seen[random_below(&random, 7)]++;
	}
	/* Each expects DRAWS / 7; five standard deviations are 553. */
	for (int i = 0; i < 7; i++)
		assert_in_range(seen[i], DRAWS / 7 - 600, DRAWS / 7 + 600);
	assert_true(random_below(&random, 1) == 0);
}

/* Means of many draws, within five standard errors. */
static void
means_are_what_the_distributions_say(void **state)
{
	struct random random;
	double unit = 0, exponential = 0, log_of = 0;

	random_seed(&random, 2);
	for (int i = 0; i < DRAWS; i++) {
		unit += random_unit(&random) / DRAWS;
		exponential += random_exponential(&random, 4) / DRAWS;
		log_of += log(random_log_uniform(&random, 1, exp(2))) / DRAWS;
	}
	assert_true(fabs(unit - 0.5) < 0.005);
	assert_true(fabs(exponential - 0.25) < 0.004);
	assert_true(fabs(log_of - 1) < 0.01);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_numbers),
		cmocka_unit_test(the_generator_is_xoshiro256_starstar),
		cmocka_unit_test(draws_stay_within_their_bounds_and_reach_them),
		cmocka_unit_test(means_are_what_the_distributions_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
