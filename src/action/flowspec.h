/* flowspec - a measure against one line as BGP carries it: FlowSpec, and a remotely triggered black hole
 *
 * What:    FlowSpec stops or slows what a line sends to port 25 (RFC 8955, 8956): source prefix, protocol or next
 *          header 6, destination port 25; traffic-rate-bytes says how much may pass, 0 discards. A black hole
 *          (RFC 7999) drops what is sent *to* the line: all of it, so that it has no answers. That is the last resort.
 *          Between them, a redirect leads all that a line sends into another VRF (RFC 8955 s7.4), where the garden is.
 *          Many routers take a FlowSpec rule only if a destination is in it (RFC 8955 s6 a): has_destination puts the
 *          one that matches everything in front. Rules b and c of that section still want that the check is relaxed
 *          towards this speaker.
 *          A later announcement of the same rule replaces the one before (RFC 4271 s9), with another rate, too: so a
 *          rule is its kind and its prefix, and the rate is what it says.
 * Owns:    nothing.
 * Limits:  FLOWSPEC_ROUTE bytes a rule.
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_FLOWSPEC_H
#define LAZARET_ACTION_FLOWSPEC_H

#include "action/bgpupdate.h"

#define FLOWSPEC_ROUTE 40

/* Well-known communities (RFC 7999 s5, RFC 1997). */
#define BGP_BLACKHOLE UINT32_C(0xffff029a)
#define BGP_NO_EXPORT UINT32_C(0xffffff01)

enum flowspec_kind {
	FLOWSPEC_MAIL,      /* what the line sends to port 25 */
	FLOWSPEC_REDIRECT,  /* all that the line sends, into another VRF */
	FLOWSPEC_BLACKHOLE, /* all that is sent to the line */
	FLOWSPEC_KINDS
};

struct flowspec_rule {
	struct prefix prefix;
	enum flowspec_kind kind;
	uint32_t rate; /* bytes a second that pass; 0: none. Only MAIL has one. */
};

/* What one peer is told of all rules. */
struct flowspec_settings {
	uint32_t as; /* the own one */
	uint32_t local_pref;
	bool is_external;
	bool has_destination;
	bool has_no_export; /* of black holes: not beyond that peer's AS (RFC 7999 s3.2) */
	bool has_community;
	uint32_t community;       /* of all rules besides */
	uint32_t redirect_as;     /* route target of the VRF; 0: there are no redirects */
	uint32_t redirect_number; /* of an AS above 65535, 16 bits of it */
	bool has_next_hop4;       /* without it there are no black holes for that family */
	bool has_next_hop6;
	struct address next_hop4;
	struct address next_hop6;
};

enum bgp_family flowspec_family(const struct flowspec_rule *rule);

/* The route as it stands in an UPDATE; its length. */
size_t flowspec_route(const struct flowspec_settings *settings, const struct flowspec_rule *rule,
	uint8_t into[FLOWSPEC_ROUTE]);

/* What all rules of that rule's family, kind and rate have in common. */
struct bgp_path flowspec_path(const struct flowspec_settings *settings,
	const struct flowspec_rule *rule, bool has_four_octets);

#endif
