/* SPDX-License-Identifier: BSD-2-Clause */
/* Clients of several shareguards at once.
 *
 *     shareflood MILLISECONDS CONNECTIONS PAUSE_US ACCOUNTS NAME WITHIN_MS SOCKET...
 *
 * So many connections to each socket, on each of which the next message is asked for so long after the answer, of one
 * recipient and an account NAME0, NAME1 ... in turn. Prints a line of JSON: messages asked and accepted, the time of an
 * answer in microseconds, the longest time without any answer, and the most that one guard accepted within so many
 * milliseconds, twice as many, and so on. */
#include "base/text.h"
#include "runtime/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CONNECTIONS 256
#define GUARDS      8
#define EVENTS      8000000
/* The times in which is looked for the most that one guard accepted: so many multiples. */
#define WITHIN 20

struct connection {
	int socket;
	int guard;
	int64_t asked_us; /* 0: nothing is asked */
	int64_t next_us;
	char answer[16];
	size_t length;
};

struct accepted {
	int64_t us;
	int guard;
};

struct flood {
	struct connection connection[CONNECTIONS];
	struct pollfd poll[CONNECTIONS];
	int connections;
	int guards;
	uint64_t asked;
	uint64_t answered; /* up to EVENTS */
	uint64_t accepted[GUARDS];
	uint64_t all_accepted;
	uint64_t accounts;
	int64_t pause_us;
	int64_t answered_us; /* the last */
	int64_t silence_us;  /* the longest */
	const char *name;
	uint32_t *time;
	struct accepted *event;
};

static uint64_t
number(const char *word, uint64_t most)
{
	uint64_t value;

	if (text_parse_u64(text_of(word), most, &value) < 0) {
		fprintf(stderr, "shareflood: '%s' is no number up to %llu\n", word,
			(unsigned long long)most);
		exit(2);
	}
	return value;
}

static void
stop(const char *what)
{
	fprintf(stderr, "shareflood: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s", path);
	if (socket_ < 0 || connect(socket_, (const struct sockaddr *)&at, sizeof(at)) < 0)
		stop(path);
	return socket_;
}

static void
ask(struct flood *flood, struct connection *connection, int64_t now_us)
{
	char line[100];
	int n = snprintf(line, sizeof(line), "take %s%llu 1\n", flood->name,
		(unsigned long long)(flood->asked++ % flood->accounts));

	connection->asked_us = now_us;
	connection->length = 0;
	if (send(connection->socket, line, (size_t)n, MSG_NOSIGNAL) != n)
		stop("send");
}

static void
take_answer(struct flood *flood, struct connection *connection)
{
	ssize_t n = recv(connection->socket, connection->answer + connection->length,
		sizeof(connection->answer) - connection->length, 0);
	int64_t now_us = clock_steady();

	if (n <= 0)
		stop("a guard ended the connection");
	connection->length += (size_t)n;
	if (connection->answer[connection->length - 1] != '\n')
		return;
	if (flood->answered < EVENTS)
		flood->time[flood->answered++] = (uint32_t)(now_us - connection->asked_us);
	if (now_us - flood->answered_us > flood->silence_us)
		flood->silence_us = now_us - flood->answered_us;
	flood->answered_us = now_us;
	if (connection->answer[0] == 'y') {
		flood->accepted[connection->guard]++;
		if (flood->all_accepted < EVENTS)
			flood->event[flood->all_accepted] =
				(struct accepted){.us = now_us, .guard = connection->guard};
		flood->all_accepted++;
	}
	connection->asked_us = 0;
	connection->next_us = now_us + flood->pause_us;
}

