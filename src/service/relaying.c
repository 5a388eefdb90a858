/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaying.h"

#include "base/table.h"
#include "identity/sighting.h"
#include "service/post.h"
#include "service/relayfile.h"
#include "service/relaymilter.h"
#include "service/relaypolicy.h"
#include "service/shutin.h"
#include "service/statefolder.h"

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* How often figures are shown, and what has been silent is looked for. */
#define TICK_US 250000
/* A request must come whole in this time, and the next one within that: Postfix lets a connection go after 300 s. */
#define REQUEST_US (20 * WALL_SECOND)
#define IDLE_US    (30 * WALL_MINUTE)
/* A milter hears nothing while a message comes, however slowly. */
#define MILTER_IDLE_US (2 * WALL_HOUR)
/* Of answers that a peer does not read. */
#define ANSWER_MOST 65536
#define LOCAL_MOST  1024
/* A guard that began so often with what was kept, and died young, begins without it. */
#define TRIES_KEPT 2
/* For the disk, at the end, at the most. */
#define DISK_US     (5 * WALL_SECOND)
#define DISK_NAP_NS 2000000L

struct relaying;

/* One place to listen at, with what speaks there. */
struct listening {
	struct relaypolicy policy;
	struct relaymilter milter;
	struct stream_listener *listener;
};

struct relaying {
	const struct daemon_settings *settings;
	struct estate *estate;
	struct duty duty;
	struct event_base *base;
	struct relay *relay;
	struct relayfile file;
	struct hash_key key;
	struct table local;
	struct listening at[RELAY_PLACES];
	size_t count;
};

static struct wall
now_for(void *context)
{
	struct relaying *relaying = context;

	(void)clock_read(&relaying->duty.clock);
	return relaying->duty.clock.now;
}

/* Since the loop has seen what waits so long has passed that whoever asked last should not wait any more. */
static bool
is_late(void *context)
{
	struct relaying *relaying = context;
	struct timeval since, now;

	if (event_base_gettimeofday_cached(relaying->base, &since) < 0 ||
		gettimeofday(&now, NULL) < 0)
		return false;
	return (now.tv_sec - since.tv_sec) * WALL_SECOND + now.tv_usec - since.tv_usec >
		relaying->settings->relaying.deadline_us;
}

static void
show_connections(const struct relaying *relaying, struct duty *duty)
{
	struct stream_counts sum = {0};

	for (size_t i = 0; i < relaying->count; i++) {
		struct stream_counts one = stream_counts(relaying->at[i].listener);

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

static void
show(struct relaying *relaying)
{
	struct relay_counts relay = relay_counts(relaying->relay);
	struct guard_counts guard = guard_counts(relay_guard(relaying->relay));
	struct windows_counts keys = guard_keys(relay_guard(relaying->relay));
	struct duty *duty = &relaying->duty;
	uint64_t requests = 0, late = 0;

	for (size_t i = 0; i < relaying->count; i++) {
		const struct relaymilter_counts *milter = &relaying->at[i].milter.counts;

		requests +=
			relaying->at[i].policy.counts.requests + milter->recipients + milter->ends;
		late += relaying->at[i].policy.counts.late + milter->late;
	}
	show_connections(relaying, duty);
	duty_count(duty, COUNT_RELAY_REQUESTS, requests);
	duty_count(duty, COUNT_RELAY_PASSED, relay.decided[DECISION_PASS]);
	duty_count(duty, COUNT_RELAY_SLOWED, relay.decided[DECISION_SLOW]);
	duty_count(duty, COUNT_RELAY_DEFERRED, relay.decided[DECISION_DEFER]);
	duty_count(duty, COUNT_RELAY_HELD, relay.decided[DECISION_HOLD]);
	duty_count(duty, COUNT_RELAY_REJECTED, relay.decided[DECISION_REJECT]);
	duty_count(duty, COUNT_RELAY_SHADOWED, relay.shadowed);
	duty_count(duty, COUNT_RELAY_LATE, late);
	duty_count(duty, COUNT_RELAY_UNLIMITED, guard.unlimited);
	duty_count(duty, COUNT_RELAY_MESSAGES, guard.messages);
	duty_count(duty, COUNT_RELAY_RECIPIENTS, guard.recipients);
	duty_count(duty, COUNT_RELAY_GIVEN_BACK, guard.given_back);
	duty_show(duty, COUNT_RELAY_UNDERWAY, guard.open);
	duty_show(duty, COUNT_RELAY_KEYS, keys.held);
	duty_count(duty, COUNT_RELAY_KEYS_DISPLACED, keys.displaced);
	duty_count(duty, COUNT_RELAY_KEYS_REFUSED, keys.refused);
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_beat(&relaying->duty);
	relay_advance(relaying->relay, relaying->duty.clock.now);
	duty_refused(&relaying->duty, statefile_refused(&relaying->file.file));
	show(relaying);
	relayfile_watch(&relaying->file, relaying->relay);
}

static void
on_parent(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_hear(&relaying->duty);
	if (relaying->duty.is_over)
		(void)event_base_loopbreak(relaying->base);
}

static void
make_local(struct relaying *relaying)
{
	struct text rest = text_of(relaying->settings->relaying.local);
	struct relay_settings settings = {.key = relaying->key};
	struct table_slot *slot;

	table_init_small(&relaying->local, LOCAL_MOST, 16);
	while (rest.length > 0) {
		struct text domain = text_cut(&rest, ' ');

		if (domain.length > 0)
			(void)!table_add(&relaying->local, relay_domain(&settings, domain), &slot);
	}
}

static void
begin_policy(struct relaying *relaying, struct listening *at, struct stream_settings *stream)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;

	at->policy = (struct relaypolicy){
		.relay = relaying->relay,
		.key = relaying->key,
		.text = {.language = settings->language, .help = text_of(settings->help)},
		.now = now_for,
		.is_late = is_late,
		.fails_closed = settings->fails_closed,
		.context = relaying,
	};
	relaypolicy_begin(&at->policy);
	stream->protocol = &relaypolicy_protocol;
	stream->context = &at->policy;
	stream->request_most = POLICY_REQUEST;
	stream->idle_us = IDLE_US;
}

static void
begin_milter(struct relaying *relaying, struct listening *at, struct stream_settings *stream)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;

	at->milter = (struct relaymilter){
		.relay = relaying->relay,
		.key = relaying->key,
		.text = {.language = settings->language, .help = text_of(settings->help)},
		.adds_trace = true,
		.number = (uint32_t)(at - relaying->at),
		.base = relaying->base,
		.now = now_for,
		.is_late = is_late,
		.fails_closed = settings->fails_closed,
		.context = relaying,
	};
	relaymilter_begin(&at->milter);
	stream->protocol = &relaymilter_protocol;
	stream->context = &at->milter;
	stream->request_most = MILTER_PACKET + 4;
	stream->idle_us = MILTER_IDLE_US;
}

