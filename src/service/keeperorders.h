/* keeperorders - what the ledger wants to hold, on its way to the actor
 *
 * What:    after each commit the audit trail tells which measures and exemptions began and ended; those that are to be
 *          done become orders in the actor's ring, and limits stand in the table that the relay guard reads; proposals
 *          that wait are counted. What an actor that begins, or one whose ring was full, has missed it asks for: a page
 *          of all that hold.
 * Owns:    nothing.
 * Limits:  the ring; when it is full, or another program ended an exemption, the actor is told to ask for all, as soon
 *          as there is room.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERORDERS_H
#define LAZARET_SERVICE_KEEPERORDERS_H

#include "control/message.h"
#include "identity/lines.h"
#include "ledger/keyfile.h"
#include "ledger/ledger.h"
#include "ledger/planning.h"
#include "runtime/ring.h"
#include "service/casetable.h"

struct keeperorders {
	struct ring *ring;            /* NULL: there is no actor */
	struct casetable *cases;      /* NULL: there is no guard */
	struct planning_waits *waits; /* of proposals: grows and shrinks by what is told */
	const struct keys *keys;
	const struct lines *lines;
	uint64_t sequence; /* of the audit trail: before and with it all was told */
	bool owes_anew;    /* the actor has missed some */
	uint64_t told;
	uint64_t lost;
	uint64_t displaced; /* cases that gave way in the table */
};

/* A ledger was opened: whatever was told before, the actor asks for all. What is limited by then is in the table. waits
 * stays the caller's. */
void keeperorders_begin(struct keeperorders *orders, struct ring *ring, struct casetable *cases,
	struct planning_waits *waits, const struct keys *keys, const struct lines *lines,
	uint64_t sequence);

/* Tells what began and ended since. -errno with fail filled: it is told the next time. */
int keeperorders_tell(
	struct keeperorders *orders, struct ledger *ledger, struct fail *fail) MUST_USE;

int keeperorders_page(const struct keeperorders *orders, struct ledger *ledger,
	const struct held_question *question, struct held_page *page, struct fail *fail) MUST_USE;

#endif
