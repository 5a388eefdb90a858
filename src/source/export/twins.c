/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/twins.h"

#include "base/hash.h"

/* The first packet passes both interfaces within this. */
#define APART_MOST WALL_SECOND

void
twins_init(struct twins *twins)
{
	struct hash_key key;

	hash_key_random(&key);
	memcpy(&twins->seed, key.byte, sizeof(twins->seed));
	twins->slot = memory_map(TWINS_SLOTS, sizeof(*twins->slot));
}

void
twins_done(struct twins *twins)
{
	memory_unmap(twins->slot, TWINS_SLOTS, sizeof(*twins->slot));
	twins->slot = NULL;
}

bool
twins_find(struct twins *twins, const struct address *exporter, const struct flow *flow,
	uint8_t direction)
{
	uint8_t bytes[52];
	uint64_t key;
	struct twin *twin;
	int64_t apart;

	memcpy(bytes, exporter, 16);
	memcpy(bytes + 16, &flow->source, 16);
	memcpy(bytes + 32, &flow->destination, 16);
	memcpy(bytes + 48, &flow->source_port, 2);
	memcpy(bytes + 50, &flow->destination_port, 2);
	key = hash_fast(bytes, sizeof(bytes), twins->seed);
	twin = &twins->slot[key % TWINS_SLOTS];
	if (twin->key == key && twin->direction != direction &&
		!__builtin_sub_overflow(flow->start.us, twin->start.us, &apart) &&
		apart <= APART_MOST && apart >= -APART_MOST)
		return true;
	*twin = (struct twin){.key = key, .start = flow->start, .direction = direction};
	return false;
}
