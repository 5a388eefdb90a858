/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/radix.h"
#include "census/list/listing.h"
#include "unit.h"

#include <stdlib.h>

#define MOST 3000

/* line: where it was, so that the order of equal ones shows. */
static struct listing4 in4[MOST], scratch4[MOST], naive4[MOST];
static struct listing6 in6[MOST], scratch6[MOST], naive6[MOST];

static int
by_address_and_place(const void *a, const void *b)
{
	const struct listing4 *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

static int
by_network_and_place(const void *a, const void *b)
{
	const struct listing6 *x = a, *y = b;

	if (x->network != y->network)
		return x->network < y->network ? -1 : 1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* Both sizes with the same keys, their bits in the upper or lower half of the network. */
static void
check(const uint32_t *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t network = i % 2 ? keys[i] : (uint64_t)keys[i] << 32;

		in4[i] = naive4[i] = (struct listing4){
			.address = keys[i], .line = (uint32_t)i, .port = (uint16_t)~i};
		in6[i] = naive6[i] = (struct listing6){
			.network = network, .line = (uint32_t)i, .spare = keys[i]};
	}
	qsort(naive4, count, sizeof(*naive4), by_address_and_place);
	qsort(naive6, count, sizeof(*naive6), by_network_and_place);
	assert_memory_equal(radix_sort4(in4, scratch4, count), naive4, count * sizeof(*naive4));
	assert_memory_equal(radix_sort6(in6, scratch6, count), naive6, count * sizeof(*naive6));
}

static void
sorts_as_a_naive_stable_sort_does(void **state)
{
	static uint32_t keys[MOST];
	struct random random;

	random_seed(&random, 1);
	for (unsigned round = 0; round < 200; round++) {
		size_t count = random_below(&random, MOST + 1);
		/* From few different addresses to all, and with some bytes alike. */
		uint32_t mask = (uint32_t)(random_u64(&random) | random_u64(&random));

		if (round % 4 == 0)
			mask &= 0x03000301;
		for (size_t i = 0; i < count; i++)
			keys[i] = (uint32_t)random_u64(&random) & mask;
		check(keys, count);
	}
}

static void
sorts_what_is_in_order_or_the_other_way_round(void **state)
{
	static uint32_t keys[MOST];

	for (uint32_t i = 0; i < MOST; i++)
		keys[i] = i * 1431655;
	check(keys, MOST);
	for (uint32_t i = 0; i < MOST; i++)
		keys[i] = UINT32_MAX - i / 2;
	check(keys, MOST);
}

static void
sorts_the_ends_of_the_address_space(void **state)
{
	static const uint32_t keys[] = {
		UINT32_MAX, 0, 1, UINT32_MAX - 1, 0x80000000, 0x7fffffff, 0, UINT32_MAX};

	check(keys, sizeof(keys) / sizeof(*keys));
	check(keys, 1);
	check(keys, 0);
}

static void
what_is_all_equal_stays_where_it_is(void **state)
{
	static uint32_t keys[MOST];

	for (unsigned all = 0; all < 2; all++) {
		memset(keys, all ? 0xff : 0, sizeof(keys));
		check(keys, MOST);
		assert_ptr_equal(radix_sort4(in4, scratch4, MOST), in4);
	}
}

static void
one_that_differs_in_one_bit_finds_its_place(void **state)
{
	static uint32_t keys[MOST];

	for (unsigned bit = 0; bit < 32; bit++) {
		memset(keys, 0, sizeof(keys));
		keys[MOST / 2] = 1U << bit;
		check(keys, MOST);
		memset(keys, 0xff, sizeof(keys));
		keys[MOST / 3] ^= 1U << bit;
		check(keys, MOST);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_as_a_naive_stable_sort_does),
		cmocka_unit_test(sorts_what_is_in_order_or_the_other_way_round),
		cmocka_unit_test(sorts_the_ends_of_the_address_space),
		cmocka_unit_test(what_is_all_equal_stays_where_it_is),
		cmocka_unit_test(one_that_differs_in_one_bit_finds_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
