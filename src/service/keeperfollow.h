/* keeperfollow - what follows from the ledger, beside answers: measures, and what others must know at once
 *
 * What:    open cases for the relay guard; measures that are due, some cases at a time, so that verdicts never wait
 *          for all of them.
 * Owns:    nothing.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERFOLLOW_H
#define LAZARET_SERVICE_KEEPERFOLLOW_H

#include "ledger/ledger.h"
#include "service/casetable.h"

/* Cases that were open before a keeper began are there, and stay there meanwhile. displaced grows by those for which
 * there was no room. */
int keeperfollow_cases(struct ledger *ledger, struct casetable *table, uint64_t *displaced,
	struct fail *fail) MUST_USE;

/* All zero at the start. */
struct keeperfollow {
	int64_t due_us; /* of clock_steady: when open cases are looked at next */
	uint64_t after; /* the last case of a look that is under way; 0: none is */
};

/* What is due now: 1 if there is more at once, 0 if not, or -errno with fail filled. */
int keeperfollow_review(struct keeperfollow *follow, struct ledger *ledger, int64_t now_us,
	struct fail *fail) MUST_USE;

#endif
