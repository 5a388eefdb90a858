/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accounting.h"
#include "radius_packets.h"

#include <errno.h>

/* 2026-11-26T17:00:10Z: ten seconds after the Event-Timestamp of the recorded requests. */
#define ARRIVED ((struct wall){INT64_C(1795712410) * WALL_SECOND})

struct fixture {
	struct accounting *accounting;
	struct accounting_peer peer;
	const struct accounting_counts *counts;
	uint8_t answer[RADIUS_MOST];
	int taken;
	int refuses; /* -errno of who keeps sessions */
	struct accounting_event event;
	char line[RADIUS_VALUE + 1];
};

static int
take(void *context, const struct accounting_event *event)
{
	struct fixture *f = context;

	if (f->refuses < 0)
		return f->refuses;
	f->taken++;
	f->event = *event;
	if (event->line.length > 0)
		memcpy(f->line, event->line.at, event->line.length);
	f->line[event->line.length] = '\0';
	return 0;
}

static struct fixture *
fixture_by(enum accounting_name name)
{
	static struct fixture f;
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;

	memset(&f, 0, sizeof(f));
	settings.name = name;
	settings.requests_most = 4;
	settings.seed = 1;
	settings.taker = (struct accounting_taker){&f, take};
	f.accounting = accounting_new(&settings);
	f.counts = accounting_counts(f.accounting);
	f.peer = (struct accounting_peer){address_from_v4(0x7f000001), 4000, key_of(SECRET)};
	return &f;
}

static struct fixture *
fixture(void)
{
	return fixture_by(ACCOUNTING_BY_USER);
}

static void
done(struct fixture *f)
{
	(void)accounting_free(f->accounting);
	(void)radius_key_free(f->peer.key);
}

static size_t
ask(struct fixture *f, const char *hex, struct wall now)
{
	static uint8_t bytes[RADIUS_MOST];

	return accounting_request(
		f->accounting, &f->peer, bytes, bytes_of(hex, bytes), now, f->answer);
}

/* Signs what was written and asks with it. */
static size_t
ask_with(struct fixture *f, struct radius_writer *writer, struct wall now)
{
	int length = radius_sign_request(f->peer.key, writer);

	assert_true(length > 0);
	return accounting_request(
		f->accounting, &f->peer, writer->out.begin, (size_t)length, now, f->answer);
}

static void
begin(struct radius_writer *writer, uint8_t identifier, uint32_t status)
{
	static uint8_t bytes[RADIUS_MOST];

	radius_begin(writer, bytes, sizeof(bytes), RADIUS_ACCOUNTING_REQUEST, identifier);
	radius_add_u32(writer, RADIUS_ACCT_STATUS_TYPE, status);
	radius_add(writer, RADIUS_ACCT_SESSION_ID, "0001", 4);
	radius_add(writer, RADIUS_USER_NAME, "anna", 4);
}

static const char *
prefix_text(const struct accounting_held *held)
{
	static char text[PREFIX_TEXT];

	return prefix_format(&held->prefix, text);
}

static void
a_start_of_radclient_becomes_an_event_and_is_answered_as_freeradius_does(void **state)
{
	struct fixture *f = fixture();
	uint8_t expected[RADIUS_MOST];
	size_t length = bytes_of(packet_start_response, expected);
	const struct accounting_event *event = &f->event;
	char text[ADDRESS_TEXT];

	assert_int_equal(ask(f, packet_start, ARRIVED), length);
	assert_memory_equal(f->answer, expected, length);
	assert_int_equal(f->taken, 1);
	assert_int_equal(event->kind, ACCOUNTING_START);
	assert_string_equal(f->line, "anna@example.net");
	assert_string_equal(address_format(&event->nas, text), "192.0.2.1");
	assert_string_equal(address_format(&event->source, text), "127.0.0.1");
	assert_int_equal(event->time.us, INT64_C(1795712400) * WALL_SECOND);
	assert_true(event->is_stamped);
	assert_int_equal(event->held_count, 4);
	assert_string_equal(prefix_text(&event->held[0]), "198.51.100.7/32");
	assert_int_equal(event->held[0].from, ACCOUNTING_IPV4);
	assert_string_equal(prefix_text(&event->held[1]), "2001:db8:1:200::/64");
	assert_int_equal(event->held[1].from, ACCOUNTING_PREFIX);
	assert_string_equal(prefix_text(&event->held[2]), "2001:db8:1:300::9/128");
	assert_int_equal(event->held[2].from, ACCOUNTING_IPV6);
	assert_string_equal(prefix_text(&event->held[3]), "2001:db8:2:200::/56");
	assert_int_equal(event->held[3].from, ACCOUNTING_DELEGATED);
	assert_true(event->has_interface);
	assert_memory_equal(event->interface, "\0\0\0\0\0\0\0\7", 8);
	assert_int_equal(f->counts->events[ACCOUNTING_START], 1);
	done(f);
	(void)state;
}

