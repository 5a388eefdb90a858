/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "service/casetable.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

static void
an_open_case_is_found_until_it_is_closed(void **state)
{
	struct casetable *table = xcalloc(1, sizeof(*table));
	struct casetable_slot got;

	(void)state;
	assert_int_equal(casetable_find(table, 7, &got), -ENOENT);
	assert_false(casetable_put(table, 7, STATE_SUSPECT, 3));
	assert_false(casetable_put(table, 7, STATE_CONFIRMED, 3));
	assert_int_equal(table->count, 1);
	assert_int_equal(casetable_find(table, 7, &got), 0);
	assert_int_equal(got.state, STATE_CONFIRMED);
	assert_int_equal(got.number, 3);
	assert_int_equal(casetable_find(table, 8, &got), -ENOENT);
	assert_false(casetable_put(table, 8, STATE_CLEAR, 4));
	assert_false(casetable_put(table, 7, STATE_CLEAR, 3));
	assert_int_equal(table->count, 0);
	assert_int_equal(casetable_find(table, 7, &got), -ENOENT);
	free(table);
}

static void
a_limit_stays_with_its_case(void **state)
{
	struct casetable *table = xcalloc(1, sizeof(*table)), *other = xcalloc(1, sizeof(*other));
	struct casetable_slot got;

	(void)state;
	casetable_limit(table, 7, true);
	assert_int_equal(casetable_find(table, 7, &got), -ENOENT);
	assert_false(casetable_put(table, 7, STATE_SUSPECT, 3));
	assert_int_equal(casetable_find(table, 7, &got), 0);
	assert_false(got.is_limited);
	casetable_limit(table, 7, true);
	assert_false(casetable_put(table, 7, STATE_CONFIRMED, 3));
	assert_int_equal(casetable_find(table, 7, &got), 0);
	assert_true(got.is_limited);
	casetable_become(other, table);
	assert_int_equal(casetable_find(other, 7, &got), 0);
	assert_true(got.is_limited);
	/* Another case of the line. */
	assert_false(casetable_put(table, 7, STATE_CLEAR, 3));
	assert_false(casetable_put(table, 7, STATE_SUSPECT, 4));
	assert_int_equal(casetable_find(table, 7, &got), 0);
	assert_false(got.is_limited);
	casetable_become(other, table);
	assert_int_equal(casetable_find(other, 7, &got), 0);
	assert_false(got.is_limited);
	free(table);
	free(other);
}

/* More than there is room for: those that give way are told, and all others are found. */
static void
what_gives_way_is_told(void **state)
{
	struct casetable *table = xcalloc(1, sizeof(*table));
	uint32_t found = 0, displaced = 0;
	struct casetable_slot got;

	(void)state;
	for (uint32_t i = 1; i <= 2 * CASETABLE; i++)
		displaced += casetable_put(table, hash_mix(i), STATE_CONFIRMED, i);
	for (uint32_t i = 1; i <= 2 * CASETABLE; i++) {
		if (casetable_find(table, hash_mix(i), &got) < 0)
			continue;
		assert_int_equal(got.number, i);
		found++;
	}
	assert_int_equal(found + displaced, 2 * CASETABLE);
	assert_int_equal(table->count, found);
	assert_true(found > CASETABLE * 9 / 10);
	free(table);
}

/* Who writes there is another process, and may be in other hands. */
static void
a_state_that_cannot_be_is_none(void **state)
{
	struct casetable *table = xcalloc(1, sizeof(*table));
	struct casetable_slot got;

	(void)state;
	assert_false(casetable_put(table, 7, (enum state)STATE_COUNT, 3));
	assert_int_equal(casetable_find(table, 7, &got), -ENOENT);
	free(table);
}

/* As a keeper that begins does it. */
static void
it_becomes_another_and_what_both_hold_stays(void **state)
{
	struct casetable *table = xcalloc(1, sizeof(*table)), *other = xcalloc(1, sizeof(*other));
	const struct casetable_slot *stays;
	struct casetable_slot got;

	(void)state;
	for (uint32_t i = 1; i <= 1000; i++)
		(void)casetable_put(table, hash_mix(i), STATE_SUSPECT, i);
	for (uint32_t i = 501; i <= 1500; i++)
		(void)casetable_put(other, hash_mix(i), STATE_CONFIRMED, i);
	stays = table->slot;
	while (stays->number != 700)
		stays++;
	/* One who died in between had counted one more. */
	table->count++;
	casetable_become(table, other);
	for (uint32_t i = 1; i <= 1500; i++) {
		assert_int_equal(casetable_find(table, hash_mix(i), &got), i > 500 ? 0 : -ENOENT);
		assert_true(i <= 500 || (got.number == i && got.state == STATE_CONFIRMED));
	}
	assert_int_equal(table->count, 1000);
	assert_int_equal(stays->line, hash_mix(700));
	free(other);
	free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_open_case_is_found_until_it_is_closed),
		cmocka_unit_test(a_limit_stays_with_its_case),
		cmocka_unit_test(what_gives_way_is_told),
		cmocka_unit_test(a_state_that_cannot_be_is_none),
		cmocka_unit_test(it_becomes_another_and_what_both_hold_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
