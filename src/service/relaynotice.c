/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/relaynotice.h"

#include "control/message.h"
#include "evidence/evidence.h"
#include "identity/sighting.h"

/* Senders that are looked at in one call. */
#define LOOKS 4096

static uint32_t
clamp(uint64_t count)
{
	return count < UINT32_MAX ? (uint32_t)count : UINT32_MAX;
}

/* Recipients may be known by their results only, as where nobody asks at RCPT. */
static struct sighting_told
told_of(const struct sender_facts *facts)
{
	uint64_t accepted = facts->results[SENDER_SENT],
		 unknown = facts->results[SENDER_UNKNOWN_USER],
		 refused = facts->results[SENDER_POLICY], all = accepted + unknown + refused;

	if (all < facts->attempts)
		all = facts->attempts;
	return (struct sighting_told){
		.recipients = clamp(all),
		.accepted = clamp(accepted),
		.unknown = clamp(unknown),
		.refused = clamp(refused),
		.domains = facts->today_new_domains,
		.networks = facts->hour_networks,
	};
}

static bool
has_case(enum limit limit)
{
	switch (limit) {
	case LIMIT_ACCOUNT:
	case LIMIT_BUSINESS:
	case LIMIT_FORWARDER:
	case LIMIT_NEWSLETTER:
	case LIMIT_LINE:
		return true;
	case LIMIT_CERTIFICATE:
	case LIMIT_ADDRESS:
	case LIMIT_IPV6_64:
	case LIMIT_IPV6_56:
	case LIMIT_IPV6_48:
	case LIMIT_DOMAIN:
	case LIMIT_RELAY:
	case LIMIT_BOUNCE:
	case LIMIT_LOCAL:
	case LIMITS:
		break;
	}
	return false;
}

static void
put(struct relaynotice *of, const struct sighting *sighting)
{
	uint32_t judge = message_shard(sighting->line.pseudonym, of->judges);

	if (ring_put(&of->judge[judge], sighting, 1) == 1)
		of->sightings++;
	else
		of->refused++;
}

void
relaynotice_give(void *context, const struct relay_notice *notice)
{
	struct relaynotice *of = context;
	struct sighting sighting = {
		.time = of->now(of->context),
		.line = {.pseudonym = notice->key,
			.role = notice->limit == LIMIT_LINE ? ROLE_RESIDENTIAL : ROLE_ACCOUNT},
		.told = told_of(&notice->facts),
		.kind = SIGHTING_SCORE,
		.channel = CHANNEL_RELAY,
		.score = notice->evidence.score > 0 ? notice->evidence.score : 0,
		.watch = notice->evidence.watch > 0 ? notice->evidence.watch : 0,
	};

	if (!has_case(notice->limit))
		return;
	if (notice->account.length > 0)
		of->names_replaced += accountname_put(of->names, notice->key, notice->account);
	put(of, &sighting);
}

static void
look(void *context, const struct sender_facts *facts)
{
	struct relay_notice notice = {
		.key = facts->key,
		.limit = (enum limit)facts->limit,
		.evidence = facts->evidence,
		.facts = *facts,
	};

	if (facts->is_suspect || facts->evidence.score > 1)
		relaynotice_give(context, &notice);
}

void
relaynotice_again(struct relaynotice *of, struct relay *relay, int64_t steady_us)
{
	struct senders *senders = relay_senders(relay);

	if (senders == NULL || (of->place == 0 && steady_us - of->round_us < RELAYNOTICE_US))
		return;
	if (of->place == 0)
		of->round_us = steady_us;
	of->place = senders_each(senders, of->place, LOOKS, of->now(of->context), look, of);
}

void
relaynotice_time(struct relaynotice *of)
{
	struct sighting tick = {.time = of->now(of->context), .kind = SIGHTING_CLOCK};

	for (uint32_t judge = 0; judge < of->judges; judge++)
		(void)ring_put(&of->judge[judge], &tick, 1);
}
