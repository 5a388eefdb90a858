/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/garden.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define PROVIDER "Example Net & <Sons>"

static struct garden *
made(const char *portal)
{
	const struct garden_settings settings = {
		.portal = text_of(portal),
		.page = {.provider = TEXT(PROVIDER),
			.telephone = TEXT("+47 22 00 00 00"),
			.help = TEXT("https://help.example.net/?a=1&b=\"2\"")},
	};
	struct garden *garden;

	assert_int_equal(garden_new(&settings, &garden, NULL), 0);
	return garden;
}

/* The answer to one request that is whole, as a string. */
static char *
answer_to(const struct garden *garden, const char *request, struct garden_answer *ret)
{
	struct httprequest_reader reader = {0};
	char *copy;

	assert_int_equal(garden_read(garden, &reader, text_of(request), ret), strlen(request));
	copy = malloc(ret->bytes.length + 1);
	assert_non_null(copy);
	memcpy(copy, ret->bytes.at, ret->bytes.length);
	copy[ret->bytes.length] = '\0';
	return copy;
}

static void
assert_has(const char *answer, const char *part)
{
	if (strstr(answer, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, answer);
}

static const char *
body_of(const char *answer)
{
	const char *empty = strstr(answer, "\r\n\r\n");

	assert_non_null(empty);
	return empty + 4;
}

/* As RFC 9112 s6.2 demands. */
static void
assert_length_is_true(const char *answer)
{
	char expected[64];

	snprintf(
		expected, sizeof(expected), "\r\nContent-Length: %zu\r\n", strlen(body_of(answer)));
	assert_has(answer, expected);
}

static void
whatever_is_asked_for_the_portal_is_where_to_go(void **state)
{
	static const char *const requests[] = {
		"GET /hotspot-detect.html HTTP/1.0\r\nHost: captive.apple.com\r\n\r\n",
		"GET /generate_204 HTTP/1.1\r\nHost: connectivitycheck.gstatic.com\r\n\r\n",
		"GET /connecttest.txt HTTP/1.1\r\nHost: www.msftconnecttest.com\r\n\r\n",
		"GET /canonical.html HTTP/1.1\r\nHost: detectportal.firefox.com\r\n\r\n",
		"GET " GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\n\r\n",
		"POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\na=b",
		"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n",
		"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
	};
	struct garden *garden = made("https://help.example.net/held?from=line&x=1");

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		struct garden_answer answer;
		char *text = answer_to(garden, requests[i], &answer);

		assert_int_equal(answer.kind, GARDEN_REDIRECTED);
		assert_has(text, "HTTP/1.1 302 Found\r\n");
		assert_has(text, "\r\nLocation: https://help.example.net/held?from=line&x=1\r\n");
		assert_has(text, "\r\nCache-Control: no-store\r\n");
		assert_has(text, "<a href=\"https://help.example.net/held?from=line&amp;x=1\">");
		assert_length_is_true(text);
		assert_true(strlen(text) < 1024);
		free(text);
	}
	garden_free(garden);
	(void)state;
}

