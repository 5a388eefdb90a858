/* exception - lines that a person has made an exception for, with a reason, for good or until a day
 *
 * What:    EXCEPTION_NEVER: nothing is ever done to the line. It goes on being judged and its cases are kept; actions
 *          leave it out.
 *          EXCEPTION_EXEMPT: its port 25 is open though the network's policy closes it, always until a day: a
 *          customer's own mail server, on request. It lifts the policy that holds for everybody, not a measure of a
 *          case: a line that is confirmed is blocked all the same.
 *          EXCEPTION_OBJECTION: the customer said that the case is wrong (care.h): until its time is over, a person
 *          decides something about the line, or the case is closed, nothing is done to it.
 *          Making and ending one are rows of the audit trail. What is undone is gone with its name and reason; what is
 *          over does not hold, and is gone when ledger_review comes to it.
 * Owns:    nothing.
 * Limits:  one of a kind for a line; reasons as of reason.h; an exemption EXCEPTION_EXEMPT_DAYS days at most.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_EXCEPTION_H
#define LAZARET_LEDGER_EXCEPTION_H

#include "ledger/audit.h"
#include "ledger/case.h"
#include "ledger/reason.h"

#define EXCEPTION_EXEMPT_DAYS 800

enum exception_kind { EXCEPTION_NEVER, EXCEPTION_EXEMPT, EXCEPTION_OBJECTION, EXCEPTION_KINDS };

/* "never", "exempt", "objection": as they are kept. */
extern const char *const exception_names[EXCEPTION_KINDS];

struct exception {
	uint64_t
		number; /* of its kind, and never used again: the row of the audit trail that it was made with */
	uint64_t line; /* pseudonym */
	struct wall time;
	struct wall until; /* from then on it does not hold, ended or not; WALL_NONE: for good */
	uint8_t kind;      /* enum exception_kind */
	char actor[AUDIT_ACTOR + 1];
	char reason[REASON_MOST + 1];
	uint8_t sealed[SEAL_SIZE];
};

typedef int (*visit_exception)(void *context, const struct exception *row);

void exception_digest(const struct exception *of, uint8_t into[DIGEST_SIZE]);

/* Which kind a row of the audit trail speaks of: a begin has a digest, an end has none. -1: it speaks of none. */
int exception_of_row(const struct audit *row);

struct ledger;

/* Makes one. name: of the line, as a person would write it. -EEXIST if the line has one of the kind; -EINVAL for a
 * reason or a day that is none. */
int ledger_except(struct ledger *ledger, enum exception_kind kind, uint64_t line, struct text name,
	struct wall until, struct text reason, struct fail *fail) MUST_USE;

/* The same for the line of a case, whose sealed name is copied as it is. */
int ledger_except_case(struct ledger *ledger, enum exception_kind kind,
	const struct ledger_case *of, struct wall until, struct text reason,
	struct fail *fail) MUST_USE;

/* 0, also for one that is over and was not ended yet, or -ENOENT if the line has none. */
int ledger_except_undo(
	struct ledger *ledger, enum exception_kind kind, uint64_t line, struct fail *fail) MUST_USE;

/* 0 and the one that holds, or -ENOENT without filling fail. ret may be NULL. */
int ledger_find_exception(struct ledger *ledger, enum exception_kind kind, uint64_t line,
	struct exception *ret, struct fail *fail) MUST_USE;

/* Ends those whose time is over: how many, EXCEPTION_BATCH at most. */
#define EXCEPTION_BATCH 64
int ledger_end_exceptions(struct ledger *ledger, struct fail *fail) MUST_USE;

/* 0 and the one of that number, or -ENOENT without filling fail. */
int ledger_exception(struct ledger *ledger, enum exception_kind kind, uint64_t number,
	struct exception *ret, struct fail *fail) MUST_USE;

/* The line of one that is gone, for who tells others of it: 0, or -ENOENT if EXCEPTION_REMEMBERED others ended since,
 * or another program ended it. */
#define EXCEPTION_REMEMBERED 256
int ledger_ended_exception(const struct ledger *ledger, enum exception_kind kind, uint64_t number,
	uint64_t *ret) MUST_USE;

/* Its line is none of the network any more, as ledger_set_lines' knows it: it does nothing. False where that is not
 * known, as for who only reads. */
bool ledger_exception_is_gone(const struct ledger *ledger, const struct exception *of);

/* Those of a kind after a number, by number; also those whose time is over and that were not ended yet. */
int ledger_each_exception(struct ledger *ledger, enum exception_kind kind, uint64_t after,
	visit_exception visit, void *context, struct fail *fail) MUST_USE;

#endif
