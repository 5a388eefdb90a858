/* receiver - the process that reads what exporters and interfaces send: hostile bytes in, sightings of lines out
 *
 * What:    a loop around source/ and identity/: takes datagrams in batches, hands them to the decoders, finds the
 *          lines of the mail connections, and puts sightings into the ring of each line's judge. What the network has
 *          to say waits in the socket for 5 ms at the most, so that a batch is worth its while. What it knows of its
 *          exporters outlives it (sessionfile.h).
 * Security: no files but those in the folder of the state, no new sockets; sees inside addresses and the key of the
 *          pseudonyms.
 * Limits:  those of export.h and intake.h; never waits for a judge: what a full ring does not take is counted.
 * Thread:  one process each.
 */
#ifndef LAZARET_SERVICE_RECEIVER_H
#define LAZARET_SERVICE_RECEIVER_H

#include "runtime/packetring.h"
#include "service/daemon.h"

struct receiver_socket {
	enum listen_kind kind;
	int descriptor;
	struct packetring_settings packets; /* of LISTEN_PACKETS: as it was opened */
};

/* The filter in the kernel, as the gate gave it; ring -1: there is none. */
struct receiver_filter {
	int control;
	int slots;
	int ring;
	size_t ring_bytes;
};

struct receiver_sockets {
	struct receiver_socket socket[DAEMON_LISTEN];
	size_t count;
	uint64_t dropped; /* datagrams, by sockets that it had and that are closed */
	struct receiver_filter filter;
};

/* tries: receivers before this one that died young, one after the other. Does not return. */
_Noreturn void receiver_run(const struct daemon_settings *settings, struct estate *estate,
	uint32_t number, const struct receiver_sockets *sockets, unsigned tries);

#endif
