/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relayorders.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW ((struct wall){INT64_C(20000) * WALL_DAY})
#define BOB UINT64_C(0xb0b0b0b0b0b0b0b0)

struct fixture {
	struct ordertable table;
	struct ordertable copy;
	struct relayorders orders;
	struct senders *senders;
};

static int
begin(void **state)
{
	struct fixture *fixture = xcalloc(1, sizeof(*fixture));
	struct senders_settings settings;

	senders_defaults(&settings);
	settings.most = 64;
	fixture->senders = senders_new(&settings);
	relayorders_begin(&fixture->orders, &fixture->table);
	*state = fixture;
	return 0;
}

static int
end(void **state)
{
	struct fixture *fixture = *state;

	senders_free(fixture->senders);
	relayorders_end(&fixture->orders);
	free(fixture);
	return 0;
}

static struct account_order
limit(uint64_t number, uint64_t line, const char *rule)
{
	struct account_order order = {
		.number = number, .line = line, .kind = ORDER_LIMIT, .until = WALL_NONE};

	snprintf(order.rule, sizeof(order.rule), "%s", rule);
	return order;
}

static struct account_order
release(uint64_t number, uint64_t line, uint64_t of_case)
{
	return (struct account_order){.number = number,
		.line = line,
		.kind = ORDER_RELEASE,
		.until = WALL_NONE,
		.of_case = of_case,
		.threshold = 20};
}

static void
put(struct fixture *fixture, const struct account_order *orders, size_t count)
{
	ordertable_begin(&fixture->table);
	for (size_t i = 0; i < count; i++)
		assert_true(ordertable_add(&fixture->table, &orders[i]));
	ordertable_end(&fixture->table);
	relayorders_look(&fixture->orders, fixture->senders);
}

/* Something is held against it: many recipients who are not there. */
static void
suspect(struct fixture *fixture, uint64_t line)
{
	for (uint64_t i = 1; i <= 50; i++) {
		senders_recipient(fixture->senders, line, LIMIT_ACCOUNT, i, i, NULL, NOW);
		senders_result(fixture->senders, line, i, SENDER_UNKNOWN_USER, NOW);
	}
}

static float
held_against(struct fixture *fixture, uint64_t line)
{
	struct sender_facts facts;

	assert_int_equal(senders_facts(fixture->senders, line, NOW, &facts), 0);
	return facts.evidence.unknown;
}

