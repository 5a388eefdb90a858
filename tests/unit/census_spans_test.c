/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/list/bogon.h"
#include "census/list/spans.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define SPACE 600

/* Numbers 0 to SPACE - 1, at places where the index matters. */
static uint64_t
number(unsigned i, unsigned bits)
{
	return (uint64_t)(i % 100) + ((uint64_t)(i / 100) << (bits - 16));
}

static void
cuts_what_a_naive_set_cuts(void **state)
{
	struct random random;

	random_seed(&random, 1);
	for (unsigned round = 0; round < 2000; round++) {
		unsigned bits = round % 2 ? 32 : 64, count = (unsigned)random_below(&random, 12);
		struct span *at = calloc(count + 1, sizeof(*at)), rest, piece;
		bool is_hole[SPACE] = {false}, is_left[SPACE] = {false};
		struct spans spans;
		unsigned low, high;

		for (unsigned i = 0; i < count; i++) {
			low = (unsigned)random_below(&random, SPACE);
			high = low +
				(unsigned)random_below(
					&random, SPACE - low < 90 ? SPACE - low : 90);
			at[i] = (struct span){number(low, bits), number(high, bits)};
			for (unsigned j = low; j <= high; j++)
				is_hole[j] = true;
		}
		spans_make(&spans, at, count, bits);
		low = (unsigned)random_below(&random, SPACE);
		high = low + (unsigned)random_below(&random, SPACE - low);
		for (unsigned j = 0; j < SPACE; j++)
			assert_int_equal(
				spans_find(&spans, number(j, bits), number(j, bits)) != NULL,
				is_hole[j]);
		rest = (struct span){number(low, bits), number(high, bits)};
		while (spans_cut(&spans, &rest, &piece)) {
			assert_true(piece.low <= piece.high);
			for (unsigned j = 0; j < SPACE; j++)
				if (number(j, bits) >= piece.low && number(j, bits) <= piece.high) {
					assert_false(is_left[j]);
					is_left[j] = true;
				}
		}
		for (unsigned j = 0; j < SPACE; j++)
			assert_int_equal(is_left[j], j >= low && j <= high && !is_hole[j]);
		spans_done(&spans);
	}
}

/* So many that there is an index. */
static void
finds_by_the_index_what_is_there(void **state)
{
	struct random random;

	random_seed(&random, 2);
	for (unsigned round = 0; round < 20; round++) {
		const size_t count = 2000;
		struct span *at = calloc(count, sizeof(*at)), kept[2000];
		uint32_t mask = round % 2 ? 0x00ffffff : UINT32_MAX;
		struct spans spans;

		for (size_t i = 0; i < count; i++) {
			uint64_t low = (uint32_t)random_u64(&random) & mask;

			at[i] = (struct span){
				low, low + random_below(&random, round % 2 ? 9 : 99999)};
			at[i].high = at[i].high > UINT32_MAX ? UINT32_MAX : at[i].high;
			kept[i] = at[i];
		}
		spans_make(&spans, at, count, 32);
		assert_non_null(spans.index);
		for (unsigned i = 0; i < 4000; i++) {
			uint64_t number = i % 2 ? (uint32_t)random_u64(&random) & mask
						: kept[i / 2].high + (i / 2 % 3) - 1;
			bool is_there = false;

			if (number > UINT32_MAX)
				continue;
			for (size_t j = 0; j < count && !is_there; j++)
				is_there = kept[j].low <= number && kept[j].high >= number;
			assert_int_equal(spans_find(&spans, number, number) != NULL, is_there);
			assert_false(is_there && spans_is_far(&spans, number));
		}
		spans_done(&spans);
	}
}

static void
reaches_both_ends_of_all_numbers(void **state)
{
	struct span *all = calloc(1, sizeof(*all)), rest = {0, UINT64_MAX}, piece;
	struct spans spans;

	*all = (struct span){1, UINT64_MAX - 1};
	spans_make(&spans, all, 1, 64);
	assert_true(spans_cut(&spans, &rest, &piece));
	assert_true(piece.low == 0 && piece.high == 0);
	assert_true(spans_cut(&spans, &rest, &piece));
	assert_true(piece.low == UINT64_MAX && piece.high == UINT64_MAX);
	assert_false(spans_cut(&spans, &rest, &piece));
	spans_done(&spans);
	spans_make(&spans, NULL, 0, 32);
	rest = (struct span){0, UINT32_MAX};
	assert_true(spans_cut(&spans, &rest, &piece) && piece.high == UINT32_MAX);
	assert_false(spans_cut(&spans, &rest, &piece));
	spans_done(&spans);
}

static void
knows_the_bogons(void **state)
{
	static const uint32_t bogons[] = {0, 0x0a000000, 0x0affffff, 0x647fffff, 0x7f000001,
		0xac1fffff, 0xc0a80101, 0xc6330000 | 100 << 8, 0xe0000001, UINT32_MAX};
	static const uint32_t others[] = {
		0x01000000, 0x09ffffff, 0x0b000000, 0x64800000, 0xac200000, 0xc0a90000, 0xdfffffff};

	for (unsigned i = 0; i < sizeof(bogons) / sizeof(*bogons); i++) {
		assert_non_null(spans_find(&bogon4, bogons[i], bogons[i]));
		assert_true(bogon_is_near(bogons[i]));
	}
	for (unsigned i = 0; i < sizeof(others) / sizeof(*others); i++)
		assert_null(spans_find(&bogon4, others[i], others[i]));
	/* What is said to be far from all is. */
	for (uint32_t upper = 0; upper < 65536; upper++) {
		const struct span *found = spans_find(&bogon4, upper << 16, upper << 16 | 0xffff);

		assert_true(found == NULL || bogon_is_near(upper << 16));
	}
	assert_string_equal(
		bogon_name(spans_find(&bogon4, 0x0a000001, 0x0a000001)), "private use (RFC 1918)");
	assert_string_equal(bogon_name(spans_find(&bogon6, UINT64_C(0x20010db800000001),
				    UINT64_C(0x20010db800000001))),
		"documentation (RFC 3849)");
	assert_null(
		spans_find(&bogon6, UINT64_C(0x2a00000000000000), UINT64_C(0x2affffffffffffff)));
	assert_non_null(
		spans_find(&bogon6, UINT64_C(0xfe80000000000000), UINT64_C(0xfe80000000000000)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_what_a_naive_set_cuts),
		cmocka_unit_test(finds_by_the_index_what_is_there),
		cmocka_unit_test(reaches_both_ends_of_all_numbers),
		cmocka_unit_test(knows_the_bogons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
