/* redisclient - a connection to one of several Redis servers, which comes back by itself
 *
 * What:    goes through the servers that are given until one answers, with pauses that grow, says who it is (AUTH),
 *          and is ready then. A server that refuses a command is left, for the one that it names (MOVED, ASK of a
 *          cluster) or for the next; so is one that does not answer in time. What was not answered is the user's to
 *          send again.
 * Owns:    its connection.
 * Limits:  REDISCLIENT_HOPS servers named one by another, then there is a pause; a server is named by its address.
 * Thread:  one. The callbacks may send, expect and leave, but not free it.
 */
#ifndef LAZARET_RUNTIME_REDISCLIENT_H
#define LAZARET_RUNTIME_REDISCLIENT_H

#include "runtime/exchange.h"
#include "runtime/redislink.h"

#define REDISCLIENT_SERVERS  16
#define REDISCLIENT_HOPS     5
#define REDISCLIENT_SECRET   256
#define REDISCLIENT_FIRST_US 100000
#define REDISCLIENT_MOST_US  800000

struct redisclient_settings {
	struct redis_place server[REDISCLIENT_SERVERS];
	size_t servers;
	size_t first; /* that is tried */
	struct text user;
	struct text password; /* empty: no AUTH */
	size_t output_most;
	int64_t silence_us;
	struct exchange_state *state; /* counts connections, failures, wrong and redirects there */
};

struct redisclient_user {
	void (*ready)(void *context);
	void (*answer)(void *context, const struct redis_value *value); /* no error is among them */
	void *context;
};

struct redisclient;

/* Begins at once. User and password may be gone after this; they are cut to REDISCLIENT_SECRET. */
struct redisclient *redisclient_new(struct event_base *base,
	const struct redisclient_settings *settings, const struct redisclient_user *user);
struct redisclient *redisclient_free(struct redisclient *client);

bool redisclient_is_ready(const struct redisclient *client);

/* While it is ready. -ENOBUFS: too much waits already. */
int redisclient_send(struct redisclient *client, const struct text *words, size_t count) MUST_USE;

/* An answer must come in so many microseconds; 0: none is waited for. */
void redisclient_expect(struct redisclient *client, int64_t us);

/* Its answers are not what they should be. */
void redisclient_leave(struct redisclient *client, const char *why);

#endif
