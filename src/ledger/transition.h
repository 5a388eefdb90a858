/* transition - a verdict as the ledger keeps it: one row, never changed
 *
 * What:    the fields that the ledger works with stand alone; what only an explanation needs (the channels'
 *          scores, the facts) is a JSON object each, under the names of the struct's fields, so that later
 *          versions may add fields and still read old rows. Fields that are 0 are left out.
 * Owns:    nothing; channels and facts point into the store's row or the buffers that were given.
 * Limits:  each JSON text TRANSITION_TEXT bytes. Scores beyond 1e30 are kept as 1e30, what is no number as 0.
 * Thread:  a value.
 */
#ifndef LAZARET_LEDGER_TRANSITION_H
#define LAZARET_LEDGER_TRANSITION_H

#include "base/text.h"
#include "ledger/digest.h"
#include "verdict/verdict.h"

#include <stdbool.h>

#define TRANSITION_TEXT 2048

struct transition {
	uint64_t number; /* given by the store */
	uint64_t of_case;
	uint64_t line;
	struct wall time;
	uint8_t from; /* enum state */
	uint8_t to;
	uint8_t highest;
	uint8_t role; /* enum role */
	uint32_t parameters;
	uint32_t active_lines;
	double score;
	double threshold;
	struct text channels;
	struct text facts;
};

/* Whether a verdict has states and a role that exist. */
bool transition_may_keep(const struct verdict *verdict);

/* Buffers of at most TRANSITION_TEXT bytes, cleared first. -EINVAL for a verdict with a state or role that
 * does not exist; -EMSGSIZE if a buffer is too small. */
int transition_encode(const struct verdict *verdict, struct buffer *channels, struct buffer *facts,
	struct transition *ret) MUST_USE;

/* Unknown names are skipped, missing ones are 0. -EINVAL if a text is no flat object of numbers. */
int transition_decode(const struct transition *transition, struct verdict *ret) MUST_USE;

/* The step that closes a case of which nothing more was seen for so many days: no verdict, so it has no
 * scores, and its only fact says why. last: the step before it, whose time and parameters it takes over. */
#define TRANSITION_SILENT 64
void transition_init_silent(struct transition *ret, const struct transition *last, unsigned days,
	char facts[TRANSITION_SILENT]);
/* After how many days of silence retention made this step; 0 for a verdict. */
unsigned transition_silent_days(const struct transition *transition);

/* The step that a decision makes, and no verdict: somebody let the line go or holds it, or a date did. It has no
 * scores either. last: its `to` is the state until now. */
void transition_init_decided(
	struct transition *ret, const struct transition *last, enum state to, struct wall when);
bool transition_is_decided(const struct transition *transition);

void transition_digest(const struct transition *transition, uint8_t into[DIGEST_SIZE]);

#endif
