/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/clock.h"

#include <time.h>

/* Less is the daily work of whoever keeps the system's clock right. */
#define STEP_LEAST WALL_SECOND

void
clock_begin(struct clock *clock, struct wall least)
{
	*clock = (struct clock){.now = least};
}

bool
clock_step(struct clock *clock, struct wall system, int64_t steady_us)
{
	int64_t passed = clock->has_begun ? steady_us - clock->steady_us : 0, off;
	bool was_set = false;

	if (clock->has_begun && !__builtin_sub_overflow(system.us, clock->system.us, &off)) {
		off -= passed;
		was_set = off > STEP_LEAST || off < -STEP_LEAST;
	}
	if (was_set) {
		clock->steps++;
		clock->step_us = off;
	}
	/* Half of an odd microsecond is kept for the next time. */
	clock->steady_us = steady_us - (clock->has_begun ? passed % 2 : 0);
	clock->now.us += passed / 2;
	if (system.us >= clock->now.us) {
		clock->now = system;
		clock->steady_us = steady_us;
	}
	clock->system = system;
	clock->has_begun = true;
	return was_set;
}

static int64_t
microseconds(clockid_t which)
{
	struct timespec now;

	must(clock_gettime(which, &now) == 0);
	return (int64_t)now.tv_sec * WALL_SECOND + now.tv_nsec / 1000;
}

int64_t
clock_steady(void)
{
	return microseconds(CLOCK_MONOTONIC);
}

bool
clock_read(struct clock *clock)
{
	return clock_step(
		clock, (struct wall){microseconds(CLOCK_REALTIME)}, microseconds(CLOCK_MONOTONIC));
}
