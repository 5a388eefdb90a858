/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/windows.h"
#include "unit.h"

#include <errno.h>

#define NOW ((struct wall){INT64_C(20000) * WALL_DAY})

static const struct window_amount one = {.of = {1, 3}};

static struct rule
rule_of(const char *text)
{
	struct fail fail = {0};
	struct rule rule;
	size_t column;

	if (rule_parse(text_of(text), &rule, &column, &fail) < 0)
		fail_msg("%s: %s", text, fail.what);
	return rule;
}

static void
take(struct windows *windows, uint64_t key, const struct rule *rule, struct wall now)
{
	struct window_ref ref;

	assert_true(windows_make(windows, key, rule, now, &ref) >= 0);
	window_take(&ref, rule, &one, now);
}

static uint32_t
recipients(struct windows *windows, uint64_t key, const struct rule *rule, struct wall now)
{
	struct window_ref ref;

	assert_int_equal(windows_find(windows, key, rule, &ref), 0);
	return window_count(&ref, RULE_RECIPIENTS, RULE_DAY, now);
}

static void
each_key_has_its_own_window(void **state)
{
	struct rule rule = rule_of("10 messages/hour");
	struct windows *windows = windows_new(1000);
	struct window_ref ref;

	assert_int_equal(windows_find(windows, 7, &rule, &ref), -ENOENT);
	for (uint64_t key = 1; key <= 1000; key++) {
		for (uint64_t i = 0; i < key % 5; i++)
			take(windows, key * UINT64_C(0x9e3779b97f4a7c15), &rule, NOW);
	}
	for (uint64_t key = 1; key <= 1000; key++) {
		if (key % 5 > 0)
			assert_int_equal(
				recipients(windows, key * UINT64_C(0x9e3779b97f4a7c15), &rule, NOW),
				3 * (key % 5));
	}
	assert_int_equal(windows_counts(windows).held, 800);
	windows_free(windows);
	(void)state;
}

static void
who_counts_for_nothing_gives_way_and_nobody_else(void **state)
{
	struct rule rule = rule_of("10 messages/hour");
	struct wall later = {NOW.us + 26 * WALL_HOUR};
	struct windows *windows = windows_new(64);
	struct window_ref ref;

	for (uint64_t key = 1; key <= 64; key++)
		take(windows, key, &rule,
			key % 2 == 0 ? NOW : (struct wall){NOW.us + 5 * WALL_HOUR});
	assert_int_equal(windows_make(windows, 65, &rule, later, &ref), 1);
	for (uint64_t key = 66; key <= 96; key++)
		take(windows, key, &rule, later);
	take(windows, 65, &rule, later);
	assert_int_equal(windows_make(windows, 97, &rule, later, &ref), -ENOSPC);
	assert_int_equal(windows_counts(windows).displaced, 32);
	assert_int_equal(windows_counts(windows).refused, 1);
	for (uint64_t key = 1; key <= 64; key += 2)
		assert_int_equal(recipients(windows, key, &rule, later), 3);
	for (uint64_t key = 65; key <= 96; key++)
		assert_int_equal(recipients(windows, key, &rule, later), 3);
	windows_free(windows);
	(void)state;
}

static void
a_larger_rule_makes_a_window_wide_and_keeps_its_counts(void **state)
{
	struct rule small = rule_of("10 messages/hour"), large = rule_of("100000 recipients/hour");
	struct windows *windows = windows_new(8);
	struct window_ref ref;

	take(windows, 1, &small, NOW);
	take(windows, 2, &small, NOW);
	take(windows, 1, &large, NOW);
	assert_int_equal(windows_counts(windows).wide, 1);
	assert_int_equal(recipients(windows, 1, &large, NOW), 6);
	/* And stays so, whatever the rule is. */
	assert_int_equal(recipients(windows, 1, &small, NOW), 6);
	assert_int_equal(recipients(windows, 2, &small, NOW), 3);
	/* Its narrow place is another's. */
	take(windows, 3, &small, NOW);
	assert_int_equal(recipients(windows, 3, &small, NOW), 3);
	/* Wide ones give way, too. */
	for (uint64_t key = 4; key <= 8; key++)
		take(windows, key, &small, NOW);
	for (uint64_t key = 2; key <= 8; key++)
		take(windows, key, &small, (struct wall){NOW.us + 5 * WALL_HOUR});
	assert_int_equal(
		windows_make(windows, 9, &small, (struct wall){NOW.us + 26 * WALL_HOUR}, &ref), 1);
	assert_int_equal(windows_find(windows, 1, &small, &ref), -ENOENT);
	assert_int_equal(windows_counts(windows).wide, 0);
	windows_free(windows);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_its_own_window),
		cmocka_unit_test(who_counts_for_nothing_gives_way_and_nobody_else),
		cmocka_unit_test(a_larger_rule_makes_a_window_wide_and_keeps_its_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
