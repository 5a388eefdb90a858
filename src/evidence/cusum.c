/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/cusum.h"

#include <math.h>

void
cusum_prepare(struct cusum_steps *steps, const struct flow_channel_settings *settings)
{
	double honest = settings->failure_honest;

	for (int j = 0; j < FLOW_RATES; j++) {
		steps->gain[j] = (float)log(settings->rate_ratio[j]);
		steps->leak[j] = (float)(settings->rate_ratio[j] - 1);
	}
	for (int k = 0; k < FLOW_THETAS; k++) {
		double zombie = settings->failure_zombie[k];

		steps->bad[k] = (float)log(zombie / honest);
		steps->good[k] = (float)log((1 - zombie) / (1 - honest));
	}
	steps->half_lives_per_us = 1.0 / (double)settings->half_life_us;
	steps->credit = (float)settings->failure_credit;
	steps->ceiling = (float)settings->ceiling;
}

static inline float
clip(float value, float floor, float ceiling)
{
	value = value > floor ? value : floor;
	return value < ceiling ? value : ceiling;
}

float
cusum_fade(const struct cusum_steps *steps, int64_t dt_us)
{
	return exp2f((float)(-(double)dt_us * steps->half_lives_per_us));
}

void
cusum_decay(struct cusum *cusum, const struct cusum_steps *steps, int64_t dt_us, float expected)
{
	float fade = cusum_fade(steps, dt_us);

	for (int j = 0; j < FLOW_RATES; j++)
		cusum->rate[j] =
			clip(cusum->rate[j] - steps->leak[j] * expected, 0, steps->ceiling);
	for (int k = 0; k < FLOW_THETAS; k++)
		cusum->failure[k] *= fade;
}

void
cusum_contact(struct cusum *cusum, const struct cusum_steps *steps)
{
	for (int j = 0; j < FLOW_RATES; j++)
		cusum->rate[j] = clip(cusum->rate[j] + steps->gain[j], 0, steps->ceiling);
}

static void
add_failure(struct cusum *cusum, const struct cusum_steps *steps, const float *step, float sign)
{
	for (int k = 0; k < FLOW_THETAS; k++)
		cusum->failure[k] =
			clip(cusum->failure[k] + sign * step[k], -steps->credit, steps->ceiling);
}

void
cusum_bad(struct cusum *cusum, const struct cusum_steps *steps)
{
	add_failure(cusum, steps, steps->bad, 1);
}

void
cusum_good(struct cusum *cusum, const struct cusum_steps *steps)
{
	add_failure(cusum, steps, steps->good, 1);
}

void
cusum_forgive(struct cusum *cusum, const struct cusum_steps *steps)
{
	add_failure(cusum, steps, steps->bad, -1);
}

/* ln of the mean of exp(x), at least 0; stays exact for large x by taking the largest out. */
static inline float
log_mean_exp(const float *x, int count)
{
	float most = x[0], sum = 0;

	for (int i = 1; i < count; i++)
		most = x[i] > most ? x[i] : most;
	if (most <= 0)
		return 0;
	for (int i = 0; i < count; i++)
		sum += expf(x[i] - most);
	most += logf(sum / (float)count);
	return most > 0 ? most : 0;
}

float
cusum_rate(const struct cusum *cusum)
{
	return log_mean_exp(cusum->rate, FLOW_RATES);
}

float
cusum_failure(const struct cusum *cusum)
{
	return log_mean_exp(cusum->failure, FLOW_THETAS);
}
