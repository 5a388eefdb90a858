/* SPDX-License-Identifier: BSD-2-Clause */
/* A relay guard that speaks milter: milterguard [unix:PATH | inet:PORT | LIMIT=RULE | slow=SECONDS]..., listening on
 * loopback. Prints "ready" when it listens, and for each line of standard input its figures in one line, NAME=NUMBER
 * each; ends with it. Messages from hold@..., reject@... and slow@... get that decision at their end whatever the
 * limits say; those whose sender has "case" in it have a case of that number. */
#include "runtime/clock.h"
#include "service/relaymilter.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENERS_MOST 4
#define CASE           "K7Q2M3XW"

struct program {
	struct event_base *base;
	struct relay *relay;
	struct clock clock;
	struct relaymilter milter[LISTENERS_MOST];
	struct stream_listener *listener[LISTENERS_MOST];
	size_t count;
};

static int64_t slow_us;

struct decision __real_relay_decide(
	struct relay *relay, const struct envelope *envelope, struct wall now);
struct decision __wrap_relay_decide(
	struct relay *relay, const struct envelope *envelope, struct wall now);

struct decision
__wrap_relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now)
{
	struct decision decision = __real_relay_decide(relay, envelope, now);
	struct text sender = envelope->sender;

	if (sender.length > 0 && memmem(sender.at, sender.length, "case", 4) != NULL)
		memcpy(decision.number, CASE, sizeof(CASE));
	if (envelope->stage != ENVELOPE_END)
		return decision;
	if (text_starts(sender, "hold@"))
		decision.act = DECISION_HOLD;
	else if (text_starts(sender, "reject@"))
		decision.act = DECISION_REJECT;
	else if (text_starts(sender, "slow@"))
		decision.act = DECISION_SLOW;
	decision.would = decision.act;
	decision.slow_us = slow_us;
	return decision;
}

static struct wall
now_of(void *context)
{
	struct program *program = context;

	(void)clock_read(&program->clock);
	return program->clock.now;
}

static int
bound(int domain, const void *address, socklen_t size)
{
	int on = 1, listening = socket(domain, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (listening < 0)
		return -errno;
	(void)setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(listening, address, size) == 0 && listen(listening, 64) == 0)
		return listening;
	close(listening);
	return -errno;
}

