/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/ring.h"
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT 64

struct entry {
	uint64_t number;
	uint64_t check;
};

struct pair {
	void *memory;
	struct ring putting;
	struct ring taking;
	int wake;
};

static void *
share(size_t count)
{
	void *memory = mmap(NULL, ring_bytes(sizeof(struct entry), count), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	ring_make(memory);
	return memory;
}

static void
pair_init(struct pair *pair, size_t count)
{
	pair->memory = share(count);
	pair->wake = eventfd(0, EFD_NONBLOCK);
	ring_attach_putting(&pair->putting, pair->memory, sizeof(struct entry), count, pair->wake);
	ring_attach_taking(&pair->taking, pair->memory, sizeof(struct entry), count, pair->wake);
}

static void
pair_done(struct pair *pair, size_t count)
{
	close(pair->wake);
	munmap(pair->memory, ring_bytes(sizeof(struct entry), count));
}

static struct entry
entry_of(uint64_t number)
{
	return (struct entry){.number = number, .check = ~number};
}

static size_t
put_from(struct pair *pair, uint64_t first, size_t count)
{
	struct entry entry[2 * COUNT];

	for (size_t i = 0; i < count; i++)
		entry[i] = entry_of(first + i);
	return ring_put(&pair->putting, entry, count);
}

static void
assert_takes(struct pair *pair, uint64_t first, size_t count)
{
	struct entry entry[2 * COUNT];

	assert_int_equal(ring_take(&pair->taking, entry, 2 * COUNT), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(entry[i].number, first + i);
}

static void
gives_in_order_what_was_put_in(void **state)
{
	struct pair pair;

	pair_init(&pair, COUNT);
	for (uint64_t round = 0; round < 100; round++) {
		assert_int_equal(put_from(&pair, round * 7, 7), 7);
		assert_takes(&pair, round * 7, 7);
		ring_taken(&pair.taking);
	}
	assert_takes(&pair, 0, 0);
	pair_done(&pair, COUNT);
}

static void
refuses_and_counts_what_does_not_fit_and_keeps_the_oldest(void **state)
{
	uint64_t put, refused, waiting;
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, COUNT + 5), COUNT);
	assert_int_equal(put_from(&pair, 1000, 3), 0);
	ring_counts(&pair.putting, &put, &refused, &waiting);
	assert_int_equal(put, COUNT);
	assert_int_equal(refused, 8);
	assert_int_equal(waiting, COUNT);
	assert_takes(&pair, 0, COUNT);
	/* Taken means told so. */
	assert_int_equal(put_from(&pair, 2000, 1), 0);
	ring_taken(&pair.taking);
	assert_int_equal(put_from(&pair, 2000, 1), 1);
	pair_done(&pair, COUNT);
}

static void
gives_again_what_was_taken_after_the_last_kept_place(void **state)
{
	struct pair pair;
	uint64_t kept;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, 40), 40);
	assert_takes(&pair, 0, 40);
	ring_taken(&pair.taking);
	kept = ring_place(&pair.taking) - 25;
	/* The one who took is dead; another begins where his work was kept. */
	ring_attach_taking(&pair.taking, pair.memory, sizeof(struct entry), COUNT, pair.wake);
	assert_int_equal(ring_rewind(&pair.taking, kept), 0);
	assert_takes(&pair, 15, 25);
	pair_done(&pair, COUNT);
}

static void
says_how_much_is_gone_of_what_it_should_give_again(void **state)
{
	struct pair pair;

	pair_init(&pair, COUNT);
	for (uint64_t i = 0; i < 10; i++) {
		assert_int_equal(put_from(&pair, i * 32, 32), 32);
		assert_takes(&pair, i * 32, 32);
		ring_taken(&pair.taking);
	}
	assert_int_equal(ring_rewind(&pair.taking, 100), 320 - COUNT - 100);
	assert_takes(&pair, 320 - COUNT, COUNT);
	pair_done(&pair, COUNT);
}

