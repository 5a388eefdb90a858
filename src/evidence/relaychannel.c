/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/relaychannel.h"

#include <math.h>

/* A day of the past counts nine tenths of the next: a half-life of 6.6 days. */
#define PAST_FADE 0.9F
/* The normal distribution's 0.99. */
#define Q99 2.326
/* Of this times its upper quantile, and so many more, a day is learnt: one day moves the past only so far. */
#define LEARN_OF   1.25
#define LEARN_MORE 5
#define HOUR_S     3600
#define DAY_S      86400.0

void
relay_channel_defaults(struct relay_channel_settings *settings)
{
	*settings = (struct relay_channel_settings){
		.unknown_honest = .05,
		.unknown_zombie = {.2, .4, .7},
		.refused_honest = .08,
		.refused_zombie = {.3, .7},
		.half_life_us = 2 * WALL_DAY,
		.domain_ratio = 10,
		.domain_own = 1,
		.domain_free = 6,
		.volume_own = 2,
		.volume_prior = 1,
		.place_step = 3,
		.guess_step = 2,
		.login_most = 6,
		.places = 3,
		.guesses = 10,
		.ceiling = 32,
		.baseline_stop = 6.9,
	};
}

static void
prepare_share(float *bad, float *good, const double *zombie, int count, double honest)
{
	for (int k = 0; k < count; k++) {
		bad[k] = (float)log(zombie[k] / honest);
		good[k] = (float)log((1 - zombie[k]) / (1 - honest));
	}
}

void
relay_channel_prepare(struct relay_steps *steps, const struct relay_channel_settings *settings)
{
	steps->settings = *settings;
	prepare_share(steps->unknown_bad, steps->unknown_good, settings->unknown_zombie,
		RELAY_UNKNOWNS, settings->unknown_honest);
	prepare_share(steps->refused_bad, steps->refused_good, settings->refused_zombie,
		RELAY_REFUSALS, settings->refused_honest);
	steps->domain_gain = (float)log(settings->domain_ratio);
	steps->domain_leak = (float)(settings->domain_ratio - 1);
	steps->domain_off = (float)settings->domain_free * steps->domain_gain;
	steps->half_lives_per_s = (double)WALL_SECOND / (double)settings->half_life_us;
}

static inline float
clip(float value, float ceiling)
{
	value = value > 0 ? value : 0;
	return value < ceiling ? value : ceiling;
}

double
relay_upper(float total, float days)
{
	double mean, variance;

	if (days <= 0)
		return 0;
	mean = (double)total / (double)days;
	variance = mean + mean / (double)days;
	return mean + Q99 * sqrt(variance);
}

static double
expected_domains_a_day(const struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class)
{
	double own =
		steps->settings.domain_own * relay_upper(record->past_domains, record->past_days);

	return own > class->domains_a_day ? own : class->domains_a_day;
}

void
relay_record_advance(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class, struct wall now)
{
	uint32_t now_s = now.us < 0 ? 0 : wall_seconds(now), dt = now_s - record->time_s;
	float fade;

	if (now_s <= record->time_s)
		return;
	if (record->time_s == 0) {
		record->time_s = now_s;
		return;
	}
	record->time_s = now_s;
	fade = exp2f((float)(-(double)dt * steps->half_lives_per_s));
	for (int k = 0; k < RELAY_UNKNOWNS; k++)
		record->unknown[k] *= fade;
	for (int k = 0; k < RELAY_REFUSALS; k++)
		record->refused[k] *= fade;
	record->volume *= fade;
	record->login *= fade;
	if (record->domains > 0) {
		double expected = expected_domains_a_day(record, steps, class) * dt / DAY_S;

		record->domains =
			clip(record->domains - steps->domain_leak * (float)expected, INFINITY);
	}
	if (dt > HOUR_S)
		record->guesses = 0;
}

void
relay_record_domain(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class)
{
	if (class->domains_a_day <= 0)
		return;
	record->domains = clip(record->domains + steps->domain_gain,
		(float)steps->settings.ceiling + steps->domain_off);
}

/* Chernoff's bound on ln P(X >= x), X negative binomial: the true tail is smaller, so what is made of it is an e-value
 * too. */
static double
tail_bound(double x, double shape, double mean)
{
	if (x <= mean)
		return 0;
	return (x + shape) * log((x + shape) / (mean + shape)) - x * log(x / mean);
}

void
relay_record_volume(struct relay_record *record, const struct relay_steps *steps,
	const struct relay_class *class, double recipients)
{
	const struct relay_channel_settings *settings = &steps->settings;
	double prior = settings->volume_prior * class->volume_least / settings->volume_own;
	double shape = prior + (double)record->past_recipients, mean, e;

	if (class->volume_least <= 0 || recipients <= class->volume_least)
		return;
	mean = settings->volume_own * shape / (settings->volume_prior + (double)record->past_days);
	if (mean < class->volume_least)
		mean = class->volume_least;
	e = -log(2) - tail_bound(recipients, shape, mean) / 2;
	if (e > (double)record->volume)
		record->volume = clip((float)e, (float)settings->ceiling);
}

