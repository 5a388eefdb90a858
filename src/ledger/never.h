/* never - lines that nothing is ever done to, because a person said so
 *
 * What:    an entry has a line, its sealed name, who put it there, when, and why, and, if it is not for good, until
 *          when; what is over is gone when ledger_review comes to it. The line goes on being judged and
 *          its cases are kept; actions leave it out. Making and undoing an entry are rows of the audit trail; what is
 *          undone is gone with its name and reason.
 * Owns:    nothing.
 * Limits:  reasons NEVER_REASON bytes of UTF-8 in one line (text_check_line), not empty; one entry a line.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_NEVER_H
#define LAZARET_LEDGER_NEVER_H

#include "ledger/audit.h"
#include "ledger/case.h"

#define NEVER_REASON 200

struct never {
	uint64_t number; /* from 1, never used again */
	uint64_t line;   /* pseudonym */
	struct wall time;
	struct wall
		until; /* from then on it does not hold, whether it was ended or not; WALL_NONE: for good */
	char actor[AUDIT_ACTOR + 1];
	char reason[NEVER_REASON + 1];
	uint8_t sealed[SEAL_SIZE];
};

typedef int (*visit_never)(void *context, const struct never *row);

void never_digest(const struct never *of, uint8_t into[DIGEST_SIZE]);

/* 0, or -EINVAL with fail filled: empty, too long, or not one line of text. */
int never_check_reason(struct text reason, struct fail *fail) MUST_USE;

struct ledger;

/* Makes an entry for the line. name: of the line, as a person would write it. until: WALL_NONE: for good. 0; -EEXIST if
 * it has one; -EINVAL for a reason that is none, or a date that is over. */
int ledger_never(struct ledger *ledger, uint64_t line, struct text name, struct wall until,
	struct text reason, struct fail *fail) MUST_USE;

/* The same for the line of a case, whose sealed name is copied as it is. */
int ledger_never_case(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail) MUST_USE;

/* 0, or -ENOENT if the line has no entry. */
int ledger_never_undo(struct ledger *ledger, uint64_t line, struct fail *fail) MUST_USE;

/* 0 and the entry, or -ENOENT without filling fail. ret may be NULL. */
int ledger_is_never(
	struct ledger *ledger, uint64_t line, struct never *ret, struct fail *fail) MUST_USE;

/* Ends those whose time is over: how many, NEVER_BATCH at most. */
#define NEVER_BATCH 64
int ledger_end_nevers(struct ledger *ledger, struct fail *fail) MUST_USE;

/* Those after a number, by number. */
int ledger_each_never(struct ledger *ledger, uint64_t after, visit_never visit, void *context,
	struct fail *fail) MUST_USE;

#endif