static void
listen_at(struct relaying *relaying, const struct relay_opened *opened)
{
	struct listening *at = &relaying->at[relaying->count++];
	struct stream_settings stream = {
		.socket = opened->descriptor,
		.connections_most = relaying->settings->relaying.connections_most,
		.answer_most = ANSWER_MOST,
		.request_us = REQUEST_US,
	};

	if (opened->place.protocol == RELAY_MILTER)
		begin_milter(relaying, at, &stream);
	else
		begin_policy(relaying, at, &stream);
	at->listener = stream_listen(relaying->base, &stream);
}

static struct event_base *
make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	must(config != NULL);
	/* What signals and standard error need is not looked for; epoll is what the kernel has. */
	(void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(config);
	must(base != NULL);
	event_config_free(config);
	return base;
}

/* What guards before this one counted. */
static void
restore(struct relaying *relaying, const struct relay_settings *settings, unsigned tries)
{
	char folder[STATEFOLDER_PATH];
	struct fail fail = {0};
	int r = -ECANCELED;

	statefolder_of(relaying->settings->state, OWNER_GUARD, folder);
	relayfile_init(&relaying->file, folder, relaying->settings->relaying.save_us);
	relaying->relay = relay_new(settings);
	if (tries <= TRIES_KEPT)
		r = relayfile_load(
			&relaying->file, relaying->relay, relaying->duty.clock.now, &fail);
	else
		fail_what(&fail, "guards that began with it died %u times", tries);
	if (r >= 0 || r == -ENOENT)
		return;
	/* What was half restored is thrown away. */
	relay_free(relaying->relay);
	relaying->relay = relay_new(settings);
	statefile_put_aside(&relaying->file.file);
	duty_tell_refused(
		relaying->file.file.path, "the counts of the guard cannot be used", &fail);
}

static void
begin(struct relaying *relaying, const struct relayopening *opening, unsigned tries)
{
	struct relay_settings settings = relaying->settings->relaying.relay;

	settings.key = relaying->key;
	make_local(relaying);
	settings.local = &relaying->local;
	restore(relaying, &settings, tries);
	for (size_t i = 0; i < opening->count; i++)
		listen_at(relaying, &opening->entry[i]);
}

static void
loop(struct relaying *relaying)
{
	struct timeval period = {.tv_usec = TICK_US};
	struct event *tick = event_new(relaying->base, -1, EV_PERSIST, on_tick, relaying);
	struct event *parent = event_new(
		relaying->base, relaying->duty.parent, EV_READ | EV_PERSIST, on_parent, relaying);

	must(tick != NULL && event_add(tick, &period) == 0);
	must(parent != NULL && event_add(parent, NULL) == 0);
	duty_ready(&relaying->duty);
	(void)event_base_dispatch(relaying->base);
}

/* Everything is kept; who asks meanwhile waits in the sockets for the next guard. */
static void
finish(struct relaying *relaying)
{
	const struct timespec pause = {.tv_nsec = DISK_NAP_NS};
	int64_t end = clock_steady() + DISK_US;

	for (size_t i = 0; i < relaying->count; i++)
		stream_unlisten(relaying->at[i].listener);
	relayfile_finish(&relaying->file, relaying->relay);
	while (!relayfile_is_over(&relaying->file) && clock_steady() < end) {
		duty_beat(&relaying->duty);
		(void)nanosleep(&pause, NULL);
	}
}

_Noreturn void
relaying_run(const struct daemon_settings *settings, struct estate *estate,
	const struct relayopening *opening, unsigned tries)
{
	struct relaying *relaying = xcalloc(1, sizeof(*relaying));
	struct post post = {.owner = OWNER_GUARD};
	int descriptors[RELAY_PLACES];
	struct keys keys;

	for (size_t i = 0; i < opening->count; i++)
		descriptors[i] = opening->entry[i].descriptor;
	estate_enter(estate, &post, descriptors, opening->count);
	*relaying = (struct relaying){.settings = settings, .estate = estate};
	duty_begin(&relaying->duty, estate, &post);
	keys = duty_keys(settings->keep.ledger);
	relaying->key = keys.pseudonym;
	keyfile_forget(&keys);
	relaying->base = make_base();
	shutin_enter(&relaying->duty, &post, settings);
	begin(relaying, opening, tries);
	loop(relaying);
	show(relaying);
	finish(relaying);
	_exit(0);
}
