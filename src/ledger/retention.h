/* retention - how long the ledger remembers
 *
 * What:    an open case that is silent for long is closed: nobody sees that a line is clear when its
 *          recording has ended. A closed case goes with its transitions and its sealed name; what stays is a count by
 *          month and gravest state, and the audit trail, which names nobody. In the first day after the clock went
 *          ahead by more than a day nothing is old for retention_step; who orders it by hand knows what day it is.
 * Limits:  cases at most INT_MAX a call; batches of RETENTION_BATCH a transaction, so that others may write between.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_RETENTION_H
#define LAZARET_LEDGER_RETENTION_H

#include "ledger/ledger.h"

#define RETENTION_DAYS 90
/* Cases in one transaction. */
#define RETENTION_BATCH 256

/* Both of the below, a batch at a time, for one who has other work between. All zero but the days to begin with. */
struct retention {
	unsigned silent_days; /* of open cases, until they are closed */
	unsigned days;        /* of closed cases, until they are removed */
	bool has_begun;
	bool waits;     /* nothing is old just now, as the clock may be wrong (horizon.h) */
	bool is_closed; /* all that were silent are */
	int closed;
	int removed;
};

/* Closes or removes at most RETENTION_BATCH cases. 1 if there may be more to do, 0 when all is done. After an error
 * the same batch is tried again. */
int retention_step(struct retention *retention, struct ledger *ledger, struct fail *fail) MUST_USE;

/* Closes the open cases without a step, and not written, for at least that many days before the ledger's time.
 * The step that closes one says so (transition_silent_days). It has the time of the step before it: later
 * ones, should a recording of them turn up, open a case of their own. Cases in quarantine or probation stay:
 * they end with what was done to the line. Returns the number of cases closed; days must not be 0. */
int ledger_close_silent(struct ledger *ledger, unsigned days, struct fail *fail) MUST_USE;

/* Removes the cases that are closed, and were last written, at least that many days before the ledger's
 * time. A case that is open stays. Returns the number of cases removed. */
int ledger_forget(struct ledger *ledger, unsigned days, struct fail *fail) MUST_USE;

#endif
