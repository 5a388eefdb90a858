/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/endpoint.h"
#include "unit.h"

#include <errno.h>
#include <unistd.h>

static struct address
address(const char *written)
{
	struct address ret;

	assert_int_equal(address_parse(text_of(written), &ret), 0);
	return ret;
}

static void
what_is_made_is_read_again(void **state)
{
	static const char *const written[] = {"192.0.2.7", "0.0.0.0", "2001:db8::7", "::"};

	for (size_t i = 0; i < sizeof(written) / sizeof(*written); i++) {
		struct address of = address(written[i]), read;
		struct endpoint endpoint = endpoint_of(&of, 2055);
		uint16_t port;

		assert_int_equal(endpoint.any.sa_family, address_is_v4(&of) ? AF_INET : AF_INET6);
		endpoint_read(&endpoint.any, &read, &port);
		assert_true(address_equal(&read, &of));
		assert_int_equal(port, 2055);
	}
}

static void
bytes_are_those_of_the_network(void **state)
{
	struct address of = address("192.0.2.7");
	struct endpoint endpoint = endpoint_of(&of, 0x0807);

	assert_int_equal(endpoint.size, sizeof(struct sockaddr_in));
	assert_int_equal(endpoint.v4.sin_addr.s_addr, htonl(0xc0000207));
	assert_int_equal(endpoint.v4.sin_port, htons(0x0807));
	of = address("2001:db8::7");
	endpoint = endpoint_of(&of, 0x0807);
	assert_int_equal(endpoint.size, sizeof(struct sockaddr_in6));
	assert_memory_equal(&endpoint.v6.sin6_addr, of.byte, 16);
	assert_int_equal(endpoint.v6.sin6_port, htons(0x0807));
}

/* As IPv6 sockets give it for a sender of IPv4. */
static void
an_address_of_v4_in_one_of_v6_is_of_v4(void **state)
{
	struct endpoint endpoint = {.v6 = {.sin6_family = AF_INET6, .sin6_port = htons(9)}};
	struct address of = address("192.0.2.7"), read;
	uint16_t port;

	memcpy(&endpoint.v6.sin6_addr, of.byte, 16);
	endpoint_read(&endpoint.any, &read, &port);
	assert_true(address_is_v4(&read) && address_equal(&read, &of));
	endpoint.any.sa_family = AF_UNIX;
	endpoint_read(&endpoint.any, &read, &port);
	of = address("::");
	assert_true(address_equal(&read, &of));
	assert_int_equal(port, 0);
}

static void
a_socket_says_where_it_is_bound(void **state)
{
	struct address local = address("127.0.0.1"), own;
	struct endpoint at = endpoint_of(&local, 0);
	int udp = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_UNIX, SOCK_DGRAM, 0);
	uint16_t port = 0;

	assert_int_equal(bind(udp, &at.any, at.size), 0);
	assert_int_equal(endpoint_own(udp, &own, &port), 0);
	assert_true(address_equal(&own, &local));
	assert_int_not_equal(port, 0);
	assert_int_equal(endpoint_own(other, &own, &port), -EAFNOSUPPORT);
	close(other);
	close(udp);
	assert_int_equal(endpoint_own(udp, &own, &port), -EBADF);
}

static void
a_place_is_an_address_and_a_port(void **state)
{
	static const struct {
		const char *written;
		const char *address; /* NULL: is none */
		uint16_t port;
	} places[] = {
		{"192.0.2.1:2055", "192.0.2.1", 2055},
		{"[192.0.2.1]:2055", "192.0.2.1", 2055},
		{"[2001:db8::1]:65535", "2001:db8::1", 65535},
		{"[::]:1", "::", 1},
		{"192.0.2.1:0", NULL, 0},
		{"192.0.2.1:65536", NULL, 0},
		{"192.0.2.1:", NULL, 0},
		{"192.0.2.1", NULL, 0},
		{":2055", NULL, 0},
		{"[]:2055", NULL, 0},
		{"[192.0.2.1:2055", NULL, 0},
		{"2001:db8::1:2055", NULL, 0},
		{"localhost:2055", NULL, 0},
		{"2055", NULL, 0},
		{"", NULL, 0},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++) {
		struct fail fail = {0};
		struct address of, expected;
		uint16_t port;
		int r = endpoint_parse(text_of(places[i].written), 1, &of, &port, &fail);

		if (places[i].address == NULL) {
			assert_int_equal(r, -EINVAL);
			assert_non_null(strstr(fail.what, "is no ADDRESS:PORT"));
			continue;
		}
		assert_int_equal(r, 0);
		expected = address(places[i].address);
		assert_true(address_equal(&of, &expected));
		assert_int_equal(port, places[i].port);
	}
}

static void
port_0_is_one_where_any_will_do(void **state)
{
	struct address of;
	uint16_t port = 1;

	assert_int_equal(endpoint_parse(TEXT("127.0.0.1:0"), 0, &of, &port, NULL), 0);
	assert_int_equal(port, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_read_again),
		cmocka_unit_test(bytes_are_those_of_the_network),
		cmocka_unit_test(an_address_of_v4_in_one_of_v6_is_of_v4),
		cmocka_unit_test(a_socket_says_where_it_is_bound),
		cmocka_unit_test(a_place_is_an_address_and_a_port),
		cmocka_unit_test(port_0_is_one_where_any_will_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
