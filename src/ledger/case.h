/* case - the life of a suspicion against one line, from suspect until it is clear again
 *
 * What:    a case opens when a line first becomes suspect or worse; a line that is only watched has none.
 *          It stays the same case until a transition to clear closes it; what follows is a new case that
 *          links the one before. A transition that is older than the last one (files read out of order)
 *          counts for the time of opening and the gravest state, never for the state of today.
 *          What people and dates decide (let go, held) is a transition, too. It holds until a verdict of one who
 *          had heard of it: that goes on from the state that was decided, or knows nothing of the line. Its time
 *          does not matter then, as what a judge sees may be behind the clock.
 *          All is derived from the transitions, so that a check can derive it again.
 * Owns:    nothing.
 * Thread:  a value.
 */
#ifndef LAZARET_LEDGER_CASE_H
#define LAZARET_LEDGER_CASE_H

#include "ledger/seal.h"
#include "ledger/transition.h"

#include <stdbool.h>

/* A time that is not there: a case that is not closed, or was never confirmed. */
#define WALL_NONE ((struct wall){INT64_MIN})

static inline bool
wall_is_none(struct wall time)
{
	return time.us == INT64_MIN;
}

struct ledger_case {
	uint64_t number;    /* from 1, never used again */
	uint64_t line;      /* pseudonym */
	uint64_t name_hash; /* keyed hash of the name, to find it */
	uint64_t previous;  /* the line's case before, or 0 */
	struct wall opened;
	struct wall last;      /* time of the last transition */
	struct wall confirmed; /* first; or WALL_NONE */
	struct wall closed;    /* or WALL_NONE */
	struct wall changed;   /* when the ledger last wrote it: retention counts from there */
	uint8_t state;         /* enum state */
	uint8_t highest;
	uint8_t role;    /* enum role */
	bool is_decided; /* its state is; not kept, but derived where it is needed (deciding.h) */
	double score;    /* of the last verdict */
	uint8_t sealed[SEAL_SIZE];
};

/* Whether a transition to this state opens a case where there is none. */
bool case_opens(enum state to);

/* A case without number, from its first transition. */
void case_init(struct ledger_case *of, const struct transition *first);

/* Takes a transition into an open or closed case. */
void case_apply(struct ledger_case *of, const struct transition *transition);

/* Over what never changes: number, line, name, the case before. */
void case_digest(const struct ledger_case *of, uint8_t into[DIGEST_SIZE]);

#endif
