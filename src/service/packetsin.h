/* packetsin - the packets of a receiver's interfaces
 *
 * What:    packets that wait in the rings of interfaces are read, a portion of one ring at a time, so that the clock,
 *          the other sockets and the end have their turn however fast packets come. What a ring lost is counted, and
 *          what was open then is marked (packets_lost). An interface that goes down, comes back or is taken away is
 *          told.
 * Owns:    the mappings of the rings, and the descriptors.
 * Limits:  PACKETSIN_PORTION packets a call.
 * Thread:  one.
 */
#ifndef LAZARET_SERVICE_PACKETSIN_H
#define LAZARET_SERVICE_PACKETSIN_H

#include "service/post.h"
#include "service/receiver.h"
#include "source/intake.h"

#define PACKETSIN_PORTION 16384U

struct packetsin;

struct packetsin *packetsin_new(struct intake *intake);
struct packetsin *packetsin_free(struct packetsin *in);

/* The ring of the socket with this number, below DAEMON_LISTEN. */
int packetsin_add(struct packetsin *in, size_t number, const struct receiver_socket *socket,
	struct fail *fail) MUST_USE;

/* How many came: less than PACKETSIN_PORTION if nothing is left. pump is called now and then, and at the end. */
size_t packetsin_take(struct packetsin *in, size_t number, struct wall now,
	void (*pump)(void *context), void *context);

/* What time it is, also while nothing comes. */
void packetsin_clock(struct packetsin *in, struct wall now);

/* How the interfaces are. Asked again and again: one that is down can be taken away without a word. */
void packetsin_look(struct packetsin *in, struct duty *duty);

/* Counts what was lost, and shows the figures. */
void packetsin_show(struct packetsin *in, struct duty *duty);

#endif
