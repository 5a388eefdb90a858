/* wirereport - what a daemon found of a rehearsed network, beside what a judge in this process found
 *
 * What:    a table by class with both, the lines of which they say something else, the expectations, and the
 *          explanation of one found line; the same as JSON objects, one a line. What was lost on the way, and which
 *          expectations did not hold, goes to standard error. Parts are those of rehearse/report.h.
 * Owns:    nothing; its members are the caller's.
 * Limits:  DIFFERS_MOST lines are named, in JSON all.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_WIREREPORT_H
#define LAZARET_PROGRAM_WIREREPORT_H

#include "program/owndaemon.h"
#include "program/sending.h"
#include "rehearse/rehearsal.h"

struct wirereport {
	const struct scenario *scenario;
	const char *name; /* of the scenario */
	bool is_json;
	const struct sending *sending;
	struct owndaemon_figures figures; /* when it had read everything */
	double seconds;                   /* that sending and judging took */
	struct lines *lines;              /* with the ledger's key */
	const struct tally *tally;        /* of the ledger's verdicts */
	const struct rehearsal *here;
	/* Filled by wirereport_print. */
	struct buffer report;
	uint32_t members;
	uint32_t differ;
};

/* Returns an exit code. */
int wirereport_print(struct wirereport *of);

#endif
