/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/connections.h"

#include "runtime/endpoint.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define PORTION 65536
/* Of one connection before the others have their turn. */
#define ROUNDS  16
#define IDLE_US (30 * WALL_MINUTE)

struct connection_in {
	int descriptor; /* -1: the place is free */
	struct address peer;
	struct exportstream *stream;
	struct wall heard;
};

struct connections_in {
	struct export *export_;
	struct connection_in connection[CONNECTIONS];
	uint64_t refused;
	uint8_t portion[PORTION];
};

struct connections_in *
connections_in_new(struct export *export_)
{
	struct connections_in *in = xcalloc(1, sizeof(*in));

	in->export_ = export_;
	for (size_t i = 0; i < CONNECTIONS; i++)
		in->connection[i].descriptor = -1;
	return in;
}

static void
end(struct connection_in *connection)
{
	exportstream_free(connection->stream);
	close(connection->descriptor);
	*connection = (struct connection_in){.descriptor = -1};
}

struct connections_in *
connections_in_free(struct connections_in *in)
{
	if (in == NULL)
		return NULL;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (in->connection[i].descriptor >= 0)
			end(&in->connection[i]);
	}
	free(in);
	return NULL;
}

/* A free place, unless the peer has more than his share. */
static struct connection_in *
find_place(struct connections_in *in, const struct address *peer)
{
	struct connection_in *place = NULL;
	size_t same = 0;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection_in *connection = &in->connection[i];

		if (connection->descriptor < 0)
			place = connection;
		else
			same += address_equal(&connection->peer, peer);
	}
	return same < CONNECTIONS_PEER ? place : NULL;
}

int
connections_in_accept(struct connections_in *in, int listener, struct wall now)
{
	struct export_from from = {.file = "", .has_address = true, .received = now};
	struct connection_in *place;
	struct endpoint name;
	int descriptor;

	for (int turn = 0; turn < CONNECTIONS_TURN; turn++) {
		name = ENDPOINT_EMPTY;
		descriptor = accept4(listener, &name.any, &name.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (descriptor < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (descriptor < 0)
			return errno == EAGAIN ? 0 : -errno;
		endpoint_read(&name.any, &from.address, &from.port);
		place = export_allows(in->export_, &from.address) ? find_place(in, &from.address)
								  : NULL;
		if (place == NULL) {
			in->refused++;
			close(descriptor);
			continue;
		}
		*place = (struct connection_in){
			.descriptor = descriptor,
			.peer = from.address,
			.stream = exportstream_new(in->export_, &from),
			.heard = now,
		};
	}
	return 0;
}

size_t
connections_in_poll(const struct connections_in *in, struct pollfd *into)
{
	size_t count = 0;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (in->connection[i].descriptor >= 0)
			into[count++] = (struct pollfd){
				.fd = in->connection[i].descriptor, .events = POLLIN};
	}
	return count;
}

/* False when the connection is over. */
static bool
read_one(struct connections_in *in, struct connection_in *connection, struct wall now,
	uint64_t *bytes)
{
	for (int round = 0; round < ROUNDS; round++) {
		ssize_t n = recv(connection->descriptor, in->portion, PORTION, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n <= 0)
			return false;
		connection->heard = now;
		*bytes += (uint64_t)n;
		if (exportstream_add(connection->stream, now, in->portion, (size_t)n) < 0)
			return false;
	}
	return true;
}

static struct connection_in *
find(struct connections_in *in, int descriptor)
{
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (in->connection[i].descriptor == descriptor)
			return &in->connection[i];
	}
	return NULL;
}

bool
connections_in_read(struct connections_in *in, const struct pollfd *polled, size_t count,
	struct wall now, uint64_t *bytes)
{
	uint64_t before = *bytes;

	for (size_t i = 0; i < count; i++) {
		struct connection_in *connection = find(in, polled[i].fd);

		if (connection == NULL)
			continue;
		if (polled[i].revents != 0 ? !read_one(in, connection, now, bytes)
					   : now.us - connection->heard.us > IDLE_US)
			end(connection);
	}
	return *bytes > before;
}

uint64_t
connections_in_refused(const struct connections_in *in)
{
	return in->refused;
}
