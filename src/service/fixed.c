/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/fixed.h"

#include <string.h>

/* Of what customers meet. */
static const char *
find_fixed_care(const struct daemon_settings *old, const struct daemon_settings *new)
{
	if (old->gardening.port != new->gardening.port)
		return "garden.port";
	if (old->estate.notifiers != new->estate.notifiers)
		return "notice.contacts (a file, or none)";
	for (unsigned i = 0; i < NOTICE_CHANNELS; i++) {
		const char *was = old->notifying.carrier[i], *is = new->notifying.carrier[i];

		/* Who runs commands was started before. */
		if (strcmp(was, is) != 0 && *is == '/')
			return i == NOTICE_SMS ? "a command of notice.sms"
					       : "a command of notice.letter";
	}
	if (strcmp(old->portaling.listen, new->portaling.listen) != 0)
		return "portal.listen";
	return NULL;
}

const char *
fixed_find(const struct daemon_settings *old, const struct daemon_settings *new)
{
	if (old->estate.receivers != new->estate.receivers)
		return "daemon.receivers";
	if (old->estate.guards != new->estate.guards)
		return "relay.listen or reports.folder (the first, or none)";
	if (old->contain.nftables != new->contain.nftables)
		return "contain.nftables";
	if (strcmp(old->contain.routers.exabgp, new->contain.routers.exabgp) != 0)
		return "contain.exabgp";
	if (old->estate.actors != new->estate.actors)
		return "whether there are contain.bgp-peers or contain.radius-nas";
	if (strcmp(old->contain.xdp_folder, new->contain.xdp_folder) != 0)
		return "contain.xdp-folder";
	if (old->relaying.relay.keys_most != new->relaying.relay.keys_most)
		return "relay.keys-most";
	if (old->relaying.relay.messages_most != new->relaying.relay.messages_most)
		return "relay.messages-most";
	if (old->relaying.relay.senders.most != new->relaying.relay.senders.most)
		return "relay.accounts-most";
	if (old->estate.registrars != new->estate.registrars)
		return "identity.accounting or identity.sources (the first, or none)";
	if (old->estate.leases_most != new->estate.leases_most)
		return "identity.leases-most";
	if (old->estate.leases_tolerance != new->estate.leases_tolerance)
		return "identity.tolerance";
	if (old->estate.judges != new->estate.judges)
		return "daemon.judges";
	if (old->estate.sightings_most != new->estate.sightings_most)
		return "daemon.waiting-most";
	if (old->estate.names_most != new->estate.names_most)
		return "daemon.names-most";
	if (strcmp(old->state, new->state) != 0)
		return "daemon.state";
	if (strcmp(old->keep.ledger, new->keep.ledger) != 0)
		return "ledger.path";
	return find_fixed_care(old, new);
}
