/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/record.h"

#include "source/export/element.h"
#include "source/export/flowtime.h"
#include "source/packet/frame.h"

#define PROTOCOL_TCP 6

/* Element 233, by Cisco's ASA and Palo Alto: a flow is created, deleted, denied, or goes on. */
enum firewall_event { FIREWALL_CREATED = 1, FIREWALL_DELETED = 2, FIREWALL_DENIED = 3 };

/* forwardingStatus (element 89; RFC 7270 s4.12): dropped by an access list. */
enum forwarding { FORWARDING_ACL_DENY = 129, FORWARDING_ACL_DROP = 130 };

/* From here on natEvent is about blocks of ports (RFC 8158 s4.3); in the drafts there was nothing above 15. */
#define NAT_PORT_BLOCK 16

enum biflow_direction { BIFLOW_BY_SOURCE = 1, BIFLOW_BY_DESTINATION = 2 };

/* Headers of IPv4 and TCP, for counters that leave them out; and what a segment carries. */
#define HEADERS 40
#define SEGMENT 1460

static bool
is_netflow(const struct message *message)
{
	return message->dialect != DIALECT_IPFIX;
}

static struct address
address_at(const struct record *record, enum slot slot)
{
	return address_from_bytes(
		record->at + record->place[slot].offset, record->place[slot].size);
}

static bool
is_any(const struct address *address)
{
	static const struct address none;
	struct address v4 = address_from_v4(0);

	return address_equal(address, &none) || address_equal(address, &v4);
}

/* One template may have room for both families: the version, or what is filled, tells which it
 * is. */
static bool
find_addresses(const struct record *record, struct flow *flow)
{
	bool v4 = record_has(record, SLOT_SOURCE_V4) && record_has(record, SLOT_DESTINATION_V4);
	bool v6 = record_has(record, SLOT_SOURCE_V6) && record_has(record, SLOT_DESTINATION_V6);

	if (v4 && v6 && record_has(record, SLOT_IP_VERSION)) {
		v4 = record_uint(record, SLOT_IP_VERSION) != 6;
	} else if (v4 && v6) {
		struct address source = address_at(record, SLOT_SOURCE_V4);
		struct address destination = address_at(record, SLOT_DESTINATION_V4);

		v4 = !is_any(&source) || !is_any(&destination);
	}
	if (!v4 && !v6)
		return false;
	flow->source = address_at(record, v4 ? SLOT_SOURCE_V4 : SLOT_SOURCE_V6);
	flow->destination = address_at(record, v4 ? SLOT_DESTINATION_V4 : SLOT_DESTINATION_V6);
	return !is_any(&flow->source) && !is_any(&flow->destination);
}

/* The first of the slots that is there. */
static bool
find_first(const struct record *record, const uint8_t *slots, unsigned count, uint64_t *ret)
{
	for (unsigned i = 0; i < count; i++) {
		if (record_has(record, slots[i])) {
			*ret = record_uint(record, slots[i]);
			return true;
		}
	}
	return false;
}

/* Initiator and responder octets are payload without packets: what IP would have counted. */
static void
estimate_packets(struct flow_side *side, bool answered)
{
	side->packets = side->bytes > 0 ? 3 + side->bytes / SEGMENT : answered ? 3 : 1;
	side->bytes += side->packets * HEADERS;
}

