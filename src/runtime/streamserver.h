/* streamserver - connections of many peers that ask and get answers, on one event loop
 *
 * What:    takes connections on listening sockets, hands what comes on each to its protocol, and writes the answers;
 *          a peer that does wrong is closed, with a reason that is counted, and no other peer notices. A connection
 *          that holds no part of a request has no buffer, so thousands may wait. Over TCP what came is acknowledged at
 *          once: a peer that writes in small pieces without TCP_NODELAY would else wait 40 ms for each. Answers go out
 *          at the end of a turn of the loop, when all that had come was read.
 *          With a context of TLS (tls.h) all of it goes under TLS, and a handshake has as long as a request.
 * Owns:    connections; listening sockets are the caller's. libevent's base is the caller's, too. Connections keep the
 *          context of TLS that they began with.
 * Limits:  settings of each listener; STREAM_READ bytes are read at a time, so others have their turn.
 *          The process ignores SIGPIPE from stream_listen on.
 * Thread:  one.
 */
#ifndef LAZARET_RUNTIME_STREAMSERVER_H
#define LAZARET_RUNTIME_STREAMSERVER_H

#include "base/address.h"
#include "runtime/tlslink.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_READ 65536

struct event_base;
struct stream;
struct stream_listener;

/* Why a connection ended. */
enum stream_end {
	STREAM_CLOSED,    /* by the peer, with nothing left over */
	STREAM_CUT,       /* by the peer, in the middle of a request */
	STREAM_BROKEN,    /* an error of the socket, or of TLS */
	STREAM_WRONG,     /* the protocol says so */
	STREAM_UNREAD,    /* the peer does not read its answers */
	STREAM_IDLE,      /* a request did not come to its end, or nothing came for long */
	STREAM_DONE,      /* the protocol had said stream_close, and all is written */
	STREAM_STOPPED,   /* the server ends */
	STREAM_HANDSHAKE, /* that of TLS came to nothing: stream_counts has why */
	STREAM_ENDS
};

/* "closed" and so on, for the log and the metrics. */
extern const char *const stream_end_names[STREAM_ENDS];

struct stream_protocol {
	/* May this one come in? It is closed at once otherwise, and counted. Whom it let in ends with `end`. The
	 * socket is to ask, and no more; of one that is not TCP the address is all zero. May be NULL. */
	bool (*admit)(void *context, int socket, const struct address *peer);
	/* Memory of each connection, zeroed at its begin. */
	size_t state_bytes;
	void (*begin)(void *context, struct stream *stream); /* may be NULL */
	/* Takes whole requests from the front of the bytes: how many bytes that were. What is left comes again with
	 * more. Negative: the peer does wrong. */
	int64_t (*take)(void *context, struct stream *stream, struct text bytes);
	void (*end)(void *context, struct stream *stream, enum stream_end why); /* may be NULL */
};

struct stream_settings {
	int socket; /* listens */
	const struct stream_protocol *protocol;
	void *context;
	size_t connections_most; /* more are closed at once, and counted */
	size_t request_most;     /* bytes that a protocol may leave over */
	size_t answer_most;      /* bytes that may wait for a peer to read them */
	int64_t request_us;      /* a request that has begun must come to its end in this */
	int64_t idle_us;         /* without a request */
	struct tls *tls;         /* NULL: plain */
};

struct stream_counts {
	uint64_t accepted;
	uint64_t turned_away; /* there were too many */
	uint64_t refused;     /* by the protocol */
	uint64_t ended[STREAM_ENDS];
	size_t open;
	struct tls_counts tls;
};

struct stream_listener *stream_listen(
	struct event_base *base, const struct stream_settings *settings);

/* Ends it and its connections. */
struct stream_listener *stream_unlisten(struct stream_listener *listener);

/* Takes no more connections: they wait for whoever listens at the socket next. Those that are there go on. */
void stream_pause(struct stream_listener *listener);

/* Connections that come from now on begin with this context, of one that had one. The caller may free the old one. */
void stream_renew(struct stream_listener *listener, struct tls *tls);

struct stream_counts stream_counts(const struct stream_listener *listener);

/* Its memory. */
void *stream_state(struct stream *stream);

const struct address *stream_peer(const struct stream *stream);

/* The port that it comes from; 0 of a socket that is not TCP. */
uint16_t stream_port(const struct stream *stream);

/* Answers, in order; written when the protocol returns. */
void stream_answer(struct stream *stream, const void *bytes, size_t size);

/* What comes is not looked at until stream_go_on, which the protocol calls in its own time, not from take. It writes
 * what was answered meanwhile, also where nothing waited, and the stream may end in it. */
void stream_wait(struct stream *stream);
void stream_go_on(struct stream *stream);

/* What was answered since the protocol has the word goes out in so long only, and what comes until then waits. Not
 * together with stream_wait. */
void stream_delay(struct stream *stream, int64_t us);

/* After all answers; there are no others then. */
void stream_close(struct stream *stream);

#endif
