/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/intake.h"
#include "unit.h"

#define OPEN (TCP_SYN | TCP_ACK | TCP_PSH)

static struct flow
from_client(int64_t seconds, uint16_t port, uint8_t flags, uint64_t packets, uint64_t bytes)
{
	return (struct flow){
		.start = {seconds * WALL_SECOND},
		.end = {seconds * WALL_SECOND},
		.source = address_from_v4(0x0a000001),
		.destination = address_from_v4(0xc0000219),
		.source_port = port,
		.destination_port = 25,
		.protocol = 6,
		.sampling = 1,
		.known = FLOW_TCP_FLAGS | FLOW_COUNTS,
		.forward = {packets, bytes, flags},
	};
}

static struct flow
from_server(int64_t seconds, uint16_t port, uint8_t flags, uint64_t packets, uint64_t bytes)
{
	struct flow flow = from_client(seconds, port, flags, packets, bytes);
	struct address client = flow.source;

	flow.source = flow.destination;
	flow.destination = client;
	flow.source_port = 25;
	flow.destination_port = port;
	return flow;
}

static void
put(struct intake *intake, struct flow flow)
{
	intake_flow(intake, &flow);
}

static size_t
take_all(struct intake *intake, struct observation *into)
{
	intake_flush(intake);
	return intake_take(intake, into, 16);
}

static int
setup(void **state)
{
	*state = intake_new(&INTAKE_DEFAULTS);
	return 0;
}

static int
teardown(void **state)
{
	*state = intake_free(*state);
	return 0;
}

