/* SPDX-License-Identifier: BSD-2-Clause */
/* The filter at work: on the interface of a network namespace of the test's own, native and generic, with a
 * real socket behind it. A child sends the frames from another namespace. What comes by ring and
 * socket must come to what the decoder makes of the same datagrams one after the other. */
#include "../unit/unit.h"
#include "filter.h"
#include "pair.h"
#include "ways.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define DATAGRAMS  60000
#define BATCH      64
#define RING_BYTES (4 << 20)
#define BEGIN      (INT64_C(1700000000) * WALL_SECOND)
#define QUIET      60 /* looks without anything new, a millisecond apart: all has come */

static bool may_enter;
static uint64_t seed;

static void
send_stream(int fd, void *context)
{
	static struct exporters exporters;

	exporters_begin(&exporters, seed);
	exporters.calm = 985;
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		uint8_t frame[EXPORTERS_SIZE + 128];
		struct sent sent;
		size_t size;

		exporters_next(&exporters, &sent);
		size = exporters_frame(&sent, frame);
		while (send(fd, frame, size, 0) < 0) {
			must(errno == ENOBUFS || errno == EAGAIN);
			usleep(1000);
		}
		if (i % 32 == 31)
			usleep(500);
	}
}

static void
read_stream(struct way *way)
{
	static struct exporters exporters;

	exporters_begin(&exporters, seed);
	exporters.calm = 985;
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		struct sent sent;

		exporters_next(&exporters, &sent);
		way_read(way, &sent, (struct wall){BEGIN});
	}
}

static struct wall
clock_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (struct wall){now.tv_sec * WALL_SECOND + now.tv_nsec / 1000 + BEGIN};
}

/* One batch; how many datagrams and entries. */
static size_t
receive(int fd, struct way *way, struct filter *filter, uint64_t *by_socket)
{
	static struct sent batch[BATCH];
	static struct sockaddr_in6 from[BATCH];
	struct mmsghdr message[BATCH];
	struct iovec vector[BATCH];
	size_t entries;
	int count;

	for (unsigned i = 0; i < BATCH; i++) {
		vector[i] = (struct iovec){batch[i].bytes, sizeof(batch[i].bytes)};
		message[i] = (struct mmsghdr){.msg_hdr = {.msg_name = &from[i],
						      .msg_namelen = sizeof(from[i]),
						      .msg_iov = &vector[i],
						      .msg_iovlen = 1}};
	}
	count = recvmmsg(fd, message, BATCH, MSG_DONTWAIT, NULL);
	must(count >= 0 || errno == EAGAIN);
	entries = filter_take(filter);
	for (int i = 0; i < count; i++) {
		batch[i].size = message[i].msg_len;
		memcpy(&batch[i].from, &from[i].sin6_addr, sizeof(batch[i].from));
		batch[i].port = ntohs(from[i].sin6_port);
		way_read(way, &batch[i], filter->received);
		++*by_socket;
	}
	if (count < BATCH)
		kernel_allow(filter->kernel, clock_now());
	return entries + (count > 0 ? (size_t)count : 0);
}

static void
run_mode(enum xdp_mode mode)
{
	struct way live, reference;
	struct filter filter;
	struct pair pair;
	struct fail fail = {0};
	uint64_t by_socket = 0;
	unsigned quiet = 0;
	int fd;

	if (!may_enter) {
		print_message("needs root, to make network namespaces\n");
		skip();
	}
	way_open(&live);
	if (!filter_open(&filter, live.export_, RING_BYTES, 50000, &fail)) {
		way_close(&live);
		print_message("%s %s\n", fail.what, fail.hint);
		skip();
	}
	way_open(&reference);
	ways_compare(&live, &reference);
	filter.received.us = BEGIN;
	seed = 100 + (uint64_t)mode;
	pair_start(&pair, send_stream, NULL);
	fd = pair_socket();
	if (!getenv("NOATTACH") && xdp_attach(filter.xdp, "v0", mode, &fail) < 0)
		fail_msg("%s", fail.what);
	pair_go(&pair);
	while (quiet < QUIET) {
		if (receive(fd, &live, &filter, &by_socket) > 0)
			quiet = 0;
		else if (pair_has_ended(&pair))
			quiet++;
		usleep(500);
	}
	close(fd);
	read_stream(&reference);
	export_flush(live.export_);
	export_flush(reference.export_);
	print_message("%s: %lu of %d by the kernel\n", xdp_mode_names[mode],
		kernel_counts(filter.kernel)->entries, DATAGRAMS);
	assert_int_equal(by_socket + kernel_counts(filter.kernel)->entries, DATAGRAMS);
	assert_int_equal(kernel_counts(filter.kernel)->stale, 0);
	assert_int_equal(kernel_counts(filter.kernel)->odd, 0);
	assert_true(kernel_counts(filter.kernel)->entries > DATAGRAMS / 20);
	ways_assert_same(&live, &reference);
	way_close(&live);
	filter_close(&filter);
	way_close(&reference);
}

static void
native_filter_and_socket_give_what_the_socket_gives(void **state)
{
	run_mode(XDP_MODE_NATIVE);
}

static void
generic_filter_and_socket_give_what_the_socket_gives(void **state)
{
	run_mode(XDP_MODE_GENERIC);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(native_filter_and_socket_give_what_the_socket_gives),
		cmocka_unit_test(generic_filter_and_socket_give_what_the_socket_gives),
	};

	may_enter = pair_enter();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
