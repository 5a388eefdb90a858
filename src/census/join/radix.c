/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/radix.h"

#include "census/join/record.h"

#include <stdbool.h>

#define DIGITS_MOST sizeof(uint64_t)
#define VALUES      256

/* How often each value is in each byte of the key. */
struct tally {
	size_t of[DIGITS_MOST][VALUES];
};

RECORD_EITHER unsigned
digit_of(uint64_t key, unsigned digit)
{
	return (unsigned)(key >> digit * 8) & (VALUES - 1);
}

RECORD_EITHER void
count_all(const uint8_t *at, const uint8_t *end, size_t size, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	for (; at < end; at += size) {
		uint64_t key = record_key(at, size);

		for (unsigned digit = 0; digit < record_rest(size); digit++)
			tally->of[digit][digit_of(key, digit)]++;
	}
}

/* Where the records of each value go in to: behind all that are less. False: there is one value alone, so by this digit
 * they are sorted as they are. */
RECORD_EITHER bool
find_places(const size_t of[VALUES], size_t count, size_t size, uint8_t *to, uint8_t *place[VALUES])
{
	for (unsigned value = 0; value < VALUES; value++) {
		if (of[value] == count)
			return false;
		place[value] = to;
		to += of[value] * size;
	}
	return true;
}

RECORD_EITHER void *
sort(uint8_t *records, uint8_t *scratch, size_t count, size_t size)
{
	uint8_t *from = records, *to = scratch, *place[VALUES];
	struct tally tally;

	count_all(from, from + count * size, size, &tally);
	for (unsigned digit = 0; digit < record_rest(size); digit++) {
		uint8_t *filled = to;

		if (!find_places(tally.of[digit], count, size, to, place))
			continue;
		for (const uint8_t *at = from; at < from + count * size; at += size) {
			unsigned value = digit_of(record_key(at, size), digit);

			memcpy(place[value], at, size);
			place[value] += size;
		}
		to = from;
		from = filled;
	}
	return from;
}

void *
radix_sort4(void *records, void *scratch, size_t count)
{
	return sort(records, scratch, count, RECORD4_SIZE);
}

void *
radix_sort6(void *records, void *scratch, size_t count)
{
	return sort(records, scratch, count, RECORD6_SIZE);
}
