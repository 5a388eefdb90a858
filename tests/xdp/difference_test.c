/* SPDX-License-Identifier: BSD-2-Clause */
/* The same datagrams through the filter in the kernel and the socket, and through the socket only, must come
 * to the same flows and counters. The kernel runs the filter on each frame (BPF_PROG_TEST_RUN); the
 * socket is a queue that is read now and then, so that there is always something under way. */
#include "../unit/unit.h"
#include "filter.h"
#include "ways.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

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
	if (k->queued == 0 || k->queued % 5 == 1)
		kernel_allow(k->filter.kernel, k->now);
}

/* Through the filter: taken, or into the socket. */
static void
arrive(struct kernel_way *k, const struct sent *sent)
{
	uint8_t frame[EXPORTERS_SIZE + 128];
	struct bpf_test_run_opts run = {.sz = sizeof(run),
		.data_in = frame,
		.data_size_in = (uint32_t)exporters_frame(sent, frame),
		.repeat = 1};

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

/* A way whose one exporter has sent its template, and which the filter may read. */
static void
begin_allowed(struct kernel_way *k, struct sent *data)
{
	static const uint8_t template[] = {0, 9, 0, 1, 0, 0, 1, 0, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 1,
		0, 0, 0, 7, 0, 0, 0, 28, 1, 0, 0, 5, 0, 8, 0, 4, 0, 12, 0, 4, 0, 7, 0, 2, 0, 11, 0,
		2, 0, 4, 0, 1};
	static const uint8_t flow[] = {0, 9, 0, 1, 0, 0, 1, 0, 0x65, 0x53, 0xf1, 0, 0, 0, 0, 2, 0,
		0, 0, 7, 1, 0, 0, 32, 10, 0, 0, 1, 192, 0, 2, 1, 0x9c, 0x40, 0, 25, 6, 10, 0, 0, 2,
		192, 0, 2, 1, 0x9c, 0x40, 1, 0xbb, 6, 0, 0};
	struct sent first = {
		.size = sizeof(template), .from = address_from_v4(0x0a090102), .port = 3000};
	struct fail fail = {0};

	*k = (struct kernel_way){.now = {BEGIN}};
	way_open(&k->way);
	if (!filter_open(&k->filter, k->way.export_, RING_BYTES, 20000, &fail)) {
		way_close(&k->way);
		print_message("%s %s\n", fail.what, fail.hint);
		skip();
	}
	ways_compare(&k->way, &k->way);
	k->filter.received.us = BEGIN;
	memcpy(first.bytes, template, sizeof(template));
	*data = first;
	data->size = sizeof(flow);
	memcpy(data->bytes, flow, sizeof(flow));
	arrive(k, &first);
	for (int i = 0; i < 40; i++)
		receive(k, QUEUE);
	assert_int_equal(kernel_counts(k->filter.kernel)->allowed, 1);
}

static void
end(struct kernel_way *k)
{
	way_close(&k->way);
	filter_close(&k->filter);
}

/* What the filter does with a frame. */
static uint32_t
judge(struct kernel_way *k, uint8_t *frame, size_t size)
{
	struct bpf_test_run_opts run = {
		.sz = sizeof(run), .data_in = frame, .data_size_in = (uint32_t)size, .repeat = 1};

	assert_int_equal(bpf_prog_test_run_opts(xdp_program_fd(k->filter.xdp), &run), 0);
	return run.retval;
}

static void
one_record_of_two_is_kept(void **state)
{
	static struct kernel_way k;
	struct sent data;

	begin_allowed(&k, &data);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 1);
	receive(&k, QUEUE);
	assert_int_equal(k.way.flows, 1);
	assert_int_equal(k.way.flow[0].destination_port, 25);
	assert_int_equal(kernel_counts(k.filter.kernel)->records, 2);
	assert_int_equal(kernel_counts(k.filter.kernel)->kept, 1);
	assert_int_equal(intake_counts(k.way.intake)->records, 2);
	end(&k);
}

