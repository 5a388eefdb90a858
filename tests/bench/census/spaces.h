/* spaces - the address space of a world: ranges, who announces them, whose registry they are in
 *
 * What:    the ranges of IPv4 and IPv6 of a table of addresses to AS (CSV: first, last, number), such as that of
 *          ip-location-db; or, without one, as many made up, of the same distribution of sizes and of ranges by AS. The
 *          registry of a range is that of IANA's tables, roughly: by its first octet, or its first 12 bits of IPv6.
 * Owns:    the arrays, until spaces_done.
 * Limits:  what goes wrong ends the program with a word about it. The same arguments give the same spaces.
 * Thread:  any, once they are made.
 */
#ifndef LAZARET_TESTS_SPACES_H
#define LAZARET_TESTS_SPACES_H

#include "census/registry/columns.h"

struct space {
	struct range range;
	uint32_t system; /* AS number */
	enum registry_name registry;
	char country[3];
};

struct spaces {
	struct space *of[RANGE_SYSTEM]; /* in their order, disjoint */
	size_t count[RANGE_SYSTEM];
};

/* tables: of IPv4 and of IPv6; NULL: made up, every part-th of the number that there is. */
void spaces_make(struct spaces *spaces, const char *const tables[RANGE_SYSTEM], unsigned part);
void spaces_done(struct spaces *spaces);

/* The next prefix from the front of a range, which loses it; the length as of its family. */
unsigned spaces_prefix(struct range *rest, enum range_family family, ipnumber *first);

/* An address, as text; longest of IPv6. Returns into. */
char *spaces_address(enum range_family family, ipnumber address, char into[RANGE_TEXT]);

#endif
