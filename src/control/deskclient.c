/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/deskinside.h"
#include "control/desklog.h"
#include "desk/metrics.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* The next page is asked for when no more than this waits to be read. */
#define LOW_WATER 8192
/* Of what the desk answers by itself, at a time. */
#define CHUNK MESSAGE_PAGE

/* Codes of the end of an answer: the exit codes of the command, and one more. */
enum code { CODE_DONE, CODE_NOT_FOUND, CODE_USAGE, CODE_TROUBLE, CODE_LATER = REQUEST_LATER };

struct client {
	struct desk *desk;
	struct client *next;
	struct bufferevent *stream;
	struct event *patience; /* for an answer */
	struct caller caller;
	struct request request;
	struct question question;
	struct peer *peer; /* of the question */
	struct buffer text;
	size_t sent;     /* of text */
	bool is_busy;    /* with a request */
	bool waits;      /* for an answer */
	bool is_unsent;  /* the question waits until the peer reads */
	bool has_next;   /* there is another page to ask for */
	bool is_closing; /* when all was read; no more requests are taken */
	bool has_end;    /* the client says nothing more */
	bool has_text;   /* answers from text, not from a peer */
};

static void
client_free(struct client *client)
{
	struct desk *desk = client->desk;

	for (struct client **at = &desk->clients; *at != NULL; at = &(*at)->next) {
		if (*at == client) {
			*at = client->next;
			break;
		}
	}
	desk->client_count--;
	event_free(client->patience);
	bufferevent_free(client->stream);
	buffer_done(&client->text);
	free(client);
}

static struct evbuffer *
output(const struct client *client)
{
	return bufferevent_get_output(client->stream);
}

static void
put_chunk(struct client *client, char kind, const char *bytes, size_t length)
{
	evbuffer_add_printf(output(client), "%c%zu\n", kind, length);
	(void)evbuffer_add(output(client), bytes, length);
}

/* The answer is complete: the next request may come. */
static void
finish(struct client *client, enum code code)
{
	evbuffer_add_printf(output(client), ".%d\n", (int)code);
	client->is_busy = client->waits = client->is_unsent = client->has_next = false;
	(void)event_del(client->patience);
	desk_count(client->desk, COUNT_REQUESTS);
	if (!client->has_end && !client->is_closing)
		(void)bufferevent_enable(client->stream, EV_READ);
}

static void
fail_with(struct client *client, enum code code, const char *what, size_t length)
{
	evbuffer_add_printf(output(client), "!%zu\n", length + 1);
	(void)evbuffer_add(output(client), what, length);
	(void)evbuffer_add(output(client), "\n", 1);
	finish(client, code);
}

static void
refuse(struct client *client, enum code code, const char *what)
{
	fail_with(client, code, what, strlen(what));
}

/* Who could have asked. */
static void
refuse_role(struct client *client, const struct verb_row *row)
{
	const struct desk_settings *settings = client->desk->settings;
	bool operators = row->role <= DESK_OPERATOR && settings->rules.has_operators &&
		settings->operators != NULL;
	bool viewers = row->role <= DESK_VIEWER && settings->rules.has_viewers &&
		settings->viewers != NULL;
	char what[512];

	snprintf(what, sizeof(what),
		"%s may not ask for %s\nroot and the user of the daemon may%s%s%s%s",
		client->caller.actor, row->name, operators ? ", and members of the group " : "",
		operators ? settings->operators : "", viewers ? ", and members of the group " : "",
		viewers ? settings->viewers : "");
	desk_count(client->desk, COUNT_CLIENTS_REFUSED);
	desklog_refused(client->caller.actor, row->name);
	refuse(client, CODE_TROUBLE, what);
}

static void
refuse_gone(struct client *client)
{
	char what[160];

	snprintf(what, sizeof(what),
		"%s does not run just now\nit is started again; lazaret status says more",
		client->peer->name);
	refuse(client, CODE_TROUBLE, what);
}

/* Puts the question, with a new number. */
static void
ask(struct client *client)
{
	struct timeval patience = {.tv_sec = client->desk->settings->answer_s};
	int r;

	if (client->peer->is_gone) {
		refuse_gone(client);
		return;
	}
	client->question.id = ++client->desk->last_id;
	client->waits = true;
	client->has_next = false;
	(void)event_add(client->patience, &patience);
	r = peer_ask(client->peer, &client->question);
	client->is_unsent = r == -EAGAIN;
	if (r < 0 && r != -EAGAIN)
		refuse_gone(client);
}

