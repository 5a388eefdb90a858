/* survival - how long something stays, where the end of some is not seen yet
 *
 * What:    the product-limit estimate of Kaplan and Meier (1958) by days, of rows that may enter late (left
 *          truncation) and whose end may not be seen (right censoring); a row is at risk on the days behind its entry,
 *          up to its exit. Its variance is that of Greenwood (1926), and a robust one for rows that go together in
 *          clusters: the infinitesimal jackknife, a cluster at a time (Ying and Wei, J. Multivariate Analysis 50
 *          (1994); Williams, Lifetime Data Analysis 1 (1995)), which of n clusters of one is Greenwood's times n / (n
 *          - 1). Intervals are of 95 % on the scale of log(-log), so they stay between 0 and 1. Two arms are compared
 *          by the log-rank test (Mantel 1966), stratified; its robust form takes the variance of its score from
 *          clusters (Lee, Wei and Amato 1992).
 * Owns:    nothing.
 * Limits:  SURVIVAL_DAYS days: what goes on longer is censored there; SURVIVAL_STRATA strata. Rows of one cluster
 *          stand together. Time is that of rows, and of clusters by days.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_SURVIVAL_H
#define LAZARET_CENSUS_EFFECT_SURVIVAL_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SURVIVAL_DAYS   400
#define SURVIVAL_STRATA 2048
#define SURVIVAL_ARMS   2
/* Of a median: it is not reached. */
#define SURVIVAL_NEVER UINT16_MAX

struct survival_time {
	uint32_t cluster;
	uint16_t
		entry; /* in days of the row's own clock; rows whose exit is not behind it count nothing */
	uint16_t exit;
	uint16_t stratum; /* below SURVIVAL_STRATA */
	uint8_t arm;      /* below SURVIVAL_ARMS */
	bool is_event;    /* it ended at its exit; else it was still there at the end of that day */
};

struct survival_point {
	uint64_t at_risk; /* that could have ended on this day; of day 0: on the first */
	uint64_t events;
	double survival;
	double greenwood; /* variances of survival */
	double robust;
	double low, high; /* by the robust one */
};

struct survival_curve {
	unsigned days; /* the last day on which any was at risk */
	uint64_t rows, events, clusters;
	struct survival_point at[SURVIVAL_DAYS + 1];
};

/* How survival's interval is made. It is made anew with Greenwood's variance, or for another number of standard
 * deviations. */
void survival_interval(
	double survival, double variance, double deviations, double *low, double *high);

/* The curve of one arm. */
void survival_curve(
	const struct survival_time *times, size_t count, unsigned arm, struct survival_curve *ret);

/* The first day at the end of which no more than half stay, and its interval: the days on which the curve's has half in
 * it (Brookmeyer and Crowley 1982). */
struct survival_median {
	uint16_t day, low, high; /* SURVIVAL_NEVER: not within the curve */
};

struct survival_median survival_median(const struct survival_curve *curve);

struct survival_test {
	double observed[SURVIVAL_ARMS], expected[SURVIVAL_ARMS]; /* events */
	double variance; /* of observed - expected; hypergeometric */
	double robust;
	double chi2, robust_chi2; /* of one degree of freedom; 0 where nothing can be compared */
	double p, robust_p;
};

/* Of days up to until alone; what happened later is censored there. */
void survival_compare(
	const struct survival_time *times, size_t count, unsigned until, struct survival_test *ret);

#endif
