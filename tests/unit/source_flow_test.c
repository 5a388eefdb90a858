/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/flow.h"
#include "unit.h"

#include <errno.h>

static struct flow
flow_between(uint16_t source_port, uint16_t destination_port)
{
	return (struct flow){
		.start = {1000000},
		.end = {3500000},
		.source = address_from_v4(0x0a000001),
		.destination = address_from_v4(0xc0000219),
		.source_port = source_port,
		.destination_port = destination_port,
		.protocol = 6,
		.sampling = 1,
		.known = FLOW_BOTH_SIDES | FLOW_TCP_FLAGS | FLOW_COUNTS,
	};
}

static uint8_t
outcome_with(uint8_t forward_flags, uint64_t packets, uint64_t bytes, uint8_t reverse_flags,
	uint64_t reverse_packets)
{
	struct flow flow = flow_between(40000, 25);
	struct observation o;

	flow.forward = (struct flow_side){packets, bytes, forward_flags};
	flow.reverse = (struct flow_side){reverse_packets, reverse_packets * 60, reverse_flags};
	assert_int_equal(flow_observe(&flow, &o), 0);
	return o.outcome;
}

static void
a_syn_alone_tells_the_opener(void **state)
{
	struct flow flow = flow_between(25, 25);

	flow.forward.tcp_flags = TCP_SYN;
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_SOURCE);
	flow.forward.tcp_flags = TCP_RST | TCP_ACK;
	flow.reverse.tcp_flags = TCP_SYN;
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_DESTINATION);
}

static void
flags_or_ed_over_a_connection_leave_it_to_the_ports(void **state)
{
	const uint8_t all = TCP_SYN | TCP_ACK | TCP_PSH | TCP_FIN;
	struct flow flow = flow_between(25, 40000);

	flow.forward.tcp_flags = flow.reverse.tcp_flags = all;
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_DESTINATION);
	flow.known |= FLOW_SOURCE_OPENED;
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_SOURCE);
}

static void
two_mail_ports_or_none_are_unclear(void **state)
{
	struct flow flow = flow_between(25, 465);
	struct observation o;

	assert_int_equal(flow_opener(&flow), FLOW_OPENER_UNCLEAR);
	assert_int_equal(flow_observe(&flow, &o), -EINVAL);
	flow = flow_between(40000, 80);
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_UNCLEAR);
	assert_false(flow_is_mail(&flow, FLOW_OPENER_UNCLEAR));
}

static void
a_web_client_on_port_2525_is_no_mail_server(void **state)
{
	struct flow flow = flow_between(2525, 80);

	assert_int_equal(flow_opener(&flow), FLOW_OPENER_UNCLEAR);
	flow.known |= FLOW_SOURCE_OPENED;
	assert_false(flow_is_mail(&flow, flow_opener(&flow)));
	flow = flow_between(40000, 2525);
	assert_int_equal(flow_opener(&flow), FLOW_OPENER_SOURCE);
}

static void
the_observation_is_of_the_client_whichever_side_it_is(void **state)
{
	struct flow flow = flow_between(587, 40000);
	struct observation o;

	flow.forward = (struct flow_side){9, 900, TCP_SYN | TCP_ACK};
	flow.reverse = (struct flow_side){12, 5000, TCP_SYN | TCP_ACK};
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_true(address_equal(&o.client, &flow.destination));
	assert_true(address_equal(&o.server, &flow.source));
	assert_int_equal(o.client_port, 40000);
	assert_int_equal(o.server_port, 587);
	assert_int_equal(o.outcome, OUTCOME_ACCEPTED);
	assert_int_equal(o.duration_ms, 2500);
	assert_int_equal(o.flags, 0);
}

