/* relay_fixture - a relay behind a real stream server on loopback, a mail server's side of it, and all that it is asked
 *
 * relay_decide is wrapped (see meson.build): every question and its answer is written down, and where the fixture says
 * so the answer comes from words in the addresses instead of from the relay. One at a time.
 */
#ifndef LAZARET_TESTS_RELAY_FIXTURE_H
#define LAZARET_TESTS_RELAY_FIXTURE_H

#include "base/table.h"
#include "runtime/streamserver.h"
#include "service/relaymilter.h"
#include "service/relaypolicy.h"
#include "unit.h"

#include <event2/event.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define BYTES(string) (string), sizeof(string) - 1

struct fixture {
	struct event_base *base;
	struct stream_listener *listener;
	struct relay *relay;
	struct relaymilter milter;
	struct relaypolicy policy;
	struct wall now;
	bool is_scripted;
	bool is_late;
	int listening;
	int client;
	struct buffer told;  /* questions, or decisions */
	struct buffer heard; /* that came back and was not looked at yet */
	bool tells_decisions;
	uint64_t message[16]; /* names of messages in the order in which they came */
	unsigned messages;
};

static struct fixture *the_fixture;

struct decision __real_relay_decide(
	struct relay *relay, const struct envelope *envelope, struct wall now);
struct decision __wrap_relay_decide(
	struct relay *relay, const struct envelope *envelope, struct wall now);

static inline bool
has_word(struct text text, const char *word)
{
	return text.length > 0 && memmem(text.at, text.length, word, strlen(word)) != NULL;
}

static inline struct decision
scripted(const struct envelope *envelope, struct wall now)
{
	struct text from = envelope->stage == ENVELOPE_RECIPIENT ? envelope->recipient
		: envelope->stage == ENVELOPE_END                ? envelope->sender
								 : TEXT("");
	struct decision decision = {
		.act = has_word(from, "slow")      ? DECISION_SLOW
			: has_word(from, "defer")  ? DECISION_DEFER
			: has_word(from, "hold")   ? DECISION_HOLD
			: has_word(from, "reject") ? DECISION_REJECT
						   : DECISION_PASS,
		.limit = LIMIT_ACCOUNT,
		.why = {.what = RULE_RECIPIENTS,
			.bound = WINDOW_BY_HOUR,
			.limit = 200,
			.free = {now.us + 23 * WALL_MINUTE}},
		.slow_us = has_word(from, "very-slow") ? 3600 * WALL_SECOND : 1000,
	};

	decision.would = has_word(from, "shadow") ? DECISION_DEFER : decision.act;
	if (has_word(envelope->sender, "case"))
		memcpy(decision.number, "K7Q2M3XW", 8);
	return decision;
}

static inline unsigned
number_of(struct fixture *fixture, uint64_t message)
{
	assert_true(message != 0);
	for (unsigned i = 0; i < fixture->messages; i++)
		if (fixture->message[i] == message)
			return i + 1;
	assert_true(fixture->messages < sizeof(fixture->message) / sizeof(*fixture->message));
	fixture->message[fixture->messages++] = message;
	return fixture->messages;
}

/* An answer that belongs to a line of the mail server. */
static inline void
tell_decision(const struct envelope *envelope, const struct decision *decision)
{
	const struct window_answer *why = &decision->why;

	buffer_print(
		&the_fixture->told, "%u %s", envelope->stage, decision_act_names[decision->act]);
	if (decision->would != decision->act)
		buffer_print(&the_fixture->told, " (%s)", decision_act_names[decision->would]);
	if (decision->would != DECISION_PASS)
		buffer_print(&the_fixture->told, " %s %s %u %d %u/%u in %lld s",
			limit_names[decision->limit], rule_what_names[why->what], why->bound,
			why->never, why->counted, why->limit,
			(long long)((why->free.us - the_fixture->now.us) / WALL_SECOND));
	buffer_print(&the_fixture->told, "\n");
}

static inline void
tell_question(const struct envelope *envelope)
{
	static const char *const names[] = {"RCPT", "DATA", "END", "ABORT"};
	const struct {
		const char *name;
		struct text text;
	} part[] = {{" account=", envelope->account}, {" certificate=", envelope->certificate},
		{" from=", envelope->sender}, {" to=", envelope->recipient},
		{" id=", envelope->queue_id}};
	struct address none = {{0}};
	char client[ADDRESS_TEXT];

	buffer_print(&the_fixture->told, "%s %u", names[envelope->stage],
		number_of(the_fixture, envelope->message));
	for (size_t i = 0; i < sizeof(part) / sizeof(*part); i++)
		if (part[i].text.length > 0)
			buffer_print(&the_fixture->told, "%s%.*s", part[i].name,
				(int)part[i].text.length, part[i].text.at);
	if (!address_equal(&envelope->client, &none))
		buffer_print(&the_fixture->told, " %s", address_format(&envelope->client, client));
	if (envelope->count > 0)
		buffer_print(&the_fixture->told, " %u", envelope->count);
	buffer_print(&the_fixture->told, "%s\n", envelope->is_local ? " local" : "");
}