static void
add_share(float *sums, const float *steps, int count, float ceiling)
{
	for (int k = 0; k < count; k++)
		sums[k] = clip(sums[k] + steps[k], ceiling);
}

void
relay_record_result(
	struct relay_record *record, const struct relay_steps *steps, enum relay_result result)
{
	float ceiling = (float)steps->settings.ceiling;

	/* A refusal does not tell whether there is such a recipient, nor the other way round. */
	if (result != RELAY_POLICY)
		add_share(record->unknown,
			result == RELAY_ACCEPTED ? steps->unknown_good : steps->unknown_bad,
			RELAY_UNKNOWNS, ceiling);
	if (result != RELAY_UNKNOWN_USER)
		add_share(record->refused,
			result == RELAY_ACCEPTED ? steps->refused_good : steps->refused_bad,
			RELAY_REFUSALS, ceiling);
}

/* Once an hour. */
static void
add_login(
	struct relay_record *record, const struct relay_steps *steps, double step, struct wall now)
{
	uint16_t hour = (uint16_t)(now.us / WALL_HOUR);

	if (record->login_hour == hour && record->login > 0)
		return;
	record->login_hour = hour;
	record->login = clip(record->login + (float)step, (float)steps->settings.login_most);
}

void
relay_record_places(struct relay_record *record, const struct relay_steps *steps, unsigned networks,
	unsigned countries, struct wall now)
{
	if (networks >= steps->settings.places || countries >= steps->settings.places)
		add_login(record, steps, steps->settings.place_step, now);
}

void
relay_record_login(struct relay_record *record, const struct relay_steps *steps, bool good,
	uint16_t network, struct wall now)
{
	bool is_same = record->guesses > 0 && record->guess_network == network;

	if (good) {
		if (is_same && record->guesses >= steps->settings.guesses)
			add_login(record, steps, steps->settings.guess_step, now);
		if (is_same)
			record->guesses = 0;
		return;
	}
	/* The network from which most come stays. */
	if (is_same) {
		record->guesses += record->guesses < UINT8_MAX;
	} else if (record->guesses > 0) {
		record->guesses--;
	} else {
		record->guess_network = network;
		record->guesses = 1;
	}
}

/* ln of the mean of exp(x), at least 0. */
static float
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

static float
log_mean_exp_of(float a, float b)
{
	return log_mean_exp((float[]){a, b}, 2);
}

static float
smaller(float a, float b)
{
	return a < b ? a : b;
}

static float
larger(float a, float b)
{
	return a > b ? a : b;
}

struct relay_evidence
relay_record_evidence(const struct relay_record *record, const struct relay_steps *steps)
{
	struct relay_evidence evidence = {
		.unknown = log_mean_exp(record->unknown, RELAY_UNKNOWNS),
		.refused = log_mean_exp(record->refused, RELAY_REFUSALS),
		.domains = clip(record->domains - steps->domain_off, INFINITY),
		.volume = record->volume,
		.login = record->login,
	};
	float more = log_mean_exp_of(evidence.domains, evidence.volume);
	float failing = log_mean_exp_of(evidence.unknown, evidence.refused);

	evidence.score = evidence.login +
		log_mean_exp_of(smaller(evidence.domains, evidence.volume), smaller(more, failing));
	evidence.watch = larger(larger(evidence.unknown, evidence.refused),
		larger(evidence.domains, evidence.volume));
	evidence.watch = larger(evidence.watch, larger(evidence.login, evidence.score));
	return evidence;
}

static void
learn(float *past, float days, double amount)
{
	double most = LEARN_OF * relay_upper(*past, days) + LEARN_MORE;

	if (days > 0 && amount > most)
		amount = most;
	*past = *past * PAST_FADE + (float)amount;
}

void
relay_record_learn(
	struct relay_record *record, const struct relay_steps *steps, const struct relay_day *day)
{
	bool was_suspect = (record->flags & RELAY_WAS_SUSPECT) != 0;

	record->flags &= (uint8_t)~RELAY_WAS_SUSPECT;
	if (was_suspect ||
		(double)relay_record_evidence(record, steps).watch >= steps->settings.baseline_stop)
		return;
	learn(&record->past_recipients, record->past_days, day->recipients);
	learn(&record->past_accepted, record->past_days, day->accepted);
	learn(&record->past_domains, record->past_days, day->domains);
	record->past_days = record->past_days * PAST_FADE + 1;
}
