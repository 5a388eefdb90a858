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

#define REPORT_SPAN 24

void report_text(const struct rehearsal *rehearsal, const char *name, struct buffer *into);
void report_json(const struct rehearsal *rehearsal, double cpu_seconds, struct buffer *into);

/* A line for each expectation of the scenario, which has this name, that did not hold; returns how many. */
unsigned report_expectations(
	const struct rehearsal *rehearsal, const char *name, struct buffer *into);

/* Why the first line was confirmed; nothing if none was. */
void report_example(const struct rehearsal *rehearsal, struct buffer *into);

/* The parts of which these, and reports on judges elsewhere, are made. */

/* "45 s", "2.4 min", "10.6 h", "3.1 d"; "-" if it never came. */
const char *report_span(double seconds, char into[REPORT_SPAN]);

/* A number of a JSON object, or null where JSON has none for it. */
void report_number(const char *key, double value, struct buffer *into);

/* Whether an expectation held for this tally: into json, and where it did not as a line into broken; each may be
 * NULL. */
bool report_expectation(const struct rehearsal *rehearsal, const struct tally *tally,
	const struct expect *expect, const char *name, struct buffer *json, struct buffer *broken);

/* Why a line was confirmed. */
void report_verdict(const struct verdict *verdict, const struct lines *lines,
	const struct parameters *parameters, struct buffer *into);

#endif
