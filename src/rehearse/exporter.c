/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/exporter.h"

#define VERSION_NETFLOW9 9
#define VERSION_IPFIX    10

#define REVERSE 29305 /* enterprise number of reverse elements, RFC 5103 */
#define BEYOND  0x8000

enum set { SET_TEMPLATES_V9, SET_OPTIONS_V9, SET_TEMPLATES, SET_OPTIONS };
enum template { TEMPLATE_V4 = 256, TEMPLATE_V6, TEMPLATE_OPTIONS, TEMPLATE_NAT };

/* Numbers of the IANA registry; those of NetFlow v9 are the same. */
enum element {
	OCTETS = 1,
	PACKETS = 2,
	PROTOCOL = 4,
	CLASS_OF_SERVICE = 5,
	TCP_CONTROL_BITS = 6,
	SOURCE_PORT = 7,
	SOURCE_V4 = 8,
	INGRESS = 10,
	DESTINATION_PORT = 11,
	DESTINATION_V4 = 12,
	EGRESS = 14,
	END_UPTIME = 21,
	START_UPTIME = 22,
	SOURCE_V6 = 27,
	DESTINATION_V6 = 28,
	SAMPLING_INTERVAL = 34,
	SAMPLING_ALGORITHM = 35,
	FLOW_DIRECTION = 61,
	FORWARDING_STATUS = 89,
	FLOW_END_REASON = 136,
	OBSERVATION_DOMAIN = 149,
	START_MILLISECONDS = 152,
	END_MILLISECONDS = 153,
	POST_NAT_SOURCE_V4 = 225,
	NAT_EVENT = 230,
	BIFLOW_DIRECTION = 239,
	SELECTOR_ALGORITHM = 304,
	SAMPLING_PACKET_INTERVAL = 305,
	SAMPLING_PACKET_SPACE = 306,
	SAMPLING_SIZE = 309,
	SAMPLING_POPULATION = 310,
	OBSERVATION_MILLISECONDS = 323,
	PORT_RANGE_START = 361,
	PORT_RANGE_END = 362,
};

enum { FORWARDED = 64, DROPPED_BY_ACL = 130 };
enum { ENDED_IDLE = 1, ENDED_BY_TCP = 3 };
enum { BLOCK_ALLOCATED = 16, BLOCK_RELEASED = 17 }; /* RFC 8158 s4.3 */
enum { SYSTEMATIC = 1, RANDOM_V9 = 2, RANDOM_N_OF_N = 3 };

struct field {
	uint16_t id;
	uint16_t size;
	bool is_reverse;
};

#define FIELDS_MOST 24

struct fields {
	unsigned count;
	struct field field[FIELDS_MOST];
};

static const struct fields fields_netflow9 = {.count = 14,
	.field = {{SOURCE_V4, 4}, {DESTINATION_V4, 4}, {INGRESS, 2}, {EGRESS, 2}, {PACKETS, 4},
		{OCTETS, 4}, {START_UPTIME, 4}, {END_UPTIME, 4}, {SOURCE_PORT, 2},
		{DESTINATION_PORT, 2}, {PROTOCOL, 1}, {TCP_CONTROL_BITS, 1}, {CLASS_OF_SERVICE, 1},
		{FORWARDING_STATUS, 1}}};

static const struct fields fields_ipfix = {.count = 15,
	.field = {{SOURCE_V4, 4}, {DESTINATION_V4, 4}, {SOURCE_PORT, 2}, {DESTINATION_PORT, 2},
		{PROTOCOL, 1}, {CLASS_OF_SERVICE, 1}, {TCP_CONTROL_BITS, 2}, {OCTETS, 8},
		{PACKETS, 8}, {START_MILLISECONDS, 8}, {END_MILLISECONDS, 8}, {INGRESS, 4},
		{EGRESS, 4}, {FORWARDING_STATUS, 1}, {FLOW_END_REASON, 1}}};

static const struct field fields_both[] = {
	{OCTETS, 8, true}, {PACKETS, 8, true}, {TCP_CONTROL_BITS, 2, true}, {BIFLOW_DIRECTION, 1}};

static const struct fields fields_nat = {.count = 6,
	.field = {{OBSERVATION_MILLISECONDS, 8}, {NAT_EVENT, 1}, {SOURCE_V4, 4},
		{POST_NAT_SOURCE_V4, 4}, {PORT_RANGE_START, 2}, {PORT_RANGE_END, 2}}};

