/* censusfollow - what became of cases, of all runs of a census
 *
 * What:    opens the runs one after another, in the order of their days, follows their cases (census/effect/clearing.h)
 *          and notes what the trend shows; then reads from census.sqlite what became of letters.
 *          A run that cannot be read is told and left out.
 * Owns:    what it found, until censusfollow_done.
 * Limits:  those of clearing.h.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSFOLLOW_H
#define LAZARET_PROGRAM_CENSUSFOLLOW_H

#include "census/effect/report.h"
#include "program/censusfolder.h"

struct censusfollow {
	struct casefile last; /* of the last run */
	struct report_run *runs;
	size_t run_count;
	struct effect effect;
	unsigned troubles; /* that were told */
};

/* until: the day of the last run that counts; quiet: days, -1: as the last run's lists say. -ENOENT with fail: there is
 * no run. */
int censusfollow_read(const struct censusfolder *folder, uint16_t until, int quiet,
	struct censusfollow *ret, struct fail *fail) MUST_USE;
void censusfollow_done(struct censusfollow *follow);

#endif
