/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/flow.h"

#include <errno.h>

/* SYN, ACK, one command and FIN: with fewer packets the client was not turned away by SMTP. */
#define REFUSED_PACKETS 4

/* Below this port no client of an ordinary system takes its own end (RFC 6335 s6: system ports). */
#define SYSTEM_PORTS 1024

#define ETHERNET_BYTES 14
/* The smallest packet of TCP over IPv4. */
#define TCP_BYTES 40

/* What is known of a flow once it is clear who the client was. */
struct sides {
	const struct flow_side *client; /* NULL where this direction was not seen */
	const struct flow_side *server;
	bool has_flags;
	bool has_counts;
	bool cut; /* the first packets are missing */
};

static bool
is_syn_alone(uint8_t tcp_flags)
{
	return (tcp_flags & TCP_SYN) && !(tcp_flags & TCP_ACK);
}

/* Flags of a record are those of all its packets or-ed: SYN together with ACK says nothing, since the
 * opener's later packets carry ACK too. SYN and never an ACK is only seen of an opener. */
static enum flow_opener
opener_by_flags(const struct flow *flow)
{
	bool forward, reverse;

	if (!(flow->known & FLOW_TCP_FLAGS))
		return FLOW_OPENER_UNCLEAR;
	forward = is_syn_alone(flow->forward.tcp_flags);
	reverse = (flow->known & FLOW_BOTH_SIDES) && is_syn_alone(flow->reverse.tcp_flags);
	if (forward == reverse)
		return FLOW_OPENER_UNCLEAR;
	return forward ? FLOW_OPENER_SOURCE : FLOW_OPENER_DESTINATION;
}

/* Port 2525 may be the client end of any connection: it tells something only beside a port that a client
 * can have. */
static bool
is_server_end(uint16_t port, uint16_t other)
{
	return is_mail_port(port) && !is_mail_port(other) &&
		(port < SYSTEM_PORTS || other >= SYSTEM_PORTS);
}

static enum flow_opener
opener_by_ports(const struct flow *flow)
{
	if (is_server_end(flow->destination_port, flow->source_port))
		return FLOW_OPENER_SOURCE;
	if (is_server_end(flow->source_port, flow->destination_port))
		return FLOW_OPENER_DESTINATION;
	return FLOW_OPENER_UNCLEAR;
}

enum flow_opener
flow_opener(const struct flow *flow)
{
	enum flow_opener opener = opener_by_flags(flow);

	if (opener == FLOW_OPENER_UNCLEAR && (flow->known & FLOW_SOURCE_OPENED))
		opener = FLOW_OPENER_SOURCE;
	if (opener == FLOW_OPENER_UNCLEAR && (flow->known & FLOW_DESTINATION_OPENED))
		opener = FLOW_OPENER_DESTINATION;
	if (opener == FLOW_OPENER_UNCLEAR)
		opener = opener_by_ports(flow);
	return opener;
}

uint64_t
flow_without_ethernet(uint64_t bytes, uint64_t packets)
{
	/* Fewer bytes than that, and the headers were not counted. */
	if (packets > UINT32_MAX || bytes < packets * (TCP_BYTES + ETHERNET_BYTES))
		return bytes;
	return bytes - packets * ETHERNET_BYTES;
}

bool
flow_is_mail(const struct flow *flow, enum flow_opener opener)
{
	if (opener == FLOW_OPENER_SOURCE)
		return is_mail_port(flow->destination_port);
	if (opener == FLOW_OPENER_DESTINATION)
		return is_mail_port(flow->source_port);
	return is_mail_port(flow->source_port) || is_mail_port(flow->destination_port);
}

/* The handshake was completed as far as the flags tell: the client sent an ACK. */
static bool
has_client_ack(const struct sides *sides)
{
	return sides->client != NULL && sides->has_flags &&
		(sides->client->tcp_flags & TCP_ACK) != 0;
}

/* A reset where a SYN-ACK should be: the port is closed, or somebody on the way says so. */
static bool
is_reset_at_once(const struct sides *sides)
{
	return sides->has_flags && sides->server != NULL && (sides->server->tcp_flags & TCP_RST) &&
		!(sides->server->tcp_flags & TCP_SYN) &&
		!(sides->server->tcp_flags & (TCP_PSH | TCP_FIN));
}

static bool
has_no_answer(const struct sides *sides)
{
	bool answered =
		sides->has_flags && sides->server != NULL && (sides->server->tcp_flags & TCP_SYN);

	/* Who scans for open ports is answered and goes no further: that is no failure. */
	if (sides->has_flags && sides->client != NULL && is_syn_alone(sides->client->tcp_flags))
		return !answered || (sides->client->tcp_flags & TCP_RST);
	/* A client that acknowledges or sends a message was answered, on a way that was not watched. */
	return sides->has_counts && sides->server != NULL && sides->server->packets == 0 &&
		!has_client_ack(sides) &&
		(sides->client == NULL || sides->client->bytes < FLOW_ACCEPTED_BYTES);
}

