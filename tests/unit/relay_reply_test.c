/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/reply.h"
#include "unit.h"

static const char *
made(const struct reply *reply)
{
	static char text[2 * REPLY_MOST];
	struct buffer into;

	buffer_init(&into, sizeof(text) - 1);
	reply_make(reply, &into);
	assert_false(into.failed);
	memcpy(text, buffer_string(&into), into.length + 1);
	buffer_done(&into);
	return text;
}

static void
a_reply_says_what_is_full_and_when_to_come_back(void **state)
{
	struct reply reply = {
		.language = REPLY_EN,
		.stage = ENVELOPE_RECIPIENT,
		.limit = LIMIT_ACCOUNT,
		.why = {.what = RULE_RECIPIENTS,
			.bound = WINDOW_BY_HOUR,
			.limit = 200,
			.free = {23 * WALL_MINUTE + 1}},
		.now = {WALL_MINUTE},
		.help = TEXT("https://help.example.net/mail"),
		.number = TEXT("K7Q2-M3XW"),
	};

	assert_string_equal(made(&reply),
		"450 4.7.0 The limit of 200 recipients an hour for this account is reached. "
		"Please try again in 23 minutes. Help: https://help.example.net/mail (case "
		"K7Q2-M3XW)");
	reply.stage = ENVELOPE_DATA;
	reply.why.bound = WINDOW_BY_DAY;
	reply.why.limit = 1;
	reply.why.free.us = 5 * WALL_HOUR;
	reply.help.length = reply.number.length = 0;
	assert_string_equal(made(&reply),
		"451 4.7.0 The limit of 1 recipient a day for this account is reached. Please "
		"try again in 5 hours.");
	reply.stage = ENVELOPE_END;
	reply.why.never = true;
	reply.why.limit = 1000;
	assert_string_equal(made(&reply),
		"550 5.7.1 One message may not have more than the 1000 recipients that are "
		"allowed in a day for this account: please send it in parts.");
	(void)state;
}

static void
every_reply_is_one_short_line_of_ascii(void **state)
{
	char help[REPLY_HELP_MOST];

	memset(help, 'h', sizeof(help));
	for (int i = 0; i < REPLY_LANGUAGES * LIMITS * RULE_WHATS * 3 * 2; i++) {
		struct reply reply = {
			.language = (enum reply_language)(i % REPLY_LANGUAGES),
			.limit = (enum limit)(i / REPLY_LANGUAGES % LIMITS),
			.stage = ENVELOPE_END,
			.why = {.what = (uint8_t)(i / REPLY_LANGUAGES / LIMITS % RULE_WHATS),
				.bound = (uint8_t)(i / REPLY_LANGUAGES / LIMITS / RULE_WHATS % 3),
				.never = i / REPLY_LANGUAGES / LIMITS / RULE_WHATS / 3 != 0,
				.limit = RULE_MOST,
				.free = {30 * WALL_DAY}},
			.help = {help, sizeof(help)},
			.number = TEXT("K7Q2-M3XW"),
		};
		const char *text = made(&reply);

		/* With the line end that the mail server adds. */
		assert_true(strlen(text) + 2 <= REPLY_MOST);
		for (const char *at = text; *at != '\0'; at++)
			assert_true(*at >= ' ' && *at <= '~' && *at != '{' && *at != '}');
		assert_true(reply.why.never == (strncmp(text, "550 5.7.1 ", 10) == 0));
	}
	(void)state;
}

static void
help_is_printable_and_short(void **state)
{
	char text[REPLY_HELP_MOST + 1];

	memset(text, 'x', sizeof(text));
	assert_true(reply_is_help(TEXT("")));
	assert_true(reply_is_help(TEXT("+47 22 00 00 00")));
	assert_false(reply_is_help(TEXT("a\r\n250 ok")));
	assert_false(reply_is_help(TEXT("hj\xc3\xa6lp")));
	assert_false(reply_is_help((struct text){text, sizeof(text)}));
	(void)state;
}

static void
a_case_is_told_as_such(void **state)
{
	struct reply reply = {.language = REPLY_EN,
		.stage = ENVELOPE_RECIPIENT,
		.is_case = true,
		.is_final = true,
		.number = TEXT("17")};

	assert_string_equal(made(&reply),
		"550 5.7.1 Mail through this account is stopped, since somebody else seems to send "
		"through it. Please change its password. (case 17)");
	for (int language = 0; language < REPLY_LANGUAGES; language++) {
		reply.language = (enum reply_language)language;
		assert_non_null(strstr(made(&reply), "17)"));
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_says_what_is_full_and_when_to_come_back),
		cmocka_unit_test(every_reply_is_one_short_line_of_ascii),
		cmocka_unit_test(a_case_is_told_as_such),
		cmocka_unit_test(help_is_printable_and_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
