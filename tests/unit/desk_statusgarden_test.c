/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statusgarden.h"
#include "unit.h"

static void
a_garden_says_what_it_answered_and_turned_away(void **state)
{
	struct status_process processes[2] = {{.owner = OWNER_DESK}, {.owner = OWNER_GARDEN}};
	uint64_t *value = processes[1].value;
	struct buffer text;

	value[COUNT_GARDEN_ANSWERS4] = 12;
	value[COUNT_GARDEN_ANSWERS6] = 3;
	value[COUNT_GARDEN_OPEN] = 1;
	buffer_init(&text, 1000);
	status_garden(processes, 2, &text);
	assert_string_equal(buffer_string(&text),
		"\nThe garden answered held lines 12 times over IPv4 and 3 times over IPv6 (now on "
		"1 "
		"connection).\n");
	value[COUNT_GARDEN_REFUSED6] = 4;
	value[COUNT_GARDEN_TURNED_AWAY] = 5;
	value[COUNT_GARDEN_CROWDED] = 6;
	value[COUNT_GARDEN_ASTRAY] = 7;
	buffer_clear(&text);
	status_garden(processes, 2, &text);
	assert_non_null(strstr(buffer_string(&text),
		"\nRequests that it could not read: 4; connections that it turned away: 11, of "
		"lines that had too many 6.\nConnections to the garden's own port, which no rule "
		"had led there, were closed: 7.\n"));
	buffer_done(&text);
	(void)state;
}

static void
without_a_garden_nothing_is_said(void **state)
{
	struct status_process process = {.owner = OWNER_GUARD};
	struct buffer text;

	buffer_init(&text, 1000);
	status_garden(&process, 1, &text);
	assert_int_equal(text.length, 0);
	buffer_done(&text);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_garden_says_what_it_answered_and_turned_away),
		cmocka_unit_test(without_a_garden_nothing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
