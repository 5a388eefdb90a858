/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_maker.h"
#include "source/packet/frame.h"
#include "unit.h"

#include <errno.h>

static const struct made hello = {.source = CLIENT,
	.destination = SERVER,
	.source_port = 40000,
	.destination_port = 25,
	.flags = TCP_ACK | TCP_PSH,
	.sequence = 1000,
	.acknowledged = 2000,
	.payload = "EHLO a\r\n",
	.size = 8};

static uint8_t bytes[70000];

/* What every encapsulation of the packet above must come to. */
static void
assert_hello(enum link link, size_t size)
{
	struct frame frame;
	char text[ADDRESS_TEXT];
	struct address source, destination;

	assert_int_equal(frame_parse(link, bytes, size, size, &frame), 0);
	source = frame_source(&frame);
	destination = frame_destination(&frame);
	assert_string_equal(address_format(&source, text), "10.0.0.1");
	assert_string_equal(address_format(&destination, text), "192.0.2.25");
	assert_int_equal(frame.protocol, 6);
	assert_int_equal(frame.source_port, 40000);
	assert_int_equal(frame.destination_port, 25);
	assert_int_equal(frame.known, FRAME_PORTS | FRAME_TCP);
	assert_int_equal(frame.tcp_flags, TCP_ACK | TCP_PSH);
	assert_int_equal(frame.sequence, 1000);
	assert_int_equal(frame.acknowledged, 2000);
	assert_int_equal(frame.captured, 8);
	assert_int_equal(frame.wire, 8);
	assert_memory_equal(frame.payload, "EHLO a\r\n", 8);
}

static void
ethernet_is_taken_off(void **state)
{
	size_t size = make_frame(bytes, sizeof(bytes), &hello);

	assert_hello(LINK_ETHERNET, size);
	/* Padding of the link is not payload. */
	memset(bytes + size, 0xee, 10);
	assert_hello(LINK_ETHERNET, size + 10);
}

static void
tags_labels_and_sessions_are_taken_off(void **state)
{
	static const struct {
		uint8_t size;
		uint8_t at[26];
	} between[] = {
		{6, {0x81, 0, 0, 5, 0x08, 0}},
		{10, {0x88, 0xa8, 0, 5, 0x81, 0, 0, 6, 0x08, 0}},
		{10, {0x91, 0, 0, 5, 0x81, 0, 0, 6, 0x08, 0}},
		/* PPPoE: version and type, code, session, length; PPP */
		{10, {0x88, 0x64, 0x11, 0, 0, 1, 0, 50, 0, 0x21}},
		{9, {0x88, 0x64, 0x11, 0, 0, 1, 0, 49, 0x21}},
		{14, {0x81, 0, 0, 5, 0x88, 0x64, 0x11, 0, 0, 1, 0, 50, 0, 0x21}},
		/* MPLS: two labels */
		{10, {0x88, 0x47, 0, 1, 0, 64, 0, 2, 0x01, 64}},
		/* a pseudowire with a control word, and one without */
		{24,
			{0x88, 0x47, 0, 2, 0x01, 64, 0, 0, 0, 0, 2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4,
				0x08, 0}},
		{20, {0x88, 0x47, 0, 2, 0x01, 64, 2, 0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 4, 0x08, 0}},
		/* 802.3 with SNAP */
		{10, {0, 60, 0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0}},
	};

	for (size_t i = 0; i < sizeof(between) / sizeof(*between); i++) {
		struct writer w = writer_on(bytes, sizeof(bytes));

		writer_u64(&w, 0x0200000000010200);
		writer_u32(&w, 2);
		writer_bytes(&w, between[i].at, between[i].size);
		write_ipv4(&w, &hello);
		assert_hello(LINK_ETHERNET, writer_length(&w));
	}
}

static void
other_links_are_taken_off(void **state)
{
	static const struct {
		uint8_t link;
		uint8_t size;
		uint8_t at[20];
	} before[] = {
		{LINK_IP, 0, {0}},
		{LINK_COOKED, 16, {0, 0, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0, 0x08, 0}},
		{LINK_COOKED2, 20, {0x08, 0, 0, 0, 0, 0, 0, 3, 0, 1, 0, 6}},
		{LINK_NULL, 4, {2, 0, 0, 0}},
		{LINK_NULL, 4, {0, 0, 0, 2}},
		{LINK_PPP, 4, {0xff, 3, 0, 0x21}},
		{LINK_PPP, 2, {0, 0x21}},
		{LINK_PPP, 1, {0x21}},
		{LINK_MPLS, 4, {0, 2, 0x01, 64}},
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++) {
		struct writer w = writer_on(bytes, sizeof(bytes));

		writer_bytes(&w, before[i].at, before[i].size);
		write_ipv4(&w, &hello);
		assert_hello((enum link)before[i].link, writer_length(&w));
	}
}

