/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal_fixture.h"

#include <errno.h>

static const char *
accepted(const struct texts *texts, const char *header)
{
	return texts_tag(texts, texts_accept(texts, text_of(header)));
}

static void
a_browser_gets_the_language_that_it_wants_most(void **state)
{
	struct texts *texts = fixture_texts();
	struct fail fail = {0};

	assert_int_equal(
		texts_add(texts, TEXT("zh-Hant"), TEXT("phrases.po"), TEXT(""), "a", &fail), 0);
	assert_int_equal(texts_add(texts, TEXT("ar"), TEXT("phrases.po"),
				 TEXT("msgid \"\"\nmsgstr \"X-Direction: rtl\\n\"\n"), "a", &fail),
		0);
	assert_int_equal(texts_languages(texts), 4);
	assert_string_equal(accepted(texts, ""), "en");
	assert_string_equal(accepted(texts, "nb-NO,nb;q=0.9,en;q=0.8"), "nb");
	assert_string_equal(accepted(texts, "no"), "nb");
	assert_string_equal(accepted(texts, "NB"), "nb");
	assert_string_equal(accepted(texts, "en;q=0.1, nb;q=0.2"), "nb");
	assert_string_equal(accepted(texts, "xx, *;q=0.5, nb;q=0"), "en");
	assert_string_equal(accepted(texts, "zh-TW"), "zh-Hant");
	assert_string_equal(accepted(texts, "zh-Hant-HK"), "zh-Hant");
	assert_string_equal(accepted(texts, ";;,,q=1,nb;q=x"), "nb");
	assert_true(texts_is_rtl(texts, texts_accept(texts, TEXT("ar-EG"))));
	assert_false(texts_is_rtl(texts, texts_english(texts)));
	(void)texts_free(texts);
	(void)state;
}

static void
who_names_no_language_that_is_there_gets_the_standard_one(void **state)
{
	struct texts *texts = fixture_texts();

	assert_string_equal(accepted(texts, ""), "en");
	assert_false(texts_set_standard(texts, TEXT("tlh")));
	assert_string_equal(accepted(texts, ""), "en");
	assert_true(texts_set_standard(texts, TEXT("no")));
	assert_string_equal(accepted(texts, ""), "nb");
	assert_string_equal(accepted(texts, "tlh, *;q=0.5"), "nb");
	assert_string_equal(accepted(texts, "tlh, en;q=0.1"), "en");
	assert_string_equal(texts_tag(texts, texts_english(texts)), "en");
	(void)texts_free(texts);
	(void)state;
}

static void
what_a_language_lacks_is_there_in_english(void **state)
{
	struct texts *texts = fixture_texts();
	const struct advice *advice;
	struct fail fail = {0};
	size_t language, of;

	assert_int_equal(texts_add(texts, TEXT("fr"), TEXT("phrases.po"), TEXT(""), "a", &fail), 0);
	assert_true(texts_find(texts, TEXT("fr"), &language));
	advice = texts_topic(texts, language, TOPIC_ROUTER, &of);
	assert_true(text_is(advice->title, "Title router en"));
	assert_int_equal(of, texts_english(texts));
	assert_true(text_is(texts_phrase(texts, language, TEXT("Check again")), "Check again"));
	assert_true(text_is(texts_name(texts, language), "fr"));
	(void)texts_free(texts);
	(void)state;
}

static void
a_file_that_comes_again_stands_for_the_first(void **state)
{
	struct texts *texts = fixture_texts();
	struct fail fail = {0};
	size_t of;

	assert_int_equal(
		texts_add(texts, TEXT("en"), TEXT("router.md"),
			TEXT("title: Ours\nversion: 2\nreviewed: yes\n\nWords\n"), "a", &fail),
		0);
	assert_true(text_is(
		texts_topic(texts, texts_english(texts), TOPIC_ROUTER, &of)->title, "Ours"));
	assert_int_equal(texts_add(texts, TEXT("en"), TEXT("router.md"), TEXT("title"), "a", &fail),
		-EINVAL);
	assert_true(text_is(
		texts_topic(texts, texts_english(texts), TOPIC_ROUTER, &of)->title, "Ours"));
	(void)texts_free(texts);
	(void)state;
}

