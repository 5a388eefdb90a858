/* SPDX-License-Identifier: BSD-2-Clause */
#include "namespace.h"
#include "service/filteropening.h"

#include <string.h>

/* Checks run in a child: they tell where it went wrong by a number. */
#define EXPECT(condition)                                                                          \
	do {                                                                                       \
		if (!(condition))                                                                  \
			return __LINE__ & 0x7f;                                                    \
	} while (0)

#define NETWORK                                                                                    \
	"ip link add v0 type veth peer name v1 && ip link set v0 up && ip link set v1 up && "      \
	"ip addr add 10.9.0.1/16 dev v0 && ip addr add 10.8.0.1/16 dev v1 && "                     \
	"ip -6 addr add fd09::1/64 dev v0 nodad"

static struct address
parse(const char *text)
{
	struct address address;

	must(address_parse(text_of(text), &address) == 0);
	return address;
}

static bool
has(const struct gate_filter *filter, uint32_t i, const char *address, uint16_t port)
{
	struct address expected = parse(address);

	return i < filter->listeners && filter->listener[i].port == port &&
		address_equal(&filter->listener[i].address, &expected);
}

static int
lists_addresses(void)
{
	struct gate_filter filter = {.interface = {{.name = "v0"}}, .interfaces = 1};
	struct filter_socket sockets[2] = {{.address = parse("10.8.0.1"), .port = 4739},
		{.address = parse("::"), .port = 2055}};

	EXPECT(filteropening_list(&filter, sockets, 2) == 0);
	/* What is named, then those of the interface, then the others; not loopback, not link-local. */
	EXPECT(filter.listeners == 4);
	EXPECT(has(&filter, 0, "10.8.0.1", 4739));
	EXPECT(has(&filter, 1, "10.9.0.1", 2055));
	EXPECT(has(&filter, 2, "fd09::1", 2055));
	EXPECT(has(&filter, 3, "10.8.0.1", 2055));
	filter.listeners = 0;
	sockets[1].address = parse("0.0.0.0");
	EXPECT(filteropening_list(&filter, sockets, 2) == 0);
	EXPECT(filter.listeners == 3 && has(&filter, 2, "10.8.0.1", 2055));
	/* The same twice is there once. */
	sockets[0] = (struct filter_socket){.address = parse("10.9.0.1"), .port = 2055};
	filter.listeners = 0;
	EXPECT(filteropening_list(&filter, sockets, 2) == 0);
	EXPECT(filter.listeners == 2 && has(&filter, 0, "10.9.0.1", 2055));
	return 0;
}

static void
a_socket_of_no_address_has_all_that_others_can_send_to(void **state)
{
	namespace_run(NETWORK, lists_addresses);
}

static int
counts_what_is_left_out(void)
{
	struct gate_filter filter = {.interface = {{.name = "v0"}}, .interfaces = 1};
	struct filter_socket sockets[10];

	for (uint16_t i = 0; i < 10; i++)
		sockets[i] = (struct filter_socket){.address = parse("::"), .port = 2000 + i};
	EXPECT(filteropening_list(&filter, sockets, 10) == 30 - GATE_LISTENERS);
	EXPECT(filter.listeners == GATE_LISTENERS);
	EXPECT(has(&filter, 9, "10.9.0.1", 2009) && has(&filter, 10, "fd09::1", 2000));
	return 0;
}

static void
what_finds_no_place_is_counted(void **state)
{
	namespace_run(NETWORK, counts_what_is_left_out);
}

static void
a_filter_without_a_port_or_a_gate_is_refused_in_words(void **state)
{
	struct daemon_settings settings = {.xdp = {{.name = "eth0"}}, .xdp_count = 1};
	struct filter_socket socket = {.address = parse("192.0.2.1"), .port = 2055};
	struct filter_opened opened = {.count = 0};
	struct fail fail = {0};

	settings.estate.receivers = 2;
	assert_true(filteropening_open(&opened, &settings, NULL, 0, NULL, &fail) < 0);
	assert_string_equal(fail.where, "receive.xdp");
	assert_non_null(strstr(fail.what, "no UDP port"));
	assert_true(filteropening_open(&opened, &settings, &socket, 1, NULL, &fail) < 0);
	assert_non_null(strstr(fail.what, "gate"));
	assert_int_equal(filteropening_of(&opened, 0).ring, -1);
}

static void
each_receiver_gets_its_own_ring(void **state)
{
	struct filter_opened opened = {
		.as = {.interface = {{.name = "eth0", .mode = GATE_MODE_NATIVE},
			       {.name = "a-long-name-123", .mode = GATE_MODE_GENERIC}},
			.interfaces = 2,
			.rings = 2,
			.ring_bytes = 4096},
		.descriptor = {10, 11, 12, 13, 14, 15},
		.count = 6};
	struct receiver_filter second = filteropening_of(&opened, 1);
	char text[STATUS_FILTER];

	assert_int_equal(second.control, 10);
	assert_int_equal(second.slots, 11);
	assert_int_equal(second.ring, 13);
	assert_int_equal(second.ring_bytes, 4096);
	filteropening_describe(&opened, text);
	assert_string_equal(text, "eth0 (native), a-long-name-123 (generic)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_of_no_address_has_all_that_others_can_send_to),
		cmocka_unit_test(what_finds_no_place_is_counted),
		cmocka_unit_test(a_filter_without_a_port_or_a_gate_is_refused_in_words),
		cmocka_unit_test(each_receiver_gets_its_own_ring),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
