/* channel - short typed messages between two processes of the daemon
 *
 * What:    a pair of sockets that keep the bounds of messages. A message has a version, a type and a body; one of
 *          another version, without a body of the size that its type has, or longer than CHANNEL_BODY is refused.
 *          Nobody waits: who cannot send keeps what he has or leaves it.
 * Owns:    nothing; the descriptors are the caller's.
 * Limits:  CHANNEL_BODY bytes a message.
 * Thread:  any.
 */
#ifndef LAZARET_RUNTIME_CHANNEL_H
#define LAZARET_RUNTIME_CHANNEL_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

#define CHANNEL_BODY 65536U

/* Two ends; not inherited by what is executed. */
int channel_pair(int ends[2]) MUST_USE;

/* 0, -EAGAIN if the other side does not read, -EPIPE if there is none any more. */
int channel_send(int channel, uint16_t type, const void *body, size_t size);

/* The next message: its size, and *type; -EAGAIN if there is none, -EPIPE at the end, -EBADMSG for one that cannot
 * be. */
int64_t channel_receive(int channel, uint16_t *type, void *body, size_t room) MUST_USE;

/* Throws away all that waits to be received. */
void channel_clear(int channel);

#endif
