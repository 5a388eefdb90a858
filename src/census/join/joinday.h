/* joinday - a day's listings become candidates
 *
 * What:    columns of listings (list/listings.h), as lists were read, are cut into portions of addresses (portions.h).
 *          Each portion is sorted; what is left out goes (leftout.h); of one list each address counts once; the rest is
 *          scored where it lies, with the ranges that cover it (candidates.h). The result is the same whatever the
 *          number of threads.
 * Owns:    the scores, until joinday_done. The columns are copied, so they can be given back when it returns.
 * Limits:  memory: 18 bytes a listing of IPv4, 26 of IPv6, while it works, and the largest portion for each thread;
 *          afterwards as much a candidate.
 * Thread:  a crew of its own ends before it returns.
 */
#ifndef LAZARET_CENSUS_JOIN_JOINDAY_H
#define LAZARET_CENSUS_JOIN_JOINDAY_H

#include "census/join/casewriter.h"
#include "census/join/score.h"
#include "census/list/listing.h"
#include "census/list/spans.h"

struct joinday_input {
	const struct listing4 *four;
	const struct listing6 *six;
	const struct listedrange4 *ranges4;
	const struct listedrange6 *ranges6;
	size_t fours, sixes, ranges4_count, ranges6_count;
	const struct score_rules *rules;
	/* leftout.h */
	const struct spans *left_out4, *left_out6, *shared4, *shared6;
	unsigned threads;
};

struct joinday {
	struct casewriter_scores scores;
	uint64_t listings[SCORE_LISTS]; /* distinct addresses and /64s, and ranges, by list */
	uint64_t addresses;             /* that were scored: any evidence names them */
	uint64_t left_out, unported;    /* listings */
	size_t fours, sixes;            /* for which memory is taken */
};

void joinday_make(struct joinday *day, const struct joinday_input *input);
void joinday_done(struct joinday *day);

#endif
