/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/portal.h"

#include "care/portaltoken.h"

#include <stdio.h>

static const struct {
	const char *path;
	enum portal_page page;
} paths[] = {
	{"/", PORTAL_LINE},
	{"/check", PORTAL_CHECK},
	{"/release", PORTAL_RELEASE},
	{"/wrong", PORTAL_WRONG},
	{"/call", PORTAL_CALL},
	{"/case", PORTAL_CASE},
	{"/prevent", PORTAL_PREVENT},
	{"/port25", PORTAL_PORT25},
	{"/mail", PORTAL_MAIL},
	{"/captive", PORTAL_CAPTIVE},
	{"/style.css", PORTAL_STYLE},
};

#define STEPS "/steps/"

/* Reading. */

/* "/path" of "/path?query", or of "https://host/path?query", as a proxy asks (RFC 9112 s3.2.2). */
static struct text
path_of(struct text target)
{
	const char *scheme = target.length > 3 ? memmem(target.at, target.length, "://", 3) : NULL;
	struct text rest = target;

	if (target.length > 0 && *target.at != '/' && scheme != NULL) {
		rest.at = scheme + 3;
		rest.length -= (size_t)(rest.at - target.at);
		(void)text_cut(&rest, '/');
		/* With its slash again, which a target may not have. */
		if (rest.length == 0)
			return TEXT("/");
		rest.at--, rest.length++;
	}
	return text_cut(&rest, '?');
}

static void
find_page(struct text path, struct portal_asked *asked)
{
	asked->page = PORTAL_NONE;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (text_is(path, paths[i].path))
			asked->page = paths[i].page;
	}
	if (text_starts(path, STEPS)) {
		path.at += sizeof(STEPS) - 1;
		path.length -= sizeof(STEPS) - 1;
		asked->device = topic_find(path);
		if (asked->device < TOPIC_DEVICES)
			asked->page = PORTAL_STEPS;
	}
}

static void
find_language(
	const struct texts *texts, const struct httprequest *request, struct portal_asked *asked)
{
	struct text wanted = httprequest_query(request->target, TEXT("lang"));
	struct form_field field;

	if (asked->is_post && form_find(asked->form, "lang", &field))
		wanted = text_of(field.value);
	if (texts_find(texts, wanted, &asked->language))
		return;
	asked->language = texts_accept(texts, request->field);
}

/* What keyboards of other scripts write in place of digits, Latin letters and blanks, and programs in place of a
 * hyphen: so many characters from the first one on, and what that stands for. */
static const struct {
	const char *first;
	unsigned count;
	char latin;
} keyboards[] = {
	{"\xd9\xa0", 10, '0'}, /* Arabic */
	{"\xdb\xb0", 10, '0'}, /* Persian */
	/* Of full width, as in Japanese. */
	{"\xef\xbc\x90", 10, '0'},
	{"\xef\xbc\xa1", 26, 'A'},
	{"\xef\xbd\x81", 26, 'a'},
	{"\xef\xbc\x8d", 1, '-'},
	{"\xe3\x80\x80", 1, ' '},
	/* A hyphen that no line breaks at, an en dash, a blank that no line breaks at. */
	{"\xe2\x80\x91", 1, '-'},
	{"\xe2\x80\x93", 1, '-'},
	{"\xc2\xa0", 1, ' '},
};

/* The next character, as its Latin one if it has one; else its next byte. */
static char
next_typed(const char **typed)
{
	for (size_t i = 0; i < sizeof(keyboards) / sizeof(*keyboards); i++) {
		const char *first = keyboards[i].first;
		size_t last = strlen(first) - 1;
		unsigned behind;

		if (strncmp(*typed, first, last) != 0)
			continue;
		behind = (unsigned char)(*typed)[last] - (unsigned)(unsigned char)first[last];
		if (behind < keyboards[i].count) {
			*typed += last + 1;
			return (char)(keyboards[i].latin + (char)behind);
		}
	}
	return *(*typed)++;
}

/* Of a letter, without the blanks that people and telephones add. */
static void
copy_code(const char *typed, size_t size, char *into)
{
	size_t length = 0;

	while (*typed != '\0' && length + 1 < size) {
		char c = next_typed(&typed);

		if (c != ' ')
			into[length++] = c;
	}
	into[length] = '\0';
}

static void
find_code(struct portal_asked *asked)
{
	struct form_field code, pin;

	if (!asked->is_post || !form_find(asked->form, "code", &code) ||
		!form_find(asked->form, "pin", &pin))
		return;
	asked->by_code = true;
	copy_code(code.value, sizeof(asked->code), asked->code);
	copy_code(pin.value, sizeof(asked->pin), asked->pin);
}

