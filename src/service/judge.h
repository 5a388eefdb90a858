/* judge - observations in, verdicts out: the pure core in one piece
 *
 * What:    finds the line of each observation (identity/), takes its evidence (evidence/) and holds it
 *          (verdict/). A function of what it was given: no clock, no I/O, so the same input gives the same
 *          verdicts in a scan, a rehearsal and the daemon.
 * Owns:    all its state. lines is borrowed and must outlive it.
 * Limits:  parameters.flow.lines_most senders; a quiet one gives way to a new one, and is counted.
 * Thread:  one judge a thread.
 */
#ifndef LAZARET_SERVICE_JUDGE_H
#define LAZARET_SERVICE_JUDGE_H

#include "evidence/flowchannel.h"
#include "identity/lines.h"
#include "source/observation.h"
#include "verdict/parameters.h"

#include <stddef.h>

struct judge_settings {
	struct parameters parameters;
	uint64_t seed; /* secret of the sketches */
	/* Called for each change of state, in order; may be NULL. */
	court_verdict on_verdict;
	void *context;
};

struct judge;

/* The defaults of all parameters, with no on_verdict. */
void judge_defaults(struct judge_settings *settings);

struct judge *judge_new(const struct judge_settings *settings, struct lines *lines);
struct judge *judge_free(struct judge *judge);

/* Observations in order of time (an earlier one is taken as of the time of the last). */
void judge_take(struct judge *judge, const struct observation *observations, size_t count);

/* Time passes without observations: epochs end, evidence decays, cases close. */
void judge_advance(struct judge *judge, struct wall now);

/* Version of the parameters: a hash of them all, as it stands in verdicts. */
uint32_t judge_parameters(const struct judge *judge);

struct judge_line {
	struct verdict now; /* as judged at the last time given: from == to == the state */
	const struct verdict *confirmed; /* the first confirmation, or NULL */
	struct wall highest_at;
};

typedef void (*judge_visit)(void *context, const struct judge_line *line);

/* Visits every line that sent mail and whose highest state is at least this. */
void judge_each(const struct judge *judge, enum state least, judge_visit visit, void *context);

/* The line of a pseudonym as judged now; 0 or -ENOENT. */
int judge_find(const struct judge *judge, uint64_t pseudonym, struct judge_line *ret) MUST_USE;

struct judge_counts {
	uint64_t observations;
	uint64_t outside;     /* neither side is ours */
	uint64_t submissions; /* to servers of ours on 465 and 587: no contacts */
	uint64_t lines;       /* that sent mail */
	uint64_t by_highest[STATE_COUNT];
	uint64_t evicted; /* lines that gave way at the ceiling */
	uint64_t frozen;  /* first contacts whose outcome did not count (guards) */
};

struct judge_counts judge_counts(const struct judge *judge);

#endif
