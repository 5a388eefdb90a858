/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/reply.h"
#include "census/outbox/returnpath.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define LETTER "LZ-2026-004711.2"

static struct reply_place place = {.key = "a key of thirty-two bytes, here",
	.bounce = {"bounces@census.example", 22},
	.domain = {"census.example", 14}};
static struct buffer scratch;
static char ours[RETURNPATH_TEXT]; /* the return address of the letter */

static int
make_place(void **state)
{
	(void)state;
	buffer_init(&scratch, REPLY_TEXT);
	return returnpath_make(place.key, place.bounce, LETTER, ours);
}

static int
forget(void **state)
{
	(void)state;
	buffer_done(&scratch);
	return 0;
}

static struct reply
read_text(const char *message)
{
	struct reply reply;

	reply_read(&place, text_of(message), &scratch, &reply);
	return reply;
}

/* A report of delivery, as Postfix writes it. */
static char *
report(const char *to, const char *fields, const char *id)
{
	char *message = NULL;

	assert_true(
		asprintf(&message,
			"Return-Path: <>\r\n"
			"From: MAILER-DAEMON@mx.isp.example (Mail Delivery System)\r\n"
			"To: %s\r\n"
			"Date: Fri, 27 Nov 2026 12:00:00 +0100\r\n"
			"Subject: Undelivered Mail Returned to Sender\r\n"
			"Auto-Submitted: auto-replied\r\n"
			"MIME-Version: 1.0\r\n"
			"Content-Type: multipart/report; report-type=delivery-status;\r\n"
			"\tboundary=\"A/b\"\r\n"
			"\r\n"
			"This is a MIME-encapsulated message.\r\n"
			"\r\n--A/b\r\n"
			"Content-Type: text/plain\r\n\r\nStop: it could not be delivered. 550 x\r\n"
			"\r\n--A/b\r\n"
			"Content-Type: message/delivery-status\r\n\r\n"
			"Reporting-MTA: dns; mx.isp.example\r\n"
			"Arrival-Date: Fri, 27 Nov 2026 11:59:00 +0100\r\n"
			"\r\n%s\r\n"
			"\r\n--A/b\r\n"
			"Content-Type: message/rfc822\r\n\r\n"
			"From: Agency <census@census.example>\r\n"
			"Message-ID: <%s>\r\n"
			"\r\nDear network professionals,\r\n"
			"\r\n--A/b--\r\n",
			to, fields, id) > 0);
	return message;
}

static void
a_report_of_delivery_is_a_bounce(void **state)
{
	char *message = report(ours,
		"Final-Recipient: rfc822; abuse@isp.example\r\n"
		"Original-Recipient: rfc822;Abuse@isp.example\r\n"
		"Action: failed\r\nStatus: 5.1.1\r\n"
		"Diagnostic-Code: smtp; 550 5.1.1 <abuse@isp.example>:\r\n no such user\r\n",
		LETTER "@census.example");
	struct reply reply = read_text(message);

	assert_int_equal(reply.kind, ANSWER_BOUNCE);
	assert_int_equal(reply.by, REPLY_BY_RETURN);
	assert_string_equal(reply.letter, LETTER);
	assert_string_equal(reply.mailbox, "Abuse@isp.example");
	assert_string_equal(reply.detail, "5.1.1 550 5.1.1 <abuse@isp.example>: no such user");
	assert_int_equal(reply.at.us, INT64_C(1795777200) * WALL_SECOND);
	free(message);
}

