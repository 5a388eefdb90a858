/* SPDX-License-Identifier: BSD-2-Clause */
#include "milter_sessions.h"
#include "relay/milteranswer.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define OPTIONS "\0\0\0\015O\0\0\0\6\0\0\1\377\0\037\377\377"
#define CONNECT                                                                                    \
	"\0\0\0\030Cx.example\0004\0311"                                                           \
	"192.0.2.7\0"
#define MAIL          "\0\0\0\5M<a>\0"
#define RCPT          "\0\0\0\5R<b>\0"
#define BYTES(string) (string), sizeof(string) - 1

/* A connection whose events are written down as lines, and that answers by words in addresses. */
struct play {
	struct milter milter;
	struct buffer told;
	struct buffer answers;
	struct fail fail;
	bool is_held;
	bool is_late;
	bool is_mute; /* answers nothing */
};

static void
begin(struct play *play)
{
	*play = (struct play){0};
	milter_init(&play->milter);
	buffer_init(&play->told, 1 << 20);
	buffer_init(&play->answers, 1 << 20);
}

static void
end(struct play *play)
{
	assert_false(play->told.failed || play->answers.failed);
	buffer_done(&play->told);
	buffer_done(&play->answers);
}

static bool
has(struct text text, const char *word)
{
	return text.length > 0 && memmem(text.at, text.length, word, strlen(word)) != NULL;
}

static void
tell(struct play *play, const struct milter_event *event)
{
	static const char *const names[] = {
		"CONNECT", "HELO", "MAIL", "RCPT", "DATA", "END", "ABORT", "QUIT", "QUIT_NC"};
	struct text rest = event->arguments;

	buffer_print(&play->told, "%s", names[event->what]);
	if (event->name.length > 0)
		buffer_print(&play->told, " %.*s", (int)event->name.length, event->name.at);
	if (event->what == MILTER_CONNECT)
		buffer_print(&play->told, " %c %.*s %u%s", event->family,
			(int)event->address.length, event->address.at, event->port,
			event->has_client ? "" : " ?");
	while (rest.length > 0) {
		struct text argument = text_cut(&rest, '\0');

		buffer_print(&play->told, " [%.*s]", (int)argument.length, argument.at);
	}
	for (int i = 0; i < MILTER_MACROS; i++) {
		struct text value = milter_macro(&play->milter, (enum milter_macro)i);

		if (value.length > 0 && i != MILTER_DAEMON_NAME && i != MILTER_DAEMON_PORT)
			buffer_print(&play->told, " %s=%.*s", milter_macro_names[i],
				(int)value.length, value.at);
	}
	buffer_add(&play->told, "\n", 1);
}

static void
answer_end(struct play *play)
{
	struct milter *milter = &play->milter;
	struct buffer *into = &play->answers;

	milter_progress(milter, into);
	assert_int_equal(milter_insert_header(milter, 0, TEXT("X-Lazaret-Case"),
				 TEXT("L-2026-abc 100% id=<x>"), into, &play->fail),
		0);
	if (play->is_held)
		assert_int_equal(milter_quarantine(milter, TEXT("held by the relay guard"), into,
					 &play->fail),
			0);
	if (play->is_late)
		assert_int_equal(milter_refuse(milter, TEXT("450 4.7.0 Late: 100% too much"), into,
					 &play->fail),
			0);
	else
		milter_answer(milter, MILTER_CONTINUE, into);
}

/* The milter that milter_sessions.h was recorded with. */
static void
answer(struct play *play, const struct milter_event *event)
{
	struct milter *milter = &play->milter;
	struct text many = TEXT("450 4.7.0 Too many recipients, try again in 12 minutes\n"
				"and 100% of them");
	struct text locked = TEXT("550 5.7.1 This account is locked: 100% of it\n"
				  "See https://example.net/?a=%41");

	if (event->what == MILTER_MAIL)
		play->is_held = play->is_late = false;
	play->is_held |= event->what == MILTER_RCPT && has(event->name, "hold");
	play->is_late |= event->what == MILTER_RCPT && has(event->name, "late");
	if (event->what == MILTER_END)
		answer_end(play);
	else if (has(event->name, "locked"))
		assert_int_equal(milter_refuse(milter, locked, &play->answers, &play->fail), 0);
	else if (has(event->name, "defer"))
		assert_int_equal(milter_refuse(milter, many, &play->answers, &play->fail), 0);
	else
		milter_answer(milter,
			has(event->name, "reject")           ? MILTER_REJECT
				: has(event->name, "accept") ? MILTER_ACCEPT
							     : MILTER_CONTINUE,
			&play->answers);
}

