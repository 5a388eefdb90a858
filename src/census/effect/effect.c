/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/effect.h"

#include "desk/interval.h"

#include <math.h>
#include <stdlib.h>

#define Z       1.959963984540054
#define LETTER  CASEFILE_LETTER
#define HOLDOUT CASEFILE_HOLDOUT
#define ARMS    CASEFILE_ARM_COUNT

/* In curves the arm 1 is of letters. */
static unsigned
survival_arm(unsigned arm)
{
	return arm == LETTER;
}

/* M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 26.7.5. */
double
effect_student(uint64_t degrees)
{
	double n = (double)degrees, z2 = Z * Z;

	if (degrees == 0)
		return INFINITY;
	return Z *
		(1 + (z2 + 1) / (4 * n) + ((5 * z2 + 16) * z2 + 3) / (96 * n * n) +
			(((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n) +
			((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) /
				(92160 * n * n * n * n));
}

/* Sums over the cases of one contact. */
struct unit {
	bool is_there[ARMS];            /* it has a case */
	bool is_old[ARMS][EFFECT_DAYS]; /* one of so many days before the horizon */
	double before[ARMS][EFFECT_DAYS], after[ARMS][EFFECT_DAYS], covered[ARMS][EFFECT_DAYS];
	bool is_rated[ARMS][EFFECT_DAYS];
	bool is_written[ARMS];
};

static void
add_case(struct unit *into, const struct clearing_case *of, uint16_t horizon)
{
	into->is_there[of->arm] = true;
	into->is_written[of->arm] = into->is_written[of->arm] || of->is_written;
	for (unsigned i = 0; i < EFFECT_DAYS; i++) {
		if (of->opened + clearing_stages[i + 1] <= horizon)
			into->is_old[of->arm][i] = true;
		if (!of->is_known[0] || !of->is_known[i + 1] || of->left[0] == 0 ||
			of->covered == 0)
			continue;
		into->is_rated[of->arm][i] = true;
		into->before[of->arm][i] += of->left[0];
		into->after[of->arm][i] += of->left[i + 1];
		into->covered[of->arm][i] += (double)of->covered;
	}
}

static struct unit *
make_units(const struct clearing *clearing, size_t *count)
{
	const struct clearing_case *cases = clearing_cases(clearing);
	struct unit *units;

	*count = 0;
	for (size_t i = 0; i < clearing_count(clearing); i++) {
		if (cases[i].contact >= *count)
			*count = (size_t)cases[i].contact + 1;
	}
	units = xcalloc(*count + 1, sizeof(*units));
	for (size_t i = 0; i < clearing_count(clearing); i++) {
		if (cases[i].addresses > 0)
			add_case(&units[cases[i].contact], &cases[i], clearing_horizon(clearing));
	}
	return units;
}

static enum effect_why
why_of(uint64_t contacts, uint64_t all)
{
	return contacts >= EFFECT_LEAST ? EFFECT_SAID
		: all >= EFFECT_LEAST   ? EFFECT_EARLY
					: EFFECT_FEW;
}

static enum effect_why
worse(enum effect_why a, enum effect_why b)
{
	return a == EFFECT_FEW || b == EFFECT_FEW ? EFFECT_FEW : a != EFFECT_SAID ? a : b;
}

/* The share that cleared. Of none and of all the variance is nothing: then it is as if each contact were one address
 * (Wilson), and so is known for sure by nobody. */
static struct effect_figure
cleared_on(const struct survival_curve *curve, unsigned day, double deviations)
{
	const struct survival_point *of = &curve->at[day < curve->days ? day : curve->days];
	struct effect_figure figure = {.value = 1 - of->survival};
	struct interval all;

	if (of->survival > 0 && of->survival < 1 && of->robust > 0) {
		survival_interval(of->survival, of->robust, deviations, &figure.high, &figure.low);
		figure.low = 1 - figure.low;
		figure.high = 1 - figure.high;
	} else {
		all = interval_of(
			(struct share){of->survival < 0.5 ? curve->clusters : 0, curve->clusters});
		figure.low = fmin(all.low, figure.value);
		figure.high = fmax(all.high, figure.value);
	}
	return figure;
}

static struct effect_figure
less(const struct effect_figure *a, const struct effect_figure *b)
{
	struct effect_figure figure = {.why = worse(a->why, b->why), .value = a->value - b->value};

	figure.low = figure.value - hypot(a->value - a->low, b->high - b->value);
	figure.high = figure.value + hypot(a->high - a->value, b->value - b->low);
	return figure;
}

static double
deviations_of(uint64_t a, uint64_t b)
{
	uint64_t fewer = a < b ? a : b;

	return effect_student(fewer > 1 ? fewer - 1 : 1);
}

/* Candidates then for each at first. */
static void
find_kept(const struct unit *units, size_t count, unsigned arm, unsigned i, double deviations,
	struct effect_day *into)
{
	double before = 0, after = 0, covered = 0, squares = 0, ratio, half;

	for (size_t u = 0; u < count; u++) {
		before += units[u].before[arm][i];
		after += units[u].after[arm][i];
		covered += units[u].covered[arm][i];
	}
	if (before <= 0 || covered <= 0)
		return;
	into->before[arm] = 1000 * before / covered;
	into->after[arm] = 1000 * after / covered;
	ratio = after / before;
	for (size_t u = 0; u < count; u++) {
		double apart = units[u].after[arm][i] - ratio * units[u].before[arm][i];

		squares += apart * apart;
	}
	half = into->rated[arm] < 2 ? 0
				    : deviations *
			sqrt(squares * (double)into->rated[arm] / (double)(into->rated[arm] - 1)) /
			before;
	into->kept[arm] = (struct effect_figure){
		into->kept[arm].why, ratio, fmax(ratio - half, 0), ratio + half};
}

static void
make_day(struct effect *ret, const struct unit *units, size_t count, unsigned i)
{
	struct effect_day *into = &ret->at[i];
	double deviations;

	into->day = clearing_stages[i + 1];
	for (size_t u = 0; u < count; u++) {
		for (unsigned arm = 0; arm < ARMS; arm++) {
			into->contacts[arm] += units[u].is_old[arm][i];
			into->rated[arm] += units[u].is_rated[arm][i];
		}
	}
	deviations = deviations_of(into->contacts[LETTER], into->contacts[HOLDOUT]);
	for (unsigned arm = 0; arm < ARMS; arm++) {
		into->cleared[arm] = cleared_on(&ret->curve[arm], into->day, deviations);
		into->cleared[arm].why = why_of(into->contacts[arm], ret->contacts[arm]);
	}
	into->difference = less(&into->cleared[LETTER], &into->cleared[HOLDOUT]);
	deviations = deviations_of(into->rated[LETTER], into->rated[HOLDOUT]);
	for (unsigned arm = 0; arm < ARMS; arm++) {
		into->kept[arm].why = why_of(into->rated[arm], ret->contacts[arm]);
		find_kept(units, count, arm, i, deviations, into);
	}
	into->kept_difference = less(&into->kept[LETTER], &into->kept[HOLDOUT]);
}

void
effect_make(
	const struct clearing *clearing, const struct effect_letters *letters, struct effect *ret)
{
	const struct clearing_case *cases = clearing_cases(clearing);
	size_t count, time_count;
	const struct survival_time *times = clearing_times(clearing, &time_count);
	struct unit *units = make_units(clearing, &count);

	*ret = (struct effect){.day = clearing_day(clearing),
		.horizon = clearing_horizon(clearing),
		.quiet = clearing_quiet(clearing),
		.runs = clearing_runs(clearing),
		.letters = *letters};
	for (size_t i = 0; i < clearing_count(clearing); i++) {
		unsigned arm = cases[i].arm;

		ret->cases[arm] += cases[i].addresses > 0;
		ret->addresses[arm] += cases[i].addresses;
		ret->cleared[arm] += cases[i].cleared;
		ret->back[arm] += cases[i].back;
	}
	for (unsigned arm = 0; arm < ARMS; arm++) {
		for (size_t u = 0; u < count; u++) {
			ret->contacts[arm] += units[u].is_there[arm];
			ret->written[arm] += units[u].is_written[arm];
		}
		survival_curve(times, time_count, survival_arm(arm), &ret->curve[arm]);
		ret->median[arm] = survival_median(&ret->curve[arm]);
	}
	for (unsigned i = 0; i < EFFECT_DAYS; i++) {
		make_day(ret, units, count, i);
		if (ret->at[i].day == EFFECT_COMPARED)
			ret->test_why = ret->at[i].difference.why;
	}
	survival_compare(times, time_count, EFFECT_COMPARED, &ret->test);
	free(units);
}
