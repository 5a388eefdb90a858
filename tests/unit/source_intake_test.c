/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/intake.h"
#include "unit.h"

/* When the receiver of the tests began. */
#define LIVE 1700000000

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
	intake_forget_errors(*state);
	intake_error(*state, "file", 0, "the next");
	assert_string_equal(intake_errors(*state, &count)[0].what, "the next");
	assert_int_equal(count, 1);
	assert_int_equal(intake_counts(*state)->errors, 151);
}

static struct wall
second(int64_t seconds)
{
	return (struct wall){seconds * WALL_SECOND};
}

static int
setup_live(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;

	settings.live = true;
	*state = intake_new(&settings);
	intake_advance(*state, second(LIVE));
	return 0;
}

static void
live_both_directions_and_their_end_come_out_at_once(void **state)
{
	struct observation o[16];

	put(*state, from_client(LIVE - 9, 1, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_take(*state, o, 16), 0);
	put(*state, from_server(LIVE - 9, 1, OPEN | TCP_FIN, 9, 900));
	assert_int_equal(intake_take(*state, o, 16), 1);
	assert_int_equal(o[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(o[0].flags, 0);
	assert_true(o[0].time.us == second(LIVE - 9).us);
	/* A port that is closed: the answer is the end. */
	put(*state, from_server(LIVE - 1, 2, TCP_RST | TCP_ACK, 1, 40));
	put(*state, from_client(LIVE - 1, 2, TCP_SYN, 1, 60));
	assert_int_equal(intake_take(*state, o, 16), 1);
	assert_int_equal(o[0].outcome, OUTCOME_FAILED);
	assert_int_equal(take_all(*state, o), 0);
}

static void
live_a_record_of_both_directions_comes_out_at_once_unless_unanswered(void **state)
{
	struct observation o[16];
	struct flow both = from_client(LIVE - 5, 1, OPEN | TCP_FIN, 10, 4000);

	both.known |= FLOW_BOTH_SIDES;
	both.reverse = (struct flow_side){9, 900, OPEN | TCP_FIN};
	put(*state, both);
	assert_int_equal(intake_take(*state, o, 16), 1);
	/* A firewall tells no flags but that the connection is over. */
	both.known = FLOW_BOTH_SIDES | FLOW_COUNTS | FLOW_SOURCE_OPENED | FLOW_ENDED;
	both.source_port = 4;
	both.reverse.tcp_flags = both.forward.tcp_flags = 0;
	put(*state, both);
	assert_int_equal(intake_take(*state, o, 16), 1);
	assert_int_equal(o[0].outcome, OUTCOME_ACCEPTED);
	/* No answer yet: the SYN may be tried again. */
	both = from_client(LIVE - 5, 2, TCP_SYN, 1, 60);
	both.known |= FLOW_BOTH_SIDES;
	put(*state, both);
	assert_int_equal(intake_take(*state, o, 16), 0);
	/* One side's FIN is no end yet. */
	both = from_client(LIVE - 5, 3, OPEN, 10, 4000);
	both.known |= FLOW_BOTH_SIDES;
	both.reverse = (struct flow_side){9, 900, OPEN | TCP_FIN};
	put(*state, both);
	assert_int_equal(intake_take(*state, o, 16), 0);
	intake_advance(*state, second(LIVE + 60));
	assert_int_equal(intake_take(*state, o, 16), 2);
	assert_int_equal(o[0].outcome, OUTCOME_FAILED);
	assert_int_equal(o[1].outcome, OUTCOME_ACCEPTED);
}

static void
live_one_direction_waits_on_the_receivers_clock_alone(void **state)
{
	struct observation o[16];

	put(*state, from_client(LIVE, 1, OPEN | TCP_FIN, 10, 4000));
	/* Neither records of any date nor a clock that is set back make time pass. */
	put(*state, from_client(LIVE - 3600, 2, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_client(LIVE + 3600, 3, OPEN | TCP_FIN, 10, 4000));
	intake_advance(*state, second(LIVE - 7200));
	intake_advance(*state, second(LIVE + 59));
	assert_int_equal(intake_take(*state, o, 16), 0);
	intake_advance(*state, second(LIVE + 60));
	assert_int_equal(intake_take(*state, o, 16), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(o[i].flags, OBSERVATION_ONE_SIDED);
	assert_true(o[0].time.us == second(LIVE).us);
	assert_true(o[1].time.us == second(LIVE - 3600).us);
	assert_true(o[2].time.us == second(LIVE).us);
}

static void
live_a_later_record_of_a_connection_that_came_out_is_no_second_one(void **state)
{
	struct observation o[16];
	struct flow rest = from_client(LIVE - 20, 1, TCP_ACK | TCP_FIN, 3, 200);

	put(*state, from_client(LIVE - 20, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(LIVE - 20, 1, OPEN | TCP_FIN, 9, 900));
	assert_int_equal(intake_take(*state, o, 16), 1);
	/* Another exporter's, a second behind; the answers once more; what an active timeout left; one
	 * whose clock is hours wrong. */
	intake_advance(*state, second(LIVE + 30));
	put(*state, from_client(LIVE - 19, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(LIVE - 21, 1, OPEN | TCP_FIN, 9, 900));
	put(*state, rest);
	put(*state, from_client(LIVE + 7200, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(LIVE - 7200, 1, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_counts(*state)->repeated_records, 5);
	assert_int_equal(take_all(*state, o), 0);
	/* It is remembered for a minute from when it came out, whatever came since. */
	intake_advance(*state, second(LIVE + 60));
	put(*state, from_client(LIVE - 20, 1, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_counts(*state)->repeated_records, 5);
	assert_int_equal(take_all(*state, o), 1);
}

static void
live_a_port_used_again_after_the_end_is_a_new_connection(void **state)
{
	struct observation o[16];

	put(*state, from_client(LIVE - 20, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(LIVE - 20, 1, OPEN | TCP_FIN, 9, 900));
	put(*state, from_client(LIVE - 10, 1, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_server(LIVE - 10, 1, OPEN | TCP_RST, 9, 900));
	/* After an RST within a connection too, but not after one that answered a SYN. */
	put(*state, from_server(LIVE, 1, OPEN | TCP_FIN, 9, 900));
	put(*state, from_client(LIVE, 1, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_take(*state, o, 16), 3);
	for (int64_t at = LIVE - 20; at < LIVE; at += 5) {
		put(*state, from_client(at, 2, TCP_SYN, 1, 60));
		put(*state, from_server(at, 2, TCP_RST | TCP_ACK, 1, 40));
	}
	assert_int_equal(intake_take(*state, o, 16), 1);
	assert_int_equal(o[0].outcome, OUTCOME_FAILED);
	assert_int_equal(intake_counts(*state)->repeated_records, 6);
}

static void
live_the_clock_of_a_record_counts_only_where_it_can_be_meant(void **state)
{
	static const int64_t wrong[] = {3, 3600, 86400 * 400, -86401, -86400 * 400};
	struct observation o[16];
	struct flow flow;

	for (unsigned i = 0; i < 5; i++) {
		flow = from_client(LIVE + wrong[i], (uint16_t)(1 + i), OPEN | TCP_FIN, 10, 4000);
		flow.end.us += 7 * WALL_SECOND;
		put(*state, flow);
	}
	put(*state, from_client(LIVE - 86400, 6, OPEN | TCP_FIN, 10, 4000));
	put(*state, from_client(LIVE + 1, 7, OPEN | TCP_FIN, 10, 4000));
	assert_int_equal(intake_counts(*state)->clock_records, 5);
	assert_int_equal(take_all(*state, o), 7);
	for (int i = 0; i < 5; i++) {
		assert_true(o[i].time.us == second(LIVE - 7).us);
		assert_int_equal(o[i].duration_ms, 7000);
	}
	assert_true(o[5].time.us == second(LIVE - 86400).us);
	assert_true(o[6].time.us == second(LIVE).us);
}

static void
live_the_clock_of_a_binding_counts_only_where_it_can_be_meant(void **state)
{
	struct observation o[16], binding = {.kind = OBSERVATION_BINDING_OPEN};

	binding.time = second(LIVE - 5);
	intake_observation(*state, &binding);
	binding.time = second(LIVE + 86400);
	intake_observation(*state, &binding);
	assert_int_equal(intake_take(*state, o, 16), 2);
	assert_true(o[0].time.us == second(LIVE - 5).us);
	assert_true(o[1].time.us == second(LIVE).us);
	assert_int_equal(intake_counts(*state)->clock_records, 1);
}

static void
live_what_came_out_takes_no_room_from_what_waits(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake;
	struct observation o[16];

	settings.join_most = 4;
	settings.live = true;
	intake = intake_new(&settings);
	intake_advance(intake, second(LIVE));
	put(intake, from_client(LIVE, 1, TCP_SYN, 1, 60));
	for (uint16_t port = 2; port <= 10; port++) {
		put(intake, from_client(LIVE, port, TCP_SYN, 1, 60));
		put(intake, from_server(LIVE, port, TCP_RST | TCP_ACK, 1, 40));
	}
	assert_int_equal(intake_counts(intake)->join_forced, 0);
	assert_int_equal(intake_counts(intake)->told_forgotten, 0);
	assert_int_equal(intake_take(intake, o, 16), 9);
	assert_int_equal(take_all(intake, o), 1);
	assert_int_equal(o[0].client_port, 1);
	intake_free(intake);
}

static void
live_many_connections_pass_through_a_small_table(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct intake *intake;
	struct observation o[16];
	size_t taken = 0;

	settings.join_most = 64;
	settings.live = true;
	intake = intake_new(&settings);
	for (int64_t i = 0; i < 20000; i++) {
		uint16_t port = (uint16_t)(10000 + i % 50000);

		intake_advance(intake, second(LIVE + i));
		put(intake, from_client(LIVE + i, port, OPEN | TCP_FIN, 10, 4000));
		put(intake, from_server(LIVE + i, port, OPEN | TCP_FIN, 9, 900));
		taken += intake_take(intake, o, 16);
	}
	assert_int_equal(taken, 20000);
	assert_int_equal(intake_counts(intake)->told_forgotten, 0);
	assert_int_equal(intake_counts(intake)->join_forced, 0);
	intake_free(intake);
}

/* Secret words are drawn anew each time: what is bad with one in some hundred of them is found here. */
static void
live_ports_in_a_row_are_remembered_whatever_the_secret(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;
	struct observation o[16];

	(void)state;
	settings.join_most = 64;
	settings.live = true;
	for (int secret = 0; secret < 1000; secret++) {
		struct intake *intake = intake_new(&settings);

		for (int64_t i = 0; i < 500; i++) {
			uint16_t port = (uint16_t)(10000 + i);

			intake_advance(intake, second(LIVE + i));
			put(intake, from_client(LIVE + i, port, OPEN | TCP_FIN, 10, 4000));
			put(intake, from_server(LIVE + i, port, OPEN | TCP_FIN, 9, 900));
			(void)intake_take(intake, o, 16);
		}
		assert_int_equal(intake_counts(intake)->told_forgotten, 0);
		intake_free(intake);
	}
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
		cmocka_unit_test_setup_teardown(
			live_both_directions_and_their_end_come_out_at_once, setup_live, teardown),
		cmocka_unit_test_setup_teardown(
			live_a_record_of_both_directions_comes_out_at_once_unless_unanswered,
			setup_live, teardown),
		cmocka_unit_test_setup_teardown(
			live_one_direction_waits_on_the_receivers_clock_alone, setup_live,
			teardown),
		cmocka_unit_test_setup_teardown(
			live_a_later_record_of_a_connection_that_came_out_is_no_second_one,
			setup_live, teardown),
		cmocka_unit_test_setup_teardown(
			live_a_port_used_again_after_the_end_is_a_new_connection, setup_live,
			teardown),
		cmocka_unit_test_setup_teardown(
			live_the_clock_of_a_record_counts_only_where_it_can_be_meant, setup_live,
			teardown),
		cmocka_unit_test_setup_teardown(
			live_the_clock_of_a_binding_counts_only_where_it_can_be_meant, setup_live,
			teardown),
		cmocka_unit_test(live_what_came_out_takes_no_room_from_what_waits),
		cmocka_unit_test(live_many_connections_pass_through_a_small_table),
		cmocka_unit_test(live_ports_in_a_row_are_remembered_whatever_the_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
