/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/standing.h"
#include "unit.h"

static int
setup(void **state)
{
	static struct standing standing;

	standing_init(&standing, 8);
	for (uint32_t number = 0; number < 4; number++)
		standing_begin(&standing, number, STANDING_NEW);
	*state = &standing;
	return 0;
}

static int
teardown(void **state)
{
	standing_done(*state);
	return 0;
}

static void
the_one_silent_for_longest_gives_way_first(void **state)
{
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 0);
	assert_false(standing_see(*state, 0, 1, 0));
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 1);
	assert_int_equal(standing_weakest(*state, 1), 2);
	standing_end(*state, 1);
	standing_end(*state, 2);
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 3);
	assert_int_equal(standing_after(*state, 3), 0);
	assert_int_equal(standing_after(*state, 0), STANDING_NOBODY);
}

static void
who_sent_records_more_than_once_stays_longer(void **state)
{
	/* Not by a single datagram, nor by many without a record. */
	assert_false(standing_see(*state, 1, 1, 24));
	assert_false(standing_see(*state, 2, 100, 0));
	assert_false(standing_see(*state, 0, 2, 24));
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 3);
	standing_end(*state, 3);
	standing_end(*state, 1);
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 2);
	assert_int_equal(standing_after(*state, 2), 0);
	assert_int_equal(standing_weakest(*state, 2), 0);
}

static void
the_established_do_not_give_way(void **state)
{
	for (uint32_t number = 0; number < 4; number++) {
		assert_false(standing_see(*state, number, STANDING_DATAGRAMS - 1, 1));
		assert_true(standing_see(*state, number, STANDING_DATAGRAMS, 1));
	}
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), STANDING_NOBODY);
	standing_end(*state, 2);
	standing_begin(*state, 2, STANDING_STRANGER);
	assert_int_equal(standing_weakest(*state, STANDING_NOBODY), 2);
	assert_int_equal(standing_weakest(*state, 2), STANDING_NOBODY);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_one_silent_for_longest_gives_way_first, setup, teardown),
		cmocka_unit_test_setup_teardown(
			who_sent_records_more_than_once_stays_longer, setup, teardown),
		cmocka_unit_test_setup_teardown(the_established_do_not_give_way, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
