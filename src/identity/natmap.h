/* natmap - which inside address has this port of an address of the translator, where that is computed and not logged
 *
 * What:    deterministic CGN (RFC 7422): each subscriber of the inside range has a block of ports of its own on an
 *          outside address, found by counting. Subscriber n has block n: with NATMAP_FILL the blocks of the first
 *          outside address are used up before those of the next one (the example of s2.3); with NATMAP_SPREAD the
 *          first block of each address comes before the second of any (sequential, s2, algorithm 0). A subscriber is
 *          an IPv4 address, or an IPv6 prefix (DS-Lite, NAT64). Ports below the first one are reserved; what is left
 *          above the last block is of the dynamic pool, which the translator logs (natblock.h).
 *          Who the subscriber is at that second is then asked from leases (leasefind.h).
 *          As parameters change, each map says from when until when it holds (s3).
 * Owns:    nothing.
 * Limits:  one reserved range, from port 0; other reserved ports in between, and algorithms 1 to 5, are not known
 *          here.
 * Thread:  a value.
 */
#ifndef LAZARET_IDENTITY_NATMAP_H
#define LAZARET_IDENTITY_NATMAP_H

#include "base/fail.h"
#include "base/text.h"
#include "base/wall.h"
#include "identity/linename.h"

enum natmap_order { NATMAP_FILL, NATMAP_SPREAD, NATMAP_ORDERS };

struct natmap {
	struct prefix inside;
	struct prefix outside; /* IPv4 */
	uint8_t length;  /* of a subscriber: 128 of IPv4; of IPv6 longer than inside, at most 64 */
	uint8_t order;   /* enum natmap_order */
	bool skips_ends; /* the first and the last inside address are no subscribers' */
	uint16_t first;  /* port that is not reserved */
	uint16_t ports;  /* of a block */
	struct wall from;
	struct wall until; /* 0: without end */
};

/* "INSIDE OUTSIDE ports COUNT [first PORT] [line /LENGTH] [fill | spread] [skip-ends] [from TIME] [until TIME]"; first
 * is 1024, line /56, and fill where nothing else is said. TIME is of UTC: 2026-12-31, its begin, or
 * 2026-12-31T18:30:00Z. -EINVAL, with fail->what: it is none, or has more subscribers than blocks. */
int natmap_parse(struct text text, struct natmap *ret, struct fail *fail) MUST_USE;

/* Do both give a port of one outside address to a subscriber, at one time? Then it is not known whose it is. */
bool natmap_meet(const struct natmap *one, const struct natmap *other);

/* Does it fit together? -EINVAL, with fail->what. All below are for maps that do. */
int natmap_check(const struct natmap *map, struct fail *fail) MUST_USE;

/* The block of the subscriber of an inside address. 0 or -ENOENT. */
int natmap_outside(
	const struct natmap *map, const struct address *inside, struct line_name *ret) MUST_USE;

/* The subscriber behind an outside address and port at a time: 0; -ENOENT: it is no address of this map, or not at
 * that time; -ENOTUNIQ: no port was told (0), or it is in no block; -EAGAIN: the map changed within the tolerance. */
int natmap_inside(const struct natmap *map, const struct address *outside, uint16_t port,
	struct wall at, unsigned tolerance_seconds, struct line_name *ret) MUST_USE;

#endif
