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
/* Of one that has not sent a whole message yet. */
#define MUTE_US WALL_MINUTE

struct connection_in {
	int descriptor; /* -1: the place is free */
	struct address peer;
	struct exportstream *stream;
	struct wall heard; /* its last good message; without one: when it came */
	bool has_spoken;
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

static size_t
count_of(const struct connections_in *in, const struct address *peer)
{
	size_t count = 0;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct connection_in *connection = &in->connection[i];

		count += connection->descriptor >= 0 && address_equal(&connection->peer, peer);
	}
	return count;
}

/* Who gives way first? Who has said nothing yet, then the address that has most, then who has been silent for
 * longest. */
static bool
gives_way_before(const struct connections_in *in, const struct connection_in *one,
	const struct connection_in *other)
{
	size_t of_one, of_other;

	if (one->has_spoken != other->has_spoken)
		return !one->has_spoken;
	if (one->has_spoken) {
		of_one = count_of(in, &one->peer);
		of_other = count_of(in, &other->peer);
		if (of_one != of_other)
			return of_one > of_other;
	}
	return one->heard.us < other->heard.us;
}

/* The place of one that gives way to an address that has none. */
static struct connection_in *
make_place(struct connections_in *in)
{
	struct connection_in *place = &in->connection[0];

	for (size_t i = 1; i < CONNECTIONS; i++) {
		if (gives_way_before(in, &in->connection[i], place))
			place = &in->connection[i];
	}
	in->refused++;
	end(place);
	return place;
}

/* A free place, unless the peer has his share; where none is free, one is made for him who has none. */
static struct connection_in *
find_place(struct connections_in *in, const struct address *peer)
{
	size_t same = count_of(in, peer);

	if (same >= CONNECTIONS_PEER)
		return NULL;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		if (in->connection[i].descriptor < 0)
			return &in->connection[i];
	}
	return same == 0 ? make_place(in) : NULL;
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

/* Hands bytes on, and notes whether a good message ended in them: false when nothing more can be read. */
static bool
take(struct connections_in *in, struct connection_in *connection, struct wall now, size_t size)
{
	uint64_t malformed = export_counts(in->export_)->malformed;
	int messages = exportstream_add(connection->stream, now, in->portion, size);

	malformed = export_counts(in->export_)->malformed - malformed;
	if (messages > 0 && (uint64_t)messages > malformed) {
		connection->has_spoken = true;
		connection->heard = now;
	}
	return messages >= 0;
}

static bool
is_silent(const struct connection_in *connection, struct wall now)
{
	return now.us - connection->heard.us > (connection->has_spoken ? IDLE_US : MUTE_US);
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
		*bytes += (uint64_t)n;
		if (!take(in, connection, now, (size_t)n))
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
		if ((polled[i].revents != 0 && !read_one(in, connection, now, bytes)) ||
			is_silent(connection, now))
			end(connection);
	}
	return *bytes > before;
}

uint64_t
connections_in_refused(const struct connections_in *in)
{
	return in->refused;
}
