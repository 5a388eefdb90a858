/* SPDX-License-Identifier: BSD-2-Clause */
/* The same datagrams through the filter in the kernel and the socket, and through the socket only, must come
 * to the same flows and counters. The kernel runs the filter on each frame (BPF_PROG_TEST_RUN); the
 * socket is a queue that is read now and then, so that there is always something under way. */
#include "../unit/unit.h"
#include "filter.h"
#include "ways.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#define SEEDS      20
#define DATAGRAMS  60000
#define QUEUE      512
#define RING_BYTES (1 << 20)
#define BEGIN      (INT64_C(1700000000) * WALL_SECOND)

struct kernel_way {
	struct way way;
	struct filter filter;
	struct sent queue[QUEUE]; /* in the socket */
	unsigned queued;
	uint64_t dropped; /* by the filter */
	struct wall now;
};

/* What a receiver does: takes up to so many from the socket, then all from the ring, then reads what it took. */
static void
receive(struct kernel_way *k, unsigned most)
{
	unsigned count = k->queued < most ? k->queued : most;

	filter_take(&k->filter);
	for (unsigned i = 0; i < count; i++)
		way_read(&k->way, &k->queue[i], k->filter.received);
	k->queued -= count;
	memmove(k->queue, k->queue + count, k->queued * sizeof(k->queue[0]));
	k->now.us += 1000;
	if (k->queued == 0)
		kernel_allow(k->filter.kernel, k->now);
}

/* Through the filter: taken, or into the socket. */
static void
arrive(struct kernel_way *k, const struct sent *sent)
{
	uint8_t frame[EXPORTERS_SIZE + 128];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		.data_size_in = (uint32_t)exporters_frame(sent, frame), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(xdp_program_fd(k->filter.xdp), &run), 0);
	if (run.retval == XDP_DROP) {
		k->dropped++;
		return;
	}
	assert_int_equal(run.retval, XDP_PASS);
	k->queue[k->queued++] = *sent;
}

static void
run_seed(uint64_t seed)
{
	static struct kernel_way k;
	static struct exporters exporters;
	struct way reference = {0};
	struct random random;
	struct fail fail = {0};
	const struct kernel_counts *counts;

	k = (struct kernel_way){.now = {BEGIN}};
	way_open(&k.way);
	if (!filter_open(&k.filter, k.way.export_, RING_BYTES, 20000, &fail)) {
		way_close(&k.way);
		print_message("%s %s\n", fail.what, fail.hint);
		skip();
	}
	way_open(&reference);
	ways_compare(&k.way, &reference);
	k.filter.received.us = BEGIN;
	random_seed(&random, ~seed);
	exporters_begin(&exporters, seed);
	exporters.calm = seed % 2 ? 880 : 985;
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		struct sent sent;

		exporters_next(&exporters, &sent);
		way_read(&reference, &sent, k.filter.received);
		arrive(&k, &sent);
		if (random_below(&random, 12) == 0 || k.queued == QUEUE)
			receive(&k, (unsigned)random_below(&random, 32) + 1);
		/* Time goes on only where nothing is under way: so both ways see it alike. */
		if (random_below(&random, 500) == 0) {
			receive(&k, QUEUE);
			k.filter.received.us += (int64_t)random_below(&random, 60) * WALL_SECOND;
			if (random_below(&random, 20) == 0)
				k.filter.received.us += 31 * WALL_MINUTE;
			k.now.us =
				k.filter.received.us > k.now.us ? k.filter.received.us : k.now.us;
			kernel_allow(k.filter.kernel, k.now);
		}
	}
	receive(&k, QUEUE);
	export_flush(k.way.export_);
	export_flush(reference.export_);
	counts = kernel_counts(k.filter.kernel);
	print_message(
		"seed %lu: %lu of %d by the kernel, %lu records, %lu kept, %zu flows; allowed %lu "
		"times, %lu lost datagrams noticed\n",
		seed, k.dropped, DATAGRAMS, counts->records, counts->kept, k.way.flows,
		counts->allowed, counts->unseen);
	ways_assert_same(&k.way, &reference);
	assert_int_equal(counts->entries, k.dropped);
	assert_int_equal(counts->odd, 0);
	assert_int_equal(counts->stale, 0);
	assert_true(k.dropped > DATAGRAMS / 20);
	way_close(&k.way);
	filter_close(&k.filter);
	way_close(&reference);
}

static void
both_ways_give_the_same_whatever_comes(void **state)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++)
		run_seed(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ways_give_the_same_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
