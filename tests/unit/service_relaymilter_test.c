/* SPDX-License-Identifier: BSD-2-Clause */
#include "milter_sessions.h"
#include "relay_fixture.h"
#include "service/relaymilter.h"

#define OPTIONS "\0\0\0\015O\0\0\0\6\0\0\1\377\0\037\377\377"
/* From 192.0.2.7. */
#define CONNECT                                                                                    \
	"\0\0\0\030Cx.example\0004\0311"                                                           \
	"192.0.2.7\0"
#define MAIL     "\0\0\0\5M<a>\0"
#define RCPT     "\0\0\0\5R<b>\0"
#define END      "\0\0\0\1E"
#define ABORT    "\0\0\0\1A"
#define QUIT     "\0\0\0\1Q"
#define CONTINUE "\0\0\0\1c"
#define PROGRESS "\0\0\0\1p"
/* The answer to OPTIONS: 4 + 195 bytes. */
#define AGREED 199

static const struct relay_settings unlimited = {.keys_most = 1000, .messages_most = 1000};

static void
begin(struct fixture *fixture)
{
	struct relay_settings settings = unlimited;

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	fixture_begin(fixture, &settings, true);
	fixture->is_scripted = true;
}

/* Begun, and agreed upon the options. */
static void
begin_session(struct fixture *fixture)
{
	begin(fixture);
	fixture_say(fixture, BYTES(OPTIONS CONNECT));
	fixture_wait_for(fixture, AGREED);
	assert_int_equal(fixture->heard.length, AGREED);
	buffer_clear(&fixture->heard);
}

static void
check_told(struct fixture *fixture, const char *told)
{
	assert_string_equal(buffer_string(&fixture->told), told);
	buffer_clear(&fixture->told);
}

/* That is what came back, and no more. */
static void
check_heard(struct fixture *fixture, const char *bytes, size_t size)
{
	fixture_wait_for(fixture, size);
	fixture_turn(fixture);
	(void)fixture_hear(fixture);
	assert_int_equal(fixture->heard.length, size);
	if (size > 0)
		assert_memory_equal(fixture->heard.at, bytes, size);
	buffer_clear(&fixture->heard);
}

#define ANNA  " account=anna@example.org"
#define FROM  " from=anna@example.org"
#define THERE " 192.0.2.7"

static void
a_session_of_postfix_asks_for_each_recipient_and_each_end(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	fixture_say(&fixture, BYTES(postfix_says));
	fixture_wait_for_end(&fixture, STREAM_DONE);
	check_told(&fixture,
		"RCPT 1" ANNA FROM " to=bo@example.com" THERE "\n"
		"RCPT 1" ANNA FROM " to=defer@example.com id=D43FDADE09F" THERE "\n"
		"RCPT 1" ANNA FROM " to=cy@example.org id=D43FDADE09F" THERE " local\n"
		"RCPT 1" ANNA FROM " to=reject@example.com id=D43FDADE09F" THERE "\n"
		"END 1" ANNA FROM " id=D43FDADE09F" THERE " 2\n"
		"RCPT 2" ANNA " to=hold@example.com" THERE "\n"
		"END 2" ANNA " id=D5011ADE0AE" THERE " 1\n"
		"RCPT 3" ANNA FROM " to=bo@example.com" THERE "\n"
		"ABORT 3" ANNA FROM THERE "\n"
		"RCPT 4" ANNA FROM " to=bo@example.com" THERE "\n"
		"ABORT 4" ANNA FROM THERE "\n"
		"RCPT 5" ANNA FROM " to=accept@example.com" THERE "\n"
		"ABORT 5" ANNA FROM THERE "\n"
		"RCPT 6" ANNA FROM " to=late@example.com" THERE "\n"
		"END 6" ANNA FROM " id=D8001ADE0A7" THERE " 1\n");
	assert_int_equal(fixture.milter.counts.connections, 1);
	assert_int_equal(fixture.milter.counts.messages, 7);
	assert_int_equal(fixture.milter.counts.recipients, 9);
	assert_int_equal(fixture.milter.counts.ends, 3);
	assert_int_equal(fixture.milter.counts.denied, 2);
	assert_int_equal(fixture.milter.counts.held, 1);
	assert_int_equal(fixture.milter.counts.aborted, 3);
	assert_int_equal(fixture.milter.counts.not_agreed, 0);
	fixture_end(&fixture);
	(void)state;
}

