/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaylogin.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SECRET "Authorization: Basic Z3VhcmQ6c2VjcmV0"
#define ALLOWED                                                                                    \
	"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n"          \
	"{\"status\":0,\"msg\":\"\"}"

/* A guard that refuses "mallory" and remembers the last that it was told. */
struct bench {
	struct event_base *base;
	struct relaylogin *login;
	struct stream_listener *listener;
	int socket;
	uint16_t port;
	char last[128];
	unsigned told;
};

static struct wall
now(void *context)
{
	(void)context;
	return (struct wall){7 * WALL_SECOND};
}

static void
remember(struct bench *bench, const struct login *login, struct wall at)
{
	char address[ADDRESS_TEXT];

	assert_true(at.us == 7 * WALL_SECOND);
	(void)snprintf(bench->last, sizeof(bench->last), "%s %.*s %.*s %s",
		login_kind_names[login->kind], (int)login->account.length, login->account.at,
		(int)login->protocol.length, login->protocol.at,
		address_format(&login->client, address));
	bench->told++;
}

static bool
allow(void *context, const struct login *login, struct wall at)
{
	remember(context, login, at);
	return !text_is(login->account, "mallory");
}

static void
report(void *context, const struct login *login, struct wall at)
{
	remember(context, login, at);
}

static struct relaylogin_settings
settings_of(struct bench *bench, const char *secret)
{
	return (struct relaylogin_settings){.secret = text_of(secret),
		.now = now,
		.allow = allow,
		.report = report,
		.context = bench};
}

static void
begin(struct bench *bench, const char *secret, int64_t most_us)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct relaylogin_settings settings = settings_of(bench, secret);
	socklen_t size = sizeof(at);
	struct stream_settings stream;

	*bench = (struct bench){
		.base = event_base_new(), .socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
	assert_int_equal(bind(bench->socket, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(bench->socket, 16), 0);
	assert_int_equal(getsockname(bench->socket, (struct sockaddr *)&at, &size), 0);
	bench->port = ntohs(at.sin_port);
	assert_int_equal(relaylogin_new(&settings, &bench->login, NULL), 0);
	stream = relaylogin_stream(bench->login, bench->socket, 4);
	if (most_us > 0)
		stream.request_us = stream.idle_us = most_us;
	bench->listener = stream_listen(bench->base, &stream);
}

static void
finish(struct bench *bench)
{
	bench->listener = stream_unlisten(bench->listener);
	bench->login = relaylogin_free(bench->login);
	close(bench->socket);
	event_base_free(bench->base);
}

static int
connected(const struct bench *bench)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(bench->port)};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
	return client;
}

static void
turn(struct bench *bench)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

static void
say(struct bench *bench, int client, const char *text)
{
	assert_int_equal(write(client, text, strlen(text)), strlen(text));
	turn(bench);
}

static void
post(struct bench *bench, int client, const char *command, const char *field, const char *body)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		"POST /?command=%s HTTP/1.1\r\nHost: x\r\n%s%sContent-Length: %zu\r\n\r\n%s",
		command, field, *field != '\0' ? "\r\n" : "", strlen(body), body);
	say(bench, client, text);
}

