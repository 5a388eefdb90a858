/* coawindow - the identifiers that requests to one NAS may have: 256 at each source port (RFC 5176 s2.3 and s6.3)
 *
 * What:    a place is one identifier at one port. The one that was used least recently is taken next (RFC 5080 s2.2.2),
 *          ports in turn, and none before the NAS has forgotten it. Of the last request of a place its Authenticator
 *          stays, so that an answer that comes late is told from a forged one.
 * Owns:    its places: 34 bytes each.
 * Limits:  255 ports.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_COAWINDOW_H
#define LAZARET_ACTION_COAWINDOW_H

#include "base/wall.h"
#include "source/radius/radius.h"

#define COA_IDENTIFIERS 256

struct coa_place {
	uint32_t order; /* who has it, from 1; 0: nobody */
	bool is_used;   /* there was a request */
	bool is_answered;
	struct wall sent; /* the last time */
	uint8_t request[RADIUS_AUTHENTICATOR];
};

struct coa_window {
	struct coa_place *places; /* the identifiers of the first port, of the second ... */
	uint16_t *free;           /* a ring in the order in which they were given back */
	uint16_t size;
	uint16_t first;
	uint16_t count;
};

void coa_window_init(struct coa_window *window, unsigned ports);
void coa_window_done(struct coa_window *window);

/* Takes a place: its number. -EBUSY: all are taken; -EAGAIN: the next one is free at *when. rest: microseconds since
 * the last request of a place. */
int coa_window_take(
	struct coa_window *window, struct wall now, int64_t rest, struct wall *when) MUST_USE;
void coa_window_give(struct coa_window *window, unsigned place);

static inline unsigned
coa_place_port(unsigned place)
{
	return place / COA_IDENTIFIERS;
}

static inline uint8_t
coa_place_identifier(unsigned place)
{
	return (uint8_t)(place % COA_IDENTIFIERS);
}

#endif
