/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/noticemake.h"

#include "care/mailmessage.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#define ID 64

static const enum topic first_topic[NOTICE_CHANNELS] = {
	TOPIC_EMAIL_BLOCKED, TOPIC_SMS_BLOCKED, TOPIC_LETTER_BLOCKED};

/* The same for one that is sent again because nobody knows that it was. */
static void
make_id(const struct noticeanswer *one, struct wall now, char into[ID])
{
	time_t seconds = (time_t)(now.us / WALL_SECOND);
	struct tm day = {0};

	(void)gmtime_r(&seconds, &day);
	snprintf(into, ID, "%s.%s.%04d%02d%02d", notice_names[one->kind], one->code,
		day.tm_year + 1900, day.tm_mon + 1, day.tm_mday);
}

static int
make_mail(const struct noticemake *settings, const struct noticeanswer *one,
	const struct contacts_row *contact, struct wall now, const struct noticetext *text,
	struct buffer *into)
{
	char id[ID];

	make_id(one, now, id);
	return mailmessage_make(
		&(struct mailmessage){.name = settings->page->provider,
			.from = text_of(settings->from),
			.to = contact->email,
			.subject = text_of(text->title),
			.id = text_of(id),
			.language = text_of(texts_tag(settings->texts, text->language)),
			.date = now,
			.body = text_of(text->body)},
		into);
}

static void
add_string(struct buffer *into, const char *name, struct text value)
{
	buffer_print(into, ",\"%s\":", name);
	buffer_json(into, value);
}

static void
add_address(const struct contacts_row *contact, struct buffer *into)
{
	bool any = false;

	buffer_text(into, TEXT(",\"address\":["));
	for (unsigned i = 0; i < CONTACTS_ADDRESS; i++) {
		if (contact->address[i].length == 0)
			continue;
		if (any)
			buffer_text(into, TEXT(","));
		buffer_json(into, contact->address[i]);
		any = true;
	}
	buffer_text(into, TEXT("]"));
}

static int
make_json(const struct noticemake *settings, const struct noticeanswer *one,
	const struct contacts_row *contact, enum notice_channel channel, struct wall now,
	const struct noticetext *text, struct buffer *into)
{
	char id[ID], day[PAGE_DAY];

	make_id(one, now, id);
	buffer_text(into, TEXT("{\"version\":1"));
	add_string(into, "id", text_of(id));
	add_string(into, "channel", text_of(notice_channels[channel]));
	add_string(into, "kind", text_of(notice_names[one->kind]));
	add_string(into, "case", text_of(one->code));
	add_string(into, "language", text_of(texts_tag(settings->texts, text->language)));
	if (channel == NOTICE_SMS)
		add_string(into, "phone", contact->phone);
	else
		add_address(contact, into);
	add_string(into, "provider", settings->page->provider);
	if (channel == NOTICE_LETTER) {
		add_string(into, "date", page_day(settings->texts, text->language, now, day));
		add_string(into, "title", text_of(text->title));
	}
	add_string(into, "text", text_of(text->body));
	buffer_text(into, TEXT("}\n"));
	return into->failed ? -EMSGSIZE : 0;
}

/* Cuts the local part, without "+" and what follows it, and leaves the domain; empty: there is none. */
static struct text
cut_local(struct text *rest)
{
	struct text local = text_cut(rest, '@');

	return text_cut(&local, '+');
}

static bool
is_alike(struct text a, struct text b)
{
	size_t i = 0;

	while (i < a.length && i < b.length && text_small(a.at[i]) == text_small(b.at[i]))
		i++;
	return i == a.length && i == b.length;
}

bool
noticemake_may_mail(const struct noticeanswer *one, const struct contacts_row *contact)
{
	struct text account = text_of(one->name), mail = contact->email;
	struct text of = cut_local(&account), to = cut_local(&mail);

	return one->kind != NOTICE_ACCOUNT || !is_alike(of, to) ||
		(account.length > 0 && !is_alike(account, mail));
}

int
noticemake(const struct noticemake *settings, const struct noticeanswer *one,
	const struct contacts_row *contact, enum notice_channel channel, struct wall now,
	struct noticetext *ret_text, struct buffer *into)
{
	bool has_pin = channel != NOTICE_EMAIL || one->kind == NOTICE_ACCOUNT;
	const struct noticetext_values values = {.portal = settings->portal,
		.code = text_of(one->code),
		.pin = has_pin ? text_of(one->pin) : TEXT(""),
		.since = one->since,
		.until = one->until};
	enum topic topic = (enum topic)(first_topic[channel] + one->kind);
	size_t language = texts_standard(settings->texts);
	int r;

	(void)texts_find(settings->texts, contact->language, &language);
	r = noticetext_make(settings->texts, settings->page, &values, topic, language, ret_text);
	if (r < 0)
		return r;
	return channel == NOTICE_EMAIL
		? make_mail(settings, one, contact, now, ret_text, into)
		: make_json(settings, one, contact, channel, now, ret_text, into);
}
