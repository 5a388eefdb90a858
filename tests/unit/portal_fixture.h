/* portal_fixture - texts as short as they can be, a case, and requests, for tests of pages */
#ifndef LAZARET_TESTS_PORTAL_FIXTURE_H
#define LAZARET_TESTS_PORTAL_FIXTURE_H

#include "care/portal.h"
#include "unit.h"

#include <stdio.h>

#define FIXTURE_NOW ((struct wall){INT64_C(1795737600) * WALL_SECOND})

/* Each topic of a language says its own name and the language's, and has two steps. */
static inline void
fixture_topics(struct texts *texts, const char *tag)
{
	struct fail fail = {0};

	for (int t = 0; t < TOPICS; t++) {
		char name[40], file[400];

		snprintf(name, sizeof(name), "%s.md", topic_names[t]);
		snprintf(file, sizeof(file),
			"title: Title %s %s\nversion: 1\nreviewed: no\n\n"
			"Text %s %s of *{provider}*, {link:tool}.\n\n"
			"- until {until}\n- by {help}\n"
			"1. [power] Off and on\n2. [word] A password\n",
			topic_names[t], tag, topic_names[t], tag);
		assert_int_equal(
			texts_add(texts, text_of(tag), text_of(name), text_of(file), name, &fail),
			0);
	}
}

static inline struct texts *
fixture_texts(void)
{
	struct texts *texts = texts_new();
	struct fail fail = {0};

	fixture_topics(texts, "en");
	fixture_topics(texts, "nb");
	assert_int_equal(texts_add(texts, TEXT("nb"), TEXT("phrases.po"),
				 TEXT("msgid \"\"\nmsgstr \"Language: nb\\nX-Name: Norsk "
				      "bokm\xc3\xa5l\\n\"\n"
				      "\nmsgid \"Check again\"\nmsgstr \"Sjekk <igjen>\"\n"),
				 "phrases.po", &fail),
		0);
	assert_int_equal(
		texts_add_links(texts, TEXT("any"),
			TEXT("tool\thttps://tool.example/\tnever\tTool & Sons\n"), "any", &fail),
		0);
	assert_int_equal(texts_check(texts, &fail), 0);
	return texts;
}

static inline struct carecase
fixture_case(void)
{
	struct carecase of = {.is_there = true,
		.is_held = true,
		.release = CARE_OPEN,
		.attempts = 1225,
		.networks = 436,
		.code = "7K3QD-9XM2B",
		.call = "0815"};

	of.first = of.since = (struct wall){FIXTURE_NOW.us - 2 * WALL_DAY};
	of.last = (struct wall){FIXTURE_NOW.us - 10 * WALL_MINUTE};
	of.until = (struct wall){FIXTURE_NOW.us + 28 * WALL_DAY};
	return of;
}

static inline void
fixture_tick(struct carecase *of, enum topic topic, const char *name)
{
	struct carecase_step *step = &of->step[of->steps++];

	step->topic = (uint8_t)topic;
	snprintf(step->name, sizeof(step->name), "%s", name);
}

static inline struct portal_settings
fixture_settings(void)
{
	return (struct portal_settings){.page = {.provider = TEXT("Net <&> Sons"),
						.telephone = TEXT("+47 22 00 00 00"),
						.hours = TEXT("08-20"),
						.country = TEXT("no")},
		.url = TEXT("https://help.example.net/"),
		.secret = {{1, 2, 3}}};
}

/* A request as it comes from a browser. body: NULL: GET. */
static inline struct portal_asked
fixture_ask(const struct texts *texts, const char *target, const char *language, const char *body)
{
	static char bytes[4096];
	const struct httprequest_terms terms = {.wanted = TEXT("Accept-Language"),
		.head_most = PORTAL_HEAD,
		.body_most = PORTAL_BODY,
		.is_anybody = true};
	struct httprequest_reader reader = {0};
	struct httprequest request;
	struct portal_asked asked;

	snprintf(bytes, sizeof(bytes),
		"%s %s HTTP/1.1\r\nHost: help.example.net\r\nAccept-Language: %s\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		body != NULL ? "POST" : "GET", target, language, body != NULL ? strlen(body) : 0,
		body != NULL ? body : "");
	assert_int_equal(
		httprequest_read(&reader, text_of(bytes), &terms, &request), strlen(bytes));
	portal_read(texts, &request, &asked);
	return asked;
}

#endif
