/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusleases.h"
#include "unit.h"

#include <stdio.h>

static struct status_process processes[2];
static uint64_t *const value = processes[1].value;

static const char *
status(void)
{
	static char text[2000];
	struct buffer into;

	processes[0].owner = OWNER_RECEIVER;
	processes[1].owner = OWNER_REGISTRAR;
	buffer_init(&into, sizeof(text) - 1);
	status_leases(processes, 2, &into);
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	return text;
}

static int
setup(void **state)
{
	memset(processes, 0, sizeof(processes));
	return 0;
}

static void
what_lines_hold_is_told_and_no_more_if_all_is_well(void **state)
{
	value[COUNT_LEASES_OPEN] = 1;
	value[COUNT_LEASES_ENDED] = 2;
	value[COUNT_LEASE_LINES] = 100;
	assert_string_equal(status(),
		"\nLines hold 1 leased address; 2 leases that have ended are remembered.\n");
}

static void
none_is_told_apart_from_none_yet_and_from_none_that_could_be_read(void **state)
{
	assert_string_equal(status(),
		"\nLines hold 0 leased addresses; 0 leases that have ended are remembered.\n"
		"No source has said anything yet: no line of a file, no request of accounting.\n");
	value[COUNT_LEASE_FILES_TROUBLED] = 1;
	value[COUNT_LEASE_LINES] = 58;
	value[COUNT_LEASE_LINES_BAD] = 57;
	assert_string_equal(status(),
		"\nLines hold 0 leased addresses; 0 leases that have ended are remembered.\n"
		"1 file of identity.sources is not there, or cannot be read in full: whom no other "
		"source names is missing here.\nThe log says which and why (source-failed).\n"
		"Of 58 lines of files 57 could not be understood.\n");
	value[COUNT_LEASE_FILES_TROUBLED] = 2;
	assert_non_null(strstr(status(), "\n2 files of identity.sources are not there, or "));
	value[COUNT_LEASE_LINES] = value[COUNT_LEASE_LINES_BAD] = 0;
	value[COUNT_ACCOUNTING_REQUESTS] = 1;
	assert_null(strstr(status(), "yet"));
}

static void
whose_mail_it_was_is_told_where_there_was_any(void **state)
{
	value[COUNT_LEASE_LINES] = 1;
	processes[0].value[COUNT_LEASED_FOUND] = 1;
	processes[0].value[COUNT_LEASED_DOUBTFUL] = 2;
	processes[0].value[COUNT_LEASED_LATE] = 3;
	value[COUNT_LEASES_NO_ROOM] = 4;
	assert_non_null(strstr(status(),
		"\nWhose it was is known of 1 mail record from leased addresses, and not of 5 "
		"(doubtful 2, nobody known 0, shared 0, asked too early 3).\n4 leases found no "
		"room, or were forgotten to make some.\n"));
}

static void
without_a_registrar_nothing_is_said(void **state)
{
	struct buffer into;

	buffer_init(&into, 100);
	status_leases(processes, 1, &into);
	assert_int_equal(into.length, 0);
	buffer_done(&into);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(what_lines_hold_is_told_and_no_more_if_all_is_well, setup),
		cmocka_unit_test_setup(
			none_is_told_apart_from_none_yet_and_from_none_that_could_be_read, setup),
		cmocka_unit_test_setup(whose_mail_it_was_is_told_where_there_was_any, setup),
		cmocka_unit_test_setup(without_a_registrar_nothing_is_said, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
