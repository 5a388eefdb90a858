/* holding - what is to hold where: lines with measures, and the places where these lines are
 *
 * What:    orders (order.h) and places that lines come to and leave give changes of places: what a back end has to do
 *          so that it holds what the ledger wants. A line that is a prefix of the network has its place in the order;
 *          one that is a session has those that it was said to be at, and none before. The same order twice changes
 *          nothing.
 * Owns:    its entries.
 * Limits:  `most` entries, one for each measure and place, 36 to 40 bytes each. A place is an IPv4
 *          address or an IPv6 prefix of at most /64. Until: whole seconds, up to the year 2106.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_HOLDING_H
#define LAZARET_ACTION_HOLDING_H

#include "action/order.h"
#include "base/fail.h"

#define HOLDING_AHEAD 32

struct holding_change {
	bool adds;    /* or it is there already and has another end now */
	uint8_t kind; /* as that of an order */
	struct prefix place;
	struct wall until; /* ADDS: us 0: none */
};

typedef void (*holding_give)(void *context, const struct holding_change *change);

struct holding;

struct holding *holding_new(size_t most);
struct holding *holding_free(struct holding *holding);

/* Nothing holds: before all that holds is told anew. */
void holding_clear(struct holding *holding);

/* Orders that come next, at most HOLDING_AHEAD: their memory is fetched at once. */
void holding_prefetch(const struct holding *holding, const struct order *orders, size_t count);

/* -ENOSPC: there is no room, and it is not held; -EINVAL: no such measure, or a place that no line has. */
int holding_apply(struct holding *holding, const struct order *order, holding_give give,
	void *context) MUST_USE;
/* Only if this very measure holds: a later one of the same kind stays. */
void holding_undo(
	struct holding *holding, const struct order *order, holding_give give, void *context);

/* A line is at a place now, or no more. Of a line without measures nothing is kept: -ENOENT. */
int holding_come(struct holding *holding, uint64_t line, const struct prefix *place,
	holding_give give, void *context) MUST_USE;
void holding_leave(struct holding *holding, uint64_t line, const struct prefix *place,
	holding_give give, void *context);

/* Has the line a measure of the kind, wherever? */
bool holding_has(const struct holding *holding, unsigned kind, uint64_t line);

/* All places of the kind, one after the other: 1, or 0 at the end. *at 0: from the begin. */
int holding_next(const struct holding *holding, unsigned kind, size_t *at,
	struct holding_change *ret) MUST_USE;

/* Places where measures of the kind hold. */
size_t holding_count(const struct holding *holding, unsigned kind);

#endif
