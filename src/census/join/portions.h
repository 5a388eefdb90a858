/* portions - records in no order, cut by the upper bits of their addresses
 *
 * What:    each record of a portion is below all of the next one, and those of a portion stay in the order in which
 *          they came. So portions are sorted and worked on one by one, by several threads, in the caches of a
 *          processor. Addresses are cut between the lowest and the highest that there are, so those of IPv6 fall apart
 *          as well.
 * Owns:    the records, until portions_done. What they are made of is copied.
 * Limits:  memory is that of the records; a portion has as many of them as have its upper bits.
 * Thread:  one to make them; then one a portion.
 */
#ifndef LAZARET_CENSUS_JOIN_PORTIONS_H
#define LAZARET_CENSUS_JOIN_PORTIONS_H

#include "census/join/record.h"

#define PORTIONS 256

struct portions {
	uint8_t *records; /* memory_map's, with room for one more */
	size_t count;
	size_t begin[PORTIONS + 1]; /* the last one is the count */
};

/* Of records of 16 bytes, as of record.h. */
void portions_make4(struct portions *portions, const void *records, size_t count);
/* Of 24. */
void portions_make6(struct portions *portions, const void *records, size_t count);
void portions_done(struct portions *portions, size_t size);

/* The records of the largest portion. */
size_t portions_most(const struct portions *portions);

#endif
