/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sketch.h"

#include <math.h>
#include <string.h>

void
filter_turn(struct filter_block *blocks, unsigned count)
{
	const uint64_t this_generation = UINT64_C(0x5555555555555555);

	for (unsigned i = 0; i < count; i++) {
		for (unsigned w = 0; w < 8; w++)
			blocks[i].word[w] = (blocks[i].word[w] & this_generation) << 1;
	}
}

void
filter_fold(struct filter_block *blocks, unsigned count)
{
	for (unsigned i = 0; i < count / 2; i++) {
		for (unsigned w = 0; w < 8; w++)
			blocks[i].word[w] |= blocks[i + count / 2].word[w];
	}
}

static uint8_t
larger(unsigned a, unsigned b)
{
	return (uint8_t)(a > b ? a : b);
}

void
distinct_fold(uint8_t *registers, unsigned count)
{
	for (unsigned i = 0; i < count / 4; i++) {
		uint8_t a = registers[i], b = registers[i + count / 4];

		registers[i] = (uint8_t)(larger(a & 0xf0, b & 0xf0) | larger(a & 15, b & 15));
	}
}

double
distinct_count(const uint8_t *registers, unsigned count)
{
	double m = count, sum, estimate;
	uint64_t parts = 0; /* of 2^-15: no rank is above 15, so this is exact */
	unsigned zeros = 0;

	/* Sixteen at a time: most lines know few, so most are 0. */
	for (unsigned at = 0; at < count / 2; at += 8) {
		uint64_t word;

		memcpy(&word, registers + at, 8);
		if (word == 0) {
			parts += 16 * 0x8000U;
			zeros += 16;
			continue;
		}
		for (unsigned i = 0; i < 16; i++, word >>= 4) {
			parts += 0x8000U >> (word & 15);
			zeros += (word & 15) == 0;
		}
	}
	sum = (double)parts / 0x8000;
	estimate = 0.7213 / (1 + 1.079 / m) * m * m / sum;
	/* Below 2.5 m linear counting is the better estimate. */
	if (estimate <= 2.5 * m && zeros > 0)
		return m * log(m / zeros);
	return estimate;
}
