/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingbgp.h"

#include "runtime/event.h"
#include "runtime/secretfile.h"
#include "service/actingrules.h"
#include "service/bgplink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What is left out is tried again no oftener than this. */
#define ROOM_US (2 * WALL_SECOND)

struct router {
	struct bgplink *link;
	char name[BGPPEER_NAME];
	uint64_t news;     /* of the speaker, that were told */
	uint32_t left_out; /* there is no room for them */
	uint32_t unfit;    /* of families that it is not told */
	bool is_up;
	struct fail fail; /* why it is never begun; what empty: it is */
};

struct actingbgp {
	const struct router_settings *settings;
	const struct lines *lines;
	struct router router[BGPPEERS];
	uint32_t count;
	bool has_begun;
	int64_t room_us; /* when it was last looked for room */
	char words[STATUS_TEXT];
};

static void
make_settings(const struct router_settings *settings, const struct bgppeer *peer,
	struct bgpspeaker_settings *ret)
{
	bgpspeaker_defaults(ret);
	ret->rules = settings->rules;
	ret->rules.local_pref = 100;
	ret->rules.has_destination = peer->has_destination;
	ret->peer_as = peer->as;
	ret->identifier = settings->identifier;
	ret->most = peer->most > 0 ? peer->most : settings->most;
	if (peer->hold > 0)
		ret->hold = peer->hold;
	if (settings->quarantine == ROUTER_BLACKHOLE)
		ret->families |= (uint8_t)((settings->rules.has_next_hop4 << BGP_UNICAST4) |
			(settings->rules.has_next_hop6 << BGP_UNICAST6));
	hash_key_random(&ret->key);
}

static void
make_router(const struct router_settings *settings, const struct bgppeer *peer, struct router *ret)
{
	char password[SECRETFILE_MOST];
	struct bgpspeaker_settings speaker;
	int64_t length = 0;

	bgppeer_name(peer, ret->name);
	make_settings(settings, peer, &speaker);
	if (*peer->password != '\0')
		length = secretfile_read(peer->password, BGPLINK_PASSWORD, password, &ret->fail);
	ret->link = bgplink_new(
		peer, &speaker, (struct text){password, length > 0 ? (size_t)length : 0});
	explicit_bzero(password, sizeof(password));
}

struct actingbgp *
actingbgp_new(const struct daemon_settings *settings)
{
	const struct router_settings *routers = &settings->contain.routers;
	struct actingbgp *bgp;

	if (routers->peers.count == 0)
		return NULL;
	bgp = xcalloc(1, sizeof(*bgp));
	bgp->settings = routers;
	bgp->lines = settings->lines;
	bgp->count = routers->peers.count;
	for (uint32_t i = 0; i < bgp->count; i++)
		make_router(routers, &routers->peers.peer[i], &bgp->router[i]);
	return bgp;
}

struct actingbgp *
actingbgp_free(struct actingbgp *bgp)
{
	if (bgp == NULL)
		return NULL;
	for (uint32_t i = 0; i < bgp->count; i++)
		bgplink_free(bgp->router[i].link);
	free(bgp);
	return NULL;
}

static void
want(struct router *router, const struct flowspec_rule *rule)
{
	int r = bgpspeaker_want(bgplink_speaker(router->link), rule);

	router->left_out += r == -ENOSPC;
	router->unfit += r < 0 && r != -ENOSPC;
}

static void
take(void *end, const struct holding_change *change)
{
	struct actingbgp *bgp = end;
	struct flowspec_rule rule;
	int r = actingrules_of(bgp->settings, bgp->lines, change, &rule);

	if (r < 0 && change->adds)
		event(EVENT_CONTAIN_REFUSED, "kind=%s", measure_names[change->kind]);
	if (r <= 0)
		return;
	for (uint32_t i = 0; i < bgp->count; i++) {
		struct router *router = &bgp->router[i];

		if (change->adds)
			want(router, &rule);
		else if (bgpspeaker_unwant(bgplink_speaker(router->link), &rule) == 0 &&
			router->left_out > 0)
			router->left_out--;
	}
}

/* All rules that are to hold; those that the router has stay before new ones come, as far as there is room. */
static void
fill(struct actingbgp *bgp, struct router *router, const struct holding *holding)
{
	struct bgpspeaker *speaker = bgplink_speaker(router->link);
	struct actingrules_place place = {0};
	struct flowspec_rule rule;

	router->left_out = router->unfit = 0;
	bgpspeaker_mark(speaker);
	while (actingrules_next(bgp->settings, bgp->lines, holding, &place, &rule) > 0)
		want(router, &rule);
	(void)bgpspeaker_sweep(speaker);
}

static void
anew(void *end, const struct holding *holding)
{
	struct actingbgp *bgp = end;

	for (uint32_t i = 0; i < bgp->count; i++) {
		struct router *router = &bgp->router[i];

		fill(bgp, router, holding);
		if (!bgp->has_begun && *router->fail.what == '\0')
			bgpspeaker_start(bgplink_speaker(router->link));
	}
	bgp->has_begun = true;
}

