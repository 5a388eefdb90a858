/* pace - how fast letters may be handed over
 *
 * What:    at most so many in an hour in all, and so many to one domain: what was handed over in the hour before now
 *          counts, also by an earlier run of the program. And the circuit breaker: where too many of a run's letters
 *          came back or were refused, the rest is not sent before a person has looked at it.
 * Owns:    the times that were noted.
 * Limits:  memory grows with the letters that are noted. Asking takes time by the limit of a domain.
 * Thread:  one at a time. Time is handed in.
 */
#ifndef LAZARET_CENSUS_OUTBOX_PACE_H
#define LAZARET_CENSUS_OUTBOX_PACE_H

#include "base/text.h"
#include "base/wall.h"
#include "census/outbox/censusstore.h"

/* So many of a run's letters must have been settled before the breaker opens above this share; it opens at once where
 * the first few are all refused. */
#define PACE_LEAST   20
#define PACE_PERCENT 5
#define PACE_FIRST   3

struct pace;

/* Both at least 1. */
struct pace *pace_new(unsigned an_hour, unsigned domain_an_hour);
struct pace *pace_free(struct pace *pace);

/* A letter was handed over; in the order of time. */
void pace_note(struct pace *pace, struct text mailbox, struct wall at);

/* When the next one may be, at the earliest: now, or later. */
struct wall pace_next(const struct pace *pace, struct text mailbox, struct wall now);

/* Are too many bad? */
bool pace_is_broken(const struct census_tally *tally);

#endif
