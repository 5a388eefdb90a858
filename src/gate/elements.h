/* elements - changes of the sets of `inet lazaret`, as one transaction of netlink
 *
 * What:    a batch of nf_tables: NFNL_MSG_BATCH_BEGIN, messages that add elements (NFT_MSG_NEWSETELEM), remove them or
 *          empty a set (NFT_MSG_DELSETELEM), NFNL_MSG_BATCH_END. The kernel takes all of it or nothing, and packets see
 *          either what was before or what is afterwards. To add what is there is no error; to create it fails the
 *          transaction with -EEXIST, to remove what is not there with -ENOENT. The last message asks for an
 *          acknowledgement, whose sequence number is elements_last.
 *          Grouped, a message holds as many elements as fit, which is what millions want. Alone, each element has a
 *          message of its own, so that the sequence number of an error names the change that failed.
 * Owns:    nothing; the buffer stays the caller's. No heap.
 * Limits:  the buffer: ELEMENTS_EACH bytes a grouped change, ELEMENTS_ALONE one alone, ELEMENTS_FRAME more. What does
 *          not fit fails elements_end with -ENOBUFS.
 * Thread:  any, one batch per caller.
 */
#ifndef LAZARET_GATE_ELEMENTS_H
#define LAZARET_GATE_ELEMENTS_H

#include "action/lineset.h"
#include "base/fail.h"
#include "gate/nftwriter.h"

#define ELEMENTS_EACH  41  /* with its part of the message's header */
#define ELEMENTS_ALONE 104 /* with its message */
/* Begin, end, and 64 changes from one set to another; each takes a message. */
#define ELEMENTS_FRAME 4096

struct element {
	struct address address; /* masked as the set wants it (lineset_holds) */
	uint64_t
		left_ms; /* how long it stays; 0: for ever, or what the set says. For timed sets only. */
	enum lineset set;
};

struct elements_batch {
	struct writer writer;
	uint32_t first;    /* sequence number of the batch's begin; each message has the next one */
	uint32_t sequence; /* of the message that came last */
	uint32_t changes;
	size_t message; /* where the last one begins */
	size_t list;    /* where its list of elements begins; 0: it is ended */
	uint16_t type, flags;
	enum lineset set;
	bool alone;
};

void elements_begin(
	struct elements_batch *batch, void *room, size_t size, uint32_t sequence, bool alone);

/* -EINVAL: the set cannot hold that; nothing was written then. A full buffer is told by elements_end. */
int elements_add(struct elements_batch *batch, const struct element *element) MUST_USE;
int elements_create(struct elements_batch *batch, const struct element *element) MUST_USE;
int elements_remove(struct elements_batch *batch, const struct element *element) MUST_USE;
int elements_flush(struct elements_batch *batch, enum lineset set) MUST_USE;

/* The bytes of the whole batch; 0 if there is nothing to change. -ENOBUFS: it did not fit. */
int64_t elements_end(struct elements_batch *batch) MUST_USE;

static inline uint32_t
elements_last(const struct elements_batch *batch)
{
	return batch->sequence;
}

#endif
