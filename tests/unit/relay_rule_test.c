/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wall.h"
#include "relay/rule.h"
#include "unit.h"

#include <errno.h>

static void
a_rule_is_read_as_it_is_written(void **state)
{
	size_t column = 0;
	struct fail fail = {0};
	struct rule rule;

	assert_int_equal(rule_parse(TEXT("100 messages/hour, 300 recipients/hour burst 60, "
					 "1000 recipients/day"),
				 &rule, &column, &fail),
		0);
	assert_int_equal(rule.most[RULE_MESSAGES][RULE_HOUR], 100);
	assert_int_equal(rule.most[RULE_MESSAGES][RULE_DAY], RULE_UNLIMITED);
	assert_int_equal(rule.most[RULE_RECIPIENTS][RULE_HOUR], 300);
	assert_int_equal(rule.most[RULE_RECIPIENTS][RULE_DAY], 1000);
	assert_int_equal(rule.burst[RULE_MESSAGES], RULE_UNLIMITED);
	assert_int_equal(rule.burst[RULE_RECIPIENTS], 60);
	assert_int_equal(rule.pace[RULE_MESSAGES], 0);
	assert_int_equal(rule.pace[RULE_RECIPIENTS], 12 * WALL_SECOND);
	(void)state;
}

/* Written by rule_format and as people write it. */
static const char *const same[][2] = {
	{"none", "  none "},
	{"1 messages/day", "1 messages/day"},
	{"200 recipients/hour burst 50", "200  recipients/hour ,burst 50"},
	{"7 messages/hour burst 7, 9 messages/day", "9 messages/day,7 messages/hour, burst 7"},
	{"1000000000 recipients/hour", "1000000000 recipients/hour"},
};

static void
what_is_written_is_read_again(void **state)
{
	struct buffer text;
	size_t column;

	buffer_init(&text, 256);
	for (size_t i = 0; i < sizeof(same) / sizeof(*same); i++) {
		for (int way = 0; way < 2; way++) {
			struct fail fail = {0};
			struct rule rule;

			assert_int_equal(
				rule_parse(text_of(same[i][way]), &rule, &column, &fail), 0);
			buffer_clear(&text);
			rule_format(&rule, &text);
			assert_string_equal(buffer_string(&text), same[i][0]);
		}
	}
	buffer_done(&text);
	(void)state;
}

static const struct {
	const char *text;
	size_t column;
	const char *says;
} wrongs[] = {
	{"", 1, "something is missing; expected a count from 1 to 1000000000"},
	{"ten messages/hour", 1, "'ten' is not understood"},
	{"0 messages/hour", 1, "'0' is not understood"},
	{"1000000001 messages/hour", 1, "expected a count from 1 to"},
	{"-5 messages/hour", 1, "'-5'"},
	{"5 mails/hour", 3, "expected messages/hour, messages/day"},
	{"5 messages", 3, "'messages'"},
	{"5 messages/week", 3, "'messages/week'"},
	{"5", 2, "something is missing"},
	{"5 messages/hour,", 17, "something is missing"},
	{"5 messages/hour 6 messages/day", 17, "a comma, or burst and a count"},
	{"5 messages/hour, 6 messages/hour", 18, "limited once"},
	{"burst 5", 7, "a limit before burst"},
	{"5 messages/hour burst", 22, "something is missing"},
	{"5 messages/hour burst 6", 23, "at most what it is a part of"},
	{"5 messages/hour burst 5 burst 5", 25, "a comma"},
	{"5 messages/hour burst 5, burst 5", 32, "one burst of messages"},
	{"5 messages/hour burst 5, 9 messages/day burst 5", 47, "one burst of messages"},
	{"5 messages/hour, 4 messages/day", 1, "would never be reached"},
};

static void
what_is_wrong_is_said_with_its_place(void **state)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		struct fail fail = {0};
		struct rule rule;
		size_t column = 0;

		assert_true(rule_parse(text_of(wrongs[i].text), &rule, &column, &fail) < 0);
		if (column != wrongs[i].column || strstr(fail.what, wrongs[i].says) == NULL)
			fail_msg("%s: %zu: %s", wrongs[i].text, column, fail.what);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_is_read_as_it_is_written),
		cmocka_unit_test(what_is_written_is_read_again),
		cmocka_unit_test(what_is_wrong_is_said_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
