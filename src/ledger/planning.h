/* planning - measures follow from cases
 *
 * What:    where a transition is written, and where a time has come, plan.h is asked what should be done to the line,
 *          and what it says is written in the same transaction. So a measure is never in the ledger without its
 *          reason, or later than it.
 * Owns:    nothing.
 * Limits:  PLANNING_BATCH cases are looked at in one ledger_review.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_PLANNING_H
#define LAZARET_LEDGER_PLANNING_H

#include "ledger/measures.h"

#define PLANNING_BATCH 64

struct planning {
	struct plan_settings plan;
	char ground[MEASURE_KINDS][MEASURE_GROUND + 1]; /* of the country's profile */
	/* The brake: so many lines are put into quarantine by a program within an hour, or are there at the same time,
	 * and it only proposes more. 0: none is. */
	uint64_t an_hour;
	uint64_t at_once;
};

struct ledger;

/* Without it nothing follows. The settings are copied. */
void ledger_plan(struct ledger *ledger, const struct planning *planning);

/* Looks at the open cases behind *after, and does what is due; at the begin ends exceptions that are over.
 * 1 if there are more, and *after has moved on; 0 at the end, and *after is 0. */
int ledger_review(struct ledger *ledger, uint64_t *after, struct fail *fail) MUST_USE;

#endif
