/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/flowtold.h"

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

void
flow_told_facts(const struct sender *sender, struct flow_facts *facts)
{
	facts->networks = sender->contacts_bad;
	facts->contacts_bad = 0;
	facts->addresses = 0;
	facts->expected_a_day = 0;
}
