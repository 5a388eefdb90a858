/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/zone.h"

#include <stdbool.h>

/* The last span that has surely begun before any instant that this local time can mean. */
static size_t
first_possible(const struct zone *zone, struct wall local)
{
	size_t low = 0, high = zone->count;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (zone->spans[middle].since.us <= local.us - WALL_DAY)
			low = middle;
		else
			high = middle;
	}
	return low;
}

static uint64_t
distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

struct wall
zone_utc(const struct zone *zone, struct wall local, struct wall near)
{
	const struct zone_span *spans = zone->spans;
	struct wall utc = local, found = local;
	bool has_found = false;
	size_t i;

	if (zone->count == 0)
		return local;
	for (i = first_possible(zone, local); i < zone->count; i++) {
		struct wall before = utc;

		utc.us = local.us - spans[i].offset_us;
		if (i > 0 && utc.us < spans[i].since.us)
			return has_found ? found : before;
		if (i + 1 < zone->count && utc.us >= spans[i + 1].since.us)
			continue;
		if (!has_found || distance(utc.us, near.us) < distance(found.us, near.us))
			found = utc;
		has_found = true;
	}
	return found;
}