/* An IPv6 packet whose first extension header is next, with the bytes behind the fixed header. */
static size_t
make_ipv6(uint8_t next, const uint8_t *extensions, size_t size)
{
	struct writer w = writer_on(bytes, sizeof(bytes));

	writer_u32(&w, 0x60000000);
	writer_u16(&w, (uint16_t)(size + 28));
	writer_u8(&w, next);
	writer_u8(&w, 64);
	for (int i = 0; i < 2; i++) {
		writer_u64(&w, 0x20010db800000000);
		writer_u64(&w, (uint64_t)i + 1);
	}
	writer_bytes(&w, extensions, size);
	writer_u16(&w, 40000);
	writer_u16(&w, 587);
	writer_u64(&w, 1);
	writer_u16(&w, 0x5002);
	writer_u16(&w, 0);
	writer_u32(&w, 0);
	writer_bytes(&w, "12345678", 8);
	return writer_length(&w);
}

static void
ipv6_extension_headers_are_stepped_over(void **state)
{
	/* Hop-by-hop of 16 bytes, routing, destination options, AH of 16 bytes, then TCP. */
	static const uint8_t chain[] = {43, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0,
		0, 0, 0, 0, 0, 51, 0, 0, 0, 0, 0, 0, 0, 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0};
	struct frame frame;
	struct address source;
	char text[ADDRESS_TEXT];
	size_t size = make_ipv6(0, chain, sizeof(chain));

	assert_int_equal(frame_parse(LINK_IP, bytes, size, size, &frame), 0);
	source = frame_source(&frame);
	assert_string_equal(address_format(&source, text), "2001:db8::1");
	assert_int_equal(frame.protocol, 6);
	assert_int_equal(frame.destination_port, 587);
	assert_int_equal(frame.captured, 8);
	for (size_t cut = 0; cut < size - 28 + 4; cut++)
		assert_int_equal(frame_parse(LINK_IP, bytes, cut, size, &frame), -ENODATA);
}

static void
endless_extension_headers_end(void **state)
{
	static uint8_t chain[60000];
	struct frame frame;
	size_t size;

	for (size_t i = 0; i < sizeof(chain); i += 8)
		chain[i] = 60;
	size = make_ipv6(60, chain, sizeof(chain));
	assert_int_equal(frame_parse(LINK_IP, bytes, size, size, &frame), 0);
	assert_int_equal(frame.known & FRAME_PORTS, 0);
}

static void
ipv6_fragments_are_told(void **state)
{
	static const uint8_t first[] = {6, 0, 0, 1, 0, 0, 0, 9},
			     later[] = {6, 0, 0x10, 0, 0, 0, 0, 9},
			     atomic[] = {6, 0, 0, 0, 0, 0, 0, 9};
	struct frame frame;
	size_t size = make_ipv6(44, first, 8);

	assert_int_equal(frame_parse(LINK_IP, bytes, size, size, &frame), 0);
	assert_int_equal(frame.known, FRAME_FRAGMENT | FRAME_PORTS | FRAME_TCP);
	assert_true(frame.fragment_more);
	assert_int_equal(frame.fragment_id, 9);
	size = make_ipv6(44, later, 8);
	assert_int_equal(frame_parse(LINK_IP, bytes, size, size, &frame), 0);
	assert_int_equal(frame.known, FRAME_FRAGMENT);
	assert_int_equal(frame.fragment_at, 0x1000);
	assert_int_equal(frame.captured, 28);
	size = make_ipv6(44, atomic, 8);
	assert_int_equal(frame_parse(LINK_IP, bytes, size, size, &frame), 0);
	assert_int_equal(frame.known, FRAME_PORTS | FRAME_TCP);
}

static void
ipv4_options_and_fragments_are_told(void **state)
{
	struct made later = hello;
	struct frame frame;
	struct writer w = writer_on(bytes, sizeof(bytes));
	uint8_t plain[100];
	struct writer p = writer_on(plain, sizeof(plain));

	write_ipv4(&p, &hello);
	plain[0] = 0x46;
	plain[3] += 4;
	writer_bytes(&w, plain, 20);
	writer_u32(&w, 0x94040000); /* router alert */
	writer_bytes(&w, plain + 20, writer_length(&p) - 20);
	assert_hello(LINK_IP, writer_length(&w));

	later.fragment = 0x2003;
	later.id = 77;
	w = writer_on(bytes, sizeof(bytes));
	write_ipv4(&w, &later);
	assert_int_equal(
		frame_parse(LINK_IP, bytes, writer_length(&w), writer_length(&w), &frame), 0);
	assert_int_equal(frame.known, FRAME_FRAGMENT);
	assert_int_equal(frame.fragment_at, 24);
	assert_int_equal(frame.fragment_id, 77);
	assert_true(frame.fragment_more);
	assert_int_equal(frame.captured, 8);
}

