/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "evidence/cusum.h"
#include "unit.h"

#include <math.h>

static struct cusum_steps
prepare(struct flow_channel_settings *settings)
{
	struct cusum_steps steps;

	flow_channel_defaults(settings);
	cusum_prepare(&steps, settings);
	return steps;
}

/* Credit and fading only take away: neither test is ever above the CUSUM that restarts at 0 and forgets
 * nothing, on which the bound of the false alarms rests. */
static void
no_test_is_ever_above_its_plain_cusum(void **state)
{
	struct flow_channel_settings settings;
	struct cusum_steps steps = prepare(&settings);
	float rate[FLOW_RATES] = {0}, failure[FLOW_THETAS] = {0};
	struct cusum cusum = {0};
	struct random random;

	random_seed(&random, 5);
	for (unsigned i = 0; i < 20000; i++) {
		bool is_bad = random_unit(&random) < (i / 1000 % 2 ? .5 : .1);
		int64_t dt = (int64_t)random_below(&random, (uint64_t)WALL_DAY);
		float expected = (float)random_unit(&random);

		cusum_decay(&cusum, &steps, dt, expected);
		cusum_contact(&cusum, &steps);
		if (is_bad)
			cusum_bad(&cusum, &steps);
		else
			cusum_good(&cusum, &steps);
		for (int j = 0; j < FLOW_RATES; j++) {
			rate[j] = fmaxf(rate[j] - steps.leak[j] * expected, 0) + steps.gain[j];
			assert_true(cusum.rate[j] >= 0 && cusum.rate[j] <= steps.ceiling);
			assert_true(cusum.rate[j] <= rate[j] * 1.00001F);
		}
		for (int k = 0; k < FLOW_THETAS; k++) {
			failure[k] += is_bad ? steps.bad[k] : steps.good[k];
			failure[k] = fmaxf(failure[k], 0);
			assert_true(cusum.failure[k] >= -steps.credit);
			assert_true(cusum.failure[k] <= steps.ceiling);
			assert_true(cusum.failure[k] <= failure[k] * 1.00001F + .00001F);
		}
		assert_true(cusum_rate(&cusum) >= 0 && cusum_failure(&cusum) >= 0);
	}
}

static void
credit_fades_like_evidence(void **state)
{
	struct flow_channel_settings settings;
	struct cusum_steps steps = prepare(&settings);
	struct cusum cusum = {.failure = {-8, 8}};

	cusum_decay(&cusum, &steps, settings.half_life_us, 0);
	assert_true(fabsf(cusum.failure[0] + 4) < .001F);
	assert_true(fabsf(cusum.failure[1] - 4) < .001F);
	/* After any time there is nothing left, and no figure that is none. */
	cusum_decay(&cusum, &steps, INT64_MAX, 1e30F);
	assert_true(cusum.failure[0] == 0 && cusum.failure[1] == 0);
	assert_true(cusum_rate(&cusum) == 0);
}

static void
what_is_taken_back_is_as_much_as_was_added(void **state)
{
	struct flow_channel_settings settings;
	struct cusum_steps steps = prepare(&settings);
	struct cusum cusum = {.failure = {3, -5}};

	cusum_bad(&cusum, &steps);
	cusum_forgive(&cusum, &steps);
	assert_true(fabsf(cusum.failure[0] - 3) < .001F);
	assert_true(fabsf(cusum.failure[1] + 5) < .001F);
	for (int i = 0; i < 100; i++)
		cusum_forgive(&cusum, &steps);
	assert_true(cusum.failure[0] == -steps.credit && cusum.failure[1] == -steps.credit);
	assert_true(cusum_failure(&cusum) == 0);
}

static void
the_mixture_is_within_ln_2_of_its_best(void **state)
{
	for (float best = .1F; best <= 32; best += .7F) {
		struct cusum cusum = {.failure = {best, -14}};

		assert_true(cusum_failure(&cusum) <= best);
		assert_true(cusum_failure(&cusum) >= fmaxf(best - logf(2) - .001F, 0));
		cusum.failure[1] = best;
		assert_true(fabsf(cusum_failure(&cusum) - best) < .001F);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_test_is_ever_above_its_plain_cusum),
		cmocka_unit_test(credit_fades_like_evidence),
		cmocka_unit_test(what_is_taken_back_is_as_much_as_was_added),
		cmocka_unit_test(the_mixture_is_within_ln_2_of_its_best),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
