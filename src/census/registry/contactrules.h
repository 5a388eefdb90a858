/* contactrules - who answers for abuse from a network, by its registry's rule
 *
 * What:    one function for each registry, which looks at the objects in the order that its rule says and writes down
 *          what it looked at. RIPE: its whois's own rule (abuse-c, the organisation's abuse-c, the network above,
 *          unless a maintainer of the RIPE NCC has this one). APNIC: abuse-c, mnt-irt, above. AFRINIC
 *          (AFPUB-2010-GEN-006): mnt-irt, abuse-c, the organisation's abuse-c, above; if there is none at all, the
 *          organisation's e-mail. ARIN: the network's abuse POC, the organisation's, above. LACNIC (policy manual 12):
 *          abuse-c, above; else RDAP knows. A mailbox that mailbox.h refuses is as if it were not there; those of
 *          regional registries stand in their own networks.
 * Owns:    nothing. Mailboxes are numbers among those of all registries.
 * Limits:  CONTACTRULES_WAY steps up, which is more than prefixes can nest; what is above is not looked at.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_CONTACTRULES_H
#define LAZARET_CENSUS_REGISTRY_CONTACTRULES_H

#include "census/registry/columns.h"

#define CONTACTRULES_WAY 256

enum contact_rule {
	CONTACT_NO_RULE,
	CONTACT_ABUSE_C,
	CONTACT_ORG_ABUSE_C,
	CONTACT_IRT,
	CONTACT_ORG_EMAIL,
	CONTACT_ARIN_RABUSE,
	CONTACT_ARIN_ORGABUSE,
	CONTACT_LACNIC_ABUSE_C,
	CONTACT_ASN,  /* the one of the AS */
	CONTACT_NIR,  /* the dumps do not say: ask the national registry */
	CONTACT_RDAP, /* they do not say: ask by RDAP */
	CONTACT_RULE_COUNT
};

enum contact_quality {
	QUALITY_NONE,
	QUALITY_GOOD,
	QUALITY_SUSPECT, /* it failed the registry's validation */
	QUALITY_LOW,     /* not clearly meant for abuse, or marked as unanswered */
	QUALITY_COUNT
};

extern const char *const contact_rules[CONTACT_RULE_COUNT];
extern const char *const contact_qualities[QUALITY_COUNT];

struct contact {
	uint32_t mailbox;  /* 0: none */
	uint32_t mailbox2; /* for the second letter; 0: none */
	uint8_t rule;      /* enum contact_rule */
	uint8_t quality;   /* enum contact_quality */
	uint16_t spare;    /* 0: so that two can be compared as bytes */
};

/* chain: the reasons, a line each; NULL: none are wanted. */
struct contact contactrules_network(const struct columns *columns, enum range_family family,
	uint32_t network, struct buffer *chain);

/* Of an AS: the first step of its registry's rule, without a way up. */
struct contact contactrules_system(
	const struct columns *columns, uint32_t system, struct buffer *chain);

/* Both together: that of the AS is the second one where the network has none, and the first where it has none at all.
 * */
struct contact contactrules_join(struct contact network, struct contact system);

#endif
