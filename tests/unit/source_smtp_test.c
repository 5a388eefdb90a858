/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/capture/smtp.h"
#include "source/observation.h"
#include "unit.h"

/* A dialogue as both sides see it: every line is a segment, numbers go on as in TCP. */
struct dialogue {
	struct smtp smtp;
	uint32_t client;
	uint32_t server;
};

static struct dialogue d;

static void
begin(bool implicit_tls, bool cut)
{
	d = (struct dialogue){.client = 100, .server = 0xfffffff0};
	smtp_init(&d.smtp, implicit_tls, cut);
}

static void
c(const char *text)
{
	smtp_client(&d.smtp, d.server, (const uint8_t *)text, strlen(text));
	d.client += (uint32_t)strlen(text);
}

static void
s(const char *text)
{
	smtp_server(&d.smtp, d.server, (const uint8_t *)text, strlen(text));
	d.server += (uint32_t)strlen(text);
}

static void
client_bytes(uint8_t value, size_t size)
{
	static uint8_t many[20000];

	memset(many, value, size);
	smtp_client(&d.smtp, d.server, many, size);
}

/* A packet of the server of which the capture kept the first bytes. */
static void
cut_s(const char *text, size_t wire)
{
	uint32_t after = d.server + (uint32_t)wire;

	s(text);
	d.server = after;
	smtp_server_gap(&d.smtp, after);
}

static int
outcome(void)
{
	return smtp_outcome(&d.smtp, true, true);
}