static bool
has_reset(const struct sides *sides)
{
	return sides->has_flags &&
		((sides->client != NULL && (sides->client->tcp_flags & TCP_RST)) ||
			(sides->server != NULL && (sides->server->tcp_flags & TCP_RST)));
}

static enum outcome
outcome_of(const struct flow *flow, const struct sides *sides)
{
	if (flow->known & FLOW_DENIED)
		return OUTCOME_BLOCKED;
	if ((flow->known & FLOW_OUTCOME) && flow->outcome != OUTCOME_UNKNOWN)
		return flow->outcome;
	/* Of a sampled connection packets are missing, and those of failed ones first. */
	if (flow->sampling != 1)
		return OUTCOME_UNKNOWN;
	if (!sides->cut && (has_no_answer(sides) || is_reset_at_once(sides)))
		return OUTCOME_FAILED;
	if (!sides->has_counts || sides->client == NULL || sides->client->packets == 0)
		return OUTCOME_UNKNOWN;
	if (sides->client->bytes >= FLOW_ACCEPTED_BYTES)
		return OUTCOME_ACCEPTED;
	if (sides->cut)
		return OUTCOME_UNKNOWN;
	if (sides->client->packets < REFUSED_PACKETS)
		return has_reset(sides) ? OUTCOME_FAILED : OUTCOME_UNKNOWN;
	/* Without the answers and without flags nobody knows whether there was a handshake. */
	if (sides->server == NULL && !sides->has_flags)
		return OUTCOME_UNKNOWN;
	return OUTCOME_REFUSED;
}

/* Flags are known, and no packet of the record opened a connection: its begin was not recorded. */
static bool
is_without_begin(const struct flow *flow)
{
	uint8_t flags = flow->forward.tcp_flags;

	if (flow->known & FLOW_CUT)
		return true;
	if (!(flow->known & FLOW_TCP_FLAGS) || flow->sampling != 1)
		return false;
	if (flow->known & FLOW_BOTH_SIDES)
		flags |= flow->reverse.tcp_flags;
	/* A lone RST answers a SYN that was seen elsewhere. */
	return flags != 0 && !(flags & TCP_SYN) && !(flags & TCP_RST);
}

static uint32_t
duration_of(const struct flow *flow)
{
	int64_t us;

	if (__builtin_sub_overflow(flow->end.us, flow->start.us, &us) || us < 0)
		return 0;
	return us / 1000 > UINT32_MAX ? UINT32_MAX : (uint32_t)(us / 1000);
}

int
flow_observe(const struct flow *flow, struct observation *ret)
{
	enum flow_opener opener = flow_opener(flow);
	bool source = opener == FLOW_OPENER_SOURCE, both = flow->known & FLOW_BOTH_SIDES;
	struct sides sides = {
		.has_flags = flow->known & FLOW_TCP_FLAGS,
		.has_counts = flow->known & FLOW_COUNTS,
		.cut = is_without_begin(flow),
	};
	struct observation o = {.kind = OBSERVATION_MAIL};

	if (opener == FLOW_OPENER_UNCLEAR || !flow_is_mail(flow, opener))
		return -EINVAL;
	sides.client = source ? &flow->forward : both ? &flow->reverse : NULL;
	sides.server = source ? (both ? &flow->reverse : NULL) : &flow->forward;
	o.time = flow->start;
	o.client = source ? flow->source : flow->destination;
	o.server = source ? flow->destination : flow->source;
	o.client_port = source ? flow->source_port : flow->destination_port;
	o.server_port = source ? flow->destination_port : flow->source_port;
	o.sampling = flow->sampling;
	o.duration_ms = duration_of(flow);
	o.outcome = (uint8_t)outcome_of(flow, &sides);
	o.recipients = flow->recipients;
	o.refusals = flow->refusals;
	if (!both || (sides.has_counts && sides.client->packets == 0))
		o.flags |= OBSERVATION_ONE_SIDED;
	if (flow->known & FLOW_INCOMPLETE)
		o.flags |= OBSERVATION_INCOMPLETE;
	if ((flow->known & FLOW_OUTCOME) && !(flow->known & FLOW_COUNTS))
		o.flags |= OBSERVATION_DETAIL;
	if (flow->known & FLOW_STARTTLS)
		o.flags |= OBSERVATION_STARTTLS;
	if (sides.cut)
		o.flags |= OBSERVATION_CUT;
	*ret = o;
	return 0;
}
