/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/phrases.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

static struct phrases *
parsed(const char *file)
{
	struct phrases *phrases;
	struct fail fail = {0};

	if (phrases_parse(text_of(file), "nb.po", &phrases, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	return phrases;
}

static void
assert_finds(const struct phrases *phrases, const char *english, const char *words)
{
	assert_true(text_is(phrases_find(phrases, text_of(english)), words));
}

static void
words_stand_for_english(void **state)
{
	struct phrases *phrases = parsed("# of the pages\n"
					 "msgid \"\"\n"
					 "msgstr \"\"\n"
					 "\"Language: nb\\n\"\n"
					 "\"X-Reviewed: no\\n\"\n"
					 "\n"
					 "#: care/page.c:12\n"
					 "msgid \"Check again\"\n"
					 "msgstr \"Sjekk igjen\"\n"
					 "\n"
					 "msgid \"\"\n"
					 "\"Say \\\"yes\\\"\"\n"
					 "\" or no\\n\"\n"
					 "msgstr \"Si \"\n"
					 "\"\\\"ja\\\" eller nei\\n\"\n"
					 "msgid \"Help\"\r\n"
					 "msgstr \"\"\r\n"
					 "#, c-format, fuzzy\n"
					 "msgid \"Back\"\n"
					 "msgstr \"Rygg\"\n"
					 "\n"
					 "msgid \"Check\"\n"
					 "msgstr \"Sjekk\"\n");

	assert_true(text_is(phrases_head(phrases, "Language"), "nb"));
	assert_finds(phrases, "Check again", "Sjekk igjen");
	assert_finds(phrases, "Check", "Sjekk");
	assert_finds(phrases, "Say \"yes\" or no\n", "Si \"ja\" eller nei\n");
	assert_finds(phrases, "Help", "Help");
	assert_finds(phrases, "Back", "Back");
	assert_finds(phrases, "Che", "Che");
	assert_finds(phrases, "", "");
	assert_finds(NULL, "Check", "Check");
	assert_null(phrases_free(phrases));
	(void)state;
}

static void
a_head_may_have_few_words_or_none(void **state)
{
	struct phrases *phrases = parsed("msgid \"\"\nmsgstr \"X-Name: Norsk\\n\"\n");

	assert_true(text_is(phrases_head(phrases, "X-Name"), "Norsk"));
	assert_int_equal(phrases_head(phrases, "Language").length, 0);
	(void)phrases_free(phrases);
	/* A head without words needs no memory. */
	phrases = parsed("msgid \"\"\nmsgstr \"\"\n");
	(void)phrases_free(phrases);
	phrases = parsed("");
	assert_finds(phrases, "Help", "Help");
	(void)phrases_free(phrases);
	(void)state;
}

static void
assert_refused(const char *file, const char *where, const char *what)
{
	struct phrases *phrases;
	struct fail fail = {0};

	assert_int_equal(phrases_parse(text_of(file), "nb.po", &phrases, &fail), -EINVAL);
	assert_null(phrases);
	assert_string_equal(fail.where, where);
	assert_string_equal(fail.what, what);
}

static void
what_is_wrong_is_said_with_its_line(void **state)
{
	assert_refused("msgid \"a\"\n", "nb.po:1", "a msgid has no msgstr");
	assert_refused("msgid \"a\"\nmsgid \"b\"\n", "nb.po:2", "a msgid has no msgstr");
	assert_refused("msgstr \"a\"\n", "nb.po:1", "this is no line of a catalogue");
	assert_refused(
		"msgid \"a\"\nmsgid_plural \"b\"\n", "nb.po:2", "this is no line of a catalogue");
	assert_refused("\"a\"\n", "nb.po:1", "a quoted text belongs to nothing");
	assert_refused("msgid a\n", "nb.po:1", "a text has no quotes around it");
	assert_refused("msgid \"\n", "nb.po:1", "a text has no quotes around it");
	assert_refused("msgid \"a\"b\"\n", "nb.po:1", "a quote stands in a text");
	assert_refused("msgid \"a\\\"\n", "nb.po:1", "an escape is none");
	assert_refused("msgid \"\\x\"\n", "nb.po:1", "an escape is none");
	assert_refused("msgid \"\xc3\"\n", "nb.po:1", "a character that cannot be shown");
	assert_refused("msgid \"a\"\nmsgstr \"b\"\n\nmsgid \"a\"\nmsgstr \"c\"\n", "nb.po:4",
		"two entries have one msgid");
	(void)state;
}

static void
what_is_too_much_is_refused(void **state)
{
	static char file[PHRASES_MOST * 40];
	struct phrases *phrases;
	struct fail fail = {0};
	size_t at = 0;

	for (int i = 0; i < PHRASES_MOST; i++)
		at += (size_t)snprintf(
			file + at, sizeof(file) - at, "msgid \"%d\"\nmsgstr \"w\"\n", i);
	phrases = parsed(file);
	assert_finds(phrases, "3999", "w");
	(void)phrases_free(phrases);
	snprintf(file + at, sizeof(file) - at, "msgid \"more\"\nmsgstr \"w\"\n");
	assert_refused(file, "nb.po:8002", "there are too many entries");
	assert_int_equal(
		phrases_parse((struct text){file, PHRASES_BYTES + 1}, "a", &phrases, &fail),
		-E2BIG);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_stand_for_english),
		cmocka_unit_test(a_head_may_have_few_words_or_none),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(what_is_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
