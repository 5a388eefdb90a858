/* whoisanswer - what a whois server answers to the question for an address (RFC 3912)
 *
 * What:    of regional registries that speak RPSL (RIPE, APNIC, AFRINIC, LACNIC): the smallest network that holds the
 *          address, and its contact by the rule of its registry (contactrules.h), unless the server itself names the
 *          contact of just that network ("% Abuse contact for ... is ..."). Of others lines of labels and values:
 *          ARIN's NetRange and RAbuseEmail or OrgAbuseEmail; KRNIC's English "IPv4 Address" and "E-Mail"; JPNIC's
 *          "[Network Number]" and "[Abuse]"; TWNIC's "Netblock" and contacts. Those of KRNIC and TWNIC are not said
 *          to be for abuse. An answer whose last line, or object of RPSL, has no end was cut, and is wrong.
 * Owns:    nothing.
 * Limits:  WHOISANSWER_MOST bytes.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_ONLINE_WHOISANSWER_H
#define LAZARET_CENSUS_ONLINE_WHOISANSWER_H

#include "census/online/netanswer.h"
#include "census/registry/columns.h"

#define WHOISANSWER_MOST (1UL << 20)

/* registry: whose server it is; REGISTRY_NONE: a national one. */
struct netanswer whoisanswer_parse(
	struct text text, enum registry_name registry, enum range_family family, ipnumber address);

#endif
