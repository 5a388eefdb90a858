/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/bgpspeakerinside.h"

#include <errno.h>
#include <stdlib.h>

#define OPEN_HOLD (4 * WALL_MINUTE) /* until the OPEN is there (RFC 4271 s8.2.2) */

const char *const bgpspeaker_state_names[BGPSPEAKER_STATES] = {
	[BGPSPEAKER_STOPPED] = "stopped",
	[BGPSPEAKER_IDLE] = "idle",
	[BGPSPEAKER_CONNECT] = "connect",
	[BGPSPEAKER_OPENSENT] = "opensent",
	[BGPSPEAKER_OPENCONFIRM] = "openconfirm",
	[BGPSPEAKER_ESTABLISHED] = "established",
};

void
bgpspeaker_defaults(struct bgpspeaker_settings *settings)
{
	*settings = (struct bgpspeaker_settings){.hold = 90,
		.restart = 60,
		.families = 1U << BGP_FLOW4 | 1U << BGP_FLOW6,
		.most = 2000,
		.shortest4 = 24,
		.shortest6 = 48,
		.retry_first_us = 5 * WALL_SECOND,
		.retry_most_us = 120 * WALL_SECOND,
		.interval_us = -1};
	settings->rules.local_pref = 100;
}

int
bgpspeaker_check(const struct bgpspeaker_settings *settings, struct fail *fail)
{
	const struct flowspec_settings *rules = &settings->rules;

	if (rules->as == 0 || settings->peer_as == 0)
		fail_what(fail, "an AS number is 0");
	else if (settings->identifier == 0)
		fail_what(fail, "the BGP identifier is 0; expected an own IPv4 address");
	else if (settings->hold == 1 || settings->hold == 2)
		fail_what(fail, "a hold time of %u s; expected 0, or 3 and more", settings->hold);
	else if (settings->restart > 4095)
		fail_what(fail, "rules are to be kept for %u s; expected at most 4095",
			settings->restart);
	else if (settings->families == 0 || settings->families >> BGP_FAMILIES != 0)
		fail_what(fail, "no family is to be offered");
	else if ((settings->families & 1U << BGP_UNICAST4) != 0 && !rules->has_next_hop4)
		fail_what(fail, "black holes of IPv4 have no next hop");
	else if ((settings->families & 1U << BGP_UNICAST6) != 0 && !rules->has_next_hop6)
		fail_what(fail, "black holes of IPv6 have no next hop");
	else if (settings->most == 0 || settings->most > 1000000)
		fail_what(fail, "%u rules at the most; expected 1 to 1000000", settings->most);
	else if (settings->retry_first_us < WALL_SECOND ||
		settings->retry_most_us < settings->retry_first_us)
		fail_what(fail, "times between attempts below 1 s, or the longest below the first");
	else
		return 0;
	return -EINVAL;
}

struct bgpspeaker *
bgpspeaker_new(const struct bgpspeaker_settings *settings)
{
	struct bgpspeaker *speaker = xcalloc(1, sizeof(*speaker));
	struct bgprules_settings rules = {.most = settings->most,
		.interval_us = settings->interval_us,
		.withdrawals_wait = settings->withdrawals_wait,
		.key = settings->key};

	speaker->settings = *settings;
	speaker->settings.rules.is_external = settings->rules.as != settings->peer_as;
	if (rules.interval_us < 0)
		rules.interval_us = speaker->settings.rules.is_external ? 30 * WALL_SECOND : 0;
	speaker->rules = bgprules_new(&rules);
	speaker->blocked_us = BGPSPEAKER_NEVER;
	return speaker;
}

struct bgpspeaker *
bgpspeaker_free(struct bgpspeaker *speaker)
{
	if (speaker == NULL)
		return NULL;
	bgprules_free(speaker->rules);
	free(speaker);
	return NULL;
}

