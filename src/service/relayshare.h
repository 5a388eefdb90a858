/* relayshare - what a relay counts goes to the others ten times a second, and what they say is joined
 *
 * What:    every tick_us what the guard noted goes out as batches (relay/deltas.h) through an exchange
 *          (runtime/exchange.h); what comes in from others is joined at once. So a relay hears of what another counted
 *          in tick_us and the time of the store; nothing that the guard is asked waits for that. While the store is
 *          away, changes of the same key and cell become one, and go out after. A relay that has nothing to say says so
 *          each second: the others see that it is there, and whether they missed anything.
 *          Batches that come twice are known by their number, and are joined once; a number that is left out is a gap.
 *          How much may pass more than a limit is in guard.h, with a time on the way of tick_us and what the store
 *          takes. While the store is away that time is as long as it is away: each relay accepts a limit of its own at
 *          the most. A relay that begins with nothing counts what others said as far back as the store remembers it,
 *          which is settings.keep batches of all relays in exchangeredis.h; one whose guard goes on from a snapshot
 *          tells its standing, and misses nothing if the store still remembers it. What a relay has counted and not yet
 *          said when it dies, the others never hear: that of a tick, or of the time that the store was away.
 *          A guard holds the keys of all relays then: its keys_most is that of all together.
 * Owns:    the deltas that its guard notes into. Guard and exchange are the caller's, and end after it.
 * Limits:  settings.changes_most changes that wait; more are not told to others, and counted. RELAYSHARE_RELAYS are
 *          told apart; of more, the one that was not heard for longest is forgotten.
 * Thread:  one, that of the event loop.
 */
#ifndef LAZARET_SERVICE_RELAYSHARE_H
#define LAZARET_SERVICE_RELAYSHARE_H

#include "relay/guard.h"
#include "runtime/exchange.h"

#define RELAYSHARE_RELAYS 64
/* With the way through the store others hear within a tenth of a second. */
#define RELAYSHARE_TICK_US  80000
#define RELAYSHARE_QUIET_US 1000000
/* A relay that was heard in so long is there. */
#define RELAYSHARE_THERE_US 5000000
/* Batches a tick: an outage's changes do not go out all at once. */
#define RELAYSHARE_BATCHES 4

/* A batch of a relay. */
struct relayshare_said {
	uint64_t relay; /* 0: there is none */
	uint64_t sequence;
};

/* Where a relay stands, for one that goes on from a snapshot of its guard: without it, what it said itself before would
 * be counted twice, and what others said, too, where the store has forgotten the position. */
struct relayshare_standing {
	char position[EXCHANGE_POSITION]; /* of its exchange, which is to go on from there */
	struct relayshare_said of;        /* its last */
	struct relayshare_said heard[RELAYSHARE_RELAYS]; /* the last of each other */
};

struct relayshare_settings {
	struct guard *guard;
	struct exchange *exchange;
	struct hash_key key; /* the same at all relays, as that of responsible_find */
	size_t changes_most;
	int64_t tick_us; /* 0: RELAYSHARE_TICK_US */
	struct wall (*now)(void *context);
	void *context;
	const struct relayshare_standing *former; /* NULL: the guard begins with nothing */
};

struct relayshare_counts {
	uint64_t batches_out;
	uint64_t changes_out;
	uint64_t batches_in; /* of others, joined */
	uint64_t changes_in;
	uint64_t
		lost; /* changes that others never hear of: no room, or too old when they could go */
	uint64_t gaps;    /* in the numbers of another */
	uint64_t missed;  /* batches in them */
	uint64_t again;   /* batches that came twice */
	uint64_t wrong;   /* batches that are none, or of another version */
	uint64_t foreign; /* sealed with another secret: relays must have the same */
	bool is_foreign;  /* such a one was heard just now */
	size_t waiting;   /* changes */
	size_t relays;    /* others that are there */
	int64_t lag_us;   /* of an own batch: out until back */
	int64_t lag_most_us;
};

struct event_base;
struct relayshare;

struct relayshare *relayshare_new(
	struct event_base *base, const struct relayshare_settings *settings);
struct relayshare *relayshare_free(struct relayshare *share);

/* As the timer does: what waits goes out, as far as it can. */
void relayshare_tick(struct relayshare *share);

struct relayshare_counts relayshare_counts(const struct relayshare *share);
void relayshare_standing(const struct relayshare *share, struct relayshare_standing *ret);

#endif
