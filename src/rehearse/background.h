/* background - traffic that is no mail: what most flow records of a network are about
 *
 * What:    one made-up flow after the other: web, names, time, pings, and a few that look like mail at a glance (a
 *          mail port on UDP, or as the client's end of another connection).
 * Owns:    nothing; a stream of random numbers of the caller's.
 * Thread:  one a stream.
 */
#ifndef LAZARET_REHEARSE_BACKGROUND_H
#define LAZARET_REHEARSE_BACKGROUND_H

#include "base/random.h"
#include "source/flow.h"

/* A flow that ended before now, in both directions; the source opened it. */
void background_make(struct random *random, struct wall now, struct flow *ret);

#endif
