/* deciding - what people decide about lines: held, confirmed, let go, taken back
 *
 * What:    each decision is one transaction: first the step of the case, then what ends and begins, each with its row
 *          of the audit trail, with who decided and why. A line that is held in the garden is in quarantine, which
 *          no verdict ends; one that is let go is on probation, and what was held against it counts no more: judges
 *          must hear of both, so decisions wait here (ledger_decisions) until the keeper has told them.
 * Owns:    decisions that wait.
 * Limits:  reasons REASON_MOST bytes; nobody is held longer than the plan's most_us.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_DECIDING_H
#define LAZARET_LEDGER_DECIDING_H

#include "ledger/measures.h"

/* A case that is in another state by a decision, for its judge. */
struct case_decision {
	uint64_t step; /* number of the transition: later ones have greater numbers */
	uint64_t of_case;
	uint64_t line;
	struct wall when;
	uint8_t from;  /* enum state */
	uint8_t state; /* enum state: from now on */
	uint8_t role;  /* enum role */
	uint8_t spare[5];
};

struct ledger;

/* The line of an open case is held in the garden; what was proposed or observed becomes this. until: WALL_NONE: as long
 * as the plan would. -ESRCH: the case is not open; -EEXIST: it is held; -EPERM: the line is never acted upon; -EINVAL:
 * an account, or a time that is over or beyond the maximum. */
int ledger_quarantine(struct ledger *ledger, uint64_t of_case, struct wall until,
	struct text reason, struct measure *ret, struct fail *fail) MUST_USE;

/* What was proposed is enforced. -ESRCH: no such proposal waits; -EPERM. */
int ledger_confirm(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail) MUST_USE;

/* Lets the line of an open case go: why is END_HELPDESK or END_CUSTOMER. How many measures ended; -ESRCH if the case is
 * not open, -EALREADY if it is on probation and nothing holds. */
int ledger_release(struct ledger *ledger, uint64_t of_case, enum measure_end why,
	struct text reason, struct fail *fail) MUST_USE;

/* Lets everybody go, in one transaction, and containment pauses: nothing begins by itself until ledger_resume. How many
 * measures ended. What is held against the lines stays: those that were in quarantine are as before it. */
int64_t ledger_release_all(struct ledger *ledger, struct text reason, struct fail *fail) MUST_USE;

/* -EALREADY: it does not pause. */
int ledger_resume(struct ledger *ledger, struct text reason, struct fail *fail) MUST_USE;

/* Since when containment pauses; us 0: it does not. */
int ledger_paused(struct ledger *ledger, struct wall *ret, struct fail *fail) MUST_USE;

/* Takes a measure back that holds: it does not begin by itself again, unless its case gets worse. Or begins one again
 * that a person ended: *ret is the new one then. 0: ended, 1: begun again. -ENOENT: no such measure; -ESRCH: its case
 * is closed; -EPERM: it was ended by no person, or its time is over, or the line is never acted upon; -EEXIST: the
 * line has one of the kind. */
int ledger_undo(struct ledger *ledger, uint64_t number, struct text reason, struct measure *ret,
	struct fail *fail) MUST_USE;

/* All measures, by number, after one. */
int ledger_each_measure_after(struct ledger *ledger, uint64_t after, visit_measure visit,
	void *context, struct fail *fail) MUST_USE;

/* Decisions that wait, in order; they wait until so many of them were taken. */
size_t ledger_decisions(const struct ledger *ledger, const struct case_decision **ret);
void ledger_decisions_taken(struct ledger *ledger, size_t count);

/* After a restart: those behind a step wait again. */
int ledger_recall_decisions(struct ledger *ledger, uint64_t after, struct fail *fail) MUST_USE;

/* The number of the last step of all; 0: there is none. */
int ledger_last_step(struct ledger *ledger, uint64_t *ret, struct fail *fail) MUST_USE;

/* Whether a decision holds the case in its state, and no verdict since: into of->is_decided. */
int ledger_recall(struct ledger *ledger, struct ledger_case *of, struct fail *fail) MUST_USE;

#endif
