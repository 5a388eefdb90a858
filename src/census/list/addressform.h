/* addressform - the forms in which lists write addresses, prefixes and ranges
 *
 * What:    takes one from the front of a text. In every list: 192.0.2.7, 192.0.2.0/24, 192.0.2.1-192.0.2.9,
 *          2001:db8::7, 2001:db8::/32. In zones also the short forms of rbldnsd(8): 127/8, 127.16, 127.16-31,
 *          127-127.0.0, 192.0.2.1-9, 2001:db8:7:8. A prefix with bits set behind its length is refused, as
 *          rbldnsd does: nobody knows what was meant. ::ffff:192.0.2.7 is the IPv4 address.
 * Owns:    nothing.
 * Limits:  numbers without leading zeros.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_ADDRESSFORM_H
#define LAZARET_CENSUS_LIST_ADDRESSFORM_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#define ADDRESSFORM_RANGE 255

struct addressform {
	bool is_six;
	uint8_t length;     /* of the prefix: up to 32 or 128; ADDRESSFORM_RANGE: it is no prefix */
	uint64_t low, high; /* both belong to it; of IPv6 networks of 64 bits */
	uint64_t below;     /* the lower 64 bits of an IPv6 prefix */
};

/* Takes it from the text, which then begins behind it. -EINVAL, and *expected what should have been there. */
int addressform_take(
	struct text *text, bool is_short, struct addressform *ret, const char **expected) MUST_USE;

/* The length of the prefix that is this range of numbers of so many bits; ADDRESSFORM_RANGE if it is none. */
uint8_t addressform_length(uint64_t low, uint64_t high, unsigned bits);

#endif
