/* segments - the address space, cut into pieces that each belong to one object
 *
 * What:    a segment begins at its lowest address and ends before the next one's; the last ends with the space. Object
 *          0 is "nobody's", also before the first segment. Arrays are sorted by the lowest address, each once.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_SEGMENTS_H
#define LAZARET_CENSUS_REGISTRY_SEGMENTS_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

struct segment4 {
	uint32_t low;
	uint32_t object;
};

struct segment6 {
	uint64_t low[2]; /* upper and lower half */
	uint32_t object;
	uint32_t spare; /* 0 */
};

/* 0, or -EINVAL with fail: the first segment that is out of order. */
int segments4_check(const struct segment4 *segments, size_t count, struct fail *fail) MUST_USE;
int segments6_check(const struct segment6 *segments, size_t count, struct fail *fail) MUST_USE;

/* The object of one address; of few, since each costs a binary search. */
uint32_t segments4_find(const struct segment4 *segments, size_t count, uint32_t address);
uint32_t segments6_find(const struct segment6 *segments, size_t count, const uint64_t address[2]);

#endif