static void
find_counts(const struct record *record, struct flow *flow)
{
	static const uint8_t bytes[] = {
		SLOT_BYTES, SLOT_BYTES_TOTAL, SLOT_BYTES_INITIATOR, SLOT_BYTES_POST};
	static const uint8_t packets[] = {
		SLOT_PACKETS, SLOT_PACKETS_TOTAL, SLOT_PACKETS_INITIATOR, SLOT_PACKETS_POST};
	static const uint8_t back_bytes[] = {
		SLOT_REVERSE_BYTES, SLOT_REVERSE_BYTES_TOTAL, SLOT_BYTES_RESPONDER};
	static const uint8_t back_packets[] = {
		SLOT_REVERSE_PACKETS, SLOT_REVERSE_PACKETS_TOTAL, SLOT_PACKETS_RESPONDER};
	bool has_bytes = find_first(record, bytes, sizeof(bytes), &flow->forward.bytes);
	bool has_packets = find_first(record, packets, sizeof(packets), &flow->forward.packets);
	bool has_back = find_first(record, back_bytes, sizeof(back_bytes), &flow->reverse.bytes);
	bool has_back_packets =
		find_first(record, back_packets, sizeof(back_packets), &flow->reverse.packets);

	if (has_back || has_back_packets)
		flow->known |= FLOW_BOTH_SIDES;
	if (has_bytes && has_packets && has_back == has_back_packets) {
		flow->known |= FLOW_COUNTS;
	} else if (record_has(record, SLOT_BYTES_INITIATOR) && has_back && !has_packets) {
		bool answered = flow->reverse.bytes > 0;

		flow->forward.bytes = record_uint(record, SLOT_BYTES_INITIATOR);
		estimate_packets(&flow->forward, answered);
		if (answered)
			estimate_packets(&flow->reverse, true);
		flow->known |= FLOW_COUNTS;
	}
}

/* RFC 7125: the low eight bits are those that every exporter has. */
static uint8_t
flags_at(const struct record *record, enum slot slot)
{
	return (uint8_t)record_uint(record, slot);
}

static void
find_flags(const struct record *record, struct flow *flow)
{
	bool one = record_has(record, SLOT_TCP_FLAGS);
	bool back = record_has(record, SLOT_REVERSE_TCP_FLAGS);
	uint8_t first = flags_at(record, SLOT_TCP_FLAGS_FIRST);

	flow->forward.tcp_flags = one ? flags_at(record, SLOT_TCP_FLAGS)
				      : first | flags_at(record, SLOT_TCP_FLAGS_UNION);
	flow->reverse.tcp_flags = back ? flags_at(record, SLOT_REVERSE_TCP_FLAGS)
				       : flags_at(record, SLOT_REVERSE_TCP_FLAGS_FIRST) |
			flags_at(record, SLOT_REVERSE_TCP_FLAGS_UNION);
	one = one || record_has(record, SLOT_TCP_FLAGS_FIRST) ||
		record_has(record, SLOT_TCP_FLAGS_UNION);
	back = back || record_has(record, SLOT_REVERSE_TCP_FLAGS_FIRST) ||
		record_has(record, SLOT_REVERSE_TCP_FLAGS_UNION);
	/* Flags of both directions in one field tell nothing about either. */
	if (one && (back || !(flow->known & FLOW_BOTH_SIDES)))
		flow->known |= FLOW_TCP_FLAGS;
	if ((first & TCP_SYN) && !(first & TCP_ACK))
		flow->known |= FLOW_SOURCE_OPENED;
}

/* What the record says about who opened it (RFC 5103 s6.3). False: it is the same connection
 * again. */
static bool
find_opener(const struct record *record, struct flow *flow)
{
	uint64_t direction = record_uint(record, SLOT_BIFLOW_DIRECTION);
	uint64_t event = record_uint(record, SLOT_FIREWALL_EVENT);
	uint64_t forwarding = record_uint(record, SLOT_FORWARDING);
	bool initiator = record_has(record, SLOT_BYTES_INITIATOR) ||
		record_has(record, SLOT_PACKETS_INITIATOR);

	if (direction == BIFLOW_BY_SOURCE)
		flow->known |= FLOW_SOURCE_OPENED;
	else if (direction == BIFLOW_BY_DESTINATION)
		flow->known =
			(uint16_t)((flow->known & ~FLOW_SOURCE_OPENED) | FLOW_DESTINATION_OPENED);
	else if (event != 0 || initiator)
		flow->known |= FLOW_SOURCE_OPENED;
	/* Counters of the initiator are those of the destination, if it is the one. */
	if (direction == BIFLOW_BY_DESTINATION && initiator && !record_has(record, SLOT_BYTES)) {
		struct flow_side side = flow->forward;

		flow->forward = flow->reverse;
		flow->reverse = side;
	}
	if (event == FIREWALL_DENIED || forwarding == FORWARDING_ACL_DENY ||
		forwarding == FORWARDING_ACL_DROP)
		flow->known |= FLOW_DENIED;
	if (event == FIREWALL_DELETED)
		flow->known |= FLOW_ENDED;
	return event == 0 || event == FIREWALL_DELETED || event == FIREWALL_DENIED;
}

