/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/dialogue.h"
#include "source/flow.h"
#include "unit.h"

#define SEEDS 2000

/* What both sides of a dialogue look like to an exporter that sees all packets. */
static struct flow
flow_of(const struct dialogue *dialogue)
{
	struct flow flow = {.known = FLOW_BOTH_SIDES | FLOW_COUNTS | FLOW_TCP_FLAGS,
		.source_port = 40000,
		.destination_port = 25,
		.sampling = 1,
		.protocol = 6};

	for (unsigned i = 0; i < dialogue->count; i++) {
		const struct dialogue_packet *packet = &dialogue->packet[i];
		struct flow_side *side = packet->from_server ? &flow.reverse : &flow.forward;

		side->packets++;
		side->bytes += packet->size;
		side->tcp_flags |= packet->tcp_flags;
	}
	return flow;
}

static void
packets_tell_the_outcome_that_they_were_made_for(void **state)
{
	static const uint8_t outcomes[] = {
		OUTCOME_UNKNOWN, OUTCOME_ACCEPTED, OUTCOME_REFUSED, OUTCOME_FAILED};

	for (unsigned i = 0; i < sizeof(outcomes); i++) {
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct dialogue dialogue;
			struct observation o;
			struct flow flow;

			dialogue_make(&dialogue, outcomes[i], 1200000, seed % 2, seed);
			flow = flow_of(&dialogue);
			assert_int_equal(flow_observe(&flow, &o), 0);
			assert_int_equal(o.outcome, outcomes[i]);
		}
	}
}

static void
packets_are_in_order_and_within_the_time(void **state)
{
	for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct dialogue dialogue;

			dialogue_make(&dialogue, (uint8_t)outcome, 1200000, false, seed);
			assert_in_range(dialogue.count, 2, DIALOGUE_PACKETS);
			assert_int_equal(dialogue.packet[0].at, 0);
			assert_false(dialogue.packet[0].from_server);
			for (unsigned i = 1; i < dialogue.count; i++)
				assert_true(dialogue.packet[i].at > dialogue.packet[i - 1].at);
			assert_true(dialogue.packet[dialogue.count - 1].at <= 1200000);
		}
	}
}

/* The manual tells these figures, and the sampling of a rehearsal without a wire counts on them. */
static void
clients_send_as_many_packets_as_the_manual_says(void **state)
{
	static const double expected[OUTCOME_COUNT] = {[OUTCOME_ACCEPTED] = 20,
		[OUTCOME_REFUSED] = 8,
		[OUTCOME_BLOCKED] = 3,
		[OUTCOME_UNKNOWN] = 1};

	for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		double packets = 0;

		if (expected[outcome] == 0)
			continue;
		for (uint64_t seed = 0; seed < SEEDS; seed++) {
			struct dialogue dialogue;

			dialogue_make(&dialogue, (uint8_t)outcome, 1000, false, seed);
			packets += (double)flow_of(&dialogue).forward.packets;
		}
		assert_true(packets / SEEDS > expected[outcome] - 0.5);
		assert_true(packets / SEEDS < expected[outcome] + 0.5);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packets_tell_the_outcome_that_they_were_made_for),
		cmocka_unit_test(packets_are_in_order_and_within_the_time),
		cmocka_unit_test(clients_send_as_many_packets_as_the_manual_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
