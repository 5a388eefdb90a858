/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/noticetext.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static const struct page_settings settings = {
	.provider = {"Example Net", 11}, .telephone = {"22 33", 5}};
static const struct noticetext_values values = {.portal = {"help.example.net", 16},
	.code = {"7K3QD-9XM2B", 11},
	.pin = {"12345678", 8},
	.since = {INT64_C(1700000000) * WALL_SECOND}};

static void
add(struct texts *texts, const char *language, const char *name, const char *file)
{
	struct fail fail = {0};
	int r = texts_add(texts, text_of(language), text_of(name), text_of(file), name, &fail);

	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
}

static struct texts *
some(const char *reviewed)
{
	struct texts *texts = texts_new();
	char head[200];

	setenv("TZ", "UTC", 1);
	add(texts, "en", "phrases.po", "msgid \"\"\nmsgstr \"\"\n");
	add(texts, "nb", "phrases.po",
		"msgid \"\"\nmsgstr \"\"\n\nmsgid \"{day} {month} {year}\"\n"
		"msgstr \"{day}. {month} {year}\"\n\nmsgid \"November\"\nmsgstr \"november\"\n");
	add(texts, "en", "notice-email-begin.md",
		"title: Limited\nversion: 2\nreviewed: no\n\nHello,\nsince {since}.\n");
	snprintf(head, sizeof(head),
		"title: Begrenset\nversion: 3\nreviewed: %s\n\n## Hei\n\nSiden *{since}*.\nSe "
		"{portal}.\n\n"
		"Til {until}.\n\n- sak {case}\n- PIN {pin}\n\n{provider}\n",
		reviewed);
	add(texts, "nb", "notice-email-begin.md", head);
	add(texts, "nb", "notice-sms-begin.md",
		"title: Begrenset\nversion: 1\nreviewed: no\n\nSe {portal}.\n");
	return texts;
}

static void
assert_made(const struct texts *texts, const char *tag, enum topic topic, const char *title,
	const char *body, uint32_t version)
{
	struct noticetext *made = xcalloc(1, sizeof(*made));
	size_t language;

	assert_true(texts_find(texts, text_of(tag), &language));
	assert_int_equal(noticetext_make(texts, &settings, &values, topic, language, made), 0);
	assert_string_equal(made->title, title);
	assert_string_equal(made->body, body);
	assert_int_equal(made->version, version);
	free(made);
}

static void
a_text_has_its_values_and_leaves_out_what_has_none(void **state)
{
	struct texts *texts = some("Kari Nordmann 2026-01-01");

	(void)state;
	assert_made(texts, "nb", TOPIC_EMAIL_BEGIN, "Begrenset",
		"Hei\n\nSiden 14. november 2023. Se help.example.net.\n\n- sak 7K3QD-9XM2B\n- PIN "
		"12345678\n\nExample Net",
		3);
	assert_made(texts, "en", TOPIC_EMAIL_BEGIN, "Limited", "Hello, since 14 November 2023.", 2);
	(void)texts_free(texts);
}

static void
english_stands_behind_what_nobody_has_signed_but_not_in_an_sms(void **state)
{
	struct texts *texts = some("no");

	(void)state;
	assert_made(texts, "nb", TOPIC_EMAIL_BEGIN, "Begrenset",
		"Hei\n\nSiden 14. november 2023. Se help.example.net.\n\n- sak 7K3QD-9XM2B\n- PIN "
		"12345678\n\nExample Net\n\n----\n\n"
		"In English:\n\nHello, since 14 November 2023.",
		3);
	assert_made(texts, "nb", TOPIC_SMS_BEGIN, "Begrenset", "Se help.example.net.", 1);
	(void)texts_free(texts);
}

static void
among_words_from_the_right_a_value_keeps_its_order_and_a_letter_marks_headings(void **state)
{
	struct texts *texts = some("no");

	(void)state;
	add(texts, "ar", "phrases.po", "msgid \"\"\nmsgstr \"X-Direction: rtl\\n\"\n");
	add(texts, "ar", "notice-letter-begin.md",
		"title: T\nversion: 1\nreviewed: A B 2026-01-01\n\n## H\n\n{telephone}.\n");
	add(texts, "ar", "notice-sms-begin.md",
		"title: T\nversion: 1\nreviewed: no\n\nPIN {pin}\n");
	assert_made(texts, "ar", TOPIC_LETTER_BEGIN, "T",
		"## H\n\n\xe2\x81\xa8"
		"22 33\xe2\x81\xa9.",
		1);
	assert_made(texts, "ar", TOPIC_SMS_BEGIN, "T", "PIN 12345678", 1);
	(void)texts_free(texts);
}

static void
a_customer_types_no_more_of_the_portals_address_than_he_must(void **state)
{
	(void)state;
	assert_true(
		text_is(noticetext_portal(TEXT("https://help.example.net/")), "help.example.net"));
	assert_true(text_is(noticetext_portal(TEXT("http://h.example/a/")), "h.example/a"));
	assert_true(text_is(noticetext_portal(TEXT("h.example")), "h.example"));
	assert_int_equal(noticetext_portal(TEXT("")).length, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_has_its_values_and_leaves_out_what_has_none),
		cmocka_unit_test(english_stands_behind_what_nobody_has_signed_but_not_in_an_sms),
		cmocka_unit_test(
			among_words_from_the_right_a_value_keeps_its_order_and_a_letter_marks_headings),
		cmocka_unit_test(a_customer_types_no_more_of_the_portals_address_than_he_must),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
