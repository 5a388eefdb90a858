/* SPDX-License-Identifier: BSD-2-Clause */
#include "namespace.h"
#include "runtime/sockets.h"
#include "runtime/steering.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#define SOCKETS   4
#define ADDRESSES 8
#define DOMAINS   16

enum format { NETFLOW_5, NETFLOW_9, IPFIX, SFLOW_4, SFLOW_6, FORMATS };

/* The beginning of a datagram, with the domain in its place and everything else different each time. */
static size_t
make(uint8_t bytes[64], enum format format, unsigned domain, unsigned salt)
{
	static const struct {
		uint32_t begin;
		size_t at;
	} layout[] = {[NETFLOW_5] = {5U << 16, 20},
		[NETFLOW_9] = {9U << 16, 16},
		[IPFIX] = {10U << 16, 12},
		[SFLOW_4] = {5, 12},
		[SFLOW_6] = {5, 24}};
	struct writer writer = writer_on(bytes, 64);

	memset(bytes, (int)salt, 64);
	writer_u32(&writer, layout[format].begin | (format == IPFIX ? 60 + (salt & 3) : 0));
	if (format == SFLOW_4 || format == SFLOW_6)
		writer_u32(&writer, format == SFLOW_4 ? 1 : 2);
	writer = writer_on(bytes + layout[format].at, 4);
	if (format == NETFLOW_5)
		writer_u16(&writer, (uint16_t)domain);
	else
		writer_u32(&writer, domain);
	return 40 + salt % 24;
}

/* The socket that has something, or -1. All of it is taken. */
static int
take(const int *sockets, const uint8_t *bytes, size_t size)
{
	struct pollfd wait[SOCKETS];
	int at = -1;

	/* Over a wire it may take its time. */
	for (int i = 0; i < SOCKETS; i++)
		wait[i] = (struct pollfd){.fd = sockets[i], .events = POLLIN};
	poll(wait, SOCKETS, 5000);
	for (int i = 0; i < SOCKETS; i++) {
		uint8_t got[128];
		ssize_t length = recv(sockets[i], got, sizeof(got), MSG_DONTWAIT);

		if (length < 0)
			continue;
		if (at >= 0 || (size_t)length != size || memcmp(got, bytes, size) != 0)
			return -1;
		at = i;
	}
	return at;
}

/* Where senders are, if that is another network. */
static int home = -1, away = -1;

static int
bound_to(const char *text, uint16_t port)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	bool is_v4 = inet_pton(AF_INET, text, &v4.sin_addr) == 1;
	int descriptor, on = 1;

	if (away >= 0 && setns(away, CLONE_NEWNET) < 0)
		return -1;
	descriptor = socket(is_v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (away >= 0 && setns(home, CLONE_NEWNET) < 0)
		return -1;
	if (!is_v4 && inet_pton(AF_INET6, text, &v6.sin6_addr) != 1)
		return -1;
	if (setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
		bind(descriptor, is_v4 ? (struct sockaddr *)&v4 : (struct sockaddr *)&v6,
			is_v4 ? sizeof(v4) : sizeof(v6)) < 0) {
		close(descriptor);
		return -1;
	}
	return descriptor;
}

/* Each address sends for each domain, from two ports; 0 if every pair has its one socket and no socket has
 * less than half or more than twice its share. */
