/* accounting - who holds which address: accounting requests of a NAS as events of sessions
 *
 * What:    an Accounting-Request (RFC 2866, 2869, 3162, 4818, 6911) says that a session began, goes on or ended, and
 *          what it holds: addresses and prefixes. It becomes an event of plain values, handed to who keeps sessions. If
 *          he has taken it, it is answered; if not, the NAS will send it again (RFC 2866 s4.1). The same request
 *          once more within some seconds (RFC 5080 s2.2.2) is answered again and handed out no more. What cannot
 *          be believed, or has one attribute of a wrong length, is silently discarded (RFC 2866 s5, 5080 s2.3.3).
 *          When it happened: by the Event-Timestamp of the NAS; where there is none, or its clock is off by more than
 *          the settings allow, when it arrived less Acct-Delay-Time.
 * Owns:    what it remembers of requests. An event points into the request, and is valid during the call.
 * Limits:  ACCOUNTING_HELD addresses and prefixes of a session in one request; more are counted. Requests that are
 *          remembered: as the settings say; the oldest gives way.
 * Thread:  one at a time.
 */
#ifndef LAZARET_IDENTITY_ACCOUNTING_H
#define LAZARET_IDENTITY_ACCOUNTING_H

#include "base/address.h"
#include "base/wall.h"
#include "source/radius/radiuskey.h"

#define ACCOUNTING_HELD 16

enum accounting_kind {
	ACCOUNTING_START,
	ACCOUNTING_INTERIM,
	ACCOUNTING_STOP,
	ACCOUNTING_ON,  /* the NAS has begun: what it had is gone */
	ACCOUNTING_OFF, /* it ends */
	ACCOUNTING_KINDS
};

/* "start" and so on. */
extern const char *const accounting_kind_names[ACCOUNTING_KINDS];

/* What is the name of a line. */
enum accounting_name {
	ACCOUNTING_BY_USER,   /* User-Name */
	ACCOUNTING_BY_STATION /* Calling-Station-Id */
};

/* From which attribute it is. */
enum accounting_from {
	ACCOUNTING_IPV4, /* Framed-IP-Address */
	ACCOUNTING_IPV6, /* Framed-IPv6-Address: DHCPv6 */
	ACCOUNTING_PREFIX, /* Framed-IPv6-Prefix: the link, from which the line takes addresses itself */
	ACCOUNTING_DELEGATED /* Delegated-IPv6-Prefix: what is behind the router of the line */
};

struct accounting_held {
	struct prefix prefix;
	uint8_t from; /* enum accounting_from */
};

struct accounting_event {
	enum accounting_kind kind;
	bool is_stamped;     /* the time is that of the clock of the NAS */
	struct wall time;    /* when it happened */
	struct wall arrived; /* by our clock */
	bool has_begun;      /* Acct-Session-Time was told: the session began then */
	struct wall begun;
	/* The NAS. A session is told from all others by it and the session's name; of some NASes only after they
	 * began the next time. */
	struct address source;      /* who sent the request, perhaps for another one */
	struct address nas;         /* as it says itself; the source if it says nothing */
	struct text nas_identifier; /* empty: not told, as of all texts */
	struct text session;        /* only of ON and OFF it may be empty */
	struct text multi_session;
	struct text line; /* its name, by the settings; only of STOP, ON and OFF it may be empty */
	struct text user;
	struct text station;
	struct text port; /* NAS-Port-Id */
	/* Of the address that the line takes in an ACCOUNTING_PREFIX. */
	bool has_interface;
	uint8_t interface[8];
	size_t held_count;
	struct accounting_held held[ACCOUNTING_HELD];
};

struct accounting_clock {
	int64_t ahead;  /* microseconds that a NAS may be before us */
	int64_t behind; /* that a request may be on its way */
};

#define ACCOUNTING_CLOCK ((struct accounting_clock){.ahead = 5 * WALL_MINUTE, .behind = WALL_DAY})

/* Who keeps sessions: 0 if he has taken the event, -errno if he cannot now. */
struct accounting_taker {
	void *context;
	int (*take)(void *context, const struct accounting_event *event);
};

struct accounting_settings {
	enum accounting_name name;
	struct accounting_clock clock;
	size_t requests_most; /* that are remembered */
	int64_t remember;     /* microseconds */
	uint64_t seed;        /* secret */
	struct accounting_taker taker;
};

#define ACCOUNTING_DEFAULTS                                                                        \
	((struct accounting_settings){                                                             \
		.clock = ACCOUNTING_CLOCK, .requests_most = 65536, .remember = 30 * WALL_SECOND})

struct accounting_counts {
	uint64_t requests;
	uint64_t answers;
	uint64_t events[ACCOUNTING_KINDS];
	/* Silently discarded. */
	uint64_t strangers;             /* of an address that has no secret */
	uint64_t faults[RADIUS_FAULTS]; /* by reason */
	uint64_t incomplete;            /* no Acct-Status-Type, or no Acct-Session-Id */
	uint64_t not_taken;             /* by who keeps sessions */
	/* Answered, and no event. */
	uint64_t doubles; /* the same request again */
	uint64_t others;  /* of a status that is no session's */
	uint64_t unnamed; /* the session has no name of a line */
	/* Of events. */
	uint64_t clocks;  /* the Event-Timestamp was too far off */
	uint64_t crowded; /* addresses or prefixes beyond ACCOUNTING_HELD */
};

struct accounting;

struct accounting *accounting_new(const struct accounting_settings *settings);
struct accounting *accounting_free(struct accounting *accounting);

/* Where a request came from. */
struct accounting_peer {
	struct address source;
	uint16_t port;
	struct radius_key *key; /* NULL: it has no secret */
};

/* A request that came: the length of the answer that is to be sent back, 0: none. */
size_t accounting_request(struct accounting *accounting, const struct accounting_peer *peer,
	const void *bytes, size_t size, struct wall now, uint8_t into[RADIUS_MOST]);

const struct accounting_counts *accounting_counts(const struct accounting *accounting);

/* What attributes say: 0 with *ret. -EBADMSG: one is of a wrong length; -ENODATA: one is missing; -ENOMSG: it is no
 * event of a session; -ENXIO: the line has no name. The counters of events are added to. */
int accounting_read(struct reader attributes, const struct accounting_settings *settings,
	const struct address *source, struct wall arrived, struct accounting_counts *counts,
	struct accounting_event *ret) MUST_USE;

#endif
