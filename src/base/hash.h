/* hash - keyed hashes of small keys
 *
 * What:    hash_keyed is SipHash-2-4 (libsodium): for pseudonyms and wherever others choose the keys.
 *          hash_fast is XXH3 with a secret seed: for sketches and tables inside one process.
 *          hash_fold is the step of a hash of few words with secret ones: where the words are at hand and never
 *          leave the process.
 *          64 bits of a keyed hash stand for the item itself: tables keep no copy of it to compare.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_HASH_H
#define LAZARET_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct hash_key {
	uint8_t byte[16];
};

uint64_t hash_keyed(const struct hash_key *key, const void *bytes, size_t size);

/* From the system's random source. */
void hash_key_random(struct hash_key *key);

/* Secret words for hash_fold, from there too. */
void hash_words_random(uint64_t *words, size_t count);

uint64_t hash_fast(const void *bytes, size_t size, uint64_t seed);
/* The same of 16 bytes, an address. */
uint64_t hash_fast_16(const uint8_t bytes[16], uint64_t seed);

/* XXH3 of 128 bits over a stream, in any portions: finds damage, not forgery. */
#define HASH_STREAM_SIZE 16

struct hash_stream;

struct hash_stream *hash_stream_new(void);
struct hash_stream *hash_stream_free(struct hash_stream *stream);
void hash_stream_add(struct hash_stream *stream, const void *bytes, size_t size);
void hash_stream_end(const struct hash_stream *stream, uint8_t into[HASH_STREAM_SIZE]);

/* Both halves of a product: mixes two words, of which at least one is secret. Who sees no hashes cannot choose words
 * whose hashes meet. */
static inline uint64_t
hash_fold(uint64_t a, uint64_t b)
{
	__extension__ unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The same of 16 bytes, an address, with two secret words. */
static inline uint64_t
hash_fold_16(const uint8_t bytes[16], const uint64_t secret[2])
{
	uint64_t high, low;

	memcpy(&high, bytes, sizeof(high));
	memcpy(&low, bytes + 8, sizeof(low));
	return hash_fold(high ^ secret[0], low ^ secret[1]);
}

/* Spreads the bits of a number that is already a hash, to draw further hashes from it. */
static inline uint64_t
hash_mix(uint64_t x)
{
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	x ^= x >> 32;
	x *= UINT64_C(0xd6e8feb86659fd93);
	return x ^ x >> 32;
}

#endif
