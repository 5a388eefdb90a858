/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/words.h"
#include "unit.h"

#include <stdio.h>

#define MANY 200000

static void
the_same_text_has_one_number_and_keeps_its_first_form(void **state)
{
	struct words words;

	words_init(&words, true);
	assert_int_equal(words_add(&words, 1, TEXT("AR1-RIPE")), 1);
	assert_int_equal(words_add(&words, 1, TEXT("ar1-ripe")), 1);
	assert_true(text_is(words_text(&words, 1), "AR1-RIPE"));
	assert_int_equal(words_add(&words, 2, TEXT("AR1-RIPE")), 2);
	assert_int_equal(words_find(&words, 2, TEXT("aR1-RIPE")), 2);
	assert_int_equal(words_find(&words, 3, TEXT("AR1-RIPE")), 0);
	assert_int_equal(words_add(&words, 1, TEXT("")), 0);
	assert_int_equal(words.refused, 0);
	words_done(&words);
	words_init(&words, false);
	assert_int_equal(words_add(&words, 0, TEXT("a")), 1);
	assert_int_equal(words_add(&words, 0, TEXT("A")), 2);
	words_done(&words);
}

static void
many_words_are_all_found_again(void **state)
{
	struct words words;
	char text[32];

	words_init(&words, true);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "H%u-X", i);
		assert_int_equal(words_add(&words, (uint8_t)(i % 3), text_of(text)), i + 1);
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(text, sizeof(text), "h%u-x", i);
		assert_int_equal(words_find(&words, (uint8_t)(i % 3), text_of(text)), i + 1);
		assert_int_equal(words_find(&words, (uint8_t)(i % 3 + 1), text_of(text)), 0);
	}
	words_done(&words);
}

/* A text that has the hash of another one gets a place of its own. */
static void
texts_whose_hashes_meet_stay_apart(void **state)
{
	struct words words;
	uint32_t first, second;

	words_init(&words, true);
	first = words_add(&words, 0, TEXT("first"));
	/* As if "second" had its hash: the text behind the number is another one. */
	memcpy(words.texts + sizeof(struct words_head), "FIRSX", 5);
	second = words_add(&words, 0, TEXT("first"));
	assert_int_not_equal(first, second);
	assert_int_equal(words_find(&words, 0, TEXT("first")), second);
	words_done(&words);
}

static void
a_word_that_is_too_long_is_refused_and_counted(void **state)
{
	static char text[WORD_LONGEST + 1];
	struct words words;

	memset(text, 'a', sizeof(text));
	words_init(&words, true);
	assert_int_equal(words_add(&words, 0, (struct text){text, WORD_LONGEST}), 1);
	assert_int_equal(words_add(&words, 0, (struct text){text, WORD_LONGEST + 1}), 0);
	assert_int_equal(words_find(&words, 0, (struct text){text, WORD_LONGEST + 1}), 0);
	assert_int_equal(words.refused, 1);
	words_done(&words);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_text_has_one_number_and_keeps_its_first_form),
		cmocka_unit_test(many_words_are_all_found_again),
		cmocka_unit_test(texts_whose_hashes_meet_stay_apart),
		cmocka_unit_test(a_word_that_is_too_long_is_refused_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
