/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpspeakerinside.h"

#define SEND_HOLD  (8 * WALL_MINUTE) /* RFC 9687 s3: this, or twice the hold time */
#define SEND_ERROR 8
#define OPEN_MOST  96 /* with all capabilities */

/* Between 3/4 of a time and all of it (RFC 4271 s10). */
static int64_t
jitter(int64_t us, uint64_t random)
{
	/* The upper 32 bits as a part of 1. */
	return us - (int64_t)((random >> 32) * ((uint64_t)us / 4) >> 32);
}

/* How long nothing may be taken. */
static int64_t
send_hold(const struct bgpspeaker *speaker)
{
	int64_t twice = 2 * speaker->hold * WALL_SECOND;

	return twice > SEND_HOLD ? twice : SEND_HOLD;
}

/* Ends what took too long. */
static void
expire(struct bgpspeaker *speaker, struct wall now)
{
	struct bgp_error error = bgp_error_of(BGP_HOLD_EXPIRED, 0);

	if (speaker->state == BGPSPEAKER_CONNECT && now.us >= speaker->retry_us) {
		bgpspeaker_closed(speaker,
			TEXT("no answer; there may be no way, a filter, or another TCP password"),
			now);
	} else if (bgpspeaker_is_in_session(speaker) && now.us >= speaker->hold_us) {
		speaker->counts.expired++;
		bgpspeaker_end(speaker, &error, false, now.us);
	} else if (bgpspeaker_is_in_session(speaker) && speaker->blocked_us != BGPSPEAKER_NEVER &&
		now.us - speaker->blocked_us >= send_hold(speaker)) {
		speaker->counts.expired++;
		error.code = SEND_ERROR;
		bgpspeaker_end(speaker, &error, false, now.us);
	}
}

/* The next attempt: draws its time, or begins it when that has come. */
static void
attempt(struct bgpspeaker *speaker, struct wall now, uint64_t random)
{
	int64_t wait = speaker->settings.retry_first_us;

	if (speaker->is_retry_unset) {
		for (unsigned i = 0; i < speaker->attempts; i++)
			wait = wait < speaker->settings.retry_most_us ? 2 * wait : wait;
		if (wait > speaker->settings.retry_most_us)
			wait = speaker->settings.retry_most_us;
		speaker->attempts += speaker->attempts < 32;
		speaker->retry_us = now.us + jitter(wait, random);
		speaker->is_retry_unset = false;
	} else if (now.us >= speaker->retry_us) {
		speaker->state = BGPSPEAKER_CONNECT;
		speaker->connection += speaker->connection == UINT32_MAX ? 2 : 1;
		speaker->retry_us = now.us + speaker->settings.retry_most_us;
	}
}

static bool
has_room(struct bgpspeaker *speaker, const struct writer *out, size_t size, struct wall now)
{
	if ((size_t)(out->end - out->at) >= size) {
		speaker->blocked_us = BGPSPEAKER_NEVER;
		return true;
	}
	if (speaker->blocked_us == BGPSPEAKER_NEVER)
		speaker->blocked_us = now.us;
	return false;
}

/* All rules of that family that fit into messages for which there is room. false: there was none. */
static bool
tell(struct bgpspeaker *speaker, enum bgp_family family, bool is_withdrawal, struct wall now,
	struct writer *out)
{
	const struct flowspec_settings *settings = &speaker->settings.rules;
	const struct flowspec_rule *rule;

	while ((rule = bgprules_first(speaker->rules, family, is_withdrawal)) != NULL) {
		struct bgpupdate update;
		struct bgp_path path = flowspec_path(settings, rule, speaker->has_four_octets);
		uint8_t route[FLOWSPEC_ROUTE];
		struct flowspec_rule first = *rule;

		if (!has_room(speaker, out, BGP_MESSAGE, now))
			return false;
		bgpupdate_begin(&update, out, family, is_withdrawal ? NULL : &path);
		while (rule != NULL &&
			(is_withdrawal || (rule->rate == first.rate && rule->kind == first.kind)) &&
			bgpupdate_add(&update, route, flowspec_route(settings, rule, route))) {
			bgprules_told(speaker->rules, family, is_withdrawal, now);
			if (is_withdrawal)
				speaker->counts.withdrawn++;
			else
				speaker->counts.announced++;
			rule = bgprules_first(speaker->rules, family, is_withdrawal);
		}
		bgpupdate_end(&update, out);
		speaker->counts.told++;
	}
	return true;
}

