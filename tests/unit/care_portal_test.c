/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/portaltoken.h"
#include "portal_fixture.h"

#include <stdlib.h>

static struct texts *texts;
static struct portal_settings settings;

/* The answer as a string; valid until the next. */
static const char *
answer(const struct portal_asked *asked, const struct carecase *of, enum portal_outcome outcome)
{
	static struct buffer buffer;
	const char *body;
	char length[64];

	buffer_done(&buffer);
	buffer_init(&buffer, 1 << 20);
	portal_answer(&settings, texts, asked, of, outcome, FIXTURE_NOW, &buffer);
	body = strstr(buffer_string(&buffer), "\r\n\r\n");
	assert_non_null(body);
	snprintf(length, sizeof(length), "Content-Length: %zu\r\n", strlen(body + 4));
	assert_true(asked->is_head || strstr(buffer_string(&buffer), length) != NULL);
	return buffer_string(&buffer);
}

static const char *
page(const char *target, const char *language, const struct carecase *of)
{
	struct portal_asked asked = fixture_ask(texts, target, language, NULL);

	return answer(&asked, of, PORTAL_SHOWN);
}

static void
assert_has(const char *text, const char *part)
{
	if (strstr(text, part) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", part, text);
}

static void
assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part) != NULL)
		fail_msg("\"%s\" is in \"%s\"", part, text);
}

/* A form's body with a token that is good now. */
static const char *
form(const struct carecase *of, const char *more)
{
	static char body[2048];
	char token[PORTALTOKEN];

	portaltoken_make(&settings.secret, of, FIXTURE_NOW, token);
	snprintf(body, sizeof(body), "token=%s%s", token, more);
	return body;
}

static void
a_held_line_sees_what_was_seen_and_what_to_do(void **state)
{
	struct carecase of = fixture_case();
	const char *html = page("/", "en", &of);

	assert_true(strncmp(html, "HTTP/1.1 200 OK\r\n", 17) == 0);
	assert_has(html, "Cache-Control: no-store\r\n");
	assert_has(html, "default-src 'none'");
	assert_has(html, "X-Frame-Options: DENY\r\n");
	assert_has(html, "<h1>Your Internet is restricted</h1>");
	assert_has(html, "<strong dir=\"ltr\">7K3QD-9XM2B 0815</strong>");
	assert_has(html,
		"Text held en of <strong dir=\"auto\"><bdi>Net &lt;&amp;&gt; Sons</bdi></strong>");
	assert_has(html, "<dd>1225</dd>");
	assert_has(html, "7K3QD-9XM2B");
	assert_has(html, "<a href=\"/steps/router?lang=en\">");
	assert_has(html, "a button is here");
	assert_has_not(html, "action=\"/release\"");
	assert_has(html, "Tool &amp; Sons");
	assert_has(html, "<p>Opening hours: <bdi>08-20</bdi></p>");
	assert_has_not(html, "<script");
	/* What has no value is left out with its item. */
	assert_has(html, "<li>until <bdi>25 December 2026</bdi></li>");
	assert_has_not(html, "<li>by");
	fixture_tick(&of, TOPIC_ROUTER, "power");
	assert_has_not(page("/", "en", &of), "action=\"/release\"");
	fixture_tick(&of, TOPIC_CAMERA, "power");
	assert_has(page("/", "en", &of), "action=\"/release\"");
	of.release = CARE_USED_UP;
	assert_has_not(page("/", "en", &of), "action=\"/release\"");
	of.release = CARE_FREE;
	assert_has(page("/", "en", &of), "<h1>Your line is open</h1>");
	(void)state;
}

static void
whose_case_is_not_there_is_free(void **state)
{
	const struct carecase none = {.is_there = false};

	/* A neighbour who was never held is not told that he was. */
	assert_has(page("/", "en", &none), "The line that you use right now is not restricted.");
	assert_has_not(page("/", "en", &none), "line is open");
	assert_has_not(page("/", "en", &none), "Text free en");
	assert_int_equal(portal_topic(PORTAL_LINE, TOPICS, &none), TOPICS);
	assert_has(page("/steps/router", "en", &none), "<li>Off and on</li>");
	assert_has_not(page("/steps/router", "en", &none), "<form");
	assert_has_not(page("/wrong", "en", &none), "<form");
	/* Who asks from elsewhere, as with a telephone by its own network, is asked for number and PIN. */
	assert_has(page("/", "en", &none), "<form method=\"post\" action=\"/case\">");
	assert_has(page("/", "en", &none), "name=\"pin\"");
	(void)state;
}

