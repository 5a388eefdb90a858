/* SPDX-License-Identifier: BSD-2-Clause */
/* The same datagrams through the filter in the kernel and the socket, and through the socket only, must come
 * to the same flows and counters. The kernel runs the filter on each frame (BPF_PROG_TEST_RUN); the
 * socket is a queue that is read now and then, so that there is always something under way. */
#include "../unit/unit.h"
#include "exporters.h"
#include "gate/xdp.h"
#include "runtime/kernelmap.h"
#include "source/export/collector.h"
#include "source/export/kernel.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define SEEDS      20
#define DATAGRAMS  60000
#define FLOWS_MOST (1 << 20)
#define QUEUE      512
#define RING_BYTES (1 << 20)
#define BEGIN      (INT64_C(1700000000) * WALL_SECOND)

/* One way to read them all, and what came of it. */
struct way {
	struct intake *intake;
	struct export *export_;
	struct flow *flow;
	size_t flows;
};

struct kernel_way {
	struct way way;
	struct xdp *xdp;
	struct kernel_control *control;
	struct kernel_slot *slots;
	struct kernelring ring;
	struct kernel *kernel;
	struct sent queue[QUEUE]; /* in the socket */
	unsigned queued;
	uint64_t dropped; /* by the filter */
	struct wall now;
	struct wall received;
};

static struct way *ways[2];

void __wrap_intake_flow(struct intake *intake, const struct flow *flow);
void __real_intake_flow(struct intake *intake, const struct flow *flow);

/* Field by field: what is between them is nobody's. */
void
__wrap_intake_flow(struct intake *intake, const struct flow *flow)
{
	struct way *way = ways[0]->intake == intake ? ways[0] : ways[1];
	struct flow *into = &way->flow[way->flows++];

	must(way->flows < FLOWS_MOST);
	memset(into, 0, sizeof(*into));
	into->start = flow->start;
	into->end = flow->end;
	into->source = flow->source;
	into->destination = flow->destination;
	into->source_port = flow->source_port;
	into->destination_port = flow->destination_port;
	into->known = flow->known;
	into->protocol = flow->protocol;
	into->sampling = flow->sampling;
	into->forward.packets = flow->forward.packets;
	into->forward.bytes = flow->forward.bytes;
	into->forward.tcp_flags = flow->forward.tcp_flags;
	into->reverse.packets = flow->reverse.packets;
	into->reverse.bytes = flow->reverse.bytes;
	into->reverse.tcp_flags = flow->reverse.tcp_flags;
	__real_intake_flow(intake, flow);
}

static int
flow_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct flow));
}

static void
way_open(struct way *way)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct export_settings export_settings = EXPORT_DEFAULTS;

	way->intake = intake_new(&settings);
	way->export_ = export_new(&export_settings, way->intake);
	way->flow = memory_map(FLOWS_MOST, sizeof(*way->flow));
	way->flows = 0;
}

static void
way_close(struct way *way)
{
	export_free(way->export_);
	intake_free(way->intake);
	memory_unmap(way->flow, FLOWS_MOST, sizeof(*way->flow));
}

static void
read_datagram(struct way *way, const struct sent *sent, struct wall received)
{
	struct export_from from = {.file = "socket",
		.address = sent->from,
		.port = sent->port,
		.has_address = true,
		.received = received};

	export_datagram(way->export_, &from, sent->bytes, sent->size);
}

static bool
kernel_open(struct kernel_way *k, struct fail *fail)
{
	static const struct xdp_listener listener[] = {
		{{.byte = {[10] = 0xff, [11] = 0xff, [12] = 10, [13] = 9, [15] = 1}}, 2055},
		{{.byte = {0xfd, 9, [15] = 1}}, 2055}};
	struct xdp_settings settings = {
		.listener = listener, .listeners = 2, .rings = 2, .ring_bytes = RING_BYTES};
	struct kernel_settings kernel_settings = {.ring = 1, .window_us = 20000};

	k->xdp = xdp_new(&settings, fail);
	if (k->xdp == NULL)
		return false;
	k->control = kernelmap_open_array(xdp_control_fd(k->xdp), sizeof(*k->control), fail);
	k->slots =
		kernelmap_open_array(xdp_slots_fd(k->xdp), KERNEL_SLOTS * sizeof(*k->slots), fail);
	assert_non_null(k->control);
	assert_non_null(k->slots);
	assert_int_equal(kernelring_open(&k->ring, xdp_ring_fd(k->xdp, 1), RING_BYTES, fail), 0);
	way_open(&k->way);
	kernel_settings.control = k->control;
	kernel_settings.slots = k->slots;
	k->kernel = kernel_new(&kernel_settings);
	kernel_attach(k->kernel, k->way.export_);
	k->now.us = BEGIN;
	return true;
}

static void
kernel_close(struct kernel_way *k)
{
	way_close(&k->way);
	kernel_free(k->kernel);
	kernelring_close(&k->ring);
	kernelmap_close_array(k->control, sizeof(*k->control));
	kernelmap_close_array(k->slots, KERNEL_SLOTS * sizeof(*k->slots));
	xdp_free(k->xdp);
}