static const char *
heard(int client)
{
	static char text[1024];
	ssize_t n = recv(client, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n == 0 ? "(closed)" : text;
}

static void
assert_refused(int client, const char *status)
{
	const char *answer = heard(client);

	assert_memory_equal(answer, "HTTP/1.1 ", 9);
	assert_memory_equal(answer + 9, status, strlen(status));
	assert_non_null(strstr(answer, "\r\nConnection: close\r\n"));
	assert_non_null(strstr(answer, "\r\nContent-Length: 0\r\n"));
	assert_string_equal(heard(client), "(closed)");
	close(client);
}

static void
wait_until_ended(struct bench *bench, enum stream_end why, uint64_t count)
{
	while (stream_counts(bench->listener).ended[why] < count)
		event_base_loop(bench->base, EVLOOP_ONCE);
}

static void
questions_and_reports_reach_the_guard_on_one_connection(void **state)
{
	struct relaylogin_counts counts;
	struct bench bench;
	int client;

	begin(&bench, "", 0);
	client = connected(&bench);
	post(&bench, client, "allow", "",
		"{\"login\":\"anna\",\"protocol\":\"imap\",\"remote\":\"192.0.2.9\"}");
	assert_string_equal(heard(client), ALLOWED);
	assert_string_equal(bench.last, "asks anna imap 192.0.2.9");
	post(&bench, client, "report", "",
		"{\"login\":\"anna\",\"protocol\":\"imap\",\"remote\":\"::1\",\"success\":true}");
	assert_string_equal(heard(client), ALLOWED);
	assert_string_equal(bench.last, "good anna imap ::1");
	post(&bench, client, "report", "", "{\"login\":\"anna\",\"success\":false}");
	assert_string_equal(bench.last, "bad anna  ::");
	post(&bench, client, "report", "",
		"{\"login\":\"anna\",\"success\":false,\"policy_reject\":true}");
	assert_string_equal(bench.last, "refused anna  ::");
	counts = relaylogin_counts(bench.login);
	assert_int_equal(counts.requests, 4);
	for (int kind = LOGIN_ASKS; kind <= LOGIN_REFUSED; kind++)
		assert_int_equal(counts.told[kind], 1);
	assert_int_equal(stream_counts(bench.listener).accepted, 1);
	close(client);
	finish(&bench);
	(void)state;
}

static void
the_guard_refuses_and_allows(void **state)
{
	struct relaylogin_counts counts;
	struct bench bench;
	int client;

	begin(&bench, "", 0);
	client = connected(&bench);
	post(&bench, client, "allow", "", "{\"login\":\"mallory\"}");
	assert_non_null(strstr(heard(client), "\r\n\r\n{\"status\":-1,\"msg\":\"\"}"));
	post(&bench, client, "allow", "", "{\"login\":\"anna\"}");
	assert_non_null(strstr(heard(client), "\r\n\r\n{\"status\":0,\"msg\":\"\"}"));
	counts = relaylogin_counts(bench.login);
	assert_int_equal(counts.refused, 1);
	assert_int_equal(counts.allowed, 1);
	close(client);
	finish(&bench);
	(void)state;
}

static void
many_requests_at_once_are_answered_in_their_order(void **state)
{
	struct bench bench;
	char text[1024];
	int client;

	begin(&bench, "", 0);
	client = connected(&bench);
	(void)snprintf(text, sizeof(text), "%s%s",
		"POST /?command=allow HTTP/1.1\r\nContent-Length: 15\r\n\r\n{\"login\":\"anna\"",
		"}POST /?command=allow HTTP/1.1\r\nContent-Length: "
		"19\r\n\r\n{\"login\":\"mallory\"}");
	/* The length leaves out the last byte of the first body. */
	say(&bench, client, text);
	assert_int_equal(bench.told, 0);
	assert_int_equal(relaylogin_counts(bench.login).malformed[AUTHPOLICY_JSON], 1);
	close(client);
	client = connected(&bench);
	(void)snprintf(text, sizeof(text), "%s%s",
		"POST /?command=allow HTTP/1.1\r\nContent-Length: 16\r\n\r\n{\"login\":\"anna\"}",
		"POST /?command=allow HTTP/1.1\r\nContent-Length: "
		"19\r\n\r\n{\"login\":\"mallory\"}");
	say(&bench, client, text);
	assert_memory_equal(heard(client), ALLOWED "HTTP/1.1 200", strlen(ALLOWED) + 12);
	assert_int_equal(bench.told, 2);
	close(client);
	finish(&bench);
	(void)state;
}

static void
who_has_not_the_secret_is_not_heard(void **state)
{
	static const char *const wrong[] = {"", "Authorization: Basic Z3VhcmQ6c2VjcmV1",
		"Authorization: Basic Z3VhcmQ6c2VjcmV", "Authorization: Basic Z3VhcmQ6c2VjcmV0x",
		"X-API-Key: Basic Z3VhcmQ6c2VjcmV0", "Authorization:"};
	const unsigned count = sizeof(wrong) / sizeof(wrong[0]);
	struct bench bench;
	int client;

	begin(&bench, SECRET, 0);
	for (unsigned i = 0; i < count; i++) {
		client = connected(&bench);
		post(&bench, client, "allow", wrong[i], "{\"login\":\"anna\"}");
		assert_refused(client, "401 Unauthorized");
	}
	assert_int_equal(relaylogin_counts(bench.login).unauthorised, count);
	assert_int_equal(bench.told, 0);
	client = connected(&bench);
	/* As Dovecot writes it. */
	post(&bench, client, "allow", "authorization:  Basic Z3VhcmQ6c2VjcmV0",
		"{\"login\":\"anna\"}");
	assert_string_equal(heard(client), ALLOWED);
	close(client);
	finish(&bench);
	begin(&bench, "k3y", 0);
	client = connected(&bench);
	post(&bench, client, "allow", "X-API-Key: k3y", "{\"login\":\"anna\"}");
	assert_string_equal(heard(client), ALLOWED);
	close(client);
	finish(&bench);
	(void)state;
}

static void
secrets_that_cannot_be_are_refused(void **state)
{
	char many[RELAYLOGIN_SECRET + 2] = {0};
	const char *const wrong[] = {"Authorization:", ": x", "a\nb", many};
	struct relaylogin_settings settings;
	struct relaylogin *login = NULL;
	struct bench bench = {0};
	struct fail fail;

	memset(many, 'a', sizeof(many) - 1);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		settings = settings_of(&bench, wrong[i]);
		assert_int_equal(relaylogin_new(&settings, &login, &fail), -EINVAL);
		assert_memory_equal(fail.what, "the secret is not", 17);
	}
	assert_null(login);
	(void)state;
}

