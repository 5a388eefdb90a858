/* exchangeredis - an exchange (exchange.h) through a stream of Redis 7, of a single server or of a cluster
 *
 * What:    blocks are entries of one stream: XADD on one connection, XREAD BLOCK from where it stood on another. Both
 *          come back by themselves, with pauses that grow to EXCHANGEREDIS_PAUSE_US, going through the servers that are
 *          given; a server of a cluster that does not have the stream says who has it (MOVED, ASK), and is believed if
 *          that is an address. A server that says nothing for settings.silence_us is left. A block that the store may
 *          not have is said again once a server answers, so a block may come twice. Where the stream ends before the
 *          place that was read (it was emptied, or a server took over that had not all of it), it is read from its
 *          begin. At the start, too, unless told from where: who comes new hears what the stream remembers.
 * Owns:    two connections and what was not confirmed; the base is the caller's.
 * Limits:  EXCHANGEREDIS_WAITING blocks and bytes_most bytes that are not confirmed, then publish says -EAGAIN; and
 *          always while there is no connection to publish on. The stream keeps about settings.keep entries.
 *          RESP2, no TLS, no names: addresses or Unix sockets.
 * Thread:  one.
 */
#ifndef LAZARET_RUNTIME_EXCHANGEREDIS_H
#define LAZARET_RUNTIME_EXCHANGEREDIS_H

#include "runtime/exchange.h"
#include "runtime/redisclient.h"

#define EXCHANGEREDIS_SERVERS  REDISCLIENT_SERVERS
#define EXCHANGEREDIS_WAITING  64
#define EXCHANGEREDIS_PAUSE_US REDISCLIENT_MOST_US

struct exchangeredis_settings {
	struct redis_place server[EXCHANGEREDIS_SERVERS]; /* any of a cluster */
	size_t servers;
	struct text user;     /* empty: the default one */
	struct text password; /* empty: no AUTH */
	struct text stream;   /* its key */
	struct text from; /* exchange_position of before; empty: all that the stream remembers */
	uint64_t keep;
	size_t bytes_most;
	int64_t silence_us;
};

/* What the texts stand in is not needed after this. -EINVAL: there is no server or no stream, or `from` is no place. */
int exchangeredis_new(struct event_base *base, const struct exchangeredis_settings *settings,
	struct exchange **ret, struct fail *fail) MUST_USE;

#endif
