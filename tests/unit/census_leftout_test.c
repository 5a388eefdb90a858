/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/leftout.h"
#include "unit.h"

#include <stdlib.h>

#define MOST 200

static struct spans
some_spans(struct random *random, size_t count)
{
	struct span *at = calloc(count + 1, sizeof(*at));
	struct spans spans;

	for (size_t i = 0; i < count; i++) {
		at[i].low = random_below(random, 300);
		at[i].high = at[i].low + random_below(random, 30);
	}
	spans_make(&spans, at, count, 32);
	return spans;
}

static void
leaves_out_what_each_listing_alone_says(void **state)
{
	struct random random;
	uint64_t gone = 0;

	random_seed(&random, 3);
	for (unsigned round = 0; round < 400; round++) {
		struct spans spans = some_spans(&random, round % 9);
		struct listing4 listings[MOST], expected[MOST];
		struct listing6 wide[MOST];
		size_t count = random_below(&random, MOST), kept = 0;
		uint32_t address = 0;
		bool shared = round % 2 == 0;

		for (size_t i = 0; i < count; i++) {
			address += (uint32_t)random_below(&random, 4);
			listings[i] = (struct listing4){.address = address,
				.line = (uint32_t)i,
				.time = (uint32_t)random_below(&random, 2),
				.port = (uint16_t)random_below(&random, 2)};
			wide[i] = (struct listing6){.network = address,
				.line = (uint32_t)i,
				.time = listings[i].time,
				.port = listings[i].port};
			if (spans_find(&spans, address, address) == NULL ||
				(shared && listings[i].time == 1 && listings[i].port == 1))
				expected[kept++] = listings[i];
		}
		assert_int_equal(leftout4(&spans, shared, listings, count), kept);
		if (kept > 0)
			assert_memory_equal(listings, expected, kept * sizeof(*listings));
		assert_int_equal(leftout6(&spans, shared, wide, count), kept);
		for (size_t i = 0; i < kept; i++)
			assert_int_equal(wide[i].line, expected[i].line);
		gone += count - kept;
		spans_done(&spans);
	}
	assert_true(gone > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_out_what_each_listing_alone_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
