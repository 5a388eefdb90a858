/* effect - did letters help?
 *
 * What:    contacts that a lot held out of letters for 14 days, beside those that were written to at once: how many of
 *          the addresses with which their cases were opened had cleared 7, 14 and 28 days later, and the difference.
 *          The 14th day is the comparison: from then on the hold-out is written to as well. Addresses of one contact
 *          go together, so contacts are the units: variances are robust (survival.h), with the quantile of Student's t
 *          for as many contacts as the smaller arm has, less one. Intervals are of 95 %; that of a difference is made
 *          of those of its two shares (Zou and Donner, Statistics in Medicine 27 (2008)). Where customers change
 *          addresses a zombie clears one and appears at another. So beside it: how many candidates the same contacts
 *          have then, of IPv4, for each they had at first, and per thousand addresses that are theirs: a ratio of
 *          sums, with the variance of its linear part by contact.
 *          Where an arm has less than EFFECT_LEAST contacts it says so instead of a figure.
 * Owns:    nothing.
 * Limits:  those of survival.h.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_EFFECT_H
#define LAZARET_CENSUS_EFFECT_EFFECT_H

#include "census/effect/clearing.h"

#define EFFECT_LEAST    20
#define EFFECT_COMPARED 14
#define EFFECT_DAYS     (CLEARING_STAGES - 1)

/* Of figures. */
enum effect_why {
	EFFECT_SAID,
	EFFECT_FEW,   /* there are too few contacts */
	EFFECT_EARLY, /* there are enough, but not so many days ago */
};

struct effect_figure {
	enum effect_why why;
	double value, low, high; /* of EFFECT_SAID */
};

/* By enum casefile_arm. */
struct effect_day {
	unsigned day;
	uint64_t contacts[CASEFILE_ARM_COUNT];            /* that were followed for so long */
	struct effect_figure cleared[CASEFILE_ARM_COUNT]; /* share of addresses */
	struct effect_figure difference;                  /* letter less hold-out */
	uint64_t rated[CASEFILE_ARM_COUNT]; /* contacts of which a run tells then, and at first */
	double before[CASEFILE_ARM_COUNT];  /* their candidates per thousand addresses, at first */
	double after[CASEFILE_ARM_COUNT];   /* and then */
	struct effect_figure kept[CASEFILE_ARM_COUNT]; /* candidates for each at first */
	struct effect_figure kept_difference;          /* letter less hold-out */
};

/* Letters that were handed over: not settled, taken, tried again, refused. Of those that were taken the ones that came
 * back, else had an answer of a person, else one of a machine alone. A letter of thanks asks for nothing, so one that
 * was taken counts as that alone. */
struct effect_letters {
	bool is_known;
	uint64_t open, sent, later, refused;
	uint64_t bounced, person, automatic;
	uint64_t thanks;
};

struct effect {
	uint16_t day, horizon; /* of the last run; up to which is known who was there */
	unsigned quiet, runs;
	uint64_t cases[CASEFILE_ARM_COUNT];
	uint64_t contacts[CASEFILE_ARM_COUNT];
	uint64_t addresses[CASEFILE_ARM_COUNT];
	uint64_t written
		[CASEFILE_ARM_COUNT]; /* contacts that had a letter within CLEARING_LETTER days */
	struct survival_curve curve[CASEFILE_ARM_COUNT];
	struct survival_median median[CASEFILE_ARM_COUNT];
	enum effect_why test_why;
	struct survival_test test; /* of the days up to EFFECT_COMPARED */
	struct effect_day at[EFFECT_DAYS];
	uint64_t cleared[CASEFILE_ARM_COUNT]; /* addresses, CLEARING_BACK days ago or more */
	uint64_t back[CASEFILE_ARM_COUNT];    /* of those, within CLEARING_BACK days */
	struct effect_letters letters;
};

/* Of clearing after its end. */
void effect_make(
	const struct clearing *clearing, const struct effect_letters *letters, struct effect *ret);

/* Of Student's t: 97.5 % are below it. Good to three places from 10 degrees of freedom on. */
double effect_student(uint64_t degrees);

#endif
