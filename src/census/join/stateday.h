/* stateday - from the state of the run before and the candidates of a day to the state of that day
 *
 * What:    state_merge in batches, from a mapped file into another one. Before that it enters letters: a row whose
 *          address was there on the day of the last letter to its contact was named by it, so it has that day, and
 *          counts as reopened only if it is gone after it. A letter is entered by the run that learns that it was sent.
 * Owns:    nothing.
 * Limits:  those of the file.
 * Thread:  one each.
 */
#ifndef LAZARET_CENSUS_JOIN_STATEDAY_H
#define LAZARET_CENSUS_JOIN_STATEDAY_H

#include "census/join/score.h"
#include "census/join/statestore.h"
#include "census/registry/segments.h"

struct stateday {
	uint16_t day_before, day, keep_days;
	const uint16_t
		*last_letter; /* by object: day of the last letter that was sent; 0: none was */
	struct state_counts counts; /* grow */
};

/* Those of IPv4 first. before, today: sorted, each address once; of today the address, lists and flags count. */
void stateday4(struct stateday *day, const struct segment4 *segments, size_t segment_count,
	const struct statestore *before, const struct score4 *today, size_t count,
	struct statestore_writer *into);
void stateday6(struct stateday *day, const struct segment6 *segments, size_t segment_count,
	const struct statestore *before, const struct score6 *today, size_t count,
	struct statestore_writer *into);

#endif
