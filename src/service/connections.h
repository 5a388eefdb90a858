/* connections - exporters that are connected over TCP: IPFIX (RFC 7011 s10.4)
 *
 * What:    takes connections from listening sockets, reads what they send, and closes those that send what cannot be,
 *          are not allowed, have sent no whole good message within a minute, or none for half an hour.
 * Owns:    the connections' descriptors; listening sockets are the caller's.
 * Limits:  CONNECTIONS connections; CONNECTIONS_PEER of one address; one beyond is closed and counted. An address that
 *          has none is never beyond: the one that says nothing, or else is silent for longest among those of the
 *          address with most, gives way to it and is counted. CONNECTIONS_TURN are taken at a time.
 * Thread:  the receiver's.
 */
#ifndef LAZARET_SERVICE_CONNECTIONS_H
#define LAZARET_SERVICE_CONNECTIONS_H

#include "source/export/exportstream.h"

#include <poll.h>

#define CONNECTIONS      64
#define CONNECTIONS_PEER 16
#define CONNECTIONS_TURN 64

struct connections_in;

struct connections_in *connections_in_new(struct export *export_);
struct connections_in *connections_in_free(struct connections_in *in);

/* Takes what waits at a listening socket, CONNECTIONS_TURN at the most: 0, or -errno where that is not possible just
 * now (-EMFILE, -ENFILE, ...): what waits goes on waiting, and the caller is to leave it alone for a while. */
int connections_in_accept(struct connections_in *in, int listener, struct wall now) MUST_USE;

/* What to poll for: fills up to CONNECTIONS entries, returns how many. */
size_t connections_in_poll(const struct connections_in *in, struct pollfd *into);

/* Reads those of which poll said that they can be read; bytes is moved on. True if anything came. */
bool connections_in_read(struct connections_in *in, const struct pollfd *polled, size_t count,
	struct wall now, uint64_t *bytes);

/* Connections that were not taken, or gave way. */
uint64_t connections_in_refused(const struct connections_in *in);

#endif
