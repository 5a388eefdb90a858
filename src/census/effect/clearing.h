/* clearing - what became of the addresses with which cases were opened, from run to run
 *
 * What:    takes the runs of an operation in the order of their days. The candidates of a case in the first run that
 *          has it are followed: an address clears on the day behind the last on which it was seen, once a run does not
 *          have it more than so many quiet days later; what comes back before was there all the time. Up to the
 *          horizon, the last run less the quiet days, it is known of every address whether it was there; there all are
 *          censored, so that nothing depends on when an address was last seen.
 *          Days count from the opening of the case in both arms, whether or not a letter went out (intention to
 *          treat). Where the run that opened the case is not there, its addresses enter late. Of each case: how many
 *          candidates its contact had 0, 7, 14 and 28 days later, whichever addresses they were. Cases of nobody, and
 *          those that had no letter to wait for (nobody to write to, never write), do not count.
 * Owns:    a copy of what it needs: a run can be closed after it was taken.
 * Limits:  CLEARING_MOST addresses, CLEARING_CASES cases; SURVIVAL_STRATA strata, those behind share the last one.
 *          Time is that of what it follows, and of a run, each run.
 * Thread:  one at a time. Pure.
 */
#ifndef LAZARET_CENSUS_EFFECT_CLEARING_H
#define LAZARET_CENSUS_EFFECT_CLEARING_H

#include "census/effect/survival.h"
#include "census/join/casefile.h"

#define CLEARING_MOST  50000000
#define CLEARING_CASES 2000000
/* Of cleared addresses: back within so many days. */
#define CLEARING_BACK 28
/* A run at most so many days before one of the days stands for it. */
#define CLEARING_SLACK  3
#define CLEARING_STAGES 4
/* Within so many days after it was opened a case has its letter, or is held out. */
#define CLEARING_LETTER 14

extern const uint16_t clearing_stages[CLEARING_STAGES]; /* 0, 7, 14 and 28 days */

struct clearing_case {
	uint32_t contact; /* numbers from 0 */
	uint16_t opened;  /* day */
	uint16_t stratum;
	uint8_t arm;                    /* enum casefile_arm */
	uint32_t addresses;             /* that are followed */
	uint32_t cleared;               /* of them, CLEARING_BACK days ago or more */
	uint32_t back;                  /* of those, within CLEARING_BACK days */
	uint32_t left[CLEARING_STAGES]; /* IPv4 candidates of the contact then */
	bool is_known[CLEARING_STAGES]; /* a run tells */
	bool is_written;  /* a letter was sent within CLEARING_LETTER days, as runs have it */
	uint64_t covered; /* IPv4 addresses of the contact when it was opened */
};

struct clearing;

/* quiet: days without an address before it counts as cleared. secret: for tables of what strangers chose; the result
 * does not depend on it. */
struct clearing *clearing_new(unsigned quiet, uint64_t secret);
struct clearing *clearing_free(struct clearing *clearing);

/* -EINVAL with fail: the run is not of a later day; -ENOSPC: there is too much. */
int clearing_take(
	struct clearing *clearing, const struct casefile *run, struct fail *fail) MUST_USE;

/* The longest half-life, in days, of a run's lists that are evidence: so long none of them forgets an address. */
unsigned clearing_quiet_of(const struct casefile *run);

/* After the last run. */
void clearing_end(struct clearing *clearing);

/* From then on, as long as it lives: */
unsigned clearing_quiet(const struct clearing *clearing);
uint16_t clearing_day(const struct clearing *clearing); /* of the last run; 0: there was none */
uint16_t clearing_horizon(const struct clearing *clearing);
unsigned clearing_runs(const struct clearing *clearing);
size_t clearing_count(const struct clearing *clearing);
const struct clearing_case *clearing_cases(const struct clearing *clearing);
/* A row of each address that is followed; the cluster is the contact, the arm 1 for letters. */
const struct survival_time *clearing_times(const struct clearing *clearing, size_t *count);

#endif