static void
who_was_let_go_finds_what_is_left_to_do(void **state)
{
	struct carecase of = fixture_case();
	struct portal_asked asked;
	const char *html;

	of.is_held = false;
	of.release = CARE_FREE;
	of.since.us = of.until.us = 0;
	fixture_tick(&of, TOPIC_ROUTER, "power");
	/* Only observed. */
	html = page("/", "en", &of);
	assert_has(html, "<h1>Your line is open</h1>");
	assert_has(html, "<h2 id=\"seen\">What we saw</h2>");
	assert_has_not(html, "Text free en");
	of.was_limited = true;
	html = page("/", "en", &of);
	assert_has(html, "Text free en");
	assert_has(html, "<a href=\"/steps/camera?lang=en\">");
	assert_has(html, "Steps done: 1</span>");
	assert_has(html, "<a href=\"/check?lang=en\">");
	assert_has_not(html, "action=\"/release\"");
	assert_int_equal(portal_topic(PORTAL_LINE, TOPICS, &of), TOPIC_FREE);
	/* The button was pressed twice. */
	asked = fixture_ask(texts, "/release", "en", "token=0123456789abcdef");
	html = answer(&asked, &of, PORTAL_STALE);
	assert_has(html, "HTTP/1.1 403 Forbidden\r\n");
	assert_has(html, "Text free en");
	assert_has_not(html, "role=\"alert\"");
	(void)state;
}

static void
what_is_not_known_of_a_line_is_not_said(void **state)
{
	static const enum portal_outcome outcomes[] = {PORTAL_AWAY, PORTAL_LATER, PORTAL_UNKNOWN};
	static const char *const paths[] = {"/", "/check"};
	const struct carecase none = {.is_there = false};
	struct carecase of = fixture_case();

	for (size_t i = 0; i < 6; i++) {
		struct portal_asked asked = fixture_ask(texts, paths[i % 2], "en", NULL);
		const char *html = answer(&asked, &none, outcomes[i / 2]);

		assert_has(html, "role=\"alert\"");
		assert_has(html, "Text call en");
		assert_has_not(html, "It is open");
		assert_has_not(html, "is open");
	}
	assert_has(page("/check", "en", &none), "is not restricted.");
	/* Let go, a moment ago. */
	of.is_held = false;
	of.release = CARE_FREE;
	assert_has(page("/check", "en", &of), "In the last hour a device on your line");
	(void)state;
}

static void
pages_come_in_the_language_that_is_asked_for(void **state)
{
	struct carecase of = fixture_case();
	const char *html = page("/check", "da, nb;q=0.8, en;q=0.3", &of);

	assert_has(html, "Content-Language: nb\r\n");
	assert_has(html, "<html lang=\"nb\" dir=\"ltr\">");
	assert_has(html, "<h1>Sjekk &lt;igjen&gt;</h1>");
	assert_has(html, "Norsk bokm\xc3\xa5l");
	html = page("/steps/camera?lang=nb", "en", &of);
	assert_has(html, "<h1>Title camera nb</h1>");
	assert_has(html, "<details lang=\"en\" dir=\"ltr\"><summary>In English: Title camera en");
	assert_has(html, "<a href=\"/steps/camera?lang=en\" lang=\"en\"");
	html = page("/steps/camera?lang=xx", "no", &of);
	assert_has(html, "<html lang=\"nb\"");
	assert_has_not(page("/steps/camera", "en", &of), "<details");
	(void)state;
}

