/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/mta.h"
#include "unit.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define SAID  65536
#define CLOSE "close"

/* A mail server that answers as it is told, and keeps what it was sent. */
struct server {
	int listening;
	uint16_t port;
	pthread_t thread;
	/* What it says first, to MAIL, RCPT, DATA and the end of the message; CLOSE: nothing more. */
	const char *hello, *mail, *rcpt, *data, *end;
	char said[SAID];
	size_t length;
	unsigned connections;
};

static bool
answer(int peer, const char *reply)
{
	if (strcmp(reply, CLOSE) == 0)
		return false;
	return write(peer, reply, strlen(reply)) == (ssize_t)strlen(reply) &&
		write(peer, "\r\n", 2) == 2;
}

static const char *
reply_to(const struct server *server, const char *line)
{
	if (strncmp(line, "EHLO", 4) == 0)
		return "250-here.example\r\n250 SIZE 1000000";
	if (strncmp(line, "MAIL", 4) == 0)
		return server->mail;
	if (strncmp(line, "RCPT", 4) == 0)
		return server->rcpt;
	if (strncmp(line, "DATA", 4) == 0)
		return server->data;
	return "250 yes";
}

static void
serve(struct server *server, int peer)
{
	FILE *from = fdopen(dup(peer), "r");
	bool is_message = false, goes_on = answer(peer, server->hello);
	char line[2048];

	while (goes_on && fgets(line, sizeof(line), from) != NULL) {
		size_t length = strlen(line);

		if (server->length + length < SAID) {
			memcpy(server->said + server->length, line, length + 1);
			server->length += length;
		}
		if (is_message && strcmp(line, ".\r\n") == 0) {
			is_message = false;
			goes_on = answer(peer, server->end);
		} else if (!is_message) {
			goes_on = answer(peer, reply_to(server, line));
			is_message = strncmp(line, "DATA", 4) == 0 && *server->data == '3';
		}
	}
	fclose(from);
	close(peer);
}

static void *
run(void *context)
{
	struct server *server = context;
	int peer;

	while ((peer = accept(server->listening, NULL, NULL)) >= 0) {
		server->connections++;
		serve(server, peer);
	}
	return NULL;
}

static struct server *
started(void)
{
	struct server *server = calloc(1, sizeof(*server));
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	*server = (struct server){.hello = "220 here.example",
		.mail = "250 yes",
		.rcpt = "250 yes",
		.data = "354 go on",
		.end = "250 2.0.0 queued as 4711"};
	server->listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listening, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(server->listening, 8), 0);
	assert_int_equal(getsockname(server->listening, (struct sockaddr *)&at, &size), 0);
	server->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, run, server), 0);
	return server;
}

static void
ended(struct server *server)
{
	shutdown(server->listening, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listening);
	free(server);
}

static struct mta *
mta_to(uint16_t port, bool is_plain)
{
	struct mta_settings settings = {
		.host = "127.0.0.1", .port = port, .is_plain = is_plain, .helo = "census.example"};

	return mta_new(&settings);
}

#define MESSAGE TEXT("Subject: x\r\n\r\n.first\r\nlast\r\n")

static void
messages_go_on_one_connection(void **state)
{
	struct server *server = started();
	struct mta *mta = mta_to(server->port, true);
	struct mta_reply reply;

	for (int i = 0; i < 3; i++) {
		mta_send(mta, "b+1@census.example", "a@b.example", MESSAGE, &reply);
		assert_int_equal(reply.answer, MTA_TOOK);
		assert_int_equal(reply.code, 250);
		assert_string_equal(reply.text, "250 2.0.0 queued as 4711");
	}
	mta = mta_free(mta);
	assert_int_equal(server->connections, 1);
	assert_non_null(strstr(server->said, "EHLO census.example\r\n"));
	assert_non_null(strstr(server->said, "MAIL FROM:<b+1@census.example> SIZE=28\r\n"));
	assert_non_null(strstr(server->said, "RCPT TO:<a@b.example>\r\n"));
	/* A dot at the front of a line is doubled (RFC 5321 s4.5.2). */
	assert_non_null(strstr(server->said, "Subject: x\r\n\r\n..first\r\nlast\r\n.\r\n"));
	ended(server);
}

