/* distinct - of one address each list counts once
 *
 * What:    of the listings of an address by one list the newest stays (time; of equal ones the first). Those that stay
 *          keep their order. Time 0, the file's own, is older than any.
 * Owns:    nothing: works in place, with a table that the caller has and that needs no initial value.
 * Limits:  time is linear, also where all listings are of one address.
 * Thread:  any, one table each.
 */
#ifndef LAZARET_CENSUS_JOIN_DISTINCT_H
#define LAZARET_CENSUS_JOIN_DISTINCT_H

#include "census/list/listing.h"

#include <stddef.h>

/* Where each list's listing of the address in work is. */
struct distinct {
	size_t place[UINT16_MAX + 1];
};

/* Both take sorted listings and give how many are left, at the front. */
size_t distinct4(struct distinct *table, struct listing4 *listings, size_t count);
size_t distinct6(struct distinct *table, struct listing6 *listings, size_t count);

#endif