/* Gives bytes in pieces of at most that many: the last result of milter_read. */
static int
play(struct play *play, const char *bytes, size_t size, size_t most)
{
	struct milter_event event;
	size_t begin = 0;
	int r = 0;

	for (size_t end = 0; r == 0 && end < size;) {
		struct reader reader;
		char *piece;

		end = size - end < most ? size : end + most;
		piece = xcalloc(1, end - begin + 1);
		memcpy(piece, bytes + begin, end - begin);
		reader = reader_on(piece, end - begin);
		while ((r = milter_read(&play->milter, &reader, &play->answers, &event,
				&play->fail)) == 1) {
			tell(play, &event);
			assert_int_equal(event.is_waiting,
				event.what == MILTER_MAIL || event.what == MILTER_RCPT ||
					event.what == MILTER_END);
			if (event.is_waiting && !play->is_mute)
				answer(play, &event);
		}
		begin = end - reader_left(&reader);
		free(piece);
	}
	return r;
}

static void
check_session(const char *says, size_t says_size, const char *hears, size_t hears_size,
	const char *expected)
{
	static const size_t pieces[] = {1, 2, 7, 100, SIZE_MAX};

	for (size_t i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct play session;

		begin(&session);
		assert_int_equal(play(&session, says, says_size, pieces[i]), 0);
		assert_string_equal(buffer_string(&session.told), expected);
		assert_int_equal(session.answers.length, hears_size);
		assert_memory_equal(session.answers.at, hears, hears_size);
		assert_true(session.milter.is_over);
		assert_int_equal(session.milter.macros.left_out, 0);
		end(&session);
	}
}

#define ANNA " auth_authen=anna@example.org auth_type=PLAIN"
#define FROM " mail_addr=anna@example.org"

static void
a_session_of_postfix_is_read_and_answered(void **state)
{
	check_session(BYTES(postfix_says), BYTES(postfix_hears),
		"CONNECT host.example.net 4 192.0.2.7 52314\n"
		"HELO laptop\n"
		"MAIL anna@example.org [SIZE=2048] [BODY=8BITMIME]" ANNA FROM "\n"
		"RCPT bo@example.com [NOTIFY=NEVER]" ANNA FROM
		" rcpt_addr=bo@example.com rcpt_mailer=smtp\n"
		"RCPT defer@example.com i=D43FDADE09F" ANNA FROM
		" rcpt_addr=defer@example.com rcpt_mailer=smtp\n"
		"RCPT cy@example.org i=D43FDADE09F" ANNA FROM
		" rcpt_addr=cy@example.org rcpt_mailer=local\n"
		"RCPT reject@example.com i=D43FDADE09F" ANNA FROM
		" rcpt_addr=reject@example.com rcpt_mailer=smtp\n"
		"END i=D43FDADE09F" ANNA FROM "\n"
		"MAIL" ANNA "\n"
		"RCPT hold@example.com" ANNA " rcpt_addr=hold@example.com rcpt_mailer=smtp\n"
		"END i=D5011ADE0AE" ANNA "\n"
		"MAIL anna@example.org" ANNA FROM "\n"
		"RCPT bo@example.com" ANNA FROM " rcpt_addr=bo@example.com rcpt_mailer=smtp\n"
		"ABORT" ANNA FROM "\n"
		"MAIL anna@example.org" ANNA FROM "\n"
		"RCPT bo@example.com" ANNA FROM " rcpt_addr=bo@example.com rcpt_mailer=smtp\n"
		"ABORT" ANNA FROM " rcpt_addr=bo@example.com rcpt_mailer=smtp\n"
		"HELO again\n"
		"MAIL locked@example.org" ANNA " mail_addr=locked@example.org\n"
		"MAIL anna@example.org" ANNA FROM "\n"
		"RCPT accept@example.com" ANNA FROM
		" rcpt_addr=accept@example.com rcpt_mailer=smtp\n"
		"MAIL anna@example.org" ANNA FROM "\n"
		"RCPT late@example.com" ANNA FROM " rcpt_addr=late@example.com rcpt_mailer=smtp\n"
		"END i=D8001ADE0A7" ANNA FROM "\n"
		"QUIT\n");
	(void)state;
}

