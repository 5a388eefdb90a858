/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/packet/frame.h"

#include "source/flow.h"

#include <errno.h>

#define TAGS_MOST    16
#define HEADERS_MOST 16

enum {
	ETHER_IPV4 = 0x0800,
	ETHER_VLAN = 0x8100,
	ETHER_IPV6 = 0x86dd,
	ETHER_MPLS = 0x8847,
	ETHER_MPLS_MULTICAST = 0x8848,
	ETHER_PPPOE_SESSION = 0x8864,
	ETHER_VLAN_SERVICE = 0x88a8, /* IEEE 802.1ad */
	ETHER_VLAN_OLD1 = 0x9100,    /* double tags before 802.1ad */
	ETHER_VLAN_OLD2 = 0x9200,
	ETHER_VLAN_OLD3 = 0x9300,
	ETHER_LENGTH_MOST = 1500, /* IEEE 802.3: smaller ones are lengths */
};

enum {
	PPP_IPV4 = 0x0021,
	PPP_IPV6 = 0x0057,
	PPP_MPLS = 0x0281,
};

enum {
	IP_HOP_BY_HOP = 0,
	IP_TCP = 6,
	IP_UDP = 17,
	IP_ROUTING = 43,
	IP_FRAGMENT = 44,
	IP_AUTHENTICATION = 51,
	IP_DESTINATION_OPTIONS = 60,
	IP_MOBILITY = 135,
	IP_HIP = 139,
	IP_SHIM6 = 140,
};

enum link
link_of_pcap(uint32_t linktype)
{
	switch (linktype) {
	case 1:
		return LINK_ETHERNET;
	case 0:   /* NULL */
	case 108: /* LOOP */
		return LINK_NULL;
	case 9:  /* PPP */
	case 50: /* PPP in HDLC framing */
		return LINK_PPP;
	case 12:  /* RAW as some systems write it */
	case 14:  /* RAW of OpenBSD */
	case 101: /* RAW */
	case 228: /* IPV4 */
	case 229: /* IPV6 */
		return LINK_IP;
	case 113:
		return LINK_COOKED;
	case 276:
		return LINK_COOKED2;
	case 219: /* MPLS */
		return LINK_MPLS;
	default:
		return LINK_UNKNOWN;
	}
}

/* Where the parser stands: what is left of the frame, as captured and as sent. */
struct place {
	const uint8_t *at;
	size_t captured;
	size_t wire;
};

static inline bool
step(struct place *place, size_t size)
{
	if (place->captured < size)
		return false;
	place->at += size;
	place->captured -= size;
	place->wire -= size;
	return true;
}

static inline int
parse_tcp(struct frame *frame, struct place place)
{
	size_t length;

	if (place.captured < 4)
		return place.wire < 20 ? -EBADMSG : -ENODATA;
	frame->source_port = bytes_u16(place.at);
	frame->destination_port = bytes_u16(place.at + 2);
	frame->known |= FRAME_PORTS;
	if (place.captured < 14)
		return 0;
	frame->sequence = bytes_u32(place.at + 4);
	frame->acknowledged = bytes_u32(place.at + 8);
	frame->tcp_flags = place.at[13];
	length = (place.at[12] >> 4) * 4U;
	if (length < 20 || length > place.wire)
		return -EBADMSG;
	frame->known |= FRAME_TCP;
	frame->wire = (uint32_t)(place.wire - length);
	if (place.captured > length) {
		frame->payload = place.at + length;
		frame->captured = (uint32_t)(place.captured - length);
	}
	return 0;
}

static inline int
parse_udp(struct frame *frame, struct place place)
{
	size_t length;

	if (place.captured < 4)
		return place.wire < 8 ? -EBADMSG : -ENODATA;
	frame->source_port = bytes_u16(place.at);
	frame->destination_port = bytes_u16(place.at + 2);
	frame->known |= FRAME_PORTS;
	if (place.captured < 8)
		return 0;
	length = bytes_u16(place.at + 4);
	/* A first fragment holds less than the datagram's length; 0 is a jumbogram (RFC 2675). */
	if (length != 0 && length < 8)
		return -EBADMSG;
	if (length != 0 && length < place.wire)
		place.wire = length;
	if (place.captured > place.wire)
		place.captured = place.wire;
	frame->payload = place.at + 8;
	frame->captured = (uint32_t)(place.captured - 8);
	frame->wire = (uint32_t)(place.wire - 8);
	return 0;
}

