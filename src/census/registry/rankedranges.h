/* rankedranges - ranges that may overlap as they like become disjoint pieces
 *
 * What:    of the ranges that hold a number the one of the lowest rank has it; of equal ranks the earlier one of the
 *          array.
 * Owns:    the pieces are the caller's, to be freed.
 * Limits:  time n log n.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_RANKEDRANGES_H
#define LAZARET_CENSUS_REGISTRY_RANKEDRANGES_H

#include "census/registry/range.h"

#include <stddef.h>
#include <stdint.h>

struct rankedrange {
	struct range range;
	ipnumber rank;
	uint32_t value; /* not 0 */
};

/* Up to the next piece; value 0: nobody's, as before the first piece. */
struct piece {
	ipnumber low;
	uint32_t value;
};

/* How many pieces; *ret is NULL for none. */
size_t rankedranges_cut(const struct rankedrange *ranges, size_t count, ipnumber highest,
	struct piece **ret) MUST_USE;

#endif