static void
one_that_can_only_version_2_too(void **state)
{
	check_session(BYTES(postfix_version_2_says), BYTES(postfix_version_2_hears),
		"CONNECT [127.0.0.1] 4 127.0.0.1 44668\n"
		"HELO old\n"
		"MAIL anna@example.org" FROM "\n"
		"RCPT bo@example.com" FROM " rcpt_addr=bo@example.com rcpt_mailer=smtp\n"
		"RCPT hold@example.com i=0B0D2ADE0BA" FROM
		" rcpt_addr=hold@example.com rcpt_mailer=smtp\n"
		"END i=0B0D2ADE0BA" FROM "\n"
		"QUIT\n");
	(void)state;
}

static void
a_session_of_sendmail_is_read_and_answered(void **state)
{
	check_session(BYTES(sendmail_says), BYTES(sendmail_hears),
		"CONNECT localhost 4 127.0.0.1 36404\n"
		"HELO laptop\n"
		"MAIL anna@example.org [SIZE=2048] [BODY=8BITMIME] i=6AQBBlHK030691" FROM "\n"
		"RCPT bo@example.com i=6AQBBlHK030691" FROM
		" rcpt_addr=bo@example.com rcpt_mailer=esmtp\n"
		"RCPT defer@example.com i=6AQBBlHK030691" FROM
		" rcpt_addr=defer@example.com rcpt_mailer=esmtp\n"
		"RCPT root@sm.example.org i=6AQBBlHK030691" FROM
		" rcpt_addr=root rcpt_mailer=local\n"
		"RCPT nouser99@sm.example.org i=6AQBBlHK030691" FROM
		" rcpt_addr=nouser99 rcpt_mailer=local\n"
		"RCPT reject@example.com i=6AQBBlHK030691" FROM
		" rcpt_addr=reject@example.com rcpt_mailer=esmtp\n"
		"END i=6AQBBlHK030691" FROM "\n"
		"MAIL i=6AQBBlHL030691\n"
		"RCPT hold@example.com i=6AQBBlHL030691"
		" rcpt_addr=hold@example.com rcpt_mailer=esmtp\n"
		"END i=6AQBBlHL030691\n"
		"MAIL anna@example.org i=6AQBBlHM030691" FROM "\n"
		"RCPT bo@example.com i=6AQBBlHM030691" FROM
		" rcpt_addr=bo@example.com rcpt_mailer=esmtp\n"
		"ABORT i=6AQBBlHM030691" FROM "\n"
		"MAIL anna@example.org i=6AQBBlHN030691" FROM "\n"
		"RCPT bo@example.com i=6AQBBlHN030691" FROM
		" rcpt_addr=bo@example.com rcpt_mailer=esmtp\n"
		"ABORT i=6AQBBlHN030691" FROM "\n"
		"HELO again\n"
		"MAIL locked@example.org i=6AQBBlHO030691 mail_addr=locked@example.org\n"
		"MAIL anna@example.org i=6AQBBlHO030691" FROM "\n"
		"RCPT accept@example.com i=6AQBBlHO030691" FROM
		" rcpt_addr=accept@example.com rcpt_mailer=esmtp\n"
		"MAIL anna@example.org i=6AQBBlHP030691" FROM "\n"
		"RCPT late@example.com i=6AQBBlHP030691" FROM
		" rcpt_addr=late@example.com rcpt_mailer=esmtp\n"
		"END i=6AQBBlHP030691" FROM "\n"
		"QUIT\n");
	(void)state;
}