struct decision
__wrap_relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now)
{
	struct decision decision = the_fixture->is_scripted
		? scripted(envelope, now)
		: __real_relay_decide(relay, envelope, now);

	if (!the_fixture->tells_decisions)
		tell_question(envelope);
	else if (envelope->stage != ENVELOPE_ABORT)
		tell_decision(envelope, &decision);
	return decision;
}

static inline struct wall
now_of(void *context)
{
	return ((struct fixture *)context)->now;
}

static inline bool
is_late_of(void *context)
{
	return ((struct fixture *)context)->is_late;
}

static inline int
connected_to(int listening)
{
	struct sockaddr_in at;
	socklen_t size = sizeof(at);
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(getsockname(listening, (struct sockaddr *)&at, &size), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&at, size), 0);
	return client;
}

/* As a daemon has it: is_milter or the policy protocol. */
static inline void
fixture_begin(struct fixture *fixture, const struct relay_settings *settings, bool is_milter)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct relaytext text = {.language = REPLY_EN, .help = TEXT("https://help.example/")};
	struct stream_settings stream = {
		.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.connections_most = 10,
		.request_most = 65536,
		.answer_most = 1 << 20,
		.request_us = 60 * WALL_SECOND,
		.idle_us = 60 * WALL_SECOND,
	};

	*fixture = (struct fixture){.base = event_base_new(), .now = {WALL_DAY}};
	the_fixture = fixture;
	fixture->relay = relay_new(settings);
	buffer_init(&fixture->told, 1 << 20);
	buffer_init(&fixture->heard, 1 << 20);
	fixture->milter = (struct relaymilter){.relay = fixture->relay,
		.text = text,
		.adds_trace = true,
		.base = fixture->base,
		.now = now_of,
		.is_late = is_late_of,
		.context = fixture};
	fixture->policy = (struct relaypolicy){
		.relay = fixture->relay, .text = text, .now = now_of, .context = fixture};
	relaymilter_begin(&fixture->milter);
	relaypolicy_begin(&fixture->policy);
	stream.protocol = is_milter ? &relaymilter_protocol : &relaypolicy_protocol;
	stream.context = is_milter ? (void *)&fixture->milter : (void *)&fixture->policy;
	assert_int_equal(bind(stream.socket, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(stream.socket, 16), 0);
	fixture->listener = stream_listen(fixture->base, &stream);
	fixture->listening = stream.socket;
	fixture->client = connected_to(stream.socket);
}

static inline void
fixture_end(struct fixture *fixture)
{
	fixture->listener = stream_unlisten(fixture->listener);
	close(fixture->listening);
	relaymilter_done(&fixture->milter);
	relaypolicy_done(&fixture->policy);
	relay_free(fixture->relay);
	event_base_free(fixture->base);
	assert_false(fixture->told.failed || fixture->heard.failed);
	buffer_done(&fixture->told);
	buffer_done(&fixture->heard);
	if (fixture->client >= 0)
		close(fixture->client);
}

static inline void
fixture_turn(struct fixture *fixture)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(fixture->base, EVLOOP_NONBLOCK);
}

static inline void
fixture_say(struct fixture *fixture, const void *bytes, size_t size)
{
	assert_int_equal(write(fixture->client, bytes, size), size);
	fixture_turn(fixture);
}

/* What is there now, added to what was heard. False: there is nothing. */
static inline bool
fixture_hear(struct fixture *fixture)
{
	char bytes[4096];
	ssize_t n = recv(fixture->client, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (n > 0)
		buffer_add(&fixture->heard, bytes, (size_t)n);
	return n > 0;
}

/* Until so many bytes were heard; the limit of time is the whole test's. */
static inline void
fixture_wait_for(struct fixture *fixture, size_t size)
{
	while (fixture->heard.length < size) {
		if (!fixture_hear(fixture))
			event_base_loop(fixture->base, EVLOOP_ONCE);
	}
}

/* Until a connection has ended so. */
static inline void
fixture_wait_for_end(struct fixture *fixture, enum stream_end why)
{
	while (stream_counts(fixture->listener).ended[why] == 0)
		event_base_loop(fixture->base, EVLOOP_ONCE);
}

/* With all that came read: what is not makes the connection break. */
static inline void
fixture_hang_up(struct fixture *fixture)
{
	fixture_turn(fixture);
	while (fixture_hear(fixture))
		continue;
	close(fixture->client);
	fixture->client = -1;
}

#endif
