/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/miltermacros.h"
#include "unit.h"

#include <stdio.h>

static bool
is_now(const struct milter_macros *macros, enum milter_macro macro, const char *value)
{
	return text_is(milter_macros_find(macros, macro), value);
}

static void
names_are_known_with_and_without_braces(void **state)
{
	struct milter_macros macros = {0};

	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("{i}"), TEXT("1"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("auth_authen"), TEXT("anna"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("{auth_type}"), TEXT("PLAIN"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("{nobody_asked}"), TEXT("x"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("{}"), TEXT("x"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT(""), TEXT("x"));
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "1"));
	assert_true(is_now(&macros, MILTER_AUTH_AUTHEN, "anna"));
	assert_true(is_now(&macros, MILTER_AUTH_TYPE, "PLAIN"));
	assert_int_equal(milter_macros_find(&macros, MILTER_VERIFY).length, 0);
	assert_int_equal(macros.count, 3);
	assert_int_equal(macros.left_out, 0);
	(void)state;
}

static void
every_name_that_is_wanted_is_in_a_list(void **state)
{
	for (int i = 0; i < MILTER_MACROS; i++) {
		bool is_listed = false;

		for (int level = 0; level < MILTER_LEVELS; level++) {
			struct text rest = text_of(milter_macro_lists[level]);

			while (rest.length > 0) {
				struct text name = text_cut(&rest, ' ');
				char braced[64];

				snprintf(braced, sizeof(braced), "{%s}", milter_macro_names[i]);
				is_listed |= text_is(name, braced) ||
					text_is(name, milter_macro_names[i]);
			}
		}
		if (!is_listed)
			fail_msg("%s", milter_macro_names[i]);
	}
	(void)state;
}

static void
the_innermost_value_is_the_current_one(void **state)
{
	struct milter_macros macros = {0};

	milter_macros_add(&macros, MILTER_AT_CONNECT, TEXT("i"), TEXT("connect"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("i"), TEXT("mail"));
	milter_macros_add(&macros, MILTER_AT_RCPT, TEXT("i"), TEXT(""));
	assert_true(is_now(&macros, MILTER_QUEUE_ID, ""));
	milter_macros_drop(&macros, MILTER_AT_RCPT);
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "mail"));
	milter_macros_drop(&macros, MILTER_AT_MAIL);
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "connect"));
	milter_macros_drop(&macros, MILTER_AT_CONNECT);
	assert_int_equal(milter_macros_find(&macros, MILTER_QUEUE_ID).length, 0);
	assert_int_equal(macros.used, 0);
	(void)state;
}

static void
the_last_recipient_is_forgotten_behind_the_recipients(void **state)
{
	struct milter_macros macros = {0};

	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("i"), TEXT("mail"));
	milter_macros_add(&macros, MILTER_AT_RCPT, TEXT("rcpt_addr"), TEXT("bo"));
	milter_macros_enter(&macros, MILTER_AT_RCPT);
	assert_true(is_now(&macros, MILTER_RCPT_ADDR, "bo"));
	milter_macros_enter(&macros, MILTER_AT_END);
	assert_int_equal(milter_macros_find(&macros, MILTER_RCPT_ADDR).length, 0);
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "mail"));
	milter_macros_add(&macros, MILTER_AT_END, TEXT("i"), TEXT("end"));
	milter_macros_enter(&macros, MILTER_AT_END);
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "end"));
	milter_macros_enter(&macros, MILTER_AT_HELO);
	assert_int_equal(milter_macros_find(&macros, MILTER_QUEUE_ID).length, 0);
	(void)state;
}

static void
a_value_that_is_too_long_is_empty_and_counted(void **state)
{
	static char longer[MILTER_VALUE + 1];
	struct milter_macros macros = {0};

	memset(longer, 'a', sizeof(longer));
	milter_macros_add(&macros, MILTER_AT_HELO, TEXT("cert_subject"), TEXT("outer"));
	milter_macros_add(&macros, MILTER_AT_MAIL, TEXT("cert_subject"),
		(struct text){longer, sizeof(longer)});
	assert_int_equal(milter_macros_find(&macros, MILTER_CERT_SUBJECT).length, 0);
	assert_int_equal(macros.left_out, 1);
	milter_macros_add(
		&macros, MILTER_AT_MAIL, TEXT("cert_subject"), (struct text){longer, MILTER_VALUE});
	assert_int_equal(milter_macros_find(&macros, MILTER_CERT_SUBJECT).length, MILTER_VALUE);
	assert_int_equal(macros.left_out, 1);
	(void)state;
}

static void
many_values_fill_their_room_and_no_more(void **state)
{
	static char longest[MILTER_VALUE];
	struct milter_macros macros = {0};

	memset(longest, 'b', sizeof(longest));
	for (int round = 0; round < 100; round++) {
		milter_macros_drop(&macros, MILTER_AT_HELO);
		milter_macros_add(&macros, MILTER_AT_CONNECT, TEXT("daemon_name"), TEXT("smtpd"));
		for (int level = MILTER_AT_HELO; level < MILTER_LEVELS; level++)
			for (int i = 0; i < 3 * MILTER_MACROS; i++)
				milter_macros_add(&macros, (enum milter_level)level,
					text_of(milter_macro_names[i % MILTER_MACROS]),
					(struct text){longest, sizeof(longest) - (size_t)i});
	}
	assert_true(macros.used <= MILTER_VALUES);
	assert_int_equal(macros.count, MILTER_MACROS * (MILTER_LEVELS - 1) + 1);
	assert_true(macros.left_out > 0);
	/* What was said twice has left nothing behind. */
	milter_macros_drop(&macros, MILTER_AT_CONNECT);
	assert_int_equal(macros.used, 0);
	milter_macros_add(&macros, MILTER_AT_HELO, TEXT("i"), TEXT("again"));
	assert_true(is_now(&macros, MILTER_QUEUE_ID, "again"));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_known_with_and_without_braces),
		cmocka_unit_test(every_name_that_is_wanted_is_in_a_list),
		cmocka_unit_test(the_innermost_value_is_the_current_one),
		cmocka_unit_test(the_last_recipient_is_forgotten_behind_the_recipients),
		cmocka_unit_test(a_value_that_is_too_long_is_empty_and_counted),
		cmocka_unit_test(many_values_fill_their_room_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
