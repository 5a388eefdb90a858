/* SPDX-License-Identifier: BSD-2-Clause */
#include "packet_maker.h"
#include "source/capture/connection.h"
#include "source_text.h"
#include "unit.h"

/* The same connection as packets, as flow records, through Zeek and through Suricata. */
struct dialogue {
	struct made to_server, to_client;
	struct intake *intake;
	struct connections *connections;
	struct wall now;
	size_t packets[2]; /* of the client, of the server */
	size_t bytes[2];
	bool has_content;
	const char *last_reply; /* to the message, or to DATA */
};

static void
say_line(struct dialogue *d, bool client, uint8_t flags, const char *text)
{
	struct made *side = client ? &d->to_server : &d->to_client;
	struct made *other = client ? &d->to_client : &d->to_server;
	uint8_t bytes[4000];
	struct frame frame;
	size_t size;

	side->flags = flags;
	side->payload = text;
	side->size = strlen(text);
	size = make_frame(bytes, sizeof(bytes), side);
	assert_int_equal(frame_parse(LINK_ETHERNET, bytes, size, size, &frame), 0);
	connections_packet(d->connections, d->now, &frame);
	d->now.us += 1000;
	d->packets[!client]++;
	d->bytes[!client] += frame.packet_wire;
	side->sequence += (uint32_t)side->size + ((flags & (TCP_SYN | TCP_FIN)) != 0);
	other->acknowledged = side->sequence;
}

/* A whole connection whose packets come to `outcome`. content: bytes of a message, 0 for none. */
static const char *
by_packets(struct dialogue *d, size_t content, const char *reply)
{
	char text[3000];
	struct observation o;

	*d = (struct dialogue){.now = {INT64_C(1300000000) * WALL_SECOND}, .last_reply = reply};
	d->to_server = (struct made){.source = CLIENT,
		.destination = SERVER,
		.source_port = 40000,
		.destination_port = 25,
		.sequence = 100};
	d->to_client = (struct made){.source = SERVER,
		.destination = CLIENT,
		.source_port = 25,
		.destination_port = 40000,
		.sequence = 900};
	d->intake = intake_new(&INTAKE_DEFAULTS);
	d->connections = connections_new(10, d->intake);
	d->has_content = content > 0;
	say_line(d, true, TCP_SYN, "");
	say_line(d, false, TCP_SYN | TCP_ACK, "");
	say_line(d, true, TCP_ACK, "");
	say_line(d, false, TCP_ACK, "220 mx\r\n");
	say_line(d, true, TCP_ACK, "EHLO me\r\n");
	say_line(d, false, TCP_ACK, "250 mx\r\n");
	say_line(d, true, TCP_ACK, "MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	if (content > 0) {
		say_line(d, false, TCP_ACK, "250 ok\r\n250 ok\r\n354 go\r\n");
		snprintf(text, sizeof(text), "Subject: x\r\n\r\n%0*d\r\n.\r\n", (int)content, 0);
		say_line(d, true, TCP_ACK, text);
	} else {
		say_line(d, false, TCP_ACK, "250 ok\r\n250 ok\r\n");
	}
	snprintf(text, sizeof(text), "%s\r\n", reply);
	say_line(d, false, TCP_ACK, text);
	say_line(d, true, TCP_ACK, "QUIT\r\n");
	say_line(d, false, TCP_ACK, "221 bye\r\n");
	say_line(d, true, TCP_FIN | TCP_ACK, "");
	say_line(d, false, TCP_FIN | TCP_ACK, "");
	say_line(d, true, TCP_ACK, "");
	while (connections_flush(d->connections))
		continue;
	assert_int_equal(intake_take(d->intake, &o, 1), 1);
	connections_free(d->connections);
	intake_free(d->intake);
	return outcome_names[o.outcome];
}

static const char *
by_text(const struct format *format, const char *text)
{
	static struct seen seen;

	read_as(format, text, &seen);
	assert_int_equal(seen.result, 0);
	assert_int_equal(seen.counts.skipped_records, 0);
	assert_int_equal(seen.count, 1);
	return outcome_names[seen.observations[0].outcome];
}

static const char *
by_flows(const struct dialogue *d)
{
	char text[2000];

	snprintf(text, sizeof(text),
		"firstSeen,lastSeen,proto,srcAddr,srcPort,dstAddr,dstPort,flags,packets,bytes\n"
		"2011-03-13 07:06:40,2011-03-13 07:06:41,TCP,10.0.0.1,40000,10.0.0.2,25,"
		"...AP.SF,%zu,%zu\n"
		"2011-03-13 07:06:40,2011-03-13 07:06:41,TCP,10.0.0.2,25,10.0.0.1,40000,"
		"...AP.SF,%zu,%zu\n",
		d->packets[0], d->bytes[0], d->packets[1], d->bytes[1]);
	return by_text(&format_nfdump_csv, text);
}

#define ZEEK_ENDS                                                                                  \
	"\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":40000,\"id.resp_h\":\"10.0.0.2\","               \
	"\"id.resp_p\":25"