/* The session or the attempt is over; speaker->words says why. */
static void
end(struct bgpspeaker *speaker, struct bgp_error parting, int64_t now_us)
{
	if (speaker->state == BGPSPEAKER_ESTABLISHED) {
		speaker->counts.lost++;
		if (now_us - speaker->since.us >= speaker->settings.retry_most_us)
			speaker->attempts = 0;
	}
	speaker->parting = bgpspeaker_is_in_session(speaker) ? parting : (struct bgp_error){0};
	speaker->state = BGPSPEAKER_IDLE;
	speaker->is_retry_unset = true;
	speaker->since = (struct wall){0};
	speaker->agreed = 0;
	speaker->owes_end = 0;
	speaker->owes_open = false;
	speaker->owes_keepalive = false;
	speaker->blocked_us = BGPSPEAKER_NEVER;
	speaker->news++;
	bgprules_session(speaker->rules, 0);
}

void
bgpspeaker_end(
	struct bgpspeaker *speaker, const struct bgp_error *error, bool is_of_peer, int64_t now_us)
{
	struct buffer words;

	buffer_init(&words, 4096);
	bgp_error_print(error, &words);
	fail_what(&speaker->words, "%s: %s", is_of_peer ? "the router ended it" : "ended here",
		buffer_string(&words));
	buffer_done(&words);
	end(speaker, is_of_peer ? (struct bgp_error){0} : *error, now_us);
}

void
bgpspeaker_start(struct bgpspeaker *speaker)
{
	if (speaker->state != BGPSPEAKER_STOPPED)
		return;
	speaker->state = BGPSPEAKER_IDLE;
	speaker->attempts = 0;
	speaker->is_retry_unset = false;
	speaker->retry_us = INT64_MIN;
}

/* code 0: without a word. */
static void
stop(struct bgpspeaker *speaker, struct bgp_error parting)
{
	if (speaker->state == BGPSPEAKER_STOPPED)
		return;
	fail_what(&speaker->words, "stopped");
	end(speaker, parting, 0);
	speaker->state = BGPSPEAKER_STOPPED;
}

void
bgpspeaker_stop(struct bgpspeaker *speaker)
{
	stop(speaker, bgp_error_of(BGP_CEASE, BGP_CEASE_SHUTDOWN));
}

void
bgpspeaker_leave(struct bgpspeaker *speaker)
{
	stop(speaker, (struct bgp_error){0});
}

void
bgpspeaker_reset(struct bgpspeaker *speaker)
{
	if (speaker->state == BGPSPEAKER_STOPPED)
		return;
	bgpspeaker_stop(speaker);
	if (speaker->parting.code != 0)
		speaker->parting = bgp_error_of(BGP_CEASE, BGP_CEASE_RESET);
	bgpspeaker_start(speaker);
}

static bool
is_narrow(
	const struct bgpspeaker *speaker, const struct flowspec_rule *rule, enum bgp_family family)
{
	if (family == BGP_FLOW4 || family == BGP_UNICAST4)
		return rule->prefix.length >= 96 + speaker->settings.shortest4 &&
			rule->prefix.length <= 128;
	return rule->prefix.length >= speaker->settings.shortest6 && rule->prefix.length <= 128;
}

int
bgpspeaker_want(struct bgpspeaker *speaker, const struct flowspec_rule *rule)
{
	struct flowspec_rule wanted = *rule;
	enum bgp_family family = flowspec_family(rule);
	int r;

	if ((speaker->settings.families & 1U << family) == 0) {
		speaker->counts.unfit++;
		return -EAFNOSUPPORT;
	}
	if (!is_narrow(speaker, rule, family)) {
		speaker->counts.unfit++;
		return -EDOM;
	}
	if (rule->kind == FLOWSPEC_BLACKHOLE)
		wanted.rate = 0;
	wanted.prefix.address = address_mask(&rule->prefix.address, rule->prefix.length);
	r = bgprules_want(speaker->rules, &wanted);
	speaker->counts.refused += r == -ENOSPC;
	return r;
}

int
bgpspeaker_unwant(struct bgpspeaker *speaker, const struct flowspec_rule *rule)
{
	struct flowspec_rule wanted = *rule;

	wanted.prefix.address = address_mask(&rule->prefix.address, rule->prefix.length);
	return bgprules_unwant(speaker->rules, &wanted);
}

void
bgpspeaker_unwant_all(struct bgpspeaker *speaker)
{
	bgprules_unwant_all(speaker->rules);
}

void
bgpspeaker_mark(struct bgpspeaker *speaker)
{
	bgprules_mark(speaker->rules);
}

uint32_t
bgpspeaker_sweep(struct bgpspeaker *speaker)
{
	return bgprules_sweep(speaker->rules);
}