static uint32_t
find_sampling(const struct message *message, const struct record *record)
{
	uint32_t rate = message->sampling;

	if (message->dialect != DIALECT_NETFLOW5)
		rate = (record->template->has & TEMPLATE_RATE)
			? sampling_find(message->session->sampling, record->template->id,
				  record->place, record->at)
			: sampling_known(message->session->sampling, record->template->id,
				  record->place, record->at);
	/* A firewall follows every connection that it logs. */
	if (rate == 0 && record_has(record, SLOT_FIREWALL_EVENT))
		rate = 1;
	if (rate == 0)
		rate = message->export_->settings.sampling;
	message->session->rate = rate;
	return rate;
}

static void
find_times(const struct message *message, const struct record *record, struct flow *flow)
{
	if (record->template->has & TEMPLATE_UPTIMES)
		flowtime_parse_uptimes(&message->moment,
			bytes_u32(record->at + record->place[SLOT_START_UPTIME].offset),
			bytes_u32(record->at + record->place[SLOT_END_UPTIME].offset), &flow->start,
			&flow->end);
	else
		flowtime_parse(&message->moment, is_netflow(message), message->session->started_ms,
			record->place, record->at, &flow->start, &flow->end);
}

/* All that a record of TEMPLATE_PLAIN tells beside its times. False: nobody can be named by it. */
static bool
find_plain(const struct record *record, struct flow *flow)
{
	const struct place *place = record->place;
	uint32_t source = bytes_u32(record->at + place[SLOT_SOURCE_V4].offset);
	uint32_t destination = bytes_u32(record->at + place[SLOT_DESTINATION_V4].offset);

	flow->source = address_from_v4(source);
	flow->destination = address_from_v4(destination);
	flow->forward.bytes = record_uint(record, SLOT_BYTES);
	flow->forward.packets = record_uint(record, SLOT_PACKETS);
	flow->forward.tcp_flags = flags_at(record, SLOT_TCP_FLAGS);
	flow->known = FLOW_COUNTS | FLOW_TCP_FLAGS;
	return source != 0 && destination != 0;
}

/* The same of any other record. */
static bool
find_ends(const struct record *record, struct flow *flow)
{
	if (!find_addresses(record, flow))
		return false;
	find_counts(record, flow);
	find_flags(record, flow);
	return true;
}

void
record_flow(struct message *message, const struct record *record)
{
	struct export *export_ = message->export_;
	struct flow flow = {.protocol = PROTOCOL_TCP};
	uint64_t direction = record_uint(record, SLOT_DIRECTION), twin = 0;
	bool has_direction = record_has(record, SLOT_DIRECTION) && direction <= 1;
	bool plain = record->template->has & TEMPLATE_PLAIN;

	if (record_has(record, SLOT_PROTOCOL) ? record_uint(record, SLOT_PROTOCOL) != PROTOCOL_TCP
					      : !(record->template->has & TEMPLATE_TCP))
		return;
	flow.source_port = (uint16_t)record_uint(record, SLOT_SOURCE_PORT);
	flow.destination_port = (uint16_t)record_uint(record, SLOT_DESTINATION_PORT);
	if (!(plain ? find_plain(record, &flow) : find_ends(record, &flow))) {
		export_->intake_counts->skipped_records++;
		return;
	}
	if (has_direction)
		twin = twins_key(&export_->twins, &message->session->key.exporter, &flow,
			(uint8_t)direction);
	find_times(message, record, &flow);
	if (!plain && !find_opener(record, &flow))
		return;
	flow.sampling = find_sampling(message, record);
	if (message->from->received.us < message->session->incomplete.us)
		flow.known |= FLOW_INCOMPLETE;
	if (has_direction && !(flow.known & FLOW_BOTH_SIDES) &&
		twins_find(&export_->twins, twin, flow.start)) {
		export_->counts.twins++;
		return;
	}
	intake_flow(export_->intake, &flow);
}