/* The first field is the scope. */
static const struct fields fields_options[] = {
	[EXPORT_NETFLOW9] = {3, {{1, 4}, {SAMPLING_INTERVAL, 4}, {SAMPLING_ALGORITHM, 1}}},
	[EXPORT_IPFIX] = {4,
		{{OBSERVATION_DOMAIN, 4}, {SELECTOR_ALGORITHM, 2}, {SAMPLING_PACKET_INTERVAL, 4},
			{SAMPLING_PACKET_SPACE, 4}}},
	[EXPORT_BIFLOW] = {4,
		{{OBSERVATION_DOMAIN, 4}, {SELECTOR_ALGORITHM, 2}, {SAMPLING_SIZE, 4},
			{SAMPLING_POPULATION, 4}}},
};

static bool
is_netflow(const struct exporter *exporter)
{
	return exporter->settings.dialect == EXPORT_NETFLOW9;
}

static void
fields_add(struct fields *fields, struct field field)
{
	fields->field[fields->count++] = field;
}

/* What the records of a template hold. */
static struct fields
fields_of(const struct exporter *exporter, enum template template)
{
	struct fields fields = is_netflow(exporter) ? fields_netflow9 : fields_ipfix;

	if (template == TEMPLATE_NAT)
		return fields_nat;
	if (template == TEMPLATE_OPTIONS)
		return fields_options[exporter->settings.dialect];
	if (exporter->settings.dialect == EXPORT_BIFLOW) {
		for (unsigned i = 0; i < sizeof(fields_both) / sizeof(*fields_both); i++)
			fields_add(&fields, fields_both[i]);
	}
	if (exporter->settings.has_direction)
		fields_add(&fields, (struct field){FLOW_DIRECTION, 1, false});
	if (template == TEMPLATE_V6) {
		fields.field[0] = (struct field){SOURCE_V6, 16, false};
		fields.field[1] = (struct field){DESTINATION_V6, 16, false};
	}
	return fields;
}

void
exporter_init(struct exporter *exporter, const struct exporter_settings *settings)
{
	*exporter = (struct exporter){.settings = *settings};
}

static uint32_t
uptime_at(const struct exporter *exporter, struct wall wall)
{
	return (uint32_t)((wall.us - exporter->settings.started.us) / 1000);
}

static uint16_t
set_of_templates(const struct exporter *exporter, bool is_options)
{
	if (is_netflow(exporter))
		return is_options ? SET_OPTIONS_V9 : SET_TEMPLATES_V9;
	return is_options ? SET_OPTIONS : SET_TEMPLATES;
}

/* Count and length are known at the end; the space for both is the same. */
static void
datagram_begin(struct exporter *exporter)
{
	struct writer *writer = &exporter->writer;

	*writer = writer_on(exporter->bytes, sizeof(exporter->bytes));
	writer_u16(writer, is_netflow(exporter) ? VERSION_NETFLOW9 : VERSION_IPFIX);
	writer_u16(writer, 0);
	if (is_netflow(exporter))
		writer_u32(writer, uptime_at(exporter, exporter->clock));
	writer_u32(writer, (uint32_t)(exporter->clock.us / WALL_SECOND));
	writer_u32(writer, exporter->sequence);
	writer_u32(writer, exporter->settings.number + 1);
}

static void
write_at(struct exporter *exporter, size_t offset, size_t value)
{
	struct writer writer = writer_on(exporter->bytes + offset, 2);

	writer_u16(&writer, (uint16_t)value);
}

/* Sets end at a multiple of four bytes (RFC 3954 s5.3). */
static void
set_end(struct exporter *exporter)
{
	struct writer *writer = &exporter->writer;

	if (exporter->set_at == 0)
		return;
	while (writer_length(writer) % 4 != 0)
		writer_u8(writer, 0);
	write_at(exporter, exporter->set_at + 2U, writer_length(writer) - exporter->set_at);
	exporter->set_at = 0;
	exporter->set = 0;
}

static void
set_begin(struct exporter *exporter, uint16_t number)
{
	set_end(exporter);
	exporter->set = number;
	exporter->set_at = (uint16_t)writer_length(&exporter->writer);
	writer_u16(&exporter->writer, number);
	writer_u16(&exporter->writer, 0);
}

