/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/flowspec.h"

/* Components (RFC 8955 s4.2.2), and the operator "equal, one byte, the last". */
enum { DESTINATION = 1, SOURCE = 2, PROTOCOL = 3, DESTINATION_PORT = 5, EQUAL = 0x81 };

#define TCP  6
#define SMTP 25

/* traffic-rate-bytes (RFC 8955 s7.1), and rt-redirect to an AS of two octets or of four (s7.4). */
#define TRAFFIC_RATE UINT64_C(0x8006)
#define REDIRECT     UINT64_C(0x8008)
#define REDIRECT_4   UINT64_C(0x8208)

enum bgp_family
flowspec_family(const struct flowspec_rule *rule)
{
	bool is_v4 = address_is_v4(&rule->prefix.address) && rule->prefix.length >= 96;

	if (rule->kind == FLOWSPEC_BLACKHOLE)
		return is_v4 ? BGP_UNICAST4 : BGP_UNICAST6;
	return is_v4 ? BGP_FLOW4 : BGP_FLOW6;
}

/* Length and bits (RFC 4271 s4.3). FlowSpec of IPv6 has an offset between them, which is 0 (RFC 8956 s3.1). */
static void
write_prefix(struct writer *into, const struct prefix *prefix, enum bgp_family family)
{
	bool is_v4 = family == BGP_FLOW4 || family == BGP_UNICAST4;
	unsigned skip = is_v4 ? 12 : 0, length = prefix->length - skip * 8;
	struct address masked = address_mask(&prefix->address, prefix->length);

	writer_u8(into, (uint8_t)length);
	if (family == BGP_FLOW6)
		writer_u8(into, 0);
	writer_bytes(into, masked.byte + skip, (length + 7) / 8);
}

static void
write_components(struct writer *into, const struct flowspec_settings *settings,
	const struct flowspec_rule *rule, enum bgp_family family)
{
	if (settings->has_destination) {
		writer_u8(into, DESTINATION);
		writer_u8(into, 0);
		if (family == BGP_FLOW6)
			writer_u8(into, 0);
	}
	writer_u8(into, SOURCE);
	write_prefix(into, &rule->prefix, family);
	if (rule->kind == FLOWSPEC_REDIRECT)
		return;
	writer_u8(into, PROTOCOL);
	writer_u8(into, EQUAL);
	writer_u8(into, TCP);
	writer_u8(into, DESTINATION_PORT);
	writer_u8(into, EQUAL);
	writer_u8(into, SMTP);
}

size_t
flowspec_route(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	uint8_t into[FLOWSPEC_ROUTE])
{
	struct writer route = writer_on(into, FLOWSPEC_ROUTE);
	enum bgp_family family = flowspec_family(rule);

	if (rule->kind == FLOWSPEC_BLACKHOLE) {
		write_prefix(&route, &rule->prefix, family);
	} else {
		/* Far below 240: one byte for the length (RFC 8955 s4.1). */
		uint8_t *length = writer_take(&route, 1);

		write_components(&route, settings, rule, family);
		*length = (uint8_t)(writer_length(&route) - 1);
	}
	must(!route.failed);
	return writer_length(&route);
}

/* The lower half of the own AS number is only for people; the rate is a float (RFC 8955 s7.1). */
static uint64_t
traffic_rate(uint32_t as, uint32_t rate)
{
	float number = (float)rate;
	uint32_t bits;

	memcpy(&bits, &number, sizeof(bits));
	return TRAFFIC_RATE << 48 | (uint64_t)(as & 0xffff) << 32 | bits;
}

static uint64_t
redirect(const struct flowspec_settings *settings)
{
	uint64_t as = settings->redirect_as, number = settings->redirect_number;

	return as > UINT16_MAX ? REDIRECT_4 << 48 | as << 16 | (number & UINT16_MAX)
			       : REDIRECT << 48 | as << 32 | number;
}

/* In rising order. */
static void
add_community(struct bgp_path *path, uint32_t community)
{
	unsigned at = path->communities++;

	for (; at > 0 && path->community[at - 1] > community; at--)
		path->community[at] = path->community[at - 1];
	path->community[at] = community;
}

struct bgp_path
flowspec_path(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	bool has_four_octets)
{
	struct bgp_path path = {.as = settings->as,
		.local_pref = settings->local_pref,
		.is_external = settings->is_external,
		.has_four_octets = has_four_octets};

	if (settings->has_community)
		add_community(&path, settings->community);
	if (rule->kind == FLOWSPEC_MAIL)
		path.extended = traffic_rate(settings->as, rule->rate);
	if (rule->kind == FLOWSPEC_REDIRECT)
		path.extended = redirect(settings);
	if (rule->kind != FLOWSPEC_BLACKHOLE)
		return path;
	path.next_hop =
		flowspec_family(rule) == BGP_UNICAST4 ? settings->next_hop4 : settings->next_hop6;
	add_community(&path, BGP_BLACKHOLE);
	if (settings->has_no_export)
		add_community(&path, BGP_NO_EXPORT);
	return path;
}
