/* frame - one link-layer frame, taken apart down to TCP or UDP
 *
 * What:    finds the IP packet behind Ethernet (802.3 SNAP, 802.1Q, 802.1ad and older double tags,
 *          PPPoE, MPLS), PPP, Linux cooked captures and the like, steps over IPv4 options and IPv6
 *          extension headers (RFC 791, RFC 8200), and reads the ports. Packets inside other IP packets
 *          (tunnels) stay closed: they count for their outer addresses.
 * Owns:    nothing; the result points into the frame.
 * Limits:  16 tags and labels, 16 extension headers.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_PACKET_FRAME_H
#define LAZARET_SOURCE_PACKET_FRAME_H

#include "base/address.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum link {
	LINK_UNKNOWN,
	LINK_ETHERNET,
	LINK_COOKED,  /* LINUX_SLL */
	LINK_COOKED2, /* LINUX_SLL2 */
	LINK_IP,      /* raw: the version nibble tells 4 or 6 */
	LINK_NULL,    /* BSD loopback: the address family in either byte order */
	LINK_PPP,     /* with or without HDLC address and control */
	LINK_MPLS,
	LINK_COUNT
};

/* The numbers of https://www.tcpdump.org/linktypes.html, and those that older systems used in files;
 * LINK_UNKNOWN where there is no reader for it. */
enum link link_of_pcap(uint32_t linktype);

enum frame_known {
	FRAME_FRAGMENT = 1 << 0, /* one of several; the later ones have no ports */
	FRAME_PORTS = 1 << 1,    /* both ports are known */
	FRAME_TCP = 1 << 2,      /* the TCP header up to the flags is known */
};

struct frame {
	const uint8_t *source; /* address_size bytes each */
	const uint8_t *destination;
	const uint8_t *packet;  /* where the IP header begins */
	const uint8_t *payload; /* of TCP, UDP, or (fragments, other protocols) of IP */
	uint32_t captured;      /* bytes of the payload that are there */
	uint32_t wire;          /* bytes of the payload that were sent */
	uint32_t packet_wire;   /* length of the IP packet as sent, header included */
	uint32_t sequence;      /* TCP */
	uint32_t acknowledged;
	uint32_t fragment_id;
	uint32_t fragment_at; /* offset in bytes */
	uint16_t source_port;
	uint16_t destination_port;
	uint8_t address_size; /* 4 or 16 */
	uint8_t protocol;     /* behind all extension headers */
	uint8_t tcp_flags;
	uint8_t known; /* enum frame_known */
	bool fragment_more;
};

/* captured: bytes that are there; wire: bytes that were sent (taken as captured if smaller).
 * 0; -ENOMSG if there is no IP in it (ARP and kin); -ENODATA if it was cut before the ports, or before
 * the end of the IP header; -EBADMSG if a length contradicts another. *ret is written in any case; only
 * after 0 it means something. */
int frame_parse(enum link link, const uint8_t *bytes, size_t captured, size_t wire,
	struct frame *ret) MUST_USE;

/* The part behind the IP header, for a datagram that was put together from fragments. */
int frame_parse_transport(
	struct frame *frame, const uint8_t *bytes, size_t captured, size_t wire) MUST_USE;

static inline struct address
frame_source(const struct frame *frame)
{
	return address_from_bytes(frame->source, frame->address_size);
}

static inline struct address
frame_destination(const struct frame *frame)
{
	return address_from_bytes(frame->destination, frame->address_size);
}

#endif
