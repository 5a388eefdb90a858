/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/twins.h"

#include "base/hash.h"

/* The first packet passes both interfaces within this: milliseconds. */
#define APART_MOST 1000

void
twins_init(struct twins *twins)
{
	hash_words_random(twins->secret, sizeof(twins->secret) / sizeof(*twins->secret));
}

/* The bits of the key that are not in the slot's, and do not tell the direction. */
static size_t
slot_of(uint64_t key)
{
	return (key >> 32) % TWINS_SLOTS;
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
	__builtin_prefetch(&twins->slot[slot_of(key)], 1);
	return key;
}

bool
twins_find(struct twins *twins, uint64_t key, struct wall start)
{
	struct twin *twin = &twins->slot[slot_of(key)];
	struct twin is = {.key = (uint32_t)key, .start = (uint32_t)(start.us / 1000)};
	int32_t apart = (int32_t)(is.start - twin->start);

	if (twin->key == (is.key ^ 1) && apart <= APART_MOST && apart >= -APART_MOST)
		return true;
	*twin = is;
	return false;
}
