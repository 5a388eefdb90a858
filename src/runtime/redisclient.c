/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/redisclient.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>

enum standing { CLIENT_PAUSES, CLIENT_GREETS, CLIENT_READY };

struct redisclient {
	struct redisclient_settings settings;
	struct redisclient_user user;
	struct redislink *link;
	struct event *timer;
	enum standing standing;
	unsigned greetings; /* answers to them that are to come */
	size_t next;        /* server */
	struct redis_place named;
	bool is_named;  /* by another server: goes there next */
	bool is_asking; /* each command is to be asked for (ASK) */
	bool is_asked;  /* and the next answer is that of ASKING */
	unsigned hops;
	int64_t pause_us;
	char name[REDISCLIENT_SECRET];
	char password[REDISCLIENT_SECRET];
};

static void
set_timer(struct redisclient *client, int64_t us)
{
	const struct timeval wait = {.tv_sec = us / 1000000, .tv_usec = us % 1000000};

	must(event_add(client->timer, &wait) == 0);
}

/* What a server says may hold anything. */
static void
say_why(struct redisclient *client, struct text why)
{
	char *into = client->settings.state->why;
	size_t most = sizeof(client->settings.state->why) - 1, i;

	for (i = 0; i < why.length && i < most; i++)
		into[i] = why.at[i] >= ' ' && why.at[i] <= '~' ? why.at[i] : '?';
	into[i] = '\0';
}

static void
leave(struct redisclient *client, struct text why)
{
	say_why(client, why);
	client->settings.state->failures++;
	client->standing = CLIENT_PAUSES;
	client->is_named = client->is_asking = false;
	client->hops = 0;
	client->next = (client->next + 1) % client->settings.servers;
	redislink_close(client->link);
	set_timer(client, client->pause_us);
	client->pause_us *= 2;
	if (client->pause_us > REDISCLIENT_MOST_US)
		client->pause_us = REDISCLIENT_MOST_US;
}

static void
go(struct redisclient *client)
{
	const struct redis_place *place =
		client->is_named ? &client->named : &client->settings.server[client->next];
	int r = redislink_open(client->link, place);

	if (r < 0) {
		leave(client, text_of(strerror(-r)));
		return;
	}
	client->standing = CLIENT_GREETS;
	set_timer(client, client->settings.silence_us);
}

static void
on_timer(evutil_socket_t socket, short what, void *context)
{
	struct redisclient *client = context;

	(void)socket;
	(void)what;
	if (client->standing == CLIENT_PAUSES)
		go(client);
	else
		leave(client, TEXT("the server does not answer"));
}

static void
on_up(void *context)
{
	struct redisclient *client = context;
	struct text words[3] = {TEXT("AUTH")}, ping = TEXT("PING");
	size_t count = 1;
	int r = 0;

	client->greetings = 1;
	if (client->name[0] != '\0')
		words[count++] = text_of(client->name);
	if (client->password[0] != '\0') {
		words[count++] = text_of(client->password);
		client->greetings++;
		r = redislink_send(client->link, words, count);
	}
	if (r == 0)
		r = redislink_send(client->link, &ping, 1);
	must(r == 0);
}

/* "3999 127.0.0.1:6381", "3999 ::1:6381"; one that does not know its address says ":6381". */
static int
read_place(struct text rest, struct redis_place *ret)
{
	struct text place, host;
	const char *colon;
	char text[ADDRESS_TEXT + 10];
	struct fail fail;
	int n;

	(void)text_cut(&rest, ' ');
	place = text_cut(&rest, ' ');
	colon = memrchr(place.at, ':', place.length);
	if (colon == NULL || colon == place.at || place.length > ADDRESS_TEXT + 6 ||
		*place.at == '/')
		return -EINVAL;
	host = (struct text){place.at, (size_t)(colon - place.at)};
	n = snprintf(text, sizeof(text),
		memchr(host.at, ':', host.length) != NULL ? "[%.*s]%.*s" : "%.*s%.*s",
		(int)host.length, host.at, (int)(place.length - host.length), colon);
	return redis_place_parse((struct text){text, (size_t)n}, ret, &fail);
}

