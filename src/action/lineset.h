/* lineset - the sets of the table `inet lazaret`: which there are, and which of them holds a line
 *
 * What:    the one place that the text of the rules (ruleset.h), the orders of the ledger and the gate's messages to
 *          the kernel agree upon. A line is an IPv4 address, or an IPv6 prefix of /64, /56 or /48; for each length
 *          there is a hash set, whose keys are as long as the prefix: small elements, and no mask to apply. Behind
 *          CGNAT a line is its inner address.
 * Owns:    nothing.
 * Limits:  no other lengths: sets of intervals are too slow for lines.
 * Thread:  any.
 */
#ifndef LAZARET_ACTION_LINESET_H
#define LAZARET_ACTION_LINESET_H

#include "base/address.h"

#define LINESET_TABLE "lazaret"

enum lineset {
	LINESET_BLOCK4, /* lines that may not use port 25 */
	LINESET_BLOCK6_64,
	LINESET_BLOCK6_56,
	LINESET_BLOCK6_48,
	LINESET_EXEMPT4, /* lines that the port-25 policy leaves out: a customer's own mail server */
	LINESET_EXEMPT6_64,
	LINESET_EXEMPT6_56,
	LINESET_EXEMPT6_48,
	LINESET_Q4, /* lines in quarantine; each for so long */
	LINESET_Q6_64,
	LINESET_Q6_56,
	LINESET_Q6_48,
	LINESET_ALLOW4, /* what these may reach nevertheless, as names were resolved; each for so long */
	LINESET_ALLOW6,
	LINESET_OVER4, /* lines that began more connections to port 25 than the rate says; written by the kernel */
	LINESET_OVER6,
	LINESET_COUNT
};

enum lineset_kind { LINESET_BLOCK, LINESET_EXEMPT, LINESET_QUARANTINE, LINESET_KINDS };

struct lineset_row {
	const char *name;
	uint8_t key;    /* bytes: 4, or the first 6, 7, 8 or all 16 of an IPv6 address */
	uint8_t length; /* of the key's prefix, as in struct prefix */
	bool timed;     /* elements may have a time, after which the kernel forgets them */
	bool is_read;   /* written by the kernel alone */
};

extern const struct lineset_row linesets[LINESET_COUNT];

/* Which set of the kind holds this line; -EINVAL if it is no prefix that a line can have. */
int lineset_find(enum lineset_kind kind, const struct prefix *line) MUST_USE;

/* The key of an address that the set can hold. */
const uint8_t *lineset_key(enum lineset set, const struct address *address);

/* What address a key is. -EINVAL: no set has keys of that size. */
int lineset_address(const uint8_t *key, size_t size, struct address *ret) MUST_USE;

/* Can the set hold this address: of its family, and nothing beyond its mask? */
bool lineset_holds(enum lineset set, const struct address *address);

#endif
