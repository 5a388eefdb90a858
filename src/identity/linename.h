/* linename - what distinguishes a line from all others
 *
 * What:    an IPv4 address, an IPv6 prefix, or a block of ports of a shared IPv4 address. Its bytes under the
 *          network's secret key give the pseudonym that stands for the line everywhere else.
 * Limits:  24 bytes without holes.
 * Thread:  a value.
 */
#ifndef LAZARET_IDENTITY_LINENAME_H
#define LAZARET_IDENTITY_LINENAME_H

#include "base/address.h"
#include "base/hash.h"
#include "base/text.h"

/* Longest text of a name: prefix, or address and port block, with the end. */
#define LINE_NAME 64

struct line_name {
	struct address address; /* masked to length */
	uint16_t low;           /* first port; 0 with high 0: all of the address */
	uint16_t high;
	uint8_t length; /* 128 of an IPv4 address */
	uint8_t zero[3];
};

_Static_assert(sizeof(struct line_name) == 24, "no padding may enter the hash");

/* Never 0. */
uint64_t line_name_pseudonym(const struct line_name *name, const struct hash_key *key);

/* "192.0.2.7", "2001:db8:1:200::/56", "192.0.2.7:2048-4095"; always terminated; returns into. */
char *line_name_format(const struct line_name *name, char into[LINE_NAME]);

/* The name that line_name_format writes so. -EINVAL: it is none, as of a line that is called otherwise. */
int line_name_parse(struct text text, struct line_name *ret) MUST_USE;

#endif
