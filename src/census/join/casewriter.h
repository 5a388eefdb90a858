/* casewriter - writes cases.lzc
 *
 * What:    the sums of a day (cases.h), then the state's rows once more, with their scores, as casefile.h says. What
 *          has been entered into the sums is written as it is. It is not synced: a run's folder is, before it takes
 *          its name.
 * Owns:    nothing.
 * Limits:  2^32 - 1 rows. Time is linear; memory 4 bytes a candidate.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_JOIN_CASEWRITER_H
#define LAZARET_CENSUS_JOIN_CASEWRITER_H

#include "census/join/cases.h"

/* The candidates of the state's day: sorted, as many as it has. */
struct casewriter_scores {
	const struct score4 *scores4;
	const struct score6 *scores6;
	const uint16_t *ports4, *ports6;
	size_t count4, count6;
};

/* 0, or -errno with fail. -EINVAL: the scores are not those of the state. */
int casewriter_write(const char *path, const struct cases *cases, const struct tally *tally,
	const struct statestore *state, const struct casewriter_scores *scores,
	struct fail *fail) MUST_USE;

#endif
