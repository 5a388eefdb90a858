/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/texts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define ENGLISH    "en"
#define LINKS_FILE 65536

const char *const topic_names[TOPICS] = {
	[TOPIC_ROUTER] = "router",
	[TOPIC_CAMERA] = "camera",
	[TOPIC_TVBOX] = "tvbox",
	[TOPIC_PHONE] = "phone",
	[TOPIC_WINDOWS] = "windows",
	[TOPIC_MACOS] = "macos",
	[TOPIC_LINUX] = "linux",
	[TOPIC_SERVER] = "server",
	[TOPIC_HELD] = "held",
	[TOPIC_BLOCKED] = "blocked",
	[TOPIC_ACCOUNT] = "account",
	[TOPIC_FREE] = "free",
	[TOPIC_WRONG] = "wrong",
	[TOPIC_CALL] = "call",
	[TOPIC_PREVENT] = "prevent",
	[TOPIC_PORT25] = "port25",
	[TOPIC_MAIL] = "mail",
	[TOPIC_EMAIL_BLOCKED] = "notice-email-blocked",
	[TOPIC_EMAIL_BEGIN] = "notice-email-begin",
	[TOPIC_EMAIL_STILL] = "notice-email-still",
	[TOPIC_EMAIL_END] = "notice-email-end",
	[TOPIC_EMAIL_ACCOUNT] = "notice-email-account",
	[TOPIC_SMS_BLOCKED] = "notice-sms-blocked",
	[TOPIC_SMS_BEGIN] = "notice-sms-begin",
	[TOPIC_SMS_STILL] = "notice-sms-still",
	[TOPIC_SMS_END] = "notice-sms-end",
	[TOPIC_SMS_ACCOUNT] = "notice-sms-account",
	[TOPIC_LETTER_BLOCKED] = "notice-letter-blocked",
	[TOPIC_LETTER_BEGIN] = "notice-letter-begin",
	[TOPIC_LETTER_STILL] = "notice-letter-still",
	[TOPIC_LETTER_END] = "notice-letter-end",
	[TOPIC_LETTER_ACCOUNT] = "notice-letter-account",
};

struct language {
	char tag[TEXTS_TAG];
	struct phrases *phrases;
	struct advice *topic[TOPICS];
};

struct link {
	char country[TEXTS_TAG];
	struct text_link link;
};

struct texts {
	size_t languages, links, files;
	struct language language[TEXTS_LANGUAGES]; /* by tag */
	struct link link[TEXTS_LINKS];
	char *file[TEXTS_LINKS];  /* what links point into */
	char standard[TEXTS_TAG]; /* empty: English */
};

enum topic
topic_find(struct text name)
{
	for (int i = 0; i < TOPICS; i++) {
		if (text_is(name, topic_names[i]))
			return (enum topic)i;
	}
	return TOPICS;
}

struct texts *
texts_new(void)
{
	return xcalloc(1, sizeof(struct texts));
}

struct texts *
texts_free(struct texts *texts)
{
	if (texts == NULL)
		return NULL;
	for (size_t i = 0; i < texts->languages; i++) {
		(void)phrases_free(texts->language[i].phrases);
		for (int t = 0; t < TOPICS; t++)
			(void)advice_free(texts->language[i].topic[t]);
	}
	for (size_t i = 0; i < texts->files; i++)
		free(texts->file[i]);
	free(texts);
	return NULL;
}

/* Languages. */

/* The first part is a language of ISO 639 (RFC 5646 s2.2.1), so that a folder "backup" is none. Countries are alike. */
static bool
is_tag(struct text tag)
{
	struct text rest = tag, first = text_cut(&rest, '-');
	bool good = (first.length == 2 || first.length == 3) && tag.length < TEXTS_TAG;

	for (size_t i = 0; good && i < tag.length; i++) {
		char c = text_small(tag.at[i]);

		good = (c >= 'a' && c <= 'z') || c == '-';
	}
	return good;
}

/* -1, 0, 1; letters are alike, whatever their size. */
static int
compare_tags(struct text a, const char *b)
{
	for (size_t i = 0; i < a.length; i++) {
		char left = text_small(a.at[i]), right = text_small(b[i]);

		if (left != right)
			return left < right ? -1 : 1;
	}
	return b[a.length] == '\0' ? 0 : -1;
}

static struct language *
language_of(struct texts *texts, struct text tag, struct fail *fail)
{
	size_t at = 0;

	while (at < texts->languages && compare_tags(tag, texts->language[at].tag) > 0)
		at++;
	if (at < texts->languages && compare_tags(tag, texts->language[at].tag) == 0)
		return &texts->language[at];
	if (texts->languages == TEXTS_LANGUAGES) {
		fail_what(fail, "there are too many languages; %d are read", TEXTS_LANGUAGES);
		return NULL;
	}
	memmove(&texts->language[at + 1], &texts->language[at],
		(texts->languages - at) * sizeof(texts->language[0]));
	texts->languages++;
	texts->language[at] = (struct language){.tag = ""};
	memcpy(texts->language[at].tag, tag.at, tag.length);
	return &texts->language[at];
}

