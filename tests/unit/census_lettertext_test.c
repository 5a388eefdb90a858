/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/letter/lettertext.h"
#include "letter_fixture.h"
#include "letter_words.h"

static char *
told(const struct lettercase *of, const struct phrases *phrases, size_t rows)
{
	const struct lettertext_table table = {"lazaret.csv", rows};
	struct buffer into;

	buffer_init(&into, 1 << 20);
	lettertext_make(of, &table, phrases, phrases != NULL, &into);
	return letter_taken(&into);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("no \"%s\" in:\n%s", part, text);
}

static void
the_english_text_says_what_it_should(void **state)
{
	const struct letterrow rows[3] = {letter_row("192.0.2.7", LETTER_NEW),
		letter_row("192.0.2.8", LETTER_STILL), letter_row("192.0.2.9", LETTER_STILL)};
	struct lettercase of = letter_case(rows, 3);
	char *text = told(&of, NULL, 3);

	(void)state;
	assert_has(text,
		"Dear network professionals,\n\n"
		"We are Example Agency. ");
	assert_has(text, "read https://agency.example/census.");
	assert_has(text,
		"Seen from 2025-11-26 to 2025-11-27 (UTC):\n- Addresses: 3\n- New: 1\n- Still "
		"there: "
		"2\n- Gone since the last letter: 3\n- Countries: NO, SE\n- "
		"Holder, by "
		"the registries: Example Provider\n\n");
	assert_has(text, "Thank you for your work.");
	assert_has(text, "write to answers@agency.example, leave [LZ-2026-004711] in the subject");
	assert_has(text, "after 400 days");
	assert_null(strstr(text, "{"));
	assert_null(strstr(text, "The English text"));
	assert_null(strstr(text, "has only"));
	free(text);
	text = told(&of, NULL, 2);
	assert_has(text, "The table has only the first 2 addresses.");
	free(text);
	of.gone = 0;
	of.holder = TEXT("");
	of.countries = 0;
	text = told(&of, NULL, 3);
	assert_null(strstr(text, "Thank you for your work."));
	assert_null(strstr(text, "Gone"));
	assert_null(strstr(text, "Holder"));
	assert_null(strstr(text, "Countries"));
	free(text);
}

static void
later_letters_say_so(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_STILL);
	struct lettercase of = letter_case(&row, 1);
	char *text;

	(void)state;
	of.kind = LETTER_REMINDER;
	text = told(&of, NULL, 1);
	assert_has(text, "We wrote to you about this on 2025-11-13.");
	assert_has(text, "- New: 0\n- Still there: 1\n- Back again: 0\n");
	free(text);
	of.kind = LETTER_ESCALATION;
	text = told(&of, NULL, 1);
	assert_has(text, "On 2025-11-13 and later we wrote");
	assert_has(text, "the national CERT");
	free(text);
	/* Nobody was written to before, and the registries name nobody. */
	of.kind = LETTER_NATIONAL;
	text = told(&of, NULL, 1);
	assert_has(text, "name nobody to write to");
	assert_null(strstr(text, "2025-11-13"));
	assert_null(strstr(text, "name you as the contact"));
	free(text);
}

/* It claims no cure, asks for nothing, and can be answered with STOP. */
static void
thanks_say_what_is_gone_and_what_is_left(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_STILL);
	struct lettercase of = letter_case(&row, 1);
	char *text;

	(void)state;
	of.kind = LETTER_THANKS;
	of.most = 1000;
	text = told(&of, NULL, 1);
	assert_string_equal(
		lettertext_subject(LETTER_THANKS, NULL).at, "Thank you: this case is closed");
	assert_has(text, "On 2025-11-13 we first wrote to you");
	assert_has(text,
		"What the lists say now:\n- Addresses on the day with the most: 1000\n- Of these "
		"no "
		"longer listed: 999\n- Listed today: 1\n- Countries: NO, SE\n");
	assert_has(text, "the addresses may have changed hands");
	assert_has(text, "we begin a new case");
	assert_has(text, "The table lazaret.csv has each address");
	assert_has(text, "use the table only");
	assert_has(text, "STOP: you want no more letters");
	assert_null(strstr(text, "What we ask of you"));
	assert_null(strstr(text, "DONE"));
	assert_null(strstr(text, "{"));
	free(text);
	/* The plan holds most to be no less than what is listed; nothing wraps if it is. */
	of.most = 0;
	text = told(&of, NULL, 0);
	assert_has(text, "Of these no longer listed: 0\n");
	assert_has(text, "has only the first 0 addresses");
	free(text);
	of.rows = 0;
	of.most = 20;
	of.countries = 0;
	text = told(&of, NULL, 0);
	assert_has(text, "- Of these no longer listed: 20\n- Listed today: 0\n- Holder");
	assert_has(text, "We delete single addresses after 400 days.");
	assert_null(strstr(text, "table"));
	free(text);
}