/* A listening socket; -EINVAL: that is no place to listen at. */
static int
opened(struct text place)
{
	struct sockaddr_in inet = {
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_un unix_ = {.sun_family = AF_UNIX};
	struct text kind = text_cut(&place, ':');
	uint64_t port;
	int r;

	if (text_is(kind, "inet") && text_parse_u64(place, UINT16_MAX, &port) == 0) {
		inet.sin_port = htons((uint16_t)port);
		return bound(AF_INET, &inet, sizeof(inet));
	}
	if (!text_is(kind, "unix") || place.length >= sizeof(unix_.sun_path))
		return -EINVAL;
	memcpy(unix_.sun_path, place.at, place.length);
	r = bound(AF_UNIX, &unix_, sizeof(unix_));
	if (r >= 0 && chmod(unix_.sun_path, 0666) < 0)
		return -errno;
	return r;
}

static int
listen_at(struct program *program, const char *place)
{
	struct relaymilter *milter = &program->milter[program->count];
	struct stream_settings settings = {
		.socket = opened(text_of(place)),
		.protocol = &relaymilter_protocol,
		.context = milter,
		.connections_most = 1000,
		.request_most = MILTER_PACKET + 4,
		.answer_most = 65536,
		.request_us = 60 * WALL_SECOND,
		.idle_us = WALL_HOUR,
	};

	if (settings.socket < 0 || program->count == LISTENERS_MOST)
		return settings.socket < 0 ? settings.socket : -ENOSPC;
	*milter = (struct relaymilter){
		.relay = program->relay,
		.text = {.language = REPLY_EN, .help = TEXT("https://help.example.net/")},
		.adds_trace = true,
		.number = (uint32_t)program->count,
		.base = program->base,
		.now = now_of,
		.context = program,
	};
	hash_key_random(&milter->key);
	relaymilter_begin(milter);
	program->listener[program->count++] = stream_listen(program->base, &settings);
	return 0;
}

static void
print_figures(const struct program *program)
{
	struct guard_counts guard = guard_counts(relay_guard(program->relay));
	struct relaymilter_counts sum = {0};
	uint64_t streams = 0, faults = 0;

	for (size_t i = 0; i < program->count; i++) {
		const struct relaymilter_counts *one = &program->milter[i].counts;

		sum.connections += one->connections;
		sum.messages += one->messages;
		sum.recipients += one->recipients;
		sum.denied += one->denied;
		sum.held += one->held;
		sum.slowed += one->slowed;
		sum.aborted += one->aborted;
		for (int fault = 0; fault < MILTER_FAULTS; fault++)
			faults += one->fault[fault];
		streams += stream_counts(program->listener[i]).accepted;
	}
	printf("streams=%llu connections=%llu messages=%llu recipients=%llu denied=%llu held=%llu "
	       "slowed=%llu aborted=%llu faults=%llu passed=%llu given_back=%llu open=%zu\n",
		(unsigned long long)streams, (unsigned long long)sum.connections,
		(unsigned long long)sum.messages, (unsigned long long)sum.recipients,
		(unsigned long long)sum.denied, (unsigned long long)sum.held,
		(unsigned long long)sum.slowed, (unsigned long long)sum.aborted,
		(unsigned long long)faults, (unsigned long long)guard.messages,
		(unsigned long long)guard.given_back, guard.open);
	fflush(stdout);
}

static void
on_input(evutil_socket_t input, short what, void *context)
{
	struct program *program = context;
	char bytes[256];
	ssize_t n = read(input, bytes, sizeof(bytes));

	(void)what;
	if (n <= 0)
		(void)event_base_loopbreak(program->base);
	for (ssize_t i = 0; i < n; i++)
		if (bytes[i] == '\n')
			print_figures(program);
}

static int
set_rule(struct relay_settings *settings, struct text name, struct text rule, struct fail *fail)
{
	uint64_t seconds;
	size_t column;

	if (text_is(name, "slow") && text_parse_u64(rule, 60, &seconds) == 0) {
		slow_us = (int64_t)seconds * WALL_SECOND;
		return 0;
	}
	for (int i = 0; i < LIMITS; i++)
		if (text_is(name, limit_names[i]))
			return rule_parse(rule, &settings->rule[i], &column, fail);
	fail_what(fail, "no limit");
	return -EINVAL;
}

static bool
begin(struct program *program, int count, char **words)
{
	struct relay_settings settings = {
		.keys_most = 100000, .messages_most = 10000, .holds = true, .slow_from = 100};
	struct fail fail = {0};

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	for (int i = 1; i < count; i++) {
		struct text rule = text_of(words[i]), name = text_cut(&rule, '=');

		if (rule.length > 0 && set_rule(&settings, name, rule, &fail) < 0) {
			fprintf(stderr, "%s: %s\n", words[i], fail.what);
			return false;
		}
	}
	hash_key_random(&settings.key);
	program->relay = relay_new(&settings);
	for (int i = 1; i < count; i++) {
		int r = strchr(words[i], '=') == NULL ? listen_at(program, words[i]) : 0;

		if (r < 0) {
			fprintf(stderr, "%s: %s\n", words[i], strerror(-r));
			return false;
		}
	}
	return true;
}

int
main(int count, char **words)
{
	struct program program = {.base = event_base_new()};
	struct event *input =
		event_new(program.base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, &program);

	must(input != NULL && event_add(input, NULL) == 0);
	if (!begin(&program, count, words))
		return 1;
	puts("ready");
	fflush(stdout);
	(void)event_base_dispatch(program.base);
	for (size_t i = 0; i < program.count; i++) {
		stream_unlisten(program.listener[i]);
		relaymilter_done(&program.milter[i]);
	}
	relay_free(program.relay);
	event_free(input);
	event_base_free(program.base);
	return 0;
}
