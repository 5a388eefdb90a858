/* censussummary - what a run found and did, for people and for programs
 *
 * What:    summary.json, one JSON object, which --json prints as well; and the same in some lines of words. All of it
 *          follows from what the run made, so it is the same when the run is made again.
 * Owns:    nothing.
 * Thread:  any.
 */
#ifndef LAZARET_PROGRAM_CENSUSSUMMARY_H
#define LAZARET_PROGRAM_CENSUSSUMMARY_H

#include "program/censusday.h"
#include "program/censusmaking.h"

#define CENSUSSUMMARY_BYTES (1UL << 20)

/* made: NULL where nobody is named who writes letters. */
void censussummary_json(const struct censusday *day, const struct casefile *file,
	const struct censusmade *made, struct buffer *into);
void censussummary_text(const struct censusday *day, const struct casefile *file,
	const struct censusmade *made, struct buffer *into);

#endif