/* First who is released. End-of-RIB when nothing is left. */
static void
tell_all(struct bgpspeaker *speaker, struct wall now, struct writer *out)
{
	for (unsigned i = 0; i < 2 * BGP_FAMILIES; i++) {
		if (!tell(speaker, (enum bgp_family)(i % BGP_FAMILIES), i < BGP_FAMILIES, now, out))
			return;
	}
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if ((speaker->owes_end & 1U << i) == 0)
			continue;
		if (!has_room(speaker, out, BGP_MESSAGE, now))
			return;
		bgpupdate_write_end_of_rib(out, (enum bgp_family)i);
		speaker->owes_end &= (uint8_t) ~(1U << i);
	}
}

static void
write_open(const struct bgpspeaker *speaker, struct writer *out)
{
	struct bgp_open open = {.as = speaker->settings.rules.as,
		.identifier = speaker->settings.identifier,
		.hold = speaker->settings.hold,
		.families = speaker->settings.families,
		.has_four_octets = true,
		.has_refresh = true,
		.has_long = true,
		.has_restart = true,
		.restart = speaker->settings.restart,
		.is_restarted = speaker->settings.restart > 0 && speaker->counts.sessions == 0};

	bgp_write_open(out, &open);
}

/* What a session says of itself, besides rules. false: there is no room. */
static bool
keep(struct bgpspeaker *speaker, struct wall now, uint64_t random, struct writer *out)
{
	int64_t third = speaker->hold * WALL_SECOND / 3;

	if (speaker->owes_open) {
		if (!has_room(speaker, out, OPEN_MOST, now))
			return false;
		write_open(speaker, out);
		speaker->owes_open = false;
	}
	if (speaker->owes_keepalive || now.us >= speaker->keepalive_us) {
		if (!has_room(speaker, out, BGP_HEADER, now))
			return false;
		bgp_write_keepalive(out);
		speaker->owes_keepalive = false;
		if (third < WALL_SECOND)
			third = WALL_SECOND;
		speaker->keepalive_us =
			speaker->hold > 0 ? now.us + jitter(third, random) : BGPSPEAKER_NEVER;
	}
	return true;
}

static struct wall
earliest(struct wall a, int64_t us)
{
	return (struct wall){us < a.us ? us : a.us};
}

struct bgpspeaker_step
bgpspeaker_step(struct bgpspeaker *speaker, struct wall now, uint64_t random, struct writer *out)
{
	struct bgpspeaker_step step = {.wake = {BGPSPEAKER_NEVER}};

	expire(speaker, now);
	if (speaker->parting.code != 0) {
		/* Where there is no room nobody reads. */
		if ((size_t)(out->end - out->at) >= BGP_HEADER + 2UL + speaker->parting.length)
			bgp_write_notification(out, &speaker->parting);
		speaker->parting.code = 0;
	}
	if (speaker->state == BGPSPEAKER_IDLE) {
		attempt(speaker, now, random);
		step.wake.us = speaker->retry_us;
	}
	if (speaker->state >= BGPSPEAKER_CONNECT)
		step.connection = speaker->connection;
	if (speaker->state == BGPSPEAKER_CONNECT)
		step.wake.us = speaker->retry_us;
	if (!bgpspeaker_is_in_session(speaker))
		return step;
	step.wake.us = speaker->hold_us;
	if (keep(speaker, now, random, out)) {
		step.wake = earliest(step.wake, speaker->keepalive_us);
		if (speaker->state == BGPSPEAKER_ESTABLISHED) {
			(void)bgprules_expire(speaker->rules, now);
			tell_all(speaker, now, out);
			step.wake = earliest(step.wake, bgprules_expire(speaker->rules, now).us);
		}
	}
	if (speaker->blocked_us != BGPSPEAKER_NEVER)
		step.wake = earliest(step.wake, speaker->blocked_us + send_hold(speaker));
	return step;
}
