/* keeperfollow - what follows from the ledger, beside answers: measures, and what others must know at once
 *
 * What:    open cases for the relay guard; measures that are due, some cases at a time, so that verdicts never wait
 *          for all of them, and first, where a ledger was opened, those of lines that no program may hold any more;
 *          decisions of people, each to the judge of its line. What was decided and not told when a keeper was killed
 *          is told by the next one: the estate holds how far they came.
 * Owns:    nothing.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERFOLLOW_H
#define LAZARET_SERVICE_KEEPERFOLLOW_H

#include "ledger/ledger.h"
#include "ledger/planning.h"
#include "service/casetable.h"
#include "service/estate.h"

/* Cases that were open before a keeper began are there, and stay there meanwhile. displaced grows by those for which
 * there was no room. */
int keeperfollow_cases(struct ledger *ledger, struct casetable *table, uint64_t *displaced,
	struct fail *fail) MUST_USE;

/* All zero before keeperfollow_begin. */
struct keeperfollow {
	struct estate *estate;
	struct ring decisions[ESTATE_JUDGES];
	uint64_t told;
	uint64_t waiting;
	struct wall paused; /* containment, since then; us 0: it does not */
	int64_t due_us;     /* of clock_steady: when open cases are looked at next */
	uint64_t unheld;    /* measures that ended as nothing holds them, at the last one */
	struct planning_waits
		waits;        /* as the last one found them, and as what was written since says */
	bool has_waits;       /* one was at its end */
	bool brakes;          /* that was told */
	bool looks_at_roles;  /* before all else, since the settings may be others */
	struct review review; /* that is under way */
	uint64_t
		beyond; /* measures of persons on lines that no program may hold, at the last one */
	uint64_t
		objected; /* lines to which nothing is done as their customers object, at the last one */
	uint64_t exempt_gone; /* exemptions whose lines are none any more, at the last one */
};

void keeperfollow_begin(struct keeperfollow *follow, struct estate *estate);

/* A ledger was opened: measures follow in it from now on; finds what was not told. */
int keeperfollow_opened(struct keeperfollow *follow, struct ledger *ledger,
	const struct planning *planning, struct fail *fail) MUST_USE;

/* After whatever may have decided something: tells it as far as there is room; the rest waits for the next call. */
int keeperfollow_tell(
	struct keeperfollow *follow, struct ledger *ledger, struct fail *fail) MUST_USE;

/* What is due now: 1 if there is more at once, 0 if not, or -errno with fail filled. */
int keeperfollow_review(struct keeperfollow *follow, struct ledger *ledger, int64_t now_us,
	struct fail *fail) MUST_USE;

#endif