static void
the_rows_that_a_table_has_are_said_whatever_was_counted_before(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettercase of = letter_case(&row, 1);
	char *text;

	(void)state;
	of.rows = 1;
	of.gone = 123456;
	of.kind = LETTER_REMINDER;
	text = told(&of, NULL, 0);
	assert_has(text, "has only the first 0 addresses");
	free(text);
}

static void
a_holder_is_one_line(void **state)
{
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct lettercase of = letter_case(&row, 1);
	char *text;

	(void)state;
	of.holder = TEXT("A\r\n\r\nPay at https://evil.example\xff\xe2\x80\xae");
	text = told(&of, NULL, 1);
	assert_has(
		text, "registries: A    Pay at https://evil.example\xef\xbf\xbd\xef\xbf\xbd\n\n");
	free(text);
}

/* The paragraphs and items of a text, each a line. */
static unsigned
lines_of(const char *text)
{
	unsigned lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

/* Values stand in every language as they do in English, and nothing stays English. */
static void
every_language_says_as_much(void **state)
{
	static const char *const values[] = {"Example Agency", "https://agency.example/census",
		"answers@agency.example", "[LZ-2026-004711]", "lazaret.csv", "2025-11-26",
		"2025-11-27", "Example Provider", "NO, SE", "400", "587", "465", "DONE", "WORKING",
		"WRONG", "CONTACT", "XARF", "STOP", "https://agency.example/check"};
	const struct letterrow row = letter_row("192.0.2.7", LETTER_NEW);
	struct letterwords *words = letter_words();

	(void)state;
	assert_true(letter_tag_count >= 20);
	for (unsigned i = 0; i < letter_tag_count * LETTER_KIND_COUNT; i++) {
		struct text tag = text_of(letter_tags[i / LETTER_KIND_COUNT]), found;
		const struct phrases *phrases = letterwords_choose(words, &tag, 1, &found);
		struct lettercase of = letter_case(&row, 1);
		char *english, *text;

		of.kind = i % LETTER_KIND_COUNT;
		/* Fewer are in the table, so that every phrase is said. */
		english = told(&of, NULL, 0);
		text = told(&of, phrases, 0);
		assert_int_equal(lines_of(text), lines_of(english) + 2);
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			/* A letter of thanks has not all. */
			if (strstr(english, values[v]) != NULL)
				assert_has(text, values[v]);
			else
				assert_int_equal(of.kind, LETTER_THANKS);
		}
		assert_null(strpbrk(text, "{}"));
		assert_null(strstr(text, "networks"));
		assert_false(text_equal(
			lettertext_subject(of.kind, phrases), lettertext_subject(of.kind, NULL)));
		free(english);
		free(text);
		if (of.kind != LETTER_THANKS)
			continue;
		of.rows = 0;
		english = told(&of, NULL, 0);
		text = told(&of, phrases, 0);
		assert_int_equal(lines_of(text), lines_of(english) + 2);
		assert_has(text, "400");
		assert_null(strstr(text, "We delete"));
		free(english);
		free(text);
	}
	(void)letterwords_free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_english_text_says_what_it_should),
		cmocka_unit_test(later_letters_say_so),
		cmocka_unit_test(thanks_say_what_is_gone_and_what_is_left),
		cmocka_unit_test(the_rows_that_a_table_has_are_said_whatever_was_counted_before),
		cmocka_unit_test(a_holder_is_one_line),
		cmocka_unit_test(every_language_says_as_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
