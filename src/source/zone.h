/* zone - a time zone as a plain table, and local times read by it
 *
 * What:    the table says from which instant on which offset held. A local time that happened twice (the end
 *          of summer time) is read as the one that is nearest to the records around it, the first where
 *          nothing is known of them. One that never happened (its begin) is read with the offset that held
 *          before, so it comes out shifted forward, as a clock that was not set in time would show.
 * Owns:    nothing: the table is the caller's.
 * Limits:  offsets within a day; the first and the last offset hold for ever.
 * Thread:  any; a table does not change.
 */
#ifndef LAZARET_SOURCE_ZONE_H
#define LAZARET_SOURCE_ZONE_H

#include "base/wall.h"

#include <stddef.h>

struct zone_span {
	struct wall since; /* of the first span it counts as minus infinity */
	int64_t offset_us; /* UTC plus this is local time */
};

/* In order of time; without spans it is UTC. */
struct zone {
	const struct zone_span *spans;
	size_t count;
};

/* Local time as if it were UTC (of the years 1 to 9999) to UTC; near: of the records around it, or
 * ZONE_NOTHING_NEAR. */
#define ZONE_NOTHING_NEAR ((struct wall){INT64_MIN})
struct wall zone_utc(const struct zone *zone, struct wall local, struct wall near);

#endif
