/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linetable.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct payload {
	uint64_t number;
	uint64_t again;
	uint64_t more[6];
};

static struct linetable
make(size_t most, void **memory, size_t *bytes)
{
	struct linetable table;

	*bytes = linetable_bytes(most, sizeof(struct payload));
	*memory = mmap(NULL, *bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(*memory, MAP_FAILED);
	assert_int_equal(linetable_make(&table, *memory, *bytes, most, sizeof(struct payload)), 0);
	return table;
}

static bool
put(struct linetable *table, uint64_t line, uint64_t number, int64_t seconds)
{
	struct payload payload = {number, ~number, {number}};

	return linetable_put(table, line, &payload, (struct wall){seconds * WALL_SECOND});
}

static void
all_that_it_is_made_for_are_found_again_and_others_are_not(void **state)
{
	enum { MANY = 5000 };
	struct payload payload;
	struct linetable table, other;
	size_t bytes;
	void *memory;

	table = make(MANY, &memory, &bytes);
	for (uint64_t i = 1; i <= MANY; i++)
		assert_false(put(&table, i * 7919, i, 1));
	assert_int_equal(linetable_counts(&table).held, MANY);
	assert_int_equal(linetable_open(&other, memory, bytes, sizeof(payload)), 0);
	for (uint64_t i = 1; i <= MANY; i++) {
		assert_int_equal(linetable_find(&other, i * 7919, &payload), 0);
		assert_int_equal(payload.number, i);
		assert_int_equal(linetable_find(&other, i * 7919 + 1, &payload), -ENOENT);
	}
	assert_true(linetable_remove(&table, 7919));
	assert_false(linetable_remove(&table, 7919));
	assert_int_equal(linetable_find(&other, 7919, &payload), -ENOENT);
	assert_int_equal(linetable_counts(&other).held, MANY - 1);
	munmap(memory, bytes);
}

static void
nothing_of_what_was_removed_stays_in_the_memory(void **state)
{
	const uint64_t secret = UINT64_C(0x5ec3e75ec3e75ec3);
	struct linetable table;
	const uint8_t *byte;
	size_t bytes;
	void *memory;

	table = make(10, &memory, &bytes);
	(void)put(&table, 5, secret, 1);
	assert_true(linetable_remove(&table, 5));
	byte = memory;
	for (size_t i = 0; i + sizeof(secret) <= bytes; i++)
		assert_memory_not_equal(byte + i, &secret, sizeof(secret));
	munmap(memory, bytes);
}

static void
where_there_is_no_room_the_one_written_longest_ago_gives_way(void **state)
{
	struct payload payload;
	struct linetable table;
	uint64_t gave_way = 0;
	size_t bytes;
	void *memory;

	table = make(1, &memory, &bytes);
	assert_int_equal(table.count, LINETABLE_WAYS);
	for (uint64_t i = 1; i <= LINETABLE_WAYS; i++)
		gave_way += put(&table, i, i, (int64_t)(1000 - i));
	assert_int_equal(gave_way, 0);
	assert_false(put(&table, 1, 1, 2000));
	assert_true(put(&table, 100, 100, 2000));
	assert_int_equal(linetable_find(&table, LINETABLE_WAYS, &payload), -ENOENT);
	assert_int_equal(linetable_find(&table, 1, &payload), 0);
	assert_int_equal(linetable_find(&table, 100, &payload), 0);
	assert_int_equal(linetable_counts(&table).gave_way, 1);
	munmap(memory, bytes);
}

static void
memory_of_something_else_is_refused(void **state)
{
	struct linetable table, other;
	size_t bytes;
	void *memory;

	table = make(100, &memory, &bytes);
	(void)table;
	assert_int_equal(
		linetable_open(&other, memory, bytes, sizeof(struct payload) + 8), -EINVAL);
	assert_int_equal(linetable_open(&other, memory, 1024, sizeof(struct payload)), -EINVAL);
	memset(memory, 0, 8);
	assert_int_equal(linetable_open(&other, memory, bytes, sizeof(struct payload)), -EINVAL);
	munmap(memory, bytes);
}

static void
a_reader_never_sees_half_of_what_is_written(void **state)
{
	struct payload payload;
	struct linetable table;
	size_t bytes;
	void *memory;
	pid_t pid;
	int status;

	table = make(10, &memory, &bytes);
	(void)put(&table, 9, 0, 1);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		for (uint64_t i = 0; i < 300000; i++)
			(void)put(&table, 9, i, 1);
		_exit(0);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (linetable_find(&table, 9, &payload) == 0)
			assert_int_equal(payload.number, ~payload.again);
	}
	assert_int_equal(status, 0);
	munmap(memory, bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_it_is_made_for_are_found_again_and_others_are_not),
		cmocka_unit_test(nothing_of_what_was_removed_stays_in_the_memory),
		cmocka_unit_test(where_there_is_no_room_the_one_written_longest_ago_gives_way),
		cmocka_unit_test(memory_of_something_else_is_refused),
		cmocka_unit_test(a_reader_never_sees_half_of_what_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