static void
classes_of_status_and_actions_decide(void **state)
{
	static const struct {
		const char *fields;
		enum census_answer_kind kind;
		const char *detail;
	} rows[] = {
		{"Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\nStatus: 4.4.7\r\n",
			ANSWER_DELAY, "4.4.7"},
		{"Final-Recipient: rfc822;a@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n",
			ANSWER_DELAY, "4.4.1"},
		{"Final-Recipient: rfc822;a@b.example\r\naction: FAILED\r\nstatus: 5.2.2 "
		 "(full)\r\n",
			ANSWER_BOUNCE, "5.2.2"},
		{"Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\n", ANSWER_BOUNCE,
			"5.0.0"},
		{"Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\nStatus: five\r\n",
			ANSWER_BOUNCE, "5.0.0"},
		{"Final-Recipient: rfc822;a@b.example\r\nAction: delivered\r\nStatus: 2.0.0\r\n",
			ANSWER_AUTO, ""},
		{"Final-Recipient: rfc822;a@b.example\r\nAction: relayed\r\nStatus: 2.0.0\r\n",
			ANSWER_AUTO, ""},
		/* Expanded for two, of whom one does not get it. */
		{"Final-Recipient: rfc822;a@b.example\r\nAction: delayed\r\nStatus: 4.0.0\r\n\r\n"
		 "Final-Recipient: rfc822;c@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n",
			ANSWER_BOUNCE, "5.1.1"},
		{"Status: 5.1.1\r\n", ANSWER_AUTO, ""},
		{"", ANSWER_AUTO, ""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *message = report(ours, rows[i].fields, LETTER "@census.example");
		struct reply reply = read_text(message);

		assert_int_equal(reply.kind, rows[i].kind);
		assert_string_equal(reply.detail, rows[i].detail);
		free(message);
	}
}

static void
a_forged_bounce_is_of_no_return_address(void **state)
{
	static const char fields[] =
		"Final-Recipient: rfc822;a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n";
	static const char *const to[] = {"bounces@census.example", "census@census.example",
		"bounces+lz-2026-004711.2-000000000000@census.example"};
	char *message;
	struct reply reply;

	for (size_t i = 0; i < sizeof(to) / sizeof(to[0]); i++) {
		message = report(to[i], fields, LETTER "@census.example");
		reply = read_text(message);
		assert_int_equal(reply.by, REPLY_BY_ID);
		assert_string_equal(reply.letter, LETTER);
		free(message);
	}
	/* Who got one letter cannot speak of another. */
	message = report(ours, fields, "LZ-2026-004712.1@census.example");
	reply = read_text(message);
	assert_int_equal(reply.by, REPLY_BY_NOTHING);
	assert_string_equal(reply.letter, "");
	free(message);
	/* Of what came back only the head, or nothing that is ours: the address is enough. */
	message = report(ours, fields, "x@isp.example");
	assert_int_equal(read_text(message).by, REPLY_BY_RETURN);
	free(message);
	message = report("census@census.example", fields, "LZ-2026-004711.2@other.example");
	assert_int_equal(read_text(message).by, REPLY_BY_NOTHING);
	free(message);
}

static void
a_bounce_without_a_report_is_read_at_a_return_address(void **state)
{
	char message[1024];
	struct reply reply;

	snprintf(message, sizeof(message),
		"Return-Path: <>\nFrom: MAILER-DAEMON@isp.example\nDelivered-To: %s\n"
		"Subject: failure notice\n\nHi. This is the mail server at isp.example.\n\n"
		"<abuse@isp.example>:\nRemote host said: 550 No such user here\n",
		ours);
	reply = read_text(message);
	assert_int_equal(reply.kind, ANSWER_BOUNCE);
	assert_string_equal(reply.detail, "5.0.0");
	assert_string_equal(reply.letter, LETTER);
	snprintf(message, sizeof(message),
		"From: postmaster@isp.example\nTo: %s\n\nSorry. (#4.2.2) Try later.\n", ours);
	reply = read_text(message);
	assert_int_equal(reply.kind, ANSWER_DELAY);
	assert_string_equal(reply.detail, "4.2.2");
	/* No code: somebody's program. Elsewhere it is no bounce. */
	snprintf(message, sizeof(message),
		"Return-Path: <>\nFrom: x@isp.example\nTo: %s\n\n550 is a number.\n", ours);
	assert_int_equal(read_text(message).kind, ANSWER_AUTO);
	reply = read_text("Return-Path: <>\nFrom: MAILER-DAEMON@isp.example\n"
			  "To: census@census.example\n\nsaid: 550 No such user\n");
	assert_int_equal(reply.kind, ANSWER_AUTO);
	assert_int_equal(reply.by, REPLY_BY_NOTHING);
}

static void
programs_are_known_by_their_fields(void **state)
{
	static const char *const fields[] = {"Auto-Submitted: auto-replied (vacation)",
		"Auto-Submitted: auto-generated; type=x", "Precedence: bulk", "precedence: Junk",
		"X-Autoreply: yes", "X-Autorespond: out", "Return-Path: <>"};
	char message[512];

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		snprintf(message, sizeof(message),
			"From: abuse@isp.example\n%s\nSubject: Re: [LZ-2026-004711]\n\nDONE\n",
			fields[i]);
		assert_int_equal(read_text(message).kind, ANSWER_AUTO);
	}
	assert_int_equal(read_text("From: abuse@isp.example\nAuto-Submitted: no\n\nDONE\n").kind,
		ANSWER_DONE);
	/* People are postmasters, too. */
	assert_int_equal(read_text("From: postmaster@isp.example\n\nDONE\n").kind, ANSWER_DONE);
}

