/* SPDX-License-Identifier: BSD-2-Clause */
#include "portal_fixture.h"
#include "runtime/channel.h"
#include "runtime/tls.h"
#include "service/portalstreams.h"
#include "tls_client.h"

#include <stdlib.h>

/* The test is the keeper, at the other end of the channel. */
struct portal {
	struct bench at; /* event loop and port, for clients */
	struct texts *texts, *texts_b;
	struct portalstreams *streams;
	int ends[2];
};

static struct wall
now(void *context)
{
	return FIXTURE_NOW;
}

/* With another text of the line's page, and another step at the router. */
static struct texts *
second_texts(void)
{
	static const char *const files[][2] = {
		{"held.md", "title: T\nversion: 2\nreviewed: no\n\nSaid otherwise.\n"},
		{"router.md",
			"title: T\nversion: 5\nreviewed: no\n\nWords.\n\n1. [reset] Reset it\n"},
	};
	struct texts *texts = fixture_texts();

	for (size_t i = 0; i < 2; i++)
		assert_int_equal(texts_add(texts, TEXT("en"), text_of(files[i][0]),
					 text_of(files[i][1]), "b", &(struct fail){0}),
			0);
	return texts;
}

static void
begin_with(struct portal *portal, uint32_t line_most, struct tls *tls, struct texts *texts_b)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	*portal = (struct portal){
		.at = {.base = event_base_new()}, .texts = fixture_texts(), .texts_b = texts_b};
	assert_int_equal(channel_pair(portal->ends), 0);
	portal->streams = portalstreams_new(&(struct portalstreams_settings){
		.base = portal->at.base,
		.texts = portal->texts,
		.texts_b = texts_b,
		.portal = fixture_settings(),
		.keeper = portal->ends[0],
		.connections_most = 100,
		.line_most = line_most,
		.length6 = 64,
		.now = now,
	});
	portal->at.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(portal->at.socket, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(portal->at.socket, SOMAXCONN), 0);
	assert_int_equal(getsockname(portal->at.socket, (struct sockaddr *)&at, &size), 0);
	portal->at.port = ntohs(at.sin_port);
	portalstreams_listen(portal->streams, portal->at.socket, tls);
}

static void
begin_under(struct portal *portal, uint32_t line_most, struct tls *tls)
{
	begin_with(portal, line_most, tls, NULL);
}

static void
begin(struct portal *portal)
{
	begin_under(portal, 10, NULL);
}

static void
finish(struct portal *portal)
{
	portal->streams = portalstreams_free(portal->streams);
	event_base_free(portal->at.base);
	texts_free(portal->texts);
	texts_free(portal->texts_b);
	close(portal->at.socket);
	close(portal->ends[0]);
	close(portal->ends[1]);
}

static void
request(struct portal *portal, int client, const char *target, const char *body)
{
	char bytes[4096];

	snprintf(bytes, sizeof(bytes),
		"%s %s HTTP/1.1\r\nHost: help.example.net\r\nContent-Length: %zu\r\n\r\n%s",
		body != NULL ? "POST" : "GET", target, body != NULL ? strlen(body) : 0,
		body != NULL ? body : "");
	bench_say(&portal->at, client, bytes);
}

