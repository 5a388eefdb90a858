/* packets - what a recorded packet is to us: mail, flow export, or neither
 *
 * What:    the part that the readers of pcap and pcapng share. A cheap look at each packet tells whether
 *          it can be TCP with a mail port, a datagram of flow export, or a fragment; all others are only
 *          counted.
 * Owns:    the connections and fragments of one recording; exporters are the intake's.
 * Limits:  those of connection.h, fragment.h and export.h. Datagrams of export that were cut when they
 *          were recorded are left out, counted, and said once.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_PACKETS_H
#define LAZARET_SOURCE_PACKETS_H

#include "source/frame.h"
#include "source/intake.h"

/* No system records more of one packet. */
#define PACKET_MOST 262144U

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

/* The time of the last packet so far, whatever it was. */
void packets_clock(struct packets *packets, struct wall time);

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

	return version == 5 || version == 9 || version == 10 || begin == 5;
}

static inline bool
packets_is_dull_transport(const uint8_t *at, size_t captured, unsigned protocol)
{
	if (protocol == 6 && captured >= 4)
		return !is_mail_port(bytes_u16(at)) && !is_mail_port(bytes_u16(at + 2));
	return protocol == 17 && captured >= 12 && !packets_may_be_export(at + 8);
}

/* The cheap look, at what nearly all packets of nearly all recordings are: true only if this one is
 * surely neither of interest nor a fragment. False says nothing. */
static inline bool
packets_is_dull(enum link link, const uint8_t *bytes, size_t captured)
{
	size_t at = 14;
	uint16_t type;

	if (link != LINK_ETHERNET || captured < 14 + 20)
		return false;
	type = bytes_u16(bytes + 12);
	while ((type == 0x8100 || type == 0x88a8) && at < 22) {
		type = bytes_u16(bytes + at + 2);
		at += 4;
	}
	if (captured < at + 20)
		return false;
	bytes += at;
	captured -= at;
	if (type == 0x0800 && bytes[0] == 0x45)
		return (bytes_u16(bytes + 6) & 0x3fff) == 0 &&
			packets_is_dull_transport(bytes + 20, captured - 20, bytes[9]);
	if (type == 0x86dd && bytes[0] >> 4 == 6 && captured >= 40)
		return packets_is_dull_transport(bytes + 40, captured - 40, bytes[6]);
	return false;
}

#endif
