/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/interval.h"

#include <math.h>

/* Of the normal distribution, 97.5 % are below it. */
#define Z 1.959963984540054

struct interval
interval_of(struct share share)
{
	double n = (double)share.of, p = (double)share.count / n, middle, half;

	if (share.of == 0)
		return (struct interval){0, 0, 1};
	middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n);
	half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
	return (struct interval){p, share.count == 0 ? 0 : middle - half,
		share.count == share.of ? 1 : middle + half};
}

struct interval
interval_difference(struct share a, struct share b)
{
	struct interval of_a = interval_of(a), of_b = interval_of(b);
	double value = of_b.value - of_a.value;

	if (a.of == 0 || b.of == 0)
		return (struct interval){0, -1, 1};
	return (struct interval){value,
		value - hypot(of_b.value - of_b.low, of_a.high - of_a.value),
		value + hypot(of_b.high - of_b.value, of_a.value - of_a.low)};
}