static void
the_certificate_of_a_client_is_told_with_its_second_greeting(void **state)
{
	struct play session;

	begin(&session);
	assert_int_equal(play(&session, BYTES(postfix_tls_says), 1), 0);
	assert_true(has((struct text){session.told.at, session.told.length},
		"HELO tls\nHELO tls2 tls_version=TLSv1.3 cert_subject=client.example.org "
		"cert_issuer=Example CA\nMAIL anna@example.org tls_version=TLSv1.3 "));
	assert_true(has((struct text){session.told.at, session.told.length}, " 6 ::1 "));
	end(&session);
	begin(&session);
	assert_int_equal(play(&session, BYTES(sendmail_tls_says), 1), 0);
	assert_true(has((struct text){session.told.at, session.told.length},
		"HELO tls\nHELO tls2 tls_version=TLSv1.3 "
		"cert_subject=/O=Example/CN=client.example.org "
		"cert_issuer=/CN=Example+20CA verify=OK\nMAIL anna@example.org i="));
	end(&session);
	(void)state;
}

static void
a_server_that_leaves_nothing_away_is_told_to_continue(void **state)
{
	static const char says[] = "\0\0\0\015O\0\0\0\3\0\0\0\0\0\0\0\1" CONNECT "\0\0\0\3HX\0"
				   "\0\0\0\4UNO\0" MAIL RCPT "\0\0\0\1T"
				   "\0\0\0\7Lname\0v"
				   "\0\0\0\1N"
				   "\0\0\0\6Bbody!"
				   "\0\0\0\1B"
				   "\0\0\0\5Emore" MAIL "\0\0\0\1Q";
	static const char hears[] = "\0\0\0\015O\0\0\0\3\0\0\0\1\0\0\0\0"
				    "\0\0\0\1c\0\0\0\1c\0\0\0\1c\0\0\0\1c\0\0\0\1c\0\0\0\1c"
				    "\0\0\0\1c\0\0\0\1c\0\0\0\1c\0\0\0\1c\0\0\0\1p";
	struct play session;

	for (size_t most = 1; most < 20; most++) {
		begin(&session);
		assert_int_equal(play(&session, BYTES(says), most), 0);
		assert_string_equal(buffer_string(&session.told),
			"CONNECT x.example 4 192.0.2.7 6449\nHELO X\nMAIL a\nRCPT b\nDATA\nEND\n"
			"MAIL a\nABORT\nQUIT\n");
		assert_true(session.answers.length > sizeof(hears) - 1);
		assert_memory_equal(session.answers.at, hears, sizeof(hears) - 1);
		end(&session);
	}
	(void)state;
}

