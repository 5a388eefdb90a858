/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaylisten.h"

#include "service/relaylogin.h"

/* A request must come whole in this time, and the next one within that: Postfix lets a connection go after 300 s. */
#define REQUEST_US (20 * WALL_SECOND)
#define IDLE_US    (30 * WALL_MINUTE)
/* A milter hears nothing while a message comes, however slowly. */
#define MILTER_IDLE_US (2 * WALL_HOUR)
/* Of answers that a peer does not read. */
#define ANSWER_MOST 65536

/* Of the process' descriptors, for all but connections. */
#define DESCRIPTORS_OWN 128

/* Connections of one place. */
static size_t
connections_of(const struct relaylisten *listen, size_t places)
{
	size_t most = listen->of.settings->connections_most, all = listen->of.descriptors, share;

	if (all == 0)
		return most;
	share = (all > 2 * DESCRIPTORS_OWN ? all - DESCRIPTORS_OWN : all / 2) / places;
	share += share == 0;
	return most < share ? most : share;
}

static void
begin_policy(struct relaylisten *listen, struct relaylisten_at *at, struct stream_settings *stream)
{
	const struct relaying_settings *settings = listen->of.settings;

	at->policy = (struct relaypolicy){
		.relay = listen->of.relay,
		.key = listen->of.key,
		.text = {.language = settings->language, .help = text_of(settings->help)},
		.now = listen->of.now,
		.is_late = listen->of.is_late,
		.fails_closed = settings->fails_closed,
		.context = listen->of.context,
	};
	relaypolicy_begin(&at->policy);
	stream->protocol = &relaypolicy_protocol;
	stream->context = &at->policy;
	stream->request_most = POLICY_REQUEST;
	stream->idle_us = IDLE_US;
}

static void
begin_milter(struct relaylisten *listen, struct relaylisten_at *at, struct stream_settings *stream)
{
	const struct relaying_settings *settings = listen->of.settings;

	at->milter = (struct relaymilter){
		.relay = listen->of.relay,
		.key = listen->of.key,
		.text = {.language = settings->language, .help = text_of(settings->help)},
		.adds_trace = true,
		.number = (uint32_t)(at - listen->at),
		.base = listen->of.base,
		.now = listen->of.now,
		.is_late = listen->of.is_late,
		.fails_closed = settings->fails_closed,
		.context = listen->of.context,
	};
	relaymilter_begin(&at->milter);
	stream->protocol = &relaymilter_protocol;
	stream->context = &at->milter;
	stream->request_most = MILTER_PACKET + 4;
	stream->idle_us = MILTER_IDLE_US;
}

static bool
allow_login(void *context, const struct login *login, struct wall now)
{
	struct relaylisten *listen = context;

	return relay_login(listen->of.relay, login, now);
}

static void
note_login(void *context, const struct login *login, struct wall now)
{
	struct relaylisten *listen = context;

	(void)relay_login(listen->of.relay, login, now);
}

static struct wall
now_of(void *context)
{
	struct relaylisten *listen = context;

	return listen->of.now(listen->of.context);
}

static int
begin_logins(struct relaylisten *listen, struct relaylisten_at *at, struct stream_settings *stream,
	struct fail *fail)
{
	const struct relaying_settings *settings = listen->of.settings;
	struct relaylogin_settings login = {
		.secret = text_of(settings->login_secret),
		.key = listen->of.key,
		.now = now_of,
		.allow = allow_login,
		.report = note_login,
		.context = listen,
	};
	int r = relaylogin_new(&login, &at->login, fail);

	if (r == 0)
		*stream = relaylogin_stream(at->login, stream->socket, stream->connections_most);
	return r;
}

static int
begin_at(struct relaylisten *listen, const struct kept_socket *opened, size_t places,
	struct fail *fail)
{
	struct relaylisten_at *at = &listen->at[listen->count];
	struct stream_settings stream = {
		.socket = opened->descriptor,
		.connections_most = connections_of(listen, places),
		.answer_most = ANSWER_MOST,
		.request_us = REQUEST_US,
	};
	int r = 0;