static const char *
by_zeek(const struct dialogue *d, bool conn, bool smtp)
{
	char text[2000] = "";
	size_t at = 0;

	if (conn)
		at = (size_t)snprintf(text, sizeof(text),
			"{\"_path\":\"conn\",\"ts\":1300000000.0," ZEEK_ENDS
			",\"proto\":\"tcp\",\"duration\":0.02,\"conn_state\":\"SF\",\"history\":"
			"\"ShAdDafF\",\"orig_pkts\":%zu,\"orig_ip_bytes\":%zu,\"resp_pkts\":%zu,"
			"\"resp_ip_bytes\":%zu}\n",
			d->packets[0], d->bytes[0], d->packets[1], d->bytes[1]);
	if (smtp)
		snprintf(text + at, sizeof(text) - at,
			"{\"_path\":\"smtp\",\"ts\":1300000000.01," ZEEK_ENDS
			",\"trans_depth\":1,\"rcptto\":[\"c@d\"],%s\"last_reply\":\"%s\","
			"\"tls\":false}\n",
			d->has_content ? "\"subject\":\"x\"," : "", d->last_reply);
	return by_text(&format_zeek_json, text);
}

#define EVE_ENDS                                                                                   \
	"\"src_ip\":\"10.0.0.1\",\"src_port\":40000,\"dest_ip\":\"10.0.0.2\",\"dest_port\":25,"    \
	"\"proto\":\"TCP\""

static const char *
by_suricata(const struct dialogue *d, bool smtp)
{
	char text[2000] = "";
	size_t at = 0;

	if (smtp)
		at = (size_t)snprintf(text, sizeof(text),
			"{\"timestamp\":\"2011-03-13T07:06:40+0000\",\"event_type\":"
			"\"smtp\"," EVE_ENDS ",\"smtp\":{\"rcpt_to\":[\"c@d\"]}%s}\n",
			d->has_content ? ",\"email\":{\"subject\":\"x\"}" : "");
	snprintf(text + at, sizeof(text) - at,
		"{\"timestamp\":\"2011-03-13T07:06:41+0000\",\"event_type\":\"flow\"," EVE_ENDS
		",\"flow\":{\"pkts_toserver\":%zu,\"pkts_toclient\":%zu,\"bytes_toserver\":%zu,"
		"\"bytes_toclient\":%zu,\"start\":\"2011-03-13T07:06:40+0000\"},\"tcp\":{"
		"\"tcp_flags_ts\":\"1b\",\"tcp_flags_tc\":\"1b\"}}\n",
		d->packets[0], d->packets[1], d->bytes[0] + 14 * d->packets[0],
		d->bytes[1] + 14 * d->packets[1]);
	return by_text(&format_suricata, text);
}

static void
all_agree(size_t content, const char *reply, const char *outcome)
{
	struct dialogue d;

	assert_string_equal(by_packets(&d, content, reply), outcome);
	assert_string_equal(by_flows(&d), outcome);
	assert_string_equal(by_zeek(&d, true, false), outcome);
	assert_string_equal(by_zeek(&d, true, true), outcome);
	assert_string_equal(by_suricata(&d, false), outcome);
}

static void
a_message_that_was_taken_is_accepted_by_all(void **state)
{
	struct dialogue d;

	all_agree(2000, "250 queued", "accepted");
	by_packets(&d, 2000, "250 queued");
	assert_string_equal(by_zeek(&d, false, true), "accepted");
	assert_string_equal(by_suricata(&d, true), "accepted");
}

static void
data_that_was_refused_is_refused_by_all(void **state)
{
	struct dialogue d;

	all_agree(0, "554 no valid recipients", "refused");
	by_packets(&d, 0, "554 no valid recipients");
	assert_string_equal(by_zeek(&d, false, true), "refused");
	assert_string_equal(by_suricata(&d, true), "refused");
}

static void
a_message_refused_after_data_is_judged_by_its_size(void **state)
{
	static const char *const replies[] = {"554 spam", "451 later"};

	for (size_t i = 0; i < 2; i++) {
		struct dialogue d;

		all_agree(2000, replies[i], "accepted");
		all_agree(200, replies[i], "refused");
		/* Without the size it stays open. */
		by_packets(&d, 2000, replies[i]);
		assert_string_equal(by_zeek(&d, false, true), "unknown");
	}
}

static void
the_bytes_that_decide_are_the_same_in_packets_and_flows(void **state)
{
	struct dialogue d;

	/* Just around the threshold. */
	by_packets(&d, 200, "554 spam");
	for (size_t content = 200 + FLOW_ACCEPTED_BYTES - d.bytes[0] - 3;
		content < 200 + FLOW_ACCEPTED_BYTES - d.bytes[0] + 3; content++) {
		const char *outcome = by_packets(&d, content, "554 spam");

		assert_string_equal(
			outcome, d.bytes[0] >= FLOW_ACCEPTED_BYTES ? "accepted" : "refused");
		assert_string_equal(by_flows(&d), outcome);
	}
}

static void
a_small_message_that_was_taken_is_only_known_to_those_who_see_it(void **state)
{
	struct dialogue d;

	assert_string_equal(by_packets(&d, 200, "250 queued"), "accepted");
	assert_string_equal(by_zeek(&d, true, true), "accepted");
	assert_string_equal(by_suricata(&d, true), "accepted");
	assert_string_equal(by_flows(&d), "refused");
	assert_string_equal(by_zeek(&d, true, false), "refused");
	assert_string_equal(by_suricata(&d, false), "refused");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_that_was_taken_is_accepted_by_all),
		cmocka_unit_test(data_that_was_refused_is_refused_by_all),
		cmocka_unit_test(a_message_refused_after_data_is_judged_by_its_size),
		cmocka_unit_test(the_bytes_that_decide_are_the_same_in_packets_and_flows),
		cmocka_unit_test(a_small_message_that_was_taken_is_only_known_to_those_who_see_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