/* What the client has room for: a piece of the text, or another question. */
static void
go_on(struct client *client)
{
	size_t left;

	while (client->is_busy && client->has_text &&
		evbuffer_get_length(output(client)) <= LOW_WATER) {
		left = client->text.length - client->sent;
		if (left > CHUNK)
			left = CHUNK;
		if (left > 0)
			put_chunk(client, '+', client->text.at + client->sent, left);
		client->sent += left;
		if (client->sent == client->text.length) {
			buffer_done(&client->text);
			client->has_text = false;
			finish(client, CODE_DONE);
		}
	}
	if (client->is_busy && client->has_next && evbuffer_get_length(output(client)) <= LOW_WATER)
		ask(client);
}

static void
answer_from_here(struct client *client)
{
	struct status_view view = desk_view(client->desk);
	const struct request *request = &client->request;
	bool is_metrics = request->verb == VERB_METRICS;

	buffer_init(&client->text, is_metrics ? METRICS_BYTES : STATUS_REPORT);
	if (is_metrics)
		metrics_format(&view, &client->text);
	else
		status_report(&view, &client->desk->rates, request->is_json, request->flag,
			&client->text);
	/* A part of it could pass for the whole. */
	if (client->text.failed) {
		buffer_done(&client->text);
		refuse(client, CODE_TROUBLE,
			"the answer is larger than can be given\n"
			"there are very many exporters: ask without --exporters, and see whether "
			"receive.allow is set");
		return;
	}
	client->sent = 0;
	client->has_text = true;
	go_on(client);
}

static bool
needs_guard(int ask_of)
{
	return ask_of == ASK_ACCOUNTS || ask_of == ASK_NAMES || ask_of == ASK_ACCOUNT ||
		ask_of == ASK_ORDER;
}

static void
put_question(struct client *client)
{
	const struct request *request = &client->request;
	int ask_of = verb_rows[request->verb].ask;

	client->question = (struct question){
		.ask = (uint8_t)ask_of, .is_json = request->is_json, .flag = request->flag};
	snprintf(
		client->question.actor, sizeof(client->question.actor), "%s", client->caller.actor);
	snprintf(client->question.text, sizeof(client->question.text), "%s", request->text);
	client->peer = &client->desk->peer[ask_of == ASK_LINES ? PEER_JUDGE
			: ask_of == ASK_RELOAD                 ? PEER_PARENT
			: ask_of == ASK_ACCOUNTS               ? PEER_GUARD
							       : PEER_KEEPER];
	if (ask_of == ASK_LINES && client->desk->settings->judges == 0) {
		refuse(client, CODE_TROUBLE, "there is no judge");
		return;
	}
	if (needs_guard(ask_of) && client->desk->settings->guard < 0) {
		refuse(client, CODE_TROUBLE,
			"this daemon has no relay guard, so it knows no accounts\n"
			"relay.listen says where mail servers ask one");
		return;
	}
	ask(client);
}

static void
take_request(struct client *client, struct text line)
{
	const struct verb_row *row;
	struct fail fail = {0};
	char what[sizeof(fail)];

	client->is_busy = true;
	(void)bufferevent_disable(client->stream, EV_READ);
	evbuffer_add_printf(output(client), "%s\n", REQUEST_VERSION);
	if (request_parse(line, &client->request, &fail) < 0) {
		snprintf(what, sizeof(what), "%s\n%s", fail.what, fail.hint);
		refuse(client, CODE_USAGE, what);
		return;
	}
	row = &verb_rows[client->request.verb];
	if (client->caller.role < row->role) {
		refuse_role(client, row);
		return;
	}
	if (row->role >= DESK_OPERATOR)
		desklog_request(client->caller.actor, row->name);
	if (row->ask < 0)
		answer_from_here(client);
	else
		put_question(client);
}

static void
on_read(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct client *client = context;

	while (!client->is_busy && !client->is_closing) {
		size_t length = 0;
		char *line = evbuffer_readln(in, &length, EVBUFFER_EOL_LF);

		if (line == NULL && evbuffer_get_length(in) < REQUEST_LINE)
			return;
		if (line == NULL || length >= REQUEST_LINE) {
			free(line);
			evbuffer_add_printf(output(client), "%s\n", REQUEST_VERSION);
			client->is_closing = true;
			refuse(client, CODE_USAGE, "the request is longer than 1 KiB");
			(void)bufferevent_disable(stream, EV_READ);
			return;
		}
		take_request(client, (struct text){line, length});
		free(line);
	}
}

/* Takes the next request, or lets the client go if there will be none. */
static void
settle(struct client *client)
{
	if (!client->is_busy)
		on_read(client->stream, client);
	if (client->is_busy || !(client->has_end || client->is_closing) ||
		evbuffer_get_length(output(client)) > 0)
		return;
	client_free(client);
}

static void
on_written(struct bufferevent *stream, void *context)
{
	struct client *client = context;

	(void)stream;
	go_on(client);
	settle(client);
}

