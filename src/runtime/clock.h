/* clock - what time it is, for a process that runs for months: it never goes back
 *
 * What:    follows the system's clock. When that is set forward, this one follows at once; when it is set
 *          back, this one goes on at half speed until the system's has caught up, so that nothing happens twice
 *          and nothing stands still.
 * Thread:  a value; clock_read asks the system, clock_step is a function of what it is told.
 */
#ifndef LAZARET_RUNTIME_CLOCK_H
#define LAZARET_RUNTIME_CLOCK_H

#include "base/wall.h"

#include <stdbool.h>

struct clock {
	struct wall now;
	int64_t steady_us; /* monotonic, at `now` */
	bool has_begun;
	uint32_t steps;  /* of more than a second, either way */
	int64_t step_us; /* the last one */
	struct wall system;
};

/* Time did not begin before: what a process goes on from that takes the place of another. */
void clock_begin(struct clock *clock, struct wall least);

/* system: the system's clock; steady_us: the monotonic one. True if the system's was set. */
bool clock_step(struct clock *clock, struct wall system, int64_t steady_us);

/* Both asked now. */
bool clock_read(struct clock *clock);

/* The monotonic clock in microseconds. */
int64_t clock_steady(void);

#endif
