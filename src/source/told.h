/* told - connections that came out and are remembered for a while
 *
 * What:    the few things that tell a later record of the same connection from the first one of the next between the
 *          same ports. A connection is 8 bytes in a bucket of one cache line, so that a look into a cold table waits
 *          for one line.
 * Owns:    its slots.
 * Limits:  room for twice as many connections as it is made for, and for 8,192 at the least. In a full bucket the
 *          oldest gives way (forgotten). A connection is remembered for its life and up to 1/256 longer, its end to an
 *          eighth of a second. 28 bits of the key and the number of the bucket stand for the connection: one in 30
 *          million is taken for another.
 * Thread:  one at a time.
 */
#ifndef LAZARET_SOURCE_TOLD_H
#define LAZARET_SOURCE_TOLD_H

#include "base/wall.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is remembered of a connection. */
struct told {
	struct wall end;    /* at most a day before it came out */
	bool source_is_low; /* of the two ends, the source is the lower one */
	bool has_fin[2];    /* in the direction of the source, and the other one */
	bool was_open;      /* both have sent SYN and ACK */
	bool is_redated;    /* its own clock was not believed */
};

struct told_set {
	uint64_t *slot;
	uint64_t mask; /* number of buckets - 1, a power of two */
	struct wall begin;
	int64_t unit_us; /* times are counted in units of so long since the begin */
	int64_t unit;    /* now, rounded down */
	bool is_within;  /* now is no whole number of units */
	struct wall now;
	uint64_t swept;     /* buckets, ever */
	uint64_t forgotten; /* before their time */
};

/* most: connections. life_us: how long each is remembered, more than 0. */
void told_init(struct told_set *set, size_t most, int64_t life_us);
void told_done(struct told_set *set);

/* Before the first connection, and whenever it is read; it never goes back. */
void told_advance(struct told_set *set, struct wall now);

static inline uint64_t *
told_bucket(const struct told_set *set, uint64_t key)
{
	return &set->slot[(key & set->mask) * 8];
}

/* Asks for the memory of a key, some tens of nanoseconds before it is used. */
static inline void
told_prefetch(const struct told_set *set, uint64_t key)
{
	__builtin_prefetch(told_bucket(set, key), 1);
}

/* A connection came out just now. */
void told_add(struct told_set *set, uint64_t key, const struct told *told);

/* Its slot, if it came out less than life_us ago, for told_forget before the next told_add; or NULL. */
uint64_t *told_find(const struct told_set *set, uint64_t key, struct told *ret);

static inline void
told_forget(uint64_t *slot)
{
	*slot = 0;
}

#endif