static void
files_that_are_no_texts_are_left_alone(void **state)
{
	struct texts *texts = texts_new();
	struct fail fail = {0};

	assert_int_equal(
		texts_add(texts, TEXT("en"), TEXT("README.md"), TEXT("x"), "a", &fail), -ENOENT);
	assert_int_equal(texts_add(texts, TEXT("en"), TEXT(".md"), TEXT("x"), "a", &fail), -ENOENT);
	assert_int_equal(
		texts_add(texts, TEXT("../x"), TEXT("router.md"), TEXT("x"), "a", &fail), -ENOENT);
	assert_int_equal(
		texts_add(texts, TEXT("a-very-long-tag"), TEXT("router.md"), TEXT("x"), "a", &fail),
		-ENOENT);
	assert_int_equal(
		texts_add(texts, TEXT("backup"), TEXT("call.md"), TEXT("x"), "a", &fail), -ENOENT);
	assert_int_equal(texts_languages(texts), 0);
	assert_int_equal(texts_check(texts, &fail), -ENOENT);
	assert_string_equal(fail.what, "there are no texts in English");
	assert_int_equal(texts_add(texts, TEXT("en"), TEXT("phrases.po"), TEXT(""), "a", &fail), 0);
	assert_int_equal(texts_check(texts, &fail), -ENOENT);
	assert_string_equal(fail.what, "the text router.md is missing in English");
	(void)texts_free(texts);
	(void)state;
}

static void
links_are_the_countrys_then_anybodys(void **state)
{
	struct texts *texts = fixture_texts();
	struct fail fail = {0};
	unsigned replaced = 0;

	assert_int_equal(
		texts_add_links(texts, TEXT("no"),
			TEXT("# ours\n\ntool\thttps://no.example/\t2026-11-27\tVerkt\xc3\xb8y\n"
			     "tool\thttps://own.example/\t2026-11-27\tEgen\n"),
			"no", &fail),
		0);
	assert_true(text_is(texts_link(texts, TEXT("no"), TEXT("tool"))->name, "Egen"));
	assert_true(
		text_is(texts_link(texts, TEXT("de"), TEXT("tool"))->url, "https://tool.example/"));
	assert_true(text_is(texts_link(texts, TEXT(""), TEXT("tool"))->name, "Tool & Sons"));
	assert_null(texts_link(texts, TEXT("no"), TEXT("other")));
	for (size_t i = 0; i < texts_links(texts); i++) {
		struct text country;
		const struct text_link *link = texts_link_at(texts, i, &country);

		if (link == NULL) {
			replaced++;
			continue;
		}
		assert_ptr_equal(link, texts_link(texts, country, link->key));
		assert_true(link->day.length == 10 || text_is(link->day, "never"));
	}
	assert_int_equal(replaced, 1);
	(void)texts_free(texts);
	(void)state;
}

static void
links_that_are_none_are_refused_with_their_line(void **state)
{
	static const char *const rows[] = {"tool\n", "tool\thttp://a.example/\tnever\tName\n",
		"tool\tjavascript:alert(1)\tnever\tName\n", "tool\thttps://a\"b/\tnever\tName\n",
		"tool\thttps://a.example/\t\tName\n", "tool\thttps://a.example/\tnever\t\n",
		"\thttps://a.example/\tnever\tName\n",
		"tool\thttps://a.example/\tnever\t\x1b[1m\n"};
	struct texts *texts = texts_new();
	struct buffer many;
	struct fail fail;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char file[200];

		fail = (struct fail){0};
		snprintf(file, sizeof(file), "# first\n%s", rows[i]);
		assert_int_equal(
			texts_add_links(texts, TEXT("no"), text_of(file), "links/no", &fail),
			-EINVAL);
		assert_string_equal(fail.where, "links/no:2");
	}
	buffer_init(&many, 1 << 16);
	for (int i = 0; i <= TEXTS_LINKS; i++)
		buffer_print(&many, "tool\thttps://a.example/\tnever\tName\n");
	assert_int_equal(texts_add_links(texts, TEXT("no"), text_of(buffer_string(&many)),
				 "links/no", &fail),
		-ENOSPC);
	assert_string_equal(fail.what, "there are too many links; 400 are read");
	assert_string_equal(fail.where, "links/no:401");
	buffer_done(&many);
	(void)texts_free(texts);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_browser_gets_the_language_that_it_wants_most),
		cmocka_unit_test(who_names_no_language_that_is_there_gets_the_standard_one),
		cmocka_unit_test(what_a_language_lacks_is_there_in_english),
		cmocka_unit_test(a_file_that_comes_again_stands_for_the_first),
		cmocka_unit_test(files_that_are_no_texts_are_left_alone),
		cmocka_unit_test(links_are_the_countrys_then_anybodys),
		cmocka_unit_test(links_that_are_none_are_refused_with_their_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
