/* message - what the processes of the daemon say to each other over channels
 *
 * What:    the desk puts a question to judge, keeper or parent and gets one answer: a page of text and where to go
 *          on. Who answers keeps nothing between two questions. The parent tells a process to stop; a process tells
 *          the parent that it is ready. A judge that begins asks the keeper for the open cases.
 *          Every message is checked by the one that gets it (message_receive), and one that cannot be is told. The
 *          parent kills the child that sent it. Judge and keeper may end nobody, and if they ended themselves the desk,
 *          which strangers talk to, could end them: they leave it out. The desk, which nobody needs to judge, ends
 *          itself.
 * Owns:    nothing.
 * Limits:  a question is one of the verbs below with MESSAGE_TEXT bytes; a page MESSAGE_PAGE bytes; MESSAGE_TURN
 *          messages of one peer before others have their turn.
 * Thread:  values.
 */
#ifndef LAZARET_CONTROL_MESSAGE_H
#define LAZARET_CONTROL_MESSAGE_H

#include "action/order.h"
#include "base/wall.h"
#include "ledger/audit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_TEXT 512
#define MESSAGE_PAGE 32768
#define MESSAGE_TURN 64

enum message_type {
	MESSAGE_READY,     /* child to parent: no body */
	MESSAGE_STOP,      /* parent to child: finish, keep what is to be kept, end; no body */
	MESSAGE_REPLACE,   /* the same, and another takes its place at once; no body */
	MESSAGE_QUESTION,  /* struct question */
	MESSAGE_ANSWER,    /* struct answer up to its text's end */
	MESSAGE_OPEN,      /* judge to keeper: struct open_question */
	MESSAGE_OPEN_PAGE, /* keeper to judge: struct open_page */
	MESSAGE_HELD,      /* actor to keeper: struct held_question */
	MESSAGE_HELD_PAGE, /* keeper to actor: struct held_page */
	MESSAGE_COUNT
};

/* What may be asked, and of whom. */
enum ask {
	ASK_LINES, /* judge: lines whose gravest state is that in text (empty: watch) or above; cursor: index
		    * + 1, so that 1 is the begin without a heading */
	ASK_EXPLAIN_LINE, /* judge: text is a pseudonym of 16 digits; code -ENOENT if it is not held */
	ASK_CASES,        /* keeper: cursor: number of the case before; flag: only open ones */
	ASK_CASE, /* keeper: text names a case; opens the line's name and writes that down; flag: leaves it
		   * sealed */
	ASK_EXPLAIN, /* keeper: text names a case or line. A line without a case: code -ESRCH, and in text its
		      * pseudonym of 16 digits, a line feed, and what the ledger has to say of the line */
	ASK_AUDIT, /* keeper */
	ASK_NEVER, /* keeper: text is ADDRESS, a line feed, reason, a line feed, the last day or nothing; flag: undo,
		    * without these; empty: list */
	ASK_RELOAD, /* parent */
	ASK_ACCOUNTS, /* guard: cursor: place of the first; text "names": with those that it knows; flag: all */
	ASK_NAMES, /* keeper: names of accounts will be shown; writes down who asks */
	ASK_ACCOUNT, /* keeper: text names an account; writes down who asks. Code -ESRCH, and in text its pseudonym of
		      * 16 digits and a line feed */
	ASK_ACCOUNT_FACTS, /* guard: text is a pseudonym of 16 digits, a line feed, the name that was given; flag:
			    * something was said of it already, so that not to know it is no failure */
	ASK_ORDER, /* keeper: text is an account, a line feed, a rule, a line feed, a day or nothing; flag: release it,
		    * without rule. Answers as ASK_ACCOUNT, with what was ordered behind the pseudonym */
	ASK_ACCOUNT_TERMS, /* guard: as ASK_ACCOUNT_FACTS; how it may send now */
	/* Keeper, of measures. What is ordered is done when the answer comes. CASE is as in ASK_CASE. */
	ASK_QUARANTINE, /* text is CASE, a line feed, reason, a line feed, the last day or nothing */
	ASK_CONFIRM,    /* text is a measure, a line feed, reason or nothing */
	ASK_UNDO,       /* the same */
	ASK_RELEASE,    /* text is CASE, a line feed, reason or nothing */
	ASK_RELEASE_ALL, /* text is the reason */
	ASK_RESUME,      /* the same */
	ASK_MEASURES, /* text is "proposed", "all", or empty; flag: opens names; cursor: the measure before */
	ASK_RECORD, /* text is CASE; flag: leaves the name sealed; cursor: case and measures, as the keeper has it */
	ASK_EXEMPT, /* text is ADDRESS, a line feed, reason, a line feed, the last day; flag: undo, without these;
		     * empty: list; cursor: the entry before */
	ASK_COUNT
};

struct question {
	uint64_t id;     /* the desk's: comes back with the answer */
	uint64_t cursor; /* 0: from the begin */
	uint8_t ask;     /* enum ask */
	uint8_t is_json;
	uint8_t flag;
	uint8_t spare[5];
	char actor[AUDIT_ACTOR + 1]; /* who asks, for the audit trail; terminated */
	char text[MESSAGE_TEXT];     /* terminated */
};

struct answer {
	uint64_t id;
	uint64_t cursor; /* where to go on; 0: this was all */
	int32_t code; /* 0 or -errno; then text says what is wrong, and in a second line what to do */
	uint32_t size; /* of text */
	char text[MESSAGE_PAGE];
};

/* The open cases after a number, for a judge. */
struct open_question {
	uint64_t after;
	uint32_t judge; /* only lines of its shard */
	uint32_t judges;
};

struct open_case {
	uint64_t number;
	uint64_t line;
	struct wall entered; /* the state */
	float score;
	uint8_t state;
	uint8_t highest;
	uint8_t role;
	uint8_t is_decided; /* its state is: struct resumed */
};

#define MESSAGE_OPEN_MOST 512

struct open_page {
	uint32_t count;
	uint8_t is_last;
	uint8_t spare[3];
	uint64_t after; /* of the question */
	uint64_t step;  /* the last of the ledger: decisions up to this one are in what follows */
	struct open_case open[MESSAGE_OPEN_MOST];
};

/* The measures that are enforced, after a number, for the actor. */
struct held_question {
	uint64_t after;
	uint64_t number; /* of the question */
};

/* As many as a message holds: there may be millions. */
#define MESSAGE_HELD_MOST 1360

struct held_page {
	uint64_t number; /* of the question */
	uint64_t after;  /* where to go on */
	/* Of the ring of orders: what was put in before is in this page and those after it. */
	uint64_t place;
	uint32_t count;
	uint8_t is_last;
	uint8_t spare[3];
	struct order order[MESSAGE_HELD_MOST];
};

/* Whether a message of this type may have this body: sizes, ends of texts, numbers of verbs. */
bool message_check(uint16_t type, const void *body, size_t size);

/* The next message of a channel, checked: as channel_receive. Body that -EBADMSG comes with is of no use. */
int64_t message_receive(int channel, uint16_t *type, void *body, size_t room) MUST_USE;

/* Which judge a line belongs to. */
static inline uint32_t
message_shard(uint64_t pseudonym, uint32_t judges)
{
	return (uint32_t)(((pseudonym >> 32) * judges) >> 32);
}

#endif
