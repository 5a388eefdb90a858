/* flowjoin - several records of one connection become one flow
 *
 * What:    what the records of a connection tell together: its two directions, what an active timeout has cut, the same
 *          packets exported twice, and what a log of the application adds. Which records belong together is the
 *          intake's business.
 * Owns:    nothing.
 * Limits:  sums saturate.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_FLOWJOIN_H
#define LAZARET_SOURCE_FLOWJOIN_H

#include "source/flow.h"

/* Told by a log of the application, without the packets. */
bool flow_is_detail(const struct flow *flow);

/* Were both directions seen, and the end? Then nothing that is still to come changes much. A SYN without an answer is
 * not over: it may be tried again, and then be answered. */
bool flow_is_over(const struct flow *flow);

/* The same with source and destination exchanged. */
struct flow flow_turned(const struct flow *flow);

/* Merges a record into a connection of the same source and destination. is_reverse: the record is of the answers
 * only. until: what was seen of forward and reverse ends here. */
void flow_add(struct flow *flow, struct wall until[2], const struct flow *record, bool is_reverse);

/* So much later; saturates. */
static inline struct wall
wall_later(struct wall wall, int64_t us)
{
	struct wall sum;

	if (__builtin_add_overflow(wall.us, us, &sum.us))
		sum.us = us < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

#endif
