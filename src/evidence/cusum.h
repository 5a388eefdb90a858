/* cusum - the two running tests of channel F, as pure arithmetic
 *
 * What:    rate: for each ratio r, the likelihood ratio of a Poisson process of r lambda0 against lambda0,
 *          a leaky bucket: + ln r a contact, - (r - 1) lambda0 dt. failure: for each theta_k, that of a
 *          Bernoulli theta_k against theta0, fading with a half-life. Clipped below, rate at 0, failure at
 *          -credit (a good past counts, but not without end), and both at a ceiling: each only makes
 *          e-values smaller than those of a CUSUM. The tests are ln of the mean over alternatives, at
 *          least 0.
 * Thread:  any.
 */
#ifndef LAZARET_EVIDENCE_CUSUM_H
#define LAZARET_EVIDENCE_CUSUM_H

#include "evidence/flowchannel.h"

struct cusum {
	float rate[FLOW_RATES];
	float failure[FLOW_THETAS];
};

/* The settings, turned into what is added. */
struct cusum_steps {
	float gain[FLOW_RATES];  /* ln r */
	float leak[FLOW_RATES];  /* r - 1, per expected contact */
	float bad[FLOW_THETAS];  /* ln(theta_k / theta0) */
	float good[FLOW_THETAS]; /* ln((1 - theta_k) / (1 - theta0)) */
	double half_lives_per_us;
	float credit;
	float ceiling;
};

void cusum_prepare(struct cusum_steps *steps, const struct flow_channel_settings *settings);

/* What is left of 1 after dt_us by the half-life. */
float cusum_fade(const struct cusum_steps *steps, int64_t dt_us);

/* Time passes: dt_us >= 0, in which `expected` contacts would be normal. */
void cusum_decay(
	struct cusum *cusum, const struct cusum_steps *steps, int64_t dt_us, float expected);

void cusum_contact(struct cusum *cusum, const struct cusum_steps *steps);
void cusum_bad(struct cusum *cusum, const struct cusum_steps *steps);
void cusum_good(struct cusum *cusum, const struct cusum_steps *steps);
/* Takes a failure back. */
void cusum_forgive(struct cusum *cusum, const struct cusum_steps *steps);

float cusum_rate(const struct cusum *cusum);
float cusum_failure(const struct cusum *cusum);

#endif
