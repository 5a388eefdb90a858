/* curereport - the measure of cure, read of a ledger and told to people and programs
 *
 * What:    reads all cases of a ledger that were opened in a time, and tells the rates of cure.h with their intervals
 *          (interval.h): sentences that say what it means, and tables below; or an object of JSON a line. Where texts
 *          were in two versions, their difference, and in words whether anything can be said.
 * Owns:    nothing.
 * Limits:  lines of 80 columns, but for names of texts that are longer than those of ours.
 * Thread:  one at a time.
 */
#ifndef LAZARET_DESK_CUREREPORT_H
#define LAZARET_DESK_CUREREPORT_H

#include "desk/cure.h"
#include "ledger/reading.h"

struct cure_terms {
	struct wall since; /* opened from then on; WALL_NONE: all */
	struct wall until; /* opened before; WALL_NONE: all */
	enum cure_by by;   /* CURE_CHANNEL, CURE_TEXT, CURE_DEVICE; CURE_ALL: by each of them */
};

/* The present is the ledger's time. */
int cure_read(struct ledger *ledger, const struct cure_terms *terms, struct cure *ret,
	struct fail *fail) MUST_USE;

void curereport_text(const struct cure *cure, const struct cure_terms *terms, struct buffer *into);
void curereport_json(const struct cure *cure, const struct cure_terms *terms, struct buffer *into);

#endif