static void
a_body_that_is_wrong_is_counted_by_its_reason(void **state)
{
	struct relaylogin_counts counts;
	struct bench bench;
	int client;

	begin(&bench, "", 0);
	client = connected(&bench);
	post(&bench, client, "allow", "", "junk");
	assert_memory_equal(heard(client), "HTTP/1.1 400 Bad Request\r\n", 26);
	post(&bench, client, "report", "", "{\"login\":\"anna\"}");
	assert_memory_equal(heard(client), "HTTP/1.1 400 Bad Request\r\n", 26);
	/* The connection goes on. */
	post(&bench, client, "allow", "", "{\"login\":\"anna\"}");
	assert_string_equal(heard(client), ALLOWED);
	post(&bench, client, "dance", "", "{\"login\":\"anna\"}");
	assert_refused(client, "404 Not Found");
	counts = relaylogin_counts(bench.login);
	assert_int_equal(counts.malformed[AUTHPOLICY_JSON], 1);
	assert_int_equal(counts.malformed[AUTHPOLICY_LACK], 1);
	assert_int_equal(counts.unknown, 1);
	assert_int_equal(bench.told, 1);
	finish(&bench);
	(void)state;
}

static void
junk_ends_its_own_connection_and_no_other(void **state)
{
	struct relaylogin_counts counts;
	struct bench bench;
	int good, bad;

	begin(&bench, "", 0);
	good = connected(&bench);
	say(&bench, good, "POST /?command=allow HTTP/1.1\r\nContent-");
	bad = connected(&bench);
	say(&bench, bad, "\x16\x03\x01 hello");
	assert_refused(bad, "400 Bad Request");
	bad = connected(&bench);
	say(&bench, bad, "GET / HTTP/1.1\r\n\r\n");
	assert_refused(bad, "405 Method Not Allowed");
	bad = connected(&bench);
	say(&bench, bad, "POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n");
	assert_refused(bad, "413 Content Too Large");
	counts = relaylogin_counts(bench.login);
	assert_int_equal(counts.http[HTTPREQUEST_WRONG], 1);
	assert_int_equal(counts.http[HTTPREQUEST_METHOD], 1);
	assert_int_equal(counts.http[HTTPREQUEST_LONG_BODY], 1);
	say(&bench, good, "Length: 16\r\n\r\n{\"login\":\"anna\"}");
	assert_string_equal(heard(good), ALLOWED);
	close(good);
	finish(&bench);
	(void)state;
}

