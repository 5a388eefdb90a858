/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/agent.h"

#define VERSION 5

enum { ADDRESS_V4 = 1, ADDRESS_V6 = 2 };
enum { SAMPLE_FLOW = 1, RECORD_HEADER = 1, HEADER_ETHERNET = 1 };
enum { ICMP = 1, TCP = 6, UDP = 17 };

#define ETHERNET  14
#define CHECKSUM  4 /* of the frame; not in the header record */
#define TRANSPORT 20
#define TTL       62

/* Sample, header record, and the longest packet header in it. */
#define SAMPLE_MOST 160

/* Output interfaces: the format in the two high bits; a reason for a drop in the others (sFlow v5 s5.3). */
#define DISCARDED_BY_ACL (UINT32_C(1) << 30 | 258)

/* Where the number of samples stands: behind version, agent, sub-agent, sequence and uptime. */
static size_t
samples_at(const struct agent *agent)
{
	return address_is_v4(&agent->settings.address) ? 24 : 36;
}

void
agent_init(struct agent *agent, const struct agent_settings *settings)
{
	*agent = (struct agent){.settings = *settings};
}

static void
datagram_begin(struct agent *agent)
{
	const struct address *address = &agent->settings.address;
	bool is_v4 = address_is_v4(address);
	struct writer *writer = &agent->writer;

	*writer = writer_on(agent->bytes, sizeof(agent->bytes));
	writer_u32(writer, VERSION);
	writer_u32(writer, is_v4 ? ADDRESS_V4 : ADDRESS_V6);
	writer_bytes(writer, address->byte + (is_v4 ? 12 : 0), is_v4 ? 4 : 16);
	writer_u32(writer, 0); /* sub-agent */
	writer_u32(writer, ++agent->sequence);
	writer_u32(writer, (uint32_t)((agent->clock.us - agent->settings.started.us) / 1000));
	writer_u32(writer, 0);
}

void
agent_flush(struct agent *agent)
{
	struct writer count = writer_on(agent->bytes + samples_at(agent), 4);
	size_t size;

	if (agent->held == 0)
		return;
	must(!agent->writer.failed);
	size = writer_length(&agent->writer);
	writer_u32(&count, agent->held);
	agent->held = 0;
	agent->counts.datagrams++;
	agent->counts.bytes += size;
	agent->outlet.datagram(agent->outlet.context, agent->settings.number, agent->bytes, size);
}

void
agent_tick(struct agent *agent, struct wall clock, const struct exporter_outlet *outlet)
{
	agent->outlet = *outlet;
	agent_flush(agent);
	agent->clock = clock;
}

static void
write_ip(struct writer *writer, const struct agent_packet *packet)
{
	uint32_t sum = 0;
	uint8_t *begin;

	if (!address_is_v4(&packet->source)) {
		writer_u32(writer, UINT32_C(6) << 28);
		writer_u16(writer, packet->size - 40);
		writer_u8(writer, packet->protocol);
		writer_u8(writer, TTL);
		writer_bytes(writer, packet->source.byte, 16);
		writer_bytes(writer, packet->destination.byte, 16);
		return;
	}
	begin = writer->at;
	writer_u16(writer, 0x4500);
	writer_u16(writer, packet->size);
	writer_u32(writer, 0x4000);
	writer_u8(writer, TTL);
	writer_u8(writer, packet->protocol);
	writer_u16(writer, 0);
	writer_bytes(writer, packet->source.byte + 12, 4);
	writer_bytes(writer, packet->destination.byte + 12, 4);
	if (writer->failed)
		return;
	for (unsigned i = 0; i < 20; i += 2)
		sum += bytes_u16(begin + i);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~((sum & 0xffff) + (sum >> 16));
	begin[10] = (uint8_t)(sum >> 8);
	begin[11] = (uint8_t)sum;
}

/* The first TRANSPORT bytes behind the IP header; of what is shorter the rest is payload. */
static void
write_transport(struct writer *writer, const struct agent_packet *packet)
{
	uint8_t rest[TRANSPORT] = {0};

	if (packet->protocol == ICMP) {
		rest[0] = 8;
		writer_bytes(writer, rest, TRANSPORT);
		return;
	}
	writer_u16(writer, packet->source_port);
	writer_u16(writer, packet->destination_port);
	if (packet->protocol == TCP) {
		rest[8] = TRANSPORT / 4 << 4;
		rest[9] = packet->tcp_flags;
	} else {
		rest[0] = (uint8_t)((packet->size - 20) >> 8);
		rest[1] = (uint8_t)(packet->size - 20);
	}
	writer_bytes(writer, rest, TRANSPORT - 4);
}

static void
write_header_record(struct writer *writer, const struct agent_packet *packet)
{
	static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	bool is_v4 = address_is_v4(&packet->source);
	uint32_t size = ETHERNET + (is_v4 ? 20U : 40U) + TRANSPORT;
	uint32_t padding = -size & 3;

	writer_u32(writer, RECORD_HEADER);
	writer_u32(writer, 16 + size + padding);
	writer_u32(writer, HEADER_ETHERNET);
	writer_u32(writer, ETHERNET + (uint32_t)packet->size + CHECKSUM);
	writer_u32(writer, CHECKSUM);
	writer_u32(writer, size);
	writer_bytes(writer, addresses, sizeof(addresses));
	writer_u16(writer, is_v4 ? 0x0800 : 0x86dd);
	write_ip(writer, packet);
	write_transport(writer, packet);
	writer_bytes(writer, "\0\0\0", padding);
}

void
agent_packet(struct agent *agent, const struct agent_packet *packet)
{
	struct writer *writer = &agent->writer, length;
	size_t at;

	if (agent->held > 0 && writer_length(writer) + SAMPLE_MOST > sizeof(agent->bytes))
		agent_flush(agent);
	if (agent->held == 0)
		datagram_begin(agent);
	agent->held++;
	agent->counts.records++;
	writer_u32(writer, SAMPLE_FLOW);
	at = writer_length(writer);
	writer_u32(writer, 0);
	writer_u32(writer, ++agent->samples);
	writer_u32(writer, 1); /* interface 1 is the source of all */
	writer_u32(writer, agent->settings.sampling);
	writer_u32(writer, (uint32_t)((uint64_t)agent->samples * agent->settings.sampling));
	writer_u32(writer, 0); /* drops */
	writer_u32(writer, 1);
	writer_u32(writer, packet->is_dropped ? DISCARDED_BY_ACL : 2);
	writer_u32(writer, 1); /* record */
	write_header_record(writer, packet);
	length = writer_on(agent->bytes + at, 4);
	writer_u32(&length, (uint32_t)(writer_length(writer) - at - 4));
}
