/* filterin - what the filter in the kernel hands a receiver
 *
 * What:    the receiver's side of bpf/export.bpf.c: the ring by which entries come, and the memory by which
 *          the filter hears what it may read (source/export/kernel.h). The receiver calls filterin_take after each batch that
 *          it took from a socket and before it reads that batch, and filterin_allow when its sockets are empty.
 * Owns:    the mappings; the descriptors are the caller's, of which only the ring's is used after the beginning.
 * Limits:  those of kernelshare.h. It is shown less when the receiver ends: filterin_end.
 * Thread:  the receiver's; it is made before the process shuts itself in.
 */
#ifndef LAZARET_SERVICE_FILTERIN_H
#define LAZARET_SERVICE_FILTERIN_H

#include "service/post.h"
#include "service/receiver.h"
#include "source/export/export.h"

struct filterin;

/* NULL with fail filled if memory cannot be mapped. What a receiver before this one allowed is taken back. */
struct filterin *filterin_new(
	const struct receiver_filter *filter, uint32_t receiver, struct fail *fail);
/* Before the first datagram. */
void filterin_attach(struct filterin *in, struct export *export_);
/* After the export. */
struct filterin *filterin_free(struct filterin *in);

/* Reads all entries that there are; after each few pump is called. True if there were any. */
bool filterin_take(
	struct filterin *in, struct wall received, void (*pump)(void *context), void *context);

/* The sockets were empty just now. */
void filterin_allow(struct filterin *in, struct wall now);

/* The receiver is about to sleep: the next entry makes the ring's descriptor readable. */
void filterin_sleep(struct filterin *in);

/* Nothing more is read by the filter from now on; what it has read already can still be taken. */
void filterin_end(struct filterin *in);

/* Into the page of figures; bytes of datagrams that the filter read. */
uint64_t filterin_bytes(const struct filterin *in);
void filterin_show(const struct filterin *in, struct duty *duty);

#endif