static int
divides(const char *at, const char *from_format, const char *to)
{
	struct udp_settings settings = {.count = SOCKETS, .seed = 12345};
	struct address address;
	unsigned pairs[SOCKETS] = {0}, sum = 0;
	int sockets[SOCKETS], port;
	struct fail fail = {0};

	if (address_parse(text_of(at), &address) < 0)
		return 1;
	settings.address = address;
	if (sockets_open_udp(&settings, sockets, NULL, &fail) < 0) {
		print_message("%s: %s\n", fail.where, fail.what);
		return 2;
	}
	port = sockets_port(sockets[0]);
	for (unsigned a = 1; a <= ADDRESSES; a++) {
		struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
		struct sockaddr_in6 v6 = {
			.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
		bool is_v4 = inet_pton(AF_INET, to, &v4.sin_addr) == 1;
		char from[64];
		int sender[2];

		if (!is_v4 && inet_pton(AF_INET6, to, &v6.sin6_addr) != 1)
			return 3;
		snprintf(from, sizeof(from), "%s%x", from_format, a);
		sender[0] = bound_to(from, 0);
		sender[1] = bound_to(from, 0);
		if (sender[0] < 0 || sender[1] < 0)
			return 4;
		for (unsigned f = 0; f < FORMATS; f++) {
			for (unsigned domain = 0; domain < DOMAINS; domain++) {
				int first = -1;

				for (unsigned again = 0; again < 6; again++) {
					uint8_t bytes[64];
					size_t size = make(bytes, f, domain * 257 + 1, again * 37);
					int got;

					if (sendto(sender[again & 1], bytes, size, 0,
						    is_v4 ? (struct sockaddr *)&v4
							  : (struct sockaddr *)&v6,
						    is_v4 ? sizeof(v4) : sizeof(v6)) !=
						(ssize_t)size)
						return 5;
					got = take(sockets, bytes, size);
					if (got < 0 || (first >= 0 && got != first))
						return 6;
					first = got;
				}
				pairs[first]++;
				sum++;
			}
		}
		close(sender[0]);
		close(sender[1]);
	}
	for (int i = 0; i < SOCKETS; i++) {
		close(sockets[i]);
		if (pairs[i] < sum / SOCKETS / 2 || pairs[i] > sum / SOCKETS * 2)
			return 7;
	}
	return 0;
}

static void
each_domain_of_each_ipv4_exporter_has_one_socket_and_they_spread(void **state)
{
	assert_int_equal(divides("127.0.0.1", "127.0.0.", "127.0.0.1"), 0);
}

static void
sockets_of_both_families_divide_ipv4_too(void **state)
{
	int probe = socket(AF_INET6, SOCK_DGRAM, 0);

	if (probe < 0) {
		print_message("this machine has no IPv6\n");
		skip();
	}
	close(probe);
	assert_int_equal(divides("::", "127.0.0.", "127.0.0.1"), 0);
}

static int
divides_ipv6(void)
{
	int r = divides("fd00::1", "fd00::", "fd00::1");

	return r != 0 ? r : 10 * divides("::", "fd00::", "fd00::1");
}

static void
each_domain_of_each_ipv6_exporter_has_one_socket_and_they_spread(void **state)
{
	namespace_run("for n in 1 2 3 4 5 6 7 8; do ip -6 addr add fd00::$n/64 dev lo nodad; done",
		divides_ipv6);
}

/* The exporters are behind a wire: their end of it goes to a network of its own. */
static int
divides_behind_a_wire(void)
{
	char line[1024];
	int r;

	home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (home < 0 || unshare(CLONE_NEWNET) < 0)
		return 20;
	away = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (away < 0 || setns(home, CLONE_NEWNET) < 0)
		return 21;
	snprintf(line, sizeof(line), "ip link set right netns /proc/%d/fd/%d", (int)getpid(), away);
	if (system(line) != 0 || setns(away, CLONE_NEWNET) < 0)
		return 22;
	if (system("ip link set right up && for n in 1 2 3 4 5 6 7 8; do "
		   "ip -6 addr add fd01::$n/64 dev right nodad && "
		   "ip addr add 192.0.2.$n/24 dev right || exit 1; done") != 0 ||
		setns(home, CLONE_NEWNET) < 0)
		return 23;
	r = divides("::", "fd01::", "fd01::ff");
	if (r == 0)
		r = 10 + divides("::", "192.0.2.", "192.0.2.99");
	close(home);
	close(away);
	return r == 10 ? 0 : r;
}

static void
exporters_behind_a_wire_are_divided_the_same(void **state)
{
	namespace_run("ip link add left type veth peer name right && ip link set left up && "
		      "ip -6 addr add fd01::ff/64 dev left nodad && "
		      "ip addr add 192.0.2.99/24 dev left",
		divides_behind_a_wire);
}

static void
what_is_short_or_no_flow_export_arrives_too(void **state)
{
	static const uint8_t zeros[3];
	static const char *const payloads[] = {
		"", "\0", "\0\11", "\0\12abc", "hello, world", "\0\0\0\5"};
	static const size_t sizes[] = {0, 1, 2, 5, 12, 4};
	struct udp_settings settings = {.address = address_from_v4(0x7f000001), .count = SOCKETS};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int sockets[SOCKETS], sender = bound_to("127.0.0.9", 0);

	assert_int_equal(sockets_open_udp(&settings, sockets, NULL, NULL), 0);
	to.sin_port = htons((uint16_t)sockets_port(sockets[0]));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		const void *payload = sizes[i] ? (const void *)payloads[i] : zeros;

		assert_int_equal(
			sendto(sender, payload, sizes[i], 0, (struct sockaddr *)&to, sizeof(to)),
			sizes[i]);
		assert_true(take(sockets, payload, sizes[i]) >= 0);
	}
	close(sender);
	for (int i = 0; i < SOCKETS; i++)
		close(sockets[i]);
}

static void
another_seed_divides_otherwise(void **state)
{
	struct udp_settings settings = {
		.address = address_from_v4(0x7f000001), .count = SOCKETS, .seed = 1};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
	int sockets[SOCKETS], sender = bound_to("127.0.0.9", 0), first[32];
	unsigned moved = 0;

	assert_int_equal(sockets_open_udp(&settings, sockets, NULL, NULL), 0);
	to.sin_port = htons((uint16_t)sockets_port(sockets[0]));
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned domain = 0; domain < 32; domain++) {
			uint8_t bytes[64];
			size_t size = make(bytes, IPFIX, domain, 0);
			int got;

			assert_int_equal(
				sendto(sender, bytes, size, 0, (struct sockaddr *)&to, sizeof(to)),
				size);
			got = take(sockets, bytes, size);
			assert_true(got >= 0);
			if (round == 0)
				first[domain] = got;
			else
				moved += got != first[domain];
		}
		assert_int_equal(steering_attach(sockets[0], SOCKETS, 2, NULL), 0);
	}
	assert_true(moved > 8);
	close(sender);
	for (int i = 0; i < SOCKETS; i++)
		close(sockets[i]);
}

static void
a_socket_without_a_group_takes_no_program(void **state)
{
	int descriptor = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct fail fail = {0};

	assert_true(steering_attach(descriptor, 2, 0, &fail) < 0);
	assert_true(*fail.what != '\0');
	close(descriptor);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_domain_of_each_ipv4_exporter_has_one_socket_and_they_spread),
		cmocka_unit_test(sockets_of_both_families_divide_ipv4_too),
		cmocka_unit_test(each_domain_of_each_ipv6_exporter_has_one_socket_and_they_spread),
		cmocka_unit_test(exporters_behind_a_wire_are_divided_the_same),
		cmocka_unit_test(what_is_short_or_no_flow_export_arrives_too),
		cmocka_unit_test(another_seed_divides_otherwise),
		cmocka_unit_test(a_socket_without_a_group_takes_no_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
