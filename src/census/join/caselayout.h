/* caselayout - how cases.lzc lies on the disk; for casefile and casewriter
 *
 * What:    behind the head of keptfile.h struct caselayout, then the totals and the arrays in its order. Each array is
 *          filled up to a multiple of 8 bytes with 0.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_JOIN_CASELAYOUT_H
#define LAZARET_CENSUS_JOIN_CASELAYOUT_H

#include "census/registry/keptfile.h"

struct caselayout {
	uint64_t networks, cases, systems, countries, lists, texts, rows4, rows6, of4, of6, by_case;
};

extern const struct keptfile_kind caselayout_kind;

static inline uint64_t
caselayout_padded(uint64_t size)
{
	return (size + 7) & ~UINT64_C(7);
}

#endif