static inline int
parse_transport(struct frame *frame, struct place place)
{
	frame->payload = place.at;
	frame->captured = (uint32_t)place.captured;
	frame->wire = (uint32_t)place.wire;
	if (frame->fragment_at != 0)
		return 0;
	if (frame->protocol == IP_TCP) {
		frame->captured = 0;
		return parse_tcp(frame, place);
	}
	if (frame->protocol == IP_UDP) {
		frame->captured = 0;
		return parse_udp(frame, place);
	}
	return 0;
}

int
frame_parse_transport(struct frame *frame, const uint8_t *bytes, size_t captured, size_t wire)
{
	frame->known &= (uint8_t) ~(FRAME_FRAGMENT | FRAME_PORTS | FRAME_TCP);
	frame->fragment_at = 0;
	frame->fragment_more = false;
	return parse_transport(frame,
		(struct place){.at = bytes,
			.captured = captured,
			.wire = wire < captured ? captured : wire});
}

/* What stands behind the packet's own end is padding of the link layer. A length of 0 is left to the
 * network card to fill in (segmentation offload), and jumbograms have it too. */
static inline void
trim(struct place *place, size_t length)
{
	place->wire = length;
	if (place->captured > length)
		place->captured = length;
}

static inline int
parse_ipv4(struct frame *frame, struct place place)
{
	size_t header, total;
	uint16_t fragment;

	if (place.captured < 20)
		return place.wire < 20 ? -EBADMSG : -ENODATA;
	header = (place.at[0] & 0x0f) * 4U;
	total = bytes_u16(place.at + 2);
	if (total == 0)
		total = place.wire;
	if (header < 20 || total < header)
		return -EBADMSG;
	trim(&place, total);
	frame->packet = place.at;
	frame->packet_wire = (uint32_t)total;
	frame->protocol = place.at[9];
	frame->source = place.at + 12;
	frame->destination = place.at + 16;
	frame->address_size = 4;
	fragment = bytes_u16(place.at + 6);
	if ((fragment & 0x3fff) != 0) {
		frame->known |= FRAME_FRAGMENT;
		frame->fragment_id = bytes_u16(place.at + 4);
		frame->fragment_at = (fragment & 0x1fffU) * 8;
		frame->fragment_more = (fragment & 0x2000) != 0;
	}
	if (!step(&place, header))
		return -ENODATA;
	return parse_transport(frame, place);
}

/* Steps over one extension header; 0 if the next one is no such header but the payload. */
static int
parse_extension(struct frame *frame, struct place *place)
{
	size_t length;
	uint8_t next;

	switch (frame->protocol) {
	case IP_HOP_BY_HOP:
	case IP_ROUTING:
	case IP_DESTINATION_OPTIONS:
	case IP_MOBILITY:
	case IP_HIP:
	case IP_SHIM6:
	case IP_AUTHENTICATION:
	case IP_FRAGMENT:
		break;
	default:
		return 0;
	}
	if (place->wire < 8)
		return -EBADMSG;
	if (place->captured < 8)
		return -ENODATA;
	next = place->at[0];
	length = 8 + place->at[1] * 8U;
	if (frame->protocol == IP_AUTHENTICATION) {
		length = 8 + place->at[1] * 4U;
	} else if (frame->protocol == IP_FRAGMENT) {
		uint16_t field = bytes_u16(place->at + 2);

		length = 8;
		/* An atomic fragment (RFC 6946) is whole. */
		if ((field & 0xfff9) != 0) {
			frame->known |= FRAME_FRAGMENT;
			frame->fragment_id = bytes_u32(place->at + 4);
			frame->fragment_at = field & 0xfff8U;
			frame->fragment_more = (field & 1) != 0;
		}
	}
	if (length > place->wire)
		return -EBADMSG;
	if (!step(place, length))
		return -ENODATA;
	frame->protocol = next;
	return 1;
}

