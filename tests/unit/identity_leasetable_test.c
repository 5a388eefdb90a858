/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/leasetable.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

static const struct hash_key key = {{1, 200, 3, 77, 5, 66, 7, 88, 99, 10, 11, 212, 13, 14, 15, 16}};

struct bench {
	struct leasetable table;
	uint8_t *memory;
	size_t bytes;
};

static struct bench
new_bench(size_t most)
{
	struct bench bench = {.bytes = leasetable_bytes(most, 10)};

	bench.memory = aligned_alloc(64, bench.bytes);
	assert_non_null(bench.memory);
	memset(bench.memory, 0, bench.bytes);
	assert_int_equal(
		leasetable_make(&bench.table, bench.memory, bench.bytes, most, 10, 60, &key), 0);
	return bench;
}

static struct lease_node
node_of(uint32_t address, uint64_t who)
{
	return (struct lease_node){.key = (uint64_t)address << 32, .who = who, .from = 1};
}

static uint32_t
first_of(const struct bench *bench, uint32_t address)
{
	return leasetable_first(
		&bench->table, leasetable_cell((uint64_t)address << 32, LEASE_WHOLE));
}

static uint32_t
hint_of(const struct bench *bench, uint32_t address)
{
	return leasetable_hint(&bench->table,
		leasetable_tag(
			&bench->table, leasetable_cell((uint64_t)address << 32, LEASE_WHOLE)));
}

static void
what_was_put_in_is_found_whatever_was_taken_out(void **state)
{
	struct bench bench = new_bench(300);
	uint32_t at[400] = {0};
	struct random random;

	random_seed(&random, 3);
	for (int round = 0; round < 20000; round++) {
		uint32_t number = (uint32_t)random_below(&random, 400);
		struct lease_node node = node_of(number, number + 1);

		if (at[number] != 0) {
			leasetable_line_remove(&bench.table, at[number]);
			leasetable_queue(&bench.table, at[number]);
			bench.table.head->counts.ended++;
			assert_true(leasetable_free_first(&bench.table));
			at[number] = 0;
		} else if (leasetable_make_room(&bench.table) == 0) {
			at[number] = leasetable_insert(&bench.table, &node, 0, 0);
			leasetable_line_add(&bench.table, at[number]);
		}
		if (round % 50 != 0)
			continue;
		for (uint32_t i = 0; i < 400; i++) {
			assert_int_equal(first_of(&bench, i), at[i]);
			assert_int_equal(hint_of(&bench, i), at[i]);
			assert_int_equal(leasetable_line_first(&bench.table, i + 1), at[i]);
		}
	}
	free(bench.memory);
}

static void
without_room_and_history_there_is_none(void **state)
{
	struct bench bench = new_bench(3);
	struct lease_node node;

	for (uint32_t i = 0; i < 3; i++) {
		node = node_of(i, 1);
		assert_int_equal(leasetable_make_room(&bench.table), 0);
		assert_int_equal(leasetable_insert(&bench.table, &node, 0, 0), i + 1);
	}
	assert_int_equal(leasetable_make_room(&bench.table), -ENOSPC);
	leasetable_queue(&bench.table, 2);
	bench.table.head->counts.ended++;
	assert_int_equal(leasetable_make_room(&bench.table), 0);
	assert_int_equal(first_of(&bench, 1), 0);
	assert_int_equal(first_of(&bench, 2), 3);
	free(bench.memory);
}

static void
a_name_becomes_a_key_and_a_name_again(void **state)
{
	static const struct {
		const char *text;
		uint16_t low, high;
	} good[] = {
		{"192.0.2.7", 0, 0},
		{"192.0.2.7", 1024, 2047},
		{"192.0.2.7", 0, 1023},
		{"192.0.2.7", 65535, 65535},
		{"2001:db8::/48", 0, 0},
		{"2001:db8:1:2::/64", 0, 0},
		{"2001:db8:1:200::/56", 0, 0},
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		struct line_name name = {.low = good[i].low, .high = good[i].high}, again;
		struct prefix prefix;
		uint64_t number;
		uint8_t kind;

		assert_int_equal(prefix_parse(text_of(good[i].text), &prefix), 0);
		name.address = prefix.address;
		name.length = prefix.length;
		assert_int_equal(leasetable_key(&name, &number, &kind), 0);
		again = leasetable_name(number, kind);
		assert_memory_equal(&again, &name, sizeof(name));
	}
}

static void
blocks_lie_in_stretches_of_their_size(void **state)
{
	assert_int_equal(leasetable_level(7, 7), 0);
	assert_int_equal(leasetable_level(0, 1), 1);
	assert_int_equal(leasetable_level(0, 2), 2);
	assert_int_equal(leasetable_level(1024, 2047), 10);
	assert_int_equal(leasetable_level(1024, 2048), 11);
	assert_int_equal(leasetable_level(0, 65535), 16);
	assert_false(leasetable_is_ragged(1024, 2047));
	assert_true(leasetable_is_ragged(1024, 2046));
	assert_true(leasetable_is_ragged(1000, 2023));
	assert_false(leasetable_is_ragged(5, 5));
}

/* Whatever bit of the head is wrong: what is opened nevertheless lies within the memory. */
static void
a_damaged_head_is_refused_or_smaller(void **state)
{
	struct bench bench = new_bench(1000);
	struct leasetable table;

	for (size_t bit = 0; bit < 56 * 8; bit++) {
		int r;

		bench.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		r = leasetable_open(&table, bench.memory, bench.bytes);
		assert_true(r == -EINVAL || r == -EPROTO || r == 0);
		if (r == 0)
			assert_true((uint8_t *)(table.nas + table.nas_slots) <=
				bench.memory + bench.bytes);
		assert_int_equal(r == -EPROTO, bit >= 64 && bit < 96);
		bench.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(leasetable_open(&table, bench.memory, bench.bytes), 0);
	assert_int_equal(leasetable_open(&table, bench.memory, bench.bytes - 64), -EINVAL);
	assert_int_equal(leasetable_open(&table, bench.memory, 64), -EINVAL);
	assert_int_equal(leasetable_open(&table, bench.memory + 8, bench.bytes - 8), -EINVAL);
	free(bench.memory);
}

static void
an_interval_costs_no_more_than_64_bytes_all_in(void **state)
{
	assert_true(leasetable_bytes(10000000, 4096) <= UINT64_C(64) * 10000000);
	assert_true(leasetable_bytes(1000000, 1000) <= UINT64_C(64) * 1000000);
	assert_true(leasetable_bytes(SIZE_MAX, SIZE_MAX) ==
		leasetable_bytes(LEASETABLE_MOST, LEASETABLE_NASES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_put_in_is_found_whatever_was_taken_out),
		cmocka_unit_test(without_room_and_history_there_is_none),
		cmocka_unit_test(a_name_becomes_a_key_and_a_name_again),
		cmocka_unit_test(blocks_lie_in_stretches_of_their_size),
		cmocka_unit_test(a_damaged_head_is_refused_or_smaller),
		cmocka_unit_test(an_interval_costs_no_more_than_64_bytes_all_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
