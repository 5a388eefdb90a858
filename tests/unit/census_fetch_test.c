/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/fetch.h"
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static bool
is_inside(const char *text)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};

	if (inet_pton(AF_INET, text, &four.sin_addr) == 1)
		return fetch_is_inside((const struct sockaddr *)&four);
	assert_int_equal(inet_pton(AF_INET6, text, &six.sin6_addr), 1);
	return fetch_is_inside((const struct sockaddr *)&six);
}

static void
addresses_of_hosts_links_and_private_networks_are_inside(void **state)
{
	static const char *const inside[] = {"0.0.0.0", "127.0.0.1", "127.255.255.255",
		"169.254.169.254", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
		"100.64.0.1", "::", "::1", "fe80::1", "febf::1", "fc00::1", "fdff::1",
		"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"};

	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++) {
		if (!is_inside(inside[i]))
			fail_msg("%s is not inside", inside[i]);
	}
}

static void
addresses_of_the_world_are_not(void **state)
{
	static const char *const world[] = {"1.1.1.1", "9.255.255.255", "11.0.0.0", "126.0.0.1",
		"128.0.0.1", "169.253.255.255", "172.15.0.1", "172.32.0.1", "192.167.255.255",
		"192.169.0.0", "100.63.255.255", "100.128.0.0", "2001:db8::1", "2a00::1", "fbff::1",
		"fec0::1", "::ffff:1.1.1.1"};

	for (size_t i = 0; i < sizeof(world) / sizeof(*world); i++) {
		if (is_inside(world[i]))
			fail_msg("%s is inside", world[i]);
	}
}

static void
what_is_of_no_family_of_the_internet_is_inside(void **state)
{
	struct sockaddr local = {.sa_family = AF_UNIX};

	assert_true(fetch_is_inside(&local));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_of_hosts_links_and_private_networks_are_inside),
		cmocka_unit_test(addresses_of_the_world_are_not),
		cmocka_unit_test(what_is_of_no_family_of_the_internet_is_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
