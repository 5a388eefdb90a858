/* address - IPv4 and IPv6 addresses and prefixes in one shape
 *
 * What:    16 bytes; IPv4 is kept as ::ffff:a.b.c.d (RFC 4291 s2.5.5.2), so one table serves both.
 *          Text follows RFC 5952; an IPv4 address prints as dotted quad.
 * Limits:  no zone identifiers (fe80::1%eth0 is refused).
 * Thread:  any.
 */
#ifndef LAZARET_BASE_ADDRESS_H
#define LAZARET_BASE_ADDRESS_H

#include "base/bytes.h"
#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Longest text of an address, and of a prefix, with the end. */
#define ADDRESS_TEXT 46
#define PREFIX_TEXT  50

struct address {
	uint8_t byte[16];
};

/* length counts from the start of the 16 bytes: 10.0.0.0/8 has length 104. */
struct prefix {
	struct address address;
	uint8_t length;
};

static inline struct address
address_from_v4(uint32_t host_order)
{
	struct address a = {.byte = {[10] = 0xff, [11] = 0xff}};
	uint32_t v = __builtin_bswap32(host_order);

	memcpy(a.byte + 12, &v, sizeof(v));
	return a;
}

/* From 4 or 16 bytes in network order. */
static inline struct address
address_from_bytes(const uint8_t *bytes, size_t size)
{
	struct address a = {{0}};

	if (size == 4)
		return address_from_v4(bytes_u32(bytes));
	if (size == 16)
		memcpy(a.byte, bytes, 16);
	return a;
}

static inline bool
address_is_v4(const struct address *a)
{
	uint64_t high, low;

	memcpy(&high, a->byte, 8);
	memcpy(&low, a->byte + 8, 8);
	return high == 0 && (low & UINT64_C(0xffffffff)) == __builtin_bswap32(0x0000ffff);
}

static inline bool
address_equal(const struct address *a, const struct address *b)
{
	return memcmp(a->byte, b->byte, 16) == 0;
}

/* The address with all bits after the first length ones cleared (length as in struct prefix). */
struct address address_mask(const struct address *a, unsigned length);

/* The network that counts as one destination: /24 of IPv4, /48 of IPv6. */
struct address address_network(const struct address *a);

/* Of the machine itself: 127.0.0.0/8 or ::1. */
bool address_is_loopback(const struct address *a);

bool prefix_has(const struct prefix *prefix, const struct address *a);

/* Text in: -EINVAL if it is not one. prefix_parse takes a bare address as a prefix of full length, and
 * refuses set bits beyond the length with -EDOM (ret is then set, with those bits cleared). */
int address_parse(struct text text, struct address *ret) MUST_USE;
int prefix_parse(struct text text, struct prefix *ret) MUST_USE;

/* Text out, always terminated; return into. */
char *address_format(const struct address *a, char into[ADDRESS_TEXT]);
char *prefix_format(const struct prefix *prefix, char into[PREFIX_TEXT]);

#endif