/* Into the log, when a session begins and when it ends. */
static void
tell(struct router *router)
{
	const struct bgpspeaker *speaker = bgplink_speaker(router->link);
	struct bgpspeaker_status status = bgpspeaker_status(speaker);
	bool is_up = status.state == BGPSPEAKER_ESTABLISHED;

	if (status.news == router->news && is_up == router->is_up)
		return;
	if (is_up && !router->is_up)
		event(EVENT_BGP_UP, "router=%s rules=%u", router->name, status.wanted);
	else if (!is_up && *bgpspeaker_words(speaker) != '\0')
		event(EVENT_BGP_DOWN, "router=%s text=%s", router->name, bgpspeaker_words(speaker));
	router->news = status.news;
	router->is_up = is_up;
}

static int64_t
see_to(void *end, const struct holding *holding)
{
	struct actingbgp *bgp = end;
	int64_t now = clock_steady(), wake = INT64_MAX;
	bool looks = now - bgp->room_us >= ROOM_US;

	for (uint32_t i = 0; i < bgp->count && bgp->has_begun; i++) {
		struct router *router = &bgp->router[i];
		uint32_t most = bgplink_most(router->link);
		int64_t next;

		if (looks && holding != NULL && router->left_out > 0 &&
			bgpspeaker_status(bgplink_speaker(router->link)).wanted < most)
			fill(bgp, router, holding);
		next = bgplink_step(router->link);
		wake = next < wake ? next : wake;
		tell(router);
	}
	if (looks)
		bgp->room_us = now;
	return wake;
}

static size_t
polled(void *end, struct pollfd *into, size_t most)
{
	struct actingbgp *bgp = end;

	must(most >= bgp->count);
	for (uint32_t i = 0; i < bgp->count; i++)
		into[i] = bgplink_polled(bgp->router[i].link);
	return bgp->count;
}

static void
ready(void *end, const struct pollfd *polled, size_t count)
{
	struct actingbgp *bgp = end;

	for (size_t i = 0; i < count; i++)
		bgplink_ready(bgp->router[i].link, polled[i].revents);
}

static void
show(void *end, struct duty *duty)
{
	struct actingbgp *bgp = end;
	uint64_t up = 0, announced = 0, left_out = 0, lost = 0;

	for (uint32_t i = 0; i < bgp->count; i++) {
		const struct bgpspeaker *speaker = bgplink_speaker(bgp->router[i].link);
		struct bgpspeaker_status status = bgpspeaker_status(speaker);

		up += status.state == BGPSPEAKER_ESTABLISHED;
		announced += status.announced;
		left_out += bgp->router[i].left_out + bgp->router[i].unfit + status.untold;
		lost += bgpspeaker_counts(speaker)->lost;
	}
	duty_show(duty, COUNT_BGP_SESSIONS, up);
	duty_show(duty, COUNT_BGP_RULES, announced);
	duty_show(duty, COUNT_BGP_LEFT_OUT, left_out);
	duty_count(duty, COUNT_BGP_LOST, lost);
}

/* Of one router that has not all: why. */
static bool
describe(const struct router *router, char words[STATUS_TEXT])
{
	const struct bgpspeaker *speaker = bgplink_speaker(router->link);
	struct bgpspeaker_status status = bgpspeaker_status(speaker);
	const char *why = bgpspeaker_words(speaker);

	if (*router->fail.what != '\0')
		snprintf(words, STATUS_TEXT, "router %s is not told: %s: %s", router->name,
			router->fail.where, router->fail.what);
	else if (status.state != BGPSPEAKER_ESTABLISHED)
		snprintf(words, STATUS_TEXT, "router %s has no session: %s", router->name,
			*why != '\0' ? why : "it has not come about yet");
	else if (router->left_out > 0)
		snprintf(words, STATUS_TEXT, "router %s may have no more rules; %u are left out",
			router->name, router->left_out);
	else if (status.untold > 0)
		snprintf(words, STATUS_TEXT, "router %s: %s", router->name, why);
	else
		return false;
	return true;
}

static const char *
wrong(void *end)
{
	struct actingbgp *bgp = end;

	for (uint32_t i = 0; i < bgp->count; i++) {
		if (describe(&bgp->router[i], bgp->words))
			return bgp->words;
	}
	return "";
}

/* The routers forget what they were told, or keep it for who comes next and tells it again. */
static void
stop(void *end, bool is_replaced)
{
	struct actingbgp *bgp = end;

	for (uint32_t i = 0; i < bgp->count; i++) {
		struct bgpspeaker *speaker = bgplink_speaker(bgp->router[i].link);

		if (is_replaced)
			bgpspeaker_leave(speaker);
		else
			bgpspeaker_stop(speaker);
		(void)bgplink_step(bgp->router[i].link);
	}
}

const struct actingend_kind actingbgp_kind = {
	.take = take,
	.anew = anew,
	.see_to = see_to,
	.polled = polled,
	.ready = ready,
	.show = show,
	.wrong = wrong,
	.stop = stop,
};
