/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as what a browser sends: the answer is whole, has its length, and nothing of the request stands in it as
 * markup. The first byte says what the case is, and what came of the last question. */
#include "care/portal.h"
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>

#define NOW ((struct wall){INT64_C(1795737600) * WALL_SECOND})

static struct texts *
short_texts(void)
{
	struct texts *texts = texts_new();
	struct fail fail = {0};

	for (int t = 0; t < TOPICS; t++) {
		char name[40];

		snprintf(name, sizeof(name), "%s.md", topic_names[t]);
		must(texts_add(texts, TEXT("en"), text_of(name),
			     TEXT("title: T\nversion: 1\nreviewed: no\n\nWords {until}\n\n"
				  "1. [power] Step\n2. [word] Step\n"),
			     name, &fail) == 0);
	}
	must(texts_add(texts, TEXT("nb"), TEXT("phrases.po"), TEXT(""), "a", &fail) == 0);
	return texts;
}

static void
look_at(struct buffer *answer, bool is_head)
{
	const char *text = buffer_string(answer), *body = strstr(text, "\r\n\r\n"),
		   *length = strstr(text, "Content-Length: ");

	must(!answer->failed && strlen(text) == answer->length);
	must(body != NULL && length != NULL && length < body);
	if (!is_head) {
		struct text rest = text_of(length + strlen("Content-Length: "));
		uint64_t bytes;

		must(text_parse_u64(text_cut(&rest, '\r'), PORTAL_PAGE, &bytes) == 0);
		must(bytes == strlen(body + 4));
	}
	must(strstr(text, "<script") == NULL && strstr(text, "<b>") == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct texts *texts;
	const struct httprequest_terms terms = {.wanted = TEXT("Accept-Language"),
		.head_most = PORTAL_HEAD,
		.body_most = PORTAL_BODY,
		.is_anybody = true};
	struct portal_settings settings = {.url = TEXT("https://help.example.net/")};
	struct carecase of = {.code = "7K3QD-9XM2B"};
	struct httprequest_reader reader = {0};
	struct httprequest request;
	struct portal_asked asked;
	struct portal_wish wish;
	struct buffer answer;
	enum portal_outcome outcome;

	if (texts == NULL)
		texts = short_texts();
	if (size == 0)
		return 0;
	of.is_there = (bytes[0] & 1) != 0;
	of.is_held = (bytes[0] & 2) != 0;
	of.release = (bytes[0] >> 2) % CARE_WAYS;
	outcome = (enum portal_outcome)((bytes[0] >> 4) % PORTAL_OUTCOMES);
	if (httprequest_read(&reader, (struct text){(const char *)bytes + 1, size - 1}, &terms,
		    &request) <= 0)
		return 0;
	portal_read(texts, &request, &asked);
	must(asked.page < PORTAL_PAGES && asked.language < texts_languages(texts));
	must(asked.page != PORTAL_STEPS || asked.device < TOPIC_DEVICES);
	(void)portal_needs_case(&asked);
	(void)portal_wish(&settings, texts, &asked, &of, NOW, &wish);
	/* Nobody guesses a token. */
	must(wish.deed == PORTAL_NOTHING);
	buffer_init(&answer, 2 * PORTAL_PAGE);
	portal_answer(&settings, texts, &asked, &of, outcome, NOW, &answer);
	look_at(&answer, asked.is_head);
	buffer_done(&answer);
	return 0;
}
