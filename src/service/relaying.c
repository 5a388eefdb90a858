/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/line.h"
#include "ledger/keyfile.h"
#include "runtime/eventbase.h"
#include "runtime/exchangeredis.h"
#include "runtime/process.h"
#include "service/guardanswer.h"
#include "service/leasing.h"
#include "service/relayinginside.h"
#include "service/shutin.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* How often figures are shown, and what has been silent is looked for. */
#define TICK_US 250000
/* For mail servers to end what milters are asked about, at the end, at the most; and how often is looked. */
#define LAST_US     (2 * WALL_SECOND)
#define LAST_NAP_US 10000
/* For the disk, at the end, at the most. */
#define DISK_US     (5 * WALL_SECOND)
#define DISK_NAP_NS 2000000L
/* Of what Redis has not confirmed, and how long it may say nothing. */
#define SHARE_BYTES      ((size_t)16 << 20)
#define SHARE_SILENCE_US (2 * WALL_SECOND)

/* It runs behind all that waited when somebody was asked for first. */
static void
on_turn_over(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	relaying->turn_us = 0;
}

/* Since somebody was first asked for in this turn of the loop so long has passed that whoever is asked for last should
 * not wait any more. Not measured by the loop's own time, which is that of the system and may be set. */
static bool
is_late(void *context)
{
	struct relaying *relaying = context;
	int64_t now = relaying->duty.clock.steady_us; /* that was read just before */

	if (relaying->turn_us == 0) {
		relaying->turn_us = now;
		event_active(relaying->turn_over, EV_TIMEOUT, 1);
	}
	return now - relaying->turn_us > relaying->settings->relaying.deadline_us;
}

static struct wall
limit_until(void *context, uint64_t key)
{
	const struct relaying *relaying = context;

	return relayorders_until(&relaying->orders, key);
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_beat(&relaying->duty);
	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	relay_advance(relaying->relay, relaying->duty.clock.now);
	relaynotice_again(&relaying->notice, relaying->relay, clock_steady());
	reporting_see_to(&relaying->reporting, relaying->duty.clock.now);
	relaynotice_time(&relaying->notice);
	relayfile_watch(&relaying->file);
	relaying_show(relaying);
}

/* Everybody is answered meanwhile. */
static void
on_last(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	if (relaylisten_let_end(&relaying->listen) == 0 || relaying->duty.is_orphan ||
		clock_steady() - relaying->last_us > LAST_US)
		(void)event_base_loopbreak(relaying->base);
}

/* One question at a time: mail has its turn between two. */
static void
on_desk(evutil_socket_t socket, short what, void *context)
{
	struct relaying *relaying = context;
	struct guardanswer of = {
		.relay = relaying->relay,
		.roster = relaying->load.roster,
		.names = relaying->estate->accountnames,
		.cases = relaying->estate->cases,
		.key = &relaying->key,
		.until = limit_until,
		.context = relaying,
		.is_shadow = relaying->settings->relaying.relay.is_shadow,
		.holds = relaying->settings->relaying.relay.holds,
		.now = relaying_now(relaying),
	};

	(void)what;
	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	if (guard_hear_desk(&of, socket) == -EPIPE)
		(void)event_del(relaying->desk);
}

static void
on_parent(evutil_socket_t socket, short what, void *context)
{
	const struct timeval nap = {.tv_usec = LAST_NAP_US};
	struct relaying *relaying = context;

	(void)socket;
	(void)what;
	duty_hear(&relaying->duty);
	if (!relaying->duty.is_over || relaying->last != NULL)
		return;
	relaying->last_us = clock_steady();
	relaying->last = event_new(relaying->base, -1, EV_PERSIST, on_last, relaying);
	must(relaying->last != NULL && event_add(relaying->last, &nap) == 0);
	on_last(-1, 0, relaying);
}

