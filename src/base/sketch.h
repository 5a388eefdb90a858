/* sketch - small memories of "seen before" and "how many different" that store no items
 *
 * What:    filter: a blocked Bloom filter of four planes (seen and accepted, each in this generation and in
 *          the one before), so that one cache line answers all four questions about an item.
 *          distinct: HyperLogLog of 4-bit registers with linear counting while it is small (Flajolet et
 *          al. 2007; Heule et al. 2013 for the small range).
 *          Items are 64-bit keyed hashes; from the bits alone no item can be told.
 * Owns:    nothing; both work in memory that the caller gives, all zero at the start.
 * Limits:  a full filter answers "seen" too often, which here errs to the safe side. distinct: error about
 *          1.04 / sqrt(registers), no more than 2^14 per register.
 * Thread:  one at a time.
 */
#ifndef LAZARET_BASE_SKETCH_H
#define LAZARET_BASE_SKETCH_H

#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 128 positions of 4 bits: one plane each. */
struct filter_block {
	uint64_t word[8];
};

_Static_assert(sizeof(struct filter_block) == 64, "a block is one cache line");

enum filter_plane {
	FILTER_SEEN = 1 << 0,
	FILTER_SEEN_BEFORE = 1 << 1, /* in the generation before */
	FILTER_ACCEPTED = 1 << 2,
	FILTER_ACCEPTED_BEFORE = 1 << 3,
};

static inline struct filter_block *
filter_block_of(struct filter_block *blocks, unsigned count, uint64_t hash)
{
	return &blocks[hash >> 32 & (count - 1)];
}

/* The planes in which the item stands. */
static inline unsigned
filter_find(const struct filter_block *block, uint64_t hash)
{
	unsigned a = hash & 127, b = hash >> 7 & 127, c = hash >> 14 & 127;
	uint64_t both = block->word[a >> 4] >> (a & 15) * 4 & block->word[b >> 4] >> (b & 15) * 4;

	return (unsigned)(both & block->word[c >> 4] >> (c & 15) * 4 & 15);
}

static inline void
filter_add(struct filter_block *block, uint64_t hash, uint64_t planes)
{
	unsigned a = hash & 127, b = hash >> 7 & 127, c = hash >> 14 & 127;

	block->word[a >> 4] |= planes << (a & 15) * 4;
	block->word[b >> 4] |= planes << (b & 15) * 4;
	block->word[c >> 4] |= planes << (c & 15) * 4;
}

/* A generation ends: what was of this one is now of the one before. */
void filter_turn(struct filter_block *blocks, unsigned count);

/* registers: a power of two from 64 to 65536, two to a byte. */
static inline void
distinct_add(uint8_t *registers, unsigned count, uint64_t hash)
{
	unsigned at = (unsigned)hash & (count - 1), shift = (at & 1) * 4;
	unsigned rank = (unsigned)__builtin_clzll(hash | 1) + 1,
		 old = registers[at >> 1] >> shift & 15;

	rank = rank > 15 ? 15 : rank;
	if (rank > old)
		registers[at >> 1] =
			(uint8_t)((registers[at >> 1] & ~(15U << shift)) | rank << shift);
}

double distinct_count(const uint8_t *registers, unsigned count);

#endif
