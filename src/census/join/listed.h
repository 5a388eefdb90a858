/* listed - what a listing says beside its address, read from both sizes in one way
 *
 * What:    struct listing4 and struct listing6 have the same members behind their address; this is the one place that
 *          knows it.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_JOIN_LISTED_H
#define LAZARET_CENSUS_JOIN_LISTED_H

#include "census/join/record.h"
#include "census/list/listing.h"

struct listed {
	uint32_t line;
	uint32_t time;
	uint16_t list;
	uint16_t port;
};

_Static_assert(sizeof(struct listing4) == RECORD4_SIZE && offsetof(struct listing4, line) == 4 &&
		offsetof(struct listing4, time) == 8 && offsetof(struct listing4, list) == 12 &&
		offsetof(struct listing4, port) == 14,
	"laid out as struct listed behind the address");
_Static_assert(sizeof(struct listing6) == RECORD6_SIZE && offsetof(struct listing6, line) == 8 &&
		offsetof(struct listing6, time) == 12 && offsetof(struct listing6, list) == 16 &&
		offsetof(struct listing6, port) == 18,
	"laid out as struct listed behind the network");

RECORD_EITHER struct listed
listed_in(const void *listing, size_t size)
{
	struct listed listed;

	memcpy(&listed, (const uint8_t *)listing + record_rest(size), sizeof(listed));
	return listed;
}

#endif