static void
on_end(struct bufferevent *stream, short what, void *context)
{
	struct client *client = context;

	if ((what & BEV_EVENT_TIMEOUT) && (what & BEV_EVENT_WRITING)) {
		desk_count(client->desk, COUNT_CLIENTS_SLOW);
		desklog_refused(client->caller.actor, "did not read the answer");
	}
	/* Who has said all that he wants to say may still be reading. */
	if (what & BEV_EVENT_EOF) {
		client->has_end = true;
		(void)bufferevent_disable(stream, EV_READ);
		settle(client);
	} else {
		client_free(client);
	}
}

static void
on_patience(evutil_socket_t socket, short what, void *context)
{
	struct client *client = context;
	char text[160];

	(void)socket;
	(void)what;
	if (!client->waits)
		return;
	snprintf(text, sizeof(text),
		"%s did not answer within %u s\ntry again; lazaret status says how it is",
		client->peer->name, client->desk->settings->answer_s);
	refuse(client, CODE_TROUBLE, text);
}

/* Written to the socket itself: it is new, so there is room, and nobody waits. */
static void
send_away(int socket, const char *what)
{
	char text[512];
	int n = snprintf(text, sizeof(text), "%s\n!%zu\n%s\n.%d\n", REQUEST_VERSION,
		strlen(what) + 1, what, CODE_TROUBLE);

	if (n > 0 && (size_t)n < sizeof(text))
		(void)send(socket, text, (size_t)n, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(socket);
}

static size_t
clients_of(const struct desk *desk, uid_t user)
{
	size_t count = 0;

	for (const struct client *client = desk->clients; client != NULL; client = client->next)
		count += client->caller.user == user;
	return count;
}

/* Why a client may not come in, or NULL. */
static const char *
find_obstacle(const struct desk *desk, const struct caller *caller, char into[256])
{
	size_t most = DESK_CLIENTS + (caller->role == DESK_ADMIN ? DESK_CLIENTS_SPARE : 0);

	if (caller->role == DESK_NOBODY)
		snprintf(into, 256,
			"%s may not ask the daemon\n"
			"root, the user of the daemon and members of its groups may: "
			"control.operators, control.viewers",
			caller->actor);
	else if (desk->client_count >= most)
		snprintf(into, 256, "%zu others ask the daemon already\ntry again later",
			desk->client_count);
	else if (caller->user != 0 && clients_of(desk, caller->user) >= DESK_CLIENTS_USER)
		snprintf(into, 256, "%s asks the daemon %d times at once already\ntry again later",
			caller->actor, DESK_CLIENTS_USER);
	else
		return NULL;
	return into;
}

void
clients_accept(struct desk *desk, int socket)
{
	struct timeval idle = {.tv_sec = desk->settings->idle_s};
	struct client *client;
	struct caller caller;
	char why[256];

	if (caller_find(socket, &desk->settings->rules, &caller) < 0) {
		close(socket);
		return;
	}
	if (find_obstacle(desk, &caller, why) != NULL) {
		desk_count(desk, COUNT_CLIENTS_REFUSED);
		desklog_refused(
			caller.actor, caller.role == DESK_NOBODY ? "has no role" : "too many");
		send_away(socket, why);
		return;
	}
	client = xcalloc(1, sizeof(*client));
	client->desk = desk;
	client->caller = caller;
	client->stream = bufferevent_socket_new(desk->base, socket, BEV_OPT_CLOSE_ON_FREE);
	client->patience = evtimer_new(desk->base, on_patience, client);
	must(client->stream != NULL && client->patience != NULL);
	client->next = desk->clients;
	desk->clients = client;
	desk->client_count++;
	desk_count(desk, COUNT_CLIENTS);
	bufferevent_setcb(client->stream, on_read, on_written, on_end, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, 2 * REQUEST_LINE);
	bufferevent_setwatermark(client->stream, EV_WRITE, LOW_WATER, 0);
	(void)bufferevent_set_timeouts(client->stream, &idle, &idle);
	(void)bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

void
clients_end(struct desk *desk)
{
	while (desk->clients != NULL)
		client_free(desk->clients);
}

static enum code
code_of(int error)
{
	return error == -ENOENT || error == -ESRCH     ? CODE_NOT_FOUND
		: error == -EINVAL || error == -EEXIST ? CODE_USAGE
		: error == -EAGAIN                     ? CODE_LATER
						       : CODE_TROUBLE;
}

/* The keeper knows no case, but the line: a judge may know more. */
static bool
refer_to_judge(struct client *client, const struct answer *answer)
{
	const struct desk_settings *settings = client->desk->settings;
	struct text known = {answer->text, answer->size};
	struct text digits = text_cut(&known, '\n');
	uint64_t pseudonym;

	if (client->question.ask != ASK_EXPLAIN || answer->code != -ESRCH || digits.length != 16 ||
		settings->judges == 0 || text_parse_hex(digits, UINT64_MAX, &pseudonym) < 0)
		return false;
	if (known.length > 0)
		put_chunk(client, '+', known.at, known.length);
	client->question.ask = ASK_EXPLAIN_LINE;
	client->question.cursor = 0;
	snprintf(client->question.text, sizeof(client->question.text), "%016llx",
		(unsigned long long)pseudonym);
	client->peer = &client->desk->peer[PEER_JUDGE + message_shard(pseudonym, settings->judges)];
	client->has_next = true;
	go_on(client);
	return true;
}

/* Who asks for an account is written down, and what the ledger knows is told: the guard goes on. */
static bool
refer_to_guard(struct client *client, const struct answer *answer)
{
	static const struct {
		enum ask from, to;
		int code;
	} ways[] = {
		{ASK_NAMES, ASK_ACCOUNTS, 0},
		{ASK_ACCOUNT, ASK_ACCOUNT_FACTS, -ESRCH},
		{ASK_ORDER, ASK_ACCOUNT_TERMS, -ESRCH},
		{ASK_EXPLAIN, ASK_ACCOUNT_FACTS, -ESRCH},
	};
	struct text name = text_of(client->request.text), given = text_cut(&name, '\n');
	struct text known = {answer->text, answer->size}, digits = text_cut(&known, '\n');
	struct question *question = &client->question;
	size_t way = 0;

	while (way < sizeof(ways) / sizeof(*ways) &&
		!(question->ask == ways[way].from && answer->code == ways[way].code))
		way++;
	if (way == sizeof(ways) / sizeof(*ways) ||
		(question->ask == ASK_EXPLAIN && !text_starts(given, REQUEST_ACCOUNT)))
		return false;
	if (question->ask == ASK_EXPLAIN) {
		given.at += strlen(REQUEST_ACCOUNT);
		given.length -= strlen(REQUEST_ACCOUNT);
	}
	if (question->ask == ASK_NAMES)
		snprintf(question->text, sizeof(question->text), "names");
	else
		snprintf(question->text, sizeof(question->text), "%.*s\n%.*s", (int)digits.length,
			digits.at, (int)given.length, given.at);
	if (question->ask != ASK_NAMES) {
		question->flag = known.length > 0;
		if (known.length > 0)
			put_chunk(client, '+', known.at, known.length);
	}
	question->ask = (uint8_t)ways[way].to;
	question->cursor = 0;
	client->peer = &client->desk->peer[PEER_GUARD];
	if (client->desk->settings->guard >= 0) {
		client->has_next = true;
		go_on(client);
	} else if (known.length > 0) {
		finish(client, CODE_DONE);
	} else {
		refuse(client, CODE_NOT_FOUND,
			"the account has no case, and there is no relay guard");
	}
	return true;
}

/* Where the answer goes on; false if it does not. */
static bool
find_next(struct client *client, const struct answer *answer)
{
	struct desk *desk = client->desk;

	client->question.cursor = answer->cursor;
	if (answer->cursor != 0)
		return true;
	if (client->question.ask != ASK_LINES || client->peer + 1 == desk->peer + desk->peers)
		return false;
	client->peer++;
	client->question.cursor = 1; /* the heading was there */
	return true;
}

static void
take_answer(struct client *client, const struct answer *answer)
{
	client->waits = false;
	(void)event_del(client->patience);
	if (refer_to_guard(client, answer) || refer_to_judge(client, answer))
		return;
	if (answer->code < 0) {
		fail_with(client, code_of(answer->code), answer->text, answer->size);
		return;
	}
	/* An answer that goes back would never end. */
	if (answer->cursor != 0 && answer->cursor <= client->question.cursor) {
		desklog_bad_message(client->peer->name);
		desk_stop(client->desk, -EBADMSG);
		return;
	}
	if (answer->size > 0)
		put_chunk(client, '+', answer->text, answer->size);
	client->has_next = find_next(client, answer);
	if (client->has_next)
		go_on(client);
	else
		finish(client, CODE_DONE);
}

void
clients_answer(struct desk *desk, struct peer *peer, const struct answer *answer)
{
	for (struct client *client = desk->clients; client != NULL; client = client->next) {
		if (client->waits && client->peer == peer && client->question.id == answer->id) {
			take_answer(client, answer);
			return;
		}
	}
}

void
clients_peer_writable(struct desk *desk, struct peer *peer)
{
	for (struct client *client = desk->clients; client != NULL; client = client->next) {
		int r;

		if (!client->is_unsent || client->peer != peer)
			continue;
		r = peer_ask(peer, &client->question);
		if (r == -EAGAIN)
			return;
		client->is_unsent = false;
		if (r < 0)
			refuse_gone(client);
	}
}

void
clients_peer_gone(struct desk *desk, struct peer *peer)
{
	for (struct client *client = desk->clients; client != NULL; client = client->next) {
		if (client->waits && client->peer == peer)
			refuse_gone(client);
	}
}
