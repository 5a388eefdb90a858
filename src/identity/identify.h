/* identify - observations in, sightings out: whose line was that?
 *
 * What:    finds the lines of both sides of each observation. Mail of a line of ours is a contact, unless it
 *          goes to a server of ours on 465 or 587 (a submission). Mail that a line of ours accepted on port
 *          25 is an inbound; it may be a contact, too, and then stands before it. All else gives nothing.
 *          Where prefixes are leased, who held an address is asked of IDENTIFY_TOGETHER observations together.
 * Owns:    nothing.
 * Thread:  as lines.h.
 */
#ifndef LAZARET_IDENTITY_IDENTIFY_H
#define LAZARET_IDENTITY_IDENTIFY_H

#include "identity/lines.h"
#include "identity/names.h"
#include "identity/sighting.h"
#include "source/observation.h"

#include <stddef.h>

/* Sightings that one observation gives at the most. */
#define IDENTIFY_EACH 2

/* Observations whose leases are fetched at once. */
#define IDENTIFY_TOGETHER 32

struct identify_counts {
	uint64_t observations;
	uint64_t outside; /* neither side is ours */
	uint64_t
		nobodys; /* of addresses that are leased, and nobody can say to whom: no contacts */
	uint64_t submissions; /* to servers of ours on 465 and 587: no contacts */
};

/* Puts the sightings, in the order of their observations, into an array with room for IDENTIFY_EACH * count, and
 * adds to counts. origin: an array as long that gets the index of each one's observation; may be NULL. names gets
 * the names of the lines whose mail was not accepted, which alone may need one; may be NULL. Returns how many. */
size_t identify(const struct lines *lines, const struct observation *observations, size_t count,
	struct sighting *into, uint32_t *origin, struct names *names,
	struct identify_counts *counts);

#endif