static void
only_what_a_server_offers_is_asked_for(void **state)
{
	static const struct {
		uint32_t version, actions, protocol;
		uint32_t agreed_version, agreed_actions, agreed_protocol;
	} rows[] = {
		{6, 0x1ff, 0x1fffff, 6, 0x121, 0x0f33f0},
		{6, 0x03f, 0x1fffff, 6, 0x021, 0x0f33f0},
		{2, 0x03f, 0x00007f, 2, 0x021, 0x000070},
		{2, 0, 0, 2, 0x001, 0x000030},
		{4, 0x001, 0x000001, 4, 0x001, 0},
		{7, 0xffffffff, 0xffffffff, 6, 0x121, 0x0f33f0},
		{0xffffffff, 2, 4, 6, 0, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t bytes[17], *at;
		struct writer writer = writer_on(bytes, sizeof(bytes));
		struct reader reader;
		struct play session;

		begin(&session);
		writer_u32(&writer, 13);
		writer_u8(&writer, 'O');
		writer_u32(&writer, rows[i].version);
		writer_u32(&writer, rows[i].actions);
		writer_u32(&writer, rows[i].protocol);
		assert_int_equal(play(&session, (const char *)bytes, sizeof(bytes), SIZE_MAX), 0);
		at = (uint8_t *)session.answers.at;
		reader = reader_on(at, session.answers.length);
		assert_int_equal(reader_u32(&reader), session.answers.length - 4);
		assert_int_equal(reader_u8(&reader), 'O');
		assert_int_equal(reader_u32(&reader), rows[i].agreed_version);
		assert_int_equal(reader_u32(&reader), rows[i].agreed_actions);
		assert_int_equal(reader_u32(&reader), rows[i].agreed_protocol);
		assert_int_equal(reader_left(&reader) > 0, (rows[i].agreed_actions & 0x100) != 0);
		assert_false(reader.failed);
		end(&session);
	}
	(void)state;
}

static void
an_open_message_ends_before_whatever_follows(void **state)
{
	static const struct {
		const char *says;
		size_t size;
		const char *told;
	} rows[] = {
		{BYTES("\0\0\0\1A"), ""},
		{BYTES(MAIL "\0\0\0\1A"), "MAIL a\nABORT\n"},
		{BYTES(MAIL "\0\0\0\1A\0\0\0\1A"), "MAIL a\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\1A"), "MAIL a\nRCPT b\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\1T\0\0\0\1A"), "MAIL a\nRCPT b\nDATA\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\4L\0\0\0\0\0\0\1A"), "MAIL a\nRCPT b\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\1N\0\0\0\1A"), "MAIL a\nRCPT b\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\2Bx\0\0\0\1A"), "MAIL a\nRCPT b\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\1E\0\0\0\1A"), "MAIL a\nRCPT b\nEND\n"},
		{BYTES(MAIL MAIL "\0\0\0\1A"), "MAIL a\nABORT\nMAIL a\nABORT\n"},
		{BYTES(MAIL RCPT "\0\0\0\3HX\0" MAIL), "MAIL a\nRCPT b\nABORT\nHELO X\nMAIL a\n"},
		{BYTES(MAIL RCPT "\0\0\0\1Q"), "MAIL a\nRCPT b\nABORT\nQUIT\n"},
		{BYTES(MAIL RCPT "\0\0\0\1K" CONNECT),
			"MAIL a\nRCPT b\nABORT\nQUIT_NC\nCONNECT x.example 4 192.0.2.7 6449\n"},
		/* Macros come before their command: those of the old message hold until its end is told. */
		{BYTES("\0\0\0\6DMi\0"
		       "1\0" MAIL "\0\0\0\6DMi\0"
		       "2\0" MAIL),
			"MAIL a i=1\nABORT i=1\nMAIL a i=2\n"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct play session;

		begin(&session);
		assert_int_equal(play(&session, BYTES(OPTIONS CONNECT), SIZE_MAX), 0);
		buffer_clear(&session.told);
		assert_int_equal(play(&session, rows[i].says, rows[i].size, SIZE_MAX), 0);
		if (strcmp(buffer_string(&session.told), rows[i].told) != 0)
			fail_msg("%zu: %s", i, buffer_string(&session.told));
		end(&session);
	}
	(void)state;
}

static void
macros_hold_as_long_as_what_they_were_told_with(void **state)
{
	static const char says[] =
		OPTIONS "\0\0\0\7DCi\0"
			"co\0" CONNECT "\0\0\0\11DHi\0helo\0\0\0\0\3HX\0"
			"\0\0\0\7DMi\0"
			"m1\0" MAIL "\0\0\0\7DRi\0"
			"r1\0" RCPT RCPT "\0\0\0\7DRi\0"
			"r2\0" /* of one that the server refused */
			"\0\0\0\1T"
			"\0\0\0\1E" MAIL "\0\0\0\2DH\0\0\0\3HY\0" MAIL "\0\0\0\1K\0\0\0\7DCi\0"
			"c2\0" CONNECT;
	struct play session;

	begin(&session);
	assert_int_equal(play(&session, BYTES(says), SIZE_MAX), 0);
	assert_string_equal(buffer_string(&session.told),
		"CONNECT x.example 4 192.0.2.7 6449 i=co\nHELO X i=helo\nMAIL a i=m1\nRCPT b i=r1\n"
		"RCPT b i=m1\nDATA i=m1\nEND i=m1\nMAIL a i=helo\nABORT i=helo\nHELO Y i=co\n"
		"MAIL a i=co\nABORT i=co\nQUIT_NC i=co\nCONNECT x.example 4 192.0.2.7 6449 i=c2\n");
	end(&session);
	(void)state;
}

