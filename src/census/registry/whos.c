/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/whos.h"

#include "base/hash.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 1024

void
whos_init(struct whos *whos)
{
	*whos = (struct whos){
		.at = xcalloc(FIRST_ROOM, sizeof(*whos->at)), .count = 1, .size = FIRST_ROOM};
	table_init_small(&whos->table, INT32_MAX, 1024);
}

void
whos_done(struct whos *whos)
{
	whos_settle(whos);
	free(whos->at);
	*whos = (struct whos){.count = 0};
}

void
whos_settle(struct whos *whos)
{
	table_done(&whos->table);
}

uint32_t
whos_add(struct whos *whos, const struct who *who)
{
	struct table_slot *slot;
	uint64_t hash;
	int r;

	/* Most have a neighbour that is the same. */
	if (memcmp(who, &whos->at[whos->count - 1], sizeof(*who)) == 0)
		return whos->count - 1;
	hash = hash_fast(who, sizeof(*who), 0);
	while ((r = table_add(&whos->table, hash, &slot)) == 0) {
		if (memcmp(who, &whos->at[slot->value], sizeof(*who)) == 0)
			return slot->value;
		hash = hash_mix(hash + 1);
	}
	if (whos->count == whos->size) {
		whos->size *= 2;
		whos->at = memory_grow(whos->at, whos->size * sizeof(*whos->at));
	}
	whos->at[whos->count] = *who;
	if (r > 0)
		slot->value = whos->count;
	return whos->count++;
}