void
portal_read(const struct texts *texts, const struct httprequest *request, struct portal_asked *ret)
{
	*ret = (struct portal_asked){.is_post = text_is(request->method, "POST"),
		.is_head = text_is(request->method, "HEAD"),
		.closes = request->closes};
	ret->form = ret->is_post ? request->body : TEXT("");
	find_page(path_of(request->target), ret);
	if (!ret->is_post && !ret->is_head && !text_is(request->method, "GET"))
		ret->page = PORTAL_NONE;
	find_language(texts, request, ret);
	find_code(ret);
}

bool
portal_needs_case(const struct portal_asked *asked)
{
	switch (asked->page) {
	case PORTAL_LINE:
	case PORTAL_STEPS:
	case PORTAL_CHECK:
	case PORTAL_RELEASE:
	case PORTAL_WRONG:
	case PORTAL_CAPTIVE:
		return true;
	case PORTAL_CASE:
		return asked->by_code;
	case PORTAL_CALL:
	case PORTAL_PREVENT:
	case PORTAL_PORT25:
	case PORTAL_MAIL:
	case PORTAL_STYLE:
	case PORTAL_NONE:
	case PORTAL_PAGES:
		break;
	}
	return false;
}

/* Texts. */

static enum topic
topic_of_line(const struct carecase *of)
{
	bool is_free = of->release == CARE_FREE;

	/* Who was let go is thanked; a neighbour is not, and nobody who is only observed. */
	if (!of->is_there)
		return TOPICS;
	/* What is said of a line and its devices is not so of a password. */
	if (of->kind == CARECASE_ACCOUNT)
		return is_free ? TOPICS : TOPIC_ACCOUNT;
	if (is_free)
		return of->paused.us == 0 && of->was_limited ? TOPIC_FREE : TOPICS;
	return of->is_held ? TOPIC_HELD : TOPIC_BLOCKED;
}

enum topic
portal_topic(enum portal_page page, enum topic device, const struct carecase *of)
{
	if (page == PORTAL_STEPS)
		return device < TOPIC_DEVICES ? device : TOPICS;
	return page == PORTAL_WRONG ? TOPIC_WRONG : topic_of_line(of);
}

/* Wishes. */

/* The boxes that were ticked, of steps that there are. */
static void
take_steps(const struct texts *texts, const struct portal_asked *asked, struct portal_wish *wish)
{
	size_t english = texts_english(texts);
	const struct advice *advice = texts_topic(texts, english, asked->device, &english);
	struct text body = asked->form;
	struct form_field field;

	while (form_next(&body, &field) && wish->steps < CARECASE_STEPS) {
		struct carecase_step *step = &wish->step[wish->steps];

		if (strcmp(field.name, "step") != 0 ||
			!advice_has_step(advice, text_of(field.value)))
			continue;
		step->topic = (uint8_t)asked->device;
		snprintf(step->name, sizeof(step->name), "%.*s", ADVICE_STEP, field.value);
		wish->steps++;
	}
}

_Static_assert(FORM_VALUE >= PORTAL_SAYS, "what is said is no longer than a field");

/* As many as there is room for, and no part of a character. */
static void
take_words(const char *words, struct portal_wish *wish)
{
	size_t length = strnlen(words, PORTAL_SAYS);

	while (length > 0 && ((unsigned char)words[length] & 0xc0) == 0x80)
		length--;
	memcpy(wish->says, words, length);
	wish->says[length] = '\0';
}

enum portal_outcome
portal_wish(const struct portal_settings *settings, const struct texts *texts,
	const struct portal_asked *asked, const struct carecase *of, struct wall now,
	struct portal_wish *ret)
{
	struct form_field field;

	*ret = (struct portal_wish){.deed = PORTAL_NOTHING};
	if (!asked->is_post || !of->is_there)
		return PORTAL_SHOWN;
	if (asked->page != PORTAL_STEPS && asked->page != PORTAL_RELEASE &&
		asked->page != PORTAL_WRONG)
		return PORTAL_SHOWN;
	if (!form_find(asked->form, "token", &field) ||
		!portaltoken_check(&settings->secret, of, now, text_of(field.value)))
		return PORTAL_STALE;
	if (asked->page == PORTAL_STEPS) {
		ret->deed = PORTAL_TICK;
		ret->device = asked->device;
		take_steps(texts, asked, ret);
	} else if (asked->page == PORTAL_WRONG) {
		ret->deed = PORTAL_SAY_WRONG;
		if (form_find(asked->form, "says", &field))
			take_words(field.value, ret);
	} else if (of->release != CARE_OPEN || !carecase_is_ready(of)) {
		return PORTAL_REFUSED;
	} else {
		ret->deed = PORTAL_LET_GO;
	}
	return PORTAL_SHOWN;
}
