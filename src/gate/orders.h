/* orders - what is said between the actor and the gate about elements of the sets of containment
 *
 * What:    the actor sends changes, whole contents of a set, or questions over a seqpacket socket; the gate answers
 *          each with what became of it. There is no rule and no name of a set in them: which there are is lineset.h.
 *          Every answer has the epoch: it is another one after the rules were loaded anew, or the gate was, and then
 *          all sets are to be filled again. `foreign` counts transactions of others in this network namespace, after
 *          which an element may be missing. Beside the counters stands how many elements the sets have, where the
 *          kernel tells. An element of the lines' sets that is no line of the own network (network.h) is left out, and
 *          `refused` counts it; all else of its message is done.
 *          Who is over the rate of the meter is asked a page at a time, so that changes wait for one page at the most.
 * Owns:    nothing.
 * Limits:  ORDERS_MOST changes in a message. A content comes in pieces; ORDERS_WAIT_MS between two, ORDERS_WHOLE_MS for
 *          all. One that does not go on, because its actor was killed and the next one speaks, changes nothing.
 *          ORDERS_OVER_MOST sources a page.
 *          What is malformed changes nothing and has no answer. It is counted where the parent sees it (gaterules.h),
 *          who then replaces the actor.
 * Thread:  values.
 */
#ifndef LAZARET_GATE_ORDERS_H
#define LAZARET_GATE_ORDERS_H

#include "action/lineset.h"

#define ORDERS_VERSION 5
#define ORDERS_MOST    256
#define ORDERS_WAIT_MS 2000
/* Below GATECLIENT_WAIT, for which the parent waits for an answer of its own. */
#define ORDERS_WHOLE_MS 8000

enum orders_kind {
	ORDERS_CHANGE = 1, /* all elements in one transaction, or none */
	/* A piece of elements to add, each piece in one transaction or not at all: it is not if one is there already.
	 * After that nothing of the rest is done. The answer comes to the last one. */
	ORDERS_NEW,
	ORDERS_FILL, /* a piece of the whole content of one set; the answer comes to the last one */
	ORDERS_FIND, /* is each element there? */
	ORDERS_COUNTERS,
	ORDERS_OVER, /* the next page of a set that the kernel writes: no elements in the message */
	ORDERS_KINDS
};

struct orders_element {
	struct address address;
	uint64_t left_ms; /* 0: without end */
	uint8_t set;      /* enum lineset */
	uint8_t removes;  /* CHANGE: 0 adds, and with this time if it is there already; else 0 */
	uint8_t zero[6];
};

_Static_assert(sizeof(struct orders_element) == 32, "no holes");

struct orders {
	uint16_t version;
	uint16_t kind; /* enum orders_kind */
	uint32_t count;
	uint64_t number; /* comes back in the answer; the same of all pieces */
	uint8_t set;     /* FILL, OVER: enum lineset */
	/* FILL, NEW: else a piece is left out that does not go on with the one before. OVER: from the begin; else the
	 * next page, of which there is none where another gate had begun. */
	uint8_t is_first;
	uint8_t is_last; /* FILL, NEW; no other piece is empty */
	uint8_t zero[5];
	struct orders_element element[ORDERS_MOST]; /* as many as count are sent */
};

#define ORDERS_COUNTERS_MOST 16
#define ORDERS_OVER_MOST     50

struct orders_counter {
	uint64_t packets, bytes;
};

/* A source that opened too many connections. */
struct orders_over {
	struct address address; /* an IPv4 address, or a /64 */
	uint32_t
		left_ms; /* until the kernel forgets it; each connection over the rate begins that anew */
};

struct orders_overs {
	uint32_t count;
	uint8_t is_last;
	uint8_t zero[3];
	struct orders_over source[ORDERS_OVER_MOST];
};

struct orders_answer {
	uint16_t version;
	uint16_t kind;
	int32_t error; /* 0 or -errno: all failed */
	uint64_t number;
	uint64_t epoch;
	uint64_t foreign;
	uint64_t refused; /* elements outside the own network, of all messages */
	union {
		/* CHANGE: 1 done, 0 was not there, -errno; FIND: 1 or 0; both -EACCES: outside the own network. */
		int32_t result[ORDERS_MOST];
		uint64_t filled; /* FILL, NEW: elements */
		struct {
			/* In the order of ruleset_counters. */
			struct orders_counter counter[ORDERS_COUNTERS_MOST];
			uint64_t counts; /* 1: the kernel tells how many elements there are */
			uint64_t held[LINESET_KINDS];
		};                        /* COUNTERS */
		struct orders_overs over; /* OVER */
	};
	struct fail fail; /* ERROR */
	struct fail xdp;  /* why XDP does not stop port 25, too; what empty: it does, or need not */
};

#endif
