/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/providers.h"

#include "desk/interval.h"

#include <stdio.h>
#include <stdlib.h>

struct rate
rate_of(const struct casefile_counts *counts, uint64_t addresses)
{
	uint64_t listed = counts->listed - counts->listed6;
	struct interval of =
		interval_of((struct share){listed < addresses ? listed : addresses, addresses});

	return (struct rate){addresses > 0, 1000 * of.value, 1000 * of.low, 1000 * of.high};
}

char *
rate_text(double per_thousand, char into[RATE_TEXT])
{
	int places = 3;

	if (per_thousand > 0) {
		for (double left = per_thousand; left < 0.01 && places < 12; left *= 10)
			places++;
	}
	if (per_thousand <= 0)
		snprintf(into, RATE_TEXT, "0");
	else
		snprintf(into, RATE_TEXT, "%.*f", places, per_thousand);
	return into;
}

static int
by_number(const struct provider *a, const struct provider *b)
{
	return a->of->number < b->of->number ? -1 : a->of->number > b->of->number;
}

static int
compare_count(const void *a, const void *b)
{
	const struct provider *one = a, *other = b;

	if (one->of->counts.listed != other->of->counts.listed)
		return one->of->counts.listed > other->of->counts.listed ? -1 : 1;
	return by_number(one, other);
}

static int
compare_rate(const void *a, const void *b)
{
	const struct provider *one = a, *other = b;

	if (one->rate.low > other->rate.low || one->rate.low < other->rate.low)
		return one->rate.low > other->rate.low ? -1 : 1;
	return by_number(one, other);
}

struct provider *
providers_rank(const struct casefile *run, enum providers_by by, size_t *count)
{
	struct provider *ranked = xcalloc(run->system_count + 1, sizeof(*ranked));

	*count = 0;
	for (uint64_t i = 0; i < run->system_count; i++) {
		const struct casefile_system *of = &run->systems[i];
		uint32_t listed4 = of->counts.listed - of->counts.listed6;

		if (of->number == 0 || of->counts.listed == 0 ||
			(by == PROVIDERS_BY_RATE &&
				(of->covered4 < PROVIDERS_LEAST || listed4 == 0)))
			continue;
		ranked[(*count)++] = (struct provider){of, rate_of(&of->counts, of->covered4)};
	}
	qsort(ranked, *count, sizeof(*ranked),
		by == PROVIDERS_BY_COUNT ? compare_count : compare_rate);
	return ranked;
}
