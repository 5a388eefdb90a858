/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/portaling.h"

#include "runtime/eventbase.h"
#include "runtime/process.h"
#include "service/dutyloop.h"
#include "service/shutin.h"
#include "service/textsfolder.h"

#include <stdlib.h>
#include <unistd.h>

struct portaling {
	const struct daemon_settings *settings;
	struct duty duty;
	struct event_base *base;
	struct texts *texts, *texts_b; /* NULL: there is one version */
	struct tls *tls;               /* NULL: without */
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
on_tick(void *context)
{
	struct portaling *portal = context;

	look_at_certificate(portal);
	show(portal);
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
	size_t each = process_connections(settings->connections_most) / settings->place_count;

	return each > 0 ? each : 1;
}

/* What is read of files. */
static int
load(struct portaling *portal, struct fail *fail)
{
	const struct portaling_settings *settings = &portal->settings->portaling;
	const struct tls_files files = {settings->certificate, settings->key};
	const struct textsfolder texts = {
		settings->texts, settings->own, settings->own_b, settings->language};
	int r = textsfolder_read(&texts, &portal->texts, &portal->texts_b, fail);

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
	portal->base = eventbase_new();
	shutin_enter(&portal->duty, post, portal->settings);
	streams.base = portal->base;
	streams.texts = portal->texts;
	streams.texts_b = portal->texts_b;
	hash_key_random(&streams.portal.secret);
	portal->streams = portalstreams_new(&streams);
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
	dutyloop_run(&(struct dutyloop){&portal->duty, portal->base, on_tick, portal});
	show(portal);
	portal->streams = portalstreams_free(portal->streams);
	_exit(0);
}
