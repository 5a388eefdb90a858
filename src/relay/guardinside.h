/* guardinside - what a guard holds: inside relay/ only
 *
 * What:    the structs of guard.c, so that guardstate.c can save and restore them.
 * Owns:    nothing.
 * Thread:  as guard.h.
 */
#ifndef LAZARET_RELAY_GUARDINSIDE_H
#define LAZARET_RELAY_GUARDINSIDE_H

#include "base/table.h"
#include "relay/guard.h"

#include <stddef.h>

#define NONE UINT32_MAX

/* A message on its way, or one that was: its end may be asked for again. What is looked at for each lies in one
 * cache line. */
struct message {
	_Alignas(64) uint64_t id;
	struct wall heard;
	struct wall taken;           /* all of it counts in the cell of this time */
	struct wall first;           /* when the first of it was taken, as bursts have it */
	uint64_t recipient;          /* the last one that was asked for */
	struct window_amount amount; /* that is counted; 0 messages: nothing yet */
	uint32_t uncounted; /* recipients that were given back, and are to be counted otherwise */
	uint32_t older;
	uint32_t newer;
	bool is_settled; /* its end will be told */
	bool is_near;    /* that it is near a limit was told */
	bool is_over;    /* that was told, and it passed */
	bool is_loose;   /* it stands in the second line */
	struct responsible responsible;
	bool is_free; /* it is counted, and never denied */
};

_Static_assert(offsetof(struct message, responsible) <= 64, "the rest is in the first cache line");

/* Messages in the order in which they were last heard of. */
struct line {
	uint32_t oldest;
	uint32_t newest;
};

struct guard {
	struct guard_settings settings;
	struct windows *windows;
	struct table table; /* of messages; value: the place */
	struct message *message;
	uint32_t used;
	uint32_t free;          /* linked by newer */
	struct message unknown; /* for which there is no room: what it takes is never given back */
	struct line line[2];    /* those on their way; those that may be forgotten */
	struct guard_counts counts;
	struct deltas *deltas; /* NULL: nobody else is to hear */
};

/* May it be forgotten before its time? */
bool guard_is_loose(const struct message *message);

/* It was heard of last; it must know whether it is loose. */
void guard_link_newest(struct guard *guard, uint32_t at);

#endif
