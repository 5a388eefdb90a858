/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"
#include "base/random.h"
#include "unit.h"

/* The first vectors of the SipHash paper (Aumasson, Bernstein 2012, appendix A): key 00..0f, input 00..0e. */
static void
the_keyed_hash_is_siphash_2_4(void **state)
{
	struct hash_key key;
	uint8_t input[15];

	for (uint8_t i = 0; i < 16; i++)
		key.byte[i] = i;
	for (uint8_t i = 0; i < 15; i++)
		input[i] = i;
	assert_true(hash_keyed(&key, input, sizeof(input)) == UINT64_C(0xa129ca6149be45e5));
	assert_true(hash_keyed(&key, input, 0) == UINT64_C(0x726fdb47dd0e0e31));
}

static void
another_key_gives_another_hash(void **state)
{
	struct hash_key a, b;

	hash_key_random(&a);
	hash_key_random(&b);
	assert_memory_not_equal(&a, &b, sizeof(a));
	assert_true(hash_keyed(&a, "x", 1) != hash_keyed(&b, "x", 1));
	assert_true(hash_fast("x", 1, 1) != hash_fast("x", 1, 2));
	assert_true(hash_fast("x", 1, 1) == hash_fast("x", 1, 1));
	assert_true(hash_fast("x", 1, 1) != hash_fast("x", 2, 1));
}

/* A change of one bit of the input changes each bit of the output about half of the time. */
static void
mixing_spreads_every_bit(void **state)
{
	unsigned changed[64] = {0};
	const unsigned inputs = 200;

	for (uint64_t i = 0; i < inputs; i++) {
		uint64_t x = i * UINT64_C(0x9e3779b97f4a7c15);

		for (int bit = 0; bit < 64; bit++) {
			uint64_t differ = hash_mix(x) ^ hash_mix(x ^ UINT64_C(1) << bit);

			for (int out = 0; out < 64; out++)
				changed[out] += differ >> out & 1;
		}
	}
	for (int out = 0; out < 64; out++)
		assert_in_range(changed[out], inputs * 64 * 45 / 100, inputs * 64 * 55 / 100);
}

/* Addresses of IPv4 differ in their last four bytes alone. */
static void
a_fold_spreads_every_bit_of_an_address(void **state)
{
	unsigned changed[64] = {0};
	const unsigned inputs = 400;
	struct random random;

	random_seed(&random, 1);
	for (unsigned i = 0; i < inputs; i++) {
		uint64_t secret[2] = {random_u64(&random), random_u64(&random)};
		uint8_t address[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = (uint8_t)i};
		uint64_t before = hash_fold_16(address, secret);

		for (int bit = 0; bit < 32; bit++) {
			uint64_t differ;

			address[12 + bit / 8] ^= (uint8_t)(1U << bit % 8);
			differ = before ^ hash_fold_16(address, secret);
			address[12 + bit / 8] ^= (uint8_t)(1U << bit % 8);
			for (int out = 0; out < 64; out++)
				changed[out] += differ >> out & 1;
		}
	}
	for (int out = 0; out < 64; out++)
		assert_in_range(changed[out], inputs * 32 * 45 / 100, inputs * 32 * 55 / 100);
}

static void
secret_words_differ_each_time(void **state)
{
	uint64_t a[4], b[4];

	hash_words_random(a, 4);
	hash_words_random(b, 4);
	for (int i = 0; i < 4; i++)
		assert_true(a[i] != b[i] && a[i] != 0 && a[i] != a[(i + 1) % 4]);
	assert_true(hash_fold(a[0], 1) != hash_fold(b[0], 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_keyed_hash_is_siphash_2_4),
		cmocka_unit_test(another_key_gives_another_hash),
		cmocka_unit_test(mixing_spreads_every_bit),
		cmocka_unit_test(a_fold_spreads_every_bit_of_an_address),
		cmocka_unit_test(secret_words_differ_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
