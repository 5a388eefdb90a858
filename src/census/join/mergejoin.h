/* mergejoin - sorted addresses and sorted segments in one pass: whose is each address?
 *
 * What:    both are read once, side by side, so no index is needed. A /64 is its first address's.
 * Owns:    nothing. The segments must outlive the join.
 * Limits:  time is that of reading both. Addresses may come in batches of any size, each above or at the last
 *          one of the batch before.
 * Thread:  one a join.
 */
#ifndef LAZARET_CENSUS_JOIN_MERGEJOIN_H
#define LAZARET_CENSUS_JOIN_MERGEJOIN_H

#include "census/registry/segments.h"

struct mergejoin4 {
	const struct segment4 *segments;
	size_t count;
	size_t at; /* segments that begin at or below the last address; 0 at first */
};

struct mergejoin6 {
	const struct segment6 *segments;
	size_t count;
	size_t at;
};

/* sorted: records of 16 bytes that begin with an address, such as listings, scores or rows of the state; objects: one
 * for each of them. */
void mergejoin4(struct mergejoin4 *join, const void *sorted, size_t count, uint32_t *objects);

/* sorted: records of 24 bytes that begin with a /64. */
void mergejoin6(struct mergejoin6 *join, const void *sorted, size_t count, uint32_t *objects);

#endif
