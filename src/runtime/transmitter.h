/* transmitter - sends what made-up exporters say, each from a socket of its own
 *
 * What:    UDP to one collector. Where that is on the loopback network, exporter n sends from 127.0.0.n+1 and is
 *          told apart by its address; elsewhere from this machine's address, and is told apart by its source
 *          port and domain. Datagrams leave in batches (sendmmsg); the caller says when.
 * Owns:    its sockets and the batch.
 * Limits:  TRANSMITTER_EXPORTERS_MOST exporters; datagrams of TRANSMITTER_DATAGRAM bytes, more are cut off.
 * Thread:  one at a time. Sending waits as long as the caller says that it must.
 */
#ifndef LAZARET_RUNTIME_TRANSMITTER_H
#define LAZARET_RUNTIME_TRANSMITTER_H

#include "base/address.h"

#define TRANSMITTER_EXPORTERS_MOST 250
#define TRANSMITTER_DATAGRAM       1472
#define TRANSMITTER_BATCH          64

struct transmitter_settings {
	struct address to;
	uint16_t port;
	unsigned exporters;
	/* May the next batch leave, after so many datagrams? Asked before each; after a no it is asked again in
	 * a millisecond. It may also wait itself. NULL: always. */
	bool (*may_send)(void *context, uint64_t sent);
	void *context;
};

struct transmitter_counts {
	uint64_t datagrams;
	uint64_t bytes;
	uint64_t refused; /* a port where nobody listens said so */
	uint64_t failed;  /* could not be sent */
};

struct transmitter;

int transmitter_new(struct transmitter **ret, const struct transmitter_settings *settings,
	struct fail *fail) MUST_USE;
struct transmitter *transmitter_free(struct transmitter *transmitter);

/* Takes a datagram of an exporter; sends a batch when it is full. Of the shape of exporter_datagram
 * (rehearse/exporter.h); context: the transmitter. */
void transmitter_datagram(void *context, unsigned exporter, const uint8_t *bytes, size_t size);

/* Sends what there is. */
void transmitter_flush(struct transmitter *transmitter);

/* Where an exporter sends from. */
void transmitter_from(const struct transmitter *transmitter, unsigned exporter, struct address *ret,
	uint16_t *port);

struct transmitter_counts transmitter_counts(
	const struct transmitter *transmitter, unsigned exporter);

#endif
