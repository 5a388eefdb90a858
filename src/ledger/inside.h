/* inside - what the parts of the ledger share, and nobody else includes
 *
 * What:    the ledger's own state, and the writing of audit rows inside a transaction.
 * Owns:    see ledger.h.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_INSIDE_H
#define LAZARET_LEDGER_INSIDE_H

#include "base/bytes.h"
#include "ledger/care.h"
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/horizon.h"
#include "ledger/keyfile.h"
#include "ledger/ledger.h"
#include "ledger/planning.h"

struct waiting {
	struct verdict verdict;
	uint8_t name_length;
	char name[SEAL_NAME];
};

struct ended {
	uint64_t number;
	uint64_t line;
	uint8_t kind;
};

struct ledger {
	struct store *store;
	char *where;
	bool for_reading;
	bool has_keys;
	bool had_key_file; /* before it was opened */
	struct keys keys;
	struct wall now;
	struct wall horizon;     /* see horizon.h */
	struct wall keeps_until; /* nothing is deleted before; us 0: that was never so */
	char actor[AUDIT_ACTOR + 1];
	struct buffer channels; /* of the transition that is being written */
	struct buffer facts;
	/* End of the chain, as of the transaction under way. */
	uint64_t sequence;
	uint8_t head[DIGEST_SIZE];
	struct ledger_counts counts;
	/* Why the last transaction that was to write could not. */
	bool is_refused;
	struct fail refused;
	/* The version of parameters that was last found to be there. */
	bool knows_version;
	uint32_t version;
	bool plans; /* measures follow from cases */
	struct planning planning;
	planning_line_of line_of; /* NULL: as verdicts say */
	void *line_context;
	uint8_t brakes; /* as it was last looked at */
	bool is_paused; /* nothing begins by itself: as of the transaction under way */
	/* Decisions that nobody took from here as yet; those of the transaction under way are behind `told`. */
	struct case_decision *decisions;
	size_t decision_count;
	size_t decision_room;
	size_t told;
	/* Exceptions that ended lately, in a ring. */
	struct ended ended[EXCEPTION_REMEMBERED];
	uint64_t ends;
	size_t waits;
	struct waiting waiting[LEDGER_BATCH];
};

/* A transaction that writes: begins by finding the end of the chain. */
int ledger_begin(struct ledger *ledger, struct fail *fail) MUST_USE;

/* Ends it: keeps if r is not negative, and takes all back otherwise. Returns r or what went wrong. */
int ledger_end(struct ledger *ledger, int r, struct fail *fail) MUST_USE;

/* Appends a row; sequence, time, actor and hashes are set here. */
int ledger_append(struct ledger *ledger, struct audit row, struct fail *fail) MUST_USE;

/* Adds a step to a case that was written already, with its row of the audit trail; gives it its number. */
int ledger_add_step(struct ledger *ledger, struct transition *step, const struct ledger_case *of,
	const char *why, struct fail *fail) MUST_USE;

/* Inside a transaction: a measure begins, for a case that is open; it ends. Number, begun and actor are filled; -EEXIST
 * with fail filled if the line has one of the kind. */
int ledger_add_measure(struct ledger *ledger, struct measure *measure, struct fail *fail) MUST_USE;
int ledger_end_measure(struct ledger *ledger, struct measure *measure, enum measure_end why,
	struct text reason, struct fail *fail) MUST_USE;
/* After it was opened for writing: writes the table of what is enforced, if it was made by an older version. */
int ledger_make_enforced(struct ledger *ledger, struct fail *fail) MUST_USE;
/* What a case as it is now asks to be done: how many changes. */
int ledger_follow(struct ledger *ledger, const struct ledger_case *of, struct fail *fail) MUST_USE;
/* Of a case that is closed, all that holds: nobody is held without a case. And his objection is over. */
int ledger_end_all_of(
	struct ledger *ledger, const struct ledger_case *of, struct fail *fail) MUST_USE;

/* Inside a transaction: the customer of a case objects, and nothing is done to its line until then; ends that of a
 * line, if there is one. */
int ledger_object(struct ledger *ledger, const struct ledger_case *of, struct wall until,
	struct text reason, struct fail *fail) MUST_USE;
int ledger_end_objection(
	struct ledger *ledger, uint64_t line, const char *why, struct fail *fail) MUST_USE;

/* Inside a transaction: as ledger_release. */
int ledger_release_inside(struct ledger *ledger, uint64_t of_case, enum measure_end why,
	struct text reason, struct fail *fail) MUST_USE;

/* Inside a transaction: the case is in this state from now on, by a decision. */
int ledger_put_state(struct ledger *ledger, struct ledger_case *of, enum state to, const char *why,
	struct text reason, struct fail *fail) MUST_USE;
/* The state that a case in quarantine was in before. */
int ledger_state_before(struct ledger *ledger, const struct ledger_case *of, enum state *ret,
	struct fail *fail) MUST_USE;
/* What is known of the line of a case now. */
struct planning_line ledger_line_of(const struct ledger *ledger, const struct ledger_case *of);
/* Who names the last day on which something may end means the last moment of it, as far as that is allowed. */
void ledger_cut_day(struct wall *until, struct wall latest);
/* Whether containment pauses, into ledger->is_paused. */
int ledger_look_paused(struct ledger *ledger, struct fail *fail) MUST_USE;

/* What the store has of the horizon; inside a transaction: moves it on. */
int ledger_read_horizon(struct ledger *ledger, struct fail *fail) MUST_USE;
int ledger_move_horizon(struct ledger *ledger, struct fail *fail) MUST_USE;

/* For the store's visits: copies the row and ends the visit with 1. */
int ledger_take_case(void *context, const struct ledger_case *row);

/* Inside a transaction: the line of a verdict goes on; nothing where it has no open case. */
int ledger_put_activity(
	struct ledger *ledger, const struct verdict *verdict, struct fail *fail) MUST_USE;

#endif
