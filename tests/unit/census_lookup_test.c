/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/lookup.h"
#include "census/registry/keptfile.h"
#include "ip2asn.h"
#include "kept_folder.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static struct lookup
write_and_open(const struct segment4 *segments, size_t count)
{
	struct lookup lookup = {0};
	struct fail fail = {0};

	if (lookup_write(path, segments, count, &fail) < 0 ||
		lookup_open(path, &lookup, &fail) < 0 || lookup_verify(&lookup, &fail) < 0)
		fail_msg("%s: %s", fail.where, fail.what);
	return lookup;
}

static void
agree_at(const struct lookup *lookup, const struct segment4 *segments, size_t count,
	uint32_t address)
{
	if (lookup_find(lookup, address) != segments4_find(segments, count, address))
		fail_msg("%08x: %u, where the segments say %u", address,
			lookup_find(lookup, address), segments4_find(segments, count, address));
}

static void
the_table_says_what_the_segments_say(void **state)
{
	static struct segment4 segments[3000];
	struct random random;

	random_seed(&random, 6);
	for (unsigned round = 0; round < 6; round++) {
		size_t count = 1 + random_below(&random, 3000);
		uint32_t low = round % 2 ? 0 : 77, step = round < 3 ? 300 : 1000000;
		struct lookup lookup;

		for (size_t i = 0; i < count; i++) {
			segments[i] = (struct segment4){low, (uint32_t)random_u64(&random) >> 1};
			/* Many on the borders of a /24. */
			low += 1 + (uint32_t)random_below(&random, step);
			if (i % 3 == 0)
				low = (low + 255) & ~255U;
		}
		segments[count - 1].low = UINT32_MAX - (round == 0);
		lookup = write_and_open(segments, count);
		for (size_t i = 0; i < count; i++)
			for (uint32_t beside = 0; beside < 3; beside++)
				agree_at(&lookup, segments, count, segments[i].low - 1 + beside);
		for (size_t i = 0; i < 100000; i++)
			agree_at(&lookup, segments, count, (uint32_t)random_u64(&random));
		agree_at(&lookup, segments, count, 0);
		agree_at(&lookup, segments, count, UINT32_MAX);
		lookup_close(&lookup);
	}
}

static void
without_segments_all_is_nobodys(void **state)
{
	struct lookup lookup = write_and_open(NULL, 0);

	assert_int_equal(lookup_find(&lookup, 0), 0);
	assert_int_equal(lookup_find(&lookup, 0x0a000001), 0);
	assert_int_equal(lookup_find(&lookup, UINT32_MAX), 0);
	lookup_close(&lookup);
}

/* What no writer would take: the file that was there stays. */
static void
segments_that_are_wrong_make_no_table(void **state)
{
	static const struct segment4 good[] = {{0, 5}}, bad[] = {{9, 1}, {9, 2}};
	static const struct segment4 high[] = {{9, 1}, {10, LOOKUP_OBJECT_MOST + 1}};
	struct lookup lookup = write_and_open(good, 1);
	struct fail fail = {0};

	lookup_close(&lookup);
	assert_int_equal(lookup_write(path, bad, 2, &fail), -EINVAL);
	assert_string_equal(fail.what, "segment 1 does not begin above the one before it");
	assert_int_equal(lookup_write(path, high, 2, &fail), -EINVAL);
	assert_string_equal(fail.what,
		"segment 1 is of object 2147483648, where 2147483647 is the last number");
	assert_int_equal(lookup_open(path, &lookup, &fail), 0);
	assert_int_equal(lookup_find(&lookup, 12345), 5);
	lookup_close(&lookup);
}

static void
patch(long at, uint32_t value)
{
	FILE *file = fopen(path, "r+b");

	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	assert_int_equal(fwrite(&value, sizeof(value), 1, file), 1);
	assert_int_equal(fclose(file), 0);
}

