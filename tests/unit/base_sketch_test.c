/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "base/sketch.h"
#include "unit.h"

#include <math.h>

#define BLOCKS 8

static bool
is_known(struct filter_block *blocks, uint64_t item)
{
	return filter_has(filter_block_of(blocks, BLOCKS, hash_mix(item)), hash_mix(item));
}

static void
add(struct filter_block *blocks, uint64_t item)
{
	filter_add(filter_block_of(blocks, BLOCKS, hash_mix(item)), hash_mix(item));
}

static void
the_filter_forgets_nothing_of_its_generation(void **state)
{
	struct filter_block blocks[BLOCKS] = {0};
	unsigned wrong = 0;

	for (uint64_t item = 1; item <= 160; item++)
		add(blocks, item);
	for (uint64_t item = 1; item <= 160; item++)
		assert_true(is_known(blocks, item));
	/* Twenty items in a block of 256 places with three each: about 1 in 100 is taken for known. */
	for (uint64_t item = 1000; item < 11000; item++)
		wrong += is_known(blocks, item);
	assert_in_range(wrong, 1, 300);
}

static void
what_was_seen_is_known_for_two_generations(void **state)
{
	struct filter_block blocks[BLOCKS] = {0};

	add(blocks, 1);
	filter_turn(blocks, BLOCKS);
	assert_true(is_known(blocks, 1));
	add(blocks, 1);
	filter_turn(blocks, BLOCKS);
	assert_true(is_known(blocks, 1));
	filter_turn(blocks, BLOCKS);
	assert_false(is_known(blocks, 1));
	for (unsigned i = 0; i < BLOCKS; i++) {
		for (unsigned w = 0; w < 8; w++)
			assert_true(blocks[i].word[w] == 0);
	}
}

/* The mean error over many counters stays near 1.04 / sqrt(registers), at every size. */
static void
counts_of_different_items_are_as_exact_as_promised(void **state)
{
	static const unsigned registers[] = {64, 128, 1024};
	static const unsigned sizes[] = {1, 10, 100, 1000, 20000};
	struct random random;

	random_seed(&random, 5);
	for (size_t r = 0; r < sizeof(registers) / sizeof(*registers); r++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++) {
			double square = 0, allowed = 1.04 / sqrt(registers[r]);

			for (int round = 0; round < 100; round++) {
				uint8_t counter[512] = {0};
				double off;

				for (unsigned i = 0; i < sizes[s]; i++)
					distinct_add(counter, registers[r], random_u64(&random));
				off = distinct_count(counter, registers[r]) / sizes[s] - 1;
				square += off * off / 100;
			}
			assert_true(sqrt(square) < 1.5 * allowed);
		}
	}
}

static void
the_same_item_counts_once(void **state)
{
	uint8_t counter[64] = {0};

	assert_true(distinct_count(counter, 128) == 0);
	for (int i = 0; i < 1000; i++)
		distinct_add(counter, 128, hash_mix(7));
	assert_true(fabs(distinct_count(counter, 128) - 1) < 0.01);
}

static void
a_folded_sketch_is_as_if_it_had_been_small(void **state)
{
	struct filter_block large[32] = {0}, small[BLOCKS] = {0};
	uint8_t many[512] = {0}, few[32] = {0};
	struct random random;

	random_seed(&random, 6);
	for (unsigned i = 0; i < 700; i++) {
		uint64_t hash = random_u64(&random);

		if (i == 400) {
			filter_turn(large, 32);
			filter_turn(small, BLOCKS);
		}
		filter_add(filter_block_of(large, 32, hash), hash);
		filter_add(filter_block_of(small, BLOCKS, hash), hash);
		distinct_add(many, 1024, hash);
		distinct_add(few, 64, hash);
	}
	for (unsigned count = 32; count > BLOCKS; count /= 2)
		filter_fold(large, count);
	for (unsigned count = 1024; count > 64; count /= 2)
		distinct_fold(many, count);
	assert_memory_equal(large, small, sizeof(small));
	assert_memory_equal(many, few, sizeof(few));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_filter_forgets_nothing_of_its_generation),
		cmocka_unit_test(what_was_seen_is_known_for_two_generations),
		cmocka_unit_test(counts_of_different_items_are_as_exact_as_promised),
		cmocka_unit_test(the_same_item_counts_once),
		cmocka_unit_test(a_folded_sketch_is_as_if_it_had_been_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
