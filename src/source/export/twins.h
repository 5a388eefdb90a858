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

#define TWINS_SLOTS 8192

/* Half of the key, with the direction in place of its lowest bit, and the begin in ms, which wraps: small, so that all
 * of them stay near. */
struct twin {
	uint32_t key;
	uint32_t start;
};

struct twins {
	uint64_t secret[8];
	struct twin slot[TWINS_SLOTS];
};

void twins_init(struct twins *twins);

/* The key of a flow by its ends and exporter. The memory of its slot is asked for: some tens of nanoseconds
 * later twins_find has it. direction: 0 in, 1 out. */
uint64_t twins_key(const struct twins *twins, const struct address *exporter,
	const struct flow *flow, uint8_t direction);

/* Was the flow of this key seen in the other direction? Remembers it if not. */
bool twins_find(struct twins *twins, uint64_t key, struct wall start);

#endif
