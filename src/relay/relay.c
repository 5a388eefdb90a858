/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/relay.h"

#include "base/table.h"

#include <stdlib.h>

/* RFC 5321 s4.5.3.1.2. */
#define DOMAIN_MOST 255

const char *const decision_act_names[DECISION_ACTS] = {"pass", "slow", "defer", "hold", "reject"};

struct relay {
	struct relay_settings settings;
	struct guard *guard;
	struct relay_counts counts;
};

/* Near what is counted as near. */
static void
set_near(struct relay_settings *settings)
{
	for (int limit = 0; limit < LIMITS; limit++)
		rule_near(&settings->rule[limit], settings->slow_from);
}

struct relay *
relay_new(const struct relay_settings *settings)
{
	struct relay *relay = xcalloc(1, sizeof(*relay));
	struct guard_settings guard = {
		.keys_most = settings->keys_most,
		.messages_most = settings->messages_most,
		.is_shadow = settings->is_shadow,
	};

	relay->settings = *settings;
	set_near(&relay->settings);
	memcpy(guard.rule, relay->settings.rule, sizeof(guard.rule));
	relay->guard = guard_new(&guard);
	return relay;
}

struct relay *
relay_free(struct relay *relay)
{
	if (relay == NULL)
		return NULL;
	guard_free(relay->guard);
	free(relay);
	return NULL;
}

uint64_t
relay_hash(const struct relay_settings *settings, struct text text)
{
	uint64_t hash = hash_keyed(&settings->key, text.at, text.length);

	return hash != 0 ? hash : 1;
}

uint64_t
relay_domain(const struct relay_settings *settings, struct text address)
{
	const char *at = address.length > 0 ? memrchr(address.at, '@', address.length) : NULL;
	struct text domain = address;
	char small[DOMAIN_MOST];

	if (at != NULL)
		domain = (struct text){at + 1, (size_t)(address.at + address.length - at) - 1};
	if (domain.length == 0 || domain.length > sizeof(small))
		return 0;
	for (size_t i = 0; i < domain.length; i++) {
		char c = domain.at[i];

		small[i] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	return hash_keyed(&settings->key, small, domain.length);
}

/* After the recipients a server names one only where there is one. */
static bool
is_local(const struct relay *relay, const struct envelope *envelope)
{
	uint64_t domain;

	if (envelope->is_local)
		return true;
	if (relay->settings.local == NULL || envelope->recipient.length == 0)
		return false;
	domain = relay_domain(&relay->settings, envelope->recipient);
	return domain != 0 && table_find(relay->settings.local, domain) != NULL;
}

void
relay_responsible(
	const struct relay *relay, const struct envelope *envelope, struct responsible *ret)
{
	struct responsible_input input = {
		.account = envelope->account,
		.certificate = envelope->certificate,
		.client = envelope->client,
		.class = LIMIT_ACCOUNT,
		.is_bounce = envelope->sender.length == 0,
		.is_local = is_local(relay, envelope),
	};

	responsible_find(&input, &relay->settings.key, ret);
}

static enum decision_act
act_of(const struct guard_answer *answer)
{
	if (answer->would)
		return answer->why.never ? DECISION_REJECT : DECISION_DEFER;
	return answer->is_near ? DECISION_SLOW : DECISION_PASS;
}

struct decision
relay_decide(struct relay *relay, const struct envelope *envelope, struct wall now)
{
	static const enum guard_stage stages[] = {
		[ENVELOPE_RECIPIENT] = GUARD_RECIPIENT,
		[ENVELOPE_DATA] = GUARD_DATA,
		[ENVELOPE_END] = GUARD_END,
		[ENVELOPE_ABORT] = GUARD_ABORT,
	};
	struct responsible responsible;
	struct guard_ask ask = {
		.message = envelope->message,
		.responsible = &responsible,
		.recipient = envelope->recipient.length > 0
			? relay_hash(&relay->settings, envelope->recipient)
			: 0,
		.count = envelope->count,
		.stage = stages[envelope->stage],
		.is_settled = envelope->is_settled,
	};
	struct guard_answer answer;
	struct decision decision = {.act = DECISION_PASS};

	relay_responsible(relay, envelope, &responsible);
	answer = guard_ask(relay->guard, &ask, now);
	decision.would = (uint8_t)act_of(&answer);
	decision.limit = answer.limit;
	decision.why = answer.why;
	if (relay->settings.is_shadow)
		relay->counts.shadowed += decision.would != DECISION_PASS;
	else
		decision.act = decision.would;
	if (decision.act == DECISION_SLOW)
		decision.slow_us = relay->settings.slow_us;
	if (ask.stage != GUARD_ABORT)
		relay->counts.decided[decision.would]++;
	return decision;
}

void
relay_advance(struct relay *relay, struct wall now)
{
	guard_advance(relay->guard, now);
}

int
relay_save(const struct relay *relay, struct save *save)
{
	guard_save(relay->guard, save);
	return save_error(save);
}

int
relay_restore(struct relay *fresh, struct restore *restore, struct wall now, struct fail *fail)
{
	return guard_restore(fresh->guard, restore, now, fail);
}

struct relay_counts
relay_counts(const struct relay *relay)
{
	return relay->counts;
}

struct guard *
relay_guard(struct relay *relay)
{
	return relay->guard;
}