static int
parse_ipv6(struct frame *frame, struct place place)
{
	size_t total;

	if (place.captured < 40)
		return place.wire < 40 ? -EBADMSG : -ENODATA;
	total = 40U + bytes_u16(place.at + 4);
	if (total == 40)
		total = place.wire;
	trim(&place, total);
	frame->packet = place.at;
	frame->packet_wire = (uint32_t)total;
	frame->protocol = place.at[6];
	frame->source = place.at + 8;
	frame->destination = place.at + 24;
	frame->address_size = 16;
	step(&place, 40);
	for (int i = 0; i < HEADERS_MOST; i++) {
		int result;

		/* Behind the header of a later fragment stands the middle of something. */
		if (frame->fragment_at != 0)
			break;
		result = parse_extension(frame, &place);
		if (result < 0)
			return result;
		if (result == 0)
			break;
	}
	return parse_transport(frame, place);
}

static int
parse_ip(struct frame *frame, struct place place)
{
	if (place.captured < 1)
		return -ENODATA;
	switch (place.at[0] >> 4) {
	case 4:
		return parse_ipv4(frame, place);
	case 6:
		return parse_ipv6(frame, place);
	default:
		return -ENOMSG;
	}
}

/* What comes next in the chain of tags, labels and encapsulations. */
enum layer { LAYER_TYPE, LAYER_ETHERNET, LAYER_PPP, LAYER_MPLS, LAYER_IP, LAYER_NONE };

static enum layer
parse_ppp(struct place *place)
{
	uint16_t protocol;

	if (place->captured >= 2 && place->at[0] == 0xff && place->at[1] == 0x03)
		step(place, 2);
	if (place->captured < 2)
		return LAYER_NONE;
	/* An odd first byte is a protocol in one byte (RFC 1661 s6.5). */
	if ((place->at[0] & 1) != 0) {
		protocol = place->at[0];
		step(place, 1);
	} else {
		protocol = bytes_u16(place->at);
		step(place, 2);
	}
	if (protocol == PPP_IPV4 || protocol == PPP_IPV6)
		return LAYER_IP;
	return protocol == PPP_MPLS ? LAYER_MPLS : LAYER_NONE;
}

static bool
is_usual_type(uint16_t type)
{
	return type == ETHER_IPV4 || type == ETHER_IPV6 || type == ETHER_VLAN ||
		type == ETHER_VLAN_SERVICE || type == ETHER_PPPOE_SESSION;
}

static enum layer
parse_mpls(struct place *place)
{
	bool bottom = (place->at[2] & 1) != 0;

	step(place, 4);
	if (!bottom)
		return LAYER_MPLS;
	if (place->captured < 14)
		return LAYER_NONE;
	switch (place->at[0] >> 4) {
	case 4:
	case 6:
		return LAYER_IP;
	case 0:
		/* The control word of a pseudowire (RFC 4448 s4.6), or an address that begins so. */
		if (!is_usual_type(bytes_u16(place->at + 12)))
			step(place, 4);
		return LAYER_ETHERNET;
	default:
		return LAYER_ETHERNET;
	}
}

/* What an EtherType announces; place stands behind it. */
static enum layer
parse_type(uint16_t type, struct place *place)
{
	static const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0, 0, 0};

	switch (type) {
	case ETHER_IPV4:
	case ETHER_IPV6:
		return LAYER_IP;
	case ETHER_VLAN:
	case ETHER_VLAN_SERVICE:
	case ETHER_VLAN_OLD1:
	case ETHER_VLAN_OLD2:
	case ETHER_VLAN_OLD3:
		return step(place, 2) ? LAYER_TYPE : LAYER_NONE;
	case ETHER_MPLS:
	case ETHER_MPLS_MULTICAST:
		return LAYER_MPLS;
	case ETHER_PPPOE_SESSION:
		/* Version 1, type 1, code 0: session data (RFC 2516 s4). */
		if (place->captured < 6 || place->at[0] != 0x11 || place->at[1] != 0)
			return LAYER_NONE;
		step(place, 6);
		return LAYER_PPP;
	default:
		break;
	}
	if (type <= ETHER_LENGTH_MOST && place->captured >= sizeof(snap) &&
		memcmp(place->at, snap, sizeof(snap)) == 0) {
		step(place, sizeof(snap));
		return LAYER_TYPE;
	}
	return LAYER_NONE;
}

