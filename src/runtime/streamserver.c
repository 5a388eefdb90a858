/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/streamserver.h"

#include "runtime/clock.h"
#include "runtime/endpoint.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

const char *const stream_end_names[STREAM_ENDS] = {
	[STREAM_CLOSED] = "closed",
	[STREAM_CUT] = "cut",
	[STREAM_BROKEN] = "broken",
	[STREAM_WRONG] = "wrong",
	[STREAM_UNREAD] = "unread",
	[STREAM_IDLE] = "idle",
	[STREAM_DONE] = "done",
	[STREAM_STOPPED] = "stopped",
	[STREAM_HANDSHAKE] = "handshake",
};

/* Streams in the order in which they came to it. */
struct line {
	struct stream *first;
	struct stream *last;
};

struct stream {
	struct stream_listener *listener;
	struct event *readable;
	struct event *writable;
	struct event *delay;  /* NULL: never needed */
	struct tlslink *link; /* NULL: plain */
	struct line *line;    /* that it stands in */
	struct stream *before;
	struct stream *after;
	int64_t since_us; /* of its line */
	struct address peer;
	uint16_t port; /* of the peer */
	int socket;
	bool is_tcp;
	bool is_read;    /* libevent looks at it */
	bool has_taken;  /* its protocol took a request */
	bool is_taking;  /* its protocol has the word */
	bool is_waiting; /* its protocol looks at nothing for now */
	bool is_delayed; /* and its answers are kept back */
	bool is_closing;
	bool is_over;       /* the peer has nothing more to say */
	struct buffer left; /* of a request that is not whole, or waits */
	struct buffer answers;
	size_t written; /* of them */
	_Alignas(16) uint8_t state[];
};

struct stream_listener {
	struct stream_settings settings;
	struct event_base *base;
	struct evconnlistener *listener;
	struct event *tick;
	struct event *turn; /* its end */
	/* Those with a part of a request, or of an answer, on its way; the others; and those that have been answered in
	 * this turn of the event loop. */
	struct line busy;
	struct line idle;
	struct line answered;
	int64_t now_us; /* of clock_steady, at the last tick: that is near enough */
	struct stream_counts counts;
	bool is_paused;
	char bytes[STREAM_READ];
};

static void
leave_line(struct stream *stream)
{
	struct line *line = stream->line;

	if (stream->before != NULL)
		stream->before->after = stream->after;
	else
		line->first = stream->after;
	if (stream->after != NULL)
		stream->after->before = stream->before;
	else
		line->last = stream->before;
}

static void
join_line(struct stream *stream, struct line *line)
{
	stream->line = line;
	stream->since_us = stream->listener->now_us;
	stream->before = line->last;
	stream->after = NULL;
	if (line->last != NULL)
		line->last->after = stream;
	else
		line->first = stream;
	line->last = stream;
}

static bool
is_busy(const struct stream *stream)
{
	return stream->left.length > 0 || stream->answers.length > 0 ||
		(stream->link != NULL && tlslink_is_shaking(stream->link));
}

/* As read(2). */
static ssize_t
get_bytes(struct stream *stream, void *bytes, size_t size)
{
	return stream->link != NULL ? tlslink_read(stream->link, bytes, size)
				    : recv(stream->socket, bytes, size, 0);
}

/* As write(2). */
static ssize_t
put_bytes(struct stream *stream, const void *bytes, size_t size)
{
	return stream->link != NULL ? tlslink_write(stream->link, bytes, size)
				    : write(stream->socket, bytes, size);
}

/* TLS has to write before it can read, or the other way round. */
static bool
is_crossed(const struct stream *stream)
{
	return stream->link != NULL && tlslink_is_crossed(stream->link);
}

/* One that stays busy with the same request keeps its place: it has only so long. */
static void
stand(struct stream *stream)
{
	struct stream_listener *listener = stream->listener;
	struct line *line = is_busy(stream) ? &listener->busy : &listener->idle;
	bool is_same = stream->line == line && line == &listener->busy && !stream->has_taken;

	stream->has_taken = false;
	if (is_same)
		return;
	leave_line(stream);
	join_line(stream, line);
}

