/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/redislink.h"

#include "runtime/endpoint.h"

#include <errno.h>
#include <event2/event.h>
#include <hiredis/hiredis.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

#define READ 65536

struct redislink {
	struct event_base *base;
	struct redislink_user user;
	struct event *readable; /* NULL: it is closed */
	struct event *writable;
	struct redis_reader *reader;
	struct buffer output;
	size_t written;
	uint64_t opened; /* how often: to see in a loop that a callback has closed it */
	int socket;
	bool is_up;
};

int
redis_place_parse(struct text text, struct redis_place *ret, struct fail *fail)
{
	*ret = (struct redis_place){.port = 0};
	if (!text_starts(text, "/"))
		return endpoint_parse(text, 1, &ret->address, &ret->port, fail);
	if (text.length >= sizeof(ret->path) || memchr(text.at, '\0', text.length) != NULL) {
		fail_what(fail, "the path of a socket has at most %zu letters",
			sizeof(ret->path) - 1);
		return -EINVAL;
	}
	memcpy(ret->path, text.at, text.length);
	return 0;
}

struct redislink *
redislink_new(struct event_base *base, const struct redislink_user *user, size_t output_most)
{
	struct redislink *link = xcalloc(1, sizeof(*link));

	link->base = base;
	link->user = *user;
	link->socket = -1;
	buffer_init(&link->output, output_most);
	return link;
}

struct redislink *
redislink_free(struct redislink *link)
{
	if (link == NULL)
		return NULL;
	redislink_close(link);
	buffer_done(&link->output);
	free(link);
	return NULL;
}

void
redislink_close(struct redislink *link)
{
	if (link->readable == NULL)
		return;
	event_free(link->readable);
	event_free(link->writable);
	link->readable = link->writable = NULL;
	close(link->socket);
	link->socket = -1;
	link->reader = redis_reader_free(link->reader);
	buffer_clear(&link->output);
	link->written = 0;
	link->is_up = false;
	link->opened++;
}

static void
end(struct redislink *link, enum redislink_end how, const char *why)
{
	redislink_close(link);
	link->user.down(link->user.context, how, why);
}

/* As much as the socket takes; false: not all, and errno says why. */
static bool
write_out(struct redislink *link)
{
	struct buffer *output = &link->output;

	while (link->written < output->length) {
		ssize_t n = send(link->socket, output->at + link->written,
			output->length - link->written, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		link->written += (size_t)n;
	}
	buffer_clear(output);
	link->written = 0;
	return true;
}

static void
on_writable(evutil_socket_t socket, short what, void *context)
{
	struct redislink *link = context;
	int error = 0;
	socklen_t size = sizeof(error);

	(void)what;
	if (!link->is_up) {
		if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
			error = errno;
		if (error != 0) {
			end(link, REDISLINK_FAILED, strerror(error));
			return;
		}
		link->is_up = true;
		link->user.up(link->user.context);
	} else if (write_out(link)) {
		return;
	} else if (errno != EAGAIN) {
		end(link, REDISLINK_FAILED, strerror(errno));
	} else {
		must(event_add(link->writable, NULL) == 0);
	}
}

/* False: the link is not what it was. */
static bool
answer_all(struct redislink *link)
{
	uint64_t opened = link->opened;
	struct redis_value *value;
	int r;

	while ((r = redis_reader_next(link->reader, &value)) == 1) {
		link->user.answer(link->user.context, value);
		redis_value_free(value);
		if (link->opened != opened)
			return false;
	}
	if (r == 0)
		return true;
	end(link, REDISLINK_WRONG, "the server does not speak the protocol of Redis");
	return false;
}

static void
on_readable(evutil_socket_t socket, short what, void *context)
{
	static char bytes[READ];
	struct redislink *link = context;
	ssize_t n;

	(void)what;
	/* That comes first, and says if nobody is there. */
	if (!link->is_up)
		return;
	n = recv(socket, bytes, sizeof(bytes), 0);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) {
		end(link, REDISLINK_FAILED, strerror(errno));
		return;
	}
	if (n == 0) {
		end(link, REDISLINK_FAILED, "the server closed the connection");
		return;
	}
	if (redis_reader_feed(link->reader, bytes, (size_t)n) < 0) {
		end(link, REDISLINK_WRONG, "the server's answer is too long");
		return;
	}
	(void)answer_all(link);
}

static int
connect_to(const struct redis_place *place)
{
	struct sockaddr_un unix_place = {.sun_family = AF_UNIX};
	struct endpoint endpoint = endpoint_of(&place->address, place->port);
	const struct sockaddr *at = &endpoint.any;
	socklen_t size = endpoint.size;
	int one = 1, socket_, r;

	if (place->path[0] != '\0') {
		memcpy(unix_place.sun_path, place->path, sizeof(unix_place.sun_path));
		at = (const struct sockaddr *)&unix_place;
		size = sizeof(unix_place);
	}
	socket_ = socket(at->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (socket_ < 0)
		return -errno;
	if (at->sa_family != AF_UNIX)
		(void)setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	r = connect(socket_, at, size) < 0 ? -errno : 0;
	if (r == 0 || r == -EINPROGRESS)
		return socket_;
	close(socket_);
	return r;
}

int
redislink_open(struct redislink *link, const struct redis_place *place)
{
	int r;

	redislink_close(link);
	r = connect_to(place);
	if (r < 0)
		return r;
	link->socket = r;
	link->reader = redis_reader_new();
	link->readable =
		event_new(link->base, link->socket, EV_READ | EV_PERSIST, on_readable, link);
	link->writable = event_new(link->base, link->socket, EV_WRITE, on_writable, link);
	must(link->readable != NULL && link->writable != NULL);
	must(event_add(link->readable, NULL) == 0 && event_add(link->writable, NULL) == 0);
	return 0;
}

int
redislink_send(struct redislink *link, const struct text *words, size_t count)
{
	const char *at[REDISLINK_WORDS];
	size_t length[REDISLINK_WORDS];
	char *command;
	int size;

	must(count <= REDISLINK_WORDS && link->is_up);
	for (size_t i = 0; i < count; i++) {
		at[i] = words[i].at;
		length[i] = words[i].length;
	}
	size = redisFormatCommandArgv(&command, (int)count, at, length);
	must(size > 0);
	/* All of it or nothing: half a command would be another one. */
	if (link->output.length + (size_t)size > link->output.most) {
		redisFreeCommand(command);
		return -ENOBUFS;
	}
	buffer_add(&link->output, command, (size_t)size);
	redisFreeCommand(command);
	/* At once, since who ends after this does not turn the loop again; an error is told from the loop. */
	if (!write_out(link))
		must(event_add(link->writable, NULL) == 0);
	return 0;
}
