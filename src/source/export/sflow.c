/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sflow.h"

#include "source/export/element.h"
#include "source/export/sflowagent.h"
#include "source/export/sflowextended.h"
#include "source/packet/frame.h"

#include <errno.h>
#include <stdlib.h>

#define VERSION      5
#define SAMPLES_MOST 1024
#define RECORDS_MOST 256

/* data_format: 20 bits of enterprise, 12 bits of format. All that are read here have enterprise 0. */
enum sample_format { SAMPLE_FLOW = 1, SAMPLE_FLOW_EXPANDED = 3 };
enum record_format {
	RECORD_HEADER = 1,
	RECORD_ETHERNET = 2,
	RECORD_IPV4 = 3,
	RECORD_IPV6 = 4,
};

enum header_protocol {
	HEADER_ETHERNET = 1,
	HEADER_PPP = 7,
	HEADER_IPV4 = 11,
	HEADER_IPV6 = 12,
	HEADER_MPLS = 13,
	HEADER_POS = 14,
};

enum interface_format { INTERFACE_INDEX, INTERFACE_DISCARDED, INTERFACE_MULTIPLE };

/* Why a packet was discarded (sFlow v5 s5.3): codes of ICMP unreachable, and others above them. */
enum discarded {
	DISCARDED_NET_PROHIBITED = 9,
	DISCARDED_HOST_PROHIBITED = 10,
	DISCARDED_PROHIBITED = 13,
	DISCARDED_BY_ACL = 258,
};

/* forwardingStatus (IANA 89): dropped, for a reason that is not told. */
#define FORWARDING_DROPPED 128

struct sflow {
	struct intake *intake;
	struct sflow_counts counts;
	struct sflow_agents agents;
};

struct interface {
	uint32_t format;
	uint32_t index;
};

/* One flow sample while it is read. */
struct sample {
	struct sflow *sflow;
	const struct export_from *from;
	const struct decode_visitor *visitor; /* NULL: mail only */
	uint32_t rate;
	struct interface input;
	struct interface output;
	struct flow flow;
	bool has_flow;    /* the packet is TCP and both ports are known */
	bool from_header; /* has_flow, and the header itself said so */
	bool damaged;     /* what follows cannot be found any more */
	bool is_cut;      /* an extended record ends in the middle of a field */
};

struct sflow *
sflow_new(const struct sflow_settings *settings, struct intake *intake)
{
	struct sflow *sflow = xcalloc(1, sizeof(*sflow));

	sflow->intake = intake;
	sflowagents_init(&sflow->agents, settings, &sflow->counts);
	return sflow;
}

struct sflow *
sflow_free(struct sflow *sflow)
{
	if (sflow == NULL)
		return NULL;
	sflowagents_done(&sflow->agents);
	free(sflow);
	return NULL;
}

struct sflow_agents *
sflow_agents(struct sflow *sflow)
{
	return &sflow->agents;
}

const struct sflow_counts *
sflow_counts(const struct sflow *sflow)
{
	return &sflow->counts;
}

static bool
read_address(struct reader *reader, struct address *ret)
{
	uint32_t type = reader_u32(reader);
	size_t size = type == 1 ? 4 : type == 2 ? 16 : 0;
	const uint8_t *at = reader_take(reader, size);

	if (type > 2 || at == NULL)
		return false;
	*ret = address_from_bytes(at, size);
	return true;
}

bool
sflow_matches(const uint8_t *payload, size_t size)
{
	struct reader reader = reader_on(payload, size);
	struct address agent;
	uint32_t samples;

	if (reader_u32(&reader) != VERSION || !read_address(&reader, &agent))
		return false;
	reader_skip(&reader, 12);
	samples = reader_u32(&reader);
	return !reader.failed && samples <= reader_left(&reader) / 8;
}

/* Bytes of variable length, padded to a multiple of 4 (XDR, RFC 4506 s4.10); the padding may be missing
 * at the end. */
static struct reader
read_opaque(struct reader *reader)
{
	uint32_t size = reader_u32(reader);
	struct reader body = reader_sub(reader, size);
	size_t padding = -size & 3;

	reader_skip(reader, padding < reader_left(reader) ? padding : reader_left(reader));
	return body;
}

