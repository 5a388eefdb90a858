/* portalquestions - the portal's questions that are on their way to the keeper
 *
 * What:    each goes out with a number, and its answer, which has the same, comes back to who asked it; or none comes
 *          in PORTALASK_WAIT_US. Who is gone meanwhile is forgotten, and the answer is nobody's. Numbers begin
 *          somewhere, so that an answer to a portal that died is no answer to the next.
 * Owns:    nothing; the channel is the caller's.
 * Limits:  PORTALQUESTIONS_MOST on their way: more than the keeper answers in that time.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_PORTALQUESTIONS_H
#define LAZARET_SERVICE_PORTALQUESTIONS_H

#include "service/portalask.h"

/* A power of two. */
#define PORTALQUESTIONS_MOST 256U

struct portalquestions {
	int channel;
	uint64_t first, next; /* numbers of the oldest that may be on its way, and of the next */
	uint64_t malformed;   /* answers that cannot be */
	bool is_over;         /* the channel has no other end any more */
	struct {
		void *who; /* NULL: it is on its way no more */
		int64_t asked_us;
	} slot[PORTALQUESTIONS_MOST];
};

void portalquestions_init(struct portalquestions *questions, int channel);

/* Sends it, with its number, which comes back in it: PORTAL_SHOWN; PORTAL_LATER: too many are on their way;
 * PORTAL_AWAY: nobody takes them. us: of the steady clock. */
enum portal_outcome portalquestions_ask(
	struct portalquestions *questions, struct portalask *ask, void *who, int64_t us) MUST_USE;

/* Who asked it is gone. */
void portalquestions_forget(struct portalquestions *questions, uint64_t number);

/* The next answer that has come, and whose it is; NULL: there is none now. One that cannot be says PORTAL_AWAY. */
void *portalquestions_take(struct portalquestions *questions, struct portalanswer *ret);

/* The next who has waited for too long, and waits no more; NULL: there is none. */
void *portalquestions_late(struct portalquestions *questions, int64_t us);

#endif