static void
ticked_steps_are_remembered_and_unticked(void **state)
{
	struct carecase of = fixture_case();
	struct portal_asked asked;
	struct portal_wish wish;
	const char *html;

	fixture_tick(&of, TOPIC_CAMERA, "word");
	html = page("/steps/camera", "en", &of);
	assert_has(html, "value=\"word\" checked>");
	assert_has(html, "value=\"power\">");
	asked = fixture_ask(texts, "/steps/camera", "en",
		form(&of, "&step=power&step=none&step=%3Cb%3E&step=word"));
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(wish.deed, PORTAL_TICK);
	assert_int_equal(wish.device, TOPIC_CAMERA);
	assert_int_equal(wish.steps, 2);
	assert_string_equal(wish.step[0].name, "power");
	assert_string_equal(wish.step[1].name, "word");
	asked = fixture_ask(texts, "/steps/camera", "en", form(&of, ""));
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(wish.deed, PORTAL_TICK);
	assert_int_equal(wish.steps, 0);
	html = answer(&asked, &of, PORTAL_DONE);
	assert_has(html, "HTTP/1.1 303 See Other\r\n");
	/* Where the steps that are done are counted. */
	assert_has(html, "Location: /?lang=en#devices\r\n");
	assert_has(page("/", "en", &of), "<h2 id=\"devices\">");
	(void)state;
}

static void
a_release_needs_a_token_of_this_case_and_hour(void **state)
{
	struct carecase of = fixture_case(), other;
	struct portal_asked asked;
	struct portal_wish wish;
	struct wall late = {FIXTURE_NOW.us + 4 * WALL_HOUR};

	fixture_tick(&of, TOPIC_ROUTER, "power");
	fixture_tick(&of, TOPIC_PHONE, "power");
	asked = fixture_ask(texts, "/release", "en", form(&of, ""));
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(wish.deed, PORTAL_LET_GO);
	/* Late, or of another case, or of this one as it was before it was held again. */
	assert_int_equal(portal_wish(&settings, texts, &asked, &of, late, &wish), PORTAL_STALE);
	assert_int_equal(wish.deed, PORTAL_NOTHING);
	other = of;
	snprintf(other.code, sizeof(other.code), "00000-00000");
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &other, FIXTURE_NOW, &wish), PORTAL_STALE);
	other = of;
	other.since.us += WALL_MINUTE;
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &other, FIXTURE_NOW, &wish), PORTAL_STALE);
	asked = fixture_ask(texts, "/release", "en", "step=power");
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_STALE);
	assert_has(answer(&asked, &of, PORTAL_STALE), "HTTP/1.1 403 Forbidden\r\n");
	/* By a link nothing is released. */
	asked = fixture_ask(texts, "/release", "en", NULL);
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(wish.deed, PORTAL_NOTHING);
	(void)state;
}

static void
of_an_account_nothing_is_said_of_devices_on_the_line(void **state)
{
	struct carecase of = fixture_case();
	const char *html;

	of.kind = CARECASE_ACCOUNT;
	of.is_held = false;
	html = page("/", "en", &of);
	assert_has(html, "Somebody sends spam with the password of your e-mail account.");
	assert_has(html, "Text account en");
	assert_int_equal(portal_topic(PORTAL_CASE, TOPICS, &of), TOPIC_ACCOUNT);
	assert_has_not(html, "Text blocked en");
	assert_has(html, "<a href=\"#open\">End the limit</a>");
	assert_has(html, "a button is here with which you end the limit yourself.");
	assert_has_not(html, "your line yourself");
	html = page("/check", "en", &of);
	assert_has(html, "Somebody sends spam with the password of your e-mail account.");
	assert_has_not(html, "a device on your line");
	fixture_tick(&of, TOPIC_PHONE, "power");
	fixture_tick(&of, TOPIC_PHONE, "word");
	assert_has(page("/", "en", &of), ">End the limit now</button>");
	of.release = CARE_FREE;
	html = page("/", "en", &of);
	assert_has(html, "<h1>Your account is not limited</h1>");
	assert_has_not(html, "Text free en");
	assert_int_equal(portal_topic(PORTAL_LINE, TOPICS, &of), TOPICS);
	(void)state;
}

static void
what_comes_too_late_is_not_lost(void **state)
{
	struct carecase of = fixture_case();
	struct portal_asked asked;
	const char *html;

	fixture_tick(&of, TOPIC_ROUTER, "power");
	asked = fixture_ask(texts, "/steps/router", "en", "token=0&step=word&step=%22%3E");
	html = answer(&asked, &of, PORTAL_STALE);
	assert_has(html, "value=\"word\" checked>");
	assert_has(html, "value=\"power\">");
	asked = fixture_ask(
		texts, "/wrong", "en", "token=0&says=I+have+%3C%2Ftextarea%3E%0D%0Ano+PC");
	assert_has(
		answer(&asked, &of, PORTAL_STALE), ">I have &lt;/textarea&gt;\r\nno PC</textarea>");
	assert_has(answer(&asked, &of, PORTAL_REFUSED), "></textarea>");
	(void)state;
}

