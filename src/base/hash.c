/* SPDX-License-Identifier: BSD-2-Clause */
#define XXH_INLINE_ALL
#include "base/hash.h"

#include "base/fail.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
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

void
hash_words_random(uint64_t *words, size_t count)
{
	randombytes_buf(words, count * sizeof(*words));
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

struct hash_stream {
	XXH3_state_t state;
};

struct hash_stream *
hash_stream_new(void)
{
	struct hash_stream *stream = aligned_alloc(_Alignof(struct hash_stream), sizeof(*stream));

	must(stream != NULL);
	XXH3_128bits_reset(&stream->state);
	return stream;
}

struct hash_stream *
hash_stream_free(struct hash_stream *stream)
{
	free(stream);
	return NULL;
}

void
hash_stream_add(struct hash_stream *stream, const void *bytes, size_t size)
{
	XXH3_128bits_update(&stream->state, bytes, size);
}

void
hash_stream_end(const struct hash_stream *stream, uint8_t into[HASH_STREAM_SIZE])
{
	XXH128_canonical_t canonical;

	_Static_assert(sizeof(canonical) == HASH_STREAM_SIZE, "128 bits");
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&stream->state));
	memcpy(into, canonical.digest, sizeof(canonical.digest));
}