/* Each is what came, but for some bytes: an offset in the frame, and what stands there. */
static void
only_what_is_plain_is_taken(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		uint8_t bytes[4];
		size_t size;
		bool is_taken;
	} changes[] = {
		{"as it is", 0, {2}, 1, true},
		{"not IP", 12, {8, 6}, 2, false},
		{"more fragments", 20, {0x20, 0}, 2, false},
		{"a later fragment", 20, {0, 3}, 2, false},
		{"TCP", 23, {6}, 1, false},
		{"an exporter that nobody knows", 29, {77}, 1, false},
		{"to another address", 33, {2}, 1, false},
		{"to another port", 36, {0, 53}, 2, false},
		{"UDP longer than IP", 38, {0, 70}, 2, false},
		{"another version", 42, {0, 7}, 2, false},
		{"sysUpTime that went back", 46, {0, 0, 0, 9}, 4, false},
		{"sysUpTime that went on", 46, {0, 0, 2, 0}, 4, true},
		{"another domain", 61, {8}, 1, false},
		{"a set of templates", 62, {0, 0}, 2, false},
		{"a template that nobody knows", 62, {1, 1}, 2, false},
		{"a set that is too short", 65, {28}, 1, false},
		{"a set that is too long", 65, {33}, 1, false},
		{"a number far ahead", 54, {9}, 1, true},
	};

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		static struct kernel_way k;
		uint8_t frame[EXPORTERS_SIZE + 128];
		struct sent data;
		size_t size;

		begin_allowed(&k, &data);
		size = exporters_frame(&data, frame);
		memcpy(frame + changes[i].at, changes[i].bytes, changes[i].size);
		if (judge(&k, frame, size) != (changes[i].is_taken ? XDP_DROP : XDP_PASS))
			fail_msg("%s: %s", changes[i].what,
				changes[i].is_taken ? "passed" : "taken");
		end(&k);
	}
}

static void
a_tagged_frame_is_read_and_a_cut_one_is_not(void **state)
{
	static struct kernel_way k;
	uint8_t frame[EXPORTERS_SIZE + 128];
	struct sent data;
	size_t size;

	begin_allowed(&k, &data);
	size = exporters_frame(&data, frame);
	memmove(frame + 16, frame + 12, size - 12);
	memcpy(frame + 12, "\x81\0\0\7", 4);
	assert_int_equal(judge(&k, frame, size + 4), XDP_DROP);
	size = exporters_frame(&data, frame);
	for (size_t cut = 14; cut < size; cut++)
		assert_int_equal(judge(&k, frame, cut), XDP_PASS);
	end(&k);
}

/* Until the process has read what was passed, everything of the session is passed. */
static void
what_was_passed_bars_the_session_until_it_has_been_read(void **state)
{
	static struct kernel_way k;
	struct sent data, odd;

	begin_allowed(&k, &data);
	odd = data;
	odd.bytes[21] = 1; /* a template that nobody knows */
	arrive(&k, &odd);
	for (int i = 0; i < 3; i++)
		arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	receive(&k, 1);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	receive(&k, QUEUE);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 1);
	end(&k);
}

/* The socket was full: the filter must not wait for ever. */
static void
datagrams_that_never_come_are_noticed(void **state)
{
	static struct kernel_way k;
	struct sent data, odd;

	begin_allowed(&k, &data);
	odd = data;
	odd.bytes[21] = 1;
	arrive(&k, &odd);
	k.queued = 0;
	receive(&k, QUEUE);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	for (int i = 0; i < 40; i++)
		receive(&k, QUEUE);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 1);
	assert_int_equal(kernel_counts(k.filter.kernel)->unseen, 1);
	end(&k);
}