static void
who_did_nothing_yet_or_may_not_is_refused(void **state)
{
	struct carecase of = fixture_case();
	struct portal_asked asked = fixture_ask(texts, "/release", "en", form(&of, ""));
	struct portal_wish wish;

	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_REFUSED);
	fixture_tick(&of, TOPIC_ROUTER, "power");
	fixture_tick(&of, TOPIC_PHONE, "power");
	of.release = CARE_BY_PERSON;
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_REFUSED);
	assert_int_equal(wish.deed, PORTAL_NOTHING);
	assert_has(answer(&asked, &of, PORTAL_REFUSED), "role=\"alert\"");
	(void)state;
}

static void
what_is_wrong_is_said_in_words_that_are_whole(void **state)
{
	struct carecase of = fixture_case();
	char more[PORTAL_SAYS * 3 + 64];
	struct portal_asked asked;
	struct portal_wish wish;
	size_t at = (size_t)snprintf(more, sizeof(more), "&says=a");

	for (int i = 0; i < PORTAL_SAYS / 2 + 20; i++)
		at += (size_t)snprintf(more + at, sizeof(more) - at, "\xc3\xa5");
	asked = fixture_ask(texts, "/wrong", "en", form(&of, more));
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(wish.deed, PORTAL_SAY_WRONG);
	assert_int_equal(strlen(wish.says), PORTAL_SAYS - 1);
	assert_int_equal(text_check_line(text_of(wish.says)), 0);
	/* All that a browser lets him write, in letters of three bytes. */
	at = (size_t)snprintf(more, sizeof(more), "&says=");
	for (int i = 0; i < PORTAL_SAYS_CHARACTERS; i++)
		at += (size_t)snprintf(more + at, sizeof(more) - at, "\xe3\x81\x82");
	asked = fixture_ask(texts, "/wrong", "en", form(&of, more));
	assert_int_equal(
		portal_wish(&settings, texts, &asked, &of, FIXTURE_NOW, &wish), PORTAL_SHOWN);
	assert_int_equal(strlen(wish.says), PORTAL_SAYS);
	asked = fixture_ask(texts, "/wrong", "en", NULL);
	assert_has(answer(&asked, &of, PORTAL_SHOWN), " maxlength=\"500\"></textarea>");
	of.has_said_wrong = true;
	assert_has_not(answer(&asked, &of, PORTAL_SHOWN), "<textarea");
	assert_has_not(answer(&asked, &of, PORTAL_SHOWN), "Not restricted while");
	/* He sees it without looking for it. */
	assert_has(answer(&asked, &of, PORTAL_SHOWN),
		"</h1>\n<p class=\"notice\">You have told us that this is wrong.");
	(void)state;
}

static void
who_is_open_while_a_person_looks_sees_until_when(void **state)
{
	static const char *const paths[] = {"/wrong", "/", "/check"};
	struct carecase of = fixture_case();

	of.is_held = false;
	of.release = CARE_FREE;
	of.since.us = of.until.us = 0;
	of.has_said_wrong = true;
	of.paused = (struct wall){FIXTURE_NOW.us + 7 * WALL_DAY};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		struct portal_asked asked = fixture_ask(texts, paths[i], "en", NULL);
		const char *html = answer(&asked, &of, PORTAL_SHOWN);

		if (i < 2)
			assert_has(html,
				"<dt>Not restricted while we look at it, at the latest until</dt>"
				"<dd><time datetime=\"2026-12-04T");
		if (i == 1)
			assert_has(html, "<h1>Your line is open</h1>");
		/* What he objects to is still shown. */
		if (i > 0)
			assert_has(html, "First seen");
		assert_has_not(html, "not restricted.");
	}
	(void)state;
}

