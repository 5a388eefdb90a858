/* trendplot - how many zombies there were, run by run, as a picture
 *
 * What:    SVG for a page: a line over the days of the runs, from nothing up; a gap between runs is a straight line.
 * Owns:    nothing.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_TRENDPLOT_H
#define LAZARET_CENSUS_EFFECT_TRENDPLOT_H

#include "base/text.h"

struct trend {
	uint16_t day; /* of state.h */
	uint64_t count;
};

/* In the order of days; count is at least 1. */
void trendplot(const struct trend *trend, size_t count, struct buffer *into);

#endif