/* The numbers of RFC 8158 s4.3 and of the drafts before it differ, but not in what begins and
 * what ends: after the first two, even ones begin. Exhausted pools and exceeded quotas have one
 * address only. */
static bool
find_nat_event(const struct record *record, enum observation_kind *ret)
{
	uint64_t event = record_uint(record, SLOT_NAT_EVENT);

	if (event == 0 || event == 3 || event > 17)
		return false;
	if (event < 3)
		*ret = event == 1 ? OBSERVATION_BINDING_OPEN : OBSERVATION_BINDING_CLOSE;
	else
		*ret = event % 2 == 0 ? OBSERVATION_BINDING_OPEN : OBSERVATION_BINDING_CLOSE;
	return true;
}

/* Which public ports the entry is about. False where it does not say, so nobody can be named by
 * it. */
static bool
find_nat_ports(const struct record *record, uint16_t *first, uint16_t *last)
{
	uint64_t start = record_uint(record, SLOT_RANGE_START),
		 end = record_uint(record, SLOT_RANGE_END);
	uint64_t count = record_uint(record, SLOT_RANGE_COUNT),
		 step = record_uint(record, SLOT_RANGE_STEP);
	uint64_t port = record_uint(record, SLOT_NAT_SOURCE_PORT);

	if (record_has(record, SLOT_RANGE_START)) {
		/* RFC 8158 s4.6.10: without its end a block is unknown. */
		if (end == 0 && count > 0 && count <= UINT16_MAX && step <= 1)
			end = start + count - 1;
		if (end < start || end == 0 || end > UINT16_MAX)
			return false;
		*first = (uint16_t)start;
		*last = (uint16_t)end;
		return true;
	}
	if (port > UINT16_MAX || record_uint(record, SLOT_NAT_EVENT) >= NAT_PORT_BLOCK)
		return false;
	/* Without a port it binds the whole address (RFC 8158 s4.6.3, s4.6.9). */
	*first = (uint16_t)port;
	*last = port != 0 ? (uint16_t)port : UINT16_MAX;
	return true;
}

/* Could a mail connection be found through this entry? */
static bool
concerns_mail(const struct record *record)
{
	uint64_t port = record_uint(record, SLOT_DESTINATION_PORT);
	uint64_t protocol = record_uint(record, SLOT_PROTOCOL);

	if (protocol != 0 && protocol != PROTOCOL_TCP)
		return false;
	return port == 0 || (port <= UINT16_MAX && is_mail_port((uint16_t)port));
}

void
record_binding(struct message *message, const struct record *record)
{
	struct observation o = {0};
	enum observation_kind kind;
	enum slot inside, outside;

	if (!find_nat_event(record, &kind) || !concerns_mail(record))
		return;
	inside = record_has(record, SLOT_SOURCE_V4) ? SLOT_SOURCE_V4 : SLOT_SOURCE_V6;
	outside = record_has(record, SLOT_NAT_SOURCE_V4) ? SLOT_NAT_SOURCE_V4 : SLOT_NAT_SOURCE_V6;
	o.client = address_at(record, inside);
	o.server = address_at(record, outside);
	/* One template for both families leaves the other one empty. */
	if (is_any(&o.client) && record_has(record, SLOT_SOURCE_V6))
		o.client = address_at(record, SLOT_SOURCE_V6);
	if (is_any(&o.server) && record_has(record, SLOT_NAT_SOURCE_V6))
		o.server = address_at(record, SLOT_NAT_SOURCE_V6);
	if (is_any(&o.client) || is_any(&o.server))
		return;
	if (!find_nat_ports(record, &o.client_port, &o.server_port)) {
		message->export_->intake_counts->skipped_records++;
		return;
	}
	o.kind = (uint8_t)kind;
	o.time = flowtime_parse_event(&message->moment, is_netflow(message),
		message->session->started_ms, record->place, record->at);
	intake_observation(message->export_->intake, &o);
}