static void
words_of_the_letter_are_found(void **state)
{
	static const struct {
		const char *body;
		enum census_answer_kind kind;
		const char *detail;
	} rows[] = {
		{"DONE\n", ANSWER_DONE, "DONE"},
		{"DONE: all cleaned up\n", ANSWER_DONE, "DONE: all cleaned up"},
		{"\r\n  done.  \r\n\r\nRegards\r\n", ANSWER_DONE, "done."},
		{"WORKING on it\n", ANSWER_WORKING, "WORKING on it"},
		{"WRONG\n", ANSWER_WRONG, "WRONG"},
		{"XARF please\n", ANSWER_XARF, "XARF please"},
		{"STOP", ANSWER_STOP, "STOP"},
		{"Stop by our office some day\n", ANSWER_HUMAN, "Stop by our office some day"},
		{"STOPPED it\n", ANSWER_HUMAN, "STOPPED it"},
		{"Dear agency,\nSTOP\n", ANSWER_HUMAN, "Dear agency,"},
		{"On Friday the agency wrote:\n> STOP: you want no more\n\nDONE\n", ANSWER_DONE,
			"DONE"},
		{"CONTACT noc@isp.example\n", ANSWER_CONTACT, "noc@isp.example"},
		{"CONTACT: our new one is <noc@isp.example>, thanks\n", ANSWER_CONTACT,
			"noc@isp.example"},
		{"contact noc@isp.example\n", ANSWER_CONTACT, "noc@isp.example"},
		{"CONTACT: on our page\n", ANSWER_CONTACT, "CONTACT: on our page"},
		{"", ANSWER_HUMAN, ""},
		{"> STOP\n", ANSWER_HUMAN, ""},
	};
	char message[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply reply;

		snprintf(message, sizeof(message), "From: J <j@isp.example>\n\n%s", rows[i].body);
		reply = read_text(message);
		assert_int_equal(reply.kind, rows[i].kind);
		assert_string_equal(reply.detail, rows[i].detail);
		assert_string_equal(reply.mailbox, "j@isp.example");
	}
}

static void
text_is_found_in_parts_and_under_codings(void **state)
{
	assert_int_equal(
		read_text("From: j@isp.example\nContent-Transfer-Encoding: base64\n\nRE9ORQo=\n")
			.kind,
		ANSWER_DONE);
	assert_int_equal(read_text("From: j@isp.example\nContent-Type: text/html\n"
				   "Content-Transfer-Encoding: quoted-printable\n\n"
				   "<html><p style=3D\"x\"><b>STOP</b> it</p>\n")
				 .kind,
		ANSWER_STOP);
	assert_int_equal(
		read_text("From: j@isp.example\nContent-Type: multipart/mixed; boundary=a\n"
			  "\n--a\nContent-Type: multipart/alternative; boundary=b\n\n"
			  "--b\n\nWORKING\n--b\nContent-Type: text/html\n\nDONE\n--b--\n"
			  "--a--\n")
			.kind,
		ANSWER_WORKING);
}

