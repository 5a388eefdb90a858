/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/routeroptions.h"

#include "action/bgpspeaker.h"
#include "runtime/secretfile.h"
#include "service/radiusload.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

static int
refuse(const char *option, const char *what, const char *hint, struct fail *fail)
{
	fail_where(fail, "%s", option);
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return -EINVAL;
}

/* "64500:100": two numbers */
static int
parse_pair(struct text text, uint32_t most_first, uint32_t *first, uint32_t *second)
{
	struct text rest = text, before = text_cut(&rest, ':');
	uint64_t a = 0, b = 0;

	if (text_parse_u64(before, most_first, &a) < 0 ||
		text_parse_u64(rest,
			a > UINT16_MAX || most_first <= UINT16_MAX ? UINT16_MAX : UINT32_MAX,
			&b) < 0)
		return -EINVAL;
	*first = (uint32_t)a;
	*second = (uint32_t)b;
	return 0;
}

static int
take_community(const struct config *config, struct flowspec_settings *rules, struct fail *fail)
{
	struct text text = text_of(config_string(config, "contain.bgp-community"));
	uint32_t as, number;

	if (text.length == 0)
		return 0;
	if (parse_pair(text, UINT16_MAX, &as, &number) < 0)
		return refuse("contain.bgp-community", "is no community",
			"expected two numbers up to 65535, as 64500:25", fail);
	rules->has_community = true;
	rules->community = as << 16 | number;
	return 0;
}

static int
take_redirect(const struct config *config, struct flowspec_settings *rules, struct fail *fail)
{
	struct text text = text_of(config_string(config, "contain.bgp-redirect"));

	if (text.length == 0)
		return 0;
	if (parse_pair(text, UINT32_MAX, &rules->redirect_as, &rules->redirect_number) < 0 ||
		rules->redirect_as == 0)
		return refuse("contain.bgp-redirect", "is no route target",
			"expected the AS and a number, as 64500:100; the number of an AS above "
			"65535 goes up to 65535",
			fail);
	return 0;
}

static int
take_next_hops(const struct config *config, struct flowspec_settings *rules, struct fail *fail)
{
	struct text rest = text_of(config_string(config, "contain.bgp-next-hop"));

	while ((rest = text_trim(rest)).length > 0) {
		struct address address;
		bool is_v4;

		if (address_parse(text_cut(&rest, ' '), &address) < 0)
			return refuse("contain.bgp-next-hop", "is no address",
				"expected one of IPv4, one of IPv6, or both, as 192.0.2.1 100::1",
				fail);
		is_v4 = address_is_v4(&address);
		*(is_v4 ? &rules->next_hop4 : &rules->next_hop6) = address;
		*(is_v4 ? &rules->has_next_hop4 : &rules->has_next_hop6) = true;
	}
	return 0;
}

static int
take_quarantine(const struct config *config, struct router_settings *ret, struct fail *fail)
{
	struct text choice = config_choice(config, "contain.bgp-quarantine");

	ret->quarantine = text_is(choice, "redirect") ? ROUTER_REDIRECT
		: text_is(choice, "blackhole")        ? ROUTER_BLACKHOLE
						      : ROUTER_NOTHING;
	if (ret->quarantine == ROUTER_REDIRECT && ret->rules.redirect_as == 0)
		return refuse("contain.bgp-quarantine", "is redirect, and nobody says where to",
			"set contain.bgp-redirect to the route target of the garden's VRF", fail);
	if (ret->quarantine == ROUTER_BLACKHOLE && !ret->rules.has_next_hop4 &&
		!ret->rules.has_next_hop6)
		return refuse("contain.bgp-quarantine", "is blackhole, and nobody says where to",
			"set contain.bgp-next-hop to an address that the routers discard", fail);
	return 0;
}

static int
take_identifier(const struct config *config, struct router_settings *ret, struct fail *fail)
{
	struct text text = text_of(config_string(config, "contain.bgp-router-id"));
	struct address address;

	if (text.length == 0)
		return 0;
	if (address_parse(text, &address) < 0 || !address_is_v4(&address) ||
		bytes_u32(address.byte + 12) == 0)
		return refuse("contain.bgp-router-id", "is no BGP identifier",
			"expected an IPv4 address of this machine", fail);
	ret->identifier = bytes_u32(address.byte + 12);
	return 0;
}

/* Each as the speaker will have it. */
static int
check_peers(const struct router_settings *settings, struct fail *fail)
{
	if (settings->peers.count > 0 && settings->rules.as == 0)
		return refuse("contain.bgp-as", "is not set, and there are routers",
			"set it to the own AS number", fail);
	if (settings->peers.count > 0 && settings->identifier == 0)
		return refuse("contain.bgp-router-id", "is not set, and there are routers",
			"set it to an IPv4 address of this machine", fail);
	for (uint32_t i = 0; i < settings->peers.count; i++) {
		const struct bgppeer *peer = &settings->peers.peer[i];
		int file;

		if (*peer->password == '\0')
			continue;
		file = secretfile_open(peer->password, fail);
		if (file < 0)
			return file;
		close(file);
	}
	return 0;
}

static int
check_nases(const struct router_settings *settings, struct fail *fail)
{
	struct radiusload load;
	int r = *settings->radius == '\0' ? 0 : radiusload(settings->radius, &load, fail);

	if (r == 0 && *settings->radius != '\0')
		radiusload_done(&load);
	return r;
}

int
routeroptions(const struct config *config, struct router_settings *ret, struct fail *fail)
{
	struct flowspec_settings *rules = &ret->rules;
	const char *exabgp = config_string(config, "contain.exabgp");
	const char *radius = config_string(config, "contain.radius-nas");
	int r;

	*ret = (struct router_settings){.most = (uint32_t)config_number(config, "contain.bgp-most"),
		.rate = (uint32_t)config_number(config, "contain.bgp-rate")};
	rules->as = (uint32_t)config_number(config, "contain.bgp-as");
	rules->has_no_export = config_flag(config, "contain.bgp-no-export");
	if (*exabgp != '\0' && (*exabgp != '/' || strlen(exabgp) >= sizeof(ret->exabgp)))
		return refuse("contain.exabgp", "is no path", "it begins with /", fail);
	snprintf(ret->exabgp, sizeof(ret->exabgp), "%s", exabgp);
	if (*radius != '\0' && (*radius != '/' || strlen(radius) >= sizeof(ret->radius)))
		return refuse("contain.radius-nas", "is no path", "it begins with /", fail);
	snprintf(ret->radius, sizeof(ret->radius), "%s", radius);
	r = bgppeers_parse(text_of(config_string(config, "contain.bgp-peers")), &ret->peers, fail);
	if (r < 0) {
		fail_where(fail, "contain.bgp-peers");
		return r;
	}
	r = take_community(config, rules, fail);
	if (r == 0)
		r = take_redirect(config, rules, fail);
	if (r == 0)
		r = take_next_hops(config, rules, fail);
	if (r == 0)
		r = take_quarantine(config, ret, fail);
	if (r == 0)
		r = take_identifier(config, ret, fail);
	if (r == 0)
		r = check_peers(ret, fail);
	return r == 0 ? check_nases(ret, fail) : r;
}
