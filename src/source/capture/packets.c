/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/packets.h"

#include "base/hash.h"
#include "source/capture/connection.h"
#include "source/export/export.h"
#include "source/packet/fragment.h"

#include <errno.h>
#include <stdlib.h>

#define TCP 6
#define UDP 17

struct packets {
	const char *file;
	struct intake *intake;
	struct connections *connections; /* each made when it is first needed */
	struct fragments *fragments;
	uint64_t seed;
	uint64_t exporter
		[EXPORTER_PLACES]; /* hashes of those who sent good export, by their low bits */
	bool said_cut;
	bool ignores_export;
};

/* Below this port there are servers: what comes from there answers a client. */
#define SYSTEM_PORTS 1024

struct packets *
packets_new(const char *file, struct intake *intake)
{
	struct packets *p = xcalloc(1, sizeof(*p));
	struct hash_key key;

	hash_key_random(&key);
	memcpy(&p->seed, key.byte, sizeof(p->seed));
	p->file = file;
	p->intake = intake;
	return p;
}

struct packets *
packets_free(struct packets *p)
{
	if (p == NULL)
		return NULL;
	connections_free(p->connections);
	fragments_free(p->fragments);
	free(p);
	return NULL;
}

void
packets_ignore_export(struct packets *p)
{
	p->ignores_export = true;
}

bool
packets_flush(struct packets *p)
{
	return p->connections != NULL && connections_flush(p->connections);
}

void
packets_clock(struct packets *p, struct wall time)
{
	if (p->connections != NULL)
		connections_clock(p->connections, time);
}

static struct connections *
connections_of(struct packets *p)
{
	if (p->connections == NULL)
		p->connections = connections_new(CONNECTIONS_MOST, p->intake);
	return p->connections;
}

void
packets_lost(struct packets *p, struct wall now)
{
	connections_lost(connections_of(p), now);
}

void
packets_count(struct packets *p, uint64_t dull)
{
	intake_counts(p->intake)->records += dull;
}

static void
on_tcp(struct packets *p, const struct packet *packet, const struct frame *frame)
{
	struct intake_counts *counts = intake_counts(p->intake);

	counts->records++;
	if (!is_mail_port(frame->source_port) && !is_mail_port(frame->destination_port))
		return;
	counts->mail_records++;
	/* Somebody who only wants to see flow records. */
	if (intake_visitor(p->intake) != NULL)
		return;
	if ((frame->known & FRAME_TCP) == 0) {
		counts->skipped_records++;
		return;
	}
	connections_packet(connections_of(p), packet->time, frame);
}

/* What an exporter sent counts by its records, not by its packets. */
static void
on_export(struct packets *p, const struct packet *packet, const struct frame *frame)
{
	const struct export_from from = {
		.file = p->file,
		.offset = packet->offset,
		.address = frame_source(frame),
		.port = frame->source_port,
		.has_address = true,
		.received = packet->time,
	};

	export_datagram(export_of(p->intake), &from, frame->payload, frame->captured);
}

/* Where collectors listen: by assignment (IPFIX 4739 and 4740, sFlow 6343), by habit the others. */
static bool
is_export_port(uint16_t port)
{
	static const uint16_t ports[] = {
		2055, 2056, 4432, 4739, 4740, 6343, 9555, 9991, 9993, 9995, 9996};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		if (ports[i] == port)
			return true;
	}
	return false;
}

/* Who sends, and to which port. */
static uint64_t
exporter_of(const struct packets *p, const struct frame *frame)
{
	struct {
		struct address source;
		uint32_t ports;
	} key = {.source = frame_source(frame),
		.ports = (uint32_t)frame->source_port << 16 | frame->destination_port};
	uint64_t hash = hash_fast(&key, sizeof(key), p->seed);

	return hash != 0 ? hash : 1;
}

/* Is a datagram that begins like flow export meant as such? */
static bool
is_meant_as_export(const struct packets *p, const struct frame *frame)
{
	uint64_t exporter;

	if (is_export_port(frame->destination_port) && frame->source_port >= SYSTEM_PORTS)
		return true;
	exporter = exporter_of(p, frame);
	return p->exporter[exporter % EXPORTER_PLACES] == exporter;
}

static void
say_cut(struct packets *p, const struct packet *packet, const struct frame *frame)
{
	char exporter[ADDRESS_TEXT];
	const struct address source = frame_source(frame);

	intake_counts(p->intake)->skipped_records++;
	if (p->said_cut)
		return;
	p->said_cut = true;
	intake_error(p->intake, p->file, packet->offset,
		"exporter %s: a datagram of flow export was cut to %u of %u bytes when it was "
		"recorded: record whole packets (with tcpdump -s 0)",
		address_format(&source, exporter), frame->captured, frame->wire);
}

static void
on_udp(struct packets *p, const struct packet *packet, const struct frame *frame)
{
	bool is_whole = frame->captured == frame->wire;
	uint64_t exporter;

	if (frame->captured < 4 || !packets_may_be_export(frame->payload)) {
		intake_counts(p->intake)->records++;
	} else if (is_whole && export_matches(frame->payload, frame->captured)) {
		exporter = exporter_of(p, frame);
		p->exporter[exporter % EXPORTER_PLACES] = exporter;
		on_export(p, packet, frame);
	} else if (!is_meant_as_export(p, frame)) {
		intake_counts(p->intake)->records++;
	} else if (is_whole) {
		on_export(p, packet, frame);
	} else {
		intake_counts(p->intake)->records++;
		say_cut(p, packet, frame);
	}
}

static void
on_fragment(struct packets *p, const struct packet *packet, struct frame *frame)
{
	bool first = frame->fragment_at == 0, wanted;
	struct frame part = *frame;
	const uint8_t *bytes;
	size_t size;
	int result;

	if (p->fragments == NULL)
		p->fragments = fragments_new();
	wanted = !first || (frame->captured >= 4 && packets_may_be_export(frame->payload));
	if (first && (frame->known & FRAME_PORTS) != 0 && frame->captured > 0) {
		/* Reassembly takes the datagram with its header. */
		part.payload = frame->payload - 8;
		part.captured += 8;
		part.wire += 8;
	}
	result = fragments_add(p->fragments, packet->time, &part, wanted, &bytes, &size);
	if (result <= 0) {
		intake_counts(p->intake)->records++;
		if (result == -ENODATA && first && wanted && is_meant_as_export(p, frame))
			say_cut(p, packet, frame);
		else
			intake_counts(p->intake)->skipped_records += result < 0;
		return;
	}
	if (frame_parse_transport(&part, bytes, size, size) < 0) {
		intake_counts(p->intake)->records++;
		intake_counts(p->intake)->skipped_records++;
		return;
	}
	on_udp(p, packet, &part);
}

void
packets_add(struct packets *p, const struct packet *packet)
{
	struct frame frame;
	int result =
		frame_parse(packet->link, packet->bytes, packet->captured, packet->wire, &frame);

	if (result < 0) {
		intake_counts(p->intake)->records++;
		intake_counts(p->intake)->skipped_records += result != -ENOMSG;
	} else if (frame.protocol == UDP && p->ignores_export) {
		intake_counts(p->intake)->records++;
	} else if (frame.protocol == UDP && (frame.known & FRAME_FRAGMENT) != 0) {
		on_fragment(p, packet, &frame);
	} else if (frame.protocol == UDP) {
		on_udp(p, packet, &frame);
	} else if (frame.protocol == TCP && (frame.known & FRAME_PORTS) != 0) {
		on_tcp(p, packet, &frame);
	} else {
		intake_counts(p->intake)->records++;
	}
}
