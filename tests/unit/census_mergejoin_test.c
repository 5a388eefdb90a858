/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/mergejoin.h"
#include "census/join/radix.h"
#include "census/list/listing.h"
#include "ip2asn.h"

#include <errno.h>

#define MOST 400

static uint32_t
naive4(const struct segment4 *segments, size_t count, uint32_t address)
{
	uint32_t object = 0;

	for (size_t i = 0; i < count; i++)
		if (segments[i].low <= address)
			object = segments[i].object;
	return object;
}

static uint32_t
naive6(const struct segment6 *segments, size_t count, const uint64_t address[2])
{
	uint32_t object = 0;

	for (size_t i = 0; i < count; i++)
		if (segments[i].low[0] < address[0] ||
			(segments[i].low[0] == address[0] && segments[i].low[1] <= address[1]))
			object = segments[i].object;
	return object;
}

static size_t
some_segments(struct random *random, struct segment4 *into4, struct segment6 *into6)
{
	size_t count = random_below(random, MOST / 4), kept = 0;
	uint32_t low = random_below(random, 2) ? 0 : (uint32_t)random_below(random, 9);

	for (size_t i = 0; i < count; i++) {
		into4[kept] = (struct segment4){low, (uint32_t)random_below(random, 5)};
		/* Some begin inside of a /64. */
		into6[kept] =
			(struct segment6){.low = {low / 3, low % 3 * UINT64_C(0x4000000000000000)},
				.object = into4[kept].object};
		kept++;
		if (i + 2 == count)
			low = UINT32_MAX - 1;
		low += 1 + (uint32_t)random_below(random, 4);
		if (low < into4[kept - 1].low)
			break;
	}
	return kept;
}

/* In batches of any size, also empty ones; some addresses more than once, and the first and last that there are. */
static void
each_address_gets_the_object_that_a_naive_search_finds(void **state)
{
	struct segment4 segments4[MOST];
	struct segment6 segments6[MOST];
	struct random random;

	random_seed(&random, 4);
	for (unsigned round = 0; round < 2000; round++) {
		size_t segments = some_segments(&random, segments4, segments6), done = 0;
		size_t count = random_below(&random, MOST);
		struct mergejoin4 join4 = {segments4, segments, 0};
		struct mergejoin6 join6 = {segments6, segments, 0};
		struct listing4 in4[MOST] = {{0}};
		struct listing6 in6[MOST] = {{0}};
		uint32_t objects4[MOST], objects6[MOST], address = 0;

		for (size_t i = 0; i < count; i++) {
			in4[i].address = i + 1 == count ? UINT32_MAX : address;
			in6[i].network = i + 1 == count ? UINT64_MAX : address / 3;
			address += (uint32_t)random_below(&random, 4);
		}
		while (done < count) {
			size_t batch = random_below(&random, count - done + 1);

			mergejoin4(&join4, in4 + done, batch, objects4 + done);
			mergejoin6(&join6, in6 + done, batch, objects6 + done);
			done += batch;
		}
		for (size_t i = 0; i < count; i++) {
			uint64_t network[2] = {in6[i].network, 0};

			assert_int_equal(objects4[i], naive4(segments4, segments, in4[i].address));
			assert_int_equal(
				segments4_find(segments4, segments, in4[i].address), objects4[i]);
			assert_int_equal(objects6[i], naive6(segments6, segments, network));
			network[1] = random_u64(&random);
			assert_int_equal(segments6_find(segments6, segments, network),
				naive6(segments6, segments, network));
		}
	}
}

static void
without_segments_all_is_nobodys(void **state)
{
	struct mergejoin4 join = {NULL, 0, 0};
	struct listing4 in[2] = {{.address = 0}, {.address = UINT32_MAX}};
	uint32_t objects[2] = {7, 7};

	mergejoin4(&join, in, 2, objects);
	assert_int_equal(objects[0], 0);
	assert_int_equal(objects[1], 0);
	assert_int_equal(segments4_find(NULL, 0, 5), 0);
}

static void
segments_out_of_order_are_refused(void **state)
{
	struct segment4 in4[] = {{0, 1}, {5, 0}, {6, UINT32_MAX}};
	struct segment6 in6[] = {{{0, 9}, 1, 0}, {{1, 0}, 0, 0}, {{1, 1}, 3, 0}};
	struct fail fail = {0};

	assert_int_equal(segments4_check(in4, 3, &fail), 0);
	assert_int_equal(segments6_check(in6, 3, &fail), 0);
	in4[2].low = 5;
	in6[2].low[1] = 0;
	assert_int_equal(segments4_check(in4, 3, &fail), -EINVAL);
	assert_string_equal(fail.what, "segment 2 does not begin above the one before it");
	fail.what[0] = 0;
	assert_int_equal(segments6_check(in6, 3, &fail), -EINVAL);
	assert_string_equal(fail.what, "segment 2 does not begin above the one before it");
}

/* Each range's ends, what is beside them, and random addresses, against the ranges themselves. */
static void
real_ranges_of_2026_give_each_address_its_range(void **state)
{
	struct ip2asn table = ip2asn_read(IP2ASN_RANGES);
	struct segment4 *segments = xcalloc(table.count * 2 + 1, sizeof(*segments));
	size_t count = ip2asn_flatten(&table, segments), asked = table.count * 5, range = 0;
	struct listing4 *in = xcalloc(asked, sizeof(*in));
	struct listing4 *scratch = xcalloc(asked, sizeof(*in)), *sorted;
	uint32_t *objects = xcalloc(asked, sizeof(*objects));
	struct mergejoin4 join = {segments, count, 0};
	struct random random;
	struct fail fail;
	size_t found = 0;

	assert_int_equal(table.count, 411961);
	if (segments4_check(segments, count, &fail) < 0)
		fail_msg("%s", fail.what);
	random_seed(&random, 5);
	for (size_t i = 0; i < table.count; i++) {
		uint32_t low = ip2asn_v4(&table.rows[i].low), high = ip2asn_v4(&table.rows[i].high);

		in[i * 5].address = low;
		in[i * 5 + 1].address = high;
		in[i * 5 + 2].address = low - 1;
		in[i * 5 + 3].address = high + 1;
		in[i * 5 + 4].address = (uint32_t)random_u64(&random);
	}
	sorted = radix_sort4(in, scratch, asked);
	mergejoin4(&join, sorted, asked, objects);
	for (size_t i = 0; i < asked; i++) {
		uint32_t address = sorted[i].address;
		const struct ip2asn_row *row;

		while (range < table.count && ip2asn_v4(&table.rows[range].high) < address)
			range++;
		row = &table.rows[range];
		/* Two of the real ranges cross. */
		if (range + 1 < table.count && ip2asn_v4(&row[1].low) <= address)
			row++;
		if (range < table.count && ip2asn_v4(&row->low) <= address) {
			assert_int_equal(objects[i], row->asn);
			found++;
		} else {
			assert_int_equal(objects[i], 0);
		}
	}
	print_message("%zu of %zu addresses are in one of %zu ranges\n", found, asked, table.count);
	free(objects);
	free(scratch);
	free(in);
	free(segments);
	ip2asn_done(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_gets_the_object_that_a_naive_search_finds),
		cmocka_unit_test(without_segments_all_is_nobodys),
		cmocka_unit_test(segments_out_of_order_are_refused),
		cmocka_unit_test(real_ranges_of_2026_give_each_address_its_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
