/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "base/table.h"
#include "unit.h"

#include <errno.h>

#define KEYS 600

static void
finds_what_was_added_and_nothing_else(void **state)
{
	struct table table;
	struct table_slot *slot;

	table_init(&table, 100);
	assert_null(table_find(&table, 5));
	assert_int_equal(table_add(&table, 5, &slot), 1);
	assert_int_equal(slot->value, 0);
	assert_int_equal(slot->aux, 0);
	slot->value = 50;
	assert_int_equal(table_add(&table, 5, &slot), 0);
	assert_int_equal(slot->value, 50);
	assert_ptr_equal(table_find(&table, 5), slot);
	assert_null(table_find(&table, 5 + (table.mask + 1)));
	assert_int_equal(table.count, 1);
	table_done(&table);
}

static void
key_0_is_a_key_like_others(void **state)
{
	struct table table;
	struct table_slot *slot;

	table_init(&table, 100);
	assert_null(table_find(&table, 0));
	assert_int_equal(table_add(&table, 0, &slot), 1);
	assert_ptr_equal(table_find(&table, 0), slot);
	table_remove(&table, slot);
	assert_null(table_find(&table, 0));
	assert_int_equal(table.count, 0);
	table_done(&table);
}

static void
holds_exactly_as_many_as_it_was_made_for(void **state)
{
	struct table table;
	struct table_slot *slot = NULL;

	for (size_t most = 0; most < 200; most++) {
		table_init(&table, most);
		for (size_t i = 0; i < most; i++)
			assert_int_equal(table_add(&table, 1 + i, &slot), 1);
		assert_int_equal(table_add(&table, 1 + most, &slot), -ENOSPC);
		assert_int_equal(table.count, most);
		/* What is there is still found, and can be added again. */
		if (most > 0) {
			assert_int_equal(table_add(&table, most, &slot), 0);
			table_remove(&table, slot);
			assert_int_equal(table_add(&table, 1 + most, &slot), 1);
		}
		table_done(&table);
	}
}

/* Random adds and removes, held against a plain array. Keys share few homes, at the end of the table too,
 * so that probing runs are long and wrap around. */
static void
removal_never_loses_another_entry(void **state)
{
	static uint32_t value_of[KEYS];
	struct random random;
	struct table table;

	random_seed(&random, 3);
	for (int round = 0; round < 20; round++) {
		size_t count = 0;

		memset(value_of, 0, sizeof(value_of));
		table_init(&table, 300);
		for (int step = 1; step <= 3000; step++) {
			size_t which = random_below(&random, KEYS);
			/* The high bits tell keys apart; the low ones choose one of five homes. */
			uint64_t key = (uint64_t)(which + 1) << 32 | ((which % 5 - 2) & table.mask);
			struct table_slot *slot = table_find(&table, key);

			assert_int_equal(slot != NULL, value_of[which] != 0);
			if (slot != NULL) {
				assert_int_equal(slot->value, value_of[which]);
				table_remove(&table, slot);
				value_of[which] = 0;
				count--;
			} else if (count < 300) {
				assert_int_equal(table_add(&table, key, &slot), 1);
				slot->value = value_of[which] = (uint32_t)step;
				count++;
			}
			assert_int_equal(table.count, count);
		}
		for (size_t which = 0; which < KEYS; which++) {
			uint64_t key = (uint64_t)(which + 1) << 32 | ((which % 5 - 2) & table.mask);
			struct table_slot *slot = table_find(&table, key);

			assert_int_equal(slot ? slot->value : 0, value_of[which]);
		}
		table_done(&table);
	}
}

static void
finds_all_entries_after_it_grew(void **state)
{
	const uint64_t most = 1000000;
	struct table table;
	struct table_slot *slot;
	uint64_t first, grown = 0;

	table_init(&table, most);
	first = table.mask;
	for (uint64_t i = 1; i <= most; i++) {
		uint64_t before = table.mask;

		assert_int_equal(table_add(&table, i * 0x9e3779b97f4a7c15, &slot), 1);
		slot->value = (uint32_t)i;
		slot->aux = (uint32_t)~i;
		grown += table.mask != before;
	}
	assert_true(table.mask > first);
	assert_true(grown < 8);
	assert_int_equal(table_add(&table, 5, &slot), -ENOSPC);
	for (uint64_t i = 1; i <= most; i++) {
		slot = table_find(&table, i * 0x9e3779b97f4a7c15);
		assert_non_null(slot);
		assert_int_equal(slot->value, i);
		assert_int_equal(slot->aux, (uint32_t)~i);
	}
	assert_int_equal(table.count, most);
	table_done(&table);
}

static void
an_emptied_table_has_no_traces(void **state)
{
	struct table table;
	struct table_slot *slot;

	table_init(&table, 64);
	for (uint64_t key = 1; key <= 64; key++)
		assert_int_equal(table_add(&table, key * table.mask, &slot), 1);
	for (uint64_t key = 1; key <= 64; key++)
		table_remove(&table, table_find(&table, key * table.mask));
	for (uint64_t i = 0; i <= table.mask; i++)
		assert_true(table.slots[i].key == 0);
	table_done(&table);
	assert_null(table.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_was_added_and_nothing_else),
		cmocka_unit_test(key_0_is_a_key_like_others),
		cmocka_unit_test(holds_exactly_as_many_as_it_was_made_for),
		cmocka_unit_test(removal_never_loses_another_entry),
		cmocka_unit_test(finds_all_entries_after_it_grew),
		cmocka_unit_test(an_emptied_table_has_no_traces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