void
exporter_flush(struct exporter *exporter)
{
	size_t size;

	if (exporter->records == 0)
		return;
	set_end(exporter);
	must(!exporter->writer.failed);
	size = writer_length(&exporter->writer);
	write_at(exporter, 2, is_netflow(exporter) ? exporter->records : size);
	exporter->sequence += is_netflow(exporter) ? 1 : exporter->numbered;
	exporter->counts.datagrams++;
	exporter->counts.bytes += size;
	exporter->records = 0;
	exporter->numbered = 0;
	exporter->outlet.datagram(
		exporter->outlet.context, exporter->settings.number, exporter->bytes, size);
}

static void
write_specifiers(struct exporter *exporter, const struct fields *fields)
{
	for (unsigned i = 0; i < fields->count; i++) {
		const struct field *field = &fields->field[i];

		writer_u16(&exporter->writer, field->is_reverse ? field->id | BEYOND : field->id);
		writer_u16(&exporter->writer, field->size);
		if (field->is_reverse)
			writer_u32(&exporter->writer, REVERSE);
	}
}

static void
write_template(struct exporter *exporter, enum template template)
{
	struct fields fields = fields_of(exporter, template);
	struct writer *writer = &exporter->writer;

	writer_u16(writer, (uint16_t) template);
	if (template != TEMPLATE_OPTIONS) {
		writer_u16(writer, (uint16_t)fields.count);
	} else if (is_netflow(exporter)) {
		writer_u16(writer, 4);
		writer_u16(writer, (uint16_t)(4 * (fields.count - 1)));
	} else {
		writer_u16(writer, (uint16_t)fields.count);
		writer_u16(writer, 1);
	}
	write_specifiers(exporter, &fields);
	exporter->records++;
	exporter->counts.templates++;
}

static void
write_uint(struct writer *writer, uint64_t value, size_t size)
{
	uint8_t *at = writer_take(writer, size);

	for (size_t i = size; at != NULL && i > 0; i--, value >>= 8)
		at[i - 1] = (uint8_t)value;
}

static uint64_t
option_value(const struct exporter *exporter, uint16_t id)
{
	uint32_t sampling = exporter->settings.sampling;

	switch (id) {
	case SAMPLING_INTERVAL:
	case SAMPLING_POPULATION:
		return sampling;
	case SAMPLING_ALGORITHM:
		return sampling > 1 ? RANDOM_V9 : SYSTEMATIC;
	case SELECTOR_ALGORITHM:
		return exporter->settings.dialect == EXPORT_BIFLOW ? RANDOM_N_OF_N : SYSTEMATIC;
	case SAMPLING_PACKET_INTERVAL:
	case SAMPLING_SIZE:
		return 1;
	case SAMPLING_PACKET_SPACE:
		return sampling - 1;
	case OBSERVATION_DOMAIN:
		return exporter->settings.number + 1;
	default:
		return 0;
	}
}

static void
write_options(struct exporter *exporter)
{
	struct fields fields = fields_of(exporter, TEMPLATE_OPTIONS);

	set_begin(exporter, TEMPLATE_OPTIONS);
	for (unsigned i = 0; i < fields.count; i++)
		write_uint(&exporter->writer, option_value(exporter, fields.field[i].id),
			fields.field[i].size);
	exporter->records++;
	exporter->numbered++;
	exporter->counts.options++;
}

/* All that a collector has to know, in a datagram of its own. */
static void
send_templates(struct exporter *exporter)
{
	exporter_flush(exporter);
	datagram_begin(exporter);
	set_begin(exporter, set_of_templates(exporter, false));
	if (exporter->settings.is_nat) {
		write_template(exporter, TEMPLATE_NAT);
	} else {
		write_template(exporter, TEMPLATE_V4);
		write_template(exporter, TEMPLATE_V6);
		set_begin(exporter, set_of_templates(exporter, true));
		write_template(exporter, TEMPLATE_OPTIONS);
		write_options(exporter);
	}
	exporter_flush(exporter);
}

void
exporter_tick(struct exporter *exporter, struct wall clock, const struct exporter_outlet *outlet)
{
	exporter->outlet = *outlet;
	exporter_flush(exporter);
	exporter->clock = clock;
	if (exporter->has_begun && clock.us - exporter->refreshed.us < EXPORTER_REFRESH)
		return;
	exporter->has_begun = true;
	exporter->refreshed = clock;
	send_templates(exporter);
}

