/* relaynotice - what the relay guard knows of senders, on its way to the judges
 *
 * What:    evidence of channel R becomes a sighting in the ring of the account's or line's judge; the account's name
 *          goes where the keeper finds it before. Who is neither account nor line has no case, so nothing is sent of
 *          it. What is worth a look is told again every RELAYNOTICE_US, since it fades and what is not told any more
 *          holds for a day only.
 * Owns:    nothing.
 * Limits:  what a full ring does not take is counted, and told again later.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_RELAYNOTICE_H
#define LAZARET_SERVICE_RELAYNOTICE_H

#include "identity/accountname.h"
#include "relay/relay.h"
#include "runtime/ring.h"
#include "service/estate.h"

#define RELAYNOTICE_US (10 * WALL_MINUTE)

struct relaynotice {
	struct ring judge[ESTATE_JUDGES];
	uint32_t judges;
	struct accountnames *names;
	/* What time it is for the sightings. */
	struct wall (*now)(void *context);
	void *context;
	size_t place; /* of senders, from which to go on */
	int64_t round_us;
	uint64_t sightings;
	uint64_t refused;
	uint64_t names_replaced; /* gave way to others */
};

/* relay_settings.on_evidence; context is a struct relaynotice. */
void relaynotice_give(void *context, const struct relay_notice *notice);

/* Tells some of what is still worth a look again: call it every tick. steady_us: clock_steady. */
void relaynotice_again(struct relaynotice *of, struct relay *relay, int64_t steady_us);

/* Judges have no clock but what they are told. */
void relaynotice_time(struct relaynotice *of);

#endif
