/* interval - how far a share, or the difference of two, may be from what was counted
 *
 * What:    intervals of 95 %: of a share by Wilson (1927), of the difference of two independent shares by Newcombe
 *          (1998, method 10), which is made of two of Wilson's. Both stay within what is possible and are honest for a
 *          handful of cases, and for none and all of them.
 * Owns:    nothing.
 * Limits:  count is at most of.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_DESK_INTERVAL_H
#define LAZARET_DESK_INTERVAL_H

#include <stdint.h>

struct share {
	uint64_t count;
	uint64_t of; /* 0: nothing is known */
};

struct interval {
	double value, low, high; /* 0 to 1; of a difference -1 to 1 */
};

/* Of nothing: from 0 to 1. */
struct interval interval_of(struct share share);

/* What b has more than a. Of nothing: from -1 to 1. */
struct interval interval_difference(struct share a, struct share b);

#endif
