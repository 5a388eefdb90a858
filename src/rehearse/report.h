/* report - what a rehearsal found, for people and for programs
 *
 * What:    a table by class with the naive rules beside it, the expectations, and the explanation of one
 *          found line; the same as JSON objects, one a line.
 * Owns:    nothing; writes into the caller's buffer.
 * Thread:  any.
 */
#ifndef LAZARET_REHEARSE_REPORT_H
#define LAZARET_REHEARSE_REPORT_H

#include "base/text.h"
#include "rehearse/rehearsal.h"

void report_text(const struct rehearsal *rehearsal, const char *name, struct buffer *into);
void report_json(const struct rehearsal *rehearsal, double cpu_seconds, struct buffer *into);

/* A line for each expectation of the scenario, which has this name, that did not hold; returns how many. */
unsigned report_expectations(
	const struct rehearsal *rehearsal, const char *name, struct buffer *into);

/* Why the first line was confirmed; nothing if none was. */
void report_example(const struct rehearsal *rehearsal, struct buffer *into);

#endif
