/* horizon - how far in time a ledger has come, whatever the clock says now
 *
 * What:    the latest time at which something was written to it. Where that is ahead of the clock, a clock was
 *          wrong: what was written then has times that lie ahead, and ends as much later. Where the clock is ahead of
 *          it by more than HORIZON_LEAP, nothing was written for long, or the clock is wrong now: which of them cannot
 *          be known, so for another HORIZON_LEAP nothing that is old by this clock is deleted. A clock that is put
 *          right by then costs nothing. One value of the ledger, which outlives its process.
 * Owns:    nothing.
 * Limits:  behind what was written by HORIZON_STEP at most.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_HORIZON_H
#define LAZARET_LEDGER_HORIZON_H

#include "ledger/ledger.h"

#define HORIZON_STEP WALL_MINUTE
#define HORIZON_LEAP WALL_DAY

/* us 0: of a new one. */
struct wall ledger_horizon(const struct ledger *ledger);

/* Is nothing to be deleted at the ledger's time, as of the last transaction? */
bool ledger_keeps_all(const struct ledger *ledger);

#endif
