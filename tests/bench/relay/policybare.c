/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The limit of a policy server: reads what is there, takes the requests in it apart (relay/policy.h) and answers DUNNO.
 * No limits, no keys. One thread, one event loop, one read and one write for what came of one connection.
 *
 *     policybare unix:PATH|tcp:PORT
 */
#include "../loopback.h"
#include "policysocket.h"
#include "relay/policy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS 64

/* A part of a request that came without its rest. */
struct connection {
	int socket;
	struct policy_reader reader;
	size_t left;
	char part[POLICY_REQUEST];
};

static char bytes[POLICY_REQUEST + 65536];

static void
end(struct connection *connection)
{
	close(connection->socket);
	free(connection);
}

/* All whole requests in it: how many bytes they have, or negative. */
static int64_t
take(struct connection *connection, struct text rest, struct buffer *answers)
{
	struct policy_request request;
	struct fail fail = {0};
	int64_t n = 0, taken = 0;

	while (rest.length > 0) {
		n = policy_read(&connection->reader, rest, &request, &fail);
		if (n <= 0)
			break;
		policy_answer(answers, TEXT("DUNNO"));
		rest = (struct text){rest.at + n, rest.length - (size_t)n};
		taken += n;
	}
	return n < 0 ? n : taken;
}

static void
serve(struct connection *connection, struct buffer *answers)
{
	size_t have = connection->left;
	ssize_t n;
	int64_t taken;

	memcpy(bytes, connection->part, have);
	n = read(connection->socket, bytes + have, sizeof(bytes) - have);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		end(connection);
		return;
	}
	have += (size_t)n;
	buffer_clear(answers);
	taken = take(connection, (struct text){bytes, have}, answers);
	connection->left = taken < 0 ? 0 : have - (size_t)taken;
	/* A peer that is there to measure reads its answers. */
	if (taken < 0 || connection->left > sizeof(connection->part) ||
		(answers->length > 0 &&
			send(connection->socket, answers->at, answers->length, MSG_NOSIGNAL) !=
				(ssize_t)answers->length)) {
		end(connection);
		return;
	}
	memcpy(connection->part, bytes + taken, connection->left);
}

static void
welcome(int listener, int epoll)
{
	int socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct epoll_event event = {.events = EPOLLIN};
	struct connection *connection;

	if (socket < 0)
		return;
	policysocket_at_once(socket);
	connection = xcalloc(1, sizeof(*connection));
	connection->socket = socket;
	event.data.ptr = connection;
	if (epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) < 0)
		loopback_fail("epoll_ctl");
}

int
main(int argc, char **argv)
{
	struct epoll_event events[EVENTS] = {{.events = EPOLLIN}};
	int epoll = epoll_create1(EPOLL_CLOEXEC), listener;
	struct buffer answers;

	if (argc != 2) {
		fprintf(stderr, "usage: policybare unix:PATH|tcp:PORT\n");
		return 2;
	}
	loopback_catch();
	listener = policysocket_listen(argv[1]);
	/* Its pointer is NULL. */
	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &events[0]) < 0)
		loopback_fail("epoll");
	buffer_init(&answers, sizeof(bytes));
	while (!loopback_stop) {
		int count = epoll_wait(epoll, events, EVENTS, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == NULL)
				welcome(listener, epoll);
			else
				serve(events[i].data.ptr, &answers);
		}
	}
	buffer_done(&answers);
	return 0;
}
