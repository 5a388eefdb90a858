/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgprules.h"
#include "unit.h"

#include <errno.h>

#define FLOW4 (1U << BGP_FLOW4)

static struct bgprules *
new_rules(uint32_t most, int64_t interval_us)
{
	struct bgprules_settings settings = {.most = most, .interval_us = interval_us};
	struct bgprules *rules = bgprules_new(&settings);

	bgprules_session(rules, FLOW4);
	return rules;
}

static struct flowspec_rule
rule_of(uint32_t number, uint32_t rate)
{
	return (struct flowspec_rule){.prefix = {address_from_v4(0xc0000200 + number), 128},
		.kind = FLOWSPEC_MAIL,
		.rate = rate};
}

static int
want(struct bgprules *rules, uint32_t number, uint32_t rate)
{
	struct flowspec_rule rule = rule_of(number, rate);

	return bgprules_want(rules, &rule);
}

static int
unwant(struct bgprules *rules, uint32_t number)
{
	struct flowspec_rule rule = rule_of(number, 0);

	return bgprules_unwant(rules, &rule);
}

static const struct flowspec_rule *
first(const struct bgprules *rules, bool is_withdrawal)
{
	return bgprules_first(rules, BGP_FLOW4, is_withdrawal);
}

/* Tells all; how many. */
static unsigned
tell(struct bgprules *rules, bool is_withdrawal, int64_t now_us)
{
	unsigned count = 0;

	for (; first(rules, is_withdrawal) != NULL; count++)
		bgprules_told(rules, BGP_FLOW4, is_withdrawal, (struct wall){now_us});
	return count;
}

static void
rules_are_told_in_the_order_in_which_they_came(void **state)
{
	struct bgprules *rules = new_rules(8, 0);

	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(want(rules, i, 0), 1);
	assert_int_equal(unwant(rules, 2), 1);
	for (uint32_t i = 0; i < 5; i++) {
		if (i == 2)
			continue;
		assert_int_equal(first(rules, false)->prefix.address.byte[15], i);
		bgprules_told(rules, BGP_FLOW4, false, (struct wall){1});
	}
	assert_null(first(rules, false));
	assert_null(first(rules, true));
	assert_int_equal(bgprules_announced(rules), 4);
	bgprules_free(rules);
	(void)state;
}

static void
outside_of_a_session_nothing_is_to_be_told(void **state)
{
	struct bgprules *rules = new_rules(8, 0);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(tell(rules, false, 1), 1);
	assert_int_equal(want(rules, 2, 0), 1);
	bgprules_session(rules, 0);
	assert_null(first(rules, false));
	assert_int_equal(bgprules_announced(rules), 0);
	assert_int_equal(unwant(rules, 1), 1);
	assert_null(first(rules, true));
	bgprules_session(rules, FLOW4);
	assert_int_equal(tell(rules, false, 1), 1);
	assert_int_equal(bgprules_wanted(rules, BGP_FLOW4), 1);
	bgprules_free(rules);
	(void)state;
}

static void
those_on_their_way_out_take_no_place_of_wanted_ones(void **state)
{
	struct bgprules *rules = new_rules(2, 0);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(want(rules, 2, 0), 1);
	assert_int_equal(want(rules, 3, 0), -ENOSPC);
	assert_int_equal(tell(rules, false, 1), 2);
	assert_int_equal(unwant(rules, 1), 1);
	assert_int_equal(unwant(rules, 2), 1);
	assert_int_equal(want(rules, 3, 0), 1);
	assert_int_equal(want(rules, 4, 0), 1);
	/* Now as many wait for their withdrawal as may be wanted: that is the end. */
	assert_int_equal(unwant(rules, 3), 1);
	assert_int_equal(unwant(rules, 4), 1);
	assert_int_equal(want(rules, 5, 0), 1);
	assert_int_equal(want(rules, 6, 0), 1);
	assert_int_equal(tell(rules, false, 1), 2);
	assert_int_equal(unwant(rules, 5), 1);
	assert_int_equal(want(rules, 7, 0), -ENOSPC);
	assert_int_equal(tell(rules, true, 1), 3);
	assert_int_equal(want(rules, 7, 0), 1);
	bgprules_free(rules);
	(void)state;
}