static void
on_entry(void *context, const uint8_t *entry, size_t size)
{
	struct kernel_way *k = context;
	struct export_from from = {.file = "socket", .received = k->received};

	export_kernel_entry(k->way.export_, &from, entry, size);
}

/* What a receiver does: takes up to so many from the socket, then all from the ring, then reads what it took. */
static void
receive(struct kernel_way *k, unsigned most)
{
	unsigned count = k->queued < most ? k->queued : most;

	kernelring_take(&k->ring, SIZE_MAX, on_entry, k);
	for (unsigned i = 0; i < count; i++)
		read_datagram(&k->way, &k->queue[i], k->received);
	k->queued -= count;
	memmove(k->queue, k->queue + count, k->queued * sizeof(k->queue[0]));
	k->now.us += 1000;
	if (k->queued == 0)
		kernel_allow(k->kernel, k->now);
}

/* Through the filter: taken, or into the socket. */
static void
arrive(struct kernel_way *k, const struct sent *sent)
{
	uint8_t frame[EXPORTERS_SIZE + 128];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame,
		.data_size_in = (uint32_t)exporters_frame(sent, frame), .repeat = 1);

	assert_int_equal(bpf_prog_test_run_opts(xdp_program_fd(k->xdp), &run), 0);
	if (run.retval == XDP_DROP) {
		k->dropped++;
		return;
	}
	assert_int_equal(run.retval, XDP_PASS);
	k->queue[k->queued++] = *sent;
}

static void
assert_same(struct way *a, struct way *b)
{
	const struct export_counts *ca = export_counts(a->export_), *cb = export_counts(b->export_);
	const struct intake_counts *ia = intake_counts(a->intake), *ib = intake_counts(b->intake);
	const uint64_t *x = (const uint64_t *)ca, *y = (const uint64_t *)cb;

	for (size_t i = 0; i < sizeof(*ca) / sizeof(uint64_t); i++) {
		if (x[i] != y[i])
			print_error("export counter %zu: %lu and %lu\n", i, x[i], y[i]);
	}
	assert_memory_equal(ca, cb, sizeof(*ca));
	x = (const uint64_t *)ia;
	y = (const uint64_t *)ib;
	for (size_t i = 0; i < sizeof(*ia) / sizeof(uint64_t); i++) {
		if (x[i] != y[i])
			print_error("intake counter %zu: %lu and %lu\n", i, x[i], y[i]);
	}
	assert_int_equal(a->flows, b->flows);
	qsort(a->flow, a->flows, sizeof(*a->flow), flow_order);
	qsort(b->flow, b->flows, sizeof(*b->flow), flow_order);
	assert_memory_equal(a->flow, b->flow, a->flows * sizeof(*a->flow));
	assert_int_equal(ia->records, ib->records);
	assert_int_equal(ia->skipped_records, ib->skipped_records);
	assert_int_equal(ia->skipped_bytes, ib->skipped_bytes);
	assert_int_equal(ia->lost_records, ib->lost_records);
	assert_int_equal(ia->errors, ib->errors);
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

	k = (struct kernel_way){.received = {BEGIN}};
	if (!kernel_open(&k, &fail)) {
		print_message("%s %s\n", fail.what, fail.hint);
		skip();
	}
	way_open(&reference);
	k.way.export_->twins.seed = reference.export_->twins.seed;
	ways[0] = &k.way;
	ways[1] = &reference;
	random_seed(&random, ~seed);
	exporters_begin(&exporters, seed);
	exporters.calm = seed % 2 ? 880 : 985;
	for (unsigned i = 0; i < DATAGRAMS; i++) {
		struct sent sent;

		exporters_next(&exporters, &sent);
		read_datagram(&reference, &sent, k.received);
		arrive(&k, &sent);
		if (random_below(&random, 12) == 0 || k.queued == QUEUE)
			receive(&k, (unsigned)random_below(&random, 32) + 1);
		/* Time goes on only where nothing is under way: so both ways see it alike. */
		if (random_below(&random, 500) == 0) {
			receive(&k, QUEUE);
			k.received.us += (int64_t)random_below(&random, 60) * WALL_SECOND;
			if (random_below(&random, 20) == 0)
				k.received.us += 31 * WALL_MINUTE;
			k.now.us = k.received.us > k.now.us ? k.received.us : k.now.us;
			kernel_allow(k.kernel, k.now);
		}
	}
	receive(&k, QUEUE);
	export_flush(k.way.export_);
	export_flush(reference.export_);
	counts = kernel_counts(k.kernel);
	print_message(
		"seed %lu: %lu of %d by the kernel, %lu records, %lu kept, %zu flows; allowed %lu "
		"times, %lu lost datagrams noticed\n",
		seed, k.dropped, DATAGRAMS, counts->records, counts->kept, k.way.flows,
		counts->allowed, counts->unseen);
	assert_same(&k.way, &reference);
	assert_int_equal(counts->entries, k.dropped);
	assert_int_equal(counts->odd, 0);
	assert_int_equal(counts->stale, 0);
	assert_true(k.dropped > DATAGRAMS / 20);
	kernel_close(&k);
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
