/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/desk.h"

#include "control/deskinside.h"
#include "runtime/channel.h"
#include "runtime/clock.h"
#include "runtime/eventbase.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <time.h>

void
desk_count(struct desk *desk, enum counter what)
{
	struct status_process *own = desk->settings->own;

	if (own != NULL)
		status_set(&own->value[what], status_get(&own->value[what]) + 1);
}

void
desk_stop(struct desk *desk, int result)
{
	desk->result = result;
	event_base_loopbreak(desk->base);
}

struct status_view
desk_view(const struct desk *desk)
{
	const struct desk_settings *settings = desk->settings;
	struct timespec now;

	must(clock_gettime(CLOCK_REALTIME, &now) == 0);
	return (struct status_view){
		.processes = settings->processes,
		.process_count = settings->process_count,
		.exporters = settings->exporters,
		.receivers = settings->receivers,
		.rings = settings->rings,
		.ring_count = settings->ring_count,
		.now = {now.tv_sec * WALL_SECOND + now.tv_nsec / 1000},
		.steady_us = clock_steady(),
		.version = settings->version,
	};
}

static void
on_tick(evutil_socket_t socket, short what, void *context)
{
	struct desk *desk = context;
	struct status_view view = desk_view(desk);

	(void)socket;
	(void)what;
	if (desk->settings->own != NULL)
		__atomic_store_n(&desk->settings->own->beat_us, view.steady_us, __ATOMIC_RELAXED);
	rates_sample(&desk->rates, &view);
	/* After descriptors had run out. */
	if (desk->control != NULL)
		(void)evconnlistener_enable(desk->control);
	if (desk->metrics != NULL)
		(void)evconnlistener_enable(desk->metrics);
}

static void
on_control(struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *address,
	int size, void *context)
{
	(void)listener;
	(void)address;
	(void)size;
	clients_accept(context, socket);
}

static void
on_metrics(struct evconnlistener *listener, evutil_socket_t socket, struct sockaddr *address,
	int size, void *context)
{
	(void)listener;
	(void)address;
	(void)size;
	scrapes_accept(context, socket);
}

/* No more descriptors, most likely: until the next tick. */
static void
on_accept_error(struct evconnlistener *listener, void *context)
{
	(void)context;
	(void)evconnlistener_disable(listener);
}

static struct evconnlistener *
listen_on(struct desk *desk, int socket, evconnlistener_cb on_client)
{
	struct evconnlistener *listener;

	if (socket < 0)
		return NULL;
	must(evutil_make_socket_nonblocking(socket) == 0);
	/* The backlog is that of the caller's listen(). */
	listener =
		evconnlistener_new(desk->base, on_client, desk, LEV_OPT_CLOSE_ON_EXEC, 0, socket);
	must(listener != NULL);
	evconnlistener_set_error_cb(listener, on_accept_error);
	return listener;
}

/* libevent has nothing to say that the log of the daemon wants. */
static void
on_log(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

static void
begin(struct desk *desk)
{
	struct timeval second = {.tv_sec = 1};

	event_set_log_callback(on_log);
	desk->base = eventbase_new();
	desk->tick = event_new(desk->base, -1, EV_PERSIST, on_tick, desk);
	must(desk->tick != NULL && event_add(desk->tick, &second) == 0);
	peers_begin(desk);
	desk->control = listen_on(desk, desk->settings->control, on_control);
	desk->metrics = listen_on(desk, desk->settings->metrics, on_metrics);
	on_tick(-1, 0, desk);
}

static void
end(struct desk *desk)
{
	if (desk->control != NULL)
		evconnlistener_free(desk->control);
	if (desk->metrics != NULL)
		evconnlistener_free(desk->metrics);
	desk->control = desk->metrics = NULL;
	clients_end(desk);
	scrapes_end(desk);
	peers_end(desk);
	event_free(desk->tick);
	event_base_free(desk->base);
}

int
desk_run(const struct desk_settings *settings)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));
	int result;

	must(settings->judges <= DESK_JUDGES && settings->receivers <= DESK_RECEIVERS);
	desk->settings = settings;
	begin(desk);
	if (settings->own != NULL)
		__atomic_store_n(&settings->own->is_ready, 1, __ATOMIC_RELAXED);
	if (settings->parent >= 0 &&
		channel_send(settings->parent, MESSAGE_READY, NULL, 0) == -EPIPE)
		desk->result = -EPIPE;
	else
		(void)event_base_dispatch(desk->base);
	end(desk);
	result = desk->result;
	free(desk);
	return result;
}
