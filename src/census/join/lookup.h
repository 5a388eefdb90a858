/* lookup - the object of one IPv4 address in one or two loads
 *
 * What:    the table DIR-24-8 (Gupta, Lin, McKeown, INFOCOM 1998): an entry for each /24 has its object, or where the
 *          256 objects of its addresses are. Made of segments, and kept in a file that is used where it lies.
 * Owns:    the mapping, from lookup_open to lookup_close.
 * Limits:  64 MiB, and 1 KiB for each /24 that a segment begins inside of. lookup_open reads the head alone: whatever
 *          else a file holds, a look-up reads inside of it and gives an object of 0 to `objects`. lookup_verify tells
 *          whether it is the table that was written.
 * Thread:  any, once it is open.
 */
#ifndef LAZARET_CENSUS_JOIN_LOOKUP_H
#define LAZARET_CENSUS_JOIN_LOOKUP_H

#include "census/registry/segments.h"

#define LOOKUP_NETWORKS (1U << 24)
#define LOOKUP_HOSTS    256U
/* In an entry: the rest of it is the number of a block of hosts. */
#define LOOKUP_IS_BLOCK (1U << 31)
/* The highest number that an object may have. */
#define LOOKUP_OBJECT_MOST (LOOKUP_IS_BLOCK - 1)

struct lookup {
	const uint32_t *networks;
	const uint32_t *hosts; /* blocks, one after the other */
	uint32_t blocks;
	uint32_t objects; /* the highest number */
	const uint8_t *bytes;
	size_t size;
};

/* Writes the table of these segments to path: 0, or -errno with fail (-EINVAL: they are out of order, or of an object
 * that has too high a number). */
int lookup_write(const char *path, const struct segment4 *segments, size_t count,
	struct fail *fail) MUST_USE;

int lookup_open(const char *path, struct lookup *ret, struct fail *fail) MUST_USE;
void lookup_close(struct lookup *lookup);

/* The same of bytes that are the caller's and outlive it; aligned as uint64_t is. */
int lookup_on(const uint8_t *bytes, size_t size, struct lookup *ret, struct fail *fail) MUST_USE;

/* Reads all of it: 0, or -EBADMSG with fail. */
int lookup_verify(const struct lookup *lookup, struct fail *fail) MUST_USE;

static inline uint32_t
lookup_find(const struct lookup *lookup, uint32_t address)
{
	uint32_t entry = lookup->networks[address / LOOKUP_HOSTS];

	if (entry & LOOKUP_IS_BLOCK) {
		uint32_t block = entry & ~LOOKUP_IS_BLOCK;

		entry = block < lookup->blocks
			? lookup->hosts[(size_t)block * LOOKUP_HOSTS + address % LOOKUP_HOSTS]
			: 0;
	}
	return entry <= lookup->objects ? entry : 0;
}

#endif
