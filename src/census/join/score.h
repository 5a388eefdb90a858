/* score - how likely is it that an address is a zombie?
 *
 * What:    each listing is worth the weight of its list, halved with each half-life of its age. Lists that copy from
 *          each other are of one group, of which the best listing alone counts; groups are independent, so the score is
 *          S = 1 - the product of (1 - worth) over groups. An address is a candidate if S reaches a limit and either
 *          enough groups say so or a trap of the agency's own does. Listings of lists that are no evidence of
 *          zombies count nothing.
 *          Numbers are integers, in units of 1/SCORE_ONE where they are handed out, so every machine gives the same;
 *          what is compared with a limit is what is shown.
 * Owns:    nothing.
 * Limits:  SCORE_LISTS lists, as many as a row of the state has bits for: listings of others are taken for no
 *          evidence. Time is linear.
 * Thread:  any: rules are only read.
 */
#ifndef LAZARET_CENSUS_JOIN_SCORE_H
#define LAZARET_CENSUS_JOIN_SCORE_H

#include "base/fail.h"
#include "census/list/listing.h"

#include <stdbool.h>
#include <stddef.h>

#define SCORE_LISTS 32
#define SCORE_ONE   10000

struct score_list {
	uint16_t weight;    /* of SCORE_ONE: what a listing of this moment is worth */
	uint8_t group;      /* below SCORE_LISTS */
	bool is_evidence;   /* of zombies */
	bool is_trap;       /* the agency's own, with TCP established */
	uint32_t half_life; /* seconds */
	uint32_t time;      /* of its file: where a listing has none of its own */
};

struct score_settings {
	struct score_list list[SCORE_LISTS];
	unsigned lists;
	uint32_t now;   /* seconds since 1970 */
	uint16_t least; /* of SCORE_ONE: below it is no candidate */
	uint16_t
		group_least; /* a group whose best is worth less counts for none: it corroborates nothing */
	unsigned groups; /* that must agree where there is no trap */
};

#define SCORE_DEFAULTS                                                                             \
	{                                                                                          \
		.least = 8000, .group_least = 100, .groups = 2                                     \
	}

/* Made of settings; its members are score.c's. */
struct score_rules {
	struct score_settings settings;
	uint32_t
		halves[2]
		      [256]; /* 2^-(i/256) and 2^-(i/65536), in 1/2^32, less one so that they fit */
};

enum score_flag {
	SCORE_CANDIDATE = 1,
	SCORE_TRAP = 2, /* one has it, not long ago */
};

struct score4 {
	uint32_t address;
	uint32_t newest; /* time of the newest listing that counts, not after now */
	uint32_t lists;  /* bits: those whose listing counts */
	uint16_t score;  /* of SCORE_ONE */
	uint8_t groups;
	uint8_t flags; /* enum score_flag */
};

struct score6 {
	uint64_t network;
	uint32_t newest;
	uint32_t lists;
	uint16_t score;
	uint8_t groups;
	uint8_t flags;
	uint32_t spare; /* 0 */
};

/* What one listing did to a score. */
struct score_reason {
	uint32_t line;
	uint32_t age; /* seconds */
	uint16_t list;
	uint16_t weight; /* of SCORE_ONE, at this age; 0: it is no evidence */
	bool is_best;    /* of its group, so it counts */
};

/* -EINVAL with fail where a list has a weight above one, no half-life, or a group that is none. */
int score_init(struct score_rules *rules, const struct score_settings *settings,
	struct fail *fail) MUST_USE;

/* Takes listings that are sorted and distinct from *at on, gives the scores of addresses of which any listing counts,
 * and leaves *at behind the last listing that it took: at end, or where room is full. Returns how many it gave. */
size_t score4(const struct score_rules *rules, const struct listing4 **at,
	const struct listing4 *end, struct score4 *into, size_t room);
size_t score6(const struct score_rules *rules, const struct listing6 **at,
	const struct listing6 *end, struct score6 *into, size_t room);

/* Of the listings of one address, in their order, one reason each; returns how many there are, up to room. */
size_t score_explain4(const struct score_rules *rules, const struct listing4 *listings,
	size_t count, struct score_reason *into, size_t room);
size_t score_explain6(const struct score_rules *rules, const struct listing6 *listings,
	size_t count, struct score_reason *into, size_t room);

#endif
