/* delegated - which registry has authority over a range
 *
 * What:    a line of the registries' delegated-extended statistics: registry|country|type|start|value|date|status, and
 *          what follows. For IPv4 the value is a number of addresses, for IPv6 the length of a prefix, for AS numbers
 *          a number of them. Every status is authority, also "available" and "reserved". Comments, the line of the
 *          version and sums are none.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_DELEGATED_H
#define LAZARET_CENSUS_REGISTRY_DELEGATED_H

#include "census/registry/columns.h"

struct delegated {
	enum registry_name registry; /* REGISTRY_NONE: of one that is not known, such as IANA */
	enum range_family family;
	struct range range;
	uint16_t country; /* two capital letters, the first in the upper byte; 0: none */
};

/* 1 with a range; 0: the line holds none; -EINVAL: it should hold one. */
int delegated_parse(struct text line, struct delegated *ret) MUST_USE;

/* Two letters of a country as in struct delegated; 0 where the text is none. */
uint16_t delegated_country(struct text text);

#endif
