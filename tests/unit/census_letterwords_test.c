/* SPDX-License-Identifier: BSD-2-Clause */
#include "letter_words.h"

#include <errno.h>

static const char *
chosen(const struct letterwords *words, const char *first, const char *second)
{
	struct text languages[2] = {text_of(first), text_of(second)}, tag;
	const struct phrases *phrases = letterwords_choose(words, languages, 2, &tag);

	assert_int_equal(phrases == NULL, text_is(tag, "en"));
	return tag.at;
}

static void
the_first_language_that_is_there_is_chosen(void **state)
{
	struct letterwords *words = letter_words();

	(void)state;
	assert_string_equal(chosen(words, "nn", "de"), "nn");
	assert_string_equal(chosen(words, "is", "de"), "de");
	assert_string_equal(chosen(words, "DE-at", "fr"), "de");
	assert_string_equal(chosen(words, "no", "de"), "nb");
	assert_string_equal(chosen(words, "no-NO", "de"), "nb");
	assert_string_equal(chosen(words, "zh-TW", "de"), "zh-Hant");
	assert_string_equal(chosen(words, "zh-CN", "de"), "de");
	assert_string_equal(chosen(words, "en-GB", "de"), "en");
	assert_string_equal(chosen(words, "is", "xx"), "en");
	assert_string_equal(chosen(NULL, "nb", "de"), "en");
	(void)letterwords_free(words);
}

static void
the_languages_are_those_of_the_portal(void **state)
{
	static const char *const least[] = {"nb", "nn", "de", "fr", "es", "it", "nl", "da", "sv",
		"pl", "fi", "lt", "bg", "el", "sq", "tr", "ms", "ja", "ko", "zh-Hant", "ar"};
	struct letterwords *words = letter_words();

	(void)state;
	for (size_t i = 0; i < sizeof(least) / sizeof(*least); i++)
		assert_string_equal(chosen(words, least[i], "en"), least[i]);
	(void)letterwords_free(words);
}

static void
a_language_that_is_added_again_stands_in_place_of_the_first(void **state)
{
	struct letterwords *words = letterwords_new();
	struct fail fail = {0};
	struct text nb = TEXT("nb"), tag;

	(void)state;
	assert_int_equal(
		letterwords_add(words, nb, TEXT("msgid \"a\"\nmsgstr \"b\"\n"), "1", &fail), 0);
	assert_int_equal(
		letterwords_add(words, nb, TEXT("msgid \"a\"\nmsgstr \"c\"\n"), "2", &fail), 0);
	assert_int_equal(letterwords_add(words, nb, TEXT("msgid\n"), "3", &fail), -EINVAL);
	assert_string_equal(fail.where, "3:1");
	assert_true(text_is(phrases_find(letterwords_choose(words, &nb, 1, &tag), TEXT("a")), "c"));
	assert_int_equal(
		letterwords_add(words, TEXT("a-tag-too-long"), TEXT(""), "4", &fail), -ENOSPC);
	(void)letterwords_free(words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_language_that_is_there_is_chosen),
		cmocka_unit_test(the_languages_are_those_of_the_portal),
		cmocka_unit_test(a_language_that_is_added_again_stands_in_place_of_the_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