void
record_frame(struct message *message, const struct record *record)
{
	enum slot slot = record_has(record, SLOT_FRAME) ? SLOT_FRAME : SLOT_PACKET;
	const struct place *place = &record->place[slot];
	struct flow flow = {.protocol = PROTOCOL_TCP, .known = FLOW_COUNTS};
	struct frame frame;

	if (place->size == 0 ||
		frame_parse(slot == SLOT_FRAME ? LINK_ETHERNET : LINK_IP,
			record->at + place->offset, place->size, place->size, &frame) < 0 ||
		frame.protocol != PROTOCOL_TCP || !(frame.known & FRAME_PORTS))
		return;
	flow.source_port = frame.source_port;
	flow.destination_port = frame.destination_port;
	if (!is_mail_port(flow.source_port) && !is_mail_port(flow.destination_port))
		return;
	flow.source = frame_source(&frame);
	flow.destination = frame_destination(&frame);
	flowtime_parse(&message->moment, is_netflow(message), message->session->started_ms,
		record->place, record->at, &flow.start, &flow.end);
	flow.forward.packets = 1;
	flow.forward.bytes = frame.packet_wire;
	if (frame.known & FRAME_TCP) {
		flow.forward.tcp_flags = frame.tcp_flags;
		flow.known |= FLOW_TCP_FLAGS;
	}
	flow.sampling = find_sampling(message, record);
	if (message->from->received.us < message->session->incomplete.us)
		flow.known |= FLOW_INCOMPLETE;
	intake_flow(message->export_->intake, &flow);
}

void
record_options(struct message *message, const struct record *record)
{
	struct session *session = message->session;

	if (record_has(record, SLOT_BOOT_MILLI)) {
		uint64_t started = record_uint(record, SLOT_BOOT_MILLI);

		session->started_ms = started < INT64_MAX / 1000 ? (int64_t)started : 0;
	}
	if (sampling_parse(record->place, record->at) == 0)
		return;
	if (session->sampling == NULL)
		session->sampling = xcalloc(1, sizeof(*session->sampling));
	sampling_learn(session->sampling, record->place, record->at);
}

/* The element of a field; one without a name where the registry does not know it. */
static struct element
element_of(const struct record *record, unsigned i, bool scope)
{
	const struct specifier *s = &record->template->field[i].specifier;
	const struct element *known = scope && record->template->dialect == DIALECT_NETFLOW9
		? element_find_scope(s->id)
		: element_find(s->enterprise, s->id);

	if (known != NULL)
		return *known;
	return (struct element){.enterprise = s->enterprise, .id = s->id, .type = ELEMENT_OCTETS};
}

void
record_visit(struct message *message, const struct record *record)
{
	static const char *const versions[DIALECT_COUNT] = {
		[DIALECT_NETFLOW5] = "v5", [DIALECT_NETFLOW9] = "v9", [DIALECT_IPFIX] = "ipfix"};
	const struct decode_visitor *visitor = message->export_->visitor;
	const struct template *template = record->template;
	struct reader reader = reader_on(record->at, record->length);
	struct decode_origin origin = {
		.exporter = message->from->address,
		.exporter_port = message->from->port,
		.has_exporter = message->from->has_address,
		.domain = message->session->key.domain,
		.version = versions[message->dialect],
		.time = {(int64_t)message->moment.seconds * WALL_SECOND},
		.is_options = template->is_options,
	};

	/* As sent, even where the clock is wrong; NetFlow v5 has a finer one. */
	if (message->dialect == DIALECT_NETFLOW5)
		origin.time = message->moment.time;
	visitor->begin(visitor->context, &origin);
	for (unsigned i = 0; i < template->count; i++) {
		bool scope = i < template->scopes;
		struct element element = element_of(record, i, scope);
		size_t size;
		const uint8_t *value = template_take(template, i, &reader, &size);

		if (value == NULL)
			break;
		/* The gaps in records of NetFlow v5 are no fields. */
		if (message->dialect != DIALECT_NETFLOW5 || element.id != 210)
			visitor->field(visitor->context, &element, scope, value, size);
	}
	visitor->end(visitor->context);
}