static void
without_a_portal_there_is_a_page_at_every_host(void **state)
{
	struct garden *garden = made("");
	struct garden_answer answer;
	char *text = answer_to(garden, "GET /x HTTP/1.1\r\nHost: a\r\n\r\n", &answer);

	assert_has(text, "HTTP/1.1 302 Found\r\n");
	assert_has(text, "\r\nLocation: " GARDEN_PAGE "\r\n");
	free(text);
	text = answer_to(garden, "GET " GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
	assert_int_equal(answer.kind, GARDEN_SHOWN);
	assert_has(text, "HTTP/1.1 200 OK\r\n");
	assert_has(text, "\r\nCache-Control: no-store\r\n");
	assert_length_is_true(text);
	free(text);
	text = answer_to(
		garden, "GET http://a.example" GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
	assert_int_equal(answer.kind, GARDEN_SHOWN);
	free(text);
	text = answer_to(garden, "GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n", &answer);
	assert_int_equal(answer.kind, GARDEN_REDIRECTED);
	free(text);
	garden_free(garden);
	(void)state;
}

static void
the_page_fetches_nothing_and_escapes_what_the_settings_say(void **state)
{
	struct garden *garden = made("");
	struct garden_answer answer;
	char *text = answer_to(garden, "GET " GARDEN_PAGE " HTTP/1.0\r\n\r\n", &answer);

	assert_true(answer.bytes.length < 8000);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "<link"));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "<Sons>"));
	assert_has(text, "default-src 'none'");
	assert_has(text, "Example Net &amp; &lt;Sons&gt;");
	assert_has(text, "<a href=\"tel:+4722000000\"><strong>+47 22 00 00 00</strong></a>");
	assert_has(text, "<a href=\"https://help.example.net/?a=1&amp;b=&quot;2&quot;\">");
	assert_has(text, "<meta name=\"viewport\"");
	assert_has(text, "prefers-color-scheme: dark");
	assert_has(text, "<div lang=\"nb\" id=\"nb\">");
	assert_has(text, "<div lang=\"en\" id=\"en\">");
	free(text);
	garden_free(garden);
	(void)state;
}

/* Who has no servers to name cannot say that mail passes; what is let in by name nobody here knows. */
static void
the_page_promises_what_the_settings_open_and_no_more(void **state)
{
	for (int has_mail = 0; has_mail < 2; has_mail++) {
		const struct garden_settings settings = {.page = {.has_mail = has_mail}};
		struct garden_answer answer;
		struct garden *garden;
		char *text;

		assert_int_equal(garden_new(&settings, &garden, NULL), 0);
		text = answer_to(garden, "GET " GARDEN_PAGE " HTTP/1.0\r\n\r\n", &answer);
		assert_int_equal(!!strstr(text, "<p>Mail through your provider. "), has_mail);
		assert_int_equal(!!strstr(text, "<p>E-post gjennom leverand"), has_mail);
		assert_has(text, "Updates and tools that remove viruses may work. ");
		free(text);
		garden_free(garden);
	}
	(void)state;
}

static void
the_longest_settings_have_room_on_the_page(void **state)
{
	char most[GARDEN_TEXT + 1];
	struct garden_settings settings = {
		.page = {{most, GARDEN_TEXT}, {most, GARDEN_TEXT}, {most, GARDEN_TEXT}}};
	struct garden *garden;

	/* The longest reference, everywhere. */
	memset(most, '"', sizeof(most));
	assert_int_equal(garden_new(&settings, &garden, NULL), 0);
	garden_free(garden);
	memcpy(most, "https://", 8);
	assert_int_equal(garden_new(&settings, &garden, NULL), 0);
	garden_free(garden);
	settings.page.help.length++;
	assert_int_equal(garden_new(&settings, &garden, NULL), -EINVAL);
	(void)state;
}

static void
the_language_that_is_asked_for_stands_first(void **state)
{
	static const struct {
		const char *accepted, *lang;
	} row[] = {
		{"nb-NO,nb;q=0.9,no;q=0.8,en;q=0.5", "nb"},
		{"nn", "nb"},
		{"NO", "nb"},
		{"de-DE, nb;q=0.4, en;q=0.2", "nb"},
		{"en-GB,nb;q=0.5", "en"},
		{"de", "en"},
		{"", "en"},
		{",,;q=1,-", "en"},
		{"nbx, english", "en"},
	};
	struct garden *garden = made("");

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		char request[256], expected[64];
		struct garden_answer answer;
		char *text;

		snprintf(request, sizeof(request),
			"GET " GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\nAccept-Language: %s\r\n\r\n",
			row[i].accepted);
		text = answer_to(garden, request, &answer);
		snprintf(expected, sizeof(expected), "<html lang=\"%s\">", row[i].lang);
		assert_has(text, expected);
		free(text);
	}
	garden_free(garden);
	(void)state;
}

