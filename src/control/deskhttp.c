/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/deskinside.h"
#include "desk/metrics.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <stdlib.h>
#include <unistd.h>

/* Of a request, with all its headers. */
#define HEAD_MOST 8192

/* One connection, one request: the answer says that it closes. */
struct scrape {
	struct desk *desk;
	struct bufferevent *stream;
	struct event *deadline; /* of the whole connection: no byte puts it off */
	bool is_answered;
};

static void
scrape_free(struct scrape *scrape)
{
	struct desk *desk = scrape->desk;

	for (size_t i = 0; i < desk->scrape_count; i++) {
		if (desk->scrapes[i] == scrape) {
			desk->scrapes[i] = desk->scrapes[--desk->scrape_count];
			break;
		}
	}
	event_free(scrape->deadline);
	bufferevent_free(scrape->stream);
	free(scrape);
}

static void
put_head(struct evbuffer *out, const char *status, const char *type, size_t length)
{
	evbuffer_add_printf(out,
		"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
		"Cache-Control: no-store\r\nConnection: close\r\n\r\n",
		status, type, length);
}

static void
refuse(struct evbuffer *out, const char *status)
{
	put_head(out, status, "text/plain; charset=utf-8", strlen(status) + 1);
	evbuffer_add_printf(out, "%s\n", status);
}

static void
answer(struct scrape *scrape, struct text line)
{
	struct evbuffer *out = bufferevent_get_output(scrape->stream);
	struct text method = text_cut(&line, ' '), path = text_cut(&line, ' ');
	struct text plain = text_cut(&path, '?');
	bool is_head = text_is(method, "HEAD");
	struct status_view view;
	struct buffer text;

	if (!text_starts(line, "HTTP/1.")) {
		refuse(out, "400 Bad Request");
		return;
	}
	if (!is_head && !text_is(method, "GET")) {
		refuse(out, "405 Method Not Allowed");
		return;
	}
	if (!text_is(plain, "/metrics")) {
		refuse(out, "404 Not Found");
		return;
	}
	desk_count(scrape->desk, COUNT_SCRAPES);
	view = desk_view(scrape->desk);
	buffer_init(&text, METRICS_BYTES);
	metrics_format(&view, &text);
	/* A part of it could pass for the whole. */
	if (text.failed) {
		refuse(out, "500 Internal Server Error");
	} else {
		put_head(out, "200 OK", METRICS_TYPE, text.length);
		if (!is_head)
			(void)evbuffer_add(out, text.at, text.length);
	}
	buffer_done(&text);
}

static void
on_read(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct scrape *scrape = context;
	size_t length = 0;
	char *line;

	if (evbuffer_search(in, "\r\n\r\n", 4, NULL).pos < 0) {
		if (evbuffer_get_length(in) < HEAD_MOST)
			return;
		refuse(bufferevent_get_output(stream), "431 Request Header Fields Too Large");
	} else {
		line = evbuffer_readln(in, &length, EVBUFFER_EOL_CRLF_STRICT);
		answer(scrape, (struct text){line != NULL ? line : "", length});
		free(line);
	}
	scrape->is_answered = true;
	(void)evbuffer_drain(in, evbuffer_get_length(in));
	(void)bufferevent_disable(stream, EV_READ);
}

static void
on_written(struct bufferevent *stream, void *context)
{
	struct scrape *scrape = context;

	if (scrape->is_answered && evbuffer_get_length(bufferevent_get_output(stream)) == 0)
		scrape_free(scrape);
}

static void
on_end(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	scrape_free(context);
}

static void
on_deadline(evutil_socket_t socket, short what, void *context)
{
	struct scrape *scrape = context;

	(void)socket;
	(void)what;
	desk_count(scrape->desk, COUNT_SCRAPES_REFUSED);
	scrape_free(scrape);
}

void
scrapes_end(struct desk *desk)
{
	while (desk->scrape_count > 0)
		scrape_free(desk->scrapes[0]);
}

void
scrapes_accept(struct desk *desk, int socket)
{
	struct timeval wait = {.tv_sec = desk->settings->scrape_s};
	struct scrape *scrape;

	if (desk->scrape_count >= DESK_SCRAPES) {
		desk_count(desk, COUNT_SCRAPES_REFUSED);
		close(socket);
		return;
	}
	scrape = xcalloc(1, sizeof(*scrape));
	scrape->desk = desk;
	scrape->stream = bufferevent_socket_new(desk->base, socket, BEV_OPT_CLOSE_ON_FREE);
	scrape->deadline = evtimer_new(desk->base, on_deadline, scrape);
	must(scrape->stream != NULL && scrape->deadline != NULL &&
		event_add(scrape->deadline, &wait) == 0);
	desk->scrapes[desk->scrape_count++] = scrape;
	bufferevent_setcb(scrape->stream, on_read, on_written, on_end, scrape);
	bufferevent_setwatermark(scrape->stream, EV_READ, 0, HEAD_MOST);
	(void)bufferevent_enable(scrape->stream, EV_READ | EV_WRITE);
}
