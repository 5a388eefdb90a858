/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/containoptions.h"

#include "identity/lineroles.h"
#include "program/routeroptions.h"
#include "program/settings.h"
#include "program/xdpoptions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint8_t
mode_of(const struct config *config, const char *name)
{
	struct text choice = config_choice(config, name);

	for (unsigned mode = 0; mode < MEASURE_MODES; mode++) {
		if (text_is(choice, measure_modes[mode]))
			return (uint8_t)mode;
	}
	return MEASURE_OBSERVE;
}

void
containoptions(const struct config *config, struct planning *ret)
{
	struct plan_settings *plan = &ret->plan;

	*ret = (struct planning){.plan = PLAN_DEFAULTS};
	for (unsigned kind = 0; kind < MEASURE_KINDS; kind++) {
		char name[32];

		snprintf(name, sizeof(name), "contain.%s", measure_names[kind]);
		plan->mode[kind] = mode_of(config, name);
		snprintf(ret->ground[kind], sizeof(ret->ground[kind]), "%s",
			config_string(config, "contain.ground"));
	}
	plan->persists_us = settings_microseconds(config, "contain.persists");
	plan->again_us = settings_microseconds(config, "contain.again");
	plan->harm = (uint32_t)config_number(config, "contain.harm");
	plan->harms_us = settings_microseconds(config, "contain.harms");
	plan->most_us[MEASURE_QUARANTINE] =
		settings_microseconds(config, "contain.quarantine-most");
	ret->objection_us = settings_microseconds(config, "portal.objection-pauses");
	ret->an_hour = (uint64_t)config_number(config, "contain.brake-hour");
	ret->blocks_an_hour = (uint64_t)config_number(config, "contain.brake-blocks");
	ret->at_once = (uint64_t)config_number(config, "contain.brake-held");
}

/* The lists of the rules, one behind the other in memory of their own. */
struct lists {
	struct prefix *at;
	size_t count, room;
};

static struct ruleset_prefixes
take_list(struct lists *lists, const struct config *config, const char *name)
{
	const struct prefix *prefixes;
	size_t count = config_prefixes(config, name, &prefixes);
	struct ruleset_prefixes list = {.at = lists->at + lists->count, .count = count};

	must(count <= lists->room - lists->count);
	if (count > 0)
		memcpy(lists->at + lists->count, prefixes, count * sizeof(*prefixes));
	lists->count += count;
	return list;
}

static int
take_roles(struct lists *lists, const struct lines *lines, unsigned roles,
	struct ruleset_prefixes *ret, struct fail *fail)
{
	int64_t count = lineroles(lines, roles, lists->at + lists->count, RULESET_PREFIXES);

	if (count < 0) {
		fail_where(fail, "network.table");
		fail_what(fail, "has more than %d prefixes for the rules of the kernel",
			RULESET_PREFIXES);
		return -E2BIG;
	}
	*ret = (struct ruleset_prefixes){.at = lists->at + lists->count, .count = (size_t)count};
	lists->count += (size_t)count;
	return 0;
}

/* Names with blanks between, and the pointers to them in front. */
static void
take_interfaces(const struct config *config, struct contain_settings *contain)
{
	const char *words = config_string(config, "contain.ingress");
	size_t length = strlen(words), names = length / 2 + 1;
	const char **list = xcalloc(1, names * sizeof(*list) + length + 1);
	char *copy = (char *)(list + names);

	memcpy(copy, words, length + 1);
	contain->interfaces = list;
	contain->rules.ingress = list;
	for (char *at = copy + strspn(copy, " "); *at; at += strspn(at, " ")) {
		list[contain->rules.interfaces++] = at;
		at += strcspn(at, " ");
		if (*at)
			*at++ = '\0';
	}
}

static uint8_t
line_length(const struct lines_prefix *prefix, uint64_t standard)
{
	if (address_is_v4(&prefix->prefix.address))
		return 128;
	if (prefix->line_length > 0)
		return prefix->line_length;
	return prefix->prefix.length > standard ? prefix->prefix.length : (uint8_t)standard;
}

/* Where lines are, and how long. Each length of IPv6 lines costs a look-up a packet. */
static void
take_network(
	const struct config *config, const struct lines *lines, struct contain_settings *contain)
{
	struct ruleset_settings *rules = &contain->rules;
	const struct lines_prefix *prefix;
	uint64_t standard = 0;
	size_t count = 0;

	must(text_parse_u64(config_choice(config, "network.ipv6-line"), 128, &standard) == 0);
	while (lines_prefix_at(lines, count) != NULL)
		count++;
	contain->network = xcalloc(count + 1, sizeof(*contain->network));
	contain->network_count = count;
	rules->is_64 = rules->is_56 = rules->is_48 = false;
	for (size_t i = 0; (prefix = lines_prefix_at(lines, i)) != NULL; i++) {
		uint8_t length = line_length(prefix, standard);

		contain->network[i] = (struct gaterules_prefix){prefix->prefix, length};
		rules->is_64 = rules->is_64 || length == 64;
		rules->is_56 = rules->is_56 || length == 56;
		rules->is_48 = rules->is_48 || length == 48;
	}
}

