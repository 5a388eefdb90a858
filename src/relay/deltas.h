/* deltas - what one relay counted and the others have not heard of yet, and how it is told
 *
 * What:    changes of the same key, limit and cell are one, however many there were, so what waits for a store that is
 *          away needs no more memory than the keys that were used. A batch is a block of bytes:
 *
 *              "LZD" version   4       relay      8    sequence   8    said (microseconds)    8    count    2
 *              count times:    key 8   cells before said's 1   limit 1, and 128 where bursts moved
 *                              messages, recipients, and where they moved both bursts, in zigzag LEB128
 *              a seal          8       keyed hash of all before it
 *
 *          in network order. `relay` is drawn at random at each start and `sequence` goes up by one, so that a reader
 *          sees a gap, a batch that comes twice, and its own. The seal shows that the sender hashes names with the same
 *          secret: else the same account would be another key.
 * Owns:    its table and ring.
 * Limits:  as many changes as given; more are not told, and counted. A batch has BATCH_DELTAS changes and BATCH_BYTES
 *          bytes at the most. What comes is checked as a whole before any of it is believed.
 * Thread:  one at a time.
 */
#ifndef LAZARET_RELAY_DELTAS_H
#define LAZARET_RELAY_DELTAS_H

#include "base/hash.h"
#include "relay/window.h"

#include <stddef.h>

#define BATCH_BYTES  65536
#define BATCH_DELTAS 4096

struct delta {
	uint64_t key;
	struct window_change change;
	uint8_t limit; /* enum limit */
};

struct batch_head {
	uint64_t relay;
	uint64_t sequence;
	struct wall said; /* when it was made */
};

struct batch {
	struct batch_head head;
	size_t count;
	struct delta of[BATCH_DELTAS];
};

struct deltas;

struct deltas_counts {
	size_t held;
	uint64_t told; /* put into batches */
	uint64_t lost; /* there was no room */
	uint64_t old;  /* waited until they did not count any more */
};

/* most: changes at the same time. */
struct deltas *deltas_new(size_t most);
struct deltas *deltas_free(struct deltas *deltas);

void deltas_note(struct deltas *deltas, const struct delta *delta);

/* Makes a batch of what waits longest, as much as goes in, which does not wait any more then: the bytes used of size,
 * which is at least 64. It may hold no change. */
size_t deltas_encode(struct deltas *deltas, const struct batch_head *head,
	const struct hash_key *key, void *into, size_t size);

/* -EBADMSG: it is no whole batch; -EPROTO: of a version that is not known; -EACCES: sealed with another secret. */
int batch_decode(
	const void *bytes, size_t size, const struct hash_key *key, struct batch *ret) MUST_USE;

struct deltas_counts deltas_counts(const struct deltas *deltas);

#endif
