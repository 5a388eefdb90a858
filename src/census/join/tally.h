/* tally - how many addresses of a day's state are in each network, and how they stand
 *
 * What:    the rows of a state are joined with whose they are, and counted by object (responsible.h). Everything that
 *          is told of a contact, a country or an AS is a sum of these.
 * Owns:    its arrays, until tally_done. The responsible must outlive it.
 * Limits:  time is linear: one pass.
 * Thread:  one each.
 */
#ifndef LAZARET_CENSUS_JOIN_TALLY_H
#define LAZARET_CENSUS_JOIN_TALLY_H

#include "census/join/casefile.h"
#include "census/join/responsible.h"
#include "census/join/score.h"
#include "census/join/statestore.h"

struct tally {
	const struct responsible *responsible;
	const uint16_t *last_letter; /* by object, as of stateday.h */
	uint16_t day;
	struct casefile_counts *counts; /* by network, as numbered in networks */
	/* Addresses, or /64s: by network, and of IPv4 and IPv6 by place (responsible.h). */
	uint64_t *covered, *covered4, *covered6;
	uint32_t *networks;     /* by object: its number, in the order of first rows; 0: none */
	uint32_t *objects;      /* by that number; [0] is 0 */
	uint32_t network_count; /* with [0] */
	uint32_t size;          /* of counts */
	uint64_t candidates[SCORE_LISTS], first[SCORE_LISTS];
};

void tally_make(struct tally *tally, const struct responsible *responsible,
	const uint16_t *last_letter, const struct statestore *state);
void tally_done(struct tally *tally);

/* Of a candidate. */
static inline enum casefile_status
tally_status(uint16_t letter, uint16_t flags)
{
	if (letter == 0)
		return CASEFILE_NEW;
	return flags & STATE_REOPENED ? CASEFILE_REOPENED : CASEFILE_STILL;
}

void tally_add(struct casefile_counts *sum, const struct casefile_counts *more);

#endif