/* Until the time is over and all is answered. */
static void
run(struct flood *flood, int64_t end_us)
{
	for (;;) {
		int64_t now_us = clock_steady(), next_us = now_us + WALL_SECOND;
		struct timespec wait;
		int open = 0;

		for (int i = 0; i < flood->connections; i++) {
			struct connection *connection = &flood->connection[i];

			if (connection->asked_us == 0 && now_us < end_us) {
				if (connection->next_us <= now_us)
					ask(flood, connection, now_us);
				else if (connection->next_us < next_us)
					next_us = connection->next_us;
			}
			open += connection->asked_us != 0;
		}
		if (open == 0 && now_us >= end_us)
			return;
		next_us = next_us > now_us ? next_us - now_us : 0;
		wait = (struct timespec){
			.tv_sec = next_us / WALL_SECOND, .tv_nsec = next_us % WALL_SECOND * 1000};
		if (ppoll(flood->poll, (nfds_t)flood->connections, &wait, NULL) < 0)
			stop("poll");
		for (int i = 0; i < flood->connections; i++) {
			if (flood->poll[i].revents != 0)
				take_answer(flood, &flood->connection[i]);
		}
	}
}

static int
by_size(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Of one guard in any window of that length. */
static uint64_t
most_within(const struct flood *flood, int64_t length_us)
{
	uint64_t count = flood->all_accepted < EVENTS ? flood->all_accepted : EVENTS, most = 0;

	for (int guard = 0; guard < flood->guards; guard++) {
		uint64_t inside = 0, begin = 0;

		for (uint64_t i = 0; i < count; i++) {
			inside += flood->event[i].guard == guard;
			for (; flood->event[begin].us < flood->event[i].us - length_us; begin++)
				inside -= flood->event[begin].guard == guard;
			most = inside > most ? inside : most;
		}
	}
	return most;
}

static void
report(struct flood *flood, int64_t within_us, int64_t length_us)
{
	uint64_t count = flood->answered;
	uint32_t *time = flood->time;

	qsort(time, count, sizeof(*time), by_size);
	printf("{\"asked\": %llu, \"accepted\": %llu, \"seconds\": %.3f, \"by_guard\": [",
		(unsigned long long)flood->asked, (unsigned long long)flood->all_accepted,
		(double)length_us / 1e6);
	for (int i = 0; i < flood->guards; i++)
		printf("%s%llu", i > 0 ? ", " : "", (unsigned long long)flood->accepted[i]);
	printf("], \"p50\": %u, \"p99\": %u, \"p999\": %u, \"p100\": %u, \"silence\": %lld, ",
		time[count / 2], time[count * 99 / 100], time[count * 999 / 1000], time[count - 1],
		(long long)flood->silence_us);
	printf("\"most_within\": [");
	for (int i = 1; i <= WITHIN; i++)
		printf("%s%llu", i > 1 ? ", " : "",
			(unsigned long long)most_within(flood, i * within_us));
	printf("]}\n");
}

int
main(int count, char **words)
{
	static struct flood flood;
	int64_t begin_us, length_us;
	int each;

	if (count < 8 || count - 7 > GUARDS) {
		fprintf(stderr,
			"usage: shareflood MILLISECONDS CONNECTIONS PAUSE_US ACCOUNTS NAME "
			"WITHIN_MS SOCKET...\n");
		return 2;
	}
	length_us = (int64_t)number(words[1], 3600000) * 1000;
	flood.guards = count - 7;
	each = (int)number(words[2], (uint64_t)(CONNECTIONS / flood.guards));
	flood.pause_us = (int64_t)number(words[3], 10000000);
	flood.accounts = number(words[4], 1000000);
	flood.name = words[5];
	flood.time = memory_map(EVENTS, sizeof(*flood.time));
	flood.event = memory_map(EVENTS, sizeof(*flood.event));
	begin_us = clock_steady();
	for (int i = 0; i < each * flood.guards; i++) {
		struct connection *connection = &flood.connection[flood.connections];

		connection->guard = i % flood.guards;
		connection->socket = connect_to(words[7 + connection->guard]);
		/* Not all at once. */
		connection->next_us = begin_us + flood.pause_us * i / (each * flood.guards);
		flood.poll[flood.connections++] =
			(struct pollfd){.fd = connection->socket, .events = POLLIN};
	}
	flood.answered_us = begin_us;
	run(&flood, begin_us + length_us);
	if (flood.answered > 0)
		report(&flood, (int64_t)number(words[6], 100000) * 1000, length_us);
	return flood.answered == 0;
}
