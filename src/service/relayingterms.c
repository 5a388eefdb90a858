/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/line.h"
#include "ledger/casecode.h"
#include "service/casetable.h"
#include "service/relayinginside.h"

#include <math.h>

struct wall
relaying_now(void *context)
{
	struct relaying *relaying = context;

	(void)clock_read(&relaying->duty.clock);
	return relaying->duty.clock.now;
}

/* One address of many lines is nobody's. */
uint64_t
relaying_line(void *context, const struct address *client)
{
	struct relaying *relaying = context;
	struct line_name name;
	struct line line;

	if (lines_find_at(relaying->settings->lines, client, 0, relaying->duty.clock.now, &line,
		    &name) < 0 ||
		line.role == ROLE_SHARED)
		return 0;
	return line.pseudonym;
}

/* Did an operator let the account send again, whatever this case says? What is held against it now is fused as the
 * court does it, where nobody else knows anything of it. */
static bool
is_released(struct relaying *relaying, uint64_t key, const struct casetable_slot *slot)
{
	const struct court_settings *court = &relaying->settings->judging.parameters.court;
	struct senders *senders = relay_senders(relaying->relay);
	struct sender_facts facts = {0};

	if (!relayorders_has_release(&relaying->orders, key, slot->number))
		return false;
	if (senders != NULL)
		(void)!senders_facts(senders, key, relaying->duty.clock.now, &facts);
	return relayorders_is_released(&relaying->orders, key, slot->number,
		(double)facts.evidence.score + log(court->weight[CHANNEL_RELAY]),
		slot->state == STATE_SUSPECT ? court->suspect : 0);
}

/* Orders that were just given hold for the question that is being decided. */
static bool
limit_of(void *context, uint64_t key, struct wall now, struct rule *ret)
{
	struct relaying *relaying = context;

	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	return relayorders_limit(&relaying->orders, key, now, ret);
}

static struct relay_case
case_of(void *context, uint64_t key)
{
	struct relaying *relaying = context;
	struct relay_case ret = {.standing = RELAY_CLEAR};
	bool is_shadow = relaying->settings->relaying.relay.is_shadow;
	struct casetable_slot slot;

	if (casetable_find(relaying->estate->cases, key, &slot) < 0)
		return ret;
	/* After the case: a keeper that begins shows orders before cases. */
	relayorders_look(&relaying->orders, relay_senders(relaying->relay));
	if (is_released(relaying, key, &slot))
		return ret;
	if (slot.state == STATE_CONFIRMED || slot.state == STATE_QUARANTINE)
		ret.standing = RELAY_IS;
	/* Where nothing is done it is said what would be. */
	else if (slot.is_limited || (is_shadow && slot.state == STATE_SUSPECT))
		ret.standing = RELAY_MAY_BE;
	if (ret.standing != RELAY_CLEAR)
		(void)casecode_format(slot.number, &relaying->key, ret.number);
	return ret;
}

static void
give_evidence(void *context, const struct relay_notice *notice)
{
	struct relaying *relaying = context;

	relaynotice_give(&relaying->notice, notice);
}

/* Logs know it by its queue id. */
static void
on_sent(void *context, const struct relay_sent *sent)
{
	struct relaying *relaying = context;

	if (relaying->logs != NULL)
		deliveries_tell(relaylogs_deliveries(relaying->logs), 0, sent->queue_id, sent->who,
			sent->class, sent->recipients, sent->time);
}

struct relay_settings
relaying_relay_settings(struct relaying *relaying)
{
	struct relay_settings settings = relaying->settings->relaying.relay;

	settings.key = relaying->key;
	settings.local = &relaying->load.local;
	settings.roster = relaying->load.roster;
	settings.places = relaying->load.places;
	settings.senders.seed = hash_keyed(&relaying->key, "senders", 7);
	settings.line_of = lines_has_inside(relaying->settings->lines) ? relaying_line : NULL;
	settings.limit_of = limit_of;
	settings.case_of = case_of;
	settings.on_evidence = give_evidence;
	settings.on_sent = on_sent;
	settings.context = relaying;
	return settings;
}
