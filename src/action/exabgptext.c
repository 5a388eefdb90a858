/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/exabgptext.h"

static void
print_match(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into)
{
	bool is_v4 = flowspec_family(rule) == BGP_FLOW4;
	char prefix[PREFIX_TEXT];

	(void)prefix_format(&rule->prefix, prefix);
	buffer_print(into, "match { ");
	if (settings->has_destination)
		buffer_print(into, "destination %s; ", is_v4 ? "0.0.0.0/0" : "::/0/0");
	/* Of IPv6 with the offset behind it. */
	buffer_print(into, "source %s%s; ", prefix, is_v4 ? "" : "/0");
	if (rule->kind == FLOWSPEC_MAIL)
		buffer_print(
			into, "destination-port =25; %s tcp; ", is_v4 ? "protocol" : "next-header");
	buffer_print(into, "}");
}

static void
print_then(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into)
{
	buffer_print(into, " then { ");
	if (rule->kind == FLOWSPEC_REDIRECT)
		buffer_print(
			into, "redirect %u:%u; ", settings->redirect_as, settings->redirect_number);
	else if (rule->rate == 0)
		buffer_print(into, "discard; ");
	else
		buffer_print(into, "rate-limit %u; ", rule->rate);
	if (settings->has_community)
		buffer_print(into, "community [%u:%u]; ", settings->community >> 16,
			settings->community & UINT16_MAX);
	buffer_print(into, "}");
}

/* ExaBGP wants the next hop in a withdrawal, too. */
static void
print_black_hole(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into)
{
	char prefix[PREFIX_TEXT], next_hop[ADDRESS_TEXT];

	(void)prefix_format(&rule->prefix, prefix);
	(void)address_format(
		flowspec_family(rule) == BGP_UNICAST4 ? &settings->next_hop4 : &settings->next_hop6,
		next_hop);
	buffer_print(into, "route %s next-hop %s", prefix, next_hop);
}

void
exabgptext_announce(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into)
{
	buffer_print(into, "announce ");
	if (rule->kind != FLOWSPEC_BLACKHOLE) {
		buffer_print(into, "flow route { ");
		print_match(settings, rule, into);
		print_then(settings, rule, into);
		buffer_print(into, " }\n");
		return;
	}
	print_black_hole(settings, rule, into);
	buffer_print(
		into, " community [65535:666%s", settings->has_no_export ? " 65535:65281" : "");
	if (settings->has_community)
		buffer_print(into, " %u:%u", settings->community >> 16,
			settings->community & UINT16_MAX);
	buffer_print(into, "]\n");
}

void
exabgptext_withdraw(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	struct buffer *into)
{
	buffer_print(into, "withdraw ");
	if (rule->kind != FLOWSPEC_BLACKHOLE) {
		buffer_print(into, "flow route { ");
		print_match(settings, rule, into);
		print_then(settings, rule, into);
		buffer_print(into, " }\n");
		return;
	}
	print_black_hole(settings, rule, into);
	buffer_print(into, "\n");
}
