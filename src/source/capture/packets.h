/* packets - what a recorded packet is to us: mail, flow export, or neither
 *
 * What:    the part that the readers of pcap and pcapng share. A cheap look at each packet tells whether
 *          it can be TCP with a mail port, a datagram of flow export, or a fragment; all others are only
 *          counted.
 *          A UDP datagram is flow export if its version and lengths are those of NetFlow v5, v9, IPFIX or
 *          sFlow v5, whatever its ports are. One that only begins so is a damaged one, and the decoder
 *          says what is wrong with it, if flow export came before from the same address and port to the
 *          same port; or if it goes to a port that collectors usually have (packets.c lists them) and is
 *          no answer, that is, does not come from a system port (below 1024). All other UDP is of no
 *          interest.
 * Owns:    the connections and fragments of one recording; exporters are the intake's.
 * Limits:  those of connection.h, fragment.h and export.h. EXPORTER_PLACES exporters to unusual ports are
 *          remembered; a newer one takes the place of an older one. Datagrams of export that were cut when
 *          they were recorded are left out, counted, and said once.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_CAPTURE_PACKETS_H
#define LAZARET_SOURCE_CAPTURE_PACKETS_H

#include "source/intake.h"
#include "source/packet/frame.h"

/* No system records more of one packet. */
#define PACKET_MOST 262144U

#define EXPORTER_PLACES 1024

struct packets;

struct packet {
	enum link link;
	struct wall time;
	uint64_t offset; /* in the file, for errors */
	const uint8_t *bytes;
	size_t captured;
	size_t wire;
};

struct packets *packets_new(const char *file, struct intake *intake);
struct packets *packets_free(struct packets *packets);

void packets_add(struct packets *packets, const struct packet *packet);

/* From an interface: flow export in the packets is left alone, and only counted as records, since anybody on the
 * wire could forge it. A receiver takes export from its own sockets. */
void packets_ignore_export(struct packets *packets);

/* The time of the last packet so far, whatever it was. From an interface, the receiver's clock, also while nothing
 * comes: what waits comes out as its time passes, and packets_flush is never needed. The times of packets and
 * this one must be of one clock that does not go back: one that goes back by more than CONNECTION_JUMP ends all
 * connections. */
void packets_clock(struct packets *packets, struct wall time);

/* Packets were lost, up to now, the time of packets_clock: what connection.h says holds for those that are open. */
void packets_lost(struct packets *packets, struct wall now);

/* The recording ends: what waits comes out, a portion at a time. True while there is more. */
bool packets_flush(struct packets *packets);

/* Counts packets that packets_is_dull has sorted out. */
void packets_count(struct packets *packets, uint64_t dull);

/* Does a payload begin like NetFlow v5, v9, IPFIX or sFlow v5? */
static inline bool
packets_may_be_export(const uint8_t *payload)
{
	uint32_t begin = bytes_u32(payload);
	uint32_t version = begin >> 16;

	return (version == 5) | (version == 9) | (version == 10) | (begin == 5);
}

/* Is one of the two ports at this place a mail port? All comparisons at once. */
static inline bool
packets_has_mail_port(const uint8_t *at)
{
	typedef uint16_t ports __attribute__((vector_size(16)));
	typedef uint32_t pairs __attribute__((vector_size(16)));
	typedef uint64_t halves __attribute__((vector_size(16)));
	/* 25, 465, 587 and 2525 as they stand in packets. */
	const ports mail = {0x1900, 0x1900, 0xd101, 0xd101, 0x4b02, 0x4b02, 0xdd09, 0xdd09};
	uint32_t both;
	halves equal;

	memcpy(&both, at, sizeof(both));
	equal = (halves)((ports)(pairs){both, both, both, both} == mail);
	return (equal[0] | equal[1]) != 0;
}

/* Where the cheap look begins: where the EtherType stands, and what follows it. */
struct packets_begin {
	uint8_t type;
	uint8_t next; /* 0: no cheap look at this link */
};

static inline struct packets_begin
packets_begin(enum link link)
{
	switch (link) {
	case LINK_ETHERNET:
		return (struct packets_begin){.type = 12, .next = 14};
	case LINK_COOKED:
		return (struct packets_begin){.type = 14, .next = 16};
	case LINK_COOKED2:
		return (struct packets_begin){.type = 0, .next = 20};
	case LINK_UNKNOWN:
	case LINK_IP:
	case LINK_NULL:
	case LINK_PPP:
	case LINK_MPLS:
	case LINK_COUNT:
		break;
	}
	return (struct packets_begin){0};
}

/* The cheap look, at what nearly all packets of nearly all recordings are: true only if this one is
 * surely neither of interest nor a fragment. False says nothing. */
static inline __attribute__((always_inline)) bool
packets_is_dull(struct packets_begin begin, const uint8_t *bytes, size_t captured)
{
	const uint8_t *transport;
	unsigned protocol;
	uint64_t first;
	uint16_t type;

	/* A tag, IPv4 without options, and as much behind it as is looked at. */
	if (begin.next == 0 || captured < begin.next + 4U + 20 + 12)
		return false;
	type = bytes_u16(bytes + begin.type);
	if (type == 0x8100 || type == 0x88a8) {
		type = bytes_u16(bytes + begin.next + 2);
		bytes += 4;
	}
	bytes += begin.next;
	first = bytes_u64(bytes);
	/* Version 4, five words of header; no fragment. */
	if (type == 0x0800 && (first & UINT64_C(0xff00000000003fff)) == UINT64_C(0x45) << 56) {
		transport = bytes + 20;
		protocol = bytes[9];
	} else if (type == 0x86dd && first >> 60 == 6 && captured >= begin.next + 4U + 40 + 12) {
		transport = bytes + 40;
		protocol = bytes[6];
	} else {
		return false;
	}
	if (protocol == 6)
		return !packets_has_mail_port(transport);
	return protocol == 17 && !packets_may_be_export(transport + 8);
}

#endif
