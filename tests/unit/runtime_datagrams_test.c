/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/datagrams.h"
#include "runtime/sockets.h"
#include "unit.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

struct path {
	int from;
	int to;
	uint16_t port;
	struct datagrams *datagrams;
};

static void
begin(struct path *path, bool merged)
{
	struct udp_settings settings = {
		.address = address_from_v4(0x7f000001), .count = 1, .merge = merged};
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr = {htonl(0x7f000001)}};
	struct fail fail = {0};

	if (sockets_open_udp(&settings, &path->to, NULL, &fail) < 0)
		fail_msg("%s", fail.what);
	path->port = (uint16_t)sockets_port(path->to);
	to.sin_port = htons(path->port);
	path->from = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(connect(path->from, (struct sockaddr *)&to, sizeof(to)), 0);
	path->datagrams = datagrams_new(merged);
}

static void
end(struct path *path)
{
	datagrams_free(path->datagrams);
	close(path->from);
	close(path->to);
}

static void
gives_what_was_sent_with_who_sent_it(void **state)
{
	struct sockaddr_in own;
	socklen_t size = sizeof(own);
	struct datagram datagram;
	struct address loopback = address_from_v4(0x7f000001);
	struct path path;

	begin(&path, false);
	assert_int_equal(getsockname(path.from, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(datagrams_receive(path.datagrams, path.to), 0);
	assert_false(datagrams_next(path.datagrams, &datagram));
	assert_int_equal(send(path.from, "abc", 3, 0), 3);
	assert_int_equal(send(path.from, "", 0, 0), 0);
	assert_int_equal(send(path.from, "defgh", 5, 0), 5);
	assert_int_equal(datagrams_receive(path.datagrams, path.to), 3);
	assert_true(datagrams_next(path.datagrams, &datagram));
	assert_int_equal(datagram.size, 3);
	assert_memory_equal(datagram.bytes, "abc", 3);
	assert_true(address_equal(&datagram.address, &loopback));
	assert_int_equal(datagram.port, ntohs(own.sin_port));
	assert_true(datagrams_next(path.datagrams, &datagram));
	assert_int_equal(datagram.size, 0);
	assert_true(datagrams_next(path.datagrams, &datagram));
	assert_memory_equal(datagram.bytes, "defgh", 5);
	assert_false(datagrams_next(path.datagrams, &datagram));
	end(&path);
}

static void
takes_no_more_than_there_is_room_for_at_once(void **state)
{
	struct datagram datagram;
	unsigned seen = 0;
	struct path path;
	int n;

	begin(&path, false);
	for (unsigned i = 0; i < DATAGRAMS + 10; i++)
		assert_int_equal(send(path.from, &i, sizeof(i), 0), sizeof(i));
	while ((n = datagrams_receive(path.datagrams, path.to)) > 0) {
		assert_in_range(n, 1, DATAGRAMS);
		while (datagrams_next(path.datagrams, &datagram)) {
			assert_memory_equal(datagram.bytes, &seen, sizeof(seen));
			seen++;
		}
	}
	assert_int_equal(seen, DATAGRAMS + 10);
	end(&path);
}

static void
takes_the_longest_datagram_whole(void **state)
{
	static uint8_t bytes[65507];
	struct datagram datagram;
	struct path path;

	begin(&path, false);
	memset(bytes, 3, sizeof(bytes));
	assert_int_equal(send(path.from, bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_int_equal(datagrams_receive(path.datagrams, path.to), 1);
	assert_true(datagrams_next(path.datagrams, &datagram));
	assert_int_equal(datagram.size, sizeof(bytes));
	assert_memory_equal(datagram.bytes, bytes, sizeof(bytes));
	end(&path);
}

/* Sent as one and cut by the kernel, they come as one where both ends are on one machine. */
static void
takes_merged_datagrams_apart(void **state)
{
	int segment = 100;
	struct datagram datagram;
	uint8_t bytes[10 * 100 + 37];
	struct path path;
	size_t at = 0;

	begin(&path, true);
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	if (setsockopt(path.from, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment)) < 0) {
		print_message("this kernel cuts no datagrams\n");
		end(&path);
		skip();
	}
	assert_int_equal(send(path.from, bytes, sizeof(bytes), 0), sizeof(bytes));
	assert_int_equal(datagrams_receive(path.datagrams, path.to), 1);
	while (datagrams_next(path.datagrams, &datagram)) {
		assert_int_equal(datagram.size, at < 1000 ? 100 : 37);
		assert_memory_equal(datagram.bytes, bytes + at, datagram.size);
		at += datagram.size;
	}
	assert_int_equal(at, sizeof(bytes));
	end(&path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_was_sent_with_who_sent_it),
		cmocka_unit_test(takes_no_more_than_there_is_room_for_at_once),
		cmocka_unit_test(takes_the_longest_datagram_whole),
		cmocka_unit_test(takes_merged_datagrams_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