static void
show(struct sample *sample, uint16_t id, const void *value, size_t size)
{
	const struct element *element = element_find(0, id);

	if (sample->visitor != NULL && element != NULL)
		sample->visitor->field(sample->visitor->context, element, false, value, size);
}

static void
show_number(struct sample *sample, uint16_t id, uint64_t number)
{
	uint64_t value = __builtin_bswap64(number);

	if (sample->visitor != NULL)
		show(sample, id, &value, sizeof(value));
}

static void
show_address(struct sample *sample, const struct address *address, uint16_t id_v4, uint16_t id_v6)
{
	if (address_is_v4(address))
		show(sample, id_v4, address->byte + 12, 4);
	else
		show(sample, id_v6, address->byte, 16);
}

/* The parts that all kinds of records tell of an IP packet, once they are in sample->flow. */
static void
show_packet(struct sample *sample, uint8_t version, uint64_t octets, uint8_t class, bool has_ports,
	bool has_flags)
{
	const struct flow *flow = &sample->flow;

	if (sample->visitor == NULL)
		return;
	show_number(sample, 60, version);
	show_number(sample, 224, octets);
	show_number(sample, 5, class);
	show_number(sample, 4, flow->protocol);
	if (version == 4) {
		show(sample, 8, flow->source.byte + 12, 4);
		show(sample, 12, flow->destination.byte + 12, 4);
	} else {
		show(sample, 27, flow->source.byte, 16);
		show(sample, 28, flow->destination.byte, 16);
	}
	if (has_ports) {
		show_number(sample, 7, flow->source_port);
		show_number(sample, 11, flow->destination_port);
	}
	if (has_flags)
		show_number(sample, 6, flow->forward.tcp_flags);
}

static void
show_ethernet_header(struct sample *sample, const uint8_t *header, size_t size)
{
	uint16_t type;

	if (sample->visitor == NULL || size < 14)
		return;
	show(sample, 56, header + 6, 6);
	show(sample, 80, header, 6);
	type = bytes_u16(header + 12);
	if (type == 0x8100 && size >= 18)
		show_number(sample, 58, bytes_u16(header + 14) & 0xfff);
	else if (type >= 1536)
		show_number(sample, 256, type);
}

static enum link
link_of_header(uint32_t protocol)
{
	switch (protocol) {
	case HEADER_ETHERNET:
		return LINK_ETHERNET;
	case HEADER_PPP:
	case HEADER_POS:
		return LINK_PPP;
	case HEADER_IPV4:
	case HEADER_IPV6:
		return LINK_IP;
	case HEADER_MPLS:
		return LINK_MPLS;
	default:
		return LINK_UNKNOWN;
	}
}

/* IPv4: type of service; IPv6: traffic class. */
static uint8_t
class_of(const struct frame *frame)
{
	if (frame->address_size == 4)
		return frame->packet[1];
	return (uint8_t)(frame->packet[0] << 4 | frame->packet[1] >> 4);
}

static void
read_header_record(struct sample *sample, struct reader *reader)
{
	uint32_t protocol = reader_u32(reader), length = reader_u32(reader);
	uint32_t stripped = reader_u32(reader), size = reader_u32(reader);
	const uint8_t *header = reader_take(reader, size);
	struct intake_counts *counts = intake_counts(sample->sflow->intake);
	struct flow *flow = &sample->flow;
	enum link link = link_of_header(protocol);
	struct frame frame;
	int r;

	if (header == NULL) {
		sample->damaged = true;
		return;
	}
	show_number(sample, 312, length);
	show(sample, link == LINK_IP ? 313 : 315, header, size);
	if (protocol == HEADER_ETHERNET)
		show_ethernet_header(sample, header, size);
	if (link == LINK_UNKNOWN)
		return;
	r = frame_parse(link, header, size, length > stripped ? length - stripped : length, &frame);
	if (r == -ENODATA || r == -EBADMSG)
		counts->skipped_records++;
	if (r < 0)
		return;
	flow->source = frame_source(&frame);
	flow->destination = frame_destination(&frame);
	flow->source_port = frame.source_port;
	flow->destination_port = frame.destination_port;
	flow->protocol = frame.protocol;
	flow->forward.bytes = frame.packet_wire;
	flow->forward.tcp_flags = frame.tcp_flags;
	flow->known = FLOW_COUNTS;
	if (frame.known & FRAME_TCP)
		flow->known |= FLOW_TCP_FLAGS;
	sample->has_flow = frame.protocol == 6 && (frame.known & FRAME_PORTS);
	sample->from_header = sample->has_flow;
	show_packet(sample, frame.address_size == 4 ? 4 : 6, frame.packet_wire, class_of(&frame),
		frame.known & FRAME_PORTS, frame.known & FRAME_TCP);
}