static void
a_limit_holds_until_its_day_is_over(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order = limit(1, BOB, "5 recipients/hour");
	struct rule rule;

	assert_false(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
	order.until.us = NOW.us + WALL_HOUR;
	put(fixture, &order, 1);
	assert_true(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
	assert_int_equal(rule.most[RULE_RECIPIENTS][RULE_HOUR], 5);
	assert_int_equal(relayorders_until(&fixture->orders, BOB).us, order.until.us);
	assert_false(relayorders_limit(&fixture->orders, BOB, order.until, &rule));
	assert_false(relayorders_limit(&fixture->orders, BOB + 1, NOW, &rule));
	put(fixture, NULL, 0);
	assert_false(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
}

static void
what_is_being_written_is_not_taken(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order = limit(1, BOB, "5 recipients/hour");
	struct rule rule;

	put(fixture, &order, 1);
	ordertable_begin(&fixture->table);
	relayorders_look(&fixture->orders, fixture->senders);
	assert_true(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
	assert_int_equal(ordertable_copy(&fixture->table, &fixture->copy), -EAGAIN);
	/* The keeper died there; the one that takes its place fills it anew. */
	order = limit(2, BOB, "6 recipients/hour");
	put(fixture, &order, 1);
	assert_true(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
	assert_int_equal(rule.most[RULE_RECIPIENTS][RULE_HOUR], 6);
}

static void
a_release_clears_what_is_held_against_it_once(void **state)
{
	struct fixture *fixture = *state;
	struct account_order orders[2] = {release(7, BOB, 3), limit(8, BOB + 1, "none")};

	suspect(fixture, BOB);
	assert_true(held_against(fixture, BOB) > 1);
	put(fixture, orders, 1);
	assert_true(held_against(fixture, BOB) < 1);
	assert_int_equal(fixture->orders.cleared, 7);
	suspect(fixture, BOB);
	/* Another order for somebody else is no reason to clear it again. */
	put(fixture, orders, 2);
	assert_true(held_against(fixture, BOB) > 1);
	orders[0] = release(9, BOB, 3);
	put(fixture, orders, 2);
	assert_true(held_against(fixture, BOB) < 1);
}

static void
a_guard_that_begins_with_older_counts_clears_it_again(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order = release(7, BOB, 3);

	suspect(fixture, BOB);
	fixture->orders.cleared = 6;
	put(fixture, &order, 1);
	assert_true(held_against(fixture, BOB) < 1);
}

static void
a_guard_that_had_heeded_it_does_not(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order = release(7, BOB, 3);

	suspect(fixture, BOB);
	fixture->orders.cleared = 7;
	put(fixture, &order, 1);
	assert_true(held_against(fixture, BOB) > 1);
}

static void
numbers_of_a_ledger_made_anew_are_heeded(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order = release(1, BOB, 3);

	suspect(fixture, BOB);
	fixture->orders.cleared = 700;
	put(fixture, &order, 1);
	assert_true(held_against(fixture, BOB) < 1);
	assert_int_equal(fixture->orders.cleared, 1);
}

static void
a_release_is_of_one_case_and_over_for_good_at_its_threshold(void **state)
{
	struct fixture *fixture = *state;
	struct account_order orders[2] = {release(7, BOB, 3), limit(8, BOB + 1, "none")};
	struct relayorders *of = &fixture->orders;

	put(fixture, orders, 1);
	assert_false(relayorders_is_released(of, BOB, 4, 0, 0));
	assert_false(relayorders_is_released(of, BOB + 1, 3, 0, 0));
	assert_true(relayorders_is_released(of, BOB, 3, 19.9, 0));
	assert_true(relayorders_has_release(of, BOB, 3));
	assert_false(relayorders_is_released(of, BOB, 3, 20, 0));
	assert_false(relayorders_is_released(of, BOB, 3, 0, 0));
	/* Also when other orders come; but not after another release. */
	put(fixture, orders, 2);
	assert_false(relayorders_has_release(of, BOB, 3));
	orders[0] = release(9, BOB, 3);
	put(fixture, orders, 2);
	assert_true(relayorders_is_released(of, BOB, 3, 9, 0));
	/* While it is merely suspect that threshold counts. */
	assert_false(relayorders_is_released(of, BOB, 3, 9.5, 9.2));
}

static void
a_row_that_cannot_be_is_left_out(void **state)
{
	struct fixture *fixture = *state;
	struct account_order orders[3] = {limit(1, BOB, "5 recipients/week"),
		limit(2, 0, "5 recipients/hour"), limit(3, BOB + 1, "5 recipients/hour")};
	struct rule rule;

	orders[0].kind = 9;
	put(fixture, orders, 3);
	assert_int_equal(fixture->orders.wrong, 2);
	assert_false(relayorders_limit(&fixture->orders, BOB, NOW, &rule));
	assert_true(relayorders_limit(&fixture->orders, BOB + 1, NOW, &rule));
	/* Nor is a count that is too large believed. */
	fixture->table.count = ACCOUNT_ORDERS + 1;
	fixture->table.version += 2;
	relayorders_look(&fixture->orders, fixture->senders);
	assert_true(relayorders_limit(&fixture->orders, BOB + 1, NOW, &rule));
}

static void
as_many_as_the_ledger_keeps_find_room(void **state)
{
	struct fixture *fixture = *state;
	struct account_order order;
	struct rule rule;

	ordertable_begin(&fixture->table);
	for (uint64_t i = 1; i <= ACCOUNT_ORDERS; i++) {
		order = limit(i, i, "5 recipients/hour");
		assert_true(ordertable_add(&fixture->table, &order));
	}
	assert_false(ordertable_add(&fixture->table, &order));
	ordertable_end(&fixture->table);
	relayorders_look(&fixture->orders, NULL);
	for (uint64_t i = 1; i <= ACCOUNT_ORDERS; i++)
		assert_true(relayorders_limit(&fixture->orders, i, NOW, &rule));
	assert_int_equal(fixture->orders.wrong, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_limit_holds_until_its_day_is_over),
		TEST(what_is_being_written_is_not_taken),
		TEST(a_release_clears_what_is_held_against_it_once),
		TEST(a_guard_that_begins_with_older_counts_clears_it_again),
		TEST(a_guard_that_had_heeded_it_does_not),
		TEST(numbers_of_a_ledger_made_anew_are_heeded),
		TEST(a_release_is_of_one_case_and_over_for_good_at_its_threshold),
		TEST(a_row_that_cannot_be_is_left_out),
		TEST(as_many_as_the_ledger_keeps_find_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
