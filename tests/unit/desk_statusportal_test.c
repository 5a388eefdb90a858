/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusportal.h"
#include "unit.h"

static void
a_portal_says_what_it_answered_and_what_failed(void **state)
{
	struct status_process processes[2] = {{.owner = OWNER_DESK}, {.owner = OWNER_PORTAL}};
	uint64_t *value = processes[1].value;
	struct buffer text;

	value[COUNT_PORTAL_ANSWERS] = 12;
	value[COUNT_PORTAL_OPEN] = 1;
	value[COUNT_PORTAL_HANDSHAKES] = 7;
	buffer_init(&text, 1000);
	status_portal(processes, 2, &text);
	assert_string_equal(
		buffer_string(&text), "\nThe portal answered 12 times (now on 1 connection).\n");
	value[COUNT_PORTAL_UNSHAKEN] = 3;
	value[COUNT_PORTAL_DISTRUSTED] = 2;
	value[COUNT_PORTAL_SILENT] = 5;
	buffer_clear(&text);
	status_portal(processes, 2, &text);
	assert_non_null(strstr(buffer_string(&text),
		"\nOf 10 handshakes 3 came to nothing, 2 of them because a browser does not "
		"believe the certificate.\n5 pages came without a case, since the keeper did not "
		"answer.\n"));
	buffer_done(&text);
	(void)state;
}

static void
without_a_portal_nothing_is_said(void **state)
{
	struct status_process process = {.owner = OWNER_GARDEN};
	struct buffer text;

	buffer_init(&text, 1000);
	status_portal(&process, 1, &text);
	assert_int_equal(text.length, 0);
	buffer_done(&text);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_portal_says_what_it_answered_and_what_failed),
		cmocka_unit_test(without_a_portal_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