static void
head_gets_the_head_alone(void **state)
{
	struct garden *garden = made("");
	struct garden_answer get, head;
	char *whole = answer_to(garden, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", &get);
	char *alone = answer_to(garden, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", &head);

	assert_true(head.bytes.length < get.bytes.length);
	assert_memory_equal(whole, alone, head.bytes.length);
	assert_int_equal(strlen(body_of(alone)), 0);
	free(whole);
	free(alone);
	garden_free(garden);
	(void)state;
}

static void
an_answer_is_the_last_of_its_connection(void **state)
{
	static const char *const requests[] = {"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n",
		"GET / HTTP/1.0\r\n\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET " GARDEN_PAGE " HTTP/1.1\r\nHost: a\r\n\r\n"};
	struct garden *garden = made("");
	struct garden_answer answer;

	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++) {
		char *text = answer_to(garden, requests[i], &answer);

		assert_has(text, "\r\nConnection: close\r\n");
		free(text);
	}
	garden_free(garden);
	(void)state;
}

static void
what_cannot_be_read_is_answered_and_the_connection_ends(void **state)
{
	static const struct {
		const char *request, *status;
	} row[] = {
		{"\x16\x03\x01\x02", "HTTP/1.1 400 "}, /* TLS */
		{"GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
		{"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n\r\n", "HTTP/1.1 413 "},
		{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
			"HTTP/1.1 501 "},
		{"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n", "HTTP/1.1 417 "},
		{"PRI * HTTP/2.0\r\n\r\n", "HTTP/1.1 505 "},
	};
	struct garden *garden = made("https://help.example.net/");

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct httprequest_reader reader = {0};
		struct garden_answer answer;

		assert_int_equal(
			garden_read(garden, &reader, text_of(row[i].request), &answer), -EBADMSG);
		assert_int_equal(answer.kind, GARDEN_REFUSED);
		assert_true(text_starts(answer.bytes, row[i].status));
		assert_non_null(memmem(
			answer.bytes.at, answer.bytes.length, "\r\nConnection: close\r\n", 21));
		/* Who reads it finds the portal all the same. */
		assert_non_null(memmem(
			answer.bytes.at, answer.bytes.length, "\"https://help.example.net/\"", 27));
	}
	garden_free(garden);
	(void)state;
}

static void
what_would_spoil_the_answer_is_refused_as_a_setting(void **state)
{
	static const struct {
		struct garden_settings settings;
		const char *where;
	} row[] = {
		{{.portal = {"http://help.example.net/", 24}}, "garden.portal"},
		{{.portal = {"https://", 8}}, "garden.portal"},
		{{.portal = {"https:///held", 13}}, "garden.portal"},
		{{.portal = {"https://a/\r\nX: y", 16}}, "garden.portal"},
		{{.portal = {"https://a/ b", 12}}, "garden.portal"},
		{{.portal = {"https://a/\"><b>", 15}}, "garden.portal"},
		{{.page = {.provider = {"a\nb", 3}}}, "garden.provider"},
		{{.page = {.telephone = {"\xff", 1}}}, "garden.telephone"},
		{{.page = {.help = {"\x1b[1m", 4}}}, "garden.help"},
	};

	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct garden *garden = NULL;
		struct fail fail = {0};

		assert_int_equal(garden_new(&row[i].settings, &garden, &fail), -EINVAL);
		assert_string_equal(fail.where, row[i].where);
		assert_null(garden);
	}
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_is_asked_for_the_portal_is_where_to_go),
		cmocka_unit_test(without_a_portal_there_is_a_page_at_every_host),
		cmocka_unit_test(the_page_fetches_nothing_and_escapes_what_the_settings_say),
		cmocka_unit_test(the_page_promises_what_the_settings_open_and_no_more),
		cmocka_unit_test(the_longest_settings_have_room_on_the_page),
		cmocka_unit_test(the_language_that_is_asked_for_stands_first),
		cmocka_unit_test(head_gets_the_head_alone),
		cmocka_unit_test(an_answer_is_the_last_of_its_connection),
		cmocka_unit_test(what_cannot_be_read_is_answered_and_the_connection_ends),
		cmocka_unit_test(what_would_spoil_the_answer_is_refused_as_a_setting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
