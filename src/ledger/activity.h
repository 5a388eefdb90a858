/* activity - that a line with a case goes on
 *
 * What:    when it last did what is held against it, and how much it did by then: one value of an open case, written
 *          anew by each verdict from a state to the same (ledger_transition). No step of the case, so the audit trail
 *          does not have it; it says what is shown to people, and that a case is not silent.
 * Owns:    a value.
 * Thread:  a value.
 */
#ifndef LAZARET_LEDGER_ACTIVITY_H
#define LAZARET_LEDGER_ACTIVITY_H

#include "base/fail.h"
#include "base/wall.h"

struct ledger;

struct activity {
	struct wall last;
	uint64_t attempts;
	uint32_t networks;
};

/* Of the case: 1, or 0 if nothing was told since its last step. */
int ledger_activity(
	struct ledger *ledger, uint64_t of_case, struct activity *ret, struct fail *fail) MUST_USE;

#endif
