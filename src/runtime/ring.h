/* ring - entries of one size on their way from one process to another, through shared memory
 *
 * What:    one process puts in, one takes out; entries are copied both ways, and what stands in shared memory
 *          decides nothing unchecked. An entry that was taken stays readable until its place is needed: whoever takes
 *          the place of a process that was killed goes back to where that one's work was last kept (ring_rewind).
 *          What does not fit is refused and counted; the oldest wait.
 * Owns:    nothing: the memory is the caller's, all zero at the start, and outlives both sides.
 * Limits:  entries and their number are fixed when the memory is made; the number is a power of two.
 * Thread:  one putting, one taking; struct ring is each side's own.
 */
#ifndef LAZARET_RUNTIME_RING_H
#define LAZARET_RUNTIME_RING_H

#include "base/fail.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ring_memory;

struct ring {
	struct ring_memory *memory;
	size_t entry;
	uint64_t count;
	uint64_t at;    /* of this side: where it puts or takes next */
	uint64_t other; /* where the other side was when last looked at */
	uint64_t
		begun; /* of the putting side: entries before this one may have been written over */
	uint64_t
		lost; /* never taken: skipped, or gone after a rewind, when their places had been used again */
	int wake; /* eventfd that wakes the taking side, or -1 */
};

/* Bytes of memory for count entries. */
size_t ring_bytes(size_t entry, size_t count);

/* The begin of a ring's life: draws its identity. Once, before either side attaches. */
void ring_make(void *memory);

/* Both sides; the putting side goes on where the one before it stopped. */
void ring_attach_putting(struct ring *ring, void *memory, size_t entry, size_t count, int wake);
void ring_attach_taking(struct ring *ring, void *memory, size_t entry, size_t count, int wake);

/* Tells this ring from the one that was there before the daemon was last started. */
uint64_t ring_identity(const struct ring *ring);

/* Copies in as many of the entries as there is room for, wakes the other side if it sleeps, and returns how many.
 * The rest is counted as refused. */
size_t ring_put(struct ring *ring, const void *entries, size_t count);

/* How many would fit now. */
size_t ring_room(struct ring *ring);

/* Copies out up to room entries; they count as taken with the next ring_taken. After a rewind it passes over those
 * whose places the other side has used meanwhile, and counts them as lost. -EBADMSG: what the other side wrote about
 * its place cannot be true. */
int64_t ring_take(struct ring *ring, void *into, size_t room) MUST_USE;

/* All that ring_take gave is taken: its places may be used again. */
void ring_taken(struct ring *ring);

/* The last count of those that ring_take gave are not taken, and come again. */
static inline void
ring_give_back(struct ring *ring, size_t count)
{
	ring->at -= count;
}

/* Goes back to an earlier place, as far as entries are still there; returns how many before it are not. */
uint64_t ring_rewind(struct ring *ring, uint64_t place);

/* Passes over everything that was put so far; returns how much, and counts it as lost. */
uint64_t ring_skip(struct ring *ring);

/* Where the taking side stands: of ring_rewind. */
static inline uint64_t
ring_place(const struct ring *ring)
{
	return ring->at;
}

/* Whether it has come to a place. */
static inline bool
ring_is_at(const struct ring *ring, uint64_t place)
{
	return (int64_t)(place - ring->at) <= 0;
}

/* The taking side is about to sleep: false if there is something to take after all. */
bool ring_sleep(struct ring *ring);
void ring_awake(struct ring *ring);

/* The putting side: where the other side has taken everything before; of ring_place of the putting side. */
uint64_t ring_taken_place(const struct ring *ring);

/* The taking side: where the other side has put everything before. */
uint64_t ring_put_place(const struct ring *ring);

/* For status: entries put in so far, entries refused. */
void ring_counts(const struct ring *ring, uint64_t *put, uint64_t *refused, uint64_t *waiting);

#endif
