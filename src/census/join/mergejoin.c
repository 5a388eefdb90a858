/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/mergejoin.h"

#include "census/join/record.h"

#include <stdbool.h>

void
mergejoin4(struct mergejoin4 *join, const void *sorted, size_t count, uint32_t *objects)
{
	const struct segment4 *segments = join->segments;
	size_t at = join->at, end = join->count;
	uint32_t object = at > 0 ? segments[at - 1].object : 0;
	const uint8_t *records = sorted;

	for (size_t i = 0; i < count; i++) {
		uint32_t address = (uint32_t)record_key(records + i * RECORD4_SIZE, RECORD4_SIZE);

		for (; at < end && segments[at].low <= address; at++)
			object = segments[at].object;
		objects[i] = object;
	}
	join->at = at;
}

/* A segment that begins inside of a /64 is not that of its first address. */
static bool
begins_by(const struct segment6 *segment, uint64_t network)
{
	return segment->low[0] < network || (segment->low[0] == network && segment->low[1] == 0);
}

void
mergejoin6(struct mergejoin6 *join, const void *sorted, size_t count, uint32_t *objects)
{
	const struct segment6 *segments = join->segments;
	size_t at = join->at, end = join->count;
	uint32_t object = at > 0 ? segments[at - 1].object : 0;
	const uint8_t *records = sorted;

	for (size_t i = 0; i < count; i++) {
		uint64_t network = record_key(records + i * RECORD6_SIZE, RECORD6_SIZE);

		for (; at < end && begins_by(&segments[at], network); at++)
			object = segments[at].object;
		objects[i] = object;
	}
	join->at = at;
}
