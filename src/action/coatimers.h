/* coatimers - which of many things is due first
 *
 * What:    things are numbers from 0; each has one time or none. A heap, which knows the place of each.
 * Owns:    its arrays, mapped at their ceiling: what is never used costs nothing.
 * Limits:  the ceiling given at the start.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_COATIMERS_H
#define LAZARET_ACTION_COATIMERS_H

#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>

struct coa_timers {
	struct coa_timer {
		struct wall due;
		uint32_t thing;
	} * heap;
	uint32_t *place; /* of each thing, from 1; 0: it has no time */
	size_t count;
	size_t most;
};

void coa_timers_init(struct coa_timers *timers, size_t most);
void coa_timers_done(struct coa_timers *timers);

/* Gives a thing a time, or another one. */
void coa_timers_set(struct coa_timers *timers, uint32_t thing, struct wall due);
void coa_timers_remove(struct coa_timers *timers, uint32_t thing);

/* Takes a thing that is due; false: none is. */
bool coa_timers_take(struct coa_timers *timers, struct wall now, uint32_t *ret);

/* When the first is due; INT64_MAX: there is none. */
struct wall coa_timers_first(const struct coa_timers *timers);

#endif