/* Numbers in a file lead nowhere that is not in it, and a look at all of it finds them. */
static void
entries_that_lead_outside_give_nobody(void **state)
{
	static const struct segment4 segments[] = {{0, 1}, {0x0a000080, 2}, {0x0b000000, 3}};
	const long head = sizeof(struct keptfile_head);
	struct lookup lookup = write_and_open(segments, 3);
	struct fail fail = {0};

	assert_int_equal(lookup.blocks, 1);
	assert_int_equal(lookup.objects, 3);
	lookup_close(&lookup);
	patch(head + 0x0a0000 * 4L, LOOKUP_IS_BLOCK | 1);
	patch(head + 0x0a0001 * 4L, LOOKUP_IS_BLOCK | (LOOKUP_IS_BLOCK - 1));
	patch(head + 0x0a0002 * 4L, 4);
	assert_int_equal(lookup_open(path, &lookup, &fail), 0);
	assert_int_equal(lookup_find(&lookup, 0x0a000080), 0);
	assert_int_equal(lookup_find(&lookup, 0x0a0001ff), 0);
	assert_int_equal(lookup_find(&lookup, 0x0a000280), 0);
	assert_int_equal(lookup_find(&lookup, 0x0a000380), 2);
	assert_int_equal(lookup_verify(&lookup, &fail), -EBADMSG);
	assert_string_equal(fail.what, "it is damaged: its checksum is another");
	lookup_close(&lookup);
}

static void
refused(const char *what)
{
	struct lookup lookup;
	struct fail fail = {0};

	assert_int_equal(lookup_open(path, &lookup, &fail), -EBADMSG);
	assert_string_equal(fail.what, what);
	assert_string_equal(fail.where, path);
}

static void
a_head_that_does_not_fit_is_refused(void **state)
{
	static const struct segment4 segments[] = {{0, 1}, {0x0a000080, 2}};
	struct lookup lookup = write_and_open(segments, 2);

	lookup_close(&lookup);
	patch(offsetof(struct keptfile_head, figure), 2);
	refused("its size is not that of a table with 2 blocks");
	patch(offsetof(struct keptfile_head, figure) + 4, 0x40000000);
	refused("its size is not that of a table with 4611686018427387906 blocks");
	patch(offsetof(struct keptfile_head, figure), 1);
	patch(offsetof(struct keptfile_head, figure) + 4, 0);
	patch(offsetof(struct keptfile_head, figure) + 8, 0x80000000);
	refused("it has 2147483648 objects, where 2147483647 is the last number");
	patch(offsetof(struct keptfile_head, version), 2);
	refused("it is a look-up table of version 2, where 1 is known");
	patch(offsetof(struct keptfile_head, order), 0x04030201);
	refused("it is of a machine with another order of bytes");
	patch(0, 0);
	refused("it is no look-up table");
}

static void
a_file_that_was_cut_is_refused(void **state)
{
	static const struct segment4 segments[] = {{0, 1}, {0x0a000080, 2}};
	struct lookup lookup = write_and_open(segments, 2);

	lookup_close(&lookup);
	assert_int_equal(truncate(path, 64 + 1000), 0);
	refused("it has 1064 bytes, where its head says 67109952");
	assert_int_equal(truncate(path, 63), 0);
	refused("it is no look-up table");
	assert_int_equal(truncate(path, 0), 0);
	refused("it is empty");
}

/* The answers that came with the real table of 2014, which differ from its longest prefixes at two addresses. */
static void
the_real_table_of_2014_agrees_with_its_oracle(void **state)
{
	struct ip2asn table = ip2asn_read(IP2ASN_PREFIXES), oracle = ip2asn_read(IP2ASN_ORACLE);
	struct segment4 *segments = xcalloc(table.count * 2 + 1, sizeof(*segments));
	size_t count = ip2asn_flatten(&table, segments), equal = 0;
	struct lookup lookup = write_and_open(segments, count);

	assert_int_equal(table.count, 512621);
	assert_int_equal(oracle.count, 10000);
	for (size_t i = 0; i < oracle.count; i++) {
		uint32_t address = ip2asn_v4(&oracle.rows[i].low);
		uint32_t found = lookup_find(&lookup, address);

		agree_at(&lookup, segments, count, address);
		if (address == 0x80bd20e4)
			assert_int_equal(found, 393249);
		else if (address == 0xd19ff9c2)
			assert_int_equal(found, 20412);
		else
			equal += found == oracle.rows[i].asn;
	}
	assert_int_equal(equal, 9998);
	lookup_close(&lookup);
	free(segments);
	ip2asn_done(&oracle);
	ip2asn_done(&table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_says_what_the_segments_say),
		cmocka_unit_test(without_segments_all_is_nobodys),
		cmocka_unit_test(segments_that_are_wrong_make_no_table),
		cmocka_unit_test(entries_that_lead_outside_give_nobody),
		cmocka_unit_test(a_head_that_does_not_fit_is_refused),
		cmocka_unit_test(a_file_that_was_cut_is_refused),
		cmocka_unit_test(the_real_table_of_2014_agrees_with_its_oracle),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
