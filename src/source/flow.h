/* flow - one flow record, whatever its exporter calls the fields
 *
 * What:    the common shape of NetFlow, IPFIX, sFlow and text records inside source/. One direction
 *          (forward: from source to destination), and the other where the record holds both.
 *          flow_observe decides from it who the SMTP client was and how far he came.
 * Limits:  only TCP flows with a mail port at one end reach it.
 * Thread:  a value.
 */
#ifndef LAZARET_SOURCE_FLOW_H
#define LAZARET_SOURCE_FLOW_H

#include "source/observation.h"

#include <stdbool.h>

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

enum flow_known {
	FLOW_BOTH_SIDES = 1 << 0, /* reverse counters are meaningful, also when 0 */
	FLOW_TCP_FLAGS = 1 << 1,  /* tcp_flags is known (and reverse.tcp_flags with BOTH_SIDES) */
	FLOW_SOURCE_OPENED = 1 << 2, /* the source is the initiator */
	FLOW_DESTINATION_OPENED = 1 << 3,
	FLOW_CUT = 1 << 4,        /* began before the recording: its first packets are missing */
	FLOW_DENIED = 1 << 5,     /* a firewall of our own denied it (NSEL event 3) */
	FLOW_INCOMPLETE = 1 << 6, /* the exporter lost records around this time */
	FLOW_OUTCOME = 1 << 7,    /* the record itself tells the outcome (a log of SMTP) */
	FLOW_COUNTS = 1 << 8,     /* packets and bytes are known */
	FLOW_STARTTLS = 1 << 9,   /* the connection went into TLS */
	FLOW_ENDED = 1 << 10,     /* the exporter says that this was all of the connection */
};

struct flow_side {
	uint64_t packets;
	uint64_t bytes; /* of IP packets, headers included */
	uint8_t tcp_flags;
};

struct flow {
	struct wall start;
	struct wall end;
	struct address source;
	struct address destination;
	uint16_t source_port;
	uint16_t destination_port;
	uint16_t known;   /* enum flow_known */
	uint8_t protocol; /* 6 */
	uint8_t outcome;  /* with FLOW_OUTCOME */
	uint8_t recipients;
	uint8_t refusals;
	uint32_t sampling; /* as in an observation */
	struct flow_side forward;
	struct flow_side reverse;
};

/* A client that was turned away sends a greeting, a sender, a few recipients and QUIT: with headers under so
 * many bytes of IP packets. One that delivers sends a message and its headers on top. All sources judge by
 * it where no reply tells more. */
#define FLOW_ACCEPTED_BYTES 1000

/* The end, from how long it lasted: the start where that is nothing, or more than any clock can tell. */
static inline void
flow_set_duration(struct flow *flow, int64_t us)
{
	if (us <= 0 || __builtin_add_overflow(flow->start.us, us, &flow->end.us))
		flow->end = flow->start;
}

/* The bytes of IP packets, from a count that has the 14 bytes of the Ethernet header of each in it. */
uint64_t flow_without_ethernet(uint64_t bytes, uint64_t packets);

/* Who opened a flow: by its flags, by what the exporter says, else the side whose port is no mail port. */
enum flow_opener { FLOW_OPENER_UNCLEAR, FLOW_OPENER_SOURCE, FLOW_OPENER_DESTINATION };
enum flow_opener flow_opener(const struct flow *flow);

/* Did the opener go to a mail port? Where it is not clear who opened: is one of the two a mail port? */
bool flow_is_mail(const struct flow *flow, enum flow_opener opener);

/* The observation of one whole connection. The opener must be clear and have gone to a mail port: -EINVAL
 * otherwise. */
int flow_observe(const struct flow *flow, struct observation *ret) MUST_USE;

#endif