static void
outcomes_follow_flags_and_counts(void **state)
{
	const uint8_t open = TCP_SYN | TCP_ACK;

	assert_int_equal(outcome_with(TCP_SYN, 3, 180, 0, 0), OUTCOME_FAILED);
	assert_int_equal(outcome_with(TCP_SYN, 1, 60, TCP_RST | TCP_ACK, 1), OUTCOME_FAILED);
	assert_int_equal(outcome_with(open, 12, 5000, open, 10), OUTCOME_ACCEPTED);
	assert_int_equal(outcome_with(open | TCP_RST, 12, 1000, open, 10), OUTCOME_ACCEPTED);
	assert_int_equal(outcome_with(open, 12, 999, open, 10), OUTCOME_REFUSED);
	assert_int_equal(outcome_with(open, 4, 300, open | TCP_RST, 5), OUTCOME_REFUSED);
	assert_int_equal(outcome_with(open | TCP_RST, 3, 200, open, 2), OUTCOME_FAILED);
	assert_int_equal(outcome_with(open, 3, 200, open, 2), OUTCOME_UNKNOWN);
	/* Who only scans for open ports is answered and goes no further. */
	assert_int_equal(outcome_with(TCP_SYN, 1, 60, open, 1), OUTCOME_UNKNOWN);
	assert_int_equal(outcome_with(TCP_SYN | TCP_RST, 2, 100, open, 1), OUTCOME_FAILED);
}

static void
answers_on_a_way_that_was_not_watched_are_no_failure(void **state)
{
	struct flow flow = flow_between(40000, 25);
	struct observation o;

	flow.forward = (struct flow_side){10, 4000, TCP_SYN | TCP_ACK | TCP_PSH};
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_ACCEPTED);
	flow.known = FLOW_COUNTS;
	flow.forward = (struct flow_side){2, 120, 0};
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(o.flags, OBSERVATION_ONE_SIDED);
}

static void
sampled_and_cut_records_do_not_tell_failures(void **state)
{
	struct flow flow = flow_between(40000, 25);
	struct observation o;

	flow.forward = (struct flow_side){1, 60, TCP_SYN};
	flow.sampling = 100;
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(o.sampling, 100);
	flow.sampling = 0;
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_UNKNOWN);
	flow.sampling = 1;
	flow.forward = (struct flow_side){5, 300, TCP_ACK | TCP_PSH};
	flow.reverse = (struct flow_side){5, 300, TCP_ACK | TCP_PSH};
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(o.flags, OBSERVATION_CUT);
}

static void
our_own_firewall_is_no_failure_of_the_other_side(void **state)
{
	struct flow flow = flow_between(40000, 25);
	struct observation o;

	flow.known |= FLOW_DENIED;
	flow.sampling = 0;
	flow.forward = (struct flow_side){1, 60, TCP_SYN};
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.outcome, OUTCOME_BLOCKED);
}

static void
durations_saturate_and_never_go_below_zero(void **state)
{
	struct flow flow = flow_between(40000, 25);
	struct observation o;

	flow.end.us = 0;
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.duration_ms, 0);
	flow.start.us = INT64_MIN;
	flow.end.us = INT64_MAX;
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_int_equal(o.duration_ms, 0);
	flow.start.us = 0;
	assert_int_equal(flow_observe(&flow, &o), 0);
	assert_true(o.duration_ms == UINT32_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_alone_tells_the_opener),
		cmocka_unit_test(flags_or_ed_over_a_connection_leave_it_to_the_ports),
		cmocka_unit_test(two_mail_ports_or_none_are_unclear),
		cmocka_unit_test(a_web_client_on_port_2525_is_no_mail_server),
		cmocka_unit_test(the_observation_is_of_the_client_whichever_side_it_is),
		cmocka_unit_test(outcomes_follow_flags_and_counts),
		cmocka_unit_test(answers_on_a_way_that_was_not_watched_are_no_failure),
		cmocka_unit_test(sampled_and_cut_records_do_not_tell_failures),
		cmocka_unit_test(our_own_firewall_is_no_failure_of_the_other_side),
		cmocka_unit_test(durations_saturate_and_never_go_below_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