static void
a_message_reaches_the_data_phase(void **state)
{
	begin(false, false);
	s("220 mx ESMTP\r\n");
	c("EHLO me\r\n");
	s("250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n");
	c("MAIL FROM:<a@b>\r\n");
	s("250 ok\r\n");
	c("RCPT TO:<c@d>\r\n");
	s("250 ok\r\n");
	c("rcpt to:<e@d>\r\n");
	s("550 5.1.1 who\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	c("DATA\r\n");
	s("354 go on\r\n");
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
	assert_int_equal(d.smtp.greeting, 220);
	assert_int_equal(d.smtp.recipients, 2);
	assert_int_equal(d.smtp.refusals, 1);
}

static void
content_is_never_read_and_commands_go_on_behind_it(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("HELO me\r\n");
	s("250 mx\r\n");
	c("MAIL FROM:<>\r\nRCPT TO:<c@d>\r\nDATA\r\n");
	s("250 ok\r\n250 ok\r\n354 go on\r\n");
	c("Subject: x\r\n\r\nRCPT TO:<inside@content>\r\nSTARTTLS\r\n.\r\n");
	c("RCPT TO:<still@content>\r\n");
	s("554 5.7.1 no, thanks\r\n");
	assert_int_equal(d.smtp.recipients, 1);
	assert_int_equal(d.smtp.refusals, 0);
	c("MAIL FROM:<>\r\n");
	s("250 ok\r\n");
	c("RCPT TO:<f@g>\r\n");
	s("550 no\r\n");
	c("QUIT\r\n");
	assert_int_equal(d.smtp.recipients, 2);
	assert_int_equal(d.smtp.refusals, 1);
	assert_int_equal(d.smtp.seen & SMTP_ASKED_TLS, 0);
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
whoever_is_turned_away_is_refused(void **state)
{
	static const char *const greetings[] = {"554 no\r\n", "421 busy\r\n", "220 mx\r\n"};

	for (size_t i = 0; i < 3; i++) {
		begin(false, false);
		s(greetings[i]);
		c("QUIT\r\n");
		s("221 bye\r\n");
		assert_int_equal(outcome(), OUTCOME_REFUSED);
	}
	begin(false, false);
	s("220 mx\r\n");
	c("EHLO me\r\n");
	s("250 mx\r\n");
	c("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<e@f>\r\nDATA\r\n");
	s("250 ok\r\n550 no\r\n450 later\r\n554 no valid recipients\r\n");
	c("QUIT\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	assert_int_equal(d.smtp.recipients, 2);
	assert_int_equal(d.smtp.refusals, 2);
	assert_int_equal(d.smtp.deferrals, 1);
}

static void
refused_content_is_not_waited_for(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("HELO me\r\n");
	s("250 mx\r\n");
	c("DATA\r\n");
	s("503 first say who you are\r\n");
	c("Subject: x\r\n");
	s("500 what?\r\n");
	c("RCPT TO:<x@y>\r\n");
	assert_int_equal(d.smtp.recipients, 1);
	assert_int_equal(d.smtp.refusals, 2);
	assert_int_equal(outcome(), OUTCOME_REFUSED);
}

static void
lines_may_come_in_pieces(void **state)
{
	begin(false, false);
	s("2");
	s("20");
	s("-mx\r");
	s("\n220 mx\r\n");
	c("EHL");
	c("O me\r\nMA");
	c("IL FROM:<a@b>\r\nRCPT TO:<");
	c("c@d>\r");
	c("\nRCPT");
	c(" TO:<d@e>\r\nDATA");
	s("250 mx\r\n250 ok\r\n250 ok\r\n250 ok\r\n");
	c("\r\n");
	s("35");
	s("4 go\r\n");
	assert_int_equal(d.smtp.greeting, 220);
	assert_int_equal(d.smtp.recipients, 2);
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
bdat_counts_when_its_own_reply_takes_it(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("EHLO me\r\n");
	s("250 mx\r\n");
	c("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT 12 LAST\r\nRCPT TO:<x>\n");
	s("250 ok\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	s("250 ok\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	s("250 12 bytes\r\n");
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
	assert_int_equal(d.smtp.recipients, 1);
	c("QUIT\r\n");

	begin(false, false);
	s("220 mx\r\n");
	c("EHLO me\r\n");
	s("250 mx\r\n");
	c("BDAT 18446744073709551616 LAST\r\n");
	s("501 no\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	assert_int_equal(d.smtp.refusals, 1);
}

static void
nothing_is_read_in_tls(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("EHLO me\r\n");
	s("250 STARTTLS\r\n");
	c("STARTTLS\r\n");
	assert_int_equal(d.smtp.client, SMTP_COMMANDS);
	s("220 go\r\n");
	assert_int_equal(d.smtp.client, SMTP_IN_TLS);
	assert_int_equal(d.smtp.greeting, 220);
	c("RCPT TO:<x>\r\n");
	s("550 x\r\n");
	assert_int_equal(d.smtp.recipients, 0);
	assert_int_equal(d.smtp.refusals, 0);
}

static void
a_refused_starttls_goes_on_in_the_clear(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("STARTTLS\r\n");
	s("454 not now\r\n");
	c("RCPT TO:<x@y>\r\n");
	assert_int_equal(d.smtp.client, SMTP_COMMANDS);
	assert_int_equal(d.smtp.recipients, 1);
	assert_int_equal(d.smtp.seen & SMTP_TLS, 0);
}

static void
tls_is_judged_by_the_flights_of_the_client(void **state)
{
	/* Greets with 600 bytes, finishes with 100, and closes. */
	begin(true, false);
	client_bytes(0x16, 600);
	s("....");
	client_bytes(0x17, 100);
	s("....");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	/* Some more talk: may have been a short message. */
	for (int i = 0; i < 10; i++) {
		client_bytes(0x17, 60);
		s("....");
	}
	assert_int_equal(outcome(), OUTCOME_UNKNOWN);
	/* A message, in two segments. */
	client_bytes(0x17, 700);
	client_bytes(0x17, 700);
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
a_long_hello_of_tls_is_no_message(void **state)
{
	begin(true, false);
	client_bytes(0x16, 1400);
	client_bytes(0x16, 500);
	s("....");
	client_bytes(0x17, 80);
	assert_int_equal(outcome(), OUTCOME_REFUSED);
}

static void
the_port_of_tls_may_speak_in_the_clear(void **state)
{
	begin(true, false);
	s("220 mx\r\n");
	c("RCPT TO:<x@y>\r\n");
	assert_int_equal(d.smtp.recipients, 1);
	assert_int_equal(d.smtp.seen & SMTP_TLS, 0);
}

static void
one_side_alone_is_enough(void **state)
{
	begin(false, false);
	c("EHLO me\r\n");
	d.server += 50;
	c("MAIL FROM:<a@b>\r\n");
	d.server += 50;
	c("RCPT TO:<c@d>\r\n");
	d.server += 50;
	c("DATA\r\n");
	d.server += 50;
	assert_int_equal(smtp_outcome(&d.smtp, true, false), OUTCOME_REFUSED);
	c("From: me\r\n");
	assert_int_equal(smtp_outcome(&d.smtp, true, false), OUTCOME_ACCEPTED);
	assert_int_equal(d.smtp.recipients, 1);

	/* Refused: the client goes on with a command. */
	begin(false, false);
	c("EHLO me\r\nDATA\r\n");
	d.server += 50;
	c("QUIT\r\n");
	assert_int_equal(smtp_outcome(&d.smtp, true, false), OUTCOME_REFUSED);

	/* The server's side alone. */
	begin(false, false);
	s("220 mx\r\n250 ok\r\n550 no\r\n");
	assert_int_equal(d.smtp.refusals, 1);
	s("250 ok\r\n354 go\r\n");
	assert_int_equal(smtp_outcome(&d.smtp, false, true), OUTCOME_ACCEPTED);
}

static void
cut_packets_are_read_at_their_beginnings(void **state)
{
	begin(false, false);
	cut_s("220 mail.example.net ESMT", 80);
	c("EHLO me.example.net");
	smtp_client_gap(&d.smtp, d.server, 20);
	cut_s("250-mail.example.net at yo", 200);
	c("MAIL FROM:<somebody@examp");
	smtp_client_gap(&d.smtp, d.server, 10);
	cut_s("250 2.1.0 Ok, but only if", 60);
	c("RCPT TO:<somebody@examp");
	smtp_client_gap(&d.smtp, d.server, 10);
	cut_s("550-5.1.1 The address that", 200);
	assert_int_equal(d.smtp.recipients, 1);
	assert_int_equal(d.smtp.refusals, 1);
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	c("DATA\r\n");
	cut_s("354 End data with <CR><LF>.", 40);
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
hidden_replies_leave_content_to_speak(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("EHLO me\r\n");
	s("250 mx\r\n");
	c("MAIL FROM:<a@b>\r\n");
	/* The rest of the pipeline and all replies to it were cut off. */
	smtp_client_gap(&d.smtp, d.server, 60);
	cut_s("250 ok\r\n", 60);
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	client_bytes('x', 300);
	assert_int_equal(outcome(), OUTCOME_UNKNOWN);
	client_bytes('x', 800);
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
without_a_gap_a_flood_of_nonsense_is_no_message(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	client_bytes('x', 5000);
	s("500 what?\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
}

static void
auth_is_seen_and_its_answers_are_not_content(void **state)
{
	begin(false, false);
	s("220 mx\r\n");
	c("AUTH LOGIN\r\n");
	s("334 VXNlcm5hbWU6\r\n");
	client_bytes('A', 1500);
	c("\r\n");
	s("535 no\r\n");
	assert_int_not_equal(d.smtp.seen & SMTP_AUTH, 0);
	assert_int_equal(d.smtp.seen & SMTP_CONTENT_SENT, 0);
	assert_int_equal(d.smtp.refusals, 1);
}

static void
a_cut_beginning_stays_unknown_until_something_begins(void **state)
{
	begin(false, true);
	c("some words of a message\r\n");
	s("250 ok\r\n");
	assert_int_equal(outcome(), OUTCOME_UNKNOWN);
	begin(false, true);
	s("220 mx\r\n");
	c("QUIT\r\n");
	assert_int_equal(outcome(), OUTCOME_REFUSED);
	begin(false, true);
	c("MAIL FROM:<a@b>\r\n");
	s("354 go\r\n");
	assert_int_equal(outcome(), OUTCOME_ACCEPTED);
}

static void
a_server_of_something_else_is_unknown(void **state)
{
	begin(false, false);
	s("SSH-2.0-OpenSSH_9.2\r\n");
	assert_int_equal(outcome(), OUTCOME_UNKNOWN);
}

static void
counters_stop_at_their_ends(void **state)
{
	begin(false, false);
	for (int i = 0; i < 70000; i++)
		c("RCPT TO:<x>\r\n");
	assert_int_equal(d.smtp.recipients, UINT16_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_reaches_the_data_phase),
		cmocka_unit_test(content_is_never_read_and_commands_go_on_behind_it),
		cmocka_unit_test(whoever_is_turned_away_is_refused),
		cmocka_unit_test(refused_content_is_not_waited_for),
		cmocka_unit_test(lines_may_come_in_pieces),
		cmocka_unit_test(bdat_counts_when_its_own_reply_takes_it),
		cmocka_unit_test(nothing_is_read_in_tls),
		cmocka_unit_test(a_refused_starttls_goes_on_in_the_clear),
		cmocka_unit_test(tls_is_judged_by_the_flights_of_the_client),
		cmocka_unit_test(a_long_hello_of_tls_is_no_message),
		cmocka_unit_test(the_port_of_tls_may_speak_in_the_clear),
		cmocka_unit_test(one_side_alone_is_enough),
		cmocka_unit_test(cut_packets_are_read_at_their_beginnings),
		cmocka_unit_test(hidden_replies_leave_content_to_speak),
		cmocka_unit_test(without_a_gap_a_flood_of_nonsense_is_no_message),
		cmocka_unit_test(auth_is_seen_and_its_answers_are_not_content),
		cmocka_unit_test(a_cut_beginning_stays_unknown_until_something_begins),
		cmocka_unit_test(a_server_of_something_else_is_unknown),
		cmocka_unit_test(counters_stop_at_their_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
