/* dnsbl - the names that are asked of a list that only DNS can be asked, and what its answers mean
 *
 * What:    RFC 5782: the octets of an IPv4 address, or the 32 hexadecimal digits of an IPv6 address, from the last to
 *          the first, before the name of the zone. Listed is who has an A value in 127.0.0.0/8 (s2.1), nobody else: a
 *          resolver that puts addresses of its own in place of "no such name" would make everybody a zombie. Values in
 *          127.255.255.0/24 are no listings either, but the way in which well-known zones refuse. Each zone has two
 *          entries for tests (s5): it lists one address, and never the other.
 *          What is listed becomes a line of a zone of rbldnsd(8), with each A value: `lazaret census lists` reads it.
 * Owns:    nothing.
 * Limits:  DNSBL_NAME a name; a zone's leaves room for an IPv6 address. DNSBL_VALUES A values of an answer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_ONLINE_DNSBL_H
#define LAZARET_CENSUS_ONLINE_DNSBL_H

#include "base/address.h"
#include "base/wall.h"

#define DNSBL_NAME   254 /* with the end */
#define DNSBL_ZONE   (DNSBL_NAME - 64)
#define DNSBL_VALUES 16

enum dnsbl_meaning {
	DNSBL_NOT_LISTED,
	DNSBL_FOREIGN, /* nor listed: the values are not in 127.0.0.0/8 */
	DNSBL_LISTED,
	DNSBL_REFUSED,
};

struct dnsbl_verdict {
	enum dnsbl_meaning meaning;
	size_t count; /* of listings, or 1 where it is refused */
	uint32_t value[DNSBL_VALUES];
};

/* A name as people write it, perhaps with a dot behind it. -EINVAL: it is none, and *expected says what is. */
int dnsbl_parse_zone(struct text text, char into[DNSBL_ZONE], const char **expected) MUST_USE;

/* The name to ask for. is_six: the address is meant as one of IPv6, even ::ffff:127.0.0.2. Returns into. */
char *dnsbl_name(
	const struct address *address, bool is_six, const char *zone, char into[DNSBL_NAME]);

/* Of A values in host order; none: there is no such name. */
struct dnsbl_verdict dnsbl_decide(const uint32_t *values, size_t count);

/* What a zone means by a value in 127.255.255.0/24: what follows "the zone refuses". */
const char *dnsbl_refusal(uint32_t value);

/* The address that each zone lists, or the one that none does; by its IPv6 form where the question is for that. */
struct address dnsbl_test_address(bool is_listed);

/* The first lines of the list, with the time when it was asked for; and the lines of one address. */
void dnsbl_print_head(struct buffer *into, struct wall now);
void dnsbl_print(
	struct buffer *into, const struct address *address, const struct dnsbl_verdict *verdict);

#endif