	switch ((enum relay_protocol)opened->place.protocol) {
	case RELAY_BY_POLICY:
		begin_policy(listen, at, &stream);
		break;
	case RELAY_BY_MILTER:
		begin_milter(listen, at, &stream);
		break;
	case RELAY_BY_LOGINS:
		r = begin_logins(listen, at, &stream, fail);
		break;
	case RELAY_PROTOCOLS:
		return -1;
	}
	if (r < 0)
		return r;
	at->listener = stream_listen(listen->of.base, &stream);
	listen->count++;
	return 0;
}

int
relaylisten_begin(struct relaylisten *listen, const struct relaylisten_settings *settings,
	const struct keptsockets *opening, struct fail *fail)
{
	int r = 0;

	listen->of = *settings;
	listen->count = 0;
	for (size_t i = 0; i < opening->count && r == 0; i++)
		r = begin_at(listen, &opening->entry[i], opening->count, fail);
	return r;
}

static void
show_connections(const struct relaylisten *listen, struct duty *duty)
{
	struct stream_counts sum = {0};

	for (size_t i = 0; i < listen->count; i++) {
		struct stream_counts one = stream_counts(listen->at[i].listener);

		sum.accepted += one.accepted;
		sum.turned_away += one.turned_away;
		sum.open += one.open;
		for (int why = 0; why < STREAM_ENDS; why++)
			sum.ended[why] += one.ended[why];
	}
	duty_count(duty, COUNT_RELAY_CONNECTIONS, sum.accepted);
	duty_show(duty, COUNT_RELAY_OPEN, sum.open);
	duty_count(duty, COUNT_RELAY_TURNED_AWAY, sum.turned_away);
	duty_count(duty, COUNT_RELAY_WRONG, sum.ended[STREAM_WRONG] + sum.ended[STREAM_CUT]);
	duty_count(duty, COUNT_RELAY_UNREAD, sum.ended[STREAM_UNREAD]);
	duty_count(duty, COUNT_RELAY_IDLE, sum.ended[STREAM_IDLE]);
}

void
relaylisten_show(const struct relaylisten *listen, struct duty *duty)
{
	uint64_t requests = 0, late = 0, malformed = 0, left_out = 0, not_agreed = 0;

	show_connections(listen, duty);
	for (size_t i = 0; i < listen->count; i++) {
		const struct relaylisten_at *at = &listen->at[i];
		const struct relaymilter_counts *milter = &at->milter.counts;

		requests += at->policy.counts.requests + milter->recipients + milter->ends;
		late += at->policy.counts.late + milter->late;
		left_out += milter->left_out;
		not_agreed += milter->not_agreed;
		if (at->login != NULL) {
			struct relaylogin_counts login = relaylogin_counts(at->login);

			requests += login.requests;
			malformed += login.unauthorised + login.unknown;
			for (int why = 0; why < AUTHPOLICY_FAULTS; why++)
				malformed += login.malformed[why];
			for (int why = 0; why < HTTPREQUEST_FAULTS; why++)
				malformed += login.http[why];
		}
	}
	duty_count(duty, COUNT_RELAY_REQUESTS, requests);
	duty_count(duty, COUNT_RELAY_LATE, late);
	duty_count(duty, COUNT_RELAY_LOGINS_MALFORMED, malformed);
	duty_count(duty, COUNT_RELAY_MACROS_LEFT_OUT, left_out);
	duty_count(duty, COUNT_RELAY_NOT_AGREED, not_agreed);
}

size_t
relaylisten_let_end(struct relaylisten *listen)
{
	size_t open = 0;

	for (size_t i = 0; i < listen->count; i++) {
		struct relaylisten_at *at = &listen->at[i];

		if (at->milter.relay == NULL)
			continue;
		stream_pause(at->listener);
		open += stream_counts(at->listener).open;
	}
	return open;
}

void
relaylisten_end(struct relaylisten *listen)
{
	for (size_t i = 0; i < listen->count; i++) {
		struct relaylisten_at *at = &listen->at[i];

		at->listener = stream_unlisten(at->listener);
		at->login = relaylogin_free(at->login);
	}
}