static void
texts_are_those_of_the_request(void **state)
{
	struct fixture *f = fixture();
	uint8_t bytes[RADIUS_MOST];
	struct radius_packet packet;
	struct accounting_settings settings = ACCOUNTING_DEFAULTS;
	struct accounting_counts counts = {0};
	struct accounting_event event;

	assert_int_equal(
		radius_read(bytes, bytes_of(packet_start, bytes), &packet), RADIUS_NO_FAULT);
	assert_int_equal(accounting_read(packet.attributes, &settings, &f->peer.source, ARRIVED,
				 &counts, &event),
		0);
	assert_true(text_is(event.session, "0000002a"));
	assert_true(text_is(event.multi_session, "m7"));
	assert_true(text_is(event.nas_identifier, "bng1"));
	assert_true(text_is(event.station, "02:00:00:00:00:07"));
	assert_true(text_is(event.port, "lag-1:10.300"));
	settings.name = ACCOUNTING_BY_STATION;
	assert_int_equal(accounting_read(packet.attributes, &settings, &f->peer.source, ARRIVED,
				 &counts, &event),
		0);
	assert_true(text_is(event.line, "02:00:00:00:00:07"));
	done(f);
	(void)state;
}

static void
a_session_without_the_name_of_a_line_is_answered_and_no_event(void **state)
{
	struct fixture *f = fixture_by(ACCOUNTING_BY_STATION);

	assert_int_equal(ask(f, packet_interim, ARRIVED), RADIUS_HEADER);
	assert_int_equal(f->taken, 0);
	assert_int_equal(f->counts->unnamed, 1);
	done(f);
	(void)state;
}

static void
a_nas_that_begins_is_an_event_without_a_line(void **state)
{
	struct fixture *f = fixture();
	char text[ADDRESS_TEXT];

	assert_int_equal(ask(f, packet_on, ARRIVED), RADIUS_HEADER);
	assert_int_equal(f->event.kind, ACCOUNTING_ON);
	assert_string_equal(address_format(&f->event.nas, text), "2001:db8::1");
	assert_int_equal(f->event.line.length, 0);
	done(f);
	(void)state;
}

static void
the_same_request_is_answered_again_and_handed_out_once(void **state)
{
	struct fixture *f = fixture();
	uint8_t first[RADIUS_MOST];
	size_t length = ask(f, packet_start, ARRIVED);

	memcpy(first, f->answer, length);
	memset(f->answer, 0, length);
	assert_int_equal(
		ask(f, packet_start, (struct wall){ARRIVED.us + 30 * WALL_SECOND}), length);
	assert_memory_equal(f->answer, first, length);
	assert_int_equal(f->taken, 1);
	assert_int_equal(f->counts->doubles, 1);
	/* From another port it is another one, and so it is after a time. */
	f->peer.port++;
	assert_int_equal(ask(f, packet_start, ARRIVED), length);
	assert_int_equal(f->taken, 2);
	assert_int_equal(
		ask(f, packet_start, (struct wall){ARRIVED.us + 61 * WALL_SECOND}), length);
	assert_int_equal(f->taken, 3);
	done(f);
	(void)state;
}

static void
the_oldest_request_is_forgotten_first(void **state)
{
	struct fixture *f = fixture();

	for (uint8_t i = 0; i < 5; i++) {
		struct radius_writer writer;

		begin(&writer, i, 1);
		assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
	}
	for (int i = 4; i >= 0; i--) {
		struct radius_writer writer;

		begin(&writer, (uint8_t)i, 1);
		assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
	}
	assert_int_equal(f->counts->doubles, 4);
	assert_int_equal(f->taken, 6);
	done(f);
	(void)state;
}

static void
what_is_not_taken_is_not_answered_and_comes_again(void **state)
{
	struct fixture *f = fixture();

	f->refuses = -ENOSPC;
	assert_int_equal(ask(f, packet_start, ARRIVED), 0);
	assert_int_equal(f->counts->not_taken, 1);
	f->refuses = 0;
	assert_true(ask(f, packet_start, ARRIVED) > 0);
	assert_int_equal(f->taken, 1);
	assert_int_equal(f->counts->doubles, 0);
	done(f);
	(void)state;
}