/* The putting side looks where the other one stands only when it finds no room. */
static void
passes_over_what_the_other_side_used_again_after_a_rewind(void **state)
{
	uint64_t put, refused, waiting;
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, COUNT), COUNT);
	assert_takes(&pair, 0, COUNT);
	ring_taken(&pair.taking);
	assert_int_equal(ring_room(&pair.putting), COUNT);
	ring_attach_taking(&pair.taking, pair.memory, sizeof(struct entry), COUNT, pair.wake);
	assert_int_equal(ring_rewind(&pair.taking, 10), 0);
	/* 30 of them where 30 stood that were to be taken again; then all that it held for free. */
	assert_int_equal(put_from(&pair, COUNT, 40), 40);
	ring_counts(&pair.taking, &put, &refused, &waiting);
	assert_int_equal(waiting, COUNT);
	assert_takes(&pair, 40, COUNT);
	assert_int_equal(pair.taking.lost, 30);
	assert_int_equal(ring_rewind(&pair.taking, 40), 0);
	assert_int_equal(put_from(&pair, COUNT + 40, 24), 24);
	assert_int_equal(put_from(&pair, COUNT + 64, 1), 0);
	assert_takes(&pair, COUNT, COUNT);
	assert_int_equal(pair.taking.lost, 54);
	ring_taken(&pair.taking);
	assert_int_equal(put_from(&pair, 2 * COUNT, 1), 1);
	assert_takes(&pair, 2 * COUNT, 1);
	pair_done(&pair, COUNT);
}

static void
what_is_skipped_is_counted(void **state)
{
	uint64_t *words;
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, 40), 40);
	assert_takes(&pair, 0, 40);
	ring_taken(&pair.taking);
	assert_int_equal(ring_rewind(&pair.taking, 15), 0);
	assert_int_equal(put_from(&pair, 40, 3), 3);
	assert_int_equal(ring_skip(&pair.taking), 28);
	assert_int_equal(pair.taking.lost, 28);
	assert_int_equal(ring_taken_place(&pair.putting), 43);
	assert_int_equal(put_from(&pair, 43, 1), 1);
	assert_takes(&pair, 43, 1);
	assert_int_equal(ring_skip(&pair.taking), 0);
	/* Of a damaged ring no more than it can hold. */
	words = pair.memory;
	words[9] = UINT64_MAX - 1000;
	assert_int_equal(ring_skip(&pair.taking), COUNT);
	pair_done(&pair, COUNT);
}

/* Who puts is killed while it writes: another begins after what was put, but what it wrote over is gone. */
static void
places_that_a_dead_putting_side_had_begun_are_not_given_again(void **state)
{
	uint64_t *words;
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, COUNT), COUNT);
	assert_takes(&pair, 0, COUNT);
	ring_taken(&pair.taking);
	words = pair.memory;
	words[8] = COUNT + 20; /* begun */
	ring_attach_putting(&pair.putting, pair.memory, sizeof(struct entry), COUNT, pair.wake);
	assert_int_equal(put_from(&pair, COUNT, 1), 1);
	assert_int_equal(ring_rewind(&pair.taking, 0), 20);
	assert_takes(&pair, 20, COUNT - 20 + 1);
	ring_taken(&pair.taking);
	/* What cannot be is not handed on. */
	words[8] = UINT64_MAX / 2;
	ring_attach_putting(&pair.putting, pair.memory, sizeof(struct entry), COUNT, pair.wake);
	assert_int_equal(ring_rewind(&pair.taking, COUNT), 0);
	assert_int_equal(put_from(&pair, COUNT + 1, 1), 1);
	assert_takes(&pair, COUNT, 2);
	pair_done(&pair, COUNT);
}

static void
rewinds_no_further_than_to_what_is_there(void **state)
{
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, 10), 10);
	assert_int_equal(ring_rewind(&pair.taking, UINT64_MAX), 0);
	assert_takes(&pair, 0, 0);
	assert_int_equal(put_from(&pair, 10, 1), 1);
	assert_takes(&pair, 10, 1);
	pair_done(&pair, COUNT);
}

static void
goes_on_where_a_dead_putting_side_stopped(void **state)
{
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, 10), 10);
	ring_attach_putting(&pair.putting, pair.memory, sizeof(struct entry), COUNT, pair.wake);
	assert_int_equal(put_from(&pair, 10, 10), 10);
	assert_takes(&pair, 0, 20);
	pair_done(&pair, COUNT);
}

static void
believes_no_place_that_cannot_be(void **state)
{
	struct entry entry[COUNT];
	uint64_t *words;
	struct pair pair;

	pair_init(&pair, COUNT);
	words = pair.memory;
	words[9] = 1000000; /* where the putting side stands */
	assert_int_equal(ring_take(&pair.taking, entry, COUNT), -EBADMSG);
	words[9] = UINT64_MAX;
	assert_int_equal(ring_take(&pair.taking, entry, COUNT), -EBADMSG);
	/* More than a rewind can lead to, or more put than was begun. */
	words[8] = words[9] = 2 * COUNT + 1;
	assert_int_equal(ring_take(&pair.taking, entry, COUNT), -EBADMSG);
	words[8] = COUNT;
	words[9] = COUNT + 1;
	assert_int_equal(ring_take(&pair.taking, entry, COUNT), -EBADMSG);
	words[8] = COUNT + 1;
	words[9] = COUNT + 2;
	assert_int_equal(ring_take(&pair.taking, entry, COUNT), -EBADMSG);
	/* And what the taking side says cannot make the other write beyond the ring. */
	words[16] = UINT64_MAX - 5;
	assert_true(put_from(&pair, 0, COUNT + 1) <= COUNT);
	pair_done(&pair, COUNT);
}

