/* actingwhere - where lines are that are sessions, and by which session: what the registrar tells the actor
 *
 * What:    a line whose name is no place is where it holds addresses now: asked of the leases when a measure begins,
 *          and told by news when it gains or loses one. Where news were lost, or another registrar began,
 *          all that holds is to be learnt anew.
 * Owns:    nothing: the memory is the estate's.
 * Limits:  LEASES_LINE places of a line. A block of ports of a shared address is no place.
 * Thread:  the actor's.
 */
#ifndef LAZARET_SERVICE_ACTINGWHERE_H
#define LAZARET_SERVICE_ACTINGWHERE_H

#include "action/holding.h"
#include "identity/leases.h"
#include "identity/linetable.h"
#include "runtime/ring.h"
#include "service/actingradius.h"

struct actingwhere {
	bool is_there; /* there is a registrar */
	struct leases leases;
	struct linetable sessions;
	struct ring news;
	uint64_t refused; /* news for which there was no room, as far as they were looked after */
	uint64_t taken;
};

void actingwhere_begin(struct actingwhere *where, const struct estate *estate);

/* Where a line is now, to the holding. */
void actingwhere_find(const struct actingwhere *where, uint64_t line, struct wall now,
	struct holding *holding, holding_give give, void *context);

/* Takes news: 1 if there may be more, 0 if not; -EAGAIN: some were lost, or may be. */
int actingwhere_take(struct actingwhere *where, struct holding *holding, holding_give give,
	void *context) MUST_USE;

/* All that was told is in the leases: before all is learnt anew. */
void actingwhere_skip(struct actingwhere *where);

/* For actingradius.h. */
struct actingradius_sessions actingwhere_sessions(struct actingwhere *where);

#endif
