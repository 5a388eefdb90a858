/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/statuscontain.h"
#include "unit.h"

static bool differs;

static const char *
said(const struct status_process *processes, size_t count)
{
	static struct buffer text;

	buffer_done(&text);
	buffer_init(&text, 4096);
	status_contain(processes, count, differs, &text);
	return buffer_string(&text);
}

static void
without_an_actor_nothing_is_said(void **state)
{
	struct status_process process = {.owner = OWNER_KEEPER};

	process.value[COUNT_BLOCKED] = 7;
	assert_string_equal(said(&process, 1), "");
}

static void
who_is_held_and_what_was_stopped_is_said(void **state)
{
	struct status_process process[2] = {{.owner = OWNER_KEEPER}, {.owner = OWNER_ACTOR}};
	uint64_t *value = process[1].value;

	value[COUNT_BLOCKED] = 3;
	value[COUNT_QUARANTINED] = 1;
	value[COUNT_LINE_PACKETS] = 5;
	value[COUNT_OUT_PACKETS] = 10;
	value[COUNT_IN_PACKETS] = 20;
	value[COUNT_BACK_PACKETS] = 40;
	value[COUNT_Q25_PACKETS] = 80;
	value[COUNT_Q25_BYTES] = 9000;
	value[COUNT_QWEB_PACKETS] = 11;
	value[COUNT_QTLS_PACKETS] = 12;
	value[COUNT_QQUIC_PACKETS] = 13;
	value[COUNT_QREST_PACKETS] = 14;
	value[COUNT_OVER_PACKETS] = 6;
	value[COUNT_METER_OVER] = 4;
	value[COUNT_METER_NOBODYS] = 1;
	value[COUNT_METER_LEFT_OUT] = 2;
	value[COUNT_METER_TOLD] = 7;
	assert_string_equal(said(process, 2),
		"\nPort 25 is closed for 3 places of lines; 1 are in quarantine.\n"
		"Port 25: 115 packets (9 kB) were stopped, or would have been; 5 of them of lines "
		"that are blocked.\n"
		"40 answers from port 25 elsewhere, too; where contain.port25 only observes, most "
		"are to connections that are counted above.\n"
		"6 connections to port 25 were begun above the rate of contain.meter.\n"
		"Meter: 4 sources are above that rate; 1 of them are of no known line, 2 may be. "
		"Judges were told 7 times.\n"
		"Quarantine: 11 packets to port 80 were led to the garden, 12 to 443 reset, 27 "
		"others refused.\n");
	value[COUNT_ORDERS_REFUSED] = 2;
	value[COUNT_CONTAIN_RESTORED] = 4;
	assert_null(strstr(said(process, 2), "estimate"));
	value[COUNT_SAVED_CONNECTIONS] = 9;
	value[COUNT_SAVED_BYTES] = 18432;
	assert_non_null(strstr(said(process, 2),
		"\nSaved since the actor began, an estimate: 9 connections (contain.tries packets "
		"each), and 18 kB of mail (contain.message-bytes each).\n"));
	value = process[0].value;
	value[COUNT_BEYOND] = 2;
	assert_non_null(strstr(said(process, 2), "\n2 measures hold of protected lines, "));
	assert_null(strstr(said(process, 2), "Nothing is done to"));
	value[COUNT_OBJECTED] = 3;
	assert_non_null(strstr(said(process, 2),
		"\nNothing is done to 3 lines for a time, as their customers say that it is "
		"wrong "));
	assert_null(strstr(said(process, 2), "exempt"));
	value[COUNT_EXEMPT_GONE] = 5;
	assert_non_null(strstr(said(process, 2),
		"\n5 exemptions do nothing, as their lines are none of the network any more: "
		"lazaret exempt says which.\n"));
	value = process[1].value;
	assert_non_null(strstr(said(process, 2), "\n2 measures were not done: "));
	assert_non_null(strstr(said(process, 2), "\n4 times somebody else had removed "));
}

static void
who_waits_for_a_person_is_told(void **state)
{
	struct status_process process = {.owner = OWNER_KEEPER};
	struct buffer troubles;

	(void)state;
	buffer_init(&troubles, 4096);
	status_contain_troubles(&process, 1, &troubles);
	process.value[COUNT_PROPOSED] = 7;
	status_contain_troubles(&process, 1, &troubles);
	assert_int_equal(troubles.length, 0);
	assert_string_equal(said(&process, 1),
		"\n7 measures are proposed and wait for a person: lazaret measures --proposed "
		"lists them.\n");
	process.value[COUNT_BRAKED] = 4;
	buffer_text(&troubles, TEXT("all burns"));
	status_contain_troubles(&process, 1, &troubles);
	assert_string_equal(buffer_string(&troubles),
		"all burns; the brake: 4 lines wait for a person (lazaret measures --proposed)");
	assert_null(strstr(buffer_string(&troubles), "ended"));
	process.value[COUNT_UNHELD] = 3;
	status_contain_troubles(&process, 1, &troubles);
	assert_non_null(strstr(buffer_string(&troubles),
		"; 3 measures ended, as nothing holds them any more: lazaret measures --all "
		"says "));
	buffer_done(&troubles);
}

