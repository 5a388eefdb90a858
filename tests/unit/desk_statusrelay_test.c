/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusrelay.h"
#include "unit.h"

static const char *
said(const struct status_process *process)
{
	static char text[4096];
	struct buffer into;

	buffer_init(&into, sizeof(text) - 1);
	status_relay(process, 1, &into);
	assert_false(into.failed);
	memcpy(text, buffer_string(&into), into.length + 1);
	buffer_done(&into);
	return text;
}

static void
nothing_is_said_where_there_is_no_guard(void **state)
{
	struct status_process process = {.owner = OWNER_DESK};

	assert_string_equal(said(&process), "");
	(void)state;
}

static void
reports_are_told_if_there_are_any(void **state)
{
	struct status_process process = {.owner = OWNER_GUARD};

	assert_null(strstr(said(&process), "reports.folder"));
	process.value[COUNT_REPORT_MESSAGES] = 3;
	process.value[COUNT_REPORT_STRANGERS] = 2;
	process.value[COUNT_REPORT_REPORTS] = 40;
	process.value[COUNT_REPORT_LINES] = 1;
	assert_non_null(strstr(said(&process),
		"Of 3 messages in reports.folder 2 came from who is not believed; the others have "
		"40 "
		"reports, which still say something of 1 line.\n"));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_where_there_is_no_guard),
		cmocka_unit_test(reports_are_told_if_there_are_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
