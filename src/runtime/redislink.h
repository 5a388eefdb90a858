/* redislink - one connection to a Redis server, on an event loop
 *
 * What:    commands out, answers in; connecting, writing and reading never wait. It says when it is there (up), what is
 *          answered (answer), and when it has ended by itself (down): then it may be opened again.
 * Owns:    its socket and buffers. No name is ever looked up: servers are addresses or paths of Unix sockets.
 * Limits:  output_most bytes that wait to be written; answers as in redisreply.h.
 * Thread:  one. The callbacks may open, close and send, but not free it.
 */
#ifndef LAZARET_RUNTIME_REDISLINK_H
#define LAZARET_RUNTIME_REDISLINK_H

#include "base/address.h"
#include "runtime/redisreply.h"

/* Of a Unix socket, with its end: as sockaddr_un has it. */
#define REDIS_PATH 108

struct redis_place {
	char path[REDIS_PATH]; /* "": the address */
	struct address address;
	uint16_t port;
};

/* "/run/redis.sock", "192.0.2.1:6379" or "[2001:db8::1]:6379". */
int redis_place_parse(struct text text, struct redis_place *ret, struct fail *fail) MUST_USE;

enum redislink_end {
	REDISLINK_FAILED, /* an error of the socket, or the server ended it */
	REDISLINK_WRONG   /* what came is no answer of a Redis server */
};

struct redislink_user {
	void (*up)(void *context);
	void (*answer)(void *context, const struct redis_value *value);
	void (*down)(void *context, enum redislink_end how, const char *why);
	void *context;
};

struct event_base;
struct redislink;

struct redislink *redislink_new(
	struct event_base *base, const struct redislink_user *user, size_t output_most);
struct redislink *redislink_free(struct redislink *link);

/* 0: up or down will be called, not before this returns; else -errno, and neither. Closes what was open. */
int redislink_open(struct redislink *link, const struct redis_place *place) MUST_USE;
void redislink_close(struct redislink *link);

/* -ENOBUFS: too much waits already; nothing was added. */
int redislink_send(struct redislink *link, const struct text *words, size_t count) MUST_USE;

#define REDISLINK_WORDS 16

#endif
