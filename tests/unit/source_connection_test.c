/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_maker.h"
#include "source/capture/connection.h"
#include "unit.h"

static struct intake *intake;
static struct connections *connections;
static struct wall now;
static struct observation seen[64];
static size_t count;
static struct made to_server, to_client;

static int
set_up(void **state)
{
	intake = intake_new(&INTAKE_DEFAULTS);
	connections = connections_new(1000, intake);
	now = (struct wall){INT64_C(1300000000) * WALL_SECOND};
	count = 0;
	to_server = (struct made){.source = CLIENT,
		.destination = SERVER,
		.source_port = 40000,
		.destination_port = 25,
		.sequence = 100};
	to_client = (struct made){.source = SERVER,
		.destination = CLIENT,
		.source_port = 25,
		.destination_port = 40000,
		.sequence = 900};
	return 0;
}

static int
tear_down(void **state)
{
	connections_free(connections);
	intake_free(intake);
	return 0;
}

static void
take(void)
{
	size_t got;

	while (count < 64 && (got = intake_take(intake, seen + count, 64 - count)) > 0)
		count += got;
}

static void
wait_for(int64_t us)
{
	now.us += us;
	connections_clock(connections, now);
	take();
}

static void
flush(void)
{
	while (connections_flush(connections))
		take();
	take();
}

static void
packet(const struct made *m, size_t captured)
{
	uint8_t bytes[2000];
	size_t size = make_frame(bytes, sizeof(bytes), m);
	struct frame frame;

	if (captured > size)
		captured = size;
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, captured, size, &frame), 0);
	connections_packet(connections, now, &frame);
	now.us += 1000;
}

/* One packet of a side, which moves the numbers of both on. */
static void
from(struct made *side, uint8_t flags, const char *text)
{
	struct made *other = side == &to_server ? &to_client : &to_server;

	side->flags = flags;
	side->payload = text;
	side->size = strlen(text);
	packet(side, SIZE_MAX);
	side->sequence += (uint32_t)side->size + ((flags & (TCP_SYN | TCP_FIN)) != 0);
	other->acknowledged = side->sequence;
}

static void
client(uint8_t flags, const char *text)
{
	from(&to_server, flags, text);
}

static void
server(uint8_t flags, const char *text)
{
	from(&to_client, flags, text);
}

static void
handshake(void)
{
	client(TCP_SYN, "");
	server(TCP_SYN | TCP_ACK, "");
	client(TCP_ACK, "");
}

static void
close_both(void)
{
	client(TCP_FIN | TCP_ACK, "");
	server(TCP_FIN | TCP_ACK, "");
	client(TCP_ACK, "");
}

