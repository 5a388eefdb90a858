/* arms - which cases are held out of letters for a while, to see what letters do
 *
 * What:    of the cases that open on a day a share is drawn by chance, in each stratum (country, and class of size) as
 *          close to the share as whole cases allow: what is left over a whole number is drawn for the stratum, so
 *          each case has the chance of the share. The draw is a keyed hash of the mailbox and of the day: who has
 *          the key can repeat it, and nobody else can foresee it.
 * Owns:    nothing.
 * Limits:  time n log n.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_JOIN_ARMS_H
#define LAZARET_CENSUS_JOIN_ARMS_H

#include "base/hash.h"
#include "base/text.h"

#define ARMS_ONE 1000

struct arms_case {
	struct text mailbox;
	uint32_t stratum; /* arms_stratum */
	bool is_held_out; /* what was drawn */
	uint64_t draw;    /* within */
};

/* Classes of size: 0 one candidate, 1 up to 9, 2 up to 99, 3 up to 999, 4 more. */
uint32_t arms_stratum(uint16_t country, uint32_t listed);

/* share: of ARMS_ONE. The order of the cases does not matter, and stays. */
void arms_draw(struct arms_case *cases, size_t count, unsigned share, uint16_t day,
	const struct hash_key *key);

#endif
