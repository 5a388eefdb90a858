/* responsible - whose limits a message counts against
 *
 * What:    of line, account, certificate and address the first that is known answers for the message: it has the
 *          limits of its class. With it counts what it belongs to: an account's domain; of an IPv6 address its /64, /56
 *          and /48; the relay as a whole. Bounces (null return path, RFC 5321 s4.5.5) and mail for recipients of the
 *          relay itself have limits of their own, and count for nothing else. The sender's domain is never asked: who
 *          forwards mail would answer for its authors.
 * Owns:    nothing.
 * Limits:  RESPONSIBLE_KEYS keys a message. The keys of lines and accounts are their pseudonyms.
 * Thread:  any.
 */
#ifndef LAZARET_RELAY_RESPONSIBLE_H
#define LAZARET_RELAY_RESPONSIBLE_H

#include "base/address.h"
#include "base/hash.h"
#include "relay/rule.h"

#include <stdbool.h>

/* What has a limit. */
enum limit {
	LIMIT_ACCOUNT,
	LIMIT_BUSINESS,
	LIMIT_FORWARDER,
	LIMIT_NEWSLETTER,
	LIMIT_LINE,
	LIMIT_CERTIFICATE,
	LIMIT_ADDRESS,
	LIMIT_IPV6_64,
	LIMIT_IPV6_56,
	LIMIT_IPV6_48,
	LIMIT_DOMAIN,
	LIMIT_RELAY,
	LIMIT_BOUNCE,
	LIMIT_LOCAL,
	LIMITS
};

/* "account" and so on, as configuration and JSON spell them. */
extern const char *const limit_names[LIMITS];

#define RESPONSIBLE_KEYS 5
/* Of a name; what is longer is none. */
#define RESPONSIBLE_NAME 320

struct responsible_input {
	struct text account;     /* SASL; empty: did not log in */
	struct text certificate; /* a fingerprint; empty: none that is trusted */
	struct address client;
	uint64_t line; /* pseudonym; 0: not known, or not to answer */
	/* Of an account or line: LIMIT_ACCOUNT or LIMIT_LINE, or the class that it was given. */
	enum limit class;
	/* Its own limits, which stand before those of the class; NULL: it has none. */
	const struct rule *rule;
	bool is_bounce;
	bool is_local;
};

struct responsible {
	/* The first is who answers, the others are what it belongs to. */
	struct {
		uint64_t key;
		uint8_t limit; /* enum limit */
	} of[RESPONSIBLE_KEYS];
	uint64_t who;  /* that answers, also where bounces and local mail count apart */
	uint8_t class; /* enum limit: what that is */
	unsigned count;
	bool has_rule; /* the first one has limits of its own */
	struct rule rule;
};

void responsible_find(
	const struct responsible_input *input, const struct hash_key *key, struct responsible *ret);

#endif
