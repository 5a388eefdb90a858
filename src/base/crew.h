/* crew - a list of jobs, done by a few threads
 *
 * What:    each thread takes the next job of the list until there is none; the caller is one of them. Who puts the
 *          longest first is done soonest. What is done must not depend on which thread does it, or when.
 * Owns:    nothing.
 * Limits:  CREW_MOST threads. Where one cannot be started those there are do its jobs.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_CREW_H
#define LAZARET_BASE_CREW_H

#include <stddef.h>

#define CREW_MOST 16

/* How many threads this process may have at work at once, CREW_MOST at the most. */
unsigned crew_size(void);

/* Does the jobs 0 to count - 1, and returns when all are done. threads: at the most, with the caller. */
void crew_work(
	unsigned threads, size_t count, void (*work)(void *context, size_t job), void *context);

#endif