static void
what_cannot_be_believed_is_silently_discarded_and_counted(void **state)
{
	struct fixture *f = fixture();
	struct radius_key *key = f->peer.key;
	uint8_t bytes[RADIUS_MOST];
	size_t length = bytes_of(packet_start, bytes);

	bytes[30] ^= 1;
	assert_int_equal(
		accounting_request(f->accounting, &f->peer, bytes, length, ARRIVED, f->answer), 0);
	assert_int_equal(f->counts->faults[RADIUS_BAD_AUTHENTICATOR], 1);
	assert_int_equal(ask(f, packet_coa, ARRIVED), 0);
	assert_int_equal(f->counts->faults[RADIUS_BAD_CODE], 1);
	assert_int_equal(ask(f, "0401", ARRIVED), 0);
	assert_int_equal(f->counts->faults[RADIUS_BAD_LENGTH], 1);
	f->peer.key = NULL;
	assert_int_equal(ask(f, packet_start, ARRIVED), 0);
	assert_int_equal(f->counts->strangers, 1);
	f->peer.key = key;
	assert_int_equal(f->taken, 0);
	assert_int_equal(f->counts->answers, 0);
	done(f);
	(void)state;
}

static void
one_attribute_of_a_wrong_length_makes_the_request_worthless(void **state)
{
	static const struct {
		uint8_t type;
		uint8_t size;
		const char *value;
	} wrong[] = {
		{RADIUS_FRAMED_IP_ADDRESS, 3, "\1\2\3"},
		{RADIUS_NAS_IP_ADDRESS, 5, "\1\2\3\4\5"},
		{RADIUS_NAS_IPV6_ADDRESS, 4, "\1\2\3\4"},
		{RADIUS_ACCT_DELAY_TIME, 1, "\1"},
		{RADIUS_EVENT_TIMESTAMP, 8, "\0\0\0\0\0\0\0\1"},
		{RADIUS_FRAMED_INTERFACE_ID, 7, "\1\2\3\4\5\6\7"},
		{RADIUS_FRAMED_IPV6_ADDRESS, 4, "\1\2\3\4"},
		{RADIUS_FRAMED_IPV6_PREFIX, 1, "\0"},
		{RADIUS_FRAMED_IPV6_PREFIX, 2, "\0\x81"},
		{RADIUS_FRAMED_IPV6_PREFIX, 5, "\0\x40\x20\1\r"},
		{RADIUS_DELEGATED_IPV6_PREFIX, 19, "\0\x38\x20\1\r\xb8\0\2\2\0\0\0\0\0\0\0\0\0\0"},
	};
	struct fixture *f = fixture();

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct radius_writer writer;

		begin(&writer, (uint8_t)i, 1);
		radius_add(&writer, wrong[i].type, wrong[i].value, wrong[i].size);
		assert_int_equal(ask_with(f, &writer, ARRIVED), 0);
		assert_int_equal(f->counts->faults[RADIUS_BAD_ATTRIBUTE], i + 1);
	}
	assert_int_equal(f->taken, 0);
	done(f);
	(void)state;
}

static void
values_that_are_no_addresses_are_passed_over(void **state)
{
	struct fixture *f = fixture();
	struct radius_writer writer;

	begin(&writer, 1, 3);
	radius_add_u32(&writer, RADIUS_FRAMED_IP_ADDRESS, 0xffffffff);
	radius_add_u32(&writer, RADIUS_FRAMED_IP_ADDRESS, 0xfffffffe);
	radius_add_u32(&writer, RADIUS_FRAMED_IP_ADDRESS, 0);
	radius_add(&writer, RADIUS_FRAMED_IPV6_PREFIX, "\0\0", 2);
	/* IPv4 in the shape of IPv6. */
	radius_add(
		&writer, RADIUS_FRAMED_IPV6_ADDRESS, "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\1", 16);
	/* Bits behind the prefix, and a prefix in as few bytes as it needs. */
	radius_add(&writer, RADIUS_FRAMED_IPV6_PREFIX, "\0\x24\x20\1\r\xb8\xff", 7);
	assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
	assert_int_equal(f->event.held_count, 1);
	assert_string_equal(prefix_text(&f->event.held[0]), "2001:db8:f000::/36");
	done(f);
	(void)state;
}