static void
read_ethernet_record(struct sample *sample, struct reader *reader)
{
	uint32_t length = reader_u32(reader);
	const uint8_t *source = reader_take(reader, 8);
	const uint8_t *destination = reader_take(reader, 8);
	uint32_t type = reader_u32(reader);

	if (reader->failed) {
		sample->damaged = true;
		return;
	}
	show_number(sample, 312, length);
	show(sample, 56, source, 6);
	show(sample, 80, destination, 6);
	show_number(sample, 256, type);
}

/* Records of an IP packet without its header, from agents that cannot give one. */
static void
read_ip_record(struct sample *sample, struct reader *reader, size_t address_size)
{
	uint32_t length = reader_u32(reader), protocol = reader_u32(reader);
	const uint8_t *source = reader_take(reader, address_size);
	const uint8_t *destination = reader_take(reader, address_size);
	uint32_t source_port = reader_u32(reader), destination_port = reader_u32(reader);
	uint32_t tcp_flags = reader_u32(reader), class = reader_u32(reader);
	struct flow kept = sample->flow, *flow = &sample->flow;
	bool has_ports = protocol == 6 || protocol == 17 || protocol == 132;

	if (reader->failed || protocol > 255 || source_port > 65535 || destination_port > 65535) {
		sample->damaged = true;
		return;
	}
	flow->source = address_from_bytes(source, address_size);
	flow->destination = address_from_bytes(destination, address_size);
	flow->source_port = (uint16_t)source_port;
	flow->destination_port = (uint16_t)destination_port;
	flow->protocol = (uint8_t)protocol;
	flow->forward.bytes = length;
	flow->forward.tcp_flags = (uint8_t)tcp_flags;
	flow->known = FLOW_COUNTS | FLOW_TCP_FLAGS;
	show_packet(sample, address_size == 4 ? 4 : 6, length, (uint8_t) class, has_ports,
		protocol == 6);
	/* What the header said holds. */
	if (sample->from_header)
		*flow = kept;
	else
		sample->has_flow = protocol == 6;
}

/* What the agent adds to the packet is for people only. */
static void
read_extended_record(struct sample *sample, uint32_t format, struct reader *reader)
{
	int r = sample->visitor != NULL ? sflowextended_show(sample->visitor, format, reader) : 0;

	if (r == 0)
		sample->sflow->counts.other_records++;
	else if (r < 0)
		sample->is_cut = true;
}

static void
read_flow_record(struct sample *sample, uint32_t format, struct reader *reader)
{
	switch (format) {
	case RECORD_HEADER:
		read_header_record(sample, reader);
		break;
	case RECORD_ETHERNET:
		read_ethernet_record(sample, reader);
		break;
	case RECORD_IPV4:
		read_ip_record(sample, reader, 4);
		break;
	case RECORD_IPV6:
		read_ip_record(sample, reader, 16);
		break;
	default:
		read_extended_record(sample, format, reader);
		break;
	}
}

/* In the plain form the two high bits are the format. */
static struct interface
read_interface(struct reader *reader, bool expanded)
{
	struct interface interface;

	interface.format = reader_u32(reader);
	if (expanded) {
		interface.index = reader_u32(reader);
	} else {
		interface.index = interface.format & 0x3fffffff;
		interface.format >>= 30;
	}
	return interface;
}

/* Dropped by a rule of the operator's own. */
static bool
is_denied(const struct interface *output)
{
	return output->format == INTERFACE_DISCARDED &&
		(output->index == DISCARDED_BY_ACL || output->index == DISCARDED_PROHIBITED ||
			output->index == DISCARDED_HOST_PROHIBITED ||
			output->index == DISCARDED_NET_PROHIBITED);
}