static void
each_reply_means_something(void **state)
{
	static const struct {
		const char *hello, *mail, *rcpt, *data, *end;
		enum mta_answer answer;
		unsigned code;
	} rows[] = {
		{.rcpt = "451 4.7.1 not now", .answer = MTA_LATER, .code = 451},
		{.rcpt = "550 5.1.1 nobody here", .answer = MTA_REFUSED, .code = 550},
		{.data = "451 no room", .answer = MTA_LATER, .code = 451},
		{.data = "554 no", .answer = MTA_REFUSED, .code = 554},
		{.end = "452 4.3.1 no room", .answer = MTA_LATER, .code = 452},
		{.end = "554-5.7.1 this\r\n554 5.7.1 is spam", .answer = MTA_REFUSED, .code = 554},
		{.end = CLOSE, .answer = MTA_CUT, .code = 354},
		{.data = CLOSE, .answer = MTA_AWAY, .code = 250},
		{.rcpt = CLOSE, .answer = MTA_AWAY, .code = 250},
		{.mail = "550 5.7.1 who are you", .answer = MTA_AWAY, .code = 550},
		{.mail = "451 not now", .answer = MTA_AWAY, .code = 451},
		{.mail = "552 too large", .answer = MTA_REFUSED, .code = 552},
		{.mail = "452 no room", .answer = MTA_LATER, .code = 452},
		{.hello = "421 closed", .answer = MTA_AWAY, .code = 421},
		{.hello = "554 no", .answer = MTA_AWAY, .code = 554},
		{.hello = CLOSE, .answer = MTA_AWAY, .code = 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct server *server = started();
		struct mta *mta;
		struct mta_reply reply;

		server->hello = rows[i].hello != NULL ? rows[i].hello : server->hello;
		server->mail = rows[i].mail != NULL ? rows[i].mail : server->mail;
		server->rcpt = rows[i].rcpt != NULL ? rows[i].rcpt : server->rcpt;
		server->data = rows[i].data != NULL ? rows[i].data : server->data;
		server->end = rows[i].end != NULL ? rows[i].end : server->end;
		mta = mta_to(server->port, true);
		mta_send(mta, "b@census.example", "a@b.example", MESSAGE, &reply);
		if (reply.answer != rows[i].answer || reply.code != rows[i].code)
			print_error("row %zu: %d %u %s\n", i, reply.answer, reply.code, reply.text);
		assert_int_equal(reply.answer, rows[i].answer);
		assert_int_equal(reply.code, rows[i].code);
		mta = mta_free(mta);
		ended(server);
	}
}

static void
after_a_refusal_the_next_one_goes(void **state)
{
	struct server *server = started();
	struct mta *mta = mta_to(server->port, true);
	struct mta_reply reply;

	server->rcpt = "550 5.1.1 nobody here";
	mta_send(mta, "b@census.example", "a@b.example", MESSAGE, &reply);
	assert_int_equal(reply.answer, MTA_REFUSED);
	assert_string_equal(reply.text, "550 5.1.1 nobody here");
	server->rcpt = "250 yes";
	mta_send(mta, "b@census.example", "c@b.example", MESSAGE, &reply);
	assert_int_equal(reply.answer, MTA_TOOK);
	mta = mta_free(mta);
	ended(server);
}

static void
without_tls_nothing_is_handed_over(void **state)
{
	struct server *server = started();
	struct mta *mta = mta_to(server->port, false);
	struct mta_reply reply;

	mta_send(mta, "b@census.example", "a@b.example", MESSAGE, &reply);
	assert_int_equal(reply.answer, MTA_AWAY);
	assert_true(*reply.text != '\0');
	mta = mta_free(mta);
	assert_null(strstr(server->said, "MAIL"));
	ended(server);
}

static void
a_server_that_is_not_there_is_away(void **state)
{
	struct server *server = started();
	uint16_t port = server->port;
	struct mta *mta;
	struct mta_reply reply;

	ended(server);
	mta = mta_to(port, true);
	mta_send(mta, "b@census.example", "a@b.example", MESSAGE, &reply);
	assert_int_equal(reply.answer, MTA_AWAY);
	assert_int_equal(reply.code, 0);
	assert_non_null(strstr(reply.text, "connect"));
	mta = mta_free(mta);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_go_on_one_connection),
		cmocka_unit_test(each_reply_means_something),
		cmocka_unit_test(after_a_refusal_the_next_one_goes),
		cmocka_unit_test(without_tls_nothing_is_handed_over),
		cmocka_unit_test(a_server_that_is_not_there_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
