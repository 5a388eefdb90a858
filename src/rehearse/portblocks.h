/* portblocks - the carrier-grade NAT of a rehearsed network: which inside address has which block of ports
 *
 * What:    each line behind CGNAT has an address of 100.64.0.0/10 (RFC 6598) inside, and outside the block of ports
 *          that the traffic shows. A block is allocated with a line's first connection and released
 *          when it was not used for PORTBLOCKS_IDLE.
 * Owns:    a time for each line.
 * Limits:  the lines of 100.64.0.0/10.
 * Thread:  one at a time.
 */
#ifndef LAZARET_REHEARSE_PORTBLOCKS_H
#define LAZARET_REHEARSE_PORTBLOCKS_H

#include "rehearse/traffic.h"

#define PORTBLOCKS_IDLE WALL_HOUR

struct portblocks;

/* classes: of the scenario. -ENOSPC if the lines do not fit. */
int portblocks_new(struct portblocks **ret, const struct traffic *traffic, unsigned classes,
	struct fail *fail) MUST_USE;
struct portblocks *portblocks_free(struct portblocks *blocks);

/* Is there any line behind CGNAT? */
bool portblocks_has_any(const struct portblocks *blocks);

/* The inside address behind an outside address and port; false if it is none of these. */
bool portblocks_inside(const struct portblocks *blocks, const struct address *outside,
	uint16_t port, struct address *ret);

/* A line sends a mail now: true if a block had to be allocated, which *ret then tells (observation.h). */
bool portblocks_use(struct portblocks *blocks, const struct address *outside, uint16_t port,
	struct wall now, struct observation *ret);

/* A block that is allocated and was not used since then: released, and told in *ret. False: there is none. */
bool portblocks_release(
	struct portblocks *blocks, struct wall since, struct wall now, struct observation *ret);

/* Tells the inside prefixes and their roles to identity/. */
int portblocks_identify(
	const struct portblocks *blocks, struct lines *lines, struct fail *fail) MUST_USE;

#endif