static void
the_letter_is_found_by_what_is_surest(void **state)
{
	static const struct {
		const char *head;
		enum reply_by by;
		const char *letter;
	} rows[] = {
		{"In-Reply-To: <" LETTER "@census.example>", REPLY_BY_ID, LETTER},
		{"In-Reply-To: <lz-2026-004711.2@CENSUS.example>", REPLY_BY_ID, LETTER},
		{"In-Reply-To: <LZ-2026-004711.2.r17@census.example>", REPLY_BY_ID, LETTER},
		{"In-Reply-To: <x@isp.example>\nReferences: <LZ-2026-004711.1@census.example>\n"
		 " <LZ-2026-004711.2@census.example>\n <x@isp.example>",
			REPLY_BY_ID, LETTER},
		{"In-Reply-To: <LZ-2026-004711.2@census.example.net>", REPLY_BY_NOTHING, ""},
		{"In-Reply-To: <LZ-2026-004711@census.example>", REPLY_BY_NOTHING, ""},
		{"Subject: Re: [LZ-2026-004711] Computers", REPLY_BY_SUBJECT, "LZ-2026-004711"},
		{"Subject: =?utf-8?q?Re:_=5BLZ-2026-004711=5D?=", REPLY_BY_SUBJECT,
			"LZ-2026-004711"},
		{"Subject: AW: lz-2026-004711", REPLY_BY_SUBJECT, "LZ-2026-004711"},
		{"Subject: XLZ-2026-004711", REPLY_BY_NOTHING, ""},
		{"Subject: LZ-2026-47", REPLY_BY_NOTHING, ""},
		{"Subject: hello", REPLY_BY_NOTHING, ""},
	};
	char message[512];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct reply reply;

		snprintf(message, sizeof(message), "From: j@isp.example\n%s\n\nx\n", rows[i].head);
		reply = read_text(message);
		assert_int_equal(reply.by, rows[i].by);
		assert_string_equal(reply.letter, rows[i].letter);
	}
}

static void
what_is_shown_of_a_strange_message_is_one_line(void **state)
{
	static const char message[] = "From: \"\r\n Bcc: x\" <j\x01@isp.example>\nDate: never\n"
				      "\n\x1b[2J\xe2\x80\xaeSTOP\xff\n";
	struct reply reply = read_text(message);

	assert_string_equal(reply.mailbox, "");
	assert_int_equal(reply.at.us, ROW_NO_TIME);
	assert_int_equal(text_check_line(text_of(reply.detail)), 0);
	assert_int_equal(reply.kind, ANSWER_HUMAN);
	reply = read_text("");
	assert_int_equal(reply.kind, ANSWER_HUMAN);
	assert_int_equal(reply.by, REPLY_BY_NOTHING);
}

static void
a_long_line_is_cut_between_characters(void **state)
{
	char *message = malloc(300000);
	struct reply reply;
	int at = snprintf(message, 300000, "From: j@isp.example\n\nX");

	for (int i = 0; i < 100000; i++)
		at += snprintf(message + at, 3, "\xc3\xb8");
	reply = read_text(message);
	assert_int_equal(text_check_line(text_of(reply.detail)), 0);
	assert_int_equal(strlen(reply.detail), REPLY_DETAIL - 2);
	free(message);
}

static void
the_same_message_has_the_same_sum(void **state)
{
	struct reply a = read_text("From: j@isp.example\n\nx\n"),
		     b = read_text("From: j@isp.example\n\nx\n"),
		     c = read_text("From: j@isp.example\n\ny\n");

	assert_memory_equal(a.sum, b.sum, CENSUS_SUM);
	assert_memory_not_equal(a.sum, c.sum, CENSUS_SUM);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_of_delivery_is_a_bounce),
		cmocka_unit_test(classes_of_status_and_actions_decide),
		cmocka_unit_test(a_forged_bounce_is_of_no_return_address),
		cmocka_unit_test(a_bounce_without_a_report_is_read_at_a_return_address),
		cmocka_unit_test(programs_are_known_by_their_fields),
		cmocka_unit_test(words_of_the_letter_are_found),
		cmocka_unit_test(text_is_found_in_parts_and_under_codings),
		cmocka_unit_test(the_letter_is_found_by_what_is_surest),
		cmocka_unit_test(what_is_shown_of_a_strange_message_is_one_line),
		cmocka_unit_test(a_long_line_is_cut_between_characters),
		cmocka_unit_test(the_same_message_has_the_same_sum),
	};

	return cmocka_run_group_tests(tests, make_place, forget);
}
