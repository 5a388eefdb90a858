/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/transmitter.h"
#include "unit.h"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXPORTERS 3

/* A collector on the loopback network. */
static int
listen_somewhere(uint16_t *port)
{
	struct sockaddr_in own = {.sin_family = AF_INET};
	socklen_t size = sizeof(own);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	own.sin_addr.s_addr = __builtin_bswap32(0x7f000001);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
	*port = __builtin_bswap16(own.sin_port);
	return fd;
}

static struct transmitter *
transmit_to(uint16_t port, bool (*may_send)(void *, uint64_t), void *context)
{
	struct transmitter_settings settings = {.to = address_from_v4(0x7f000001),
		.port = port,
		.exporters = EXPORTERS,
		.may_send = may_send,
		.context = context};
	struct transmitter *transmitter;
	struct fail fail = {.what = ""};

	if (transmitter_new(&transmitter, &settings, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	return transmitter;
}

static void
each_exporter_has_an_address_of_its_own(void **state)
{
	uint16_t port, from_port;
	int fd = listen_somewhere(&port);
	struct transmitter *transmitter = transmit_to(port, NULL, NULL);
	struct address address;

	for (uint8_t i = 0; i < 9; i++)
		transmitter_datagram(transmitter, i % EXPORTERS, (uint8_t[]){i, i}, 1U + i % 2);
	transmitter_flush(transmitter);
	for (uint8_t i = 0; i < 9; i++) {
		struct sockaddr_in from;
		socklen_t size = sizeof(from);
		uint8_t got[8];
		ssize_t length = recvfrom(
			fd, got, sizeof(got), MSG_DONTWAIT, (struct sockaddr *)&from, &size);

		/* In the order in which they were given. */
		assert_int_equal(length, 1 + i % 2);
		assert_int_equal(got[0], i);
		assert_int_equal(
			__builtin_bswap32(from.sin_addr.s_addr), 0x7f000001 + i % EXPORTERS);
		transmitter_from(transmitter, i % EXPORTERS, &address, &from_port);
		assert_int_equal(__builtin_bswap16(from.sin_port), from_port);
		assert_int_equal(address.byte[15], 1 + i % EXPORTERS);
	}
	for (unsigned i = 0; i < EXPORTERS; i++) {
		struct transmitter_counts counts = transmitter_counts(transmitter, i);

		assert_int_equal(counts.datagrams, 3);
		assert_int_equal(counts.bytes, i == 1 ? 5 : 4);
		assert_int_equal(counts.refused + counts.failed, 0);
	}
	transmitter_free(transmitter);
	close(fd);
}

struct gate {
	unsigned asked;
	uint64_t told;
};

/* Two times no, then yes. */
static bool
ask_thrice(void *context, uint64_t sent)
{
	struct gate *gate = context;

	gate->told = sent;
	return ++gate->asked % 3 == 0;
}

static void
a_batch_waits_until_it_may_be_sent(void **state)
{
	uint16_t port;
	int fd = listen_somewhere(&port);
	struct gate gate = {.asked = 0};
	struct transmitter *transmitter = transmit_to(port, ask_thrice, &gate);

	for (unsigned i = 0; i < TRANSMITTER_BATCH - 1; i++)
		transmitter_datagram(transmitter, 0, (uint8_t[]){1}, 1);
	assert_int_equal(gate.asked, 0);
	transmitter_datagram(transmitter, 1, (uint8_t[]){1}, 1);
	assert_int_equal(gate.asked, 3);
	assert_int_equal(gate.told, 0);
	transmitter_datagram(transmitter, 2, (uint8_t[]){1}, 1);
	transmitter_flush(transmitter);
	assert_int_equal(gate.asked, 6);
	assert_int_equal(gate.told, TRANSMITTER_BATCH);
	transmitter_flush(transmitter);
	assert_int_equal(gate.asked, 6);
	transmitter_free(transmitter);
	close(fd);
}

static void
a_port_where_nobody_listens_is_counted(void **state)
{
	uint16_t port;
	int fd = listen_somewhere(&port);
	struct transmitter *transmitter = transmit_to(port, NULL, NULL);
	uint64_t refused = 0;

	close(fd);
	for (unsigned i = 0; i < 4; i++) {
		transmitter_datagram(transmitter, 0, (uint8_t[]){1}, 1);
		transmitter_flush(transmitter);
	}
	refused = transmitter_counts(transmitter, 0).refused;
	assert_in_range(refused, 1, 4);
	assert_int_equal(transmitter_counts(transmitter, 0).failed, 0);
	transmitter_free(transmitter);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_exporter_has_an_address_of_its_own),
		cmocka_unit_test(a_batch_waits_until_it_may_be_sent),
		cmocka_unit_test(a_port_where_nobody_listens_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
