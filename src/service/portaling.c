/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portaling.h"

#include "runtime/process.h"
#include "service/shutin.h"
#include "service/textsfolder.h"

#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

/* How often figures are shown. */
#define TICK_US 250000
/* Of the process' descriptors, for all but connections. */
#define DESCRIPTORS_OWN 64

struct portaling {
	const struct daemon_settings *settings;
	struct duty duty;
	struct event_base *base;
	struct texts *texts;
	struct tls *tls; /* NULL: without */
	struct portalstreams *streams;
};

static void
show(struct portaling *portal)
{
	struct portalstreams_counts counts = portalstreams_counts(portal->streams);
	const struct stream_counts *streams = &counts.streams;
	struct duty *duty = &portal->duty;
	uint64_t answers = 0, failed = 0;

	for (unsigned i = 0; i < PORTAL_OUTCOMES; i++)
		answers += counts.answered[i];
	for (unsigned i = 0; i < TLS_FAULTS; i++)
		failed += streams->tls.faults[i];
	duty_count(duty, COUNT_PORTAL_CONNECTIONS, streams->accepted);
	duty_show(duty, COUNT_PORTAL_OPEN, streams->open);
	duty_count(duty, COUNT_PORTAL_TURNED_AWAY, streams->turned_away);
	duty_count(duty, COUNT_PORTAL_CROWDED, streams->refused);
	duty_count(duty, COUNT_PORTAL_IDLE, streams->ended[STREAM_IDLE]);
	duty_count(duty, COUNT_PORTAL_UNREAD, streams->ended[STREAM_UNREAD]);
	duty_count(duty, COUNT_PORTAL_HANDSHAKES, streams->tls.shaken);
	duty_count(duty, COUNT_PORTAL_RESUMED, streams->tls.resumed);
	duty_count(duty, COUNT_PORTAL_UNSHAKEN, failed);
	duty_count(duty, COUNT_PORTAL_DISTRUSTED, streams->tls.faults[TLS_ALERT]);
	duty_count(duty, COUNT_PORTAL_ANSWERS, answers);
	duty_count(duty, COUNT_PORTAL_STALE, counts.answered[PORTAL_STALE]);
	duty_count(duty, COUNT_PORTAL_UNREADABLE, counts.refused);
	duty_count(duty, COUNT_PORTAL_QUESTIONS, counts.asked);
	duty_count(duty, COUNT_PORTAL_SILENT, counts.silent);
	duty_count(duty, COUNT_PORTAL_ANSWERS_MALFORMED, counts.malformed);
}

/* Customers' browsers would warn of it, and nobody would tell the operator. */
static void
look_at_certificate(struct portaling *portal)
{
	struct fail due;

	if (portal->tls != NULL &&
		tls_is_due(portal->tls, portal->duty.clock.now, PORTAL_SOON_US, &due))
		duty_trouble(&portal->duty, "portal.certificate %s; %s", due.what, due.hint);
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct portaling *portal = context;

	(void)socket;
	(void)what;
	duty_beat(&portal->duty);
	look_at_certificate(portal);
	show(portal);
}

static void
on_parent(evutil_socket_t socket, short what, void *context)
{
	struct portaling *portal = context;

	(void)socket;
	(void)what;
	duty_hear(&portal->duty);
	if (portal->duty.is_over)
		(void)event_base_loopbreak(portal->base);
}

static struct event_base *
make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	must(config != NULL);
	(void)event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV);
	base = event_base_new_with_config(config);
	must(base != NULL);
	event_config_free(config);
	return base;
}

static struct wall
now(void *context)
{
	return ((struct portaling *)context)->duty.clock.now;
}

/* No more than there are descriptors; each place has its share. */
static size_t
connections_most(const struct portaling_settings *settings)
{
	size_t all = process_descriptors(),
	       most = all > 2 * DESCRIPTORS_OWN ? all - DESCRIPTORS_OWN : all / 2;

	most = settings->connections_most < most ? settings->connections_most : most;
	most /= settings->place_count;
	return most > 0 ? most : 1;
}

/* What is read of files. */
static int
load(struct portaling *portal, struct fail *fail)
{
	const struct portaling_settings *settings = &portal->settings->portaling;
	const struct tls_files files = {settings->certificate, settings->key};
	int r = textsfolder_read(settings->texts, settings->own, &portal->texts, fail);

	if (r == 0 && *settings->certificate != '\0')
		r = tls_new(&files, &portal->tls, fail);
	return r;
}

static void
begin(struct portaling *portal, const struct post *post, int keeper)
{
	const struct portaling_settings *settings = &portal->settings->portaling;
	const struct gardening_settings *garden = &portal->settings->gardening;
	struct portalstreams_settings streams = {
		.portal = {.page = {.provider = text_of(garden->provider),
				   .telephone = text_of(garden->telephone),
				   .hours = text_of(settings->hours),
				   .help = text_of(garden->help),
				   .country = text_of(settings->country)},
			.url = text_of(garden->portal)},
		.keeper = keeper,
		.connections_most = connections_most(settings),
		.line_most = settings->line_most,
		.length6 = settings->length6,
		.now = now,
		.context = portal,
	};
	struct fail fail = {0};

	duty_beat(&portal->duty);
	if (load(portal, &fail) < 0)
		duty_fail(&portal->duty, &fail);
	portal->base = make_base();
	shutin_enter(&portal->duty, post, portal->settings);
	streams.base = portal->base;
	streams.texts = portal->texts;
	hash_key_random(&streams.portal.secret);
	portal->streams = portalstreams_new(&streams);
}

static void
loop(struct portaling *portal)
{
	struct timeval period = {.tv_usec = TICK_US};
	struct event *tick = event_new(portal->base, -1, EV_PERSIST, on_tick, portal);
	struct event *parent = event_new(
		portal->base, portal->duty.parent, EV_READ | EV_PERSIST, on_parent, portal);

	must(tick != NULL && event_add(tick, &period) == 0);
	must(parent != NULL && event_add(parent, NULL) == 0);
	duty_ready(&portal->duty);
	(void)event_base_dispatch(portal->base);
}

_Noreturn void
portaling_run(const struct daemon_settings *settings, struct estate *estate,
	const struct portalopening *opening)
{
	struct portaling *portal = xcalloc(1, sizeof(*portal));
	struct post post = {.owner = OWNER_PORTAL};

	portal->settings = settings;
	estate_enter(estate, &post, opening->descriptor, opening->count);
	duty_begin(&portal->duty, estate, &post);
	begin(portal, &post, estate->portal_keeper.end[0]);
	for (size_t i = 0; i < opening->count; i++)
		portalstreams_listen(portal->streams, opening->descriptor[i], portal->tls);
	loop(portal);
	show(portal);
	portal->streams = portalstreams_free(portal->streams);
	_exit(0);
}
