/* SPDX-License-Identifier: BSD-2-Clause */
#include "letter_fixture.h"

#include <errno.h>

static int
check(const struct lettercase *of)
{
	struct fail fail = {0};
	int r = lettercase_check(of, &fail);

	assert_true(r == 0 || (r == -EINVAL && fail.what[0] != '\0' && fail.hint[0] != '\0'));
	return r;
}

static void
codes_have_a_mark_a_year_and_a_number(void **state)
{
	static const char *const bad[] = {"", "LZ", "LZ-2026", "LZ-2026-", "LZ-2026-47",
		"LZ-26-004711", "lz-2026-004711", "LZ-2026-00471a", "LZ-2026-004711-1",
		"LZ-2026-004711\r\n", "-2026-004711"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(lettercase_check_code(text_of(bad[i])), -EINVAL);
	assert_int_equal(lettercase_check_code(TEXT("LZ-2026-004711")), 0);
	assert_int_equal(lettercase_check_code(TEXT("LZ-2026-1004711")), 0);
}

static void
a_usual_case_is_taken(void **state)
{
	const struct letterrow rows[2] = {
		letter_row("192.0.2.7", LETTER_NEW), letter_row("192.0.2.8", LETTER_STILL)};
	struct lettercase of = letter_case(rows, 2);

	(void)state;
	assert_int_equal(check(&of), 0);
	assert_int_equal(lettercase_count(&of, LETTER_STILL), 1);
	assert_int_equal(lettercase_count(&of, LETTER_REOPENED), 0);
	assert_true(text_is(lettercase_reply(of.sender), "answers@agency.example"));
	/* Free text is no reason to refuse. */
	of.holder = TEXT("a\r\nBcc: b@example.net\xff");
	assert_int_equal(check(&of), 0);
}

static void
what_would_enter_the_head_is_refused(void **state)
{
	static const char *const mailboxes[] = {"", "abuse", "abuse@provider.example\n",
		"abuse@provider.example\r\nBcc: victim@example.net", "a@b.example,c@d.example",
		"Abuse <a@b.example>", "a b@c.example", "a@b.example (abuse)"};
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);

	(void)state;
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(*mailboxes); i++) {
		struct lettercase of = letter_case(&row, 1);

		of.mailbox = text_of(mailboxes[i]);
		assert_int_equal(check(&of), -EINVAL);
	}
	for (int i = 0; i < 8; i++) {
		struct lettercase of = letter_case(&row, 1);
		struct lettersender sender = letter_agency;

		of.sender = &sender;
		switch (i) {
		case 0:
			sender.mailbox = TEXT("census@agency.example\n");
			break;
		case 1:
			sender.reply = TEXT("answers");
			break;
		case 2:
			sender.name = TEXT("a\nb");
			break;
		case 3:
			sender.verify = TEXT("");
			break;
		case 4:
			of.code = TEXT("LZ-2026-004711\nX: y");
			break;
		case 5:
			of.language[of.languages++] = TEXT("nb\r\nX: y");
			break;
		case 6:
			of.number = 0;
			break;
		default:
			of.rows = 0;
			break;
		}
		assert_int_equal(check(&of), -EINVAL);
	}
}

static void
only_thanks_can_be_about_nothing(void **state)
{
	struct lettercase of = letter_case(NULL, 0);

	(void)state;
	for (unsigned kind = 0; kind < LETTER_KIND_COUNT; kind++) {
		of.kind = kind;
		assert_int_equal(check(&of), kind == LETTER_THANKS ? 0 : -EINVAL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_have_a_mark_a_year_and_a_number),
		cmocka_unit_test(a_usual_case_is_taken),
		cmocka_unit_test(what_would_enter_the_head_is_refused),
		cmocka_unit_test(only_thanks_can_be_about_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
