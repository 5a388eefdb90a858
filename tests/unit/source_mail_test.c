/* SPDX-License-Identifier: BSD-2-Clause */
/* Heads, values, codings and parts of mail. */
#include "source/mail/mailhead.h"
#include "source/mail/mailparts.h"
#include "unit.h"

#include <errno.h>

#define MOST (4U << 20)

static struct buffer
said(void)
{
	struct buffer buffer;

	buffer_init(&buffer, MOST);
	return buffer;
}

static void
assert_says(struct buffer *buffer, const char *wanted)
{
	assert_string_equal(buffer_string(buffer), wanted);
	buffer_clear(buffer);
}

static void
fields_are_found_in_any_case_and_unfolded(void **state)
{
	struct text message = TEXT("Subject: one\r\n two\n\tthree\r\nnot a field\nX-Empty:\n"
				   "subject : last\n\nbody\n"),
		    head, value;
	struct buffer into = said();
	struct mailfield field;
	int count = 0;

	head = mailhead_cut(&message);
	assert_true(text_is(message, "body\n"));
	assert_true(mailhead_find(head, "SUBJECT", &value));
	mailhead_unfold(value, &into);
	assert_says(&into, "one two\tthree");
	assert_true(mailhead_find(head, "x-empty", &value) && value.length == 0);
	assert_false(mailhead_find(head, "From", &value));
	while (mailhead_next(&head, &field))
		count++;
	assert_int_equal(count, 3);
	assert_true(mailfield_is(&field, "Subject"));
	assert_true(text_is(field.value, "last"));
	/* A head alone. */
	message = TEXT("A: b");
	head = mailhead_cut(&message);
	assert_true(message.length == 0 && mailhead_find(head, "a", &value));
	assert_true(text_is(value, "b"));
	buffer_done(&into);
	(void)state;
}

static void
expect_parameter(const char *value, const char *name, const char *wanted)
{
	struct buffer into = said();
	bool is_there = mailvalue_parameter(text_of(value), name, &into);

	if (wanted == NULL)
		assert_false(is_there);
	else if (!is_there)
		fail_msg("%s has no %s", value, name);
	assert_says(&into, wanted != NULL ? wanted : "");
	buffer_done(&into);
}

static void
types_have_parameters_in_every_form(void **state)
{
	const char *report = "Multipart/Report; report-type=\"feedback-report\";\r\n"
			     "\tboundary=\"a\\\"b;c\" (a comment; report-type=x)";
	struct mailtype type;

	assert_true(mailvalue_type(text_of(report), &type));
	assert_true(mailtype_is(&type, "multipart", "report"));
	assert_false(mailtype_is(&type, "multipart", "mixed"));
	expect_parameter(report, "Report-Type", "feedback-report");
	expect_parameter(report, "boundary", "a\"b;c");
	expect_parameter(report, "charset", NULL);
	expect_parameter("text/plain; charset = (x) utf-8 ; format=flowed", "charset", "utf-8");
	expect_parameter("text/plain; charset=", "charset", NULL);
	expect_parameter("text/plain; =x; charset=utf-8", "charset", "utf-8");
	/* RFC 2231 s3, s4, s4.1. */
	expect_parameter("message/external-body; URL*0=\"ftp://\"; URL*1=\"cs.example\"", "url",
		"ftp://cs.example");
	expect_parameter("a/b; title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "title",
		"This is ***fun***");
	expect_parameter("a/b; title*0*=iso-8859-1'de'gr%FC; title*1*=%73e; title*2=n.csv", "title",
		"gr\xc3\xbcsen.csv");
	expect_parameter("a/b; name*=utf-8''%e2%82%ac%", "name", "\xe2\x82\xac%");
	assert_false(mailvalue_type(TEXT("; charset=x"), &type));
	assert_false(mailvalue_type(TEXT("text"), &type));
	(void)state;
}

static void
expect_address(const char *value, const char *wanted)
{
	struct buffer into = said();

	assert_int_equal(mailvalue_address(text_of(value), &into), *wanted != '\0');
	assert_says(&into, wanted);
	buffer_done(&into);
}

static void
the_first_address_is_found(void **state)
{
	expect_address("a@example.org", "a@example.org");
	expect_address("\"B, (C)\" <b@example.org>, c@example.org", "b@example.org");
	expect_address("A Group: x@example.org, y@example.org;", "x@example.org");
	expect_address("(who) d (is) @ (at) example.org (this)", "d@example.org");
	expect_address("<@relay.example,@b.example:e@example.org>", "e@example.org");
	expect_address("\"odd one\"@example.org", "\"odd one\"@example.org");
	expect_address("f@[192.0.2.1]", "f@[192.0.2.1]");
	expect_address("undisclosed-recipients:;", "");
	expect_address("<>", "");
	expect_address("nobody", "");
	(void)state;
}

static void
addresses_longer_than_any_are_none(void **state)
{
	char value[600];

	memset(value, 'a', sizeof(value));
	memcpy(value + sizeof(value) - 14, "@example.org>", 14);
	expect_address(value, "");
	(void)state;
}