static void
cut_packets_keep_their_length_on_the_wire(void **state)
{
	struct made long_one = hello;
	struct frame frame;
	static char content[1400];

	long_one.payload = content;
	long_one.size = sizeof(content);
	(void)make_frame(bytes, sizeof(bytes), &long_one);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 96, 1454, &frame), 0);
	assert_int_equal(frame.captured, 96 - 54);
	assert_int_equal(frame.wire, 1400);
	/* In the middle of the TCP header: ports, but no flags. */
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 40, 1454, &frame), 0);
	assert_int_equal(frame.known, FRAME_PORTS);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 37, 1454, &frame), -ENODATA);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 20, 1454, &frame), -ENODATA);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 0, 1454, &frame), -ENODATA);
}

static void
contradicting_lengths_are_refused(void **state)
{
	struct frame frame;
	size_t size = make_frame(bytes, sizeof(bytes), &hello);

	bytes[14] = 0x44; /* a header of 16 bytes */
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), -EBADMSG);
	bytes[14] = 0x45;
	bytes[17] = 19; /* a packet shorter than its header */
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), -EBADMSG);
	bytes[17] = 48;
	bytes[46] = 0x40; /* a TCP header of 16 bytes */
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), -EBADMSG);
	bytes[46] = 0xf0; /* one of 60 */
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), -EBADMSG);
}

static void
a_length_of_zero_is_left_to_the_network_card(void **state)
{
	size_t size = make_frame(bytes, sizeof(bytes), &hello);

	bytes[16] = bytes[17] = 0;
	assert_hello(LINK_ETHERNET, size);
}

static void
udp_ends_where_it_says(void **state)
{
	struct made udp = hello;
	struct frame frame;
	size_t size;

	udp.protocol = 17;
	size = make_frame(bytes, sizeof(bytes), &udp);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), 0);
	assert_int_equal(frame.protocol, 17);
	assert_int_equal(frame.captured, 8);
	bytes[39] = 12;
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), 0);
	assert_int_equal(frame.captured, 4);
	bytes[39] = 7;
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), -EBADMSG);
}

static void
what_is_no_ip_is_told_apart_from_damage(void **state)
{
	static const uint8_t arp[60] = {[12] = 0x08, [13] = 0x06},
			     ipx[60] = {[13] = 40, [14] = 0xe0};
	struct frame frame;

	assert_int_equal(frame_parse(LINK_ETHERNET, arp, 60, 60, &frame), -ENOMSG);
	assert_int_equal(frame_parse(LINK_ETHERNET, ipx, 60, 60, &frame), -ENOMSG);
	assert_int_equal(frame_parse(LINK_UNKNOWN, arp, 60, 60, &frame), -ENOMSG);
	memset(bytes, 0, 12);
	for (size_t i = 12; i < 200; i += 4)
		memcpy(bytes + i, "\x81\x00\x00\x01", 4);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, 200, 200, &frame), -EBADMSG);
}

static void
numbers_of_links_are_known(void **state)
{
	assert_int_equal(link_of_pcap(1), LINK_ETHERNET);
	assert_int_equal(link_of_pcap(0), LINK_NULL);
	assert_int_equal(link_of_pcap(101), LINK_IP);
	assert_int_equal(link_of_pcap(113), LINK_COOKED);
	assert_int_equal(link_of_pcap(276), LINK_COOKED2);
	assert_int_equal(link_of_pcap(105), LINK_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_is_taken_off),
		cmocka_unit_test(tags_labels_and_sessions_are_taken_off),
		cmocka_unit_test(other_links_are_taken_off),
		cmocka_unit_test(ipv6_extension_headers_are_stepped_over),
		cmocka_unit_test(endless_extension_headers_end),
		cmocka_unit_test(ipv6_fragments_are_told),
		cmocka_unit_test(ipv4_options_and_fragments_are_told),
		cmocka_unit_test(cut_packets_keep_their_length_on_the_wire),
		cmocka_unit_test(contradicting_lengths_are_refused),
		cmocka_unit_test(a_length_of_zero_is_left_to_the_network_card),
		cmocka_unit_test(udp_ends_where_it_says),
		cmocka_unit_test(what_is_no_ip_is_told_apart_from_damage),
		cmocka_unit_test(numbers_of_links_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
