/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The guard alone behind its policy protocol: the stream server and what decides, without the daemon around it.
 * Limits of hour and day on messages and recipients of each account are asked and counted, and so high that nothing
 * is refused.
 *
 *     policyguard unix:PATH|tcp:PORT [KEYS]
 */
#include "../loopback.h"
#include "policysocket.h"
#include "runtime/clock.h"
#include "service/relaypolicy.h"

#include <event2/event.h>
#include <stdio.h>

#define KEYS     2000000
#define MESSAGES 262144
#define LIMITS_OF_ALL                                                                              \
	"60000 messages/hour, 65000 messages/day, 60000 recipients/hour, 65000 recipients/day"

struct server {
	struct event_base *base;
	struct relaypolicy policy;
};

static struct clock clock_now;

static struct wall
now(void *context)
{
	(void)context;
	(void)clock_read(&clock_now);
	return clock_now.now;
}

static void
on_second(evutil_socket_t socket, short what, void *context)
{
	struct server *server = context;

	(void)socket;
	(void)what;
	relay_advance(server->policy.relay, now(NULL));
	if (loopback_stop)
		event_base_loopbreak(server->base);
}

int
main(int argc, char **argv)
{
	struct relay_settings settings = {
		.keys_most = KEYS, .messages_most = MESSAGES, .slow_from = 100};
	struct server server = {.base = event_base_new(), .policy = {.now = now}};
	struct timeval second = {.tv_sec = 1};
	struct event *tick = event_new(server.base, -1, EV_PERSIST, on_second, &server);
	struct stream_settings stream = {.protocol = &relaypolicy_protocol,
		.context = &server.policy,
		.connections_most = 10000,
		.request_most = POLICY_REQUEST,
		.answer_most = 1 << 20,
		.request_us = 60 * WALL_SECOND,
		.idle_us = 600 * WALL_SECOND};
	struct stream_listener *listener;
	struct guard *guard;
	struct fail fail = {0};
	size_t column;

	if (argc < 2 || argc > 3) {
		fprintf(stderr, "usage: policyguard unix:PATH|tcp:PORT [KEYS]\n");
		return 2;
	}
	if (argc == 3)
		settings.keys_most = loopback_number("keys", argv[2], 100000000);
	loopback_catch();
	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	if (rule_parse(TEXT(LIMITS_OF_ALL), &settings.rule[LIMIT_ACCOUNT], &column, &fail) < 0)
		loopback_fail("rule");
	clock_begin(&clock_now, (struct wall){0});
	hash_key_random(&settings.key);
	server.policy.key = settings.key;
	server.policy.relay = relay_new(&settings);
	guard = relay_guard(server.policy.relay);
	relaypolicy_begin(&server.policy);
	stream.socket = policysocket_listen(argv[1]);
	listener = stream_listen(server.base, &stream);
	must(tick != NULL && event_add(tick, &second) == 0);
	event_base_dispatch(server.base);
	fprintf(stderr, "%lu requests, %lu denied, %zu keys, %lu messages, %lu unlimited\n",
		server.policy.counts.requests, server.policy.counts.denied, guard_keys(guard).held,
		guard_counts(guard).messages, guard_counts(guard).unlimited);
	stream_unlisten(listener);
	event_free(tick);
	event_base_free(server.base);
	relaypolicy_done(&server.policy);
	relay_free(server.policy.relay);
	return 0;
}
