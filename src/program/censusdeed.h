/* censusdeed - what a person does with a census, for the record
 *
 * What:    who (--by NAME, or else who is at the keyboard), when, what, to what, why (--reason TEXT).
 * Owns:    the texts of who it found; the rest leads to the arguments.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CENSUSDEED_H
#define LAZARET_PROGRAM_CENSUSDEED_H

#include "census/outbox/censusstore.h"
#include "program/actor.h"

struct censusdeed {
	struct census_deed deed;
	char actor[ACTOR_TEXT];
};

/* by and reason may be NULL. EXIT_DONE, or EXIT_USAGE after what is wrong was told. */
int censusdeed_make(const char *by, const char *what, const char *subject, const char *reason,
	bool needs_reason, struct censusdeed *ret) MUST_USE;

/* The system's clock. */
struct wall censusdeed_now(void);

#endif
