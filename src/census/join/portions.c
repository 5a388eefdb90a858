/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/portions.h"

#include "base/fail.h"

/* Which portion has an address: by how far it is from the lowest. */
struct cut {
	uint64_t lowest;
	unsigned shift;
};

RECORD_EITHER struct cut
find_cut(const uint8_t *at, const uint8_t *end, size_t size)
{
	uint64_t lowest = record_key(at, size), highest = lowest;
	struct cut cut = {.shift = 0};

	for (; at < end; at += size) {
		uint64_t key = record_key(at, size);

		lowest = key < lowest ? key : lowest;
		highest = key > highest ? key : highest;
	}
	cut.lowest = lowest;
	while ((highest - lowest) >> cut.shift >= PORTIONS)
		cut.shift++;
	return cut;
}

RECORD_EITHER unsigned
portion_of(const struct cut *cut, const uint8_t *at, size_t size)
{
	return (unsigned)((record_key(at, size) - cut->lowest) >> cut->shift);
}

RECORD_EITHER void
make(struct portions *portions, const uint8_t *records, size_t count, size_t size)
{
	const uint8_t *end = records + count * size;
	uint8_t *place[PORTIONS];
	size_t begin = 0;
	struct cut cut;

	*portions = (struct portions){.records = memory_map(count + 1, size), .count = count};
	if (count == 0)
		return;
	cut = find_cut(records, end, size);
	for (const uint8_t *at = records; at < end; at += size)
		portions->begin[portion_of(&cut, at, size)]++;
	for (unsigned i = 0; i < PORTIONS; i++) {
		size_t own = portions->begin[i];

		portions->begin[i] = begin;
		place[i] = portions->records + begin * size;
		begin += own;
	}
	portions->begin[PORTIONS] = begin;
	for (const uint8_t *at = records; at < end; at += size) {
		unsigned portion = portion_of(&cut, at, size);

		memcpy(place[portion], at, size);
		place[portion] += size;
	}
}

void
portions_make4(struct portions *portions, const void *records, size_t count)
{
	make(portions, records, count, RECORD4_SIZE);
}

void
portions_make6(struct portions *portions, const void *records, size_t count)
{
	make(portions, records, count, RECORD6_SIZE);
}

void
portions_done(struct portions *portions, size_t size)
{
	memory_unmap(portions->records, portions->count + 1, size);
	*portions = (struct portions){0};
}

size_t
portions_most(const struct portions *portions)
{
	size_t most = 0;

	for (unsigned i = 0; i < PORTIONS; i++) {
		size_t own = portions->begin[i + 1] - portions->begin[i];

		most = own > most ? own : most;
	}
	return most;
}