static void
give_flow(struct sample *sample, bool incomplete)
{
	struct intake *intake = sample->sflow->intake;
	struct flow *flow = &sample->flow;

	if (sample->visitor != NULL || !sample->has_flow ||
		!flow_is_mail(flow, FLOW_OPENER_UNCLEAR))
		return;
	flow->start = flow->end = sample->from->received;
	flow->sampling = sample->rate;
	flow->forward.packets = 1;
	if (incomplete)
		flow->known |= FLOW_INCOMPLETE;
	if (is_denied(&sample->output))
		flow->known |= FLOW_DENIED;
	intake_flow(intake, flow);
}

static void
show_sample_head(struct sample *sample, const struct address *agent, const uint32_t source[2],
	uint32_t sequence, uint32_t pool, uint32_t drops)
{
	if (sample->visitor == NULL)
		return;
	show_address(sample, agent, 130, 131);
	show_number(sample, 138, (uint64_t)source[0] << 32 | source[1]);
	show_number(sample, 319, sequence);
	show_number(sample, 318, pool);
	show_number(sample, 164, drops);
	show_number(sample, 305, sample->rate);
	if (sample->input.format == INTERFACE_INDEX)
		show_number(sample, 10, sample->input.index);
	if (sample->output.format == INTERFACE_INDEX)
		show_number(sample, 14, sample->output.index);
	if (sample->output.format == INTERFACE_DISCARDED)
		show_number(sample, 89, FORWARDING_DROPPED);
}

/* A datagram while its samples are read. */
struct sflow_message {
	struct sflow *sflow;
	const struct export_from *from;
	struct sflow_agent_key key;
	struct sflow_agent *agent; /* NULL: there was no room to follow it */
	bool is_incomplete;        /* something was lost before it */
};

/* 0, or -EBADMSG where a length or count contradicts the bytes that are there. */
static int
read_flow_sample(const struct sflow_message *message, struct sample *sample, struct reader *reader,
	bool expanded, const struct decode_origin *origin)
{
	struct sflow *sflow = sample->sflow;
	bool incomplete = message->is_incomplete;
	uint32_t sequence = reader_u32(reader), pool, drops, records, source[2];

	source[0] = reader_u32(reader);
	source[1] = expanded ? reader_u32(reader) : source[0] & 0xffffff;
	if (!expanded)
		source[0] >>= 24;
	sample->rate = reader_u32(reader);
	pool = reader_u32(reader);
	drops = reader_u32(reader);
	sample->input = read_interface(reader, expanded);
	sample->output = read_interface(reader, expanded);
	records = reader_u32(reader);
	if (reader->failed)
		return -EBADMSG;
	sflow->counts.samples++;
	intake_counts(sflow->intake)->records++;
	if (message->agent == NULL) {
		sflow->counts.sources_full++;
	} else {
		message->agent->rate = sample->rate;
		if (sflowagents_follow_source(&sflow->agents, message->agent, source, sequence,
			    drops, &intake_counts(sflow->intake)->lost_records))
			incomplete = true;
	}
	if (sample->visitor != NULL)
		sample->visitor->begin(sample->visitor->context, origin);
	show_sample_head(sample, &message->key.agent, source, sequence, pool, drops);
	for (uint32_t i = 0; i < records && i < RECORDS_MOST && !sample->damaged; i++) {
		uint32_t format = reader_u32(reader);
		struct reader body = read_opaque(reader);

		if (body.failed)
			sample->damaged = true;
		else
			read_flow_record(sample, format, &body);
	}
	if (sample->visitor != NULL)
		sample->visitor->end(sample->visitor->context);
	give_flow(sample, incomplete);
	return sample->damaged || sample->is_cut ? -EBADMSG : 0;
}

