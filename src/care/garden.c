/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/garden.h"

#include "care/gardenwords.h"
#include "care/markup.h"

#include <errno.h>
#include <stdlib.h>

/* Of an answer with its head. */
#define ANSWER_MOST (GARDENPAGE_MOST + 2048)

/* Made once: those with a page in each language, and one that sends elsewhere. */
enum made { MADE_REDIRECT, MADE_PAGE, MADES = MADE_PAGE + GARDENPAGE_LANGUAGES };

struct garden {
	bool has_page; /* no portal */
	/* Of each: with its body or, for HEAD, without. */
	struct buffer made[MADES][2];
	struct buffer refused[HTTPREQUEST_FAULTS];
};

static const struct httprequest_terms terms = {
	.wanted = {.at = "Accept-Language", .length = sizeof("Accept-Language") - 1},
	.head_most = GARDEN_HEAD,
	.body_most = GARDEN_BODY,
	.is_anybody = true,
};

/* It stands in a field of HTTP and in a link: letters of an address only (RFC 3986 s2). */
static bool
is_portal(struct text portal)
{
	static const char marks[] = "-._~:/?#[]@!$&()*+,;=%";
	const size_t scheme = sizeof("https://") - 1;

	if (!text_starts(portal, "https://") || portal.length == scheme || portal.at[scheme] == '/')
		return false;
	for (size_t i = 0; i < portal.length; i++) {
		char c = portal.at[i], small = text_small(c);

		if ((small < 'a' || small > 'z') && (c < '0' || c > '9') &&
			(c == '\0' || strchr(marks, c) == NULL))
			return false;
	}
	return portal.length <= GARDEN_TEXT;
}

static int
check(const struct garden_settings *settings, struct fail *fail)
{
	const struct {
		const char *option;
		struct text text;
	} texts[] = {{"garden.provider", settings->page.provider},
		{"garden.telephone", settings->page.telephone},
		{"garden.help", settings->page.help}};

	if (settings->portal.length > 0 && !is_portal(settings->portal)) {
		fail_where(fail, "garden.portal");
		fail_what(fail, "is no address of a portal");
		fail_hint(
			fail, "expected https://help.example.net/, at most %d bytes", GARDEN_TEXT);
		return -EINVAL;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		if (texts[i].text.length <= GARDEN_TEXT && text_check_line(texts[i].text) == 0)
			continue;
		fail_where(fail, "%s", texts[i].option);
		fail_what(fail, "is not one line of UTF-8 of at most %d bytes", GARDEN_TEXT);
		return -EINVAL;
	}
	return 0;
}

static void
make_answer(struct buffer *into, const char *status, struct text location, struct text body,
	bool is_bodyless)
{
	buffer_init(into, ANSWER_MOST);
	buffer_print(into, "HTTP/1.1 %s\r\n", status);
	if (location.length > 0)
		buffer_print(into, "Location: %.*s\r\n", (int)location.length, location.at);
	buffer_print(into,
		"Cache-Control: no-store\r\n"
		"Content-Type: text/html; charset=utf-8\r\n"
		"Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"Content-Length: %zu\r\n"
		"Connection: close\r\n\r\n",
		body.length);
	if (!is_bodyless)
		buffer_text(into, body);
	must(!into->failed);
}

static void
make_each(struct buffer into[2], const char *status, struct text location, struct text body)
{
	for (int is_bodyless = 0; is_bodyless < 2; is_bodyless++)
		make_answer(&into[is_bodyless], status, location, body, is_bodyless);
}

/* For whoever does not follow. */
static void
print_link(struct buffer *into, struct text location)
{
	buffer_print(into,
		"<!DOCTYPE html>\n<html lang=\"en\"><meta "
		"charset=\"utf-8\"><title>%s</title>\n<p><a "
		"href=\"",
		gardenwords[GARDENPAGE_EN].title);
	markup_text(into, location);
	buffer_print(into, "\">%s <span lang=\"nb\">%s</span></a></p></html>\n",
		gardenwords[GARDENPAGE_EN].link, gardenwords[GARDENPAGE_NB].link);
}

static void
make(struct garden *garden, const struct garden_settings *settings)
{
	struct text to = garden->has_page ? TEXT(GARDEN_PAGE) : settings->portal;
	struct buffer body;

	buffer_init(&body, GARDENPAGE_MOST);
	print_link(&body, to);
	make_each(
		garden->made[MADE_REDIRECT], "302 Found", to, (struct text){body.at, body.length});
	for (int fault = HTTPREQUEST_NO_FAULT + 1; fault < HTTPREQUEST_FAULTS; fault++)
		make_answer(&garden->refused[fault], httprequest_status[fault], (struct text){0},
			(struct text){body.at, body.length}, false);
	for (int language = 0; language < GARDENPAGE_LANGUAGES; language++) {
		buffer_clear(&body);
		gardenpage_print(&body, &settings->page, (enum gardenpage_language)language);
		must(!body.failed);
		make_each(garden->made[MADE_PAGE + language], "200 OK", (struct text){0},
			(struct text){body.at, body.length});
	}
	buffer_done(&body);
}

int
garden_new(const struct garden_settings *settings, struct garden **ret, struct fail *fail)
{
	int r = check(settings, fail);
	struct garden *garden;

	if (r < 0)
		return r;
	garden = xcalloc(1, sizeof(*garden));
	garden->has_page = settings->portal.length == 0;
	make(garden, settings);
	*ret = garden;
	return 0;
}

struct garden *
garden_free(struct garden *garden)
{
	if (garden == NULL)
		return NULL;
	for (int made = 0; made < MADES; made++) {
		buffer_done(&garden->made[made][0]);
		buffer_done(&garden->made[made][1]);
	}
	for (int fault = 0; fault < HTTPREQUEST_FAULTS; fault++)
		buffer_done(&garden->refused[fault]);
	free(garden);
	return NULL;
}

/* The path of a target, which a client of a proxy sends with scheme and host before it. */
static struct text
path_of(struct text target)
{
	const size_t scheme = sizeof("http://") - 1;
	const char *path;

	if (!text_starts(target, "http://"))
		return target;
	path = memchr(target.at + scheme, '/', target.length - scheme);
	if (path == NULL)
		return TEXT("/");
	return (struct text){path, target.length - (size_t)(path - target.at)};
}

int64_t
garden_read(const struct garden *garden, struct httprequest_reader *reader, struct text bytes,
	struct garden_answer *ret)
{
	struct httprequest request;
	int64_t n = httprequest_read(reader, bytes, &terms, &request);
	const struct buffer *answer;
	int made = MADE_REDIRECT;

	if (n == 0)
		return 0;
	if (n < 0) {
		answer = &garden->refused[reader->fault];
		*ret = (struct garden_answer){{answer->at, answer->length}, GARDEN_REFUSED};
		return n;
	}
	if (garden->has_page && text_is(path_of(request.target), GARDEN_PAGE))
		made = MADE_PAGE + (int)gardenpage_language(request.field);
	ret->kind = made == MADE_REDIRECT ? GARDEN_REDIRECTED : GARDEN_SHOWN;
	answer = &garden->made[made][text_is(request.method, "HEAD")];
	ret->bytes = (struct text){answer->at, answer->length};
	return n;
}
