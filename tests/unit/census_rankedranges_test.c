/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/registry/rankedranges.h"
#include "unit.h"

#include <stdlib.h>

#define SPACE  64
#define RANGES 12
#define ROUNDS 20000

/* By looking at all ranges for each number. */
static uint32_t
naive_value(const struct rankedrange *ranges, size_t count, ipnumber number)
{
	const struct rankedrange *best = NULL;

	for (size_t i = 0; i < count; i++) {
		if (ranges[i].range.low <= number && number <= ranges[i].range.high &&
			(best == NULL || ranges[i].rank < best->rank))
			best = &ranges[i];
	}
	return best != NULL ? best->value : 0;
}

static void
pieces_are_what_a_look_at_every_range_says(void **state)
{
	struct random random;
	struct rankedrange ranges[RANGES];

	random_seed(&random, 7);
	for (unsigned round = 0; round < ROUNDS; round++) {
		size_t count = random_below(&random, RANGES + 1), pieces_count, at = 0;
		struct piece *pieces;

		for (size_t i = 0; i < count; i++) {
			ipnumber low = random_below(&random, SPACE);
			ipnumber high = low + random_below(&random, SPACE - (uint64_t)low);

			ranges[i] = (struct rankedrange){.range = {low, high},
				.rank = random_below(&random, 3),
				.value = 1 + (uint32_t)random_below(&random, 3)};
		}
		pieces_count = rankedranges_cut(ranges, count, SPACE - 1, &pieces);
		for (ipnumber number = 0; number < SPACE; number++) {
			while (at < pieces_count && pieces[at].low <= number)
				at++;
			assert_int_equal(at > 0 ? pieces[at - 1].value : 0,
				naive_value(ranges, count, number));
		}
		for (size_t i = 1; i < pieces_count; i++) {
			assert_true(pieces[i].low > pieces[i - 1].low);
			assert_int_not_equal(pieces[i].value, pieces[i - 1].value);
		}
		free(pieces);
	}
}

static void
the_last_number_of_all_has_no_border_behind_it(void **state)
{
	const struct rankedrange ranges[] = {{.range = {0, ~(ipnumber)0}, .rank = 2, .value = 1},
		{.range = {~(ipnumber)0, ~(ipnumber)0}, .rank = 1, .value = 2},
		{.range = {0, 0}, .rank = 1, .value = 3}};
	struct piece *pieces;

	assert_int_equal(rankedranges_cut(ranges, 3, ~(ipnumber)0, &pieces), 3);
	assert_true(pieces[0].low == 0 && pieces[0].value == 3);
	assert_true(pieces[1].low == 1 && pieces[1].value == 1);
	assert_true(pieces[2].low == ~(ipnumber)0 && pieces[2].value == 2);
	free(pieces);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_what_a_look_at_every_range_says),
		cmocka_unit_test(the_last_number_of_all_has_no_border_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