static void
more_addresses_than_an_event_holds_are_counted(void **state)
{
	struct fixture *f = fixture();
	struct radius_writer writer;

	begin(&writer, 1, 1);
	for (uint32_t i = 0; i <= ACCOUNTING_HELD; i++)
		radius_add_u32(&writer, RADIUS_FRAMED_IP_ADDRESS, 0xc0000201 + i);
	assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
	assert_int_equal(f->event.held_count, ACCOUNTING_HELD);
	assert_int_equal(f->counts->crowded, 1);
	done(f);
	(void)state;
}

static void
the_time_is_that_of_the_nas_unless_its_clock_is_wrong(void **state)
{
	static const struct {
		uint32_t stamp; /* 0: none */
		uint32_t delay;
		int64_t time;
		bool is_stamped;
	} cases[] = {
		{0, 0, 1795712410, false},
		{0, 7, 1795712403, false},
		{1795712400, 7, 1795712400, true},
		{1795712410 + 300, 0, 1795712710, true},
		{1795712410 + 301, 0, 1795712410, false},
		{1795712410 - 86400, 0, 1795712410 - 86400, true},
		{1795712410 - 86401, 0, 1795712410, false},
		/* After two days on its way, as it says itself. */
		{1795712410 - 172800, 172800, 1795712410 - 172800, true},
		{3600, 5, 1795712405, false},
	};
	struct fixture *f = fixture();
	uint64_t clocks = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct radius_writer writer;

		begin(&writer, (uint8_t)i, 2);
		radius_add_u32(&writer, RADIUS_ACCT_DELAY_TIME, cases[i].delay);
		radius_add_u32(&writer, RADIUS_ACCT_SESSION_TIME, 60);
		if (cases[i].stamp != 0)
			radius_add_u32(&writer, RADIUS_EVENT_TIMESTAMP, cases[i].stamp);
		clocks += cases[i].stamp != 0 && !cases[i].is_stamped;
		assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
		assert_int_equal(f->event.time.us, cases[i].time * WALL_SECOND);
		assert_int_equal(f->event.is_stamped, cases[i].is_stamped);
		assert_true(f->event.has_begun);
		assert_int_equal(f->event.begun.us, (cases[i].time - 60) * WALL_SECOND);
	}
	assert_int_equal(f->counts->clocks, clocks);
	done(f);
	(void)state;
}

static void
status_types_that_are_no_sessions_are_answered_and_incomplete_requests_are_not(void **state)
{
	struct fixture *f = fixture();
	uint8_t bytes[RADIUS_MOST];
	struct radius_writer writer;

	for (uint8_t i = 9; i <= 15; i++) {
		begin(&writer, i, i);
		assert_int_equal(ask_with(f, &writer, ARRIVED), RADIUS_HEADER);
	}
	assert_int_equal(f->counts->others, 7);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_ACCOUNTING_REQUEST, 1);
	radius_add(&writer, RADIUS_ACCT_SESSION_ID, "0001", 4);
	assert_int_equal(ask_with(f, &writer, ARRIVED), 0);
	radius_begin(&writer, bytes, sizeof(bytes), RADIUS_ACCOUNTING_REQUEST, 2);
	radius_add_u32(&writer, RADIUS_ACCT_STATUS_TYPE, 2);
	assert_int_equal(ask_with(f, &writer, ARRIVED), 0);
	assert_int_equal(f->counts->incomplete, 2);
	assert_int_equal(f->taken, 0);
	done(f);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_start_of_radclient_becomes_an_event_and_is_answered_as_freeradius_does),
		cmocka_unit_test(texts_are_those_of_the_request),
		cmocka_unit_test(a_session_without_the_name_of_a_line_is_answered_and_no_event),
		cmocka_unit_test(a_nas_that_begins_is_an_event_without_a_line),
		cmocka_unit_test(the_same_request_is_answered_again_and_handed_out_once),
		cmocka_unit_test(the_oldest_request_is_forgotten_first),
		cmocka_unit_test(what_is_not_taken_is_not_answered_and_comes_again),
		cmocka_unit_test(what_cannot_be_believed_is_silently_discarded_and_counted),
		cmocka_unit_test(one_attribute_of_a_wrong_length_makes_the_request_worthless),
		cmocka_unit_test(values_that_are_no_addresses_are_passed_over),
		cmocka_unit_test(more_addresses_than_an_event_holds_are_counted),
		cmocka_unit_test(the_time_is_that_of_the_nas_unless_its_clock_is_wrong),
		cmocka_unit_test(
			status_types_that_are_no_sessions_are_answered_and_incomplete_requests_are_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