/* Room for one more record of a template. */
static void
record_begin(struct exporter *exporter, const struct fields *fields, enum template template)
{
	size_t size = 8; /* of the set's header and padding */

	for (unsigned i = 0; i < fields->count; i++)
		size += fields->field[i].size;
	if (exporter->records == EXPORTER_RECORDS ||
		(exporter->records > 0 && writer_length(&exporter->writer) + size > EXPORTER_SIZE))
		exporter_flush(exporter);
	if (exporter->records == 0)
		datagram_begin(exporter);
	if (exporter->set != template)
		set_begin(exporter, (uint16_t) template);
	exporter->records++;
	exporter->numbered++;
	exporter->counts.records++;
}

static uint64_t
milliseconds(struct wall wall)
{
	return (uint64_t)(wall.us / 1000);
}

/* A connection whose opener is not sure is of direction 0, arbitrary (RFC 5103 s6.3). */
static uint64_t
biflow_direction(const struct flow *flow)
{
	return flow->known & FLOW_SOURCE_OPENED ? 1 : flow->known & FLOW_DESTINATION_OPENED ? 2 : 0;
}

static uint64_t
flow_value(const struct exporter *exporter, const struct flow *flow,
	enum exporter_direction direction, const struct field *field)
{
	const struct flow_side *side = field->is_reverse ? &flow->reverse : &flow->forward;

	switch (field->id) {
	case OCTETS:
		return side->bytes;
	case PACKETS:
		return side->packets;
	case TCP_CONTROL_BITS:
		return side->tcp_flags;
	case PROTOCOL:
		return flow->protocol;
	case SOURCE_PORT:
		return flow->source_port;
	case DESTINATION_PORT:
		return flow->destination_port;
	case INGRESS:
		return 1;
	case EGRESS:
		return flow->known & FLOW_DENIED ? 0 : 2;
	case START_UPTIME:
		return uptime_at(exporter, flow->start);
	case END_UPTIME:
		return uptime_at(exporter, flow->end);
	case START_MILLISECONDS:
		return milliseconds(flow->start);
	case END_MILLISECONDS:
		return milliseconds(flow->end);
	case FLOW_DIRECTION:
		return direction;
	case FORWARDING_STATUS:
		return flow->known & FLOW_DENIED ? DROPPED_BY_ACL : FORWARDED;
	case FLOW_END_REASON:
		return flow->forward.tcp_flags & (TCP_FIN | TCP_RST) ? ENDED_BY_TCP : ENDED_IDLE;
	case BIFLOW_DIRECTION:
		return biflow_direction(flow);
	default:
		return 0;
	}
}

void
exporter_flow(struct exporter *exporter, const struct flow *flow, enum exporter_direction direction)
{
	bool is_v4 = address_is_v4(&flow->source);
	enum template template = is_v4 ? TEMPLATE_V4 : TEMPLATE_V6;
	struct fields fields = fields_of(exporter, template);
	struct writer *writer = &exporter->writer;

	record_begin(exporter, &fields, template);
	writer_bytes(writer, flow->source.byte + (is_v4 ? 12 : 0), is_v4 ? 4 : 16);
	writer_bytes(writer, flow->destination.byte + (is_v4 ? 12 : 0), is_v4 ? 4 : 16);
	for (unsigned i = 2; i < fields.count; i++)
		write_uint(writer, flow_value(exporter, flow, direction, &fields.field[i]),
			fields.field[i].size);
}

void
exporter_binding(struct exporter *exporter, const struct observation *binding)
{
	struct writer *writer = &exporter->writer;
	bool is_open = binding->kind == OBSERVATION_BINDING_OPEN;

	record_begin(exporter, &fields_nat, TEMPLATE_NAT);
	writer_u64(writer, milliseconds(binding->time));
	writer_u8(writer, is_open ? BLOCK_ALLOCATED : BLOCK_RELEASED);
	writer_bytes(writer, binding->client.byte + 12, 4);
	writer_bytes(writer, binding->server.byte + 12, 4);
	writer_u16(writer, binding->client_port);
	writer_u16(writer, binding->server_port);
}