static void
within_its_interval_only_the_last_wish_counts(void **state)
{
	struct bgprules *rules = new_rules(8, 30);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(tell(rules, false, 100), 1);
	assert_int_equal(want(rules, 1, 5), 1);
	assert_int_equal(want(rules, 1, 6), 1);
	assert_null(first(rules, false));
	assert_true(bgprules_expire(rules, (struct wall){129}).us == 130);
	assert_null(first(rules, false));
	assert_true(bgprules_expire(rules, (struct wall){130}).us == INT64_MAX);
	assert_int_equal(first(rules, false)->rate, 6);
	bgprules_free(rules);
	(void)state;
}

static void
a_withdrawal_that_was_not_told_leaves_the_interval_as_it_was(void **state)
{
	struct bgprules *rules = new_rules(8, 30);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(tell(rules, false, 100), 1);
	assert_int_equal(unwant(rules, 1), 1);
	assert_non_null(first(rules, true));
	assert_int_equal(want(rules, 1, 5), 1);
	assert_null(first(rules, true));
	assert_null(first(rules, false));
	(void)bgprules_expire(rules, (struct wall){130});
	assert_int_equal(tell(rules, false, 130), 1);
	bgprules_free(rules);
	(void)state;
}

static void
one_that_came_back_and_one_that_did_not_are_both_known_until_then(void **state)
{
	struct bgprules *rules = new_rules(8, 30);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(want(rules, 2, 0), 1);
	assert_int_equal(tell(rules, false, 100), 2);
	assert_int_equal(unwant(rules, 1), 1);
	assert_int_equal(unwant(rules, 2), 1);
	assert_int_equal(tell(rules, true, 110), 2);
	assert_int_equal(want(rules, 1, 0), 1);
	assert_null(first(rules, false));
	assert_true(bgprules_expire(rules, (struct wall){120}).us == 140);
	assert_true(bgprules_expire(rules, (struct wall){140}).us == INT64_MAX);
	assert_int_equal(tell(rules, false, 140), 1);
	assert_int_equal(bgprules_announced(rules), 1);
	bgprules_free(rules);
	(void)state;
}

static void
what_is_asked_for_again_may_still_be_withdrawn(void **state)
{
	struct bgprules *rules = new_rules(8, 0);

	assert_int_equal(want(rules, 1, 0), 1);
	assert_int_equal(want(rules, 2, 0), 1);
	assert_int_equal(tell(rules, false, 1), 2);
	bgprules_again(rules, BGP_FLOW4);
	assert_int_equal(bgprules_announced(rules), 2);
	assert_int_equal(unwant(rules, 1), 1);
	assert_int_equal(tell(rules, false, 1), 1);
	assert_int_equal(tell(rules, true, 1), 1);
	bgprules_again(rules, BGP_FLOW6);
	assert_null(first(rules, false));
	bgprules_free(rules);
	(void)state;
}

static void
kinds_and_prefixes_of_one_address_are_rules_of_their_own(void **state)
{
	struct bgprules *rules = new_rules(8, 0);
	struct flowspec_rule hole = rule_of(0, 0), wide = rule_of(0, 0);

	hole.kind = FLOWSPEC_BLACKHOLE;
	wide.prefix.length = 127;
	bgprules_session(rules, FLOW4 | 1U << BGP_UNICAST4);
	assert_int_equal(want(rules, 0, 0), 1);
	assert_int_equal(bgprules_want(rules, &hole), 1);
	assert_int_equal(bgprules_want(rules, &wide), 1);
	assert_int_equal(tell(rules, false, 1), 2);
	assert_non_null(bgprules_first(rules, BGP_UNICAST4, false));
	assert_int_equal(bgprules_wanted(rules, BGP_FLOW4), 2);
	assert_int_equal(bgprules_wanted(rules, BGP_UNICAST4), 1);
	bgprules_free(rules);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_told_in_the_order_in_which_they_came),
		cmocka_unit_test(outside_of_a_session_nothing_is_to_be_told),
		cmocka_unit_test(those_on_their_way_out_take_no_place_of_wanted_ones),
		cmocka_unit_test(within_its_interval_only_the_last_wish_counts),
		cmocka_unit_test(a_withdrawal_that_was_not_told_leaves_the_interval_as_it_was),
		cmocka_unit_test(one_that_came_back_and_one_that_did_not_are_both_known_until_then),
		cmocka_unit_test(what_is_asked_for_again_may_still_be_withdrawn),
		cmocka_unit_test(kinds_and_prefixes_of_one_address_are_rules_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