/* Others are heard from where the guard before this one stood, if its counts are here. */
static int
begin_share(struct relaying *relaying, struct fail *fail)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;
	struct exchangeredis_settings redis = {
		.servers = settings->share_count,
		.user = text_of(settings->share_user),
		.password = text_of(settings->share_password),
		.stream = text_of(settings->share_stream),
		.from = relaying->has_standing ? text_of(relaying->standing.position) : TEXT(""),
		.keep = settings->share_keep,
		.bytes_most = SHARE_BYTES,
		.silence_us = SHARE_SILENCE_US,
	};
	struct relayshare_settings share = {
		.guard = relay_guard(relaying->relay),
		.key = relaying->key,
		.changes_most = settings->relay.keys_most,
		.now = relaying_now,
		.context = relaying,
		.former = relaying->has_standing ? &relaying->standing : NULL,
	};
	int r;

	if (settings->share_count == 0)
		return 0;
	memcpy(redis.server, settings->share, sizeof(redis.server));
	r = exchangeredis_new(relaying->base, &redis, &relaying->exchange, fail);
	if (r < 0)
		return r;
	share.exchange = relaying->exchange;
	relaying->share = relayshare_new(relaying->base, &share);
	return 0;
}

static void
begin_notice(struct relaying *relaying)
{
	const struct estate_settings *settings = &relaying->settings->estate;
	struct relaynotice *notice = &relaying->notice;

	*notice = (struct relaynotice){
		.judges = settings->judges,
		.names = relaying->estate->accountnames,
		.now = relaying_now,
		.context = relaying,
	};
	for (uint32_t j = 0; j < settings->judges; j++)
		estate_sightings_putting(
			relaying->estate, settings->receivers, j, &notice->judge[j]);
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
	relaying->desk = event_new(relaying->base, relaying->estate->desk_guard.end[1],
		EV_READ | EV_PERSIST, on_desk, relaying);
	must(relaying->desk != NULL && event_add(relaying->desk, NULL) == 0);
	duty_ready(&relaying->duty);
	(void)event_base_dispatch(relaying->base);
}

/* Everything is kept; who asks meanwhile waits in the sockets for the next guard. */
static void
finish(struct relaying *relaying)
{
	const struct timespec pause = {.tv_nsec = DISK_NAP_NS};
	int64_t end = clock_steady() + DISK_US;

	relaying_show(relaying);
	reporting_end(&relaying->reporting);
	relaylisten_end(&relaying->listen);
	if (relaying->share != NULL)
		relayshare_tick(relaying->share);
	relayfile_finish(&relaying->file);
	while (!relayfile_is_over(&relaying->file) && clock_steady() < end) {
		duty_beat(&relaying->duty);
		(void)nanosleep(&pause, NULL);
	}
}

/* What files and libraries are needed for comes before the process shuts itself in, what strangers send after it. */
static void
begin(struct relaying *relaying, const struct post *post, const struct keptsockets *opening,
	unsigned tries)
{
	const struct relaying_settings *settings = &relaying->settings->relaying;
	struct relaylisten_settings listen = {
		.settings = settings,
		.key = relaying->key,
		.now = relaying_now,
		.is_late = is_late,
		.context = relaying,
	};
	struct fail fail = {0};

	listen.descriptors = process_descriptors();
	relaying->base = listen.base = eventbase_new();
	relaying->turn_over = event_new(relaying->base, -1, 0, on_turn_over, relaying);
	must(relaying->turn_over != NULL);
	if (relayload_begin(&relaying->load, settings, &relaying->key, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
	begin_notice(relaying);
	reporting_begin(&relaying->reporting, relaying->settings, relaying->estate,
		relaying->notice.judge, &relaying->leased);
	relayorders_begin(&relaying->orders, relaying->estate->orders);
	shutin_enter(&relaying->duty, post, relaying->settings);
	relaying_restore(relaying, tries);
	if (begin_share(relaying, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
	listen.relay = relaying->relay;
	if (relaylisten_begin(&relaying->listen, &listen, opening, &fail) < 0)
		duty_fail(&relaying->duty, &fail);
}

_Noreturn void
relaying_run(const struct daemon_settings *settings, struct estate *estate,
	const struct keptsockets *opening, unsigned tries)
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
	relaying->begun_us = clock_steady();
	keys = duty_keys(settings->keep.ledger);
	relaying->key = keys.pseudonym;
	lines_set_key(settings->lines, &keys.pseudonym);
	keyfile_forget(&keys);
	leasing_attach(&relaying->leased, settings, estate);
	begin(relaying, &post, opening, tries);
	loop(relaying);
	finish(relaying);
	_exit(0);
}