int
containoptions_rules(const struct config *config, const struct lines *lines,
	const struct gardening_settings *garden, struct contain_settings *ret, struct fail *fail)
{
	struct lists lists = {.room = 7 * (size_t)RULESET_PREFIXES};
	struct ruleset_settings *rules = &ret->rules;
	unsigned all = (1U << ROLE_LINES) - 1;
	enum ruleset_mode port25 = text_is(config_choice(config, "contain.port25"), "enforce")
		? RULESET_ENFORCE
		: text_is(config_choice(config, "contain.port25"), "observe") ? RULESET_OBSERVE
									      : RULESET_OFF;
	int r = 0;

	*ret = (struct contain_settings){.nftables = config_flag(config, "contain.nftables"),
		.tries = (uint32_t)config_number(config, "contain.tries"),
		.message_bytes = (uint32_t)config_number(config, "contain.message-bytes")};
	ruleset_defaults(rules);
	ret->prefixes = lists.at = xcalloc(lists.room, sizeof(*lists.at));
	/* The sets hold what is enforced, by whomever. */
	rules->lines = rules->quarantine = RULESET_ENFORCE;
	rules->policy = port25;
	rules->garden_port = garden->port;
	rules->mark = garden->mark;
	rules->servers = take_list(&lists, config, "contain.servers");
	rules->resolvers = take_list(&lists, config, "contain.resolvers");
	rules->portal = take_list(&lists, config, "contain.portal");
	rules->protected = take_list(&lists, config, "contain.protected");
	rules->lines_most = (uint32_t)config_number(config, "contain.lines-most");
	rules->quarantine_most = (uint32_t)config_number(config, "contain.quarantined-most");
	rules->rate = (uint32_t)config_number(config, "contain.meter");
	take_interfaces(config, ret);
	take_network(config, lines, ret);
	if (port25 != RULESET_OFF)
		r = take_roles(&lists, lines, 1U << ROLE_RESIDENTIAL | 1U << ROLE_MOBILE,
			&rules->residential, fail);
	if (r == 0)
		r = take_roles(&lists, lines, all, &rules->inside, fail);
	if (r == 0)
		r = routeroptions(config, &ret->routers, fail);
	return r < 0 || !ret->nftables ? r : ruleset_check(rules, fail);
}

