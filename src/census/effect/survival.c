/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/survival.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of the normal distribution, 97.5 % are below it. */
#define Z 1.959963984540054

static unsigned
last_day(const struct survival_time *of)
{
	return of->exit < SURVIVAL_DAYS ? of->exit : SURVIVAL_DAYS;
}

/* Does it end within so many days? */
static bool
ends(const struct survival_time *of, unsigned days)
{
	return of->is_event && of->exit <= days;
}

static bool
counts(const struct survival_time *of)
{
	return of->entry < last_day(of);
}

/* Adds a row to differences of those at risk, whose sums up to a day are those at risk on it; and to events. */
static void
enter(int64_t *at_risk, int64_t *events, const struct survival_time *of, unsigned until)
{
	unsigned last = of->exit < until ? of->exit : until;

	if (of->entry >= last)
		return;
	at_risk[of->entry + 1]++;
	at_risk[last + 1]--;
	if (ends(of, until))
		events[last]++;
}

void
survival_interval(double survival, double variance, double deviations, double *low, double *high)
{
	double place, half;

	if (survival >= 1 || survival <= 0) {
		*low = *high = survival;
		return;
	}
	place = log(-log(survival));
	half = deviations * sqrt(variance) / (survival * -log(survival));
	*low = exp(-exp(place + half));
	*high = exp(-exp(place - half));
}

/* Of one cluster: what its rows add to the curve's deviation, day by day, squared. */
static void
add_cluster(const struct survival_time *rows, size_t count, unsigned arm,
	const struct survival_curve *curve, double *squares)
{
	int64_t at_risk[SURVIVAL_DAYS + 2] = {0}, events[SURVIVAL_DAYS + 2] = {0}, now = 0;
	double sum = 0;

	for (size_t i = 0; i < count; i++) {
		if (rows[i].arm == arm)
			enter(at_risk, events, &rows[i], SURVIVAL_DAYS);
	}
	for (unsigned day = 1; day <= curve->days; day++) {
		const struct survival_point *of = &curve->at[day];

		now += at_risk[day];
		if (of->events > 0 && of->events < of->at_risk)
			sum += ((double)events[day] -
				       (double)now * (double)of->events / (double)of->at_risk) /
				(double)(of->at_risk - of->events);
		squares[day] += sum * sum;
	}
}

static void
find_robust(
	const struct survival_time *times, size_t count, unsigned arm, struct survival_curve *ret)
{
	double squares[SURVIVAL_DAYS + 1] = {0}, widen;

	for (size_t i = 0, end; i < count; i = end) {
		bool is_there = false;

		for (end = i; end < count && times[end].cluster == times[i].cluster; end++)
			is_there = is_there || (times[end].arm == arm && counts(&times[end]));
		if (!is_there)
			continue;
		ret->clusters++;
		add_cluster(times + i, end - i, arm, ret, squares);
	}
	widen = ret->clusters > 1 ? (double)ret->clusters / (double)(ret->clusters - 1) : 1;
	for (unsigned day = 1; day <= ret->days; day++) {
		struct survival_point *of = &ret->at[day];

		of->robust = of->survival * of->survival * squares[day] * widen;
		survival_interval(of->survival, of->robust, Z, &of->low, &of->high);
		/* Of what has ended wholly no variance is known: it may have stayed as before. */
		if (of->survival <= 0)
			of->high = of[-1].high;
	}
}

void
survival_curve(
	const struct survival_time *times, size_t count, unsigned arm, struct survival_curve *ret)
{
	int64_t at_risk[SURVIVAL_DAYS + 2] = {0}, events[SURVIVAL_DAYS + 2] = {0}, now = 0;
	double survival = 1, greenwood = 0;

	*ret = (struct survival_curve){0};
	for (size_t i = 0; i < count; i++) {
		if (times[i].arm != arm || !counts(&times[i]))
			continue;
		enter(at_risk, events, &times[i], SURVIVAL_DAYS);
		ret->rows++;
		ret->events += ends(&times[i], SURVIVAL_DAYS);
		if (last_day(&times[i]) > ret->days)
			ret->days = last_day(&times[i]);
	}
	ret->at[0] = (struct survival_point){
		.at_risk = (uint64_t)at_risk[1], .survival = 1, .low = 1, .high = 1};
	for (unsigned day = 1; day <= ret->days; day++) {
		struct survival_point *of = &ret->at[day];

		now += at_risk[day];
		of->at_risk = (uint64_t)now;
		of->events = (uint64_t)events[day];
		if (of->events > 0) {
			survival *= (double)(of->at_risk - of->events) / (double)of->at_risk;
			greenwood += of->events == of->at_risk ? 0
							       : (double)of->events /
					((double)of->at_risk * (double)(of->at_risk - of->events));
		}
		of->survival = survival;
		of->greenwood = survival * survival * greenwood;
	}
	find_robust(times, count, arm, ret);
}

