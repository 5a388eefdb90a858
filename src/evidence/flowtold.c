/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/flowtold.h"

#include "evidence/meterchannel.h"

void
flow_channel_tell(struct flow_channel *channel, uint32_t index, const struct sighting_told *told,
	struct wall time)
{
	struct sender *sender = senders_at(&channel->senders, index);

	sender->last_us = time.us > sender->last_us ? time.us : sender->last_us;
	if (sender->role != ROLE_ACCOUNT)
		return;
	sender->attempts = told->recipients;
	sender->accepted = told->accepted;
	sender->failed = told->unknown;
	sender->refused = told->refused;
	sender->contacts = told->domains;
	/* It makes no contacts that could be bad. */
	sender->contacts_bad = told->networks;
}

static uint16_t
clamp(uint32_t count)
{
	return count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

bool
flow_channel_meter(struct flow_channel *channel, uint32_t index,
	const struct sighting_metered *metered, struct wall time)
{
	struct sender *sender = senders_at(&channel->senders, index);

	sender->last_us = time.us > sender->last_us ? time.us : sender->last_us;
	if (!meter_is_of(sender->role) || (sender->flags & SENDER_SERVER) != 0)
		return false;
	sender->meter_rate = clamp(metered->rate);
	sender->meter_minutes = clamp(metered->minutes);
	return true;
}

void
flow_told_facts(const struct sender *sender, struct flow_facts *facts)
{
	facts->networks = sender->contacts_bad;
	facts->contacts_bad = 0;
	facts->addresses = 0;
	facts->expected_a_day = 0;
}
