/* SPDX-License-Identifier: BSD-2-Clause */
/* A relay guard that shares its counts through Redis, and answers lines on a Unix socket: what a test of several needs.
 *
 *     shareguard SOCKET RULE STREAM KEEP SERVER...
 *
 * "take NAME RECIPIENTS": a message of an account is at its end; "yes" or "no". "count NAME": recipients of the last
 * hour. "state": a line of JSON. It ends when its standard input does. */
#include "identity/accountname.h"
#include "runtime/clock.h"
#include "runtime/exchangeredis.h"
#include "runtime/sockets.h"
#include "runtime/streamserver.h"
#include "service/relayshare.h"

#include <errno.h>
#include <event2/event.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct hash_key secret = {{1, 2, 3}};

struct program {
	struct event_base *base;
	struct guard *guard;
	struct exchange *exchange;
	struct relayshare *share;
	struct clock clock;
	uint64_t messages;
	struct buffer line;
};

static struct wall
now(void *context)
{
	struct program *program = context;

	(void)clock_read(&program->clock);
	return program->clock.now;
}

static bool
take_message(struct program *program, struct text name, uint32_t recipients)
{
	struct responsible_input input = {.account = name, .class = LIMIT_ACCOUNT};
	struct responsible who;

	responsible_find(&input, &secret, &who);
	return guard_ask(program->guard,
		&(struct guard_ask){.message = hash_mix(++program->messages),
			.responsible = &who,
			.count = recipients,
			.stage = GUARD_END},
		now(program))
		.passes;
}

static void
print_state(struct program *program)
{
	struct relayshare_counts share = relayshare_counts(program->share);
	struct guard_counts guard = guard_counts(program->guard);
	struct exchange_state state;
	char position[EXCHANGE_POSITION];

	exchange_state(program->exchange, &state);
	exchange_position(program->exchange, position);
	buffer_print(&program->line,
		"{\"connected\": %s, \"connections\": %" PRIu64 ", \"failures\": %" PRIu64
		", \"redirects\": %" PRIu64 ", \"rewinds\": %" PRIu64
		", \"waiting_bytes\": %zu, \"position\": \"%s\", \"why\": ",
		state.is_connected ? "true" : "false", state.connections, state.failures,
		state.redirects, state.rewinds, state.waiting, position);
	buffer_json(&program->line, text_of(state.why));
	buffer_print(&program->line,
		", \"batches_out\": %" PRIu64 ", \"changes_out\": %" PRIu64
		", \"batches_in\": %" PRIu64 ", \"changes_in\": %" PRIu64 ", \"lost\": %" PRIu64
		", \"gaps\": %" PRIu64 ", \"missed\": %" PRIu64 ", \"again\": %" PRIu64
		", \"wrong\": %" PRIu64 ", \"foreign\": %" PRIu64
		", \"waiting\": %zu, \"relays\": %zu, \"lag_us\": %" PRId64
		", \"lag_most_us\": %" PRId64 ", \"joined\": %" PRIu64 "}\n",
		share.batches_out, share.changes_out, share.batches_in, share.changes_in,
		share.lost, share.gaps, share.missed, share.again, share.wrong, share.foreign,
		share.waiting, share.relays, share.lag_us, share.lag_most_us, guard.joined);
}

static bool
answer(struct program *program, struct text line)
{
	struct text rest = line, word = text_cut(&rest, ' '), name = text_cut(&rest, ' ');
	uint64_t recipients;

	if (text_is(word, "take") && text_parse_u64(rest, 1000000, &recipients) == 0) {
		bool passes = take_message(program, name, (uint32_t)recipients);

		buffer_print(&program->line, passes ? "yes\n" : "no\n");
	} else if (text_is(word, "count")) {
		buffer_print(&program->line, "%u\n",
			guard_count(program->guard, accountname_pseudonym(name, &secret),
				LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, now(program)));
	} else if (text_is(word, "state")) {
		print_state(program);
	} else {
		return false;
	}
	return true;
}

