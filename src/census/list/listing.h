/* listing - one address, network or range that a list of spam senders names
 *
 * What:    what all list readers give and the join takes: plain records that are sorted and compared as they
 *          lie in memory. Each says in which list it stood and in which line, so that a letter can be
 *          explained. An entry of at most 256 IPv4 addresses is written out as addresses; a wider one, and one
 *          of IPv6 wider than a /64, stays a range. What is narrower than a /64 counts as its /64.
 * Owns:    nothing.
 * Limits:  lines behind the 4294967295th of a file have that number; times up to the year 2106.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_LISTING_H
#define LAZARET_CENSUS_LIST_LISTING_H

#include <assert.h>
#include <stdint.h>

struct listing4 {
	uint32_t address; /* host order */
	uint32_t line;    /* of the file, from 1 */
	uint32_t time;    /* seconds since 1970; 0: the file's own */
	uint16_t list;
	uint16_t port; /* of the sender; 0: not told */
};

struct listing6 {
	uint64_t network; /* the first 64 bits, host order */
	uint32_t line, time;
	uint16_t list, port;
	uint32_t spare; /* 0 */
};

/* Both ends belong to it. length: of the prefix, or of the prefixes that the range is made of. */
struct listedrange4 {
	uint32_t low, high;
	uint32_t line, time;
	uint16_t list, length;
};

struct listedrange6 {
	uint64_t low, high; /* networks of 64 bits */
	uint32_t line, time;
	uint16_t list, length;
	uint32_t spare; /* 0 */
};

static_assert(sizeof(struct listing4) == 16 && sizeof(struct listing6) == 24, "files have these");
static_assert(sizeof(struct listedrange4) == 20 && sizeof(struct listedrange6) == 32,
	"no padding that would hold chance bytes");

#endif