static void
what_finds_no_room_in_the_ring_goes_to_the_socket(void **state)
{
	static struct kernel_way k;
	struct sent data;
	uint64_t taken;

	begin_allowed(&k, &data);
	while (k.queued == 0 && k.dropped < RING_BYTES)
		arrive(&k, &data);
	taken = k.dropped;
	assert_in_range(taken, RING_BYTES / 128, RING_BYTES / 64);
	for (int i = 0; i < 10; i++)
		arrive(&k, &data);
	assert_int_equal(k.dropped, taken);
	receive(&k, QUEUE);
	assert_int_equal(intake_counts(k.way.intake)->records, 2);
	assert_int_equal(export_counts(k.way.export_)->datagrams, 1 + taken + 11);
	end(&k);
}

/* The life of a template ends by the process's clock; the filter has none. */
static void
a_template_that_expires_is_read_no_more(void **state)
{
	static struct kernel_way k;
	struct sent data;

	begin_allowed(&k, &data);
	k.now.us += 30 * WALL_MINUTE - 9 * WALL_SECOND;
	receive(&k, QUEUE);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	end(&k);
}

/* As when the process died: the next one has other sessions. */
static void
a_session_that_is_gone_is_read_no_more(void **state)
{
	static struct kernel_way k;
	struct kernel_settings settings = {.ring = 1, .window_us = 20000};
	struct sent data;

	begin_allowed(&k, &data);
	settings.control = k.filter.control;
	settings.slots = k.filter.slots;
	kernel_free(kernel_new(&settings));
	arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	end(&k);
}

/* The receiver has none of the gate's privileges, only the descriptors. */
static void
a_process_without_privileges_can_use_the_maps(void **state)
{
	static struct kernel_way k;
	struct kernelring ring;
	struct sent data;
	struct fail fail;
	int status;
	pid_t child;

	begin_allowed(&k, &data);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct kernel_slot *slots;
		size_t size = KERNEL_SLOTS * sizeof(*slots);

		if (setresgid(65534, 65534, 65534) != 0 || setresuid(65534, 65534, 65534) != 0)
			_exit(2);
		slots = kernelmap_open_array(xdp_slots_fd(k.filter.xdp), size, &fail);
		if (slots == NULL ||
			kernelring_open(&ring, xdp_ring_fd(k.filter.xdp, 1), RING_BYTES, &fail) < 0)
			_exit(3);
		for (unsigned i = 0; i < KERNEL_SLOTS; i++)
			slots[i].state += UINT64_C(1) << 32; /* bars all */
		_exit(kernelring_has(&ring, kernelring_end(&ring)) ? 4 : 0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	arrive(&k, &data);
	assert_int_equal(k.dropped, 0);
	end(&k);
}

static void
a_reader_that_says_that_it_sleeps_is_woken(void **state)
{
	static struct kernel_way k;
	struct pollfd wait = {.events = POLLIN};
	struct sent data;

	begin_allowed(&k, &data);
	wait.fd = xdp_ring_fd(k.filter.xdp, 1);
	assert_int_equal(poll(&wait, 1, 0), 0);
	k.filter.control->waits[1] = 1;
	arrive(&k, &data);
	assert_int_equal(poll(&wait, 1, 10000), 1);
	assert_int_equal(k.filter.control->waits[1], 0);
	end(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_record_of_two_is_kept),
		cmocka_unit_test(only_what_is_plain_is_taken),
		cmocka_unit_test(a_tagged_frame_is_read_and_a_cut_one_is_not),
		cmocka_unit_test(what_was_passed_bars_the_session_until_it_has_been_read),
		cmocka_unit_test(datagrams_that_never_come_are_noticed),
		cmocka_unit_test(what_finds_no_room_in_the_ring_goes_to_the_socket),
		cmocka_unit_test(a_template_that_expires_is_read_no_more),
		cmocka_unit_test(a_session_that_is_gone_is_read_no_more),
		cmocka_unit_test(a_process_without_privileges_can_use_the_maps),
		cmocka_unit_test(a_reader_that_says_that_it_sleeps_is_woken),
		cmocka_unit_test(both_ways_give_the_same_whatever_comes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
