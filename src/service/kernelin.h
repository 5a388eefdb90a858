/* kernelin - what the filter in the kernel hands a receiver
 *
 * What:    the receiver's side of bpf/export.bpf.c: the ring by which entries come, and the memory by which the
 *          filter hears what it may read (source/export/kernel.h). The receiver calls kernelin_take after each batch
 *          that it took from a socket and before it reads that batch, and kernelin_allow when its sockets are empty.
 * Owns:    the mappings; the descriptors are the caller's, of which only the ring's is used after the beginning.
 * Limits:  those of kernelshare.h. It is shown less when the receiver ends: kernelin_end.
 * Thread:  the receiver's; it is made before the process shuts itself in.
 */
#ifndef LAZARET_SERVICE_KERNELIN_H
#define LAZARET_SERVICE_KERNELIN_H

#include "service/post.h"
#include "service/receiver.h"
#include "source/export/export.h"

struct kernelin;

/* NULL with fail filled if memory cannot be mapped. What a receiver before this one allowed is taken back. */
struct kernelin *kernelin_new(
	const struct receiver_filter *filter, uint32_t receiver, struct fail *fail);
/* Before the first datagram. */
void kernelin_attach(struct kernelin *in, struct export *export_);
/* After the export. */
struct kernelin *kernelin_free(struct kernelin *in);

/* Reads all entries that there are now, not those that come meanwhile; after each few pump is called. How many. */
size_t kernelin_take(
	struct kernelin *in, struct wall received, void (*pump)(void *context), void *context);

/* The sockets were empty just now. */
void kernelin_allow(struct kernelin *in, struct wall now);

/* The receiver is about to sleep: the next entry makes the ring's descriptor readable. */
void kernelin_sleep(struct kernelin *in);

/* Nothing more is read by the filter from now on; what it has read already can still be taken. */
void kernelin_end(struct kernelin *in);

/* Into the page of figures; bytes of datagrams that the filter read. */
uint64_t kernelin_bytes(const struct kernelin *in);
void kernelin_show(const struct kernelin *in, struct duty *duty);

#endif
