/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/advice.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define HEAD "title: Your router\nversion: 3\nreviewed: no\n\n"

static struct advice *
parsed(const char *file)
{
	struct advice *advice;
	struct fail fail = {0};

	if (advice_parse(text_of(file), "router.md", &advice, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	return advice;
}

/* The pieces of a block: words as they are, a blank, '*', "<value>", "[link]". */
static const char *
pieces(const struct advice_block *block)
{
	static char into[1024];
	struct text rest = block->text;
	struct advice_piece piece;
	size_t at = 0;

	into[0] = '\0';
	while (advice_next(&rest, &piece)) {
		static const char *const format[] = {[ADVICE_WORDS] = "%.*s",
			[ADVICE_BLANK] = " ",
			[ADVICE_STRONG] = "*",
			[ADVICE_LINK] = "[%.*s]"};

		if (piece.kind == ADVICE_VALUE)
			at += (size_t)snprintf(into + at, sizeof(into) - at, "<%s>",
				advice_value_names[piece.value]);
		else if (piece.kind == ADVICE_WORDS)
			at += (size_t)snprintf(into + at, sizeof(into) - at, "%.*s",
				(int)piece.text.length, piece.text.at);
		else if (piece.kind == ADVICE_LINK)
			at += (size_t)snprintf(into + at, sizeof(into) - at, "[%.*s]",
				(int)piece.text.length, piece.text.at);
		else
			at += (size_t)snprintf(
				into + at, sizeof(into) - at, "%s", format[piece.kind]);
	}
	return into;
}

static void
a_topic_is_read_block_by_block(void **state)
{
	struct advice *advice = parsed(HEAD "## Is it the router?\n"
					    "Ask *{provider}*, or\n"
					    "call {telephone}.\n"
					    "\n"
					    "- one thing\n"
					    "  and more of it\n"
					    "- {link:safety-scanner}\n"
					    "1. [power] Turn it off.\n"
					    "   Count to ten.\r\n"
					    "   And on.\n"
					    "2. [word] A new password\n"
					    "The end.\n");

	assert_true(text_is(advice->title, "Your router"));
	assert_int_equal(advice->version, 3);
	assert_false(advice->is_reviewed);
	assert_int_equal(advice->count, 7);
	assert_int_equal(advice->block[0].kind, ADVICE_HEADING);
	assert_string_equal(pieces(&advice->block[0]), "Is it the router?");
	assert_int_equal(advice->block[1].kind, ADVICE_PARAGRAPH);
	assert_string_equal(pieces(&advice->block[1]), "Ask *<provider>*, or call <telephone>.");
	assert_int_equal(advice->block[2].kind, ADVICE_ITEM);
	assert_string_equal(pieces(&advice->block[2]), "one thing and more of it");
	assert_string_equal(pieces(&advice->block[3]), "[safety-scanner]");
	assert_int_equal(advice->block[4].kind, ADVICE_TASK);
	assert_true(text_is(advice->block[4].step, "power"));
	assert_string_equal(pieces(&advice->block[4]), "Turn it off. Count to ten. And on.");
	assert_string_equal(pieces(&advice->block[6]), "The end.");
	assert_true(advice_has_step(advice, TEXT("word")));
	assert_false(advice_has_step(advice, TEXT("words")));
	assert_null(advice_free(advice));
	(void)state;
}

static void
signed_is_what_does_not_say_no(void **state)
{
	struct advice *advice =
		parsed("reviewed: 2026-11-27\nversion: 1\ntitle: A title: with a colon\n\nWords\n");

	assert_true(advice->is_reviewed);
	assert_true(text_is(advice->title, "A title: with a colon"));
	(void)advice_free(advice);
	(void)state;
}

static void
assert_refused(const char *file, const char *where, const char *what)
{
	struct advice *advice;
	struct fail fail = {0};

	assert_int_equal(advice_parse(text_of(file), "router.md", &advice, &fail), -EINVAL);
	assert_null(advice);
	assert_string_equal(fail.where, where);
	assert_string_equal(fail.what, what);
}

static void
what_is_wrong_is_said_with_its_line(void **state)
{
	assert_refused("", "router.md:0", "the head is not whole");
	assert_refused("title: A\nversion: 1\n\nWords\n", "router.md:3", "the head is not whole");
	assert_refused("title: A\ntitle: B\n", "router.md:2", "this is no line of the head");
	assert_refused("title: A\nversion: one\n", "router.md:2", "this is no line of the head");
	assert_refused("title: {provider}\n", "router.md:1", "a title is words alone");
	assert_refused(HEAD, "router.md:4", "there is no text behind the head");
	assert_refused(HEAD "Words\n{nobody}\n", "router.md:6",
		"nothing is known by what stands between these braces");
	assert_refused(HEAD "{link:A B}\n", "router.md:5",
		"nothing is known by what stands between these braces");
	assert_refused(HEAD "{provider\n}\n", "router.md:5", "a brace is not closed");
	assert_refused(HEAD "*Words\n\nmore*\n", "router.md:5", "a '*' has no other in this block");
	assert_refused(HEAD "<b>Words</b>\n", "router.md:5", "'<', '>' or '}' stands in a text");
	assert_refused(HEAD "Words\xff\n", "router.md:5", "a character that cannot be shown");
	assert_refused(HEAD "Wo\x1b[1mrds\n", "router.md:5", "a character that cannot be shown");
	assert_refused(HEAD "1. Words\n", "router.md:5", "a step has no name");
	assert_refused(HEAD "1. [Power] Words\n", "router.md:5", "a step's name is none");
	assert_refused(
		HEAD "1. [seventeen-letters] Words\n", "router.md:5", "a step's name is none");
	assert_refused(
		HEAD "1. [a] Words\n2. [a] Words\n", "router.md:6", "two steps have one name");
	assert_refused(HEAD "1. [a]\n", "router.md:5", "a block has no words");
	assert_refused(HEAD "   Words\n", "router.md:5", "a line goes on with nothing");
	assert_refused(HEAD "# Words\n", "router.md:5", "a heading is none");
	(void)state;
}

static void
what_is_too_much_is_refused(void **state)
{
	char *file = malloc(ADVICE_BYTES + 2);
	struct advice *advice;
	struct fail fail = {0};
	size_t at;

	assert_non_null(file);
	at = (size_t)snprintf(file, ADVICE_BYTES, "%s", HEAD);
	for (int i = 0; i < ADVICE_BLOCKS; i++)
		at += (size_t)snprintf(file + at, ADVICE_BYTES - at, "- item\n");
	advice = parsed(file);
	assert_int_equal(advice->count, ADVICE_BLOCKS);
	(void)advice_free(advice);
	snprintf(file + at, ADVICE_BYTES - at, "- item\n");
	assert_refused(file, "router.md:405", "there are too many blocks");
	memset(file, 'a', ADVICE_BYTES + 1);
	assert_int_equal(
		advice_parse((struct text){file, ADVICE_BYTES + 1}, "a", &advice, &fail), -E2BIG);
	free(file);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_topic_is_read_block_by_block),
		cmocka_unit_test(signed_is_what_does_not_say_no),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(what_is_too_much_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
