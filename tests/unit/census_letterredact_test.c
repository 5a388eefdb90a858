/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/letterredact.h"
#include "letter_fixture.h"

static const struct text own[] = {{"trap.agency.example", 19}, {"mx7.agency.example", 18}};
static const struct letterredact redact = {
	.key = {1, 2, 3}, .own = own, .owns = 2, .trap = {"juniper@trap.agency.example", 27}};

static char *
line_of(const char *line)
{
	struct buffer into;

	buffer_init(&into, 8192);
	letterredact_line(&redact, text_of(line), &into);
	return letter_taken(&into);
}

static void
an_address_gives_the_same_hash_and_another_gives_another(void **state)
{
	char *a = line_of("Juniper@trap.agency.example"),
	     *b = line_of("juniper@TRAP.agency.example"),
	     *c = line_of("juniperx@trap.agency.example"), *d = line_of("x@spam.example");

	(void)state;
	assert_string_equal(strchr(a, '@'), "@redacted.invalid");
	assert_memory_equal(a, b, strlen(b));
	assert_int_equal(strlen(a), 24 + strlen("@redacted.invalid"));
	assert_memory_not_equal(a, c, 24);
	assert_string_equal(strchr(d, '@'), "@spam.example");
	free(a);
	free(b);
	free(c);
	free(d);
}

static void
another_key_gives_another_hash(void **state)
{
	struct letterredact other = redact;
	struct buffer into;
	char *a = line_of("x@spam.example");

	(void)state;
	other.key[0] = 9;
	buffer_init(&into, 8192);
	letterredact_address(&other, TEXT("x@spam.example"), &into);
	assert_memory_not_equal(a, buffer_string(&into), 24);
	buffer_done(&into);
	free(a);
}

static void
nothing_of_the_trap_is_left_in_a_line(void **state)
{
	static const char *const lines[] = {"Dear juniper@trap.agency.example, buy",
		"Dear Juniper, buy", "by mx7.agency.example with ESMTP",
		"http://x.trap.agency.example/", "juniper@trap.agency.example@x",
		"<juniper@trap.agency.example>",
		"=?UTF-8?B?anVuaXBlckB0cmFwLmFnZW5jeS5leGFtcGxl?= buy", "=?UTF-8?Q?juniper",
		"=?UTF-8?Q?a?juniper", "=?UTF-8?B?a?anVuaXBlcg", "x=?UTF-8?Q?juniper?= y",
		"juniper=trap.agency.example@spam.example", "\"juniper\"@spam.example",
		"a\xc3\xa5juniper@trap.agency.example", "JUNIPER"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		char *line = line_of(lines[i]);

		assert_null(strcasestr(line, "juniper"));
		assert_null(strcasestr(line, "agency"));
		assert_null(strstr(line, "anVuaXBl"));
		for (const char *c = line; *c != '\0'; c++)
			assert_true(*c >= ' ' && *c <= '~');
		free(line);
	}
}

static void
other_words_stay(void **state)
{
	char *line = line_of("Cheap pills, 50 % off! http://shop.spam.example/?a=b (now)");

	(void)state;
	assert_string_equal(line, "Cheap pills, 50 % off! http://shop.spam.example/?a=b (now)");
	free(line);
	line = line_of("bejuniper nottrap.agency.example mx7.agency.example.net");
	assert_string_equal(line, "bejuniper nottrap.agency.example mx7.agency.example.net");
	free(line);
	line = line_of("a =?UTF-8?Q?=41?= b");
	assert_string_equal(line, "a [encoded] b");
	free(line);
}

static void
of_a_head_only_some_fields_stay(void **state)
{
	static const char message[] =
		"Received: from x by mx7.agency.example for <juniper@trap.agency.example>\r\n"
		"Message-ID: <juniper.trap@spam.example>\r\n"
		"X-Mark: 4711\r\n"
		"FROM: \"Shop\"\r\n <a@spam.example>\r\n"
		"To: juniper@trap.agency.example\r\n"
		"Subject: Buy\n\tnow\r\n"
		"Date: Thu, 27 Nov 2025 10:00:00 +0000\r\n"
		"\r\n"
		"From: the body http://spam.example/4711\r\n";
	struct buffer into;
	char *head;

	(void)state;
	buffer_init(&into, 8192);
	letterredact_head(&redact, TEXT(message), &into);
	head = letter_taken(&into);
	letter_assert_lines(head);
	assert_memory_equal(head, "From: \"Shop\" <", 14);
	assert_string_equal(strchr(head, '@'),
		"@spam.example>\r\nSubject: Buy now\r\nDate: Thu, 27 Nov 2025 10:00:00 +0000\r\n");
	free(head);
	buffer_init(&into, 8192);
	letterredact_field(&redact, TEXT(message), "subject", &into);
	assert_string_equal(buffer_string(&into), "Buy now");
	buffer_clear(&into);
	letterredact_field(&redact, TEXT(message), "Reply-To", &into);
	assert_string_equal(buffer_string(&into), "");
	buffer_done(&into);
}

static void
long_fields_are_cut(void **state)
{
	static char message[70000];
	struct buffer into;

	(void)state;
	memset(message, 'x', sizeof(message));
	memcpy(message, "Subject: ", 9);
	buffer_init(&into, 1 << 20);
	letterredact_head(&redact, (struct text){message, sizeof(message)}, &into);
	assert_int_equal(into.length, 9 + LETTERREDACT_FIELD + 2);
	buffer_done(&into);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_gives_the_same_hash_and_another_gives_another),
		cmocka_unit_test(another_key_gives_another_hash),
		cmocka_unit_test(nothing_of_the_trap_is_left_in_a_line),
		cmocka_unit_test(other_words_stay),
		cmocka_unit_test(of_a_head_only_some_fields_stay),
		cmocka_unit_test(long_fields_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
