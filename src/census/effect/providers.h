/* providers - AS with zombies, the most first
 *
 * What:    by count, or by rate: IPv4 candidates for each 1,000 addresses that the AS announces and the registries
 *          cover. A small network is high by chance alone, so the rate's order is that of the lower end of its
 *          interval of 95 % (Wilson), and AS of less than PROVIDERS_LEAST addresses are left out of it. AS that are
 *          alike follow by number.
 * Owns:    what providers_rank returns is freed by free(3); rows are the run's.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_PROVIDERS_H
#define LAZARET_CENSUS_EFFECT_PROVIDERS_H

#include "census/join/casefile.h"

#include <stdbool.h>

#define PROVIDERS_LEAST 1024

struct rate {
	bool is_known;           /* it has addresses */
	double value, low, high; /* for each 1,000 */
};

/* More candidates than addresses are taken for as many. */
struct rate rate_of(const struct casefile_counts *counts, uint64_t addresses);

/* Longest text of a rate, with the end. */
#define RATE_TEXT 32

/* "1.234"; below 0.1 two figures that count, as "0.00020": of large networks that is what there is. Returns into. */
char *rate_text(double per_thousand, char into[RATE_TEXT]);

enum providers_by { PROVIDERS_BY_COUNT, PROVIDERS_BY_RATE };

struct provider {
	const struct casefile_system *of;
	struct rate rate;
};

/* Of number 0, where no AS is known, none. */
struct provider *providers_rank(const struct casefile *run, enum providers_by by, size_t *count);

#endif
