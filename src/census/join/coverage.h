/* coverage - the ranges that lists name, beside sorted addresses
 *
 * What:    a range that a list names stays one: it makes no candidate of an address that no list names by itself, but
 *          an address that some list does name, and that lies in it, has that listing as well. Of the ranges of one
 *          list that hold an address the newest counts; of equally new ones the first (as distinct.h has it for
 *          addresses). What is asked for in ascending order is found in one pass.
 * Owns:    its arrays, until coverage_done.
 * Limits:  lists that are no evidence, or have a number of SCORE_LISTS or above, cover nothing. Time n log n to make.
 * Thread:  one a coverage.
 */
#ifndef LAZARET_CENSUS_JOIN_COVERAGE_H
#define LAZARET_CENSUS_JOIN_COVERAGE_H

#include "census/join/listed.h"
#include "census/join/score.h"
#include "census/list/spans.h"
#include "census/registry/rankedranges.h"

struct coverage {
	struct coverage_list {
		struct piece *pieces; /* value: of listed, from 1 */
		size_t count;
		size_t at; /* pieces that begin at or below where it stands */
	} list[SCORE_LISTS];
	struct listed *listed;
	size_t count, size;
	/* Up to which address, this one too, what covers stays the same. */
	uint64_t until;
	const struct listed *covers[SCORE_LISTS];
	unsigned cover_count;
};

/* without: numbers that no range shall cover. */
void coverage_make4(struct coverage *coverage, const struct score_settings *settings,
	const struct listedrange4 *ranges, size_t count, const struct spans *without);
void coverage_make6(struct coverage *coverage, const struct score_settings *settings,
	const struct listedrange6 *ranges, size_t count, const struct spans *without);
void coverage_done(struct coverage *coverage);

/* Sets covers, cover_count and until; address is not below that of the call before. */
void coverage_seek(struct coverage *coverage, uint64_t address);

#endif
