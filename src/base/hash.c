/* SPDX-License-Identifier: BSD-2-Clause */
#define XXH_INLINE_ALL
#include "base/hash.h"

#include <sodium.h>
#include <xxhash.h>

_Static_assert(sizeof(struct hash_key) == crypto_shorthash_KEYBYTES, "SipHash takes 16 bytes");

uint64_t
hash_keyed(const struct hash_key *key, const void *bytes, size_t size)
{
	uint64_t hash;

	_Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "SipHash gives 8 bytes");
	crypto_shorthash((unsigned char *)&hash, bytes, size, key->byte);
	return hash;
}

void
hash_key_random(struct hash_key *key)
{
	randombytes_buf(key->byte, sizeof(key->byte));
}

uint64_t
hash_fast(const void *bytes, size_t size, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, size, seed);
}

uint64_t
hash_fast_16(const uint8_t bytes[16], uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, 16, seed);
}