static void
a_session_of_sendmail_asks_the_same(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	fixture_say(&fixture, BYTES(sendmail_says));
	fixture_wait_for_end(&fixture, STREAM_DONE);
	check_told(&fixture,
		"RCPT 1" FROM " to=bo@example.com id=6AQBBlHK030691 127.0.0.1\n"
		"RCPT 1" FROM " to=defer@example.com id=6AQBBlHK030691 127.0.0.1\n"
		"RCPT 1" FROM " to=root@sm.example.org id=6AQBBlHK030691 127.0.0.1 local\n"
		"RCPT 1" FROM " to=nouser99@sm.example.org id=6AQBBlHK030691 127.0.0.1 local\n"
		"RCPT 1" FROM " to=reject@example.com id=6AQBBlHK030691 127.0.0.1\n"
		"END 1" FROM " id=6AQBBlHK030691 127.0.0.1 3\n"
		"RCPT 2 to=hold@example.com id=6AQBBlHL030691 127.0.0.1\n"
		"END 2 id=6AQBBlHL030691 127.0.0.1 1\n"
		"RCPT 3" FROM " to=bo@example.com id=6AQBBlHM030691 127.0.0.1\n"
		"ABORT 3" FROM " id=6AQBBlHM030691 127.0.0.1\n"
		"RCPT 4" FROM " to=bo@example.com id=6AQBBlHN030691 127.0.0.1\n"
		"ABORT 4" FROM " id=6AQBBlHN030691 127.0.0.1\n"
		"RCPT 5" FROM " to=accept@example.com id=6AQBBlHO030691 127.0.0.1\n"
		"ABORT 5" FROM " id=6AQBBlHO030691 127.0.0.1\n"
		"RCPT 6" FROM " to=late@example.com id=6AQBBlHP030691 127.0.0.1\n"
		"END 6" FROM " id=6AQBBlHP030691 127.0.0.1 1\n");
	fixture_end(&fixture);
	(void)state;
}

/* One message through a session in which bytes were exchanged for others: the line of its recipient. */
static void
check_certificate(const char *says, size_t size, const char *from, const char *to, const char *line)
{
	struct fixture fixture;
	char bytes[2048];
	char *at;

	assert_true(size <= sizeof(bytes) && strlen(from) == strlen(to));
	memcpy(bytes, says, size);
	at = memmem(bytes, size, from, strlen(from));
	assert_non_null(at);
	memcpy(at, to, strlen(to));
	begin(&fixture);
	fixture_say(&fixture, bytes, size);
	fixture_wait_for_end(&fixture, STREAM_DONE);
	assert_true(has_word((struct text){fixture.told.at, fixture.told.length}, line));
	fixture_end(&fixture);
}

static void
a_certificate_answers_where_the_server_has_verified_it(void **state)
{
	const char *subject = "RCPT 1 certificate=/O=Example/CN=client.example.org" FROM;
	const char *without = "RCPT 1" FROM;

	check_certificate(BYTES(sendmail_tls_says), "OK", "OK", subject);
	check_certificate(BYTES(sendmail_tls_says), "OK", "NO", without);
	/* Without a word about it, from one that was asked for it: Postfix. */
	check_certificate(BYTES(postfix_tls_says), "::1", "::1",
		"RCPT 1 certificate=client.example.org" FROM " to=bo@example.org ::1 local\n"
		"ABORT 1 certificate=client.example.org" FROM " ::1\n");
	/* From one that cannot be asked. */
	check_certificate(BYTES(postfix_tls_says), "\001\377", "\002\377", without);
	(void)state;
}

#define DEFERRED                                                                                   \
	"\0\0\0\210"                                                                               \
	"y450 4.7.0 The limit of 200 recipients an hour for this account is reached. Please try "  \
	"again in 23 minutes. Help: https://help.example/\0"
#define REFUSED                                                                                    \
	"\0\0\0\251"                                                                               \
	"y550 5.7.1 Far more than 200 recipients came for this account, so no more is taken just " \
	"now. If you did not send that, change your password. Help: https://help.example/\0"
#define BUSY                                                                                       \
	"\0\0\0\73"                                                                                \
	"y" RELAYTEXT_BUSY "\0"
#define CASE "\0\0\0\035i\0\0\0\0X-Lazaret-Case\0K7Q2M3XW\0"