static enum topic
topic_of_file(struct text name)
{
	struct text end = {name.at + name.length - 3, 3};

	if (name.length <= 3 || !text_is(end, ".md"))
		return TOPICS;
	name.length -= 3;
	return topic_find(name);
}

int
texts_add(struct texts *texts, struct text tag, struct text name, struct text file,
	const char *where, struct fail *fail)
{
	bool is_phrases = text_is(name, "phrases.po");
	enum topic topic = topic_of_file(name);
	struct language *language;
	struct phrases *phrases;
	struct advice *advice;
	int r;

	if (!is_tag(tag) || (!is_phrases && topic == TOPICS))
		return -ENOENT;
	language = language_of(texts, tag, fail);
	if (language == NULL)
		return -ENOSPC;
	if (is_phrases) {
		r = phrases_parse(file, where, &phrases, fail);
		if (r < 0)
			return r;
		(void)phrases_free(language->phrases);
		language->phrases = phrases;
		return 0;
	}
	r = advice_parse(file, where, &advice, fail);
	if (r < 0)
		return r;
	(void)advice_free(language->topic[topic]);
	language->topic[topic] = advice;
	return 0;
}

int
texts_check(const struct texts *texts, struct fail *fail)
{
	size_t english;

	if (!texts_find(texts, TEXT(ENGLISH), &english)) {
		fail_what(fail, "there are no texts in English");
		fail_hint(fail, "they stand for whatever another language does not have");
		return -ENOENT;
	}
	for (int t = 0; t < TOPICS; t++) {
		if (texts->language[english].topic[t] == NULL) {
			fail_what(fail, "the text %s.md is missing in English", topic_names[t]);
			fail_hint(fail, "it stands for whatever another language does not have");
			return -ENOENT;
		}
	}
	return 0;
}

size_t
texts_languages(const struct texts *texts)
{
	return texts->languages;
}

const char *
texts_tag(const struct texts *texts, size_t language)
{
	return texts->language[language].tag;
}

static struct text
head_of(const struct texts *texts, size_t language, const char *key)
{
	const struct phrases *phrases = texts->language[language].phrases;

	return phrases != NULL ? phrases_head(phrases, key) : TEXT("");
}

struct text
texts_name(const struct texts *texts, size_t language)
{
	struct text name = head_of(texts, language, "X-Name");

	return name.length > 0 ? name : text_of(texts->language[language].tag);
}

bool
texts_is_rtl(const struct texts *texts, size_t language)
{
	return text_is(head_of(texts, language, "X-Direction"), "rtl");
}

size_t
texts_english(const struct texts *texts)
{
	size_t english = 0;

	(void)texts_find(texts, TEXT(ENGLISH), &english);
	return english;
}