static void
wakes_the_taking_side_only_if_it_sleeps(void **state)
{
	eventfd_t count;
	struct pair pair;

	pair_init(&pair, COUNT);
	assert_int_equal(put_from(&pair, 0, 1), 1);
	assert_int_equal(eventfd_read(pair.wake, &count), -1);
	assert_false(ring_sleep(&pair.taking));
	assert_takes(&pair, 0, 1);
	assert_true(ring_sleep(&pair.taking));
	assert_int_equal(put_from(&pair, 1, 1), 1);
	assert_int_equal(eventfd_read(pair.wake, &count), 0);
	assert_int_equal(put_from(&pair, 2, 1), 1);
	assert_int_equal(eventfd_read(pair.wake, &count), -1);
	pair_done(&pair, COUNT);
}

#define TRAVEL 200000

static void
put_all(struct pair *pair)
{
	struct entry entry[16];
	uint64_t next = 0;

	while (next < TRAVEL) {
		size_t count = next % 16 + 1, done;

		for (size_t i = 0; i < count; i++)
			entry[i] = entry_of(next + i);
		for (done = 0; done < count;
			done += ring_put(&pair->putting, entry + done, count - done)) {
			if (ring_room(&pair->putting) == 0)
				poll(NULL, 0, 0);
		}
		next += count;
	}
	_exit(0);
}

static void
carries_everything_between_two_processes(void **state)
{
	struct entry entry[COUNT];
	struct pair pair;
	uint64_t next = 0;
	int status;
	pid_t pid;

	pair_init(&pair, COUNT);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		put_all(&pair);
	while (next < TRAVEL) {
		int64_t n = ring_take(&pair.taking, entry, COUNT);

		assert_true(n >= 0);
		for (int64_t i = 0; i < n; i++) {
			assert_int_equal(entry[i].number, next);
			assert_int_equal(entry[i].check, ~next);
			next++;
		}
		ring_taken(&pair.taking);
		if (n == 0 && ring_sleep(&pair.taking)) {
			struct pollfd polled = {.fd = pair.wake, .events = POLLIN};
			eventfd_t count;

			assert_true(poll(&polled, 1, 10000) >= 0);
			(void)eventfd_read(pair.wake, &count);
		}
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	pair_done(&pair, COUNT);
}

static void
gives_again_what_was_given_back_and_keeps_what_was_not(void **state)
{
	struct entry entries[8], taken[8];
	struct pair pair;

	pair_init(&pair, COUNT);
	for (uint64_t i = 0; i < 8; i++)
		entries[i] = entry_of(i);
	assert_int_equal(ring_put(&pair.putting, entries, 8), 8);
	assert_int_equal(ring_take(&pair.taking, taken, 8), 8);
	ring_give_back(&pair.taking, 3);
	ring_taken(&pair.taking);
	assert_int_equal(ring_taken_place(&pair.putting), 5);
	assert_int_equal(ring_take(&pair.taking, taken, 8), 3);
	assert_int_equal(taken[0].number, 5);
	pair_done(&pair, COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_in_order_what_was_put_in),
		cmocka_unit_test(refuses_and_counts_what_does_not_fit_and_keeps_the_oldest),
		cmocka_unit_test(gives_again_what_was_taken_after_the_last_kept_place),
		cmocka_unit_test(says_how_much_is_gone_of_what_it_should_give_again),
		cmocka_unit_test(passes_over_what_the_other_side_used_again_after_a_rewind),
		cmocka_unit_test(what_is_skipped_is_counted),
		cmocka_unit_test(places_that_a_dead_putting_side_had_begun_are_not_given_again),
		cmocka_unit_test(rewinds_no_further_than_to_what_is_there),
		cmocka_unit_test(goes_on_where_a_dead_putting_side_stopped),
		cmocka_unit_test(believes_no_place_that_cannot_be),
		cmocka_unit_test(wakes_the_taking_side_only_if_it_sleeps),
		cmocka_unit_test(gives_again_what_was_given_back_and_keeps_what_was_not),
		cmocka_unit_test(carries_everything_between_two_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
