/* natblock - what an address translator says of its blocks of ports, and how leases learn it
 *
 * What:    a block of ports of an outside address is given to an inside address, or taken back: the events 16 and 17
 *          of RFC 8158 s4.6.10 (natEvent 230, sourceIPv4Address or sourceIPv6Address, postNATSourceIPv4Address,
 *          portRangeStart, and portRangeEnd, or portRangeNumPorts where it is missing), and lines of
 *          logs "..._PORT_BLOCK_ALLOC: INSIDE -> OUTSIDE:LOW-HIGH" and "..._PORT_BLOCK_RELEASE: ..." (also _ACTIVE:
 *          it goes on) behind anything.
 *          A block is of the line that the inside address surely was of at that second. Where that is doubtful or
 *          nobody is known, the block is of nobody, and whoever had it before does not have it any more.
 * Owns:    nothing.
 * Limits:  NATBLOCK_LINE bytes of a log line; one range a block.
 * Thread:  as leases.h: the writer's.
 */
#ifndef LAZARET_IDENTITY_NATBLOCK_H
#define LAZARET_IDENTITY_NATBLOCK_H

#include "identity/leasefind.h"
#include "source/observation.h"

#define NATBLOCK_LINE 4096

/* natEvent of IANA's registry. */
#define NATBLOCK_ALLOCATED   16
#define NATBLOCK_DEALLOCATED 17

struct natblock {
	bool is_given; /* else: taken back */
	struct address inside;
	struct line_name outside; /* with its ports */
	struct wall at;           /* 0: not told */
};

/* From the fields of an event. high 0: not told, then count ports from low on. -EINVAL: it is no event of a block,
 * or none that can be. */
int natblock_from_event(uint8_t event, const struct address *inside, const struct address *outside,
	uint16_t low, uint16_t high, uint16_t count, struct wall at, struct natblock *ret) MUST_USE;

/* From a NAT log entry of flow export, which may also be of one port, or of all of an address. -EINVAL: it is none, or
 * its outside address is not IPv4. */
int natblock_from_binding(const struct observation *binding, struct natblock *ret) MUST_USE;

/* 1: a block; 0: the line speaks of none; -EBADMSG with fail->what, in words that may stand in a log: it does, but not
 * as expected, or is no text. */
int natblock_line(struct text line, struct natblock *ret, struct fail *fail) MUST_USE;

/* Tells the leases. life_seconds: for how long a block is held if it is never taken back. 0; -ENOENT: the inside
 * address is surely of nobody, then the outside one is, too; or as leases_start. */
int natblock_tell(struct leases *leases, const struct natblock *block, unsigned life_seconds);

#endif