static void
end(struct stream *stream, enum stream_end why)
{
	struct stream_listener *listener = stream->listener;

	if (stream->link != NULL && tlslink_end(stream->link, why == STREAM_IDLE) != TLS_NO_FAULT)
		why = STREAM_HANDSHAKE;
	listener->counts.ended[why]++;
	listener->counts.open--;
	if (listener->settings.protocol->end != NULL)
		listener->settings.protocol->end(listener->settings.context, stream, why);
	leave_line(stream);
	event_free(stream->readable);
	event_free(stream->writable);
	if (stream->delay != NULL)
		event_free(stream->delay);
	close(stream->socket);
	buffer_done(&stream->left);
	buffer_done(&stream->answers);
	free(stream);
}

/* Writes what waits, as far as it goes. False: the stream has ended. */
static bool
flush(struct stream *stream)
{
	struct buffer *answers = &stream->answers;
	ssize_t n;

	if (answers->failed) {
		end(stream, STREAM_UNREAD);
		return false;
	}
	if (stream->is_delayed)
		return true;
	while (stream->written < answers->length) {
		n = put_bytes(
			stream, answers->at + stream->written, answers->length - stream->written);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			end(stream, STREAM_BROKEN);
			return false;
		}
		if (n < 0)
			return true;
		stream->written += (size_t)n;
	}
	buffer_clear(answers);
	stream->written = 0;
	if (stream->is_closing) {
		end(stream, STREAM_DONE);
		return false;
	}
	return true;
}

/* Lets the protocol take from the bytes; how many it took, or negative. */
static int64_t
take(struct stream *stream, struct text bytes)
{
	const struct stream_settings *settings = &stream->listener->settings;
	int64_t taken;

	if (bytes.length == 0 || stream->is_waiting || stream->is_closing)
		return 0;
	stream->is_taking = true;
	taken = settings->protocol->take(settings->context, stream, bytes);
	stream->is_taking = false;
	must(taken <= (int64_t)bytes.length);
	stream->has_taken = stream->has_taken || taken > 0;
	return taken;
}

/* More than one request may be: not where others wait behind one whose answer waits. */
static bool
is_too_long(const struct stream *stream)
{
	const struct buffer *left = &stream->left;

	return left->failed ||
		(!stream->is_waiting && !stream->is_closing &&
			left->length > stream->listener->settings.request_most);
}

/* What stands in left, as far as the protocol takes it: false if the stream has ended. */
static bool
take_left(struct stream *stream)
{
	struct buffer *left = &stream->left;
	int64_t taken = take(stream, (struct text){left->at, left->length});

	if (taken > 0)
		left->length -= (size_t)taken;
	if (taken < 0 || is_too_long(stream)) {
		end(stream, STREAM_WRONG);
		return false;
	}
	if (left->length == 0)
		buffer_done(left);
	else if (taken > 0)
		memmove(left->at, left->at + taken, left->length);
	return true;
}

/* What has just come. Mostly it is a whole request, and goes through no buffer of the stream. */
static bool
take_new(struct stream *stream, struct text bytes)
{
	int64_t taken = 0;

	if (stream->left.length == 0) {
		taken = take(stream, bytes);
		if (taken < 0) {
			end(stream, STREAM_WRONG);
			return false;
		}
		buffer_add(&stream->left, bytes.at + taken, bytes.length - (size_t)taken);
		if (!is_too_long(stream))
			return true;
		end(stream, STREAM_WRONG);
		return false;
	}
	buffer_add(&stream->left, bytes.at, bytes.length);
	return take_left(stream);
}

/* EV_READ, EV_WRITE or 0. Who does not read his answers, or waits for one, is not listened to. */
static short
awaited(const struct stream *stream)
{
	bool writes = stream->answers.length > 0 && !stream->is_delayed;

	if (!writes && (stream->is_waiting || stream->is_over))
		return 0;
	return writes != is_crossed(stream) ? EV_WRITE : EV_READ;
}

static void
watch(struct stream *stream, short what)
{
	bool reads = what == EV_READ;

	if (what == EV_WRITE)
		must(event_add(stream->writable, NULL) == 0);
	if (reads != stream->is_read)
		must((reads ? event_add(stream->readable, NULL) : event_del(stream->readable)) ==
			0);
	stream->is_read = reads;
}

/* After the protocol had its word. */
static void
go_on(struct stream *stream)
{
	if (!flush(stream))
		return;
	if (stream->is_over && !stream->is_waiting && stream->answers.length == 0) {
		end(stream, stream->left.length > 0 ? STREAM_CUT : STREAM_CLOSED);
		return;
	}
	watch(stream, awaited(stream));
	stand(stream);
}

