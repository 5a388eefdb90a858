/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/accountorder.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

#define ACCOUNT UINT64_C(0x00c0ffee00c0ffee)

static int
limit(struct ledger *ledger, uint64_t line, const char *rule, struct fail *fail)
{
	struct account_order order = {.line = line, .kind = ORDER_LIMIT, .until = WALL_NONE};

	snprintf(order.rule, sizeof(order.rule), "%s", rule);
	return ledger_order(ledger, &order, fail);
}

static int
release(struct ledger *ledger, uint64_t line, struct fail *fail)
{
	struct account_order order = {.line = line,
		.kind = ORDER_RELEASE,
		.until = WALL_NONE,
		.of_case = 7,
		.threshold = 23.5};

	return ledger_order(ledger, &order, fail);
}

static int
verify(const struct fixture *fixture, struct ledger_proof *proof)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct fail fail = {0};
	int r = ledger_verify(ledger, proof, &fail);

	ledger_close(ledger);
	return r;
}

static void
a_limit_says_who_set_it_and_when(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;

	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_LIMIT, &order, NULL), -ENOENT);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", NULL), 0);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_LIMIT, &order, NULL), 0);
	assert_int_equal(order.line, ACCOUNT);
	assert_string_equal(order.rule, "5 recipients/hour");
	assert_string_equal(order.actor, "anna (1000)");
	assert_int_equal(order.time.us, FIXTURE_NOW.us);
	assert_true(wall_is_none(order.until));
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_RELEASE, &order, NULL), -ENOENT);
	assert_int_equal(
		ledger_find_order(ledger, ACCOUNT + 1, ORDER_LIMIT, &order, NULL), -ENOENT);
	ledger_close(ledger);
}

static void
another_limit_takes_the_place_of_the_one_before(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;
	struct ledger_proof proof;

	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", NULL), 0);
	assert_int_equal(limit(ledger, ACCOUNT, "9 recipients/hour", NULL), 0);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_LIMIT, &order, NULL), 0);
	assert_string_equal(order.rule, "9 recipients/hour");
	assert_int_equal(order.number, 2);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.orders, 1);
}

static void
a_release_takes_the_limit_away(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;
	struct ledger_proof proof;

	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", NULL), 0);
	assert_int_equal(limit(ledger, ACCOUNT + 1, "6 recipients/hour", NULL), 0);
	assert_int_equal(release(ledger, ACCOUNT, NULL), 0);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_LIMIT, &order, NULL), -ENOENT);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_RELEASE, &order, NULL), 0);
	assert_int_equal(order.of_case, 7);
	assert_true(order.threshold == 23.5);
	/* One that is limited after it was released is both. */
	assert_int_equal(limit(ledger, ACCOUNT, "7 recipients/hour", NULL), 0);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_RELEASE, &order, NULL), 0);
	assert_int_equal(release(ledger, ACCOUNT, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.orders, 2);
}

static int
count(void *context, const struct account_order *row)
{
	(void)row;
	++*(size_t *)context;
	return 0;
}

static void
releases_give_way_where_there_are_too_many_orders_and_limits_do_not(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;
	struct fail fail = {0};
	size_t orders = 0;

	assert_int_equal(release(ledger, 1, NULL), 0);
	/* The others at once: each by itself would wait for the disk. */
	ledger_close(ledger);
	old_change(*state,
		"WITH RECURSIVE each(n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM each WHERE n < "
		"4096) "
		"INSERT INTO account_orders (line, kind, time, of_case, threshold, actor, rule) "
		"SELECT n, 'limit', 1, 0, 0, 'anna', 'none' FROM each");
	ledger = fixture_ledger(*state);
	assert_int_equal(limit(ledger, ACCOUNT_ORDERS + 1, "5 recipients/hour", &fail), 0);
	assert_int_equal(ledger_find_order(ledger, 1, ORDER_RELEASE, &order, NULL), -ENOENT);
	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", &fail), -EDQUOT);
	assert_non_null(strstr(fail.what, "4096 accounts"));
	assert_int_equal(ledger_each_order(ledger, count, &orders, NULL), 0);
	assert_int_equal(orders, ACCOUNT_ORDERS);
	/* The place of one's own limit is free. */
	assert_int_equal(limit(ledger, 9, "8 recipients/hour", &fail), 0);
	ledger_close(ledger);
}

static void
an_order_that_was_changed_is_found_out(void **state)
{
	static const char *const changes[] = {
		"DROP TRIGGER account_orders_stay; UPDATE account_orders SET rule = 'none'",
		"DELETE FROM account_orders",
		("INSERT INTO account_orders (line, kind, time, of_case, threshold, actor, rule) "
		 "VALUES (5, 'limit', 1, 0, 0, 'nobody', 'none')"),
	};
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_proof proof;

	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	old_change(*state, changes[2]);
	assert_int_equal(verify(*state, &proof), -EUCLEAN);
	old_change(*state, "DELETE FROM account_orders WHERE line = 5");
	assert_int_equal(verify(*state, &proof), 0);
	old_change(*state, changes[0]);
	assert_int_equal(verify(*state, &proof), -EUCLEAN);
	old_change(*state, changes[1]);
	assert_int_equal(verify(*state, &proof), -EUCLEAN);
}

static void
a_ledger_from_before_there_were_orders_gets_its_table(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;
	struct ledger_proof proof;
	size_t orders = 0;

	ledger_close(ledger);
	old_become(*state, 2);
	/* Who only reads finds none. */
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_each_order(ledger, count, &orders, NULL), 0);
	assert_int_equal(orders, 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	ledger = fixture_ledger(*state);
	assert_int_equal(limit(ledger, ACCOUNT, "5 recipients/hour", NULL), 0);
	assert_int_equal(ledger_find_order(ledger, ACCOUNT, ORDER_LIMIT, &order, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_limit_says_who_set_it_and_when, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(another_limit_takes_the_place_of_the_one_before,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_release_takes_the_limit_away, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			releases_give_way_where_there_are_too_many_orders_and_limits_do_not,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			an_order_that_was_changed_is_found_out, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_ledger_from_before_there_were_orders_gets_its_table, fixture_begin,
			fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