static void
expect_date(const char *value, const char *wanted)
{
	char text[WALL_TEXT];
	struct wall wall;

	if (mailvalue_date(text_of(value), &wall) < 0)
		assert_string_equal("", wanted);
	else
		assert_string_equal(wall_format(wall, text), wanted);
}

static void
dates_are_read_as_they_were_ever_written(void **state)
{
	expect_date("Tue, 19 Jan 2016 12:42:56 +0000", "2016-01-19T12:42:56.000Z");
	expect_date("19 Jan 2016 12:42 -0730 (a comment)", "2016-01-19T20:12:00.000Z");
	expect_date("Tue 1 jan 16 00:00:00 GMT", "2016-01-01T00:00:00.000Z");
	expect_date("Thu, 13 Feb 1969 23:32:54 -0330", "");
	expect_date("Sat, 1 July 99 10:00:00 EDT", "1999-07-01T14:00:00.000Z");
	expect_date("Fri, 21 Nov 1997 09(comment):   55  :  06 -0600", "1997-11-21T15:55:06.000Z");
	expect_date("31 Feb 2016 00:00:00 +0000", "");
	expect_date("2016-01-19T12:42:56Z", "");
	expect_date("1 Jan 2016", "");
	expect_date("", "");
	(void)state;
}

static void
expect_decoded(enum mailcoding coding, const char *body, size_t wrong, const char *wanted)
{
	struct buffer into = said();

	assert_int_equal(mailcoding_decode(coding, text_of(body), &into), wrong);
	assert_says(&into, wanted);
	buffer_done(&into);
}

static void
bodies_are_decoded_and_what_is_wrong_counted(void **state)
{
	expect_decoded(MAILCODING_BASE64, "SGVs\r\nbG8=\r\n", 0, "Hello");
	expect_decoded(MAILCODING_BASE64, "SGV*sbG8", 1, "Hello");
	expect_decoded(MAILCODING_BASE64, "SGVsbG8=SGVsbG8=", 0, "HelloHello");
	expect_decoded(MAILCODING_BASE64, "S", 0, "");
	expect_decoded(MAILCODING_QUOTED, "a=3D=\r\nb  \r\nc=\t\nd", 0, "a=b\r\ncd");
	expect_decoded(MAILCODING_QUOTED, "=C3=b8=4=ZZ=", 2, "\xc3\xb8=4=ZZ");
	expect_decoded(MAILCODING_NONE, "a=3D", 0, "a=3D");
	assert_int_equal(mailcoding_of(TEXT(" Base64 ")), MAILCODING_BASE64);
	assert_int_equal(mailcoding_of(TEXT("QUOTED-printable")), MAILCODING_QUOTED);
	assert_int_equal(mailcoding_of(TEXT("8bit")), MAILCODING_NONE);
	assert_int_equal(mailcoding_of(TEXT("x-uuencode")), MAILCODING_OTHER);
	(void)state;
}

static void
expect_words(const char *value, const char *wanted)
{
	struct buffer into = said();

	mailcoding_words(text_of(value), &into);
	assert_says(&into, wanted);
	buffer_done(&into);
}

static void
encoded_words_become_text(void **state)
{
	expect_words("plain [LZ-2026-1] text", "plain [LZ-2026-1] text");
	expect_words("=?UTF-8?Q?bl=C3=A5_=3D=3F?= x", "bl\xc3\xa5 =? x");
	expect_words("=?iso-8859-1*da?q?r=F8d?=\r\n =?utf-8?B?IGJsw6U=?=",
		"r\xc3\xb8"
		"d bl\xc3\xa5");
	expect_words("a =?x-none?Q?b?= =?utf-8?X?c?= =?utf-8?Q?d",
		"a =?x-none?Q?b?= "
		"=?utf-8?X?c?= =?utf-8?Q?d");
	expect_words("=?utf-8?Q?a?= =?bad", "a =?bad");
	expect_words("=?utf-8?Q?"
		     "?=",
		"");
	expect_words("=?", "=?");
	(void)state;
}

/* "type/subtype depth:body" of each part, with | between. */
static struct mailparts
say_parts(struct text message, struct buffer *into)
{
	struct mailparts walk;
	struct mailpart part;

	mailparts_begin(&walk, message);
	while (mailparts_next(&walk, &part)) {
		buffer_text(into, part.type.type);
		buffer_text(into, TEXT("/"));
		buffer_text(into, part.type.subtype);
		buffer_print(into, " %u:", part.depth);
		mailparts_decode(&part, into);
		buffer_text(into, TEXT("|"));
	}
	return walk;
}

static void
a_report_has_its_parts(void **state)
{
	struct buffer into = said();
	struct mailparts walk = say_parts(
		TEXT("From: a@example.org\r\n"
		     "Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n"
		     "\r\npreamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--bb\r\n"
		     "--b \r\ncontent-type: message/feedback-report\r\n"
		     "content-transfer-encoding: base64\r\n\r\nVmVyc2lvbjogMQo=\r\n"
		     "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n--c\r\n"
		     "--b--\r\n--b\r\nepilogue\r\n"),
		&into);

	assert_says(&into,
		"multipart/report 0:|text/plain 1:hello\r\n--bb|message/feedback-report "
		"1:Version: 1\n|message/rfc822 1:Subject: x\r\n\r\n--c|");
	assert_false(walk.is_cut || walk.is_deep || walk.is_crowded);
	buffer_done(&into);
	(void)state;
}