/* Answers go out when all that had come was read: whoever has asked much at once is woken once, and not in between. */
static void
on_turn(evutil_socket_t socket, short what, void *context)
{
	struct stream_listener *listener = context;

	(void)socket;
	(void)what;
	/* Each goes into another line, or ends. */
	while (listener->answered.first != NULL)
		go_on(listener->answered.first);
}

static void
go_on_at_turn(struct stream *stream)
{
	struct stream_listener *listener = stream->listener;

	if (listener->answered.first == NULL)
		event_active(listener->turn, EV_TIMEOUT, 0);
	leave_line(stream);
	join_line(stream, &listener->answered);
}

static void
receive(struct stream *stream)
{
	struct stream_listener *listener = stream->listener;
	ssize_t n = get_bytes(stream, listener->bytes, sizeof(listener->bytes));
	bool is_none = n < 0 && (errno == EAGAIN || errno == EINTR);
	int on = 1;

	if (is_none && stream->link == NULL)
		return;
	if (n < 0 && !is_none) {
		end(stream, STREAM_BROKEN);
		return;
	}
	if (stream->is_tcp)
		(void)setsockopt(stream->socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
	/* What came was of TLS itself: a handshake is further, or at its end. */
	if (is_none) {
		go_on(stream);
		return;
	}
	if (n == 0)
		stream->is_over = true;
	else if (!take_new(stream, (struct text){listener->bytes, (size_t)n}))
		return;
	if (stream->has_taken && !stream->is_delayed)
		go_on_at_turn(stream);
	else
		go_on(stream);
}

/* Answers first, then what had come meanwhile. */
static void
go_on_after_answers(struct stream *stream)
{
	if (!flush(stream))
		return;
	if (stream->answers.length == 0 && stream->left.length > 0 && !take_left(stream))
		return;
	go_on(stream);
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;

	(void)socket;
	(void)what;
	if (is_crossed(stream) && stream->answers.length > 0)
		go_on_after_answers(stream);
	else
		receive(stream);
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;

	(void)socket;
	(void)what;
	if (is_crossed(stream) && stream->answers.length == 0)
		receive(stream);
	else
		go_on_after_answers(stream);
}

static void
on_delay(evutil_socket_t socket, short what, void *context)
{
	struct stream *stream = context;

	(void)socket;
	(void)what;
	stream->is_delayed = stream->is_waiting = false;
	go_on_after_answers(stream);
}

static bool
is_on_tcp(int socket)
{
	int domain = 0;
	socklen_t size = sizeof(domain);

	return getsockopt(socket, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
		(domain == AF_INET || domain == AF_INET6);
}

static struct stream *
new_stream(struct stream_listener *listener, int socket, const struct address *peer, uint16_t port)
{
	const struct stream_settings *settings = &listener->settings;
	struct stream *stream = xcalloc(1, sizeof(*stream) + settings->protocol->state_bytes);
	int on = 1;

	stream->listener = listener;
	stream->socket = socket;
	stream->peer = *peer;
	stream->port = port;
	stream->is_tcp = is_on_tcp(socket);
	if (stream->is_tcp)
		(void)setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (settings->tls != NULL)
		stream->link = tlslink_new(settings->tls, socket, &listener->counts.tls);
	/* What is read at a time comes behind what was left over. */
	buffer_init(&stream->left, settings->request_most + STREAM_READ);
	buffer_init(&stream->answers, settings->answer_most);
	stream->readable =
		event_new(listener->base, socket, EV_READ | EV_PERSIST, on_readable, stream);
	stream->writable = event_new(listener->base, socket, EV_WRITE, on_writable, stream);
	must(stream->readable != NULL && stream->writable != NULL);
	return stream;
}

static void
on_accept(struct evconnlistener *from, evutil_socket_t socket, struct sockaddr *address, int size,
	void *context)
{
	struct stream_listener *listener = context;
	const struct stream_settings *settings = &listener->settings;
	struct address peer;
	struct stream *stream;
	uint16_t port;

	(void)from;
	(void)size;
	endpoint_read(address, &peer, &port);
	if (listener->counts.open >= settings->connections_most) {
		listener->counts.turned_away++;
		close(socket);
		return;
	}
	if (settings->protocol->admit != NULL &&
		!settings->protocol->admit(settings->context, socket, &peer)) {
		listener->counts.refused++;
		close(socket);
		return;
	}
	listener->counts.accepted++;
	listener->counts.open++;
	stream = new_stream(listener, socket, &peer, port);
	watch(stream, EV_READ);
	/* That of TLS has begun, and has only so long. */
	join_line(stream, is_busy(stream) ? &listener->busy : &listener->idle);
	if (settings->protocol->begin != NULL)
		settings->protocol->begin(settings->context, stream);
}

/* No more descriptors, most likely: until the next tick. */
static void
on_accept_error(struct evconnlistener *listener, void *context)
{
	(void)context;
	(void)evconnlistener_disable(listener);
}

/* One whose protocol is to answer in its own time is not late. */
static void
end_late(struct line *line, int64_t limit_us, int64_t now)
{
	struct stream *next, *stream = line->first;

	for (; stream != NULL && now - stream->since_us >= limit_us; stream = next) {
		next = stream->after;
		if (!stream->is_waiting)
			end(stream, stream->answers.length > 0 ? STREAM_UNREAD : STREAM_IDLE);
	}
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct stream_listener *listener = context;
	int64_t now = listener->now_us = clock_steady();

	(void)socket;
	(void)what;
	end_late(&listener->busy, listener->settings.request_us, now);
	end_late(&listener->idle, listener->settings.idle_us, now);
	if (listener->settings.tls != NULL)
		tls_tick(listener->settings.tls, now);
	if (!listener->is_paused)
		(void)evconnlistener_enable(listener->listener);
}

struct stream_listener *
stream_listen(struct event_base *base, const struct stream_settings *settings)
{
	struct stream_listener *listener = xcalloc(1, sizeof(*listener));
	struct timeval second = {.tv_sec = 1};

	/* A plain write is cheaper than a send that asks for no signal, above all where calls are filtered. */
	(void)signal(SIGPIPE, SIG_IGN);
	listener->settings = *settings;
	listener->base = base;
	listener->now_us = clock_steady();
	must(evutil_make_socket_nonblocking(settings->socket) == 0);
	/* The backlog is that of the caller's listen(). */
	listener->listener = evconnlistener_new(
		base, on_accept, listener, LEV_OPT_CLOSE_ON_EXEC, 0, settings->socket);
	must(listener->listener != NULL);
	evconnlistener_set_error_cb(listener->listener, on_accept_error);
	listener->tick = event_new(base, -1, EV_PERSIST, on_tick, listener);
	must(listener->tick != NULL && event_add(listener->tick, &second) == 0);
	listener->turn = event_new(base, -1, 0, on_turn, listener);
	must(listener->turn != NULL);
	return listener;
}

struct stream_listener *
stream_unlisten(struct stream_listener *listener)
{
	if (listener == NULL)
		return NULL;
	evconnlistener_free(listener->listener);
	event_free(listener->tick);
	event_free(listener->turn);
	while (listener->answered.first != NULL)
		end(listener->answered.first, STREAM_STOPPED);
	while (listener->busy.first != NULL)
		end(listener->busy.first, STREAM_STOPPED);
	while (listener->idle.first != NULL)
		end(listener->idle.first, STREAM_STOPPED);
	free(listener);
	return NULL;
}

void
stream_pause(struct stream_listener *listener)
{
	listener->is_paused = true;
	(void)evconnlistener_disable(listener->listener);
}

void
stream_renew(struct stream_listener *listener, struct tls *tls)
{
	must(listener->settings.tls != NULL && tls != NULL);
	listener->settings.tls = tls;
}

struct stream_counts
stream_counts(const struct stream_listener *listener)
{
	return listener->counts;
}

void *
stream_state(struct stream *stream)
{
	return stream->state;
}

const struct address *
stream_peer(const struct stream *stream)
{
	return &stream->peer;
}

uint16_t
stream_port(const struct stream *stream)
{
	return stream->port;
}

void
stream_answer(struct stream *stream, const void *bytes, size_t size)
{
	if (!stream->is_closing)
		buffer_add(&stream->answers, bytes, size);
}

void
stream_wait(struct stream *stream)
{
	stream->is_waiting = true;
}

void
stream_go_on(struct stream *stream)
{
	must(!stream->is_taking);
	stream->is_waiting = false;
	if (stream->left.length > 0 && !take_left(stream))
		return;
	go_on(stream);
}

void
stream_delay(struct stream *stream, int64_t us)
{
	struct timeval time = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	if (stream->delay == NULL)
		stream->delay = event_new(stream->listener->base, -1, 0, on_delay, stream);
	must(stream->delay != NULL && event_add(stream->delay, &time) == 0);
	stream->is_delayed = stream->is_waiting = true;
}

void
stream_close(struct stream *stream)
{
	stream->is_closing = true;
}
