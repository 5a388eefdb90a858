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
	memory_keep(twins->slot, TWINS_SLOTS, sizeof(*twins->slot));
}

void
twins_done(struct twins *twins)
{
	memory_unmap(twins->slot, TWINS_SLOTS, sizeof(*twins->slot));
	twins->slot = NULL;
}

static struct twin *
slot_of(const struct twins *twins, uint64_t key)
{
	return &twins->slot[(key >> 1) % TWINS_SLOTS];
}

uint64_t
twins_key(const struct twins *twins, const struct address *exporter, const struct flow *flow,
	uint8_t direction)
{
	/* Written as one word: what is written in parts and read as one is waited for. */
	uint64_t ports = (uint64_t)flow->source_port << 16 | flow->destination_port, key;
	uint8_t bytes[56];

	memcpy(bytes, exporter, 16);
	memcpy(bytes + 16, &flow->source, 16);
	memcpy(bytes + 32, &flow->destination, 16);
	memcpy(bytes + 48, &ports, 8);
	key = (hash_fast(bytes, sizeof(bytes), twins->seed) & ~UINT64_C(1)) | (direction & 1);
	__builtin_prefetch(slot_of(twins, key), 1);
	return key;
}

bool
twins_find(struct twins *twins, uint64_t key, struct wall start)
{
	struct twin *twin = slot_of(twins, key);
	int64_t apart;

	if (twin->key == (key ^ 1) && !__builtin_sub_overflow(start.us, twin->start.us, &apart) &&
		apart <= APART_MOST && apart >= -APART_MOST)
		return true;
	*twin = (struct twin){.key = key, .start = start};
	return false;
}