static void
multiparts_are_within_each_other(void **state)
{
	struct buffer into = said();
	struct mailparts walk = say_parts(
		TEXT("Content-Type: multipart/mixed; boundary=a\n\n--a\n"
		     "Content-Type: multipart/digest; boundary=ab\n\n--ab\n\nSubject: m\n\n--ab--\n"
		     "--a\n--a\n\n\n--a--\n"),
		&into);

	assert_says(&into,
		"multipart/mixed 0:|multipart/digest 1:|message/rfc822 2:Subject: m\n|"
		"text/plain 1:|text/plain 1:|");
	assert_false(walk.is_cut);
	/* The outer boundary ends what is inside; the last one is missing. */
	walk = say_parts(TEXT("Content-Type: multipart/mixed; boundary=a\n\n--a\n"
			      "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n1\n--a\n\n2"),
		&into);
	assert_says(&into, "multipart/mixed 0:|multipart/mixed 1:|text/plain 2:1|text/plain 1:2|");
	assert_true(walk.is_cut);
	/* No boundary is told: it is a part as any other. */
	(void)say_parts(TEXT("Content-Type: multipart/mixed\n\n--a\n"), &into);
	assert_says(&into, "multipart/mixed 0:--a\n|");
	(void)say_parts(TEXT("\nonly a body\n"), &into);
	assert_says(&into, "text/plain 0:only a body\n|");
	(void)say_parts(TEXT(""), &into);
	assert_says(&into, "");
	buffer_done(&into);
	(void)state;
}

static void
files_have_names(void **state)
{
	struct mailpart part = {.content = TEXT("text/csv; name=old.csv"),
		.head = TEXT("Content-Disposition: attachment; filename*=utf-8''lazaret.csv\n")};
	struct buffer into = said();

	assert_true(mailparts_file(&part, &into));
	assert_says(&into, "lazaret.csv");
	part.head.length = 0;
	assert_true(mailparts_file(&part, &into));
	assert_says(&into, "old.csv");
	part.content.length = 0;
	assert_false(mailparts_file(&part, &into));
	buffer_done(&into);
	(void)state;
}

/* Hostile: 1,000 within each other, 10,000 parts, a head of a megabyte, NUL. */
static void
depth_and_number_have_ceilings(void **state)
{
	struct buffer message = said(), into = said();
	struct mailparts walk;

	for (int i = 0; i < 1000; i++)
		buffer_print(
			&message, "Content-Type: multipart/mixed; boundary=%d\n\n--%d\n", i, i);
	walk = say_parts((struct text){message.at, message.length}, &into);
	assert_true(walk.is_deep && walk.is_cut);
	assert_int_equal(walk.count, MAILPARTS_DEPTH + 1);
	buffer_clear(&message);
	buffer_text(&message, TEXT("Content-Type: multipart/mixed; boundary=b\n\n"));
	for (int i = 0; i < 10000; i++)
		buffer_text(&message, TEXT("--b\n\nx\n"));
	walk = say_parts((struct text){message.at, message.length}, &into);
	assert_true(walk.is_crowded);
	assert_int_equal(walk.count, MAILPARTS_MOST);
	buffer_done(&message);
	buffer_done(&into);
	(void)state;
}

static void
a_megabyte_of_head_and_nul_are_read(void **state)
{
	struct buffer message = said(), into = said();
	struct mailparts walk;

	buffer_text(&message, TEXT("X: "));
	for (int i = 0; i < 1 << 20; i++)
		buffer_add(&message, "(", 1);
	buffer_text(&message, TEXT("\nContent-Type: multipart/x; boundary=\"\0\"\n\n--\0\n\na\0b"));
	walk = say_parts((struct text){message.at, message.length}, &into);
	assert_int_equal(walk.count, 2);
	assert_int_equal(into.length, strlen("multipart/x 0:|text/plain 1:") + 4);
	assert_memory_equal(into.at + into.length - 4, "a\0b|", 4);
	buffer_done(&message);
	buffer_done(&into);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_in_any_case_and_unfolded),
		cmocka_unit_test(types_have_parameters_in_every_form),
		cmocka_unit_test(the_first_address_is_found),
		cmocka_unit_test(addresses_longer_than_any_are_none),
		cmocka_unit_test(dates_are_read_as_they_were_ever_written),
		cmocka_unit_test(bodies_are_decoded_and_what_is_wrong_counted),
		cmocka_unit_test(encoded_words_become_text),
		cmocka_unit_test(a_report_has_its_parts),
		cmocka_unit_test(multiparts_are_within_each_other),
		cmocka_unit_test(files_have_names),
		cmocka_unit_test(depth_and_number_have_ceilings),
		cmocka_unit_test(a_megabyte_of_head_and_nul_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