static void
what_can_be_called_or_looked_at_leads_there(void **state)
{
	struct texts *own = fixture_texts();
	struct portal_settings with = settings;
	struct portal_asked asked = fixture_ask(own, "/call", "en", NULL);
	struct carecase none = {.is_there = false};
	struct buffer into;
	struct fail fail = {0};

	assert_int_equal(texts_add(own, TEXT("en"), TEXT("call.md"),
				 TEXT("title: T\nversion: 1\nreviewed: no\n\n"
				      "Call {telephone}.\n\nOr {help}.\n"),
				 "call.md", &fail),
		0);
	buffer_init(&into, 1 << 16);
	with.page.help = TEXT("https://example.net/help?a=1&b=2");
	portal_answer(&with, own, &asked, &none, PORTAL_SHOWN, FIXTURE_NOW, &into);
	assert_has(buffer_string(&into),
		"<p>Call <a href=\"tel:+4722000000\"><bdi dir=\"ltr\">+47 22 00 00 "
		"00</bdi></a>.</p>");
	assert_has(buffer_string(&into), "href=\"https://example.net/help?a=1&amp;b=2\">https:");
	buffer_clear(&into);
	with.page.help = TEXT("in the shop");
	portal_answer(&with, own, &asked, &none, PORTAL_SHOWN, FIXTURE_NOW, &into);
	assert_has(buffer_string(&into), "<bdi>in the shop</bdi>");
	assert_has(buffer_string(&into), "Opening hours");
	buffer_clear(&into);
	with.page.hours = TEXT("");
	portal_answer(&with, own, &asked, &none, PORTAL_SHOWN, FIXTURE_NOW, &into);
	assert_has_not(buffer_string(&into), "Opening hours");
	buffer_done(&into);
	texts_free(own);
	(void)state;
}

static void
from_elsewhere_code_and_pin_go_along(void **state)
{
	struct carecase of = fixture_case(), none = {.is_there = false};
	struct portal_asked asked = fixture_ask(texts, "/case", "en", NULL);
	const char *html;

	assert_false(portal_needs_case(&asked));
	assert_has(answer(&asked, &none, PORTAL_SHOWN), "name=\"pin\"");
	asked = fixture_ask(texts, "/case", "en", "code=7K3QD-9XM2B&pin=12345678");
	assert_true(portal_needs_case(&asked) && asked.by_code);
	assert_string_equal(asked.code, "7K3QD-9XM2B");
	assert_string_equal(asked.pin, "12345678");
	asked = fixture_ask(texts, "/case", "en", "code=+7K3QD+-+9XM2B+&pin=+1234+5678+");
	assert_string_equal(asked.code, "7K3QD-9XM2B");
	assert_string_equal(asked.pin, "12345678");
	/* As keyboards of other scripts and programs for text write them. */
	asked = fixture_ask(texts, "/case", "ar",
		"code=%EF%BC%97%EF%BC%AB3QD%E2%80%939%EF%BD%982B&pin=%D9%A1%DB%B2%EF%BC%93%D9%A9"
		"%C2%A05678");
	assert_string_equal(asked.code, "7K3QD-9x2B");
	assert_string_equal(asked.pin, "12395678");
	asked = fixture_ask(texts, "/case", "en", "code=%C3%A67&pin=%D9%AA%DB%BA1234567");
	assert_string_equal(asked.code,
		"\xc3\xa6"
		"7");
	assert_string_equal(asked.pin,
		"\xd9\xaa\xdb\xba"
		"1234");
	asked = fixture_ask(texts, "/case", "en", "code=7K3QD-9XM2B&pin=12345678");
	html = answer(&asked, &of, PORTAL_SHOWN);
	assert_has(html, "<form method=\"post\" action=\"/steps/router\">");
	assert_has(html, "name=\"pin\" value=\"12345678\"");
	/* Ten tries are for an hour. */
	html = answer(&asked, &none, PORTAL_LATER);
	assert_has(html, "There were too many tries. Please try again in an hour, or call us.");
	assert_has_not(html, "wait a minute");
	html = answer(&asked, &none, PORTAL_UNKNOWN);
	assert_has(html, "HTTP/1.1 403 Forbidden\r\n");
	assert_has(html, "We do not know this number and PIN");
	/* Known, and closed. */
	html = answer(&asked, &none, PORTAL_SHOWN);
	assert_has(html, "<h1>Your line is open</h1>");
	assert_has_not(html, "name=\"pin\"");
	/* Back to this case, not to the line that he asks from. */
	asked = fixture_ask(texts, "/wrong", "en", "code=7K3QD-9XM2B&pin=12345678");
	assert_has(answer(&asked, &of, PORTAL_SHOWN),
		"<ul class=\"ways\">\n<li><form method=\"post\" action=\"/case\">");
	(void)state;
}

