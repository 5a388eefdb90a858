/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/noticetext.h"

#include <errno.h>
#include <stdio.h>

struct text
noticetext_portal(struct text url)
{
	const char *scheme = memmem(url.at, url.length, "://", 3);

	if (scheme != NULL) {
		url.length -= (size_t)(scheme + 3 - url.at);
		url.at = scheme + 3;
	}
	while (url.length > 0 && url.at[url.length - 1] == '/')
		url.length--;
	return url;
}

static bool
is_sms(enum topic topic)
{
	return topic >= TOPIC_SMS_BLOCKED && topic <= TOPIC_SMS_ACCOUNT;
}

static bool
is_letter(enum topic topic)
{
	return topic >= TOPIC_LETTER_BLOCKED && topic <= TOPIC_LETTER_ACCOUNT;
}

/* Among words from the right a number of telephone would be read from its end: U+2068 and U+2069 hold it together. */
static void
add_value(const struct page *page, struct text value, bool isolates)
{
	if (isolates)
		buffer_text(page->into, TEXT("\xe2\x81\xa8"));
	buffer_text(page->into, value);
	if (isolates)
		buffer_text(page->into, TEXT("\xe2\x81\xa9"));
}

static void
add_words(const struct page *page, struct text text, bool isolates)
{
	struct advice_piece piece;

	while (advice_next(&text, &piece)) {
		switch (piece.kind) {
		case ADVICE_WORDS:
			buffer_text(page->into, piece.text);
			break;
		case ADVICE_BLANK:
			buffer_text(page->into, TEXT(" "));
			break;
		case ADVICE_VALUE:
			add_value(page, page->value[piece.value], isolates);
			break;
		case ADVICE_STRONG:
		case ADVICE_LINK:
			break;
		}
	}
}

static void
add_blocks(const struct page *page, const struct advice *advice, enum topic topic)
{
	/* An SMS has no room for it. */
	bool isolates = !is_sms(topic) && texts_is_rtl(page->texts, page->language);
	enum advice_kind before = ADVICE_PARAGRAPH;

	for (size_t i = 0; i < advice->count; i++) {
		const struct advice_block *block = &advice->block[i];
		bool is_item = block->kind == ADVICE_ITEM || block->kind == ADVICE_TASK;

		if (!page_is_whole(page, block->text))
			continue;
		if (page->into->length > 0)
			buffer_text(page->into,
				is_item && before == block->kind ? TEXT("\n") : TEXT("\n\n"));
		if (is_item)
			buffer_text(page->into, TEXT("- "));
		else if (block->kind == ADVICE_HEADING && is_letter(topic))
			buffer_text(page->into, TEXT("## "));
		add_words(page, block->text, isolates);
		before = block->kind;
	}
}

static void
add_language(const struct texts *texts, const struct page_settings *settings,
	const struct noticetext_values *values, const struct advice *advice, size_t language,
	enum topic topic, struct buffer *into)
{
	char since[PAGE_DAY], until[PAGE_DAY];
	struct page page;

	page_init(&page, into, texts, settings, language);
	page.value[ADVICE_PORTAL] = values->portal;
	page.value[ADVICE_CASE] = values->code;
	page.value[ADVICE_PIN] = values->pin;
	page.value[ADVICE_SINCE] = page_day(texts, language, values->since, since);
	page.value[ADVICE_UNTIL] = page_day(texts, language, values->until, until);
	add_blocks(&page, advice, topic);
}

int
noticetext_make(const struct texts *texts, const struct page_settings *settings,
	const struct noticetext_values *values, enum topic topic, size_t language,
	struct noticetext *ret)
{
	size_t english = texts_english(texts);
	const struct advice *advice = texts_topic(texts, language, topic, &ret->language);
	struct buffer body;
	bool fits;

	buffer_init(&body, sizeof(ret->body) - 1);
	add_language(texts, settings, values, advice, ret->language, topic, &body);
	if (ret->language != english && !advice->is_reviewed && !is_sms(topic)) {
		buffer_text(&body,
			TEXT("\n\n----\n\n"
			     "In English:"));
		add_language(texts, settings, values, texts_topic(texts, english, topic, &english),
			english, topic, &body);
	}
	ret->version = advice->version;
	fits = !body.failed && advice->title.length < sizeof(ret->title);
	if (fits) {
		snprintf(ret->title, sizeof(ret->title), "%.*s", (int)advice->title.length,
			advice->title.at);
		snprintf(ret->body, sizeof(ret->body), "%s", buffer_string(&body));
	}
	buffer_done(&body);
	return fits ? 0 : -EMSGSIZE;
}