/* The server refuses; it may know who does not. */
static void
take_error(struct redisclient *client, struct text error)
{
	struct text rest = error, word = text_cut(&rest, ' ');
	bool is_asking = text_is(word, "ASK");
	struct redis_place place;

	if ((!is_asking && !text_is(word, "MOVED")) || client->hops >= REDISCLIENT_HOPS ||
		read_place(rest, &place) < 0) {
		leave(client, error);
		return;
	}
	client->settings.state->redirects++;
	client->hops++;
	client->named = place;
	client->is_named = true;
	client->is_asking = is_asking;
	client->is_asked = false;
	go(client);
}

static void
on_answer(void *context, const struct redis_value *value)
{
	struct redisclient *client = context;

	if (value->kind == REDIS_ERROR) {
		take_error(client, value->text);
		return;
	}
	if (client->standing == CLIENT_GREETS) {
		if (--client->greetings > 0)
			return;
		client->standing = CLIENT_READY;
		client->settings.state->connections++;
		must(event_del(client->timer) == 0);
		client->user.ready(client->user.context);
		return;
	}
	if (client->is_asking) {
		client->is_asked = !client->is_asked;
		if (client->is_asked)
			return;
	}
	client->hops = 0;
	client->pause_us = REDISCLIENT_FIRST_US;
	client->user.answer(client->user.context, value);
}

static void
on_down(void *context, enum redislink_end how, const char *why)
{
	struct redisclient *client = context;

	client->settings.state->wrong += how == REDISLINK_WRONG;
	leave(client, text_of(why));
}

static void
copy(char into[REDISCLIENT_SECRET], struct text text)
{
	size_t length = text.length < REDISCLIENT_SECRET ? text.length : REDISCLIENT_SECRET - 1;

	if (length > 0)
		memcpy(into, text.at, length);
}

struct redisclient *
redisclient_new(struct event_base *base, const struct redisclient_settings *settings,
	const struct redisclient_user *user)
{
	struct redisclient *client = xcalloc(1, sizeof(*client));
	const struct redislink_user link_user = {
		.up = on_up, .answer = on_answer, .down = on_down, .context = client};

	must(settings->servers > 0 && settings->servers <= REDISCLIENT_SERVERS);
	client->settings = *settings;
	client->user = *user;
	copy(client->name, settings->user);
	copy(client->password, settings->password);
	client->next = settings->first % settings->servers;
	client->pause_us = REDISCLIENT_FIRST_US;
	client->link = redislink_new(base, &link_user, settings->output_most);
	client->timer = evtimer_new(base, on_timer, client);
	must(client->timer != NULL);
	/* From the loop, so that whoever makes it hears of it after that. */
	set_timer(client, 0);
	return client;
}

struct redisclient *
redisclient_free(struct redisclient *client)
{
	if (client == NULL)
		return NULL;
	redislink_free(client->link);
	event_free(client->timer);
	free(client);
	return NULL;
}

bool
redisclient_is_ready(const struct redisclient *client)
{
	return client->standing == CLIENT_READY;
}

int
redisclient_send(struct redisclient *client, const struct text *words, size_t count)
{
	const struct text asking = TEXT("ASKING");
	int r = 0;

	must(redisclient_is_ready(client));
	if (client->is_asking)
		r = redislink_send(client->link, &asking, 1);
	return r < 0 ? r : redislink_send(client->link, words, count);
}

void
redisclient_expect(struct redisclient *client, int64_t us)
{
	if (client->standing != CLIENT_READY)
		return;
	if (us > 0)
		set_timer(client, us);
	else
		must(event_del(client->timer) == 0);
}

void
redisclient_leave(struct redisclient *client, const char *why)
{
	client->settings.state->wrong++;
	leave(client, text_of(why));
}
