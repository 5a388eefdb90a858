/* whereabouts - a line gained or lost an address, as who keeps leases tells who acts upon lines
 *
 * What:    an address, or prefix of IPv6, that belongs to a line from now on, or no longer. What is told is news, in
 *          its order, and nothing that was before: who needs to know what a line holds now asks the leases
 *          (leasefind_held). If news were refused for want of room (ring_counts), all are to be asked for anew; the
 *          same where one is of line 0, which who keeps leases tells at his begin: what the one before him did last he
 *          may not have told, and what was restored is no news.
 * Limits:  a block of ports of a shared address is none: nobody acts upon an address of many.
 * Thread:  a value, without holes: it goes through a ring of shared memory byte by byte.
 */
#ifndef LAZARET_IDENTITY_WHEREABOUTS_H
#define LAZARET_IDENTITY_WHEREABOUTS_H

#include "base/wall.h"
#include "identity/linename.h"

#include <stdbool.h>

struct whereabouts {
	uint64_t line; /* pseudonym; 0: all are to be asked for anew */
	struct wall at;
	struct prefix prefix; /* of an IPv4 address: of length 128 */
	uint8_t is_held;      /* else: lost */
	uint8_t role;         /* enum role, as the lease has it */
	uint8_t zero[5];
};

_Static_assert(sizeof(struct whereabouts) == 40, "no padding");

/* False: it is none. */
static inline bool
whereabouts_prefix(const struct line_name *name, struct prefix *ret)
{
	*ret = (struct prefix){.address = name->address, .length = name->length};
	return name->high == 0;
}

#endif
