/* candidates - the addresses whose listings are enough
 *
 * What:    sorted, distinct listings, with the ranges that cover them (coverage.h), become scores; those that reach the
 *          limit of score.h stay. Beside each stands the port of the newest listing that counts, has one and says when
 *          that was; then the score's newest is that time, though others are newer: a port is somebody's at a time.
 * Owns:    nothing. All that is pointed to must outlive it.
 * Limits:  time is linear. Where nothing covers, listings are scored where they lie.
 * Thread:  one each.
 */
#ifndef LAZARET_CENSUS_JOIN_CANDIDATES_H
#define LAZARET_CENSUS_JOIN_CANDIDATES_H

#include "census/join/coverage.h"

struct candidates {
	const struct score_rules *rules;
	struct coverage *coverage;
	const void *at, *end; /* listings that are not looked at yet */
	uint64_t scored;      /* addresses that any evidence names; grows */
};

/* The next ones: room, or fewer at the end. into and ports have room for so many; room is at least 1. */
size_t candidates4(
	struct candidates *candidates, struct score4 *into, uint16_t *ports, size_t room);
size_t candidates6(
	struct candidates *candidates, struct score6 *into, uint16_t *ports, size_t room);

/* Listings of one address and what covers it, as they are scored: at most as many as there is room for. For who
 * explains a score. */
#define CANDIDATES_EACH (2 * SCORE_LISTS)
size_t candidates_gather4(struct coverage *coverage, const struct listing4 *at,
	const struct listing4 *end, struct listing4 into[CANDIDATES_EACH]);
size_t candidates_gather6(struct coverage *coverage, const struct listing6 *at,
	const struct listing6 *end, struct listing6 into[CANDIDATES_EACH]);

#endif
