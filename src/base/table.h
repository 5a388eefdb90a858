/* table - an open-addressed map from 64-bit hashes to small values
 *
 * What:    keys are keyed hashes (hash.h) that stand for the items themselves; each slot holds one and
 *          32 + 32 bits of the owner's: mostly an index into an array of its own. Linear probing,
 *          removal by shifting back, so no tombstones.
 * Owns:    its slots; slot pointers are valid until the next add or remove.
 * Limits:  the ceiling given at the start. A large table begins small and doubles when it is two thirds
 *          full, up to the power of two above 3/2 of the ceiling. Key 0 is taken as 1.
 * Thread:  one at a time.
 */
#ifndef LAZARET_BASE_TABLE_H
#define LAZARET_BASE_TABLE_H

#include "base/fail.h"

#include <stddef.h>
#include <stdint.h>

struct table_slot {
	uint64_t key;
	uint32_t value;
	uint32_t aux;
};

struct table {
	struct table_slot *slots;
	uint64_t mask; /* number of slots - 1, a power of two */
	size_t count;
	size_t room; /* entries until it grows */
	size_t most;
};

/* most: entries at the most. */
void table_init(struct table *table, size_t most);

/* The same for one that mostly holds few: it begins with so many slots, a power of two. */
void table_init_small(struct table *table, size_t most, size_t slots_first);
void table_done(struct table *table);

static inline uint64_t
table_key(uint64_t key)
{
	return key ? key : 1;
}

static inline struct table_slot *
table_home(const struct table *table, uint64_t key)
{
	return &table->slots[table_key(key) & table->mask];
}

/* Asks for the cache line where the key begins, some tens of nanoseconds before it is used. */
static inline void
table_prefetch(const struct table *table, uint64_t key)
{
	__builtin_prefetch(table_home(table, key));
}

/* The key's slot, or NULL. */
static inline struct table_slot *
table_find(const struct table *table, uint64_t key)
{
	uint64_t at = (key = table_key(key)) & table->mask;

	while (table->slots[at].key != 0) {
		if (table->slots[at].key == key)
			return &table->slots[at];
		at = (at + 1) & table->mask;
	}
	return NULL;
}

/* The key's slot, made (value and aux 0) if there was none: returns 1 if made, 0 if found, -ENOSPC if it
 * was not there and the table is at its ceiling. */
int table_add(struct table *table, uint64_t key, struct table_slot **ret) MUST_USE;

/* Removes a slot that find or add gave. */
void table_remove(struct table *table, struct table_slot *slot);

#endif
