/* spans - ranges that do not meet each other, in order, and what they take away from another range
 *
 * What:    spans_make sorts ranges of numbers (IPv4 addresses, networks of IPv6), joins those that meet, and
 *          adds an index by the upper 16 bits where there are many; spans_find gives the first that meets a range.
 * Owns:    spans_make's arrays, until spans_done. A constant set needs neither.
 * Limits:  2^32 - 1 ranges.
 * Thread:  any, once made.
 */
#ifndef LAZARET_CENSUS_LIST_SPANS_H
#define LAZARET_CENSUS_LIST_SPANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct span {
	uint64_t low, high; /* both belong to it */
};

struct spans {
	struct span *at;
	size_t count;
	uint32_t *index; /* the first span that ends in or behind these upper 16 bits; or NULL */
	unsigned shift;  /* upper 16 bits of a number: number >> shift */
};

/* Takes the array, which must come from malloc. bits: of a number, 32 or 64. */
void spans_make(struct spans *spans, struct span *at, size_t count, unsigned bits);
void spans_done(struct spans *spans);

/* The first span that meets the range from low to high, or NULL. */
const struct span *spans_find(const struct spans *spans, uint64_t low, uint64_t high);

/* Is the number in none of them, as the index alone says? */
static inline bool
spans_is_far(const struct spans *spans, uint64_t number)
{
	uint32_t first = spans->index != NULL ? spans->index[number >> spans->shift] : 0;

	return first == spans->count || spans->at[first].low > number;
}

/* Takes the first piece of *from that no span meets: true, and *from is what is left behind it. False: nothing is
 * left. */
bool spans_cut(const struct spans *spans, struct span *from, struct span *piece);

#endif
