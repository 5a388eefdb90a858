/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/distribution.h"

#include <errno.h>
#include <math.h>

/* Below this distance from 1 the exponent is taken as 1: the general formulas divide by the distance. */
#define ZIPF_HARMONIC 1e-9

/* Takes "a, b)" apart. */
static int
parse_ends(struct text inside, struct distribution *ret)
{
	struct text low;

	if (inside.length == 0 || inside.at[inside.length - 1] != ')')
		return -EINVAL;
	inside.length--;
	low = text_trim(text_cut(&inside, ','));
	if (text_parse_double(low, &ret->low) < 0 ||
		text_parse_double(text_trim(inside), &ret->high) < 0)
		return -EINVAL;
	return 0;
}

int
distribution_parse(struct text text, struct distribution *ret)
{
	struct distribution d = {.kind = DISTRIBUTION_CONSTANT};
	size_t skip = 0;

	if (text_starts(text, "U("))
		d.kind = DISTRIBUTION_UNIFORM, skip = 2;
	else if (text_starts(text, "LU("))
		d.kind = DISTRIBUTION_LOG_UNIFORM, skip = 3;
	if (skip > 0) {
		if (parse_ends((struct text){text.at + skip, text.length - skip}, &d) < 0)
			return -EINVAL;
		if (d.low > d.high || (d.kind == DISTRIBUTION_LOG_UNIFORM && d.low <= 0))
			return -EDOM;
	} else {
		if (text_parse_double(text, &d.low) < 0)
			return -EINVAL;
		d.high = d.low;
	}
	*ret = d;
	return 0;
}

double
distribution_draw(const struct distribution *distribution, struct random *random)
{
	switch ((enum distribution_kind)distribution->kind) {
	case DISTRIBUTION_NONE:
		return 0;
	case DISTRIBUTION_CONSTANT:
		return distribution->low;
	case DISTRIBUTION_UNIFORM:
		return random_uniform(random, distribution->low, distribution->high);
	case DISTRIBUTION_LOG_UNIFORM:
		return random_log_uniform(random, distribution->low, distribution->high);
	}
	return 0;
}

uint32_t
distribution_draw_count(const struct distribution *distribution, struct random *random)
{
	double value;

	if (distribution->kind == DISTRIBUTION_UNIFORM)
		value = floor(random_uniform(
			random, round(distribution->low), round(distribution->high) + 1));
	else
		value = round(distribution_draw(distribution, random));
	if (value < 1)
		return 1;
	return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

void
distribution_scale(struct distribution *distribution, double factor)
{
	distribution->low *= factor;
	distribution->high *= factor;
}

/* The integral of x^-exponent from 1, and its inverse. */
static double
integral(const struct zipf *zipf, double x)
{
	double e = 1 - zipf->exponent;

	return fabs(e) < ZIPF_HARMONIC ? log(x) : expm1(e * log(x)) / e;
}

static double
inverse(const struct zipf *zipf, double y)
{
	double e = 1 - zipf->exponent;

	return fabs(e) < ZIPF_HARMONIC ? exp(y) : exp(log1p(fmax(e * y, -1)) / e);
}

void
zipf_init(struct zipf *zipf, double exponent)
{
	zipf->exponent = exponent;
	zipf->first = integral(zipf, 1.5) - 1;
	zipf->accept = 2 - inverse(zipf, integral(zipf, 2.5) - pow(2, -exponent));
}

double
zipf_last(const struct zipf *zipf, uint32_t n)
{
	return integral(zipf, n + 0.5);
}

uint32_t
zipf_draw(const struct zipf *zipf, uint32_t n, double last, struct random *random)
{
	for (;;) {
		double y = last + random_unit(random) * (zipf->first - last);
		double x = inverse(zipf, y);
		uint32_t k = x < 1 ? 1 : x >= n ? n : (uint32_t)(x + 0.5);

		if (k - x <= zipf->accept ||
			y >= integral(zipf, k + 0.5) - exp(-zipf->exponent * log(k)))
			return k;
	}
}
