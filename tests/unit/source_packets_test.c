/* SPDX-License-Identifier: BSD-2-Clause */
/* Packets as they come from an interface, without an end. */
#include "packet_maker.h"
#include "source/capture/connection.h"
#include "source/capture/packets.h"
#include "source/export/export.h"
#include "unit.h"

#define BEGIN (INT64_C(1700000000) * WALL_SECOND)

static struct intake *intake;
static struct packets *packets;
static struct wall now;
static struct observation seen[64];
static size_t count;

static int
set_up(void **state)
{
	struct intake_settings settings = INTAKE_DEFAULTS;

	settings.live = true;
	intake = intake_new(&settings);
	packets = packets_new("eth0", intake);
	now.us = BEGIN;
	count = 0;
	intake_advance(intake, now);
	return 0;
}

static int
tear_down(void **state)
{
	packets_free(packets);
	intake_free(intake);
	return 0;
}

static void
add(const struct made *made)
{
	uint8_t bytes[2000];
	size_t size = make_frame(bytes, sizeof(bytes), made);
	struct packet packet = {
		.link = LINK_ETHERNET, .time = now, .bytes = bytes, .captured = size, .wire = size};

	packets_add(packets, &packet);
}

static void
syn(uint16_t port)
{
	add(&(struct made){.source = CLIENT,
		.destination = SERVER,
		.source_port = port,
		.destination_port = 25,
		.flags = TCP_SYN,
		.sequence = 100});
}

static void
reset(uint16_t port)
{
	add(&(struct made){.source = SERVER,
		.destination = CLIENT,
		.source_port = 25,
		.destination_port = port,
		.flags = TCP_RST | TCP_ACK,
		.acknowledged = 101});
}

/* The receiver's clock, once a second, while nothing comes. */
static void
pass(int64_t seconds)
{
	for (int64_t i = 0; i < seconds; i++) {
		now.us += WALL_SECOND;
		intake_advance(intake, now);
		packets_clock(packets, now);
		count += intake_take(intake, seen + count, 64 - count);
	}
}

static void
what_waits_comes_out_by_the_clock_alone(void **state)
{
	syn(40000);
	pass(5);
	assert_int_equal(count, 0);
	pass(10);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	assert_true(seen[0].time.us == BEGIN);
	/* An answer tells at once. */
	syn(40001);
	reset(40001);
	count += intake_take(intake, seen + count, 64 - count);
	assert_int_equal(count, 2);
	assert_int_equal(seen[1].outcome, OUTCOME_FAILED);
	assert_int_equal(intake_counts(intake)->clock_records, 0);
}

static void
days_of_packets_need_no_flush(void **state)
{
	size_t all = 0;

	for (int i = 0; i < 20000; i++) {
		syn((uint16_t)(10000 + i % 50000));
		count = 0;
		pass(9);
		all += count;
	}
	count = 0;
	pass(15);
	assert_int_equal(all + count, 20000);
	assert_int_equal(intake_counts(intake)->join_forced, 0);
	assert_int_equal(intake_counts(intake)->skipped_records, 0);
}

static void
a_clock_that_stands_still_or_jumps_ahead_ends_nothing_wrongly(void **state)
{
	syn(40000);
	/* While the system's clock catches up after it was set back, the receiver's hardly moves. */
	for (int i = 0; i < 100; i++) {
		now.us += 1000;
		intake_advance(intake, now);
		packets_clock(packets, now);
	}
	assert_int_equal(intake_take(intake, seen, 64), 0);
	add(&(struct made){.source = SERVER,
		.destination = CLIENT,
		.source_port = 25,
		.destination_port = 40000,
		.flags = TCP_SYN | TCP_ACK,
		.sequence = 900,
		.acknowledged = 101});
	/* It was set an hour ahead: the connection was answered, so it has not failed. */
	now.us += WALL_HOUR;
	pass(1);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	syn(40001);
	pass(15);
	assert_int_equal(count, 2);
	assert_int_equal(seen[1].outcome, OUTCOME_FAILED);
	assert_true(seen[1].time.us > BEGIN + WALL_HOUR);
}

/* A message of NetFlow v5 with one flow to port 25, whole or in two fragments. */
static void
send_export(bool in_fragments)
{
	uint8_t v5[24 + 48] = {0, 5, 0, 1, [24] = 10, [28] = 192, [56] = 156, 64, 0, 25, [62] = 6};
	struct made made = {.source = CLIENT,
		.destination = SERVER,
		.source_port = 50000,
		.destination_port = 2055,
		.protocol = 17,
		.payload = v5,
		.size = sizeof(v5),
		.id = 7};

	if (in_fragments) {
		made.fragment = 0x2000;
		made.size = 32;
		add(&made);
		made.fragment = 5;
		made.payload = v5 + 32;
		made.size = sizeof(v5) - 32;
	}
	add(&made);
}

static void
export_on_the_wire_is_left_alone_if_so_told(void **state)
{
	send_export(false);
	assert_int_equal(intake_counts(intake)->records, 1);
	assert_int_equal(intake_counts(intake)->mail_records, 1);
	packets_ignore_export(packets);
	send_export(false);
	send_export(true);
	assert_int_equal(intake_counts(intake)->records, 4);
	assert_int_equal(intake_counts(intake)->mail_records, 1);
	assert_int_equal(export_counts(export_of(intake))->datagrams, 1);
	assert_int_equal(intake_counts(intake)->skipped_records, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_waits_comes_out_by_the_clock_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(days_of_packets_need_no_flush, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_clock_that_stands_still_or_jumps_ahead_ends_nothing_wrongly, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			export_on_the_wire_is_left_alone_if_so_told, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