void
bgpspeaker_connected(struct bgpspeaker *speaker, struct wall now)
{
	if (speaker->state != BGPSPEAKER_CONNECT)
		return;
	speaker->state = BGPSPEAKER_OPENSENT;
	speaker->counts.connections++;
	speaker->owes_open = true;
	speaker->hold_us = now.us + OPEN_HOLD;
	speaker->keepalive_us = BGPSPEAKER_NEVER;
	speaker->hold = 0;
}

void
bgpspeaker_closed(struct bgpspeaker *speaker, struct text why, struct wall now)
{
	const char *what =
		bgpspeaker_is_in_session(speaker) ? "the connection was lost" : "no connection";

	speaker->parting.code = 0;
	if (speaker->state < BGPSPEAKER_CONNECT)
		return;
	speaker->counts.unreachable += speaker->state == BGPSPEAKER_CONNECT;
	fail_what(&speaker->words, "%s%s%.*s", what, why.length > 0 ? ": " : "", (int)why.length,
		why.length > 0 ? why.at : "");
	/* Nobody is there to be told. */
	end(speaker, (struct bgp_error){0}, now.us);
}

/* In words, which of the families that are wanted the router did not offer. */
static void
say_missing(struct bgpspeaker *speaker)
{
	struct buffer list;

	buffer_init(&list, 4096);
	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		if ((speaker->missing & 1U << i) != 0)
			buffer_print(
				&list, "%s%s", list.length > 0 ? ", " : "", bgp_family_names[i]);
	}
	fail_what(&speaker->words, "the router does not offer %s: rules of that are not announced",
		buffer_string(&list));
	buffer_done(&list);
	speaker->news++;
}

static void
on_open(struct bgpspeaker *speaker, struct reader body, struct wall now)
{
	const struct bgpspeaker_settings *settings = &speaker->settings;
	struct bgp_error error = {0};
	struct bgp_open open;

	if (bgp_read_open(body, &open, &error) < 0)
		goto refuse;
	if (open.as != settings->peer_as) {
		error = bgp_error_of(BGP_OPEN_ERROR, BGP_OPEN_BAD_AS);
		goto refuse;
	}
	/* Inside an AS they must differ (RFC 6286 s2.2). */
	if (!settings->rules.is_external && open.identifier == settings->identifier) {
		error = bgp_error_of(BGP_OPEN_ERROR, BGP_OPEN_BAD_IDENTIFIER);
		goto refuse;
	}
	/* Who names no family has IPv4 unicast: all that there was before RFC 4760. */
	if (open.families == 0)
		open.families = 1U << BGP_UNICAST4;
	speaker->agreed = settings->families & open.families;
	speaker->missing = settings->families & (uint8_t)~open.families;
	speaker->has_four_octets = open.has_four_octets;
	speaker->hold = open.hold < settings->hold ? open.hold : settings->hold;
	speaker->hold_us =
		speaker->hold > 0 ? now.us + speaker->hold * WALL_SECOND : BGPSPEAKER_NEVER;
	speaker->owes_keepalive = true;
	speaker->state = BGPSPEAKER_OPENCONFIRM;
	return;
refuse:
	speaker->counts.bad++;
	bgpspeaker_end(speaker, &error, false, now.us);
}

static void
establish(struct bgpspeaker *speaker, struct wall now)
{
	speaker->state = BGPSPEAKER_ESTABLISHED;
	speaker->counts.sessions++;
	speaker->since = now;
	speaker->owes_end = speaker->agreed;
	speaker->words = (struct fail){0};
	speaker->news++;
	if (speaker->missing != 0)
		say_missing(speaker);
	bgprules_session(speaker->rules, speaker->agreed);
}

static void
on_update(struct bgpspeaker *speaker, struct reader body, struct wall now)
{
	struct bgpupdate_sender sender = {.is_external = speaker->settings.rules.is_external,
		.has_four_octets = speaker->has_four_octets};
	struct bgpupdate_seen seen;
	struct bgp_error error = {0};

	if (bgpupdate_read(body, sender, &seen, &error) < 0) {
		speaker->counts.bad++;
		bgpspeaker_end(speaker, &error, false, now.us);
		return;
	}
	speaker->counts.passed += seen.announced;
	speaker->counts.damaged += seen.is_damaged;
}

