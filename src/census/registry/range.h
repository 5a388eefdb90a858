/* range - ranges of addresses and of AS numbers, as registries write them
 *
 * What:    both ends belong to it. An IPv4 address and an AS number are themselves as numbers; the three families are
 *          never mixed. "a - b" and "a/length" are read wherever one of them is: the text tells IPv4 from IPv6
 *          (RFC 2622 s2, RFC 2725 s9.3, RFC 4012). Four octets are needed, without leading zeros; behind a prefix bits
 *          are zero; the first is not behind the last.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_RANGE_H
#define LAZARET_CENSUS_REGISTRY_RANGE_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>

__extension__ typedef unsigned __int128 ipnumber;

enum range_family { RANGE_IPV4, RANGE_IPV6, RANGE_SYSTEM, RANGE_FAMILY_COUNT };

struct range {
	ipnumber low, high;
};

/* Longest text of a range, with the end. */
#define RANGE_TEXT 96

/* -EINVAL: it is none. short_octets: "200.57.128/19" is a prefix, as LACNIC writes it. */
int range_parse(
	struct text text, bool short_octets, enum range_family *family, struct range *ret) MUST_USE;
/* AS numbers: one or "a - b", with or without "AS". */
int range_parse_system(struct text text, struct range *ret) MUST_USE;
int range_parse_address(struct text text, enum range_family *family, ipnumber *ret) MUST_USE;

/* The highest number of a family. */
ipnumber range_highest(enum range_family family);

static inline bool
range_has(const struct range *outer, const struct range *inner)
{
	return outer->low <= inner->low && inner->high <= outer->high;
}

static inline bool
range_equal(const struct range *a, const struct range *b)
{
	return a->low == b->low && a->high == b->high;
}

/* "a - b", of AS numbers "ASa" where there is one; return into. */
char *range_format(enum range_family family, const struct range *range, char into[RANGE_TEXT]);

#endif
