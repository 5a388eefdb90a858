/* stream_bench - a stream server on loopback, with a protocol of lines, and its clients
 *
 * What:    "say TEXT" is answered by TEXT, "big" by 64 KiB, "wait" when the test says so, "bye" closes, and anything
 *          else is wrong. Server and clients take turns in one thread.
 * Owns:    bench_finish frees what bench_begin made; clients' sockets are the test's.
 * Thread:  one.
 */
#ifndef LAZARET_TESTS_STREAM_BENCH_H
#define LAZARET_TESTS_STREAM_BENCH_H

#include "runtime/streamserver.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct bench {
	struct event_base *base;
	struct stream_listener *listener;
	struct stream *waiting;
	int socket; /* listens */
	uint16_t port;
	bool is_shut; /* nobody is let in */
	unsigned begun;
	unsigned ended[STREAM_ENDS];
};

static inline bool
bench_on_admit(void *context, int socket, const struct address *peer)
{
	const struct address here = address_from_v4(INADDR_LOOPBACK);

	assert_true(socket >= 0 && address_equal(peer, &here));
	return !((struct bench *)context)->is_shut;
}

static inline void
bench_on_begin(void *context, struct stream *stream)
{
	((struct bench *)context)->begun++;
	assert_int_equal(*(uint64_t *)stream_state(stream), 0);
}

static inline void
bench_on_end(void *context, struct stream *stream, enum stream_end why)
{
	(void)stream;
	((struct bench *)context)->ended[why]++;
}

static inline bool
bench_answer(struct bench *bench, struct stream *stream, struct text line)
{
	static const char big[65536];

	++*(uint64_t *)stream_state(stream);
	if (text_starts(line, "say ")) {
		stream_answer(stream, line.at + 4, line.length - 4);
		stream_answer(stream, "\n", 1);
	} else if (text_is(line, "big")) {
		stream_answer(stream, big, sizeof(big));
	} else if (text_is(line, "wait")) {
		bench->waiting = stream;
		stream_wait(stream);
	} else if (text_is(line, "bye")) {
		stream_close(stream);
	} else {
		return false;
	}
	return true;
}

static inline int64_t
bench_on_bytes(void *context, struct stream *stream, struct text bytes)
{
	struct bench *bench = context;
	struct text rest = bytes;

	while (bench->waiting != stream && memchr(rest.at, '\n', rest.length) != NULL) {
		if (!bench_answer(bench, stream, text_cut(&rest, '\n')))
			return -EBADMSG;
	}
	return rest.at - bytes.at;
}

static const struct stream_protocol bench_protocol = {.state_bytes = sizeof(uint64_t),
	.admit = bench_on_admit,
	.begin = bench_on_begin,
	.take = bench_on_bytes,
	.end = bench_on_end};

static inline void
bench_begin(struct bench *bench, struct stream_settings settings)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);

	*bench = (struct bench){.base = event_base_new()};
	settings.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	settings.protocol = &bench_protocol;
	settings.context = bench;
	assert_int_equal(bind(settings.socket, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(settings.socket, SOMAXCONN), 0);
	assert_int_equal(getsockname(settings.socket, (struct sockaddr *)&at, &size), 0);
	bench->socket = settings.socket;
	bench->port = ntohs(at.sin_port);
	bench->listener = stream_listen(bench->base, &settings);
}

static inline void
bench_finish(struct bench *bench)
{
	bench->listener = stream_unlisten(bench->listener);
	event_base_free(bench->base);
}

static inline int
bench_connected(const struct bench *bench)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(bench->port)};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
	return client;
}

static inline void
bench_turn(struct bench *bench)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

static inline void
bench_say(struct bench *bench, int client, const char *text)
{
	assert_int_equal(write(client, text, strlen(text)), strlen(text));
	bench_turn(bench);
}

static inline const char *
bench_heard(int client)
{
	static char text[256];
	ssize_t n = recv(client, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n == 0 ? "(closed)" : text;
}

/* Until so many have ended so; the limit of time is the whole test's. */
static inline void
bench_wait_until_ended(struct bench *bench, enum stream_end why, unsigned count)
{
	while (bench->ended[why] < count)
		event_base_loop(bench->base, EVLOOP_ONCE);
}

#endif