struct survival_median
survival_median(const struct survival_curve *curve)
{
	struct survival_median median = {SURVIVAL_NEVER, SURVIVAL_NEVER, SURVIVAL_NEVER};

	for (unsigned day = curve->days; day > 0; day--) {
		const struct survival_point *of = &curve->at[day];

		/* As fractions of small numbers give it. */
		if (of->survival <= 0.5 + 1e-12)
			median.day = (uint16_t)day;
		if (of->low <= 0.5 + 1e-12)
			median.low = (uint16_t)day;
		if (of->high <= 0.5 + 1e-12)
			median.high = (uint16_t)day;
	}
	return median;
}

/* The comparison. */

struct stratum {
	int64_t at_risk[SURVIVAL_ARMS][SURVIVAL_DAYS + 2];
	int64_t events[SURVIVAL_ARMS][SURVIVAL_DAYS + 2];
	double share[SURVIVAL_DAYS + 1]; /* of those at risk, which are of the second arm */
	double sum[SURVIVAL_ARMS]
		  [SURVIVAL_DAYS + 1]; /* what a row of an arm is expected to add to the score */
};

/* From differences to those at risk, and what follows from them. */
static void
compare_stratum(struct stratum *of, unsigned until, struct survival_test *ret)
{
	double now[SURVIVAL_ARMS] = {0}, sum[SURVIVAL_ARMS] = {0};

	for (unsigned day = 1; day <= until; day++) {
		double all, events, expected;

		for (unsigned arm = 0; arm < SURVIVAL_ARMS; arm++)
			now[arm] += (double)of->at_risk[arm][day];
		all = now[0] + now[1];
		events = (double)(of->events[0][day] + of->events[1][day]);
		if (events > 0) {
			of->share[day] = now[1] / all;
			expected = events * of->share[day];
			ret->observed[0] += (double)of->events[0][day];
			ret->observed[1] += (double)of->events[1][day];
			ret->expected[0] += events - expected;
			ret->expected[1] += expected;
			if (all > 1)
				ret->variance += expected * (1 - of->share[day]) * (all - events) /
					(all - 1);
			for (unsigned arm = 0; arm < SURVIVAL_ARMS; arm++)
				sum[arm] += (arm - of->share[day]) * events / all;
		}
		for (unsigned arm = 0; arm < SURVIVAL_ARMS; arm++)
			of->sum[arm][day] = sum[arm];
	}
}

static double
score_of(const struct survival_time *row, const struct stratum *of, unsigned until)
{
	unsigned last = row->exit < until ? row->exit : until;

	if (row->entry >= last)
		return 0;
	return (ends(row, until) ? row->arm - of->share[last] : 0) -
		(of->sum[row->arm][last] - of->sum[row->arm][row->entry]);
}

static double
p_of(double chi2)
{
	return erfc(sqrt(chi2 / 2));
}

void
survival_compare(
	const struct survival_time *times, size_t count, unsigned until, struct survival_test *ret)
{
	struct stratum *strata;
	unsigned strata_count = 1;
	double score;

	if (until > SURVIVAL_DAYS)
		until = SURVIVAL_DAYS;
	*ret = (struct survival_test){.p = 1, .robust_p = 1};
	for (size_t i = 0; i < count; i++) {
		if (times[i].stratum >= strata_count)
			strata_count = times[i].stratum + 1U;
	}
	strata = xcalloc(strata_count, sizeof(*strata));
	for (size_t i = 0; i < count; i++) {
		struct stratum *of = &strata[times[i].stratum];

		enter(of->at_risk[times[i].arm], of->events[times[i].arm], &times[i], until);
	}
	for (unsigned i = 0; i < strata_count; i++)
		compare_stratum(&strata[i], until, ret);
	for (size_t i = 0; i < count;) {
		double sum = 0;
		uint32_t cluster = times[i].cluster;

		for (; i < count && times[i].cluster == cluster; i++)
			sum += score_of(&times[i], &strata[times[i].stratum], until);
		ret->robust += sum * sum;
	}
	score = ret->observed[1] - ret->expected[1];
	if (ret->variance > 1e-9) {
		ret->chi2 = score * score / ret->variance;
		ret->p = p_of(ret->chi2);
	}
	if (ret->variance > 1e-9 && ret->robust > 1e-9) {
		ret->robust_chi2 = score * score / ret->robust;
		ret->robust_p = p_of(ret->robust_chi2);
	}
	free(strata);
}
