/* SPDX-License-Identifier: BSD-2-Clause */
/* loginguard PORT [SECRET] - answers Dovecot's authentication policy on 127.0.0.1, as the relay guard does
 *
 * Account "refused" may not log in; what comes is printed, a line each, and at the end (SIGTERM)
 * how much of each there was. Port 0: one that is free. The first line says which it is. */
#include "service/relaylogin.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct guard {
	struct event_base *base;
	struct buffer line;
};

static struct wall
now(void *context)
{
	struct timespec at;

	(void)context;
	must(clock_gettime(CLOCK_REALTIME, &at) == 0);
	return (struct wall){at.tv_sec * WALL_SECOND + at.tv_nsec / 1000};
}

static void
print(struct guard *guard, const struct login *login)
{
	char address[ADDRESS_TEXT];

	buffer_clear(&guard->line);
	buffer_print(&guard->line, "%s ", login_kind_names[login->kind]);
	buffer_json(&guard->line, login->account);
	buffer_print(&guard->line, " ");
	buffer_json(&guard->line, login->protocol);
	buffer_print(&guard->line, " %s %016llx %016llx", address_format(&login->client, address),
		(unsigned long long)login->session, (unsigned long long)login->device);
	(void)puts(buffer_string(&guard->line));
	(void)fflush(stdout);
}

static bool
allow(void *context, const struct login *login, struct wall at)
{
	(void)at;
	print(context, login);
	return !text_is(login->account, "refused");
}

static void
report(void *context, const struct login *login, struct wall at)
{
	(void)at;
	print(context, login);
}

static int
listening(uint16_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port)};
	int on = 1, made = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(at);

	must(made >= 0 && setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0);
	if (bind(made, (struct sockaddr *)&at, size) < 0 || listen(made, 64) < 0) {
		perror("loginguard");
		return -1;
	}
	must(getsockname(made, (struct sockaddr *)&at, &size) == 0);
	(void)printf("port %u\n", ntohs(at.sin_port));
	(void)fflush(stdout);
	return made;
}

static void
on_term(evutil_socket_t number, short what, void *context)
{
	(void)number;
	(void)what;
	(void)event_base_loopbreak(context);
}

static void
print_counts(const struct relaylogin *login, const struct stream_listener *listener)
{
	struct relaylogin_counts counts = relaylogin_counts(login);
	struct stream_counts streams = stream_counts(listener);

	(void)printf("requests %llu allowed %llu refused %llu unauthorised %llu\n",
		(unsigned long long)counts.requests, (unsigned long long)counts.allowed,
		(unsigned long long)counts.refused, (unsigned long long)counts.unauthorised);
	for (int i = 1; i < AUTHPOLICY_FAULTS; i++)
		(void)printf("malformed-%s %llu\n", authpolicy_fault_names[i],
			(unsigned long long)counts.malformed[i]);
	for (int i = 1; i < HTTPREQUEST_FAULTS; i++)
		(void)printf("http-%s %llu\n", httprequest_fault_names[i],
			(unsigned long long)counts.http[i]);
	for (int i = 0; i < STREAM_ENDS; i++)
		(void)printf("ended-%s %llu\n", stream_end_names[i],
			(unsigned long long)streams.ended[i]);
}

int
main(int argc, char *argv[])
{
	struct guard guard = {.base = event_base_new()};
	struct relaylogin_settings settings = {
		.key = {{1}}, .now = now, .allow = allow, .report = report, .context = &guard};
	struct stream_listener *listener;
	struct stream_settings stream;
	struct relaylogin *login;
	struct fail fail = {0};
	struct event *term;
	uint64_t port;
	int socket;

	if (argc < 2 || text_parse_u64(text_of(argv[1]), UINT16_MAX, &port) < 0) {
		(void)fputs("usage: loginguard PORT [SECRET]\n", stderr);
		return 2;
	}
	settings.secret = text_of(argc > 2 ? argv[2] : "");
	if (relaylogin_new(&settings, &login, &fail) < 0) {
		(void)fprintf(stderr, "loginguard: %s\n", fail.what);
		return 2;
	}
	socket = listening((uint16_t)port);
	if (socket < 0)
		return 1;
	buffer_init(&guard.line, 1 << 16);
	stream = relaylogin_stream(login, socket, 100);
	listener = stream_listen(guard.base, &stream);
	term = evsignal_new(guard.base, SIGTERM, on_term, guard.base);
	must(term != NULL && event_add(term, NULL) == 0);
	(void)event_base_dispatch(guard.base);
	print_counts(login, listener);
	event_free(term);
	listener = stream_unlisten(listener);
	close(socket);
	login = relaylogin_free(login);
	event_base_free(guard.base);
	buffer_done(&guard.line);
	return 0;
}