static int64_t
take(void *context, struct stream *stream, struct text bytes)
{
	struct program *program = context;
	struct text rest = bytes;

	buffer_clear(&program->line);
	while (memchr(rest.at, '\n', rest.length) != NULL) {
		if (!answer(program, text_cut(&rest, '\n')))
			return -EBADMSG;
	}
	stream_answer(stream, program->line.at, program->line.length);
	return rest.at - bytes.at;
}

static const struct stream_protocol protocol = {.take = take};

static void
on_input(evutil_socket_t socket, short what, void *context)
{
	char byte;

	(void)what;
	if (read(socket, &byte, 1) <= 0)
		event_base_loopbreak(context);
}

static struct guard *
guard_of(const char *rule)
{
	struct guard_settings settings = {.keys_most = 200000, .messages_most = 1000000};
	struct fail fail;
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	if (rule_parse(text_of(rule), &settings.rule[LIMIT_ACCOUNT], &column, &fail) < 0) {
		fprintf(stderr, "%s\n", fail.what);
		exit(2);
	}
	return guard_new(&settings);
}

static void
fail_with(const struct fail *fail)
{
	fprintf(stderr, "shareguard: %s %s\n", fail->where, fail->what);
	exit(2);
}

static struct exchange *
exchange_of(
	struct event_base *base, const char *stream, const char *keep, char **server, int servers)
{
	struct exchangeredis_settings settings = {
		.stream = text_of(stream),
		.bytes_most = 1 << 20,
		.silence_us = 2 * WALL_SECOND,
	};
	struct exchange *exchange;
	struct fail fail = {0};

	if (text_parse_u64(text_of(keep), 1000000, &settings.keep) < 0 ||
		servers > EXCHANGEREDIS_SERVERS)
		exit(2);
	for (int i = 0; i < servers; i++) {
		if (redis_place_parse(text_of(server[i]), &settings.server[i], &fail) < 0)
			fail_with(&fail);
	}
	settings.servers = (size_t)servers;
	if (exchangeredis_new(base, &settings, &exchange, &fail) < 0)
		fail_with(&fail);
	return exchange;
}

static struct stream_listener *
listen_on(struct program *program, const char *path)
{
	struct unix_settings at = {.path = path,
		.type = SOCK_STREAM,
		.mode = 0600,
		.user = (uid_t)-1,
		.group = (gid_t)-1,
		.backlog = 100};
	struct fail fail = {0};
	int listening = sockets_open_unix(&at, &fail);
	struct stream_settings settings = {.socket = listening,
		.protocol = &protocol,
		.context = program,
		.connections_most = 1000,
		.request_most = 1000,
		.answer_most = 1 << 20,
		.request_us = WALL_MINUTE,
		.idle_us = WALL_HOUR};

	if (listening < 0)
		fail_with(&fail);
	return stream_listen(program->base, &settings);
}

int
main(int count, char **words)
{
	static struct program program;
	struct stream_listener *listener;
	struct event *input;

	if (count < 6) {
		fprintf(stderr, "usage: shareguard SOCKET RULE STREAM KEEP SERVER...\n");
		return 2;
	}
	program.base = event_base_new();
	clock_begin(&program.clock, (struct wall){0});
	buffer_init(&program.line, 1 << 20);
	program.guard = guard_of(words[2]);
	program.exchange = exchange_of(program.base, words[3], words[4], words + 5, count - 5);
	program.share = relayshare_new(program.base,
		&(struct relayshare_settings){.guard = program.guard,
			.exchange = program.exchange,
			.key = secret,
			.changes_most = 100000,
			.now = now,
			.context = &program});
	listener = listen_on(&program, words[1]);
	input = event_new(program.base, 0, EV_READ | EV_PERSIST, on_input, program.base);
	must(input != NULL && event_add(input, NULL) == 0);
	(void)event_base_dispatch(program.base);
	event_free(input);
	stream_unlisten(listener);
	relayshare_free(program.share);
	exchange_end(program.exchange);
	guard_free(program.guard);
	buffer_done(&program.line);
	event_base_free(program.base);
	return 0;
}
