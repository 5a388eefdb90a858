/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusnotice.h"
#include "unit.h"

static void
a_notifier_says_what_was_sent_and_what_was_not(void **state)
{
	struct status_process processes[2] = {{.owner = OWNER_DESK}, {.owner = OWNER_NOTIFIER}};
	uint64_t *value = processes[1].value;
	struct buffer text;

	value[COUNT_NOTICES_EMAIL] = 12;
	value[COUNT_NOTICES_SMS] = 3;
	value[COUNT_NOTICES_LETTER] = 1;
	value[COUNT_CONTACTS] = 700;
	buffer_init(&text, 1000);
	status_notice(processes, 2, &text);
	assert_string_equal(buffer_string(&text),
		"\nNotices to customers: 12 by e-mail, 3 by SMS, 1 by letter (700 lines have a "
		"contact).\n");
	value[COUNT_NOTICES_SHOWN] = 4;
	value[COUNT_NOTICES_GIVEN_UP] = 5;
	value[COUNT_NOTICES_NOBODY] = 6;
	value[COUNT_CONTACTS_BAD] = 7;
	buffer_clear(&text);
	status_notice(processes, 2, &text);
	assert_non_null(strstr(buffer_string(&text),
		"contact).\n4 were only written into the folder of the notifier (notice.mode: "
		"observe).\n5 were refused, and given up.\n6 are due to customers of whom no "
		"contact is known.\n7 rows of contacts cannot be used; lazaret check says why.\n"));
	buffer_done(&text);
	(void)state;
}

static void
without_a_notifier_nothing_is_said(void **state)
{
	struct status_process process = {.owner = OWNER_PORTAL};
	struct buffer text;

	buffer_init(&text, 1000);
	status_notice(&process, 1, &text);
	assert_int_equal(text.length, 0);
	buffer_done(&text);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_notifier_says_what_was_sent_and_what_was_not),
		cmocka_unit_test(without_a_notifier_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
