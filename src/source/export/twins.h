/* twins - mail records that an exporter sends twice: as the flow comes in and as it goes out
 *
 * What:    remembers the last mail flows that carried a direction (element 61). A flow of the
 *          same ends, exporter and begin in the other direction is the same packets counted
 *          again.
 * Owns:    its slots.
 * Limits:  TWINS_SLOTS flows, the newer one takes the slot. What is forgotten too early is
 *          counted twice.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_EXPORT_TWINS_H
#define LAZARET_SOURCE_EXPORT_TWINS_H

#include "source/flow.h"

#define TWINS_SLOTS 16384

struct twins {
	uint64_t seed;
	struct twin {
		uint64_t key;
		struct wall start;
		uint8_t direction;
	} * slot;
};

void twins_init(struct twins *twins);
void twins_done(struct twins *twins);

/* Was this flow seen in the other direction? Remembers it if not. direction: 0 in, 1 out. */
bool twins_find(struct twins *twins, const struct address *exporter, const struct flow *flow,
	uint8_t direction);

#endif