static void
who_has_said_all_gets_his_answer(void **state)
{
	static const char text[] =
		"POST /?command=allow HTTP/1.1\r\nContent-Length: 16\r\n\r\n{\"login\":\"anna\"}";
	struct bench bench;
	int client;

	begin(&bench, "", 0);
	client = connected(&bench);
	assert_int_equal(write(client, text, sizeof(text) - 1), sizeof(text) - 1);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	assert_string_equal(heard(client), ALLOWED);
	assert_string_equal(heard(client), "(closed)");
	close(client);
	client = connected(&bench);
	assert_int_equal(write(client, text, sizeof(text) - 3), sizeof(text) - 3);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	wait_until_ended(&bench, STREAM_CUT, 1);
	assert_string_equal(heard(client), "(closed)");
	assert_int_equal(bench.told, 1);
	close(client);
	client = connected(&bench);
	post(&bench, client, "allow", "Connection: close", "{\"login\":\"anna\"}");
	assert_non_null(strstr(heard(client), "\r\nConnection: close\r\n\r\n{\"status\":0"));
	assert_string_equal(heard(client), "(closed)");
	assert_int_equal(stream_counts(bench.listener).ended[STREAM_DONE], 1);
	close(client);
	finish(&bench);
	(void)state;
}

/* He asks and asks: how much room is left for what he does not read is decided by the kernel, so it is made small. */
static void
ask_without_reading(struct bench *bench, int client)
{
	static const char one[] =
		"POST /?command=allow HTTP/1.1\r\nContent-Length: 16\r\n\r\n{\"login\":\"anna\"}";
	struct buffer many;
	size_t sent = 0;

	buffer_init(&many, 1 << 20);
	while (many.length < (1 << 16))
		buffer_add(&many, one, sizeof(one) - 1);
	while (stream_counts(bench->listener).ended[STREAM_UNREAD] == 0) {
		ssize_t n = send(
			client, many.at + sent, many.length - sent, MSG_DONTWAIT | MSG_NOSIGNAL);

		sent = n > 0 ? (sent + (size_t)n) % many.length : sent;
		assert_int_equal(stream_counts(bench->listener).ended[STREAM_IDLE], 0);
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
	}
	buffer_done(&many);
}

static void
who_does_not_read_or_does_not_go_on_is_closed(void **state)
{
	struct bench bench;
	int unread, slow, few = 1;

	begin(&bench, "", 2 * WALL_SECOND);
	assert_int_equal(setsockopt(bench.socket, SOL_SOCKET, SO_SNDBUF, &few, sizeof(few)), 0);
	unread = connected(&bench);
	turn(&bench);
	ask_without_reading(&bench, unread);
	slow = connected(&bench);
	say(&bench, slow, "POST /?command=allow HTTP/1.1\r\n");
	wait_until_ended(&bench, STREAM_IDLE, 1);
	assert_string_equal(heard(slow), "(closed)");
	close(unread);
	close(slow);
	finish(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(questions_and_reports_reach_the_guard_on_one_connection),
		cmocka_unit_test(the_guard_refuses_and_allows),
		cmocka_unit_test(many_requests_at_once_are_answered_in_their_order),
		cmocka_unit_test(who_has_not_the_secret_is_not_heard),
		cmocka_unit_test(secrets_that_cannot_be_are_refused),
		cmocka_unit_test(a_body_that_is_wrong_is_counted_by_its_reason),
		cmocka_unit_test(junk_ends_its_own_connection_and_no_other),
		cmocka_unit_test(who_has_said_all_gets_his_answer),
		cmocka_unit_test(who_does_not_read_or_does_not_go_on_is_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
