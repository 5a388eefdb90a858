/* listings - the columns that readers of lists fill
 *
 * What:    four arrays, one for each kind of listing.h, which several lists are added to one after the other.
 * Owns:    the arrays, until listings_done. They are mapped at their ceiling, so nothing moves or is allocated
 *          while lists are read, and what was never filled costs nothing.
 * Limits:  `most` records in each array; what does not fit is counted in `dropped`, and left out.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_LIST_LISTINGS_H
#define LAZARET_CENSUS_LIST_LISTINGS_H

#include "census/list/listing.h"

#include <stddef.h>

struct listings {
	struct listing4 *four;
	struct listing6 *six;
	struct listedrange4 *ranges4;
	struct listedrange6 *ranges6;
	size_t fours, sixes, ranges4_count, ranges6_count;
	size_t most;
	uint64_t dropped;
};

void listings_init(struct listings *listings, size_t most);
void listings_done(struct listings *listings);

void listings_add4(struct listings *listings, const struct listing4 *one);
void listings_add6(struct listings *listings, const struct listing6 *one);
void listings_add_range4(struct listings *listings, const struct listedrange4 *range);
void listings_add_range6(struct listings *listings, const struct listedrange6 *range);

#endif
