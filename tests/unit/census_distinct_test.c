/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fail.h"
#include "base/random.h"
#include "census/join/distinct.h"
#include "unit.h"

#include <stdlib.h>

#define MOST 200

static struct distinct *table;

static int
make_table(void **state)
{
	table = xcalloc(1, sizeof(*table));
	/* Whatever stands in it. */
	memset(table, 0xff, sizeof(*table) / 2);
	return 0;
}

static int
free_table(void **state)
{
	free(table);
	return 0;
}

/* In its place in the new array, or at the end. */
static size_t
naive(const struct listing4 *listings, size_t count, struct listing4 *into)
{
	size_t kept = 0, place;

	for (size_t i = 0; i < count; i++) {
		for (place = 0; place < kept; place++)
			if (into[place].address == listings[i].address &&
				into[place].list == listings[i].list)
				break;
		if (place == kept)
			into[kept++] = listings[i];
		else if (listings[i].time > into[place].time)
			into[place] = listings[i];
	}
	return kept;
}

static void
gives_what_a_naive_search_gives(void **state)
{
	struct listing4 listings[MOST], expected[MOST];
	struct listing6 wide[MOST];
	struct random random;

	random_seed(&random, 3);
	for (unsigned round = 0; round < 3000; round++) {
		size_t count = random_below(&random, MOST + 1), kept;
		uint32_t step = (uint32_t)random_below(&random, 40), address = 0;

		for (size_t i = 0; i < count; i++) {
			/* All of one address, to nearly all of one each; up to the last one there is. */
			address += random_below(&random, 40) < step;
			listings[i] = (struct listing4){.address = UINT32_MAX - 200 + address,
				.line = (uint32_t)i,
				.time = (uint32_t)random_below(&random, 4),
				.list = (uint16_t)(UINT16_MAX * random_below(&random, 2) +
					random_below(&random, 3)),
				.port = (uint16_t)i};
			wide[i] = (struct listing6){.network = (uint64_t)listings[i].address << 32,
				.line = listings[i].line,
				.time = listings[i].time,
				.list = listings[i].list,
				.port = listings[i].port};
		}
		kept = naive(listings, count, expected);
		assert_int_equal(distinct4(table, listings, count), kept);
		assert_memory_equal(listings, expected, kept * sizeof(*expected));
		assert_int_equal(distinct6(table, wide, count), kept);
		for (size_t i = 0; i < kept; i++)
			assert_int_equal(wide[i].line, expected[i].line);
	}
}

/* A search among those of the address would take minutes. */
static void
one_address_on_all_lists_many_times_takes_linear_time(void **state)
{
	size_t lists = UINT16_MAX + 1, count = lists * 20;
	struct listing4 *listings = xcalloc(count, sizeof(*listings));

	for (size_t i = 0; i < count; i++)
		listings[i] = (struct listing4){.address = 7,
			.list = (uint16_t)i,
			.time = (uint32_t)(i / lists % 11),
			.line = (uint32_t)i};
	assert_int_equal(distinct4(table, listings, count), lists);
	for (size_t i = 0; i < lists; i++) {
		assert_int_equal(listings[i].list, i);
		assert_int_equal(listings[i].time, 10);
		assert_int_equal(listings[i].line, 10 * lists + i);
	}
	free(listings);
}

static void
nothing_stays_nothing(void **state)
{
	struct listing4 one = {.address = 0, .line = 5};

	assert_int_equal(distinct4(table, &one, 0), 0);
	assert_int_equal(distinct4(table, &one, 1), 1);
	assert_int_equal(one.line, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_what_a_naive_search_gives),
		cmocka_unit_test(one_address_on_all_lists_many_times_takes_linear_time),
		cmocka_unit_test(nothing_stays_nothing),
	};

	return cmocka_run_group_tests(tests, make_table, free_table);
}