static int
refuse(const char *option, const char *what, const char *hint, struct fail *fail)
{
	fail_where(fail, "%s", option);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

int
containoptions_xdp(const struct config *config, const struct gate_interface *export,
	uint32_t exports, struct contain_settings *ret, struct fail *fail)
{
	const char *folder = config_string(config, "contain.xdp-folder"), *twice;
	int r = xdpoptions(config, "contain.xdp", ret->xdp, GATERULES_INTERFACES, fail);

	if (r < 0)
		return r;
	ret->xdp_count = (uint32_t)r;
	snprintf(ret->xdp_folder, sizeof(ret->xdp_folder), "%s", folder);
	if (*folder != '/')
		return refuse("contain.xdp-folder", "is no folder that begins with /",
			"a folder of its own in a BPF file system, such as /sys/fs/bpf/lazaret",
			fail);
	if (ret->xdp_count > 0 && !ret->nftables)
		return refuse("contain.xdp",
			"stops port 25 beside nftables, which alone knows quarantine",
			"set contain.nftables: yes, too", fail);
	twice = xdpoptions_both(ret->xdp, ret->xdp_count, export, exports);
	if (twice == NULL)
		return 0;
	fail_where(fail, "contain.xdp");
	fail_what(fail, "at %s the filter of receive.xdp is, and an interface has one", twice);
	fail_hint(fail, "leave out one of them");
	return -EINVAL;
}

/* Whom no program may hold needs no set. */
static int
check_lengths(const struct contain_settings *contain, const struct lines *lines, struct fail *fail)
{
	const struct lines_prefix *prefix;
	char text[PREFIX_TEXT];

	for (size_t i = 0; contain->nftables && (prefix = lines_prefix_at(lines, i)) != NULL; i++) {
		unsigned length = contain->network[i].line_length;

		if (length == 128 && address_is_v4(&prefix->prefix.address))
			continue;
		if (length == 64 || length == 56 || length == 48 || !plan_may_hold(prefix->role))
			continue;
		prefix_format(&prefix->prefix, text);
		fail_where(fail, "contain.nftables");
		fail_what(fail, "holds lines of /64, /56 and /48, and those of %s are /%u", text,
			length);
		fail_hint(fail,
			"write \"line /64\" behind a prefix that is no longer; where it is, only "
			"roles that are never held are taken: protected, mail-server");
		return -EINVAL;
	}
	return 0;
}

/* A NAS knows sessions: where it alone makes a measure hold, lines that are prefixes would be held nowhere. */
static int
check_sessions(const struct contain_settings *contain, const uint8_t *mode,
	const struct lines *lines, struct fail *fail)
{
	const struct lines_prefix *prefix;
	char text[PREFIX_TEXT];
	bool is_alone = false;

	for (int kind = MEASURE_BLOCK25; kind <= MEASURE_QUARANTINE; kind++)
		is_alone = is_alone ||
			(mode[kind] == MEASURE_ENFORCE && !contain->nftables &&
				!contain_by_bgp(contain, (enum measure_kind)kind));
	for (size_t i = 0; is_alone && (prefix = lines_prefix_at(lines, i)) != NULL; i++) {
		if (prefix->is_leased || !plan_may_hold(prefix->role))
			continue;
		prefix_format(&prefix->prefix, text);
		fail_where(fail, "contain.radius-nas");
		fail_what(fail, "holds sessions, and lines of %s are none: nothing would hold them",
			text);
		fail_hint(fail,
			"write \"leased\" behind the prefix in network.table, or add a back end "
			"that holds addresses: contain.nftables, contain.bgp-peers");
		return -EINVAL;
	}
	return 0;
}

static uint8_t
open_in_quarantine(const struct contain_settings *contain)
{
	const struct ruleset_settings *rules = &contain->rules;

	if (!contain->nftables)
		return 0;
	return (uint8_t)(OPEN_KNOWN | (rules->resolvers.count > 0 ? OPEN_RESOLVERS : 0) |
		(rules->servers.count > 0 ? OPEN_SERVERS : 0) |
		(rules->protected.count > 0 ? OPEN_PROTECTED : 0) |
		(rules->portal.count > 0 ? OPEN_PORTAL : 0) |
		(rules->garden_port != 0 ? OPEN_PAGE : 0));
}

int
containoptions_check(struct planning *planning, const struct contain_settings *contain,
	const struct lines *lines, bool has_guard, struct fail *fail)
{
	const uint8_t *mode = planning->plan.mode;
	bool blocks = contain->nftables || contain_by_routers(contain, MEASURE_BLOCK25);
	bool holds = contain->nftables || contain_by_routers(contain, MEASURE_QUARANTINE);

	planning->open = open_in_quarantine(contain);
	planning->plan.undone = (uint8_t)((blocks ? 0 : 1U << MEASURE_BLOCK25) |
		(holds ? 0 : 1U << MEASURE_QUARANTINE));
	planning->plan.unheld =
		(uint8_t)(planning->plan.undone | (has_guard ? 0 : 1U << MEASURE_LIMIT));
	if (mode[MEASURE_BLOCK25] == MEASURE_ENFORCE && !blocks)
		return refuse("contain.block25", "is to be enforced, and nothing does it",
			"set contain.nftables: yes on the router, name routers with "
			"contain.bgp-peers or contain.radius-nas, or leave it at propose",
			fail);
	if (mode[MEASURE_QUARANTINE] == MEASURE_ENFORCE && !holds)
		return refuse("contain.quarantine", "is to be enforced, and nothing does it",
			"set contain.nftables: yes on the router, contain.radius-nas, or "
			"contain.bgp-quarantine where there are contain.bgp-peers, or leave it at "
			"propose",
			fail);
	if (contain->rules.policy == RULESET_ENFORCE && !contain->nftables)
		return refuse("contain.port25", "is to be enforced, and nothing does it",
			"set contain.nftables: yes on the router, or leave it at observe", fail);
	if (mode[MEASURE_LIMIT] == MEASURE_ENFORCE && !has_guard)
		return refuse("contain.limit", "is to be enforced, and there is no relay guard",
			"set relay.listen, or leave it at propose", fail);
	if ((contain->nftables || routers_are_told(&contain->routers)) && !lines_has_inside(lines))
		return refuse(contain->nftables                    ? "contain.nftables"
				: contain->routers.peers.count > 0 ? "contain.bgp-peers"
								   : "contain.exabgp",
			"needs the own network: nobody else's lines are acted upon",
			"name its prefixes with network.inside or network.table", fail);
	if (check_sessions(contain, mode, lines, fail) < 0)
		return -EINVAL;
	return check_lengths(contain, lines, fail);
}
