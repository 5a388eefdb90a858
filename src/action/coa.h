/* coa - asks a NAS to change or to end sessions (RFC 5176): the client's side, without sockets and without a clock
 *
 * What:    orders come in, datagrams go out, answers and time come in, and of each order it is told how it ended.
 *          A request is sent again with the same bytes at 2, 6, 14 seconds (RFC 5080 s2.2.1), for 30 seconds in all.
 *          An answer counts if the Authenticators hold and it is current. An acknowledgement is only what the NAS
 *          says: the order is COA_ASKED then, and ends when accounting has shown it (coa_shown). Orders of the
 *          same session are asked for one after the other, in the order in which they came.
 *          What a NAS does not want now (RFC 5176 s3.5) it is asked for again later.
 * Owns:    its orders. Keys stay the caller's and must outlive it. Bytes that are to be sent are valid until the
 *          next call.
 * Limits:  orders in all and waiting for one NAS, COA_ATTRIBUTES bytes each; NASes; the rate for each NAS; the
 *          identifiers (coawindow.h). An order that finds no room is refused, and counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_ACTION_COA_H
#define LAZARET_ACTION_COA_H

#include "base/wall.h"
#include "source/radius/radiuskey.h"

/* Bytes of attributes of one order. */
#define COA_ATTRIBUTES 960
#define COA_PORTS_MOST 64

struct coa_settings {
	size_t nases_most;
	size_t orders_most;  /* until they have ended */
	size_t waiting_most; /* for one NAS, of those that are not asked for yet */
	unsigned ports;      /* source ports, 1 to COA_PORTS_MOST */
	int64_t rest; /* microseconds until an identifier may be used again: how long a NAS remembers it */
	int64_t current; /* how old or new the Event-Timestamp of an answer may be */
	int64_t first;   /* until a request is sent again; doubles each time, up to longest */
	int64_t longest;
	int64_t in_all;       /* until it is given up */
	unsigned tries;       /* how often it is sent at the most */
	int64_t later;        /* until a NAS is asked again that could not just then */
	unsigned laters;      /* how often that is done */
	int64_t shown_within; /* how long accounting has to show it */
	uint64_t seed;        /* of the jitter of timers */
};

#define COA_DEFAULTS                                                                               \
	((struct coa_settings){.nases_most = 1024,                                                 \
		.orders_most = 65536,                                                              \
		.waiting_most = 16384,                                                             \
		.ports = 4,                                                                        \
		.rest = 300 * WALL_SECOND,                                                         \
		.current = 300 * WALL_SECOND,                                                      \
		.first = 2 * WALL_SECOND,                                                          \
		.longest = 16 * WALL_SECOND,                                                       \
		.in_all = 30 * WALL_SECOND,                                                        \
		.tries = 5,                                                                        \
		.later = 60 * WALL_SECOND,                                                         \
		.laters = 3,                                                                       \
		.shown_within = 20 * WALL_MINUTE})

struct coa;

struct coa *coa_new(const struct coa_settings *settings);
struct coa *coa_free(struct coa *coa);

struct coa_nas {
	struct radius_key *key;
	uint32_t rate;      /* orders a second; 0: without limit */
	bool no_message;    /* it knows no Message-Authenticator */
	bool no_timestamp;  /* it knows no Event-Timestamp */
	bool needs_message; /* answers without Message-Authenticator are forged */
};

/* The number of the NAS, from 0; -ENOSPC. */
int coa_add_nas(struct coa *coa, const struct coa_nas *nas) MUST_USE;

struct coa_order {
	uint64_t id; /* the caller's, never 0 */
	uint64_t
		session; /* a hash of what distinguishes the session; 0: it has no order among others */
	uint32_t nas;
	bool is_disconnect;
	const uint8_t *attributes; /* as coaprofile.h makes them */
	size_t length;
};

/* 0; -EINVAL: no such NAS, or attributes that are none; -EEXIST: there is one of that id; -ENOSPC: no room. */
int coa_add(struct coa *coa, const struct coa_order *order) MUST_USE;

enum coa_stage {
	COA_ASKED, /* the NAS says that it is done; all others are ends. Not told if the end comes before it was */
	COA_SHOWN,   /* accounting says so */
	COA_UNSHOWN, /* the NAS said so, accounting did not in its time */
	COA_GONE,    /* there is no such session, as the NAS says */
	COA_REFUSED, /* by the NAS, and asking again would not help */
	COA_BUSY,    /* the NAS could not, however often it was asked */
	COA_SILENT,  /* no answer */
	COA_STAGES
};

/* One word each. */
extern const char *const coa_stage_names[COA_STAGES];

/* What an Error-Cause of a NAK (RFC 5176 s3.5) makes of an order; COA_BUSY: it is asked for again later. 0: the NAK
 * has none. */
enum coa_stage coa_meaning(uint32_t cause);

struct coa_event {
	bool is_told;
	uint32_t nas;
	/* What is to be sent to it. */
	unsigned port; /* from the source port of this number, from 0 */
	const uint8_t *bytes;
	size_t length;
	/* Or is told of an order. */
	uint64_t order;
	enum coa_stage stage;
	uint32_t cause; /* Error-Cause of the last answer; 0: none */
};

/* What is to be done now: 1 with *ret, 0: nothing. To be called until then. Time never goes back. */
int coa_next(struct coa *coa, struct wall now, struct coa_event *ret) MUST_USE;

/* When coa_next has something to do again; INT64_MAX: not before something comes. */
struct wall coa_due(const struct coa *coa, struct wall now);

/* A datagram that came from a NAS (of its address) to the source port of this number. */
void coa_answer(struct coa *coa, uint32_t nas, unsigned port, const void *bytes, size_t size,
	struct wall now);

/* Accounting shows what an order asked for; also before the NAS answers. -ENOENT: there is no such order. */
int coa_shown(struct coa *coa, uint64_t order);

/* What the NAS has acknowledged is not waited for any longer: nothing more is told of it. Of others it does nothing. */
void coa_drop(struct coa *coa, uint64_t order);

struct coa_counts {
	uint64_t orders;
	uint64_t full;     /* refused: too many orders */
	uint64_t nas_full; /* refused: too many that wait for this NAS */
	uint64_t requests;
	uint64_t retries; /* the same request again */
	uint64_t laters;  /* asked again later, as a request of its own */
	uint64_t acks;
	uint64_t naks;
	uint64_t told[COA_STAGES];
	uint64_t no_identifier; /* a NAS had to wait, since all identifiers were taken or fresh */
	uint64_t slowed;        /* a NAS had to wait for its rate */
	/* Answers that count for nothing. */
	uint64_t faults[RADIUS_FAULTS]; /* among them the forged ones */
	uint64_t strays;                /* to no request that ever was */
	uint64_t doubles;               /* the request was answered already */
	uint64_t late;                  /* it was given up */
	uint64_t stale;                 /* not of now (RFC 5176 s6.3) */
};

const struct coa_counts *coa_counts(const struct coa *coa);

/* Orders that have not ended; those of them that the NAS says are done. */
size_t coa_open(const struct coa *coa);

#endif
