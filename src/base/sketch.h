/* sketch - small memories of "seen before" and "how many different" that store no items
 *
 * What:    filter: a blocked Bloom filter of two generations, this one and the one before, two bits to a
 *          position, so that one cache line tells whether an item is known.
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

/* 256 positions of 2 bits: the even bit for this generation, the odd one for the one before. */
struct filter_block {
	uint64_t word[8];
};

_Static_assert(sizeof(struct filter_block) == 64, "a block is one cache line");

static inline struct filter_block *
filter_block_of(struct filter_block *blocks, unsigned count, uint64_t hash)
{
	return &blocks[hash >> 32 & (count - 1)];
}

/* Is the item known, from this generation or the one before? */
static inline bool
filter_has(const struct filter_block *block, uint64_t hash)
{
	unsigned a = hash & 255, b = hash >> 8 & 255, c = hash >> 16 & 255;

	return (block->word[a >> 5] >> (a & 31) * 2 & block->word[b >> 5] >> (b & 31) * 2 &
		       block->word[c >> 5] >> (c & 31) * 2 & 3) != 0;
}

/* Adds the item to this generation; true if it was not in it. */
static inline bool
filter_add(struct filter_block *block, uint64_t hash)
{
	unsigned a = hash & 255, b = hash >> 8 & 255, c = hash >> 16 & 255;
	bool had = (block->word[a >> 5] >> (a & 31) * 2 & block->word[b >> 5] >> (b & 31) * 2 &
			   block->word[c >> 5] >> (c & 31) * 2 & 1) != 0;

	block->word[a >> 5] |= UINT64_C(1) << (a & 31) * 2;
	block->word[b >> 5] |= UINT64_C(1) << (b & 31) * 2;
	block->word[c >> 5] |= UINT64_C(1) << (c & 31) * 2;
	return !had;
}

/* A generation ends: what was of this one is now of the one before. */
void filter_turn(struct filter_block *blocks, unsigned count);

/* Makes the filter half as large: the first half of the blocks is what it would be, had it been so from the
 * beginning. */
void filter_fold(struct filter_block *blocks, unsigned count);

/* registers: a power of two from 32 to 65536, two to a byte. */
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

/* As filter_fold: the first half of the registers is what they would be, had they been half as many. */
void distinct_fold(uint8_t *registers, unsigned count);

double distinct_count(const uint8_t *registers, unsigned count);

#endif