static void
systems_ask_in_json_whether_they_are_held(void **state)
{
	struct carecase of = fixture_case(), none = {.is_there = false};
	struct portal_asked asked = fixture_ask(texts, "/captive", "en", NULL);

	assert_has(answer(&asked, &of, PORTAL_SHOWN), "Content-Type: application/captive+json\r\n");
	assert_has(answer(&asked, &of, PORTAL_SHOWN),
		"\r\n\r\n{\"captive\":true,\"user-portal-url\":\"https://help.example.net/\"}");
	assert_has(answer(&asked, &none, PORTAL_SHOWN), "\r\n\r\n{\"captive\":false}");
	of.is_held = false;
	assert_has(answer(&asked, &of, PORTAL_SHOWN), "{\"captive\":false}");
	assert_has(answer(&asked, &none, PORTAL_AWAY), "HTTP/1.1 503 ");
	(void)state;
}

static void
what_is_no_page_is_said_so(void **state)
{
	static const char *const targets[] = {"/nothing", "/steps/", "/steps/held",
		"/steps/router/", "/../etc/passwd", "/%2e%2e/", "*", "//", "/style.css/x"};
	const struct carecase of = fixture_case();

	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		assert_has(page(targets[i], "en", &of), "HTTP/1.1 404 Not Found\r\n");
	assert_has(page("https://help.example.net/call?x=/nothing", "en", &of), "Text call en");
	assert_has(page("http://help.example.net", "en", &of), "Text held en");
	assert_has(page("/style.css", "en", &of), "Content-Type: text/css");
	(void)state;
}

/* What is beyond the left edge of such a page can be scrolled to; what is above it cannot. */
static void
a_language_from_the_right_turns_the_page(void **state)
{
	const struct carecase of = fixture_case();
	struct fail fail = {0};

	assert_int_equal(texts_add(texts, TEXT("ar"), TEXT("phrases.po"),
				 TEXT("msgid \"\"\nmsgstr \"X-Direction: rtl\\n\"\n"), "a", &fail),
		0);
	assert_has(page("/", "ar-EG", &of), "<html lang=\"ar\" dir=\"rtl\">");
	/* A text that it does not have yet is in English, from the left. */
	assert_has(page("/", "ar-EG", &of), "<div lang=\"en\" dir=\"ltr\">");
	assert_has(page("/", "en", &of), "<html lang=\"en\" dir=\"ltr\">");
	assert_has_not(page("/style.css", "ar", &of), "left: -");
	(void)state;
}

static int
begin(void **state)
{
	texts = fixture_texts();
	settings = fixture_settings();
	(void)state;
	return 0;
}

static int
end(void **state)
{
	texts = texts_free(texts);
	(void)state;
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_held_line_sees_what_was_seen_and_what_to_do),
		cmocka_unit_test(whose_case_is_not_there_is_free),
		cmocka_unit_test(who_was_let_go_finds_what_is_left_to_do),
		cmocka_unit_test(what_is_not_known_of_a_line_is_not_said),
		cmocka_unit_test(pages_come_in_the_language_that_is_asked_for),
		cmocka_unit_test(ticked_steps_are_remembered_and_unticked),
		cmocka_unit_test(a_release_needs_a_token_of_this_case_and_hour),
		cmocka_unit_test(of_an_account_nothing_is_said_of_devices_on_the_line),
		cmocka_unit_test(what_comes_too_late_is_not_lost),
		cmocka_unit_test(who_did_nothing_yet_or_may_not_is_refused),
		cmocka_unit_test(what_is_wrong_is_said_in_words_that_are_whole),
		cmocka_unit_test(who_is_open_while_a_person_looks_sees_until_when),
		cmocka_unit_test(what_can_be_called_or_looked_at_leads_there),
		cmocka_unit_test(from_elsewhere_code_and_pin_go_along),
		cmocka_unit_test(systems_ask_in_json_whether_they_are_held),
		cmocka_unit_test(what_is_no_page_is_said_so),
		cmocka_unit_test(a_language_from_the_right_turns_the_page),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
