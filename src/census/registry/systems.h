/* systems - which AS announces a range
 *
 * What:    a line of a table of addresses to AS: first address, last address, AS number and mostly its name, as CSV
 *          (RFC 4180); or a prefix and an AS number, as pyasn writes them.
 * Owns:    nothing; the name is a piece of the line.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_SYSTEMS_H
#define LAZARET_CENSUS_REGISTRY_SYSTEMS_H

#include "census/registry/range.h"

#include <stdint.h>

struct announced {
	enum range_family family;
	struct range range;
	uint32_t system; /* 0: nobody's */
	struct text name;
};

/* 1 with a range; 0: the line holds none; -EINVAL: it should hold one. */
int systems_parse(struct text line, struct announced *ret) MUST_USE;

#endif
