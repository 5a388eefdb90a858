/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/portalpages.h"
#include "care/portalstyle.h"

#include <stdio.h>

/* The page may load its own style and send forms to its own host, nothing else; nobody may frame it, and what is older
 * than frame-ancestors reads X-Frame-Options (RFC 7034). */
#define POLICY                                                                                     \
	"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "              \
	"frame-ancestors 'none'"

static void
print_head(const struct portal_asked *asked, const char *status, const char *type,
	const char *fields, size_t length, struct buffer *into)
{
	buffer_print(into,
		"HTTP/1.1 %s\r\n"
		"Content-Type: %s\r\n"
		"Content-Length: %zu\r\n"
		"%s"
		"X-Content-Type-Options: nosniff\r\n"
		"Referrer-Policy: no-referrer\r\n"
		"X-Frame-Options: DENY\r\n"
		"Content-Security-Policy: " POLICY "\r\n"
		"%s\r\n",
		status, type, length, fields, asked->closes ? "Connection: close\r\n" : "");
}

static void
print_answer(const struct portal_asked *asked, const char *status, const char *type,
	const char *fields, struct text body, struct buffer *into)
{
	print_head(asked, status, type, fields, body.length, into);
	if (!asked->is_head)
		buffer_text(into, body);
}

/* RFC 8908 s5: while it is captive, these two keys alone. */
static void
answer_captive(const struct portal_settings *settings, const struct portal_asked *asked,
	const struct carecase *of, enum portal_outcome outcome, struct buffer *into)
{
	bool is_away = outcome == PORTAL_AWAY || outcome == PORTAL_LATER;
	struct buffer body;

	buffer_init(&body, 1024);
	if (of->is_there && of->is_held) {
		buffer_print(&body, "{\"captive\":true,\"user-portal-url\":");
		buffer_json(&body, settings->url);
		buffer_print(&body, "}");
	} else {
		buffer_print(&body, "{\"captive\":false}");
	}
	print_answer(asked, is_away ? "503 Service Unavailable" : "200 OK",
		"application/captive+json", "Cache-Control: private, no-store\r\n",
		is_away ? TEXT("") : (struct text){body.at, body.length}, into);
	buffer_done(&body);
}

/* To where one sees what came of it; a reload does nothing again. */
static void
answer_done(const struct texts *texts, const struct portal_asked *asked, struct buffer *into)
{
	char fields[160];

	snprintf(fields, sizeof(fields),
		"Location: %s?lang=%s%s\r\n"
		"Cache-Control: no-store\r\n",
		asked->page == PORTAL_WRONG ? "/wrong" : "/", texts_tag(texts, asked->language),
		asked->page == PORTAL_STEPS ? "#devices" : "");
	print_answer(asked, "303 See Other", "text/plain; charset=utf-8", fields, TEXT(""), into);
}

static const char *
status_of(const struct portal_asked *asked, enum portal_outcome outcome)
{
	if (asked->page == PORTAL_NONE)
		return "404 Not Found";
	switch (outcome) {
	case PORTAL_REFUSED:
		return "409 Conflict";
	case PORTAL_STALE:
	case PORTAL_UNKNOWN:
		return "403 Forbidden";
	case PORTAL_LATER:
		return "429 Too Many Requests";
	case PORTAL_AWAY:
		return "503 Service Unavailable";
	case PORTAL_SHOWN:
	case PORTAL_DONE:
	case PORTAL_OUTCOMES:
		break;
	}
	return "200 OK";
}

static void
answer_page(const struct portal_settings *settings, const struct texts *texts,
	const struct portal_asked *asked, const struct carecase *of, enum portal_outcome outcome,
	struct wall now, struct buffer *into)
{
	struct portalpage at = {
		.settings = settings, .asked = asked, .of = of, .outcome = outcome, .now = now};
	struct buffer body;
	char fields[160];

	buffer_init(&body, PORTAL_PAGE);
	page_init(&at.page, &body, texts, &settings->page, asked->language);
	portalpages_print(&at);
	if (body.failed) {
		/* An operator's texts are longer than a page may be. */
		buffer_clear(&body);
		buffer_print(&body, "<!DOCTYPE html><title>500</title><p>This page is too long.\n");
	}
	snprintf(fields, sizeof(fields),
		"Cache-Control: no-store\r\nContent-Language: %s\r\nVary: Accept-Language\r\n",
		texts_tag(texts, asked->language));
	print_answer(asked, status_of(asked, outcome), "text/html; charset=utf-8", fields,
		(struct text){body.at, body.length}, into);
	buffer_done(&body);
}

void
portal_answer(const struct portal_settings *settings, const struct texts *texts,
	const struct portal_asked *asked, const struct carecase *of, enum portal_outcome outcome,
	struct wall now, struct buffer *into)
{
	if (asked->page == PORTAL_STYLE)
		print_answer(asked, "200 OK", "text/css; charset=utf-8",
			"Cache-Control: max-age=86400\r\n",
			(struct text){(const char *)portalstyle, portalstyle_length}, into);
	else if (asked->page == PORTAL_CAPTIVE)
		answer_captive(settings, asked, of, outcome, into);
	else if (outcome == PORTAL_DONE && !asked->by_code)
		answer_done(texts, asked, into);
	else
		answer_page(settings, texts, asked, of, outcome, now, into);
}
