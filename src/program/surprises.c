/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/surprises.h"

#include "service/radiusload.h"
#include "service/registrarsecrets.h"

#include <net/if.h>
#include <string.h>

typedef void (*tell_fn)(const struct fail *fail);

static void
tell_of(tell_fn tell, const char *option, const char *what, const char *hint)
{
	struct fail fail = {0};

	fail_where(&fail, "%s", option);
	fail_what(&fail, "%s", what);
	fail_hint(&fail, "%s", hint);
	tell(&fail);
}

/* As the page makes one of it (gardenpage.c). */
static bool
is_link(const char *help)
{
	return strncmp(help, "https://", 8) == 0 && strchr(help, ' ') == NULL;
}

/* Where routers hold lines, what they send them to is theirs. */
static void
tell_held(const struct daemon_settings *settings, tell_fn tell)
{
	const struct gardening_settings *garden = &settings->gardening;
	const struct contain_settings *contain = &settings->contain;

	if (!contain->nftables ||
		settings->keep.planning.plan.mode[MEASURE_QUARANTINE] != MEASURE_ENFORCE)
		return;
	if (garden->port == 0)
		tell_of(tell, "contain.quarantine",
			"who is held sees no page: without garden.port all of the web is refused, "
			"and nothing tells customers why",
			"set garden.port, and garden.provider, garden.telephone and garden.help");
	else if (contain->rules.resolvers.count == 0)
		tell_of(tell, "contain.resolvers",
			"who is held resolves no names, so that browsers do not come to the "
			"page: no name server stays open",
			"name those of your customers, unless this machine is theirs");
	else if (contain->rules.portal.count > 0)
		return;
	else if (*garden->portal != '\0')
		tell_of(tell, "garden.portal",
			"who is held is sent there, and contain.portal names no place that stays "
			"open: customers see an error in place of the page",
			"name its prefixes with contain.portal, unless the resolver lets it in by "
			"name");
	else if (is_link(garden->help))
		tell_of(tell, "garden.help",
			"the page that held customers see links there, and contain.portal names no "
			"place that stays open: the link leads to an error",
			"name its prefixes with contain.portal, unless the resolver lets it in by "
			"name");
}

static void
tell_garden(const struct daemon_settings *settings, tell_fn tell)
{
	const char *help = settings->gardening.help;

	if (settings->gardening.port != 0 && !settings->contain.nftables)
		tell_of(tell, "garden.port",
			"no rule leads held lines there: contain.nftables is no",
			"set contain.nftables: yes on the router, or load rules of your own");
	if (!is_link(help) &&
		(strstr(help, "://") != NULL ||
			(strchr(help, ':') != NULL && strchr(help, ' ') == NULL)))
		tell_of(tell, "garden.help", "stands on the page as words, and is no link",
			"an address that begins with https:// and has no blanks becomes one");
}

/* Who holds an address is asked only where it is leased. */
static void
tell_leases(const struct daemon_settings *settings, tell_fn tell)
{
	if (registrar_is_wanted(&settings->registrar) && !lines_has_leased(settings->lines))
		tell_of(tell,
			settings->registrar.place_count > 0 ? "identity.accounting"
							    : "identity.sources",
			"says who has which address, and nobody asks: no prefix is leased",
			"write leased behind the prefixes in network.table whose addresses move");
}

/* The kernel binds such a name later, or refuses all of the rules: that depends on its age. */
static void
tell_interfaces(const struct contain_settings *contain, tell_fn tell)
{
	for (size_t i = 0; i < contain->rules.interfaces; i++) {
		char what[128];

		if (if_nametoindex(contain->rules.ingress[i]) != 0)
			continue;
		snprintf(what, sizeof(what), "this machine has no interface \"%.64s\" now",
			contain->rules.ingress[i]);
		tell_of(tell, "contain.ingress", what,
			"nothing is dropped there until there is one; older kernels take none of "
			"the rules");
	}
}

/* They were loaded before, so a failure is told by what loads them again. */
static void
tell_secrets(const struct daemon_settings *settings, tell_fn tell)
{
	static const char hint[] = "who sees one packet can guess a short one: give it 16 bytes or "
				   "more (RFC 2865 s3)";
	struct registrarsecrets *secrets = NULL;
	struct radiusload load;
	size_t count = 0;

	if (*settings->contain.routers.radius != '\0' &&
		radiusload(settings->contain.routers.radius, &load, NULL) == 0) {
		for (size_t i = 0; i < load.nases.count; i++)
			count += radius_key_is_short(load.key[i]);
		radiusload_done(&load);
	}
	if (count > 0)
		tell_of(tell, "contain.radius-nas", "has secrets of fewer than 16 bytes", hint);
	if (*settings->registrar.secrets != '\0' &&
		registrarsecrets_load(settings->registrar.secrets, &secrets, NULL) == 0 &&
		registrarsecrets_has_short(secrets))
		tell_of(tell, "identity.secrets", "has secrets of fewer than 16 bytes", hint);
	(void)registrarsecrets_free(secrets);
}

void
surprises(const struct daemon_settings *settings, tell_fn tell)
{
	tell_held(settings, tell);
	tell_garden(settings, tell);
	tell_interfaces(&settings->contain, tell);
	tell_leases(settings, tell);
	tell_secrets(settings, tell);
	if (*settings->portaling.due.what != '\0')
		tell(&settings->portaling.due);
	if (*settings->notifying.complaint.what != '\0')
		tell(&settings->notifying.complaint);
}
