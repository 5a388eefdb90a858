/* dutyloop - the loop of a process that serves connections by libevent
 *
 * What:    says that the process is ready, ticks four times a second, with a beat, and hears the parent; runs until the
 *          parent says that it is over.
 * Owns:    nothing.
 * Thread:  one process.
 */
#ifndef LAZARET_SERVICE_DUTYLOOP_H
#define LAZARET_SERVICE_DUTYLOOP_H

#include "service/post.h"

struct event_base;

struct dutyloop {
	struct duty *duty;
	struct event_base *base;
	void (*on_tick)(void *context);
	void *context;
};

void dutyloop_run(const struct dutyloop *loop);

#endif
