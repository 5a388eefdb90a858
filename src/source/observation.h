/* observation - one thing that was seen on the wire, as it travels from source/ to the next stages
 *
 * What:    MAIL: one SMTP connection or attempt (RFC 5321): who opened it (the client), to whom, and how
 *          far it came. BINDING: a NAT log entry (RFC 8158) that says which inside address held a
 *          public address and ports. No content and no mail addresses are ever in it.
 * Limits:  one cache line; counts saturate at their type's end.
 * Thread:  a value; copied between stages.
 */
#ifndef LAZARET_SOURCE_OBSERVATION_H
#define LAZARET_SOURCE_OBSERVATION_H

#include "base/address.h"
#include "base/wall.h"

#include <stdint.h>

enum observation_kind {
	OBSERVATION_MAIL,
	OBSERVATION_BINDING_OPEN, /* client: inside, server: public address, ports: first and last */
	OBSERVATION_BINDING_CLOSE,
	OBSERVATION_KIND_COUNT
};

/* How far the client came. reference/detection.md 3.2 calls these y. */
enum outcome {
	OUTCOME_UNKNOWN,  /* cannot be told (cut off, sampled, hidden by TLS) */
	OUTCOME_ACCEPTED, /* reached the data phase, or sent as much as a message needs */
	OUTCOME_REFUSED,  /* connected, but was turned away before the data phase */
	OUTCOME_FAILED,   /* no SYN-ACK, or RST */
	OUTCOME_BLOCKED,  /* dropped by our own policy: says nothing about the client's list */
	OUTCOME_COUNT
};

enum observation_flag {
	OBSERVATION_ONE_SIDED = 1 << 0,  /* only one direction was seen */
	OBSERVATION_STARTTLS = 1 << 1,   /* went into TLS */
	OBSERVATION_INCOMPLETE = 1 << 2, /* records or packets were lost around this time */
	OBSERVATION_CUT = 1 << 3,        /* the record began before the recording */
	OBSERVATION_DETAIL = 1 << 4,     /* told by a log of SMTP alone, not by the packets */
};

struct observation {
	struct wall time; /* when the connection began */
	struct address client;
	struct address server;
	uint32_t sampling;    /* packets: 1 in so many; 1 all, 0 not known */
	uint32_t duration_ms; /* saturates */
	uint16_t client_port;
	uint16_t server_port; /* 25, 465, 587 or 2525 */
	uint8_t kind;         /* enum observation_kind */
	uint8_t outcome;      /* enum outcome */
	uint8_t flags;        /* enum observation_flag */
	uint8_t recipients;   /* RCPT commands seen before TLS; 0 also where they cannot be seen */
	uint8_t refusals;     /* replies of 500 and above before the data phase */
	uint8_t spare[3];
};

_Static_assert(sizeof(struct observation) <= 64, "an observation fits a cache line");

/* "accepted" and so on; for people and JSON. */
extern const char *const outcome_names[OUTCOME_COUNT];

static inline int
is_mail_port(uint16_t port)
{
	return port == 25 || port == 465 || port == 587 || port == 2525;
}

#endif
