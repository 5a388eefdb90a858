/* activity - how many lines had a first contact in the last 24 hours
 *
 * What:    a ring of hours; each line counts in the hour of its last first contact only.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_ACTIVITY_H
#define LAZARET_EVIDENCE_ACTIVITY_H

#include "base/wall.h"

#include <stdint.h>

#define ACTIVITY_HOURS 25

struct activity {
	struct {
		uint32_t hour;
		uint32_t lines;
	} ring[ACTIVITY_HOURS];
};

static inline uint32_t
activity_hour(struct wall time)
{
	return time.us < 0 ? 1 : (uint32_t)(time.us / WALL_HOUR) + 1;
}

/* The line moves from one hour (0: none) to another (0: it is forgotten). */
static inline void
activity_move(struct activity *activity, uint32_t from, uint32_t to)
{
	if (from == to)
		return;
	if (from != 0 && activity->ring[from % ACTIVITY_HOURS].hour == from)
		activity->ring[from % ACTIVITY_HOURS].lines--;
	if (to == 0)
		return;
	if (activity->ring[to % ACTIVITY_HOURS].hour != to) {
		activity->ring[to % ACTIVITY_HOURS].hour = to;
		activity->ring[to % ACTIVITY_HOURS].lines = 0;
	}
	activity->ring[to % ACTIVITY_HOURS].lines++;
}

static inline uint32_t
activity_lines(const struct activity *activity, struct wall now)
{
	uint32_t hour = activity_hour(now), lines = 0;

	for (int i = 0; i < ACTIVITY_HOURS; i++) {
		if (activity->ring[i].hour != 0 && activity->ring[i].hour + 24 > hour)
			lines += activity->ring[i].lines;
	}
	return lines;
}

#endif