static void
decisions_become_answers(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES("\0\0\0\6M<an>\0" RCPT));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE));
	fixture_say(&fixture, BYTES("\0\0\0\011R<defer>\0"));
	check_heard(&fixture, BYTES(DEFERRED));
	fixture_say(&fixture, BYTES("\0\0\0\012R<reject>\0"));
	check_heard(&fixture, BYTES(REFUSED));
	fixture_say(&fixture, BYTES("\0\0\0\010R<slow>\0"));
	check_heard(&fixture, BYTES(CONTINUE));
	buffer_clear(&fixture.told);
	fixture_say(&fixture, BYTES(END));
	check_heard(&fixture, BYTES(CONTINUE));
	check_told(&fixture, "END 1 from=an 192.0.2.7 2\n");
	/* At the end, by the sender. */
	fixture_say(&fixture, BYTES("\0\0\0\011M<defer>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE DEFERRED));
	fixture_say(&fixture, BYTES("\0\0\0\012M<reject>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE REFUSED));
	fixture_say(&fixture, BYTES("\0\0\0\010M<slow>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE PROGRESS CONTINUE));
	fixture_say(&fixture, BYTES("\0\0\0\012M<shadow>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CONTINUE));
	assert_int_equal(fixture.milter.counts.denied, 4);
	assert_int_equal(fixture.milter.counts.slowed, 2);
	assert_int_equal(fixture.milter.counts.shadowed, 1);
	fixture_end(&fixture);
	(void)state;
}

static void
what_is_to_be_held_is_held_at_its_end(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES(MAIL "\0\0\0\010R<hold>\0" RCPT END));
	check_heard(&fixture,
		BYTES(CONTINUE CONTINUE CONTINUE "\0\0\0\031qheld by the relay guard\0" CONTINUE));
	fixture_say(&fixture, BYTES("\0\0\0\015M<hold-case>\0" RCPT END));
	check_heard(&fixture,
		BYTES(CONTINUE CONTINUE CASE
			"\0\0\0\050qheld by the relay guard, case K7Q2M3XW\0" CONTINUE));
	/* The next is another message. */
	fixture_say(&fixture, BYTES(MAIL RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CONTINUE));
	assert_int_equal(fixture.milter.counts.held, 2);
	assert_int_equal(fixture.milter.counts.denied, 0);
	fixture_end(&fixture);
	(void)state;
}

/* One that offers nothing but headers that are added at the end. */
#define POOR_OPTIONS "\0\0\0\015O\0\0\0\6\0\0\0\1\0\037\377\377"
#define POOR_AGREED  17

static void
what_a_server_cannot_hold_is_deferred(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	fixture_say(&fixture, BYTES(POOR_OPTIONS CONNECT));
	fixture_wait_for(&fixture, POOR_AGREED);
	buffer_clear(&fixture.heard);
	fixture_say(&fixture, BYTES(MAIL "\0\0\0\010R<hold>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE DEFERRED CONTINUE CONTINUE));
	fixture_say(&fixture, BYTES("\0\0\0\010M<hold>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE DEFERRED));
	assert_int_equal(fixture.milter.counts.not_agreed, 2);
	assert_int_equal(fixture.milter.counts.denied, 2);
	assert_int_equal(fixture.milter.counts.held, 0);
	fixture_end(&fixture);
	(void)state;
}

static void
a_message_with_a_case_has_its_number_if_that_is_wanted(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES("\0\0\0\010M<case>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CASE CONTINUE));
	fixture.milter.adds_trace = false;
	fixture_say(&fixture, BYTES("\0\0\0\010M<case>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CONTINUE));
	fixture_end(&fixture);
	(void)state;
}

static void
a_message_that_breaks_off_is_given_up_once(void **state)
{
	/* What ends it, and how the connection ends with it. */
	static const struct {
		const char *bytes;
		size_t size;
		enum stream_end why;
	} ends[] = {
		{BYTES(ABORT ABORT QUIT), STREAM_DONE},
		{BYTES(QUIT), STREAM_DONE},
		{BYTES("\0\0\0\1K" QUIT), STREAM_DONE},
		{BYTES("\0\0\0\3HX\0" QUIT), STREAM_DONE},
		{BYTES(""), STREAM_CLOSED},
		{BYTES("\0\0\0"), STREAM_CUT},
		{BYTES("\0\0\0\1X"), STREAM_WRONG},
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		struct fixture fixture;

		begin_session(&fixture);
		fixture_say(&fixture, BYTES(MAIL RCPT));
		check_told(&fixture, "RCPT 1 from=a to=b 192.0.2.7\n");
		fixture_say(&fixture, ends[i].bytes, ends[i].size);
		fixture_hang_up(&fixture);
		fixture_wait_for_end(&fixture, ends[i].why);
		check_told(&fixture, "ABORT 1 from=a 192.0.2.7\n");
		assert_int_equal(fixture.milter.counts.aborted, 1);
		assert_int_equal(fixture.milter.counts.fault[MILTER_BAD_COMMAND],
			ends[i].why == STREAM_WRONG);
		fixture_end(&fixture);
	}
	(void)state;
}

static void
a_message_that_is_open_when_the_server_stops_is_given_up(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES(MAIL RCPT));
	fixture.listener = stream_unlisten(fixture.listener);
	check_told(&fixture,
		"RCPT 1 from=a to=b 192.0.2.7\n"
		"ABORT 1 from=a 192.0.2.7\n");
	fixture_end(&fixture);
	(void)state;
}

static void
nothing_is_given_up_where_nothing_was_asked_or_all_was_said(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES(MAIL RCPT END ABORT MAIL ABORT MAIL));
	fixture_hang_up(&fixture);
	fixture_wait_for_end(&fixture, STREAM_CLOSED);
	check_told(&fixture,
		"RCPT 1 from=a to=b 192.0.2.7\n"
		"END 1 from=a 192.0.2.7 1\n");
	fixture_end(&fixture);
	(void)state;
}

static void
who_only_looks_whether_it_is_there_does_no_harm(void **state)
{
	struct fixture fixture;

	begin(&fixture);
	fixture_turn(&fixture);
	fixture_hang_up(&fixture);
	fixture_wait_for_end(&fixture, STREAM_CLOSED);
	check_told(&fixture, "");
	assert_int_equal(fixture.milter.counts.connections, 0);
	for (int i = 0; i < MILTER_FAULTS; i++)
		assert_int_equal(fixture.milter.counts.fault[i], 0);
	fixture_end(&fixture);
	(void)state;
}

static void
every_fault_is_counted_as_what_it_is(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} faults[MILTER_FAULTS] = {
		[MILTER_BAD_LENGTH] = {BYTES("GET / HTTP/1.0\r\n\r\n")},
		[MILTER_BAD_COMMAND] = {BYTES("\0\0\0\1X")},
		[MILTER_BAD_VERSION] = {BYTES("\0\0\0\015O\0\0\0\1\0\0\0\0\0\0\0\0")},
		[MILTER_BAD_ORDER] = {BYTES(MAIL)},
		[MILTER_BAD_DATA] = {BYTES("\0\0\0\2OX")},
		[MILTER_BAD_HASTE] = {BYTES(OPTIONS CONNECT MAIL "\0\0\0\012R<b-slow>\0" RCPT)},
	};

	for (int i = MILTER_BAD_LENGTH; i < MILTER_FAULTS; i++) {
		struct fixture fixture;

		begin(&fixture);
		fixture_say(&fixture, faults[i].bytes, faults[i].size);
		fixture_wait_for_end(&fixture, STREAM_WRONG);
		for (int j = 0; j < MILTER_FAULTS; j++)
			assert_int_equal(fixture.milter.counts.fault[j], i == j);
		fixture_end(&fixture);
	}
	(void)state;
}

static void
who_asks_without_end_and_hears_nothing_is_ended(void **state)
{
	static const char one[] = "\0\0\0\011R<defer>\0";
	struct fixture fixture;
	struct buffer many;

	begin_session(&fixture);
	buffer_init(&many, 65536);
	buffer_add(&many, BYTES(MAIL));
	for (int i = 0; i < 4000; i++)
		buffer_add(&many, BYTES(one));
	fixture_say(&fixture, many.at, many.length);
	fixture_wait_for_end(&fixture, STREAM_WRONG);
	assert_int_equal(fixture.milter.counts.fault[MILTER_BAD_HASTE], 1);
	assert_int_equal(fixture.milter.counts.aborted, 1);
	buffer_done(&many);
	fixture_end(&fixture);
	(void)state;
}

static void
who_gives_up_while_an_answer_waits_is_not_answered(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES(MAIL "\0\0\0\015R<very-slow>\0"));
	check_heard(&fixture, BYTES(CONTINUE));
	fixture_say(&fixture, BYTES(ABORT MAIL RCPT));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE));
	check_told(&fixture,
		"RCPT 1 from=a to=very-slow 192.0.2.7\n"
		"ABORT 1 from=a 192.0.2.7\n"
		"RCPT 2 from=a to=b 192.0.2.7\n");
	fixture_say(&fixture, BYTES(ABORT MAIL "\0\0\0\015R<very-slow>\0"));
	check_heard(&fixture, BYTES(CONTINUE));
	buffer_clear(&fixture.told);
	fixture_hang_up(&fixture);
	fixture_wait_for_end(&fixture, STREAM_CLOSED);
	check_told(&fixture, "ABORT 3 from=a 192.0.2.7\n");
	fixture_end(&fixture);
	(void)state;
}

static void
what_is_asked_too_late_passes_or_is_deferred(void **state)
{
	struct fixture fixture;

	begin_session(&fixture);
	fixture.is_late = true;
	fixture_say(&fixture, BYTES(MAIL RCPT "\0\0\0\011R<defer>\0" END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CONTINUE CONTINUE));
	/* Yet what passed counts. */
	check_told(&fixture, "END 1 from=a 192.0.2.7 2\n");
	fixture_say(&fixture, BYTES("\0\0\0\011M<defer>\0" RCPT END));
	check_heard(&fixture, BYTES(CONTINUE CONTINUE CONTINUE));
	buffer_clear(&fixture.told);
	fixture.milter.fails_closed = true;
	fixture_say(&fixture, BYTES(MAIL RCPT));
	check_heard(&fixture, BYTES(CONTINUE BUSY));
	check_told(&fixture, "");
	fixture.is_late = false;
	fixture_say(&fixture, BYTES(RCPT));
	check_heard(&fixture, BYTES(CONTINUE));
	fixture.is_late = true;
	fixture_say(&fixture, BYTES(END));
	check_heard(&fixture, BYTES(BUSY));
	check_told(&fixture,
		"RCPT 3 from=a to=b 192.0.2.7\n"
		"ABORT 3 from=a 192.0.2.7\n");
	assert_int_equal(fixture.milter.counts.late, 7);
	fixture_end(&fixture);
	(void)state;
}

static void
no_two_messages_have_the_same_name(void **state)
{
	struct fixture fixture, later;

	begin_session(&fixture);
	fixture_say(&fixture, BYTES(MAIL RCPT END MAIL RCPT));
	check_told(&fixture,
		"RCPT 1 from=a to=b 192.0.2.7\nEND 1 from=a 192.0.2.7 1\n"
		"RCPT 2 from=a to=b 192.0.2.7\n");
	fixture_hang_up(&fixture);
	fixture.client = connected_to(fixture.listening);
	fixture_say(&fixture, BYTES(OPTIONS CONNECT MAIL RCPT));
	assert_int_equal(fixture.messages, 3);
	fixture_end(&fixture);
	/* Of a process that begins to count again. */
	begin(&later);
	later.now.us++;
	fixture_say(&later, BYTES(OPTIONS CONNECT MAIL RCPT));
	assert_int_equal(later.messages, 1);
	assert_true(later.message[0] != fixture.message[0]);
	fixture_end(&later);
	(void)state;
}

static void
a_sender_that_is_too_long_keeps_its_domain(void **state)
{
	static const char domain[] = "@example.org>";
	struct fixture fixture;
	char packet[800];
	struct writer writer = writer_on(packet, sizeof(packet));
	char told[800];

	writer_u32(&writer, 2 + 500 + sizeof(domain));
	writer_bytes(&writer, "M<", 2);
	memset(writer_take(&writer, 500), 'x', 500);
	writer_bytes(&writer, domain, sizeof(domain));
	begin_session(&fixture);
	fixture_say(&fixture, packet, writer_length(&writer));
	fixture_say(&fixture, BYTES(RCPT));
	memset(told, 'x', sizeof(told));
	memcpy(told, "RCPT 1 from=", 12);
	memcpy(told + 12 + 320 - 12, "@example.org to=b 192.0.2.7\n", 29);
	check_told(&fixture, told);
	fixture_end(&fixture);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_of_postfix_asks_for_each_recipient_and_each_end),
		cmocka_unit_test(a_session_of_sendmail_asks_the_same),
		cmocka_unit_test(a_certificate_answers_where_the_server_has_verified_it),
		cmocka_unit_test(decisions_become_answers),
		cmocka_unit_test(what_is_to_be_held_is_held_at_its_end),
		cmocka_unit_test(what_a_server_cannot_hold_is_deferred),
		cmocka_unit_test(a_message_with_a_case_has_its_number_if_that_is_wanted),
		cmocka_unit_test(a_message_that_breaks_off_is_given_up_once),
		cmocka_unit_test(a_message_that_is_open_when_the_server_stops_is_given_up),
		cmocka_unit_test(nothing_is_given_up_where_nothing_was_asked_or_all_was_said),
		cmocka_unit_test(who_only_looks_whether_it_is_there_does_no_harm),
		cmocka_unit_test(every_fault_is_counted_as_what_it_is),
		cmocka_unit_test(who_asks_without_end_and_hears_nothing_is_ended),
		cmocka_unit_test(who_gives_up_while_an_answer_waits_is_not_answered),
		cmocka_unit_test(what_is_asked_too_late_passes_or_is_deferred),
		cmocka_unit_test(no_two_messages_have_the_same_name),
		cmocka_unit_test(a_sender_that_is_too_long_keeps_its_domain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