static void
what_the_kernel_has_is_said_where_it_is_not_what_is_wanted(void **state)
{
	struct status_process process[2] = {{.owner = OWNER_ACTOR}, {.owner = OWNER_PARENT}};
	uint64_t *gate = process[1].value;

	(void)state;
	process[0].value[COUNT_BLOCKED] = 120;
	process[0].value[COUNT_QUARANTINED] = 3;
	/* An older kernel does not tell. */
	differs = true;
	assert_null(strstr(said(process, 2), "In the kernel"));
	gate[COUNT_KERNEL_COUNTS] = 1;
	gate[COUNT_KERNEL_BLOCKED] = 120;
	gate[COUNT_KERNEL_QUARANTINED] = 3;
	assert_null(strstr(said(process, 2), "In the kernel"));
	gate[COUNT_KERNEL_BLOCKED] = 118;
	assert_non_null(strstr(said(process, 2),
		"for 120 places of lines; 3 are in quarantine.\n"
		"In the kernel they are not the same: it is closed for 118 there, and 3 are in "
		"quarantine.\n"));
	gate[COUNT_KERNEL_BLOCKED] = 120;
	gate[COUNT_KERNEL_QUARANTINED] = 4;
	assert_non_null(strstr(said(process, 2), "closed for 120 there, and 4 are in"));
	differs = false;
	assert_null(strstr(said(process, 2), "In the kernel"));
	assert_true(status_contain_differs(process, 2));
	assert_false(status_contain_differs(process, 1));
}

static void
of_the_gate_is_said_what_happened(void **state)
{
	struct status_process process[2] = {{.owner = OWNER_ACTOR}, {.owner = OWNER_PARENT}};
	uint64_t *gate = process[1].value;

	(void)state;
	assert_null(strstr(said(process, 2), "rules"));
	gate[COUNT_GATE_LOADED] = 1700000000;
	assert_non_null(strstr(said(process, 2),
		"\nThe rules in the kernel were loaded at 2023-11-14T22:13:20Z.\n"));
	assert_null(strstr(said(process, 2), "gate"));
	gate[COUNT_GATE_FOREIGN] = 5;
	gate[COUNT_GATE_ASTRAY] = 1;
	gate[COUNT_GATE_REFUSED] = 6;
	gate[COUNT_GATE_MALFORMED] = 7;
	gate[COUNT_GATE_REPLACED] = 8;
	assert_non_null(strstr(said(process, 2), "\n5 times somebody else changed rules"));
	assert_non_null(strstr(said(process, 2), "\nPackets for the garden find no way"));
	assert_non_null(strstr(said(process, 2), "\n6 elements were not taken by the gate"));
	assert_non_null(strstr(said(process, 2), "\n7 messages to the gate could not be"));
	assert_non_null(strstr(said(process, 2), "\n8 workers of the gate died"));
}

static void
routers_and_nases_are_named_where_there_are_any(void **state)
{
	struct status_process process = {.owner = OWNER_ACTOR};

	assert_null(strstr(said(&process, 1), "BGP"));
	assert_null(strstr(said(&process, 1), "RADIUS"));
	process.value[COUNT_BGP_SESSIONS] = 2;
	process.value[COUNT_BGP_RULES] = 30;
	process.value[COUNT_BGP_LEFT_OUT] = 4;
	process.value[COUNT_NAS_LINES] = 9;
	process.value[COUNT_NAS_HELD] = 8;
	process.value[COUNT_NAS_LEFT] = 1;
	assert_non_null(strstr(
		said(&process, 1), "\nBGP: 2 routers have 30 rules; 4 rules were left out.\n"));
	assert_non_null(strstr(said(&process, 1),
		"\nRADIUS: 8 of 9 lines are contained, as accounting shows; 1 are to be let go and "
		"may still be held.\n"));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_an_actor_nothing_is_said),
		cmocka_unit_test(who_is_held_and_what_was_stopped_is_said),
		cmocka_unit_test(who_waits_for_a_person_is_told),
		cmocka_unit_test(what_the_kernel_has_is_said_where_it_is_not_what_is_wanted),
		cmocka_unit_test(of_the_gate_is_said_what_happened),
		cmocka_unit_test(routers_and_nases_are_named_where_there_are_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