static void
a_delivery_is_one_accepted_observation(void **state)
{
	struct wall start = now;
	char text[ADDRESS_TEXT];

	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "EHLO me\r\n");
	server(TCP_ACK, "250 mx\r\n");
	client(TCP_ACK, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
	server(TCP_ACK, "250 ok\r\n250 ok\r\n550 no\r\n354 go\r\n");
	client(TCP_ACK, "Subject: x\r\n\r\nx\r\n.\r\n");
	server(TCP_ACK, "250 ok\r\n");
	client(TCP_ACK, "QUIT\r\n");
	server(TCP_ACK, "221 bye\r\n");
	close_both();
	take();
	assert_int_equal(count, 0);
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_true(seen[0].time.us == start.us);
	assert_string_equal(address_format(&seen[0].client, text), "10.0.0.1");
	assert_string_equal(address_format(&seen[0].server, text), "192.0.2.25");
	assert_int_equal(seen[0].client_port, 40000);
	assert_int_equal(seen[0].server_port, 25);
	assert_int_equal(seen[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(seen[0].recipients, 2);
	assert_int_equal(seen[0].refusals, 1);
	assert_int_equal(seen[0].flags, 0);
	assert_int_equal(seen[0].sampling, 1);
	assert_int_equal(seen[0].duration_ms, 14);
	flush();
	assert_int_equal(count, 1);
}

static void
an_unanswered_syn_has_failed_once(void **state)
{
	client(TCP_SYN, "");
	to_server.sequence--;
	wait_for(3 * WALL_SECOND);
	client(TCP_SYN, "");
	to_server.sequence--;
	wait_for(6 * WALL_SECOND);
	assert_int_equal(count, 0);
	wait_for(6 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	assert_int_equal(seen[0].flags, 0);
	/* The same attempt goes on for a minute. */
	wait_for(40 * WALL_SECOND);
	client(TCP_SYN, "");
	to_server.sequence--;
	wait_for(64 * WALL_SECOND);
	client(TCP_SYN, "");
	flush();
	assert_int_equal(count, 1);
}

static void
another_initial_number_is_another_attempt(void **state)
{
	client(TCP_SYN, "");
	to_server.sequence = 5000;
	client(TCP_SYN, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	wait_for(12 * WALL_SECOND);
	assert_int_equal(count, 2);
}

static void
a_reset_to_the_syn_has_failed_at_once(void **state)
{
	client(TCP_SYN, "");
	to_client.sequence = 0;
	server(TCP_RST | TCP_ACK, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	/* Some systems try again with the same numbers. */
	to_server.sequence--;
	client(TCP_SYN, "");
	to_client.sequence = 0;
	server(TCP_RST | TCP_ACK, "");
	flush();
	assert_int_equal(count, 1);
}

static void
a_lone_reset_is_the_answer_to_a_syn_on_another_way(void **state)
{
	char text[ADDRESS_TEXT];

	to_client.sequence = 0;
	server(TCP_RST | TCP_ACK, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	assert_string_equal(address_format(&seen[0].client, text), "10.0.0.1");
}

static void
a_scanner_that_resets_the_answer_has_failed(void **state)
{
	client(TCP_SYN, "");
	server(TCP_SYN | TCP_ACK, "");
	client(TCP_RST, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
}

static void
a_syn_at_the_very_end_is_unknown(void **state)
{
	client(TCP_SYN, "");
	flush();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
}

static void
a_syn_shortly_before_the_end_has_failed(void **state)
{
	client(TCP_SYN, "");
	wait_for(2 * WALL_SECOND);
	flush();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
}

static void
whoever_is_turned_away_is_refused(void **state)
{
	handshake();
	server(TCP_ACK, "554 5.7.1 no\r\n");
	client(TCP_ACK, "QUIT\r\n");
	close_both();
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_REFUSED);
	assert_int_equal(seen[0].refusals, 1);
}

static void
a_reset_after_the_handshake_is_a_refusal(void **state)
{
	handshake();
	server(TCP_RST, "");
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_REFUSED);
}

static void
a_recording_that_ends_midway_leaves_it_unknown(void **state)
{
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "EHLO me\r\n");
	flush();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
}

static void
an_accepted_one_comes_out_although_it_goes_on(void **state)
{
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
	server(TCP_ACK, "250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n");
	wait_for(30 * WALL_SECOND);
	assert_int_equal(count, 0);
	client(TCP_ACK, "x");
	wait_for(45 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_ACCEPTED);
	/* Never twice, however long it goes on. */
	for (int i = 0; i < 30; i++) {
		client(TCP_ACK, "x");
		wait_for(WALL_MINUTE);
	}
	close_both();
	flush();
	assert_int_equal(count, 1);
}

static void
an_open_question_is_answered_before_it_is_too_late(void **state)
{
	handshake();
	server(TCP_ACK, "220-wait\r\n");
	for (int i = 0; i < 9; i++)
		wait_for(WALL_MINUTE);
	wait_for(15 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
}

static void
a_syn_whose_answer_may_be_lost_is_unknown(void **state)
{
	client(TCP_SYN, "");
	wait_for(WALL_SECOND);
	/* The SYN-ACK and the ACK were there. */
	connections_lost(connections, now);
	wait_for(30 * WALL_SECOND);
	assert_int_equal(count, 0);
	wait_for(45 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(seen[0].flags, OBSERVATION_INCOMPLETE);
}

static void
a_loss_that_is_known_before_the_first_packet_counts(void **state)
{
	connections_lost(connections, (struct wall){now.us + 5 * WALL_SECOND});
	client(TCP_SYN, "");
	wait_for(6 * WALL_SECOND);
	client(TCP_RST, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(seen[0].flags, OBSERVATION_INCOMPLETE);
}

static void
a_loss_is_forgotten_when_the_clock_is_set_back(void **state)
{
	client(TCP_SYN, "");
	connections_lost(connections, now);
	now.us -= 2 * CONNECTION_JUMP;
	to_server.sequence = 5000;
	client(TCP_SYN, "");
	wait_for(12 * WALL_SECOND);
	assert_int_equal(count, 2);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(seen[1].outcome, OUTCOME_FAILED);
	assert_int_equal(seen[1].flags, 0);
}

static void
who_begins_anew_after_a_loss_has_not_failed(void **state)
{
	client(TCP_SYN, "");
	connections_lost(connections, now);
	now.us += 1000;
	to_server.sequence = 5000;
	client(TCP_SYN, "");
	take();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	/* After the loss everything is seen again. */
	wait_for(12 * WALL_SECOND);
	assert_int_equal(count, 2);
	assert_int_equal(seen[1].outcome, OUTCOME_FAILED);
	assert_int_equal(seen[1].flags, OBSERVATION_INCOMPLETE);
}

static void
a_minute_after_a_loss_evidence_is_whole_again(void **state)
{
	connections_lost(connections, now);
	now.us += 2 * WALL_MINUTE;
	client(TCP_SYN, "");
	wait_for(12 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_FAILED);
	assert_int_equal(seen[0].flags, 0);
}

static void
a_dialogue_that_was_lost_is_no_refusal(void **state)
{
	handshake();
	connections_lost(connections, now);
	/* Its message was taken, and nobody saw it. */
	to_server.sequence += 500;
	to_client.sequence += 200;
	close_both();
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_UNKNOWN);
	assert_int_equal(seen[0].flags, OBSERVATION_INCOMPLETE);
}

static void
a_message_that_was_seen_to_be_taken_is_so_whatever_was_lost(void **state)
{
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "HELO me\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n");
	server(TCP_ACK, "250 mx\r\n250 ok\r\n250 ok\r\n354 go\r\n");
	connections_lost(connections, now);
	close_both();
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(seen[0].flags, OBSERVATION_INCOMPLETE);
}

static void
without_a_beginning_the_mail_port_is_the_server(void **state)
{
	char text[ADDRESS_TEXT];

	server(TCP_ACK, "250 ok\r\n");
	client(TCP_ACK, "DATA\r\n");
	server(TCP_ACK, "354 go\r\n");
	close_both();
	flush();
	assert_int_equal(count, 1);
	assert_string_equal(address_format(&seen[0].client, text), "10.0.0.1");
	assert_int_equal(seen[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(seen[0].flags, OBSERVATION_CUT);
}

static void
bare_acknowledgements_begin_nothing(void **state)
{
	client(TCP_ACK, "");
	server(TCP_ACK | TCP_FIN, "");
	flush();
	assert_int_equal(count, 0);
}

static void
a_mail_port_of_the_opener_himself_is_no_mail(void **state)
{
	to_server.source_port = 25;
	to_server.destination_port = 80;
	to_client.source_port = 80;
	to_client.destination_port = 25;
	handshake();
	client(TCP_ACK, "GET / HTTP/1.0\r\n\r\n");
	server(TCP_ACK, "HTTP/1.0 200 OK\r\n\r\n");
	close_both();
	flush();
	assert_int_equal(count, 0);
}

static void
two_mail_ports_without_a_syn_are_unclear(void **state)
{
	to_server.source_port = 587;
	client(TCP_ACK, "x");
	flush();
	assert_int_equal(count, 0);
	assert_int_equal(intake_counts(intake)->unclear_records, 1);
	assert_int_equal(intake_counts(intake)->skipped_records, 1);
}

static void
one_side_alone_is_told_as_such(void **state)
{
	client(TCP_SYN, "");
	client(TCP_ACK, "");
	to_server.acknowledged += 50;
	client(TCP_ACK, "EHLO me\r\n");
	to_server.acknowledged += 50;
	client(TCP_ACK, "QUIT\r\n");
	client(TCP_ACK | TCP_FIN, "");
	wait_for(5 * WALL_SECOND);
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].outcome, OUTCOME_REFUSED);
	assert_int_equal(seen[0].flags, OBSERVATION_ONE_SIDED);
}

static void
segments_out_of_order_are_read_in_order(void **state)
{
	static const char *const parts[] = {"MAIL FROM:<a@b>\r\nRCPT TO:<c@",
		"d>\r\nRCPT TO:<e@f>\r\n", "RCPT TO:<g@h>\r\nDATA\r\n"};
	uint32_t first, acknowledged;

	handshake();
	server(TCP_ACK, "220 mx\r\n");
	first = to_server.sequence;
	acknowledged = to_client.acknowledged;
	to_server.sequence = first + (uint32_t)(strlen(parts[0]) + strlen(parts[1]));
	client(TCP_ACK, parts[2]);
	to_server.sequence = first + (uint32_t)strlen(parts[0]);
	client(TCP_ACK, parts[1]);
	client(TCP_ACK, "");
	to_server.sequence = first;
	client(TCP_ACK, parts[0]);
	client(TCP_ACK, "");
	to_client.acknowledged = acknowledged + 70;
	close_both();
	flush();
	assert_int_equal(count, 1);
	assert_int_equal(seen[0].recipients, 3);
}

static void
what_was_sent_twice_counts_once(void **state)
{
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "RCPT TO:<c@d>\r\n");
	to_server.sequence -= 15;
	client(TCP_ACK, "RCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\n");
	server(TCP_ACK, "550 no\r\n");
	to_client.sequence -= 8;
	server(TCP_ACK, "550 no\r\n");
	close_both();
	flush();
	assert_int_equal(seen[0].recipients, 2);
	assert_int_equal(seen[0].refusals, 1);
}

static void
lost_segments_are_stepped_over_when_acknowledged(void **state)
{
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	to_server.sequence += 20;
	client(TCP_ACK, "RCPT TO:<e@f>\r\n");
	server(TCP_ACK, "250 ok\r\n");
	client(TCP_ACK, "RCPT TO:<g@h>\r\n");
	close_both();
	flush();
	assert_int_equal(seen[0].recipients, 2);
	assert_int_equal(seen[0].outcome, OUTCOME_REFUSED);
}

static void
starttls_is_told_and_judged_by_its_size(void **state)
{
	static char message[1300];

	memset(message, 0x17, sizeof(message) - 1);
	handshake();
	server(TCP_ACK, "220 mx\r\n");
	client(TCP_ACK, "EHLO me\r\n");
	server(TCP_ACK, "250 STARTTLS\r\n");
	client(TCP_ACK, "STARTTLS\r\n");
	server(TCP_ACK, "220 go\r\n");
	client(TCP_ACK, "\x16\x03hello");
	server(TCP_ACK, "....");
	client(TCP_ACK, message);
	close_both();
	flush();
	assert_int_equal(seen[0].outcome, OUTCOME_ACCEPTED);
	assert_int_equal(seen[0].flags, OBSERVATION_STARTTLS);
}

static void
a_full_table_lets_the_silent_ones_out(void **state)
{
	for (unsigned i = 0; i < 1200; i++) {
		to_server.source_port = (uint16_t)(2000 + i);
		client(TCP_SYN, "");
	}
	assert_int_equal(intake_counts(intake)->join_forced, 200);
	for (size_t got = 1; got > 0; count += got)
		got = intake_take(intake, seen, 64);
	assert_int_equal(count, 200);
	while (connections_flush(connections))
		continue;
	for (size_t got = 1; got > 0; count += got)
		got = intake_take(intake, seen, 64);
	assert_int_equal(count, 1200);
}

static void
clocks_that_jump_end_what_was_open(void **state)
{
	client(TCP_SYN, "");
	now.us -= WALL_DAY;
	to_server.source_port = 40001;
	client(TCP_SYN, "");
	take();
	assert_int_equal(count, 1);
	now.us += 40000 * WALL_DAY;
	to_server.source_port = 40002;
	client(TCP_SYN, "");
	take();
	assert_int_equal(count, 2);
	now.us = INT64_MIN / 2;
	to_server.source_port = 40003;
	client(TCP_SYN, "");
	flush();
	assert_int_equal(count, 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
		TEST(a_delivery_is_one_accepted_observation),
		TEST(an_unanswered_syn_has_failed_once),
		TEST(another_initial_number_is_another_attempt),
		TEST(a_reset_to_the_syn_has_failed_at_once),
		TEST(a_lone_reset_is_the_answer_to_a_syn_on_another_way),
		TEST(a_scanner_that_resets_the_answer_has_failed),
		TEST(a_syn_at_the_very_end_is_unknown),
		TEST(a_syn_shortly_before_the_end_has_failed),
		TEST(whoever_is_turned_away_is_refused),
		TEST(a_reset_after_the_handshake_is_a_refusal),
		TEST(a_recording_that_ends_midway_leaves_it_unknown),
		TEST(an_accepted_one_comes_out_although_it_goes_on),
		TEST(an_open_question_is_answered_before_it_is_too_late),
		TEST(a_syn_whose_answer_may_be_lost_is_unknown),
		TEST(a_loss_that_is_known_before_the_first_packet_counts),
		TEST(a_loss_is_forgotten_when_the_clock_is_set_back),
		TEST(who_begins_anew_after_a_loss_has_not_failed),
		TEST(a_minute_after_a_loss_evidence_is_whole_again),
		TEST(a_dialogue_that_was_lost_is_no_refusal),
		TEST(a_message_that_was_seen_to_be_taken_is_so_whatever_was_lost),
		TEST(without_a_beginning_the_mail_port_is_the_server),
		TEST(bare_acknowledgements_begin_nothing),
		TEST(a_mail_port_of_the_opener_himself_is_no_mail),
		TEST(two_mail_ports_without_a_syn_are_unclear),
		TEST(one_side_alone_is_told_as_such),
		TEST(segments_out_of_order_are_read_in_order),
		TEST(what_was_sent_twice_counts_once),
		TEST(lost_segments_are_stepped_over_when_acknowledged),
		TEST(starttls_is_told_and_judged_by_its_size),
		TEST(a_full_table_lets_the_silent_ones_out),
		TEST(clocks_that_jump_end_what_was_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