static void
on_refresh(struct bgpspeaker *speaker, struct reader body, struct wall now)
{
	struct bgp_error error = {0};
	enum bgp_family family;

	if (bgp_read_refresh(body, &family, &error) < 0) {
		speaker->counts.bad++;
		bgpspeaker_end(speaker, &error, false, now.us);
		return;
	}
	/* One that was not agreed upon is passed over (RFC 2918 s4). */
	if (family == BGP_FAMILIES || (speaker->agreed & 1U << family) == 0)
		return;
	speaker->counts.refreshes++;
	speaker->owes_end |= (uint8_t)(1U << family);
	bgprules_again(speaker->rules, family);
}

/* A message that may not come in this state (RFC 4271 s6.6, RFC 6608). */
static void
on_disorder(struct bgpspeaker *speaker, struct wall now)
{
	struct bgp_error error = bgp_error_of(BGP_STATE_ERROR,
		BGP_STATE_IN_OPENSENT + (unsigned)speaker->state - BGPSPEAKER_OPENSENT);

	speaker->counts.bad++;
	bgpspeaker_end(speaker, &error, false, now.us);
}

static void
on_message(struct bgpspeaker *speaker, const struct bgp_message *message, struct wall now)
{
	bool is_established = speaker->state == BGPSPEAKER_ESTABLISHED;
	struct bgp_error error;

	if (speaker->hold > 0)
		speaker->hold_us = now.us + speaker->hold * WALL_SECOND;
	if (message->type == BGP_NOTIFICATION) {
		bgp_read_notification(message->body, &error);
		speaker->counts.notified++;
		bgpspeaker_end(speaker, &error, true, now.us);
	} else if (message->type == BGP_OPEN && speaker->state == BGPSPEAKER_OPENSENT) {
		on_open(speaker, message->body, now);
	} else if (message->type == BGP_KEEPALIVE && speaker->state == BGPSPEAKER_OPENCONFIRM) {
		establish(speaker, now);
	} else if (message->type == BGP_UPDATE && is_established) {
		on_update(speaker, message->body, now);
	} else if (message->type == BGP_ROUTE_REFRESH && is_established) {
		on_refresh(speaker, message->body, now);
	} else if (message->type != BGP_KEEPALIVE || !is_established) {
		on_disorder(speaker, now);
	}
}

void
bgpspeaker_received(struct bgpspeaker *speaker, struct reader *bytes, struct wall now)
{
	struct bgp_message message;
	struct bgp_error error = {0};
	int r = 1;

	while (bgpspeaker_is_in_session(speaker) && r == 1) {
		r = bgp_read(bytes, &message, &error);
		if (r == 1)
			on_message(speaker, &message, now);
	}
	if (r < 0) {
		speaker->counts.bad++;
		bgpspeaker_end(speaker, &error, false, now.us);
	}
	/* Of a connection that is over nothing is read. */
	if (!bgpspeaker_is_in_session(speaker))
		bytes->at = bytes->end;
}

struct bgpspeaker_status
bgpspeaker_status(const struct bgpspeaker *speaker)
{
	struct bgpspeaker_status status = {.state = speaker->state,
		.since = speaker->since,
		.agreed = speaker->agreed,
		.missing = speaker->missing,
		.hold = speaker->hold,
		.announced = bgprules_announced(speaker->rules),
		.news = speaker->news};
	bool is_pending = speaker->owes_end != 0;

	for (unsigned i = 0; i < BGP_FAMILIES; i++) {
		enum bgp_family family = (enum bgp_family)i;
		uint32_t wanted = bgprules_wanted(speaker->rules, family);

		status.wanted += wanted;
		if ((speaker->missing & 1U << i) != 0)
			status.untold += wanted;
		is_pending |= bgprules_first(speaker->rules, family, false) != NULL ||
			bgprules_first(speaker->rules, family, true) != NULL;
	}
	status.is_whole = speaker->state == BGPSPEAKER_ESTABLISHED && !is_pending;
	return status;
}

const struct bgpspeaker_counts *
bgpspeaker_counts(const struct bgpspeaker *speaker)
{
	return &speaker->counts;
}

const char *
bgpspeaker_words(const struct bgpspeaker *speaker)
{
	return speaker->words.what;
}
