/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/names.h"
#include "unit.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct hash_key key = {{3, 1, 4, 1, 5}};

/* A table, and the memory that it is in. */
struct bench {
	struct names names;
	uint8_t *memory;
	size_t bytes;
};

static uint8_t *
map_shared(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static struct bench
new_bench(size_t most)
{
	struct bench bench = {.bytes = names_bytes(most)};

	bench.memory = map_shared(bench.bytes);
	assert_int_equal(names_make(&bench.names, bench.memory, bench.bytes, most), 0);
	return bench;
}

static void
free_bench(struct bench *bench)
{
	assert_int_equal(munmap(bench->memory, bench->bytes), 0);
}

static struct line_name
name_of(uint32_t number)
{
	return (struct line_name){.address = address_from_v4(0x0a000000 + number), .length = 128};
}

static uint64_t
pseudonym_of(uint32_t number)
{
	struct line_name name = name_of(number);

	return line_name_pseudonym(&name, &key);
}

static void
put(struct names *names, uint32_t number)
{
	struct line_name name = name_of(number);

	names_put(names, pseudonym_of(number), &name);
}

/* Is the name there? One that is there and another's is a failure. */
static bool
has(const struct names *names, uint32_t number)
{
	struct line_name found, name = name_of(number);

	if (names_find(names, &key, pseudonym_of(number), &found) < 0)
		return false;
	assert_memory_equal(&found, &name, sizeof(name));
	return true;
}

static void
what_was_put_is_found_and_nothing_else(void **state)
{
	struct bench bench = new_bench(1000);

	assert_false(has(&bench.names, 0));
	for (uint32_t i = 0; i < 500; i++)
		put(&bench.names, i);
	for (uint32_t i = 0; i < 500; i++)
		put(&bench.names, i);
	for (uint32_t i = 0; i < 1000; i++)
		assert_int_equal(has(&bench.names, i), i < 500);
	assert_int_equal(names_counts(&bench.names).names, 500);
	assert_int_equal(names_counts(&bench.names).gave_way, 0);
	free_bench(&bench);
}

static void
as_many_as_were_asked_for_have_room_but_for_a_few(void **state)
{
	struct bench bench = new_bench(1 << 14);

	for (uint32_t i = 0; i < 1 << 14; i++)
		put(&bench.names, i);
	/* Of eight places four are taken on average: one bucket in fifty has more than eight. */
	assert_in_range(names_counts(&bench.names).gave_way, 1, (1 << 14) / 50);
	free_bench(&bench);
}

static void
where_a_bucket_is_full_a_name_gives_way_and_is_counted(void **state)
{
	struct bench bench = new_bench(1); /* one bucket */
	size_t held = 0;

	for (uint32_t i = 0; i < 8; i++)
		put(&bench.names, i);
	for (uint32_t i = 0; i < 8; i++)
		assert_true(has(&bench.names, i));
	for (uint32_t i = 8; i < 100; i++) {
		put(&bench.names, i);
		assert_true(has(&bench.names, i));
	}
	for (uint32_t i = 0; i < 100; i++)
		held += has(&bench.names, i);
	assert_int_equal(held, 8);
	assert_int_equal(names_counts(&bench.names).names, 8);
	assert_int_equal(names_counts(&bench.names).gave_way, 92);
	free_bench(&bench);
}

static void
who_has_another_key_finds_nothing(void **state)
{
	static const struct hash_key other = {{3, 1, 4, 1, 6}};
	struct bench bench = new_bench(10);
	struct line_name found;

	put(&bench.names, 7);
	assert_int_equal(names_find(&bench.names, &other, pseudonym_of(7), &found), -ENOENT);
	assert_int_equal(names_find(&bench.names, &key, pseudonym_of(7), &found), 0);
	assert_int_equal(names_find(&bench.names, &key, 0, &found), -ENOENT);
	free_bench(&bench);
}

static void
memory_that_is_too_small_or_askew_holds_no_table(void **state)
{
	size_t bytes = names_bytes(1000);
	uint8_t *memory = map_shared(bytes + 64);
	struct names names;

	assert_int_equal(names_make(&names, memory, bytes - 1, 1000), -EINVAL);
	assert_int_equal(names_make(&names, memory + 8, bytes, 1000), -EINVAL);
	assert_int_equal(names_make(&names, memory, bytes, 1000), 0);
	assert_int_equal(names_open(&names, memory, bytes), 0);
	assert_int_equal(names_open(&names, memory, bytes - 1), -EINVAL);
	assert_int_equal(names_open(&names, memory, 63), -EINVAL);
	assert_int_equal(names_open(&names, memory, 0), -EINVAL);
	assert_int_equal(names_open(&names, memory + 8, bytes), -EINVAL);
	assert_int_equal(names_open(&names, memory + 64, bytes), -EINVAL);
	assert_int_equal(munmap(memory, bytes + 64), 0);
	assert_true(names_bytes(SIZE_MAX) == names_bytes(NAMES_MOST));
	assert_true(names_bytes(0) == names_bytes(4));
}

/* Whatever bit of the head is wrong: what is opened nevertheless lies within the memory. */
static void
a_damaged_head_is_refused(void **state)
{
	struct bench bench = new_bench(1000);
	struct names names;

	for (size_t bit = 0; bit < 24 * 8; bit++) {
		int r;

		bench.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = names_open(&names, bench.memory, bench.bytes);
		assert_true(r == -EINVAL || r == -EPROTO);
		assert_int_equal(r == -EPROTO, bit >= 64 && bit < 96);
		bench.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(names_open(&names, bench.memory, bench.bytes), 0);
	/* Fewer buckets are a smaller table, more than there are none. */
	memcpy(bench.memory + 16, &(uint64_t){1}, 8);
	assert_int_equal(names_open(&names, bench.memory, bench.bytes), 0);
	for (uint64_t buckets = (bench.bytes - 64) / 256 * 2; buckets != 0; buckets *= 2) {
		memcpy(bench.memory + 16, &buckets, 8);
		assert_int_equal(names_open(&names, bench.memory, bench.bytes), -EINVAL);
	}
	memcpy(bench.memory + 16, &(uint64_t){0}, 8);
	assert_int_equal(names_open(&names, bench.memory, bench.bytes), -EINVAL);
	free_bench(&bench);
}

static void
what_the_head_says_later_does_not_matter(void **state)
{
	struct bench bench = new_bench(1000);
	struct names names;

	put(&bench.names, 7);
	assert_int_equal(names_open(&names, bench.memory, bench.bytes), 0);
	memset(bench.memory, 0xff, 64);
	assert_true(has(&names, 7));
	for (uint32_t i = 0; i < 5000; i++)
		put(&bench.names, i);
	assert_true(has(&names, 4999));
	free_bench(&bench);
}

static void
a_successor_goes_on_with_what_is_there(void **state)
{
	struct bench bench = new_bench(1000);
	struct names next;

	put(&bench.names, 1);
	assert_int_equal(names_open(&next, bench.memory, bench.bytes), 0);
	put(&next, 1);
	put(&next, 2);
	assert_true(has(&bench.names, 1) && has(&bench.names, 2));
	assert_int_equal(names_counts(&bench.names).names, 2);
	free_bench(&bench);
}

static void
a_false_name_is_not_found_until_it_is_put_again(void **state)
{
	struct bench bench = new_bench(1000);
	struct random random;
	size_t found = 0;

	random_seed(&random, 5);
	for (uint32_t i = 0; i < 500; i++)
		put(&bench.names, i);
	/* One byte in each slot, its name's or its pseudonym's. */
	for (size_t at = 64; at < bench.bytes; at += 32)
		bench.memory[at + random_below(&random, 32)] ^=
			(uint8_t)(1 + random_below(&random, 255));
	for (uint32_t i = 0; i < 500; i++)
		found += has(&bench.names, i);
	assert_int_equal(found, 0);
	for (uint32_t i = 0; i < 500; i++) {
		put(&bench.names, i);
		assert_true(has(&bench.names, i));
	}
	free_bench(&bench);
}

/* Slots full of anything, also of names that stand at another's pseudonym. */
static void
no_bytes_in_the_slots_make_a_wrong_name(void **state)
{
	struct bench bench = new_bench(64);
	struct random random;

	random_seed(&random, 6);
	for (int round = 0; round < 100; round++) {
		for (size_t at = 64; at < bench.bytes; at += 32) {
			struct line_name name = name_of((uint32_t)random_below(&random, 50));
			uint64_t pseudonym = pseudonym_of((uint32_t)random_below(&random, 50));

			memcpy(bench.memory + at, &pseudonym, 8);
			memcpy(bench.memory + at + 8, &name, sizeof(name));
		}
		for (uint32_t i = 0; i < 50; i++)
			(void)has(&bench.names, i);
		for (uint32_t i = 0; i < 50; i++) {
			put(&bench.names, i);
			assert_true(has(&bench.names, i));
		}
	}
	free_bench(&bench);
}

#define CROWD 400 /* names for a table of 64 places */

/* Writes until it is told to end: names that come, go and come again. */
static void
write_names(struct names *names, const uint32_t *end)
{
	struct random random;

	/* Nor does it outlive who started it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	random_seed(&random, 8);
	while (!__atomic_load_n(end, __ATOMIC_RELAXED))
		put(names, (uint32_t)random_below(&random, CROWD));
	_exit(0);
}

static void
while_one_process_writes_another_never_reads_a_wrong_name(void **state)
{
	struct bench bench = new_bench(32);
	uint32_t *end = (uint32_t *)(void *)map_shared(4096);
	uint64_t found = 0, tries = 0, gave_way;
	struct names reader;
	pid_t child;
	int status;

	assert_int_equal(names_open(&reader, bench.memory, bench.bytes), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_names(&bench.names, end);
	assert_int_equal(mprotect(bench.memory, bench.bytes, PROT_READ), 0);
	/* Until the writer was seen at work for a good while. */
	do {
		for (uint32_t i = 0; i < CROWD; i++)
			found += has(&reader, i);
		tries += CROWD;
		gave_way = names_counts(&reader).gave_way;
	} while ((gave_way < 200000 || tries < 200000) && waitpid(child, &status, WNOHANG) == 0);
	__atomic_store_n(end, 1, __ATOMIC_RELAXED);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	assert_true(gave_way >= 200000 && found > 1000 && found < tries);
	assert_int_equal(munmap(end, 4096), 0);
	free_bench(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_is_found_and_nothing_else),
		cmocka_unit_test(as_many_as_were_asked_for_have_room_but_for_a_few),
		cmocka_unit_test(where_a_bucket_is_full_a_name_gives_way_and_is_counted),
		cmocka_unit_test(who_has_another_key_finds_nothing),
		cmocka_unit_test(memory_that_is_too_small_or_askew_holds_no_table),
		cmocka_unit_test(a_damaged_head_is_refused),
		cmocka_unit_test(what_the_head_says_later_does_not_matter),
		cmocka_unit_test(a_successor_goes_on_with_what_is_there),
		cmocka_unit_test(a_false_name_is_not_found_until_it_is_put_again),
		cmocka_unit_test(no_bytes_in_the_slots_make_a_wrong_name),
		cmocka_unit_test(while_one_process_writes_another_never_reads_a_wrong_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
