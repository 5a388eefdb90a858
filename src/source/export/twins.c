/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/twins.h"

#include "base/hash.h"

/* The first packet passes both interfaces within this. */
#define APART_MOST WALL_SECOND

void
twins_init(struct twins *twins)
{
	hash_words_random(twins->secret, sizeof(twins->secret) / sizeof(*twins->secret));
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
	const uint64_t *secret = twins->secret;
	uint64_t ports = (uint64_t)flow->source_port << 16 | flow->destination_port, ends, key;

	ends = hash_fold(hash_fold_16(flow->source.byte, secret) ^ secret[2],
		hash_fold_16(flow->destination.byte, secret) ^ secret[3]);
	key = hash_fold(hash_fold_16(exporter->byte, secret) ^ secret[4], ports ^ secret[5]);
	key = (hash_fold(ends ^ secret[6], key ^ secret[7]) & ~UINT64_C(1)) | (direction & 1);
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