static bool
find_exactly(const struct texts *texts, struct text tag, size_t *ret)
{
	for (size_t i = 0; i < texts->languages; i++) {
		if (compare_tags(tag, texts->language[i].tag) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* Those that are not written as they are asked for (RFC 5646 s2.2.2: macrolanguages; scripts by region). */
static struct text
also_called(struct text tag)
{
	static const struct {
		const char *asked, *is;
	} also[] = {{"no", "nb"}, {"zh", "zh-Hant"}, {"zh-TW", "zh-Hant"}, {"zh-HK", "zh-Hant"}};

	for (size_t i = 0; i < sizeof(also) / sizeof(also[0]); i++) {
		if (compare_tags(tag, also[i].asked) == 0)
			return text_of(also[i].is);
	}
	return tag;
}

bool
texts_find(const struct texts *texts, struct text tag, size_t *ret)
{
	while (tag.length > 0) {
		if (find_exactly(texts, tag, ret) || find_exactly(texts, also_called(tag), ret))
			return true;
		while (tag.length > 0 && tag.at[tag.length - 1] != '-')
			tag.length--;
		if (tag.length > 0)
			tag.length--;
	}
	return false;
}

bool
texts_set_standard(struct texts *texts, struct text tag)
{
	size_t language;

	if (!texts_find(texts, tag, &language))
		return false;
	memcpy(texts->standard, texts->language[language].tag, TEXTS_TAG);
	return true;
}

size_t
texts_standard(const struct texts *texts)
{
	size_t standard;

	return texts_find(texts, text_of(texts->standard), &standard) ? standard
								      : texts_english(texts);
}

/* In thousandths; "q=0.5" behind a language. */
static int64_t
weight_of(struct text parameters)
{
	while (parameters.length > 0) {
		struct text one = text_trim(text_cut(&parameters, ';'));
		int64_t micro;

		if (one.length > 2 && text_small(one.at[0]) == 'q' && one.at[1] == '=' &&
			text_parse_micro((struct text){one.at + 2, one.length - 2}, &micro) == 0)
			return micro;
	}
	return 1000000;
}

size_t
texts_accept(const struct texts *texts, struct text accepted)
{
	size_t best = texts_standard(texts), language;
	int64_t most = 0;

	while (accepted.length > 0) {
		struct text range = text_cut(&accepted, ','), tag = text_cut(&range, ';');
		int64_t weight = weight_of(range);

		if (weight > most && texts_find(texts, text_trim(tag), &language)) {
			best = language;
			most = weight;
		}
	}
	return best;
}

/* Words. */

struct text
texts_phrase(const struct texts *texts, size_t language, struct text english)
{
	return phrases_find(texts->language[language].phrases, english);
}

const struct advice *
texts_topic(const struct texts *texts, size_t language, enum topic topic, size_t *ret_language)
{
	*ret_language = language;
	if (texts->language[language].topic[topic] == NULL)
		*ret_language = texts_english(texts);
	return texts->language[*ret_language].topic[topic];
}

/* Links. */

static bool
is_url(struct text url)
{
	bool good = text_starts(url, "https://") && url.length > 8 && url.length <= 300;

	for (size_t i = 0; good && i < url.length; i++) {
		char c = url.at[i];

		good = c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' && c != '\\';
	}
	return good;
}

static int
add_link(struct texts *texts, struct text country, struct text row)
{
	struct text key = text_cut(&row, '\t'), url = text_cut(&row, '\t'),
		    day = text_cut(&row, '\t');

	if (key.length == 0 || !is_url(url) || day.length == 0 || row.length == 0 ||
		text_check_line(row) < 0)
		return -EINVAL;
	if (texts->links == TEXTS_LINKS)
		return -ENOSPC;
	texts->link[texts->links] = (struct link){.link = {key, url, row, day}};
	memcpy(texts->link[texts->links].country, country.at, country.length);
	texts->links++;
	return 0;
}

static int
no_link(int r, const char *where, unsigned line, struct fail *fail)
{
	fail_where(fail, "%s:%u", where, line);
	if (r == -ENOSPC) {
		fail_what(fail, "there are too many links; %d are read", TEXTS_LINKS);
	} else {
		fail_what(fail, "this is no link");
		fail_hint(fail,
			"KEY, https://..., the day it was checked, and a name, with tabs between "
			"them");
	}
	return r;
}

int
texts_add_links(struct texts *texts, struct text country, struct text file, const char *where,
	struct fail *fail)
{
	struct text rest;
	unsigned line = 0;
	char *copy;
	int r;

	if (!is_tag(country))
		return -ENOENT;
	if (file.length > LINKS_FILE || texts->files == TEXTS_LINKS) {
		fail_where(fail, "%s", where);
		fail_what(fail, "there is too much of it");
		return -E2BIG;
	}
	copy = xcalloc(file.length + 1, 1);
	if (file.length > 0)
		memcpy(copy, file.at, file.length);
	texts->file[texts->files++] = copy;
	for (rest = (struct text){copy, file.length}; rest.length > 0;) {
		struct text row = text_cut(&rest, '\n');

		line++;
		if (row.length == 0 || *row.at == '#')
			continue;
		r = add_link(texts, country, row);
		if (r < 0)
			return no_link(r, where, line, fail);
	}
	return 0;
}

const struct text_link *
texts_link(const struct texts *texts, struct text country, struct text key)
{
	const struct text_link *any = NULL;

	/* The last one of a country counts: it is the operator's. */
	for (size_t i = texts->links; i > 0; i--) {
		const struct link *link = &texts->link[i - 1];

		if (!text_equal(link->link.key, key))
			continue;
		if (compare_tags(country, link->country) == 0)
			return &link->link;
		if (any == NULL && strcmp(link->country, "any") == 0)
			any = &link->link;
	}
	return any;
}

size_t
texts_links(const struct texts *texts)
{
	return texts->links;
}

const struct text_link *
texts_link_at(const struct texts *texts, size_t index, struct text *ret_country)
{
	const struct link *link = &texts->link[index];

	for (size_t i = index + 1; i < texts->links; i++) {
		if (strcmp(texts->link[i].country, link->country) == 0 &&
			text_equal(texts->link[i].link.key, link->link.key))
			return NULL;
	}
	*ret_country = text_of(link->country);
	return &link->link;
}