static void
a_check_that_only_connects_or_agrees_is_no_fault(void **state)
{
	struct play session;

	begin(&session);
	assert_int_equal(play(&session, BYTES("\0\0\0\1Q"), SIZE_MAX), 0);
	assert_string_equal(buffer_string(&session.told), "QUIT\n");
	end(&session);
	begin(&session);
	assert_int_equal(play(&session, BYTES(OPTIONS "\0\0\0\1Qand what follows"), SIZE_MAX), 0);
	assert_string_equal(buffer_string(&session.told), "QUIT\n");
	assert_int_equal(session.milter.fault, MILTER_NO_FAULT);
	end(&session);
	(void)state;
}

static const struct {
	const char *bytes;
	size_t size;
	enum milter_fault fault;
	const char *says;
} wrongs[] = {
	{BYTES("\0\0\0\0"), MILTER_BAD_LENGTH, "0 bytes"},
	{BYTES("\377\377\377\377"), MILTER_BAD_LENGTH, "4294967295 bytes"},
	{BYTES("\0\1\0\1"), MILTER_BAD_LENGTH, "65537 bytes"},
	{BYTES("\0\0\100\1D"), MILTER_BAD_LENGTH, "16385 bytes"},
	{BYTES("GET / HTTP/1.1\r\n"), MILTER_BAD_LENGTH, "expected 1 to 65536"},
	{BYTES("\0\0\0\4X"), MILTER_BAD_COMMAND, "0x58"},
	{BYTES("\0\0\0\4\377"), MILTER_BAD_COMMAND, "0xff"},
	{BYTES("\0\0\0\4\0"), MILTER_BAD_COMMAND, "0x00"},
	{BYTES("\0\0\0\015O\0\0\0\1\0\0\0\77\0\0\0\177"), MILTER_BAD_VERSION, "version 1"},
	{BYTES("\0\0\0\015O\0\0\0\0\0\0\0\77\0\0\0\177"), MILTER_BAD_VERSION, "version 0"},
	{BYTES("\0\0\0\014O\0\0\0\6\0\0\0\77\0\0\0"), MILTER_BAD_DATA, "'O'"},
	{BYTES(CONNECT), MILTER_BAD_ORDER, "'C' before the options"},
	{BYTES("\0\0\0\2DC"), MILTER_BAD_ORDER, "'D' before the options"},
	{BYTES("\0\0\0\1A"), MILTER_BAD_ORDER, "'A' before the options"},
	{BYTES(OPTIONS "\0\0\0\3HX\0"), MILTER_BAD_ORDER, "'H' outside a connection"},
	{BYTES(OPTIONS MAIL), MILTER_BAD_ORDER, "'M' outside a connection"},
	{BYTES(OPTIONS CONNECT CONNECT), MILTER_BAD_ORDER, "'C' within a connection"},
	{BYTES(OPTIONS CONNECT OPTIONS), MILTER_BAD_ORDER, "'O' within a connection"},
	{BYTES(OPTIONS CONNECT RCPT), MILTER_BAD_ORDER, "'R' outside a message"},
	{BYTES(OPTIONS CONNECT "\0\0\0\1T"), MILTER_BAD_ORDER, "'T' outside a message"},
	{BYTES(OPTIONS CONNECT "\0\0\0\1E"), MILTER_BAD_ORDER, "'E' outside a message"},
	{BYTES(OPTIONS CONNECT "\0\0\377\377B"), MILTER_BAD_ORDER, "'B' outside a message"},
	{BYTES(OPTIONS CONNECT MAIL CONNECT), MILTER_BAD_ORDER, "'C' within a connection"},
	{BYTES(OPTIONS CONNECT "\0\0\0\1K" MAIL), MILTER_BAD_ORDER, "'M' outside a connection"},
	{BYTES(OPTIONS "\0\0\0\1D"), MILTER_BAD_DATA, "'D'"},
	{BYTES(OPTIONS "\0\0\0\2DX"), MILTER_BAD_DATA, "'D'"},
	{BYTES(OPTIONS "\0\0\0\4DCi\0"), MILTER_BAD_DATA, "'D'"},
	{BYTES(OPTIONS "\0\0\0\5DCi\0v"), MILTER_BAD_DATA, "'D'"},
	{BYTES(OPTIONS "\0\0\0\1C"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\3Cx\0"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\3Cxx"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\4Cx\0Z"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\4Cx\0\0"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\5Cx\0004\1"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS "\0\0\0\11Cx\0004\1\1abc"), MILTER_BAD_DATA, "'C'"},
	{BYTES(OPTIONS CONNECT "\0\0\0\1H"), MILTER_BAD_DATA, "'H'"},
	{BYTES(OPTIONS CONNECT "\0\0\0\3Hxx"), MILTER_BAD_DATA, "'H'"},
	{BYTES(OPTIONS CONNECT "\0\0\0\1M"), MILTER_BAD_DATA, "'M'"},
	{BYTES(OPTIONS CONNECT "\0\0\0\4M<a>"), MILTER_BAD_DATA, "'M'"},
	{BYTES(OPTIONS CONNECT "\0\0\0\013M<a>\0SIZE=1"), MILTER_BAD_DATA, "'M'"},
	{BYTES(OPTIONS CONNECT MAIL "\0\0\0\4R<a>"), MILTER_BAD_DATA, "'R'"},
};

static void
what_is_no_milter_protocol_ends_with_a_reason(void **state)
{
	for (size_t i = 0; i < sizeof(wrongs) / sizeof(*wrongs); i++) {
		static const size_t pieces[] = {1, SIZE_MAX};

		for (size_t p = 0; p < 2; p++) {
			struct play session;
			size_t told;
			int r;

			begin(&session);
			r = play(&session, wrongs[i].bytes, wrongs[i].size, pieces[p]);
			if (r != -EBADMSG || session.milter.fault != wrongs[i].fault ||
				strstr(session.fail.what, wrongs[i].says) == NULL)
				fail_msg("%zu: %d %u %s", i, r, session.milter.fault,
					session.fail.what);
			told = session.told.length;
			assert_int_equal(play(&session, BYTES(OPTIONS CONNECT), 1), -EBADMSG);
			assert_int_equal(session.told.length, told);
			end(&session);
		}
	}
	(void)state;
}

static void
a_body_may_be_large_and_is_not_kept(void **state)
{
	char *bytes = xcalloc(1, 1 << 17);
	struct milter_event event;
	struct play session;
	struct reader reader;

	begin(&session);
	assert_int_equal(play(&session, BYTES(OPTIONS CONNECT MAIL RCPT), SIZE_MAX), 0);
	memcpy(bytes, "\0\1\0\0B", 5);
	reader = reader_on(bytes, 1000);
	assert_int_equal(
		milter_read(&session.milter, &reader, &session.answers, &event, &session.fail), 0);
	assert_int_equal(reader_left(&reader), 0);
	reader = reader_on(bytes + 5, 65535 - 995);
	assert_int_equal(
		milter_read(&session.milter, &reader, &session.answers, &event, &session.fail), 0);
	assert_int_equal(reader_left(&reader), 0);
	buffer_clear(&session.told);
	assert_int_equal(play(&session, BYTES("\0\0\0\1E"), 1), 0);
	assert_string_equal(buffer_string(&session.told), "END\n");
	end(&session);
	free(bytes);
	(void)state;
}

static void
who_does_not_wait_for_the_answer_is_refused(void **state)
{
	struct play session;

	begin(&session);
	session.is_mute = true;
	assert_int_equal(play(&session, BYTES(OPTIONS CONNECT MAIL RCPT), SIZE_MAX), -EBADMSG);
	assert_int_equal(session.milter.fault, MILTER_BAD_HASTE);
	assert_string_equal(session.fail.what, "command 'R' before the answer to 'M'");
	assert_true(session.milter.is_in_message);
	end(&session);
	(void)state;
}

static void
who_gives_up_waiting_is_heard_and_answered_no_more(void **state)
{
	static const char *const gone[] = {"\0\0\0\1A", "\0\0\0\1Q", "\0\0\0\1K"};

	for (size_t i = 0; i < 3; i++) {
		struct play session;
		size_t before;

		begin(&session);
		session.is_mute = true;
		assert_int_equal(play(&session, BYTES(OPTIONS CONNECT MAIL), SIZE_MAX), 0);
		assert_int_equal(session.milter.waiting, 'M');
		assert_int_equal(play(&session, gone[i], 5, SIZE_MAX), 0);
		assert_true(has((struct text){session.told.at, session.told.length}, "ABORT\n"));
		before = session.answers.length;
		milter_answer(&session.milter, MILTER_CONTINUE, &session.answers);
		assert_int_equal(milter_refuse(&session.milter, TEXT("450 4.7.0 later"),
					 &session.answers, &session.fail),
			0);
		assert_int_equal(session.answers.length, before);
		end(&session);
	}
	(void)state;
}

static void
a_client_has_an_address_of_any_family(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *told;
	} rows[] = {
		{BYTES("\0\0\0\17Cx\0006\2\113IPv6:::1\0"), "CONNECT x 6 ::1 587\n"},
		{BYTES("\0\0\0\17Cx\0006\2\113ipv6:::2\0"), "CONNECT x 6 ::2 587\n"},
		{BYTES("\0\0\0\16Cx\0006\0\0002001::1\0"), "CONNECT x 6 2001::1 0\n"},
		{BYTES("\0\0\0\15Cx\0004\0\0no one\0"), "CONNECT x 4 no one 0 ?\n"},
		{BYTES("\0\0\0\14Cx\0L\0\0/sock\0"), "CONNECT x L /sock 0 ?\n"},
		{BYTES("\0\0\0\4Cx\0U"), "CONNECT x U  0 ?\n"},
		{BYTES("\0\0\0\3C\0U"), "CONNECT U  0 ?\n"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct play session;

		begin(&session);
		assert_int_equal(play(&session, BYTES(OPTIONS), 1), 0);
		assert_int_equal(play(&session, rows[i].bytes, rows[i].size, 1), 0);
		if (strcmp(buffer_string(&session.told), rows[i].told) != 0)
			fail_msg("%zu: %s", i, buffer_string(&session.told));
		end(&session);
	}
	(void)state;
}

static void
arguments_are_found_by_their_words(void **state)
{
	struct milter_event event = {.arguments = {BYTES("SIZE=10\0size=20\0AUTH=<>\0SMTPUTF8\0")}};
	struct text value;

	assert_true(milter_argument(&event, TEXT("size"), &value));
	assert_true(text_is(value, "10"));
	assert_true(milter_argument(&event, TEXT("AUTH"), &value));
	assert_true(text_is(value, "<>"));
	assert_true(milter_argument(&event, TEXT("smtputf8"), &value));
	assert_int_equal(value.length, 0);
	assert_false(milter_argument(&event, TEXT("AUT"), &value));
	assert_false(milter_argument(&event, TEXT("BODY"), &value));
	event.arguments = (struct text){0};
	assert_false(milter_argument(&event, TEXT("BODY"), &value));
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_of_postfix_is_read_and_answered),
		cmocka_unit_test(one_that_can_only_version_2_too),
		cmocka_unit_test(a_session_of_sendmail_is_read_and_answered),
		cmocka_unit_test(the_certificate_of_a_client_is_told_with_its_second_greeting),
		cmocka_unit_test(a_server_that_leaves_nothing_away_is_told_to_continue),
		cmocka_unit_test(only_what_a_server_offers_is_asked_for),
		cmocka_unit_test(an_open_message_ends_before_whatever_follows),
		cmocka_unit_test(macros_hold_as_long_as_what_they_were_told_with),
		cmocka_unit_test(a_check_that_only_connects_or_agrees_is_no_fault),
		cmocka_unit_test(what_is_no_milter_protocol_ends_with_a_reason),
		cmocka_unit_test(a_body_may_be_large_and_is_not_kept),
		cmocka_unit_test(who_does_not_wait_for_the_answer_is_refused),
		cmocka_unit_test(who_gives_up_waiting_is_heard_and_answered_no_more),
		cmocka_unit_test(a_client_has_an_address_of_any_family),
		cmocka_unit_test(arguments_are_found_by_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
