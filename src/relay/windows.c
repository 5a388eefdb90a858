/* SPDX-License-Identifier: BSD-2-Clause */
#include "relay/windows.h"

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

struct windows {
	/* value: the place; aux: the pool. */
	struct table table;
	struct pool pool[POOLS];
	size_t most;
	size_t held_wide;
	uint64_t displaced;
	uint64_t refused;
};

struct windows *
windows_new(size_t most)
{
	struct windows *windows = xcalloc(1, sizeof(*windows));

	table_init(&windows->table, most);
	windows->most = most;
	windows->pool[POOL_NARROW] =
		(struct pool){.narrow = memory_map(most, sizeof(struct narrow)), .free = NONE};
	windows->pool[POOL_WIDE] =
		(struct pool){.wide = memory_map(most, sizeof(struct wide)), .free = NONE};
	return windows;
}

struct windows *
windows_free(struct windows *windows)
{
	if (windows == NULL)
		return NULL;
	table_done(&windows->table);
	memory_unmap(windows->pool[POOL_NARROW].narrow, windows->most, sizeof(struct narrow));
	memory_unmap(windows->pool[POOL_WIDE].wide, windows->most, sizeof(struct wide));
	free(windows);
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
displace_in(struct windows *windows, unsigned which, struct wall now)
{
	struct pool *pool = &windows->pool[which];

	for (uint32_t i = 0; i < LOOKS && i < pool->used; i++) {
		uint32_t place = pool->hand++ % pool->used;
		uint64_t key = *key_at(pool, place);
		struct window_ref ref = ref_at(pool, place);

		if (key == 0 || !window_is_empty(&ref, now))
			continue;
		table_remove(&windows->table, table_find(&windows->table, key));
		leave_place(pool, place);
		windows->held_wide -= which == POOL_WIDE;
		windows->displaced++;
		return true;
	}
	return false;
}

/* The rule is beyond what the key's narrow window counts. */
static void
widen(struct windows *windows, struct table_slot *slot)
{
	struct pool *narrow = &windows->pool[POOL_NARROW], *wide = &windows->pool[POOL_WIDE];
	uint32_t place = take_place(wide, *key_at(narrow, slot->value));

	window_widen(&narrow->narrow[slot->value].window, &wide->wide[place].window);
	leave_place(narrow, slot->value);
	slot->value = place;
	slot->aux = POOL_WIDE;
	windows->held_wide++;
}

static struct window_ref
ref_of(struct windows *windows, struct table_slot *slot, const struct rule *rule)
{
	if (slot->aux == POOL_NARROW && window_is_wide(rule))
		widen(windows, slot);
	return ref_at(&windows->pool[slot->aux], slot->value);
}

int
windows_find(struct windows *windows, uint64_t key, const struct rule *rule, struct window_ref *ret)
{
	struct table_slot *slot = table_find(&windows->table, key);

	if (slot == NULL)
		return -ENOENT;
	*ret = ref_of(windows, slot, rule);
	return 0;
}

int
windows_make(struct windows *windows, uint64_t key, const struct rule *rule, struct wall now,
	struct window_ref *ret)
{
	struct table_slot *slot;
	int r = table_add(&windows->table, key, &slot);
	bool is_displaced = r == -ENOSPC &&
		(displace_in(windows, POOL_NARROW, now) || displace_in(windows, POOL_WIDE, now));

	if (is_displaced)
		r = table_add(&windows->table, key, &slot);
	if (r < 0) {
		windows->refused++;
		return r;
	}
	if (r == 1) {
		slot->aux = POOL_NARROW;
		slot->value = take_place(&windows->pool[POOL_NARROW], table_key(key));
	}
	*ret = ref_of(windows, slot, rule);
	return is_displaced;
}

void
windows_prefetch(const struct windows *windows, uint64_t key)
{
	table_prefetch(&windows->table, key);
}

void
windows_prefetch_window(const struct windows *windows, uint64_t key)
{
	const struct table_slot *slot = table_find(&windows->table, key);
	const struct narrow *narrow;

	if (slot == NULL || slot->aux != POOL_NARROW)
		return;
	narrow = &windows->pool[POOL_NARROW].narrow[slot->value];
	__builtin_prefetch(narrow, 1);
	__builtin_prefetch((const char *)narrow + 64, 1);
	__builtin_prefetch((const char *)narrow + sizeof(*narrow) - 1, 1);
}

struct windows_counts
windows_counts(const struct windows *windows)
{
	return (struct windows_counts){
		.held = windows->table.count,
		.wide = windows->held_wide,
		.displaced = windows->displaced,
		.refused = windows->refused,
	};
}

struct saved_head {
	uint64_t narrow;
	uint64_t wide;
};

static uint64_t
layout(void)
{
	static const size_t numbers[] = {sizeof(struct narrow), sizeof(struct wide),
		WINDOW_HOUR_CELLS, WINDOW_DAY_CELLS, WINDOW_DAY_OF};

	return save_layout(numbers, sizeof(numbers) / sizeof(*numbers));
}

static void
save_pool(const struct pool *pool, size_t entry, struct save *save)
{
	for (uint32_t place = 0; place < pool->used; place++) {
		const uint64_t *key = key_at(pool, place);

		/* The key is the first of its entry. */
		if (*key != 0)
			save_bytes(save, key, entry);
	}
}

void
windows_save(const struct windows *windows, struct save *save)
{
	struct saved_head head = {
		.narrow = windows->table.count - windows->held_wide,
		.wide = windows->held_wide,
	};

	save_section(save, "windows", layout(),
		sizeof(head) + head.narrow * sizeof(struct narrow) +
			head.wide * sizeof(struct wide));
	save_bytes(save, &head, sizeof(head));
	save_pool(&windows->pool[POOL_NARROW], sizeof(struct narrow), save);
	save_pool(&windows->pool[POOL_WIDE], sizeof(struct wide), save);
}

/* A key with its window, as it was saved; its place is that of the table's slot. */
static int
restore_entry(struct windows *windows, unsigned which, struct restore *restore, struct wall now,
	struct fail *fail)
{
	struct pool *pool = &windows->pool[which];
	struct narrow narrow;
	struct wide wide;
	void *entry = which == POOL_NARROW ? (void *)&narrow : (void *)&wide;
	size_t size = which == POOL_NARROW ? sizeof(narrow) : sizeof(wide);
	struct window_ref ref =
		which == POOL_NARROW ? window_of(&narrow.window) : window_of_wide(&wide.window);
	struct table_slot *slot;
	uint64_t key;
	int r = restore_bytes(restore, entry, size, fail);

	if (r < 0)
		return r;
	memcpy(&key, entry, sizeof(key));
	if (key == 0 || !window_is_sound(&ref, now))
		return restore_damaged(restore, fail, "a count that cannot be");
	r = table_add(&windows->table, key, &slot);
	if (r == 0)
		return restore_damaged(restore, fail, "a key that is there twice");
	if (r < 0) {
		windows->refused++;
		return 0;
	}
	slot->aux = which;
	slot->value = take_place(pool, key);
	memcpy(key_at(pool, slot->value), entry, size);
	windows->held_wide += which == POOL_WIDE;
	return 0;
}

int
windows_restore(struct windows *fresh, struct restore *restore, struct wall now, struct fail *fail)
{
	struct saved_head head = {0};
	uint64_t size;
	int r = restore_section(restore, "windows", layout(), &size, fail);

	if (r == 0)
		r = restore_bytes(restore, &head, sizeof(head), fail);
	if (r == 0 &&
		(head.narrow > size / sizeof(struct narrow) ||
			head.wide > size / sizeof(struct wide) ||
			size !=
				sizeof(head) + head.narrow * sizeof(struct narrow) +
					head.wide * sizeof(struct wide)))
		r = restore_damaged(restore, fail, "keys miscounted");
	for (uint64_t i = 0; i < head.narrow && r == 0; i++)
		r = restore_entry(fresh, POOL_NARROW, restore, now, fail);
	for (uint64_t i = 0; i < head.wide && r == 0; i++)
		r = restore_entry(fresh, POOL_WIDE, restore, now, fail);
	return r;
}
