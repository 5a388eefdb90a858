/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/keys.h"

#include "base/table.h"

#include <errno.h>
#include <stdlib.h>

/* So many are looked at for one that may give way; the others are looked at next time. */
#define LOOKS 32
#define NONE  UINT32_MAX

struct narrow {
	uint64_t key; /* 0: free, and head.spare is the next free one */
	struct window window;
};

struct wide {
	uint64_t key;
	struct window_wide window;
};

_Static_assert(sizeof(struct narrow) == 160, "a key with both windows");

/* Windows of one size: places are taken in order, and again when they are free. */
struct pool {
	struct narrow *narrow; /* one of them */
	struct wide *wide;
	uint32_t used;
	uint32_t free; /* the first place that is free again, or NONE */
	uint32_t hand; /* where to look next for one that may give way */
};

enum { POOL_NARROW, POOL_WIDE, POOLS };

struct keys {
	/* value: the place; aux: the pool. */
	struct table table;
	struct pool pool[POOLS];
	size_t most;
	size_t held_wide;
	uint64_t displaced;
	uint64_t refused;
};

struct keys *
keys_new(size_t most)
{
	struct keys *keys = xcalloc(1, sizeof(*keys));

	table_init(&keys->table, most);
	keys->most = most;
	keys->pool[POOL_NARROW] =
		(struct pool){.narrow = memory_map(most, sizeof(struct narrow)), .free = NONE};
	keys->pool[POOL_WIDE] =
		(struct pool){.wide = memory_map(most, sizeof(struct wide)), .free = NONE};
	return keys;
}

struct keys *
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return NULL;
	table_done(&keys->table);
	memory_unmap(keys->pool[POOL_NARROW].narrow, keys->most, sizeof(struct narrow));
	memory_unmap(keys->pool[POOL_WIDE].wide, keys->most, sizeof(struct wide));
	free(keys);
	return NULL;
}

static uint64_t *
key_at(const struct pool *pool, uint32_t place)
{
	return pool->narrow != NULL ? &pool->narrow[place].key : &pool->wide[place].key;
}

static struct window_ref
ref_at(const struct pool *pool, uint32_t place)
{
	return pool->narrow != NULL ? window_of(&pool->narrow[place].window)
				    : window_of_wide(&pool->wide[place].window);
}

/* A place in the pool, empty; there is one, as each key has one place. */
static uint32_t
take_place(struct pool *pool, uint64_t key)
{
	uint32_t place = pool->free;

	if (place == NONE)
		place = pool->used++;
	else
		pool->free = ref_at(pool, place).head->spare;
	if (pool->narrow != NULL)
		pool->narrow[place].window = (struct window){0};
	else
		pool->wide[place].window = (struct window_wide){0};
	*key_at(pool, place) = key;
	return place;
}

static void
leave_place(struct pool *pool, uint32_t place)
{
	*key_at(pool, place) = 0;
	ref_at(pool, place).head->spare = pool->free;
	pool->free = place;
}

/* A key for which nothing counts any more gives way: true if one was found. */
static bool
displace_in(struct keys *keys, unsigned which, struct wall now)
{
	struct pool *pool = &keys->pool[which];

	for (uint32_t i = 0; i < LOOKS && i < pool->used; i++) {
		uint32_t place = pool->hand++ % pool->used;
		uint64_t key = *key_at(pool, place);
		struct window_ref ref = ref_at(pool, place);

		if (key == 0 || !window_is_empty(&ref, now))
			continue;
		table_remove(&keys->table, table_find(&keys->table, key));
		leave_place(pool, place);
		keys->held_wide -= which == POOL_WIDE;
		keys->displaced++;
		return true;
	}
	return false;
}

/* The rule is beyond what the key's narrow window counts. */
static void
widen(struct keys *keys, struct table_slot *slot)
{
	struct pool *narrow = &keys->pool[POOL_NARROW], *wide = &keys->pool[POOL_WIDE];
	uint32_t place = take_place(wide, *key_at(narrow, slot->value));

	window_widen(&narrow->narrow[slot->value].window, &wide->wide[place].window);
	leave_place(narrow, slot->value);
	slot->value = place;
	slot->aux = POOL_WIDE;
	keys->held_wide++;
}

static struct window_ref
ref_of(struct keys *keys, struct table_slot *slot, const struct rule *rule)
{
	if (slot->aux == POOL_NARROW && window_is_wide(rule))
		widen(keys, slot);
	return ref_at(&keys->pool[slot->aux], slot->value);
}

int
keys_find(struct keys *keys, uint64_t key, const struct rule *rule, struct window_ref *ret)
{
	struct table_slot *slot = table_find(&keys->table, key);

	if (slot == NULL)
		return -ENOENT;
	*ret = ref_of(keys, slot, rule);
	return 0;
}

int
keys_make(struct keys *keys, uint64_t key, const struct rule *rule, struct wall now,
	struct window_ref *ret)
{
	struct table_slot *slot;
	int r = table_add(&keys->table, key, &slot);

	if (r == -ENOSPC &&
		(displace_in(keys, POOL_NARROW, now) || displace_in(keys, POOL_WIDE, now)))
		r = table_add(&keys->table, key, &slot);
	if (r < 0) {
		keys->refused++;
		return r;
	}
	if (r == 1) {
		slot->aux = POOL_NARROW;
		slot->value = take_place(&keys->pool[POOL_NARROW], table_key(key));
	}
	*ret = ref_of(keys, slot, rule);
	return 0;
}

void
keys_prefetch(const struct keys *keys, uint64_t key)
{
	table_prefetch(&keys->table, key);
}

struct keys_counts
keys_counts(const struct keys *keys)
{
	return (struct keys_counts){
		.held = keys->table.count,
		.wide = keys->held_wide,
		.displaced = keys->displaced,
		.refused = keys->refused,
	};
}
