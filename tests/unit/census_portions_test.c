/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/portions.h"
#include "census/list/listing.h"
#include "unit.h"

#include <stdbool.h>

#define MOST 3000

/* line: where it was. */
static struct listing4 in4[MOST];
static struct listing6 in6[MOST];

/* Which one each record is of, or is not there, must not matter to who works on portions one by one. */
static void
check4(size_t count)
{
	struct portions portions;
	bool is_there[MOST] = {false};
	uint32_t highest = 0;

	portions_make4(&portions, in4, count);
	assert_int_equal(portions.begin[0], 0);
	assert_int_equal(portions.begin[PORTIONS], count);
	for (unsigned i = 0; i < PORTIONS; i++) {
		const struct listing4 *at = (const struct listing4 *)(void *)portions.records;
		uint32_t above = highest;
		size_t begin = portions.begin[i], end = portions.begin[i + 1];

		assert_true(begin <= end && end - begin <= portions_most(&portions));
		for (size_t j = begin; j < end; j++) {
			assert_true(begin == 0 || at[j].address > above);
			assert_true(j == begin || at[j].line > at[j - 1].line);
			assert_memory_equal(&at[j], &in4[at[j].line], sizeof(at[j]));
			assert_false(is_there[at[j].line]);
			is_there[at[j].line] = true;
			highest = at[j].address > highest ? at[j].address : highest;
		}
	}
	portions_done(&portions, sizeof(*in4));
}

static void
each_portion_is_above_the_one_before_and_in_the_order_in_which_it_came(void **state)
{
	struct random random;

	random_seed(&random, 1);
	for (unsigned round = 0; round < 200; round++) {
		size_t count = random_below(&random, MOST + 1);
		uint32_t mask = (uint32_t)(random_u64(&random) | random_u64(&random));

		if (round % 4 == 0)
			mask &= 0x03000301;
		for (size_t i = 0; i < count; i++)
			in4[i] = (struct listing4){.address = (uint32_t)random_u64(&random) & mask,
				.line = (uint32_t)i};
		check4(count);
	}
	/* Both ends of the space, and nothing. */
	in4[0] = (struct listing4){.address = UINT32_MAX, .line = 0};
	in4[1] = (struct listing4){.address = 0, .line = 1};
	check4(2);
	check4(1);
	check4(0);
}

static void
what_begins_alike_falls_apart_as_well(void **state)
{
	struct portions portions;
	struct random random;

	random_seed(&random, 2);
	for (size_t i = 0; i < MOST; i++)
		in6[i] = (struct listing6){.network = UINT64_C(0x2a00) << 48 |
				(random_u64(&random) & 0xffffffff) << 16,
			.line = (uint32_t)i};
	portions_make6(&portions, in6, MOST);
	assert_int_equal(portions.begin[PORTIONS], MOST);
	assert_true(portions_most(&portions) < MOST / 20);
	portions_done(&portions, sizeof(*in6));
}

static void
what_is_all_equal_is_one_portion(void **state)
{
	struct portions portions;

	for (size_t i = 0; i < MOST; i++)
		in6[i] = (struct listing6){.network = UINT64_MAX, .line = (uint32_t)i};
	portions_make6(&portions, in6, MOST);
	assert_int_equal(portions_most(&portions), MOST);
	assert_memory_equal(portions.records, in6, sizeof(in6));
	portions_done(&portions, sizeof(*in6));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			each_portion_is_above_the_one_before_and_in_the_order_in_which_it_came),
		cmocka_unit_test(what_begins_alike_falls_apart_as_well),
		cmocka_unit_test(what_is_all_equal_is_one_portion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