static void
both_directions_become_one_observation_in_either_order(void **state)
{
	struct observation o[16];

	put(*state, from_client(100, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(100, 1, OPEN | TCP_FIN, 9, 900));
	put(*state, from_server(101, 2, TCP_RST | TCP_ACK, 1, 40));
	put(*state, from_client(101, 2, TCP_SYN, 1, 60));
	assert_int_equal(intake_take(*state, o, 16), 0);
	assert_int_equal(take_all(*state, o), 2);
	assert_int_equal(o[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(o[0].flags, 0);
	assert_int_equal(o[1].outcome, OUTCOME_FAILED);
	assert_int_equal(o[1].flags, 0);
	assert_int_equal(o[1].client_port, 2);
	assert_int_equal(intake_counts(*state)->mail_records, 4);
	assert_int_equal(intake_counts(*state)->observations, 2);
}

static void
a_record_waits_a_minute_for_its_other_direction(void **state)
{
	struct observation o[16];

	put(*state, from_client(100, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_client(159, 2, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_take(*state, o, 16), 0);
	put(*state, from_client(160, 3, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_take(*state, o, 16), 1);
	assert_int_equal(o[0].client_port, 1);
	assert_int_equal(o[0].flags, OBSERVATION_ONE_SIDED);
}

static void
tries_from_one_port_are_one_attempt(void **state)
{
	struct observation o[16];

	for (int64_t second = 100; second < 131; second += 15)
		put(*state, from_client(second, 1, TCP_SYN, 1, 60));
	assert_int_equal(take_all(*state, o), 1);
	assert_int_equal(o[0].outcome, OUTCOME_FAILED);
	assert_int_equal(o[0].duration_ms, 30000);
}

static void
records_cut_by_an_active_timeout_are_one_connection(void **state)
{
	struct observation o[16];
	struct flow part = from_client(100, 1, OPEN, 5, 400);

	part.end.us += 60 * WALL_SECOND;
	put(*state, part);
	put(*state, from_client(220, 2, TCP_SYN, 1, 60));
	assert_int_equal(intake_take(*state, o, 16), 0);
	part = from_client(161, 1, TCP_ACK | TCP_PSH | TCP_FIN, 20, 30000);
	put(*state, part);
	assert_int_equal(take_all(*state, o), 2);
	assert_int_equal(o[0].client_port, 2);
	assert_int_equal(o[1].client_port, 1);
	assert_int_equal(o[1].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(o[1].duration_ms, 61000);
	assert_int_equal(o[1].flags, OBSERVATION_ONE_SIDED);
}

static void
the_same_packets_exported_twice_count_once(void **state)
{
	struct observation o[16];
	struct flow flow = from_client(100, 1, OPEN, 8, 600);

	flow.end.us += 2 * WALL_SECOND;
	put(*state, flow);
	put(*state, flow);
	put(*state, from_server(100, 1, OPEN, 8, 600));
	assert_int_equal(take_all(*state, o), 1);
	assert_int_equal(o[0].outcome, OUTCOME_REFUSED);
}

static void
a_port_used_again_after_the_end_is_a_new_connection(void **state)
{
	struct observation o[16];

	put(*state, from_client(100, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_client(110, 1, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(take_all(*state, o), 2);
}

static void
far_apart_is_not_the_same_connection(void **state)
{
	struct observation o[16];

	put(*state, from_client(1000, 1, TCP_SYN, 1, 60));
	put(*state, from_client(900, 1, TCP_SYN, 1, 60));
	assert_int_equal(take_all(*state, o), 2);
}

static void
clocks_of_two_exporters_do_not_keep_directions_apart(void **state)
{
	struct observation o[16];
	int64_t skew = 400 * 86400;

	for (int64_t i = 0; i < 4; i++) {
		put(*state, from_client(skew + i, (uint16_t)(100 + i), OPEN, 10, 4000));
		put(*state, from_server(skew + i, (uint16_t)(100 + i), OPEN, 10, 900));
		put(*state, from_client(i, (uint16_t)(200 + i), OPEN, 10, 4000));
		put(*state, from_server(i, (uint16_t)(200 + i), OPEN, 10, 900));
	}
	assert_int_equal(take_all(*state, o), 8);
	for (int i = 0; i < 8; i++)
		assert_int_equal(o[i].flags, 0);
}

static void
what_waits_is_bounded_and_the_rest_comes_out_early(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake;
	struct observation o[16];

	settings.join_most = 4;
	intake = intake_new(&settings);
	for (uint16_t port = 1; port <= 10; port++)
		put(intake, from_client(100, port, TCP_SYN, 1, 60));
	assert_int_equal(intake_counts(intake)->join_forced, 6);
	assert_int_equal(intake_take(intake, o, 16), 6);
	assert_int_equal(o[0].client_port, 1);
	assert_int_equal(take_all(intake, o), 4);
	intake_free(intake);
}

static void
unclear_sides_are_counted_and_other_services_left_out(void **state)
{
	struct observation o[16];
	struct flow flow = from_client(100, 465, OPEN, 10, 4000);

	put(*state, flow);
	flow.source_port = 2525;
	flow.destination_port = 80;
	flow.known |= FLOW_SOURCE_OPENED;
	put(*state, flow);
	assert_int_equal(take_all(*state, o), 0);
	assert_int_equal(intake_counts(*state)->unclear_records, 1);
	assert_int_equal(intake_counts(*state)->skipped_records, 1);
	assert_int_equal(intake_counts(*state)->mail_records, 1);
}

static void
messages_of_one_connection_are_added_up(void **state)
{
	struct observation o[16];
	struct flow detail = from_client(100, 1, 0, 0, 0);

	detail.known = FLOW_OUTCOME | FLOW_BOTH_SIDES;
	detail.outcome = OUTCOME_REFUSED;
	detail.recipients = 200;
	detail.refusals = 1;
	put(*state, detail);
	detail.start.us = detail.end.us = 300 * WALL_SECOND;
	detail.outcome = OUTCOME_ACCEPTED;
	put(*state, detail);
	put(*state, from_client(99, 1, OPEN, 7, 500));
	put(*state, from_server(99, 1, OPEN, 7, 500));
	assert_int_equal(take_all(*state, o), 1);
	assert_int_equal(o[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(o[0].recipients, 255);
	assert_int_equal(o[0].refusals, 2);
	assert_true(o[0].time.us == 99 * WALL_SECOND);
	assert_int_equal(o[0].flags & OBSERVATION_DETAIL, 0);
}

static void
errors_are_counted_beyond_those_that_are_kept(void **state)
{
	size_t count;

	for (int i = 0; i < 150; i++)
		intake_error(*state, "file", (uint64_t)i, "number %d", i);
	assert_string_equal(intake_errors(*state, &count)[99].what, "number 99");
	assert_int_equal(count, 100);
	assert_int_equal(intake_counts(*state)->errors, 150);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			both_directions_become_one_observation_in_either_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_record_waits_a_minute_for_its_other_direction, setup, teardown),
		cmocka_unit_test_setup_teardown(
			tries_from_one_port_are_one_attempt, setup, teardown),
		cmocka_unit_test_setup_teardown(
			records_cut_by_an_active_timeout_are_one_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			the_same_packets_exported_twice_count_once, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_port_used_again_after_the_end_is_a_new_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			far_apart_is_not_the_same_connection, setup, teardown),
		cmocka_unit_test_setup_teardown(
			clocks_of_two_exporters_do_not_keep_directions_apart, setup, teardown),
		cmocka_unit_test(what_waits_is_bounded_and_the_rest_comes_out_early),
		cmocka_unit_test_setup_teardown(
			unclear_sides_are_counted_and_other_services_left_out, setup, teardown),
		cmocka_unit_test_setup_teardown(
			messages_of_one_connection_are_added_up, setup, teardown),
		cmocka_unit_test_setup_teardown(
			errors_are_counted_beyond_those_that_are_kept, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