static enum layer
parse_next_type(struct place *place)
{
	uint16_t type = bytes_u16(place->at);

	step(place, 2);
	return parse_type(type, place);
}

static int
parse_chain(struct frame *frame, struct place place, enum layer layer)
{
	/* What each layer needs at the least before it is looked at. */
	static const uint8_t needs[] = {[LAYER_TYPE] = 2,
		[LAYER_ETHERNET] = 14,
		[LAYER_PPP] = 2,
		[LAYER_MPLS] = 4,
		[LAYER_IP] = 1,
		[LAYER_NONE] = 0};

	for (int i = 0; i < TAGS_MOST; i++) {
		if (place.captured < needs[layer])
			return -ENODATA;
		switch (layer) {
		case LAYER_ETHERNET:
			step(&place, 12);
			layer = LAYER_TYPE;
			break;
		case LAYER_TYPE:
			layer = parse_next_type(&place);
			break;
		case LAYER_PPP:
			layer = parse_ppp(&place);
			break;
		case LAYER_MPLS:
			layer = parse_mpls(&place);
			break;
		case LAYER_IP:
			return parse_ip(frame, place);
		case LAYER_NONE:
			return -ENOMSG;
		}
	}
	return -EBADMSG;
}

/* The address families of the systems that write such files: 2 is IPv4 everywhere. */
static int
parse_null(struct frame *frame, struct place place)
{
	uint32_t family;

	if (place.captured < 4)
		return -ENODATA;
	family = bytes_u32(place.at);
	if ((family & 0xffff) == 0)
		family = __builtin_bswap32(family);
	step(&place, 4);
	switch (family) {
	case 2:
	case 10: /* Linux */
	case 24: /* NetBSD, OpenBSD */
	case 28: /* FreeBSD */
	case 30: /* macOS */
		return parse_ip(frame, place);
	default:
		return -ENOMSG;
	}
}

int
frame_parse(enum link link, const uint8_t *bytes, size_t captured, size_t wire, struct frame *ret)
{
	struct place place = {
		.at = bytes, .captured = captured, .wire = wire < captured ? captured : wire};
	enum layer layer;

	ret->known = 0;
	ret->tcp_flags = 0;
	ret->fragment_at = 0;
	ret->fragment_more = false;
	ret->source_port = 0;
	ret->destination_port = 0;
	switch (link) {
	case LINK_ETHERNET:
		/* Nearly all frames of nearly all files, before the general way. */
		if (captured >= 34 && bytes_u16(bytes + 12) == ETHER_IPV4 && bytes[14] >> 4 == 4) {
			step(&place, 14);
			return parse_ipv4(ret, place);
		}
		return parse_chain(ret, place, LAYER_ETHERNET);
	case LINK_IP:
		return parse_ip(ret, place);
	case LINK_COOKED:
		return step(&place, 14) ? parse_chain(ret, place, LAYER_TYPE) : -ENODATA;
	case LINK_COOKED2:
		/* The type stands first, with 18 bytes between it and what it announces. */
		if (!step(&place, 20))
			return -ENODATA;
		layer = parse_type(bytes_u16(bytes), &place);
		return parse_chain(ret, place, layer);
	case LINK_NULL:
		return parse_null(ret, place);
	case LINK_PPP:
		return parse_chain(ret, place, LAYER_PPP);
	case LINK_MPLS:
		return parse_chain(ret, place, LAYER_MPLS);
	case LINK_UNKNOWN:
	case LINK_COUNT:
		break;
	}
	return -ENOMSG;
}