static int
read_samples(const struct sflow_message *message, struct reader *reader, uint32_t samples)
{
	struct sflow *sflow = message->sflow;
	const struct export_from *from = message->from;
	struct decode_origin origin = {
		.exporter = from->address,
		.exporter_port = from->port,
		.has_exporter = from->has_address,
		.domain = message->key.sub_agent,
		.version = "sflow",
		.time = from->received,
	};
	int r = 0;

	if (samples > SAMPLES_MOST)
		samples = SAMPLES_MOST;
	for (uint32_t i = 0; i < samples; i++) {
		uint32_t format = reader_u32(reader);
		struct reader body = read_opaque(reader);
		struct sample sample = {
			.sflow = sflow, .from = from, .visitor = intake_visitor(sflow->intake)};

		if (body.failed)
			return -EBADMSG;
		if (format != SAMPLE_FLOW && format != SAMPLE_FLOW_EXPANDED) {
			sflow->counts.other_samples++;
			continue;
		}
		if (read_flow_sample(
			    message, &sample, &body, format == SAMPLE_FLOW_EXPANDED, &origin) < 0)
			r = -EBADMSG;
	}
	return r;
}

/* The samples of a datagram whose head was read, and what is counted of them for its agent. */
static int
read_and_count(struct sflow_message *message, struct reader *reader, uint32_t samples)
{
	struct sflow *sflow = message->sflow;
	const struct intake_counts *counts = intake_counts(sflow->intake);
	struct intake_counts before = *counts;
	uint64_t samples_before = sflow->counts.samples;
	int r = read_samples(message, reader, samples);
	struct figures *figures;

	if (message->agent == NULL)
		return r;
	figures = &message->agent->figures;
	message->agent->has_address = message->from->has_address;
	message->agent->port = message->from->port;
	message->agent->often.messages++;
	message->agent->often.records += sflow->counts.samples - samples_before;
	figures->mail_records += counts->mail_records - before.mail_records;
	figures->clock_records += (uint32_t)(counts->clock_records - before.clock_records);
	figures->malformed += r < 0;
	sflowagents_see(&sflow->agents, message->agent);
	return r;
}

void
sflow_datagram(
	struct sflow *sflow, const struct export_from *from, const uint8_t *payload, size_t size)
{
	struct reader reader = reader_on(payload, size);
	struct sflow_message message = {
		.sflow = sflow, .from = from, .key = {.sender = from->address}};
	struct sflow_agent_key *key = &message.key;
	uint32_t version = reader_u32(&reader), sequence, uptime_ms, samples;
	char exporter[ADDRESS_TEXT];

	sflow->counts.datagrams++;
	if (version != VERSION || !read_address(&reader, &key->agent))
		goto damaged;
	key->sub_agent = reader_u32(&reader);
	sequence = reader_u32(&reader);
	uptime_ms = reader_u32(&reader);
	samples = reader_u32(&reader);
	if (reader.failed)
		goto damaged;
	if (from->has_address && !address_equal(&from->address, &key->agent))
		sflow->counts.foreign_agents++;
	message.agent = sflowagents_find(&sflow->agents, key, from->received);
	if (message.agent != NULL)
		message.is_incomplete =
			sflowagents_follow(&sflow->agents, message.agent, sequence, uptime_ms);
	if (read_and_count(&message, &reader, samples) == 0)
		return;
damaged:
	sflow->counts.damaged++;
	intake_counts(sflow->intake)->skipped_bytes += reader_left(&reader);
	intake_error(sflow->intake, from->file, from->offset,
		"exporter %s: an sFlow datagram of %zu bytes is damaged: a length or a count in it "
		"goes beyond its end",
		from->has_address ? address_format(&from->address, exporter) : "of this file",
		size);
}

void
sflow_each_exporter(const struct sflow *sflow,
	void (*visit)(void *context, const struct export_exporter *exporter), void *context)
{
	for (uint32_t i = 0; i < sflow->agents.used; i++) {
		const struct sflow_agent *agent = &sflow->agents.agent[i];
		struct export_exporter exporter = {
			.address = agent->key.sender,
			.domain = agent->key.sub_agent,
			.agent = agent->key.agent,
			.has_address = agent->has_address,
			.is_established = agent->is_established,
			.port = agent->port,
			.version = "sflow",
			.seen = agent->seen,
			.sampling = agent->rate,
		};

		if (!agent->is_used)
			continue;
		figures_show(&agent->often, &agent->figures, &exporter);
		visit(context, &exporter);
	}
}
