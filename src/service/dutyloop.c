/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/dutyloop.h"

#include <event2/event.h>

#define TICK_US 250000

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	const struct dutyloop *loop = context;

	(void)socket;
	(void)what;
	duty_beat(loop->duty);
	loop->on_tick(loop->context);
}

static void
on_parent(evutil_socket_t socket, short what, void *context)
{
	const struct dutyloop *loop = context;

	(void)socket;
	(void)what;
	duty_hear(loop->duty);
	if (loop->duty->is_over)
		(void)event_base_loopbreak(loop->base);
}

void
dutyloop_run(const struct dutyloop *loop)
{
	const struct timeval period = {.tv_usec = TICK_US};
	struct dutyloop own = *loop;
	struct event *tick = event_new(loop->base, -1, EV_PERSIST, on_tick, &own);
	struct event *parent =
		event_new(loop->base, loop->duty->parent, EV_READ | EV_PERSIST, on_parent, &own);

	must(tick != NULL && event_add(tick, &period) == 0);
	must(parent != NULL && event_add(parent, NULL) == 0);
	duty_ready(loop->duty);
	(void)event_base_dispatch(loop->base);
	event_free(tick);
	event_free(parent);
}
