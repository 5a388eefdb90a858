/* datagrams - what waits in a UDP socket, many at a time
 *
 * What:    one call takes up to DATAGRAMS messages; where the kernel has merged datagrams of one sender (UDP_GRO)
 *          they are given one by one again.
 * Owns:    the memory that they are received into: DATAGRAMS times the largest that there can be, used only as
 *          far as they are long. What datagrams_next gives is valid until the next datagrams_receive.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RUNTIME_DATAGRAMS_H
#define LAZARET_RUNTIME_DATAGRAMS_H

#include "base/address.h"

#define DATAGRAMS 64

struct datagram {
	const uint8_t *bytes;
	size_t size;
	struct address address; /* the sender's */
	uint16_t port;
};

struct datagrams;

/* merged: the kernel may have merged datagrams (UDP_GRO); else it is not asked, which is faster. */
struct datagrams *datagrams_new(bool merged);
struct datagrams *datagrams_free(struct datagrams *datagrams);

/* Takes what waits, without waiting: how many messages, 0 if none, or -errno. */
int datagrams_receive(struct datagrams *datagrams, int socket) MUST_USE;

/* The next one of them; false after the last. */
bool datagrams_next(struct datagrams *datagrams, struct datagram *ret);

#endif
