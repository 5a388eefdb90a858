/* exclusions - what a list says is not listed, taken away from what it lists
 *
 * What:    entries of a data set that begin with "!" (rbldnsd(8)), or "nomatch" of an ipset. They hold for the whole
 *          data set, before and behind their line, so they are gathered and applied at its end. The narrower prefix
 *          wins: a host can be taken out of a listed network, and be listed within an excluded one. Where the same
 *          prefix is listed and excluded, it is excluded. A listing's length comes in its port, as exclusions_mark
 *          says, and is cleared there.
 * Owns:    its arrays, until exclusions_done.
 * Limits:  EXCLUSIONS_MOST of each protocol, with 16 bytes for each and each length that listings have. Above it
 *          nothing of the data set is listed: what should be taken away is not known. An exclusion that is narrower
 *          than a /64 takes away the very prefix only, since a listing of IPv6 is a whole /64.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_LIST_EXCLUSIONS_H
#define LAZARET_CENSUS_LIST_EXCLUSIONS_H

#include "census/list/addressform.h"
#include "census/list/listings.h"

#define EXCLUSIONS_MOST (1U << 20)

struct exclusion {
	uint64_t low, high, below; /* as in struct addressform */
	uint8_t length;            /* at most 32 or 128 */
};

struct exclusions {
	struct exclusion *four, *six;
	size_t fours, sixes, room4, room6;
	uint64_t *below; /* of the listings narrower than a /64, in their order */
	size_t belows, room_below;
	bool is_too_many;
	bool has_marks; /* some port is to be cleared */
};

/* How far the columns were filled when the data set began. */
struct exclusions_begin {
	size_t fours, sixes, ranges4, ranges6;
};

void exclusions_init(struct exclusions *exclusions);
void exclusions_done(struct exclusions *exclusions);

struct exclusions_begin exclusions_begin(const struct listings *listings);

/* Excludes a prefix; of a range, length is that of the prefixes which it is made of. */
void exclusions_add(struct exclusions *exclusions, const struct addressform *form);

/* The lower half of an address that is listed by itself, in the order of the listings. */
void exclusions_add_below(struct exclusions *exclusions, uint64_t below);

/* What a listing has in its port until the end of the data set: 0 for a whole address or /64. */
static inline uint16_t
exclusions_mark(struct exclusions *exclusions, unsigned length, bool is_six)
{
	unsigned mark = is_six ? (length > 64 ? length - 64 : 0) : 32 - length;

	exclusions->has_marks |= mark > 0;
	return (uint16_t)mark;
}

/* Takes them away from what was listed since the begin, clears the marks, and forgets them. How many listings
 * went; a range of which a part went counts as one. */
uint64_t exclusions_apply(struct exclusions *exclusions, struct listings *listings,
	const struct exclusions_begin *begin);

#endif
