/* packet_maker - packets and recordings as the tests of source/ need them, made byte by byte */
#ifndef LAZARET_TESTS_PACKET_MAKER_H
#define LAZARET_TESTS_PACKET_MAKER_H

#include "base/bytes.h"
#include "source/flow.h"

#define CLIENT 0x0a000001U
#define SERVER 0xc0000219U

/* One TCP segment or UDP datagram in IPv4 in Ethernet. */
struct made {
	uint32_t source, destination;
	uint16_t source_port, destination_port;
	uint8_t protocol; /* 0: TCP */
	uint8_t flags;
	uint32_t sequence, acknowledged;
	const void *payload;
	size_t size;
	uint16_t fragment; /* flags and offset of the IPv4 header, as they stand there */
	uint16_t id;
};

/* Writes it without its Ethernet header. */
static inline void
write_ipv4(struct writer *w, const struct made *m)
{
	bool udp = m->protocol == 17, later = (m->fragment & 0x1fff) != 0;
	size_t header = later ? 0 : udp ? 8 : 20;

	writer_u8(w, 0x45);
	writer_u8(w, 0);
	writer_u16(w, (uint16_t)(20 + header + m->size));
	writer_u16(w, m->id);
	writer_u16(w, m->fragment);
	writer_u8(w, 64);
	writer_u8(w, udp ? 17 : 6);
	writer_u16(w, 0);
	writer_u32(w, m->source);
	writer_u32(w, m->destination);
	if (!later) {
		writer_u16(w, m->source_port);
		writer_u16(w, m->destination_port);
	}
	if (!later && udp) {
		writer_u16(w, (uint16_t)(8 + m->size));
		writer_u16(w, 0);
	} else if (!later) {
		writer_u32(w, m->sequence);
		writer_u32(w, m->acknowledged);
		writer_u16(w, (uint16_t)(0x5000 | m->flags));
		writer_u16(w, 8192);
		writer_u32(w, 0);
	}
	writer_bytes(w, m->payload, m->size);
}

static inline void
write_ethernet(struct writer *w, uint16_t type)
{
	writer_u64(w, UINT64_C(0x0200000000010200));
	writer_u32(w, 2);
	writer_u16(w, type);
}

static inline size_t
make_frame(uint8_t *into, size_t room, const struct made *m)
{
	struct writer w = writer_on(into, room);

	write_ethernet(&w, 0x0800);
	write_ipv4(&w, m);
	return w.failed ? 0 : writer_length(&w);
}

static inline void
write_le32(struct writer *w, uint32_t v)
{
	writer_u32(w, __builtin_bswap32(v));
}

static inline void
write_le16(struct writer *w, uint16_t v)
{
	writer_u16(w, __builtin_bswap16(v));
}

/* The header of a little-endian pcap file in microseconds. */
static inline void
write_pcap_header(struct writer *w, uint32_t snap, uint32_t linktype)
{
	write_le32(w, 0xa1b2c3d4);
	write_le16(w, 2);
	write_le16(w, 4);
	write_le32(w, 0);
	write_le32(w, 0);
	write_le32(w, snap);
	write_le32(w, linktype);
}

static inline void
write_pcap_record(
	struct writer *w, uint64_t us, uint32_t captured, uint32_t wire, const void *bytes)
{
	write_le32(w, (uint32_t)(us / 1000000));
	write_le32(w, (uint32_t)(us % 1000000));
	write_le32(w, captured);
	write_le32(w, wire);
	writer_bytes(w, bytes, captured);
}

#endif
