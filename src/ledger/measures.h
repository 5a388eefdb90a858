/* measures - what is done to lines, as the ledger keeps it: since when, on which ground, until when, who decided
 *
 * What:    a measure belongs to a case. It is written once when it begins and once when it ends, and never changed
 *          otherwise; both are rows of the audit trail in the same transaction. A line has one measure of a kind at
 *          a time. What should hold now is exactly what has not ended.
 * Owns:    nothing.
 * Limits:  texts as below, reasons as of reason.h. A measure goes with its case, when that is removed.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_MEASURES_H
#define LAZARET_LEDGER_MEASURES_H

#include "action/plan.h"
#include "ledger/audit.h"
#include "ledger/case.h"
#include "ledger/reason.h"

#define MEASURE_GROUND 64 /* the legal ground: a row of the country's profile */

struct measure {
	uint64_t number; /* from 1, never used again */
	uint64_t of_case;
	uint64_t line; /* pseudonym */
	uint8_t kind;  /* enum measure_kind */
	uint8_t mode;  /* enum measure_mode */
	bool braked;   /* a proposal by the brake alone (planning.h) */
	struct wall begun;
	struct wall until; /* ends by then; WALL_NONE: with its case */
	char ground[MEASURE_GROUND + 1];
	char actor[AUDIT_ACTOR + 1]; /* who decided */
	char reason[REASON_MOST + 1];
	struct wall ended; /* WALL_NONE: it holds */
	uint8_t why;       /* enum measure_end */
	char ended_by[AUDIT_ACTOR + 1];
	char ended_reason[REASON_MOST + 1];
	uint64_t step; /* UNDONE: the last step of its case by then; else 0 */
};

typedef int (*visit_measure)(void *context, const struct measure *row);

/* Of a measure that holds and is enforced what those need who do it: there may be millions. */
struct enforced {
	uint64_t number;
	uint64_t line; /* pseudonym */
	uint8_t kind;  /* enum measure_kind */
	struct wall until;
	/* What the name of its case is, if that is a place: who uses it compares its pseudonym with the line. Length 0:
	 * it is none, or cannot be opened. */
	struct prefix place;
};

typedef int (*visit_enforced)(void *context, const struct enforced *row);

/* What a person reads as its reason, "" if there is none. */
const char *measure_reason(const struct measure *of);

/* Of what it is from its begin on, and of its end. */
void measure_digest(const struct measure *of, uint8_t into[DIGEST_SIZE]);
void measure_end_digest(const struct measure *of, uint8_t into[DIGEST_SIZE]);

struct ledger;

/* 0 or what a visitor gave. By number; after: begin behind it. */
int ledger_each_held(struct ledger *ledger, uint64_t after, visit_measure visit, void *context,
	struct fail *fail) MUST_USE;
int ledger_each_enforced(struct ledger *ledger, uint64_t after, visit_enforced visit, void *context,
	struct fail *fail) MUST_USE;
int ledger_each_measure(struct ledger *ledger, uint64_t of_case, visit_measure visit, void *context,
	struct fail *fail) MUST_USE;

/* The measure of that number, or -ENOENT. */
int ledger_measure(
	struct ledger *ledger, uint64_t number, struct measure *ret, struct fail *fail) MUST_USE;

#endif
