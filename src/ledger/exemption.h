/* exemption - lines whose port 25 is open though the network's policy closes it, until a date
 *
 * What:    a customer's own mail server, on request. An entry has a line, its sealed name, who made it, when, until
 *          when and why. It lifts the policy that holds for everybody, not a measure of a case: a line that is
 *          confirmed is blocked all the same. Making and ending an entry are rows of the audit trail; what is over is
 *          gone with its name and reason, when ledger_review comes to it.
 * Owns:    nothing.
 * Limits:  reasons as of never.h; one entry a line; EXEMPTION_DAYS days at most.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_EXEMPTION_H
#define LAZARET_LEDGER_EXEMPTION_H

#include "ledger/audit.h"
#include "ledger/case.h"
#include "ledger/never.h"

#define EXEMPTION_DAYS 800

struct exemption {
	uint64_t number; /* from 1, never used again */
	uint64_t line;   /* pseudonym */
	struct wall time;
	struct wall until; /* from then on it does not hold, whether it was ended or not */
	char actor[AUDIT_ACTOR + 1];
	char reason[NEVER_REASON + 1];
	uint8_t sealed[SEAL_SIZE];
};

typedef int (*visit_exemption)(void *context, const struct exemption *row);

void exemption_digest(const struct exemption *of, uint8_t into[DIGEST_SIZE]);

struct ledger;

/* name: of the line, as a person would write it. -EEXIST if it has one; -EINVAL for a reason or a date that is none. */
int ledger_exempt(struct ledger *ledger, uint64_t line, struct text name, struct wall until,
	struct text reason, struct fail *fail) MUST_USE;

/* The same for the line of a case, whose sealed name is copied as it is. */
int ledger_exempt_case(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail) MUST_USE;

/* 0, or -ENOENT if the line has no entry. */
int ledger_exempt_undo(struct ledger *ledger, uint64_t line, struct fail *fail) MUST_USE;

/* Ends those whose time is over: how many, EXEMPTION_BATCH at most. */
#define EXEMPTION_BATCH 64
int ledger_end_exemptions(struct ledger *ledger, struct fail *fail) MUST_USE;

/* Those after a number, by number; also those whose time is over and that were not ended yet. */
int ledger_each_exemption(struct ledger *ledger, uint64_t after, visit_exemption visit,
	void *context, struct fail *fail) MUST_USE;

#endif
