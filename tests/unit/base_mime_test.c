/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mime.h"
#include "unit.h"

#include <errno.h>

static void
assert_holds(struct buffer *into, const char *wanted)
{
	assert_string_equal(buffer_string(into), wanted);
	buffer_clear(into);
}

static void
only_plain_addresses_are_taken(void **state)
{
	static const char *const bad[] = {"", "a", "@example.org", "a@", "a@b@c.example",
		"a b@example.org", "a@example.org\n", "<a@example.org>", "a,b@example.org",
		"\"a\"@example.org", ".a@example.org", "a..b@example.org", "a@-example.org",
		"a@example.org.", "a@[192.0.2.1]", "\xc3\xa5@example.org"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(mime_check_address(text_of(bad[i])), -EINVAL);
	assert_int_equal(mime_check_address(TEXT("a.b+c'd@x-y.example.org")), 0);
	assert_true(text_is(mime_domain(TEXT("a@x-y.example.org")), "x-y.example.org"));
}

static void
ids_and_tags_have_few_characters(void **state)
{
	(void)state;
	assert_int_equal(mime_check_id(TEXT("LZ-2026-004711.2")), 0);
	assert_int_equal(mime_check_id(TEXT(".a")), -EINVAL);
	assert_int_equal(mime_check_id(TEXT("a>b")), -EINVAL);
	assert_int_equal(mime_check_id(TEXT("")), -EINVAL);
	assert_int_equal(mime_check_tag(TEXT("zh-Hant")), 0);
	assert_int_equal(mime_check_tag(TEXT("nb\r\nBcc:")), -EINVAL);
	assert_int_equal(mime_check_tag(TEXT("")), -EINVAL);
}

static void
fields_are_as_they_are_read(void **state)
{
	struct buffer into;

	(void)state;
	buffer_init(&into, 4096);
	mime_text_field(&into, "Subject", TEXT("a plain one"));
	assert_holds(&into, "Subject: a plain one\r\n");
	mime_text_field(&into, "Subject", TEXT("bl\xc3\xa5 =?"));
	assert_holds(&into, "Subject: =?UTF-8?Q?bl=C3=A5_=3D=3F?=\r\n");
	mime_mailbox_field(&into, "To", TEXT(""), TEXT("a@example.org"));
	assert_holds(&into, "To: <a@example.org>\r\n");
	mime_mailbox_field(&into, "From", TEXT("N, K"), TEXT("a@example.org"));
	assert_holds(&into, "From: =?UTF-8?Q?N=2C_K?=\r\n <a@example.org>\r\n");
	mime_date_field(&into, (struct wall){INT64_C(1700000000) * WALL_SECOND});
	assert_holds(&into, "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n");
	buffer_done(&into);
}

/* RFC 4648 s10, and a line's end. */
static void
base64_is_that_of_the_rfc(void **state)
{
	static const char *const words[][2] = {{"", ""}, {"f", "Zg==\r\n"},
		{"\x66\x6f", "Zm8=\r\n"}, {"foo", "Zm9v\r\n"}, {"foob", "Zm9vYg==\r\n"},
		{"fooba", "Zm9vYmE=\r\n"}, {"foobar", "Zm9vYmFy\r\n"}};
	struct buffer into;
	char bytes[58];

	(void)state;
	buffer_init(&into, 4096);
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		mime_base64(&into, words[i][0], strlen(words[i][0]));
		assert_holds(&into, words[i][1]);
	}
	memset(bytes, 0xff, sizeof(bytes));
	mime_base64(&into, bytes, sizeof(bytes));
	assert_int_equal(into.length, 76 + 2 + 4 + 2);
	assert_memory_equal(into.at + 74, "//\r\n/w==\r\n", 10);
	buffer_done(&into);
}

static void
quoted_lines_are_cut_where_they_must(void **state)
{
	struct buffer into;
	char line[77];

	(void)state;
	buffer_init(&into, 4096);
	memset(line, 'x', sizeof(line));
	mime_quoted_printable(&into, (struct text){line, 75});
	assert_int_equal(into.length, 77);
	buffer_clear(&into);
	mime_quoted_printable(&into, (struct text){line, 76});
	assert_memory_equal(into.at + 74, "x=\r\nx\r\n", 7);
	buffer_clear(&into);
	mime_quoted_printable(&into, TEXT("a= \n\xc3\xa5 b\n"));
	assert_holds(&into, "a=3D=20\r\n=C3=A5 b\r\n");
	buffer_done(&into);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_plain_addresses_are_taken),
		cmocka_unit_test(ids_and_tags_have_few_characters),
		cmocka_unit_test(fields_are_as_they_are_read),
		cmocka_unit_test(base64_is_that_of_the_rfc),
		cmocka_unit_test(quoted_lines_are_cut_where_they_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
