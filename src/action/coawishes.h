/* coawishes - what NASes are to make of sessions, line by line, and what they were told
 *
 * What:    of each line whose session is to be contained, or was: which measures are wanted, which the NAS was asked
 *          for, and which accounting has shown. Gives the next act of a line (coaprofile.h), one at a time: what is no
 *          longer wanted is released before what is milder is asked for, since a NAS may have one filter for both.
 *          Where a NAS has acknowledged a CoA and something else is to be asked for by then, that waits for no
 *          accounting: what shows the later one shows both. A new session has nothing of what CoA did and is asked
 *          for all; after a Disconnect it is the RADIUS server that gives what is due.
 *          What may hold at a NAS is written into the memory of the caller before it is asked for, so that who comes
 *          after a crash releases it; and so is what accounting has shown, so that he does not ask again for what
 *          holds, which might end a session. What is about to be released is no longer sure, so who wants it again
 *          asks again.
 * Owns:    what is not in that memory.
 * Limits:  `most` lines; 64 bytes each.
 * Thread:  one at a time. No clock: times are handed in, in microseconds.
 */
#ifndef LAZARET_ACTION_COAWISHES_H
#define LAZARET_ACTION_COAWISHES_H

#include "action/coaprofile.h"
#include "action/measure.h"

/* Outlives the process. */
struct coawish_kept {
	uint64_t line; /* 0: free */
	uint8_t told;  /* bits 1 << enum measure_kind: may hold at the NAS */
	uint8_t by_disconnect;
	uint8_t sure; /* of these, what accounting has shown */
	uint8_t zero;
	uint32_t session; /* that has it, half of its hash; 0: not known */
};

_Static_assert(sizeof(struct coawish_kept) == 16, "no holes");

struct coawishes;

/* kept: all zero at the first time; entries that cannot be are cleared. It must outlive the wishes. */
struct coawishes *coawishes_new(struct coawish_kept *kept, size_t most);
struct coawishes *coawishes_free(struct coawishes *wishes);

/* Nothing is wanted; what is wanted again must be told. What accounting has shown of that is not asked for again: it
 * might end a session. */
void coawishes_begin(struct coawishes *wishes);

/* Of block25 and quarantine. -ENOSPC: there is no room; others are 0 and nothing is done. */
int coawishes_want(struct coawishes *wishes, uint64_t line, enum measure_kind kind) MUST_USE;
void coawishes_unwant(struct coawishes *wishes, uint64_t line, enum measure_kind kind);

/* All lines, one after the other: 1 with the line, and *at - 1 is its number; 0 at the end. *at 0: from the begin. */
int coawishes_next(const struct coawishes *wishes, size_t *at, uint64_t *ret) MUST_USE;

/* What is known of a line's session now. */
struct coawish_session {
	uint64_t id;       /* a hash of NAS and session, the same over restarts; 0: there is none */
	struct wall shown; /* of its newest record */
};

enum coawish_step {
	COAWISH_REST,
	COAWISH_ASK, /* *act is to be asked for: coawishes_asked, or coawishes_pause; *order, if not 0, takes no end */
	COAWISH_SHOWN /* accounting shows the order that is open: coa_shown for *order */
};

enum coawish_step coawishes_look(struct coawishes *wishes, size_t number,
	const struct coawish_session *session, int64_t now_us, enum coa_act *act, uint64_t *order);

/* It is about to be asked for: the number of the order. */
uint64_t coawishes_asked(struct coawishes *wishes, size_t number, enum coa_act act,
	bool is_disconnect, const struct coawish_session *session, struct wall now);

/* It could not be asked for: not again for a while. */
void coawishes_pause(struct coawishes *wishes, size_t number, int64_t now_us);

/* What coa.h tells of an order. */
void coawishes_told(struct coawishes *wishes, uint64_t order, enum coa_stage stage, int64_t now_us);

struct coawishes_counts {
	uint64_t lines;   /* whose session is to be contained */
	uint64_t held;    /* that accounting has shown to be */
	uint64_t left;    /* that are to be contained no more and may still be */
	uint64_t failed;  /* orders that ended otherwise than they should */
	uint64_t refused; /* lines for which there was no room */
};

struct coawishes_counts coawishes_counts(const struct coawishes *wishes);

#endif
