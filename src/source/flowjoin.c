/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/flowjoin.h"

/* Beginnings of directions that an exporter tells apart by less than this belong together. */
#define SAME_MOMENT (WALL_SECOND / 10)

bool
flow_is_detail(const struct flow *flow)
{
	return (flow->known & FLOW_OUTCOME) && !(flow->known & FLOW_COUNTS);
}

bool
flow_is_over(const struct flow *flow)
{
	uint8_t both = flow->forward.tcp_flags & flow->reverse.tcp_flags;
	uint8_t either = flow->forward.tcp_flags | flow->reverse.tcp_flags;

	if (!(flow->known & FLOW_BOTH_SIDES))
		return false;
	if ((flow->known & FLOW_COUNTS) &&
		(flow->forward.packets == 0 || flow->reverse.packets == 0))
		return false;
	if (flow->known & FLOW_ENDED)
		return true;
	return (flow->known & FLOW_TCP_FLAGS) && ((both & TCP_FIN) || (either & TCP_RST));
}

struct flow
flow_turned(const struct flow *flow)
{
	struct flow other = *flow;

	other.source = flow->destination;
	other.destination = flow->source;
	other.source_port = flow->destination_port;
	other.destination_port = flow->source_port;
	other.forward = flow->reverse;
	other.reverse = flow->forward;
	other.known &= (uint16_t) ~(FLOW_SOURCE_OPENED | FLOW_DESTINATION_OPENED);
	if (flow->known & FLOW_SOURCE_OPENED)
		other.known |= FLOW_DESTINATION_OPENED;
	if (flow->known & FLOW_DESTINATION_OPENED)
		other.known |= FLOW_SOURCE_OPENED;
	return other;
}

/* Adds what a later record tells of one direction. A record of the same moments is the same packets,
 * exported twice (on the way in and out, or by two routers): then the larger counts. */
static void
side_add(struct flow_side *side, struct wall *until, const struct flow_side *more,
	const struct flow *record)
{
	bool again = side->packets > 0 && wall_later(record->start, SAME_MOMENT).us < until->us;

	side->tcp_flags |= more->tcp_flags;
	if (again) {
		if (more->packets > side->packets)
			side->packets = more->packets;
		if (more->bytes > side->bytes)
			side->bytes = more->bytes;
	} else {
		if (__builtin_add_overflow(side->packets, more->packets, &side->packets))
			side->packets = UINT64_MAX;
		if (__builtin_add_overflow(side->bytes, more->bytes, &side->bytes))
			side->bytes = UINT64_MAX;
	}
	if (record->end.us > until->us)
		*until = record->end;
}

static uint8_t
saturate(unsigned sum)
{
	return sum > UINT8_MAX ? UINT8_MAX : (uint8_t)sum;
}

/* What a log of the application tells beside the record of the packets. */
static void
detail_add(struct flow *flow, const struct flow *more)
{
	if (!(more->known & FLOW_OUTCOME))
		return;
	/* A message that was accepted stands against one that was refused in the same connection. */
	if (!(flow->known & FLOW_OUTCOME) || flow->outcome == OUTCOME_UNKNOWN ||
		more->outcome == OUTCOME_ACCEPTED)
		flow->outcome = more->outcome;
	flow->recipients = saturate((unsigned)flow->recipients + more->recipients);
	flow->refusals = saturate((unsigned)flow->refusals + more->refusals);
}

void
flow_add(struct flow *flow, struct wall until[2], const struct flow *record, bool is_reverse)
{
	if (!flow_is_detail(record) && (flow->sampling == 1 || flow_is_detail(flow)))
		flow->sampling = record->sampling;
	detail_add(flow, record);
	/* Whoever saw the begin knows whether something is missing before it. */
	if (record->start.us < flow->start.us)
		flow->known = (uint16_t)((flow->known & ~FLOW_CUT) | (record->known & FLOW_CUT));
	flow->known |= (uint16_t)(record->known & ~FLOW_CUT);
	if (!is_reverse)
		side_add(&flow->forward, &until[0], &record->forward, record);
	if (is_reverse || (record->known & FLOW_BOTH_SIDES)) {
		side_add(&flow->reverse, &until[1], &record->reverse, record);
		flow->known |= FLOW_BOTH_SIDES;
	}
	if (record->start.us < flow->start.us)
		flow->start = record->start;
	if (record->end.us > flow->end.us)
		flow->end = record->end;
}