/* All that has come; "(closed)" at the end. */
static const char *
heard(int client)
{
	static char text[PORTAL_PAGE];
	ssize_t n = recv(client, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n == 0 ? "(closed)" : text;
}

static bool
is_asked(struct portal *portal, struct portalask *ret)
{
	uint16_t type;

	return channel_receive(portal->ends[1], &type, ret, sizeof(*ret)) == sizeof(*ret);
}

static struct portalask
asked(struct portal *portal)
{
	struct portalask ask;

	assert_true(is_asked(portal, &ask));
	return ask;
}

static void
answer(struct portal *portal, const struct portalask *to, enum portal_outcome outcome,
	const struct carecase *of)
{
	struct portalanswer answer = {.version = PORTALASK_VERSION,
		.outcome = (uint8_t)outcome,
		.number = to->number,
		.of = *of};

	assert_int_equal(
		channel_send(portal->ends[1], PORTALASK_ANSWER, &answer, sizeof(answer)), 0);
	bench_turn(&portal->at);
}

/* The token of the page, as it stands in its form. */
static void
find_token(const char *page, char into[64])
{
	static const char before[] = "name=\"token\" value=\"";
	const char *at = strstr(page, before);
	struct text rest, token;

	assert_non_null(at);
	rest = text_of(at + sizeof(before) - 1);
	token = text_cut(&rest, '"');
	assert_true(token.length < 64);
	snprintf(into, 64, "%.*s", (int)token.length, token.at);
}

static void
a_page_without_a_case_asks_nobody(void **state)
{
	struct portalask ask;
	struct portal portal;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	request(&portal, client, "/prevent", NULL);
	assert_non_null(strstr(heard(client), "Text prevent en"));
	request(&portal, client, "/nowhere", NULL);
	assert_non_null(strstr(heard(client), "404 Not Found"));
	assert_false(is_asked(&portal, &ask));
	assert_int_equal(portalstreams_counts(portal.streams).answered[PORTAL_SHOWN], 2);
	close(client);
	finish(&portal);
	(void)state;
}

static void
whose_case_it_is_the_keeper_says(void **state)
{
	const struct address here = address_from_v4(INADDR_LOOPBACK);
	const struct carecase of = fixture_case();
	struct sockaddr_in own;
	socklen_t size = sizeof(own);
	struct portalask ask;
	struct portal portal;
	const char *page;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	assert_int_equal(getsockname(client, (struct sockaddr *)&own, &size), 0);
	request(&portal, client, "/", NULL);
	ask = asked(&portal);
	assert_true(address_equal(&ask.address, &here));
	assert_int_equal(ask.port, ntohs(own.sin_port));
	assert_int_equal(ask.page, PORTAL_LINE);
	assert_int_equal(ask.deed, PORTAL_NOTHING);
	assert_int_equal(ask.by_code, 0);
	assert_int_equal(ask.topic, TOPIC_DEVICES);
	for (int topic = 0; topic < TOPIC_CASES; topic++) {
		assert_int_equal(ask.text[topic], 1);
		assert_int_equal(ask.text_b[topic], 0);
	}
	assert_string_equal(ask.language, "en");
	assert_string_equal(heard(client), "");
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	page = heard(client);
	assert_non_null(strstr(page, "200 OK"));
	assert_non_null(strstr(page, "Text held en"));
	close(client);
	finish(&portal);
	(void)state;
}

static void
what_comes_behind_a_question_waits_for_its_answer(void **state)
{
	const struct carecase of = fixture_case();
	struct portalask ask, next;
	struct portal portal;
	const char *page;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	bench_say(&portal.at, client,
		"GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /prevent HTTP/1.1\r\nHost: a\r\n\r\n"
		"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
	ask = asked(&portal);
	assert_false(is_asked(&portal, &next));
	assert_string_equal(heard(client), "");
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	page = heard(client);
	page = strstr(page, "Text held en");
	assert_non_null(page);
	assert_non_null(strstr(page, "Text prevent en"));
	next = asked(&portal);
	assert_true(next.number != ask.number);
	answer(&portal, &next, PORTAL_SHOWN, &of);
	assert_non_null(strstr(heard(client), "Text held en"));
	close(client);
	finish(&portal);
	(void)state;
}

static void
what_is_to_be_done_is_a_second_question(void **state)
{
	struct carecase of = fixture_case();
	char token[64], body[200];
	struct portalask ask;
	struct portal portal;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	request(&portal, client, "/steps/router", NULL);
	ask = asked(&portal);
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	find_token(heard(client), token);
	snprintf(body, sizeof(body), "lang=nb&step=power&step=none&token=%s", token);
	request(&portal, client, "/steps/router", body);
	ask = asked(&portal);
	assert_int_equal(ask.deed, PORTAL_NOTHING);
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	ask = asked(&portal);
	assert_int_equal(ask.deed, PORTAL_TICK);
	assert_int_equal(ask.topic, TOPIC_ROUTER);
	assert_int_equal(ask.steps, 1);
	assert_string_equal(ask.step[0].name, "power");
	assert_string_equal(ask.language, "nb");
	assert_string_equal(heard(client), "");
	fixture_tick(&of, TOPIC_ROUTER, "power");
	answer(&portal, &ask, PORTAL_DONE, &of);
	assert_non_null(strstr(heard(client), "303 See Other"));
	close(client);
	finish(&portal);
	(void)state;
}

/* The keeper says which; what may be ticked is what was shown. */
static void
a_case_sees_the_version_of_its_lot(void **state)
{
	struct carecase of = fixture_case();
	char token[64], body[200];
	struct portalask ask;
	struct portal portal;
	int client;

	begin_with(&portal, 10, NULL, second_texts());
	client = bench_connected(&portal.at);
	for (const char *lot = "A"; lot != NULL; lot = *lot == 'A' ? "B" : NULL) {
		of.lot = *lot;
		request(&portal, client, "/", NULL);
		ask = asked(&portal);
		assert_int_equal(ask.text[TOPIC_HELD], 1);
		assert_int_equal(ask.text_b[TOPIC_HELD], 2);
		answer(&portal, &ask, PORTAL_SHOWN, &of);
		assert_non_null(
			strstr(heard(client), *lot == 'A' ? "Text held en" : "Said otherwise."));
	}
	request(&portal, client, "/steps/router", NULL);
	ask = asked(&portal);
	assert_int_equal(ask.text_b[TOPIC_ROUTER], 5);
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	find_token(heard(client), token);
	snprintf(body, sizeof(body), "step=power&step=reset&token=%s", token);
	request(&portal, client, "/steps/router", body);
	ask = asked(&portal);
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	ask = asked(&portal);
	assert_int_equal(ask.steps, 1);
	assert_string_equal(ask.step[0].name, "reset");
	assert_int_equal(ask.text_b[TOPIC_ROUTER], 5);
	close(client);
	finish(&portal);
	(void)state;
}

static void
without_the_token_of_the_page_nothing_is_done(void **state)
{
	const struct carecase of = fixture_case();
	struct portalask ask;
	struct portal portal;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	request(&portal, client, "/steps/router", "step=power&token=0123456789abcdef");
	ask = asked(&portal);
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	assert_false(is_asked(&portal, &ask));
	assert_non_null(strstr(heard(client), "403 Forbidden"));
	assert_int_equal(portalstreams_counts(portal.streams).answered[PORTAL_STALE], 1);
	close(client);
	finish(&portal);
	(void)state;
}

static void
a_code_and_a_pin_stand_for_an_address(void **state)
{
	const struct carecase none = {0};
	struct portalask ask;
	struct portal portal;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	request(&portal, client, "/case", "code=7K3QD-9XM2B&pin=12345678");
	ask = asked(&portal);
	assert_int_equal(ask.by_code, 1);
	assert_string_equal(ask.code, "7K3QD-9XM2B");
	assert_string_equal(ask.pin, "12345678");
	answer(&portal, &ask, PORTAL_UNKNOWN, &none);
	assert_non_null(strstr(heard(client), "403 Forbidden"));
	close(client);
	finish(&portal);
	(void)state;
}

static void
without_an_answer_the_page_comes_without_a_case(void **state)
{
	struct portalstreams_counts counts;
	struct portal portal;
	int client;

	begin(&portal);
	client = bench_connected(&portal.at);
	request(&portal, client, "/", NULL);
	(void)asked(&portal);
	while (portalstreams_counts(portal.streams).silent == 0)
		event_base_loop(portal.at.base, EVLOOP_ONCE);
	assert_non_null(strstr(heard(client), "503 Service Unavailable"));
	/* The keeper's end is gone. */
	close(portal.ends[1]);
	request(&portal, client, "/", NULL);
	assert_non_null(strstr(heard(client), "503 Service Unavailable"));
	counts = portalstreams_counts(portal.streams);
	assert_int_equal(counts.answered[PORTAL_AWAY], 2);
	assert_int_equal(counts.silent, 2);
	portal.ends[1] = dup(portal.ends[0]);
	close(client);
	finish(&portal);
	(void)state;
}

static void
who_leaves_before_the_answer_harms_nobody(void **state)
{
	const struct carecase of = fixture_case();
	const struct linger reset = {.l_onoff = 1};
	struct portalask first, second;
	struct portal portal;
	int leaves, stays;

	begin(&portal);
	leaves = bench_connected(&portal.at);
	stays = bench_connected(&portal.at);
	request(&portal, leaves, "/steps/router", "step=power");
	first = asked(&portal);
	request(&portal, stays, "/", NULL);
	second = asked(&portal);
	assert_int_equal(setsockopt(leaves, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
	close(leaves);
	bench_turn(&portal.at);
	answer(&portal, &first, PORTAL_SHOWN, &of);
	answer(&portal, &second, PORTAL_SHOWN, &of);
	assert_non_null(strstr(heard(stays), "Text held en"));
	assert_int_equal(portalstreams_counts(portal.streams).streams.open, 1);
	/* The server ends while a question is on its way. */
	request(&portal, stays, "/steps/router", "step=power");
	(void)asked(&portal);
	close(stays);
	finish(&portal);
	(void)state;
}

static void
what_cannot_be_read_is_refused_and_nobody_else(void **state)
{
	struct portalstreams_counts counts;
	struct portal portal;
	int bad, good, many;

	begin_under(&portal, 3, NULL);
	bad = bench_connected(&portal.at);
	good = bench_connected(&portal.at);
	many = bench_connected(&portal.at);
	bench_say(
		&portal.at, bad, "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
	assert_non_null(strstr(heard(bad), "501 Not Implemented"));
	assert_string_equal(heard(bad), "(closed)");
	request(&portal, good, "/prevent", NULL);
	assert_non_null(strstr(heard(good), "200 OK"));
	close(bad);
	bad = bench_connected(&portal.at);
	bench_turn(&portal.at);
	assert_int_equal(portalstreams_counts(portal.streams).streams.open, 3);
	close(bad);
	bad = bench_connected(&portal.at);
	bench_turn(&portal.at);
	close(many);
	many = bench_connected(&portal.at);
	bench_turn(&portal.at);
	many = bench_connected(&portal.at);
	bench_turn(&portal.at);
	counts = portalstreams_counts(portal.streams);
	assert_int_equal(counts.refused, 1);
	assert_int_equal(counts.streams.open, 3);
	assert_true(counts.streams.refused >= 1);
	close(good);
	finish(&portal);
	(void)state;
}

static void
all_of_it_goes_under_tls(void **state)
{
	char chain[] = "/tmp/portalstreams-chain-XXXXXX", key[] = "/tmp/portalstreams-key-XXXXXX";
	struct certificate certificate =
		certificate_make((struct certificate_terms){.name = "help.example.net"});
	const struct certificate *both[] = {&certificate, NULL};
	const struct carecase of = fixture_case();
	struct tls_client *client;
	struct fail fail = {0};
	struct portalask ask;
	struct portal portal;
	struct tls *tls;

	close(mkstemp(chain));
	close(mkstemp(key));
	certificate_write(chain, both);
	certificate_write_key(key, &certificate, NULL);
	assert_int_equal(tls_new(&(struct tls_files){chain, key}, &tls, &fail), 0);
	begin_under(&portal, 10, tls);
	client = tls_client_new(&portal.at, TLS1_3_VERSION);
	assert_true(tls_client_shake(&portal.at, client));
	tls_client_say(&portal.at, client, "GET / HTTP/1.1\r\nHost: help.example.net\r\n\r\n");
	ask = asked(&portal);
	assert_string_equal(tls_client_heard(client), "");
	answer(&portal, &ask, PORTAL_SHOWN, &of);
	assert_non_null(strstr(tls_client_heard(client), "HTTP/1.1 200 OK"));
	assert_int_equal(portalstreams_counts(portal.streams).streams.tls.shaken, 1);
	tls_client_end(client);
	finish(&portal);
	tls = tls_free(tls);
	certificate_free(&certificate);
	unlink(chain);
	unlink(key);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_without_a_case_asks_nobody),
		cmocka_unit_test(whose_case_it_is_the_keeper_says),
		cmocka_unit_test(what_comes_behind_a_question_waits_for_its_answer),
		cmocka_unit_test(what_is_to_be_done_is_a_second_question),
		cmocka_unit_test(a_case_sees_the_version_of_its_lot),
		cmocka_unit_test(without_the_token_of_the_page_nothing_is_done),
		cmocka_unit_test(a_code_and_a_pin_stand_for_an_address),
		cmocka_unit_test(without_an_answer_the_page_comes_without_a_case),
		cmocka_unit_test(who_leaves_before_the_answer_harms_nobody),
		cmocka_unit_test(what_cannot_be_read_is_refused_and_nobody_else),
		cmocka_unit_test(all_of_it_goes_under_tls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
