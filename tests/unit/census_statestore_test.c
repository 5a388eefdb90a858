/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/statestore.h"
#include "kept_folder.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const struct state4 rows4[] = {
	{.address = 0, .first = 1, .last = 9, .lists = 5, .letter = 2},
	{.address = UINT32_MAX, .first = 9, .last = 9, .flags = STATE_TRAP}};
static const struct state6 rows6[] = {{.network = 0x2001000000000000, .first = 3, .last = 3},
	{.network = UINT64_MAX, .first = 3, .last = 8}};

static void
put(size_t count4, const struct state6 *wide, size_t count6, uint16_t day)
{
	struct statestore_writer writer;
	struct fail fail = {0};

	assert_int_equal(statestore_begin(&writer, path, &fail), 0);
	for (size_t i = 0; i < count4; i++)
		statestore_add4(&writer, &rows4[i], 1);
	statestore_add6(&writer, wide, count6);
	assert_int_equal(statestore_end(&writer, day, &fail), 0);
}

static void
a_state_is_read_as_it_was_written(void **state)
{
	struct statestore store;
	struct fail fail = {0};

	put(2, rows6, 2, 9);
	assert_int_equal(statestore_open(path, &store, &fail), 0);
	assert_int_equal(store.day, 9);
	assert_int_equal(store.count4, 2);
	assert_int_equal(store.count6, 2);
	assert_memory_equal(store.rows4, rows4, sizeof(rows4));
	assert_memory_equal(store.rows6, rows6, sizeof(rows6));
	statestore_close(&store);
	put(0, NULL, 0, UINT16_MAX);
	assert_int_equal(statestore_open(path, &store, &fail), 0);
	assert_int_equal(store.count4 + store.count6, 0);
	assert_int_equal(store.day, UINT16_MAX);
	statestore_close(&store);
}

static void
the_first_run_finds_none(void **state)
{
	struct statestore store;
	struct fail fail = {0};

	(void)unlink(path);
	assert_int_equal(statestore_open(path, &store, &fail), -ENOENT);
}

static void
a_run_that_gives_up_leaves_nothing(void **state)
{
	struct statestore_writer writer;
	struct statestore store;
	struct fail fail = {0};

	put(1, NULL, 0, 9);
	assert_int_equal(statestore_begin(&writer, path, &fail), 0);
	statestore_add4(&writer, rows4, 2);
	statestore_drop(&writer);
	assert_int_equal(statestore_open(path, &store, &fail), 0);
	assert_int_equal(store.count4, 1);
	statestore_close(&store);
}

static void
refused(const char *what)
{
	struct statestore store = {.day = 4711};
	struct fail fail = {0};

	assert_int_equal(statestore_open(path, &store, &fail), -EBADMSG);
	assert_string_equal(fail.what, what);
	assert_string_equal(fail.where, path);
	assert_int_equal(store.day, 4711);
}

/* The checksum fits: whoever wrote it knew how. */
static void
rows_out_of_order_are_refused_however_well_signed(void **state)
{
	static const struct state6 wrong[] = {{.network = 5}, {.network = 5}};

	put(2, wrong, 2, 9);
	refused("row 1 of it is not above the one before it");
	put(2, NULL, 0, 8);
	refused("row 0 of it has days 1 to 9 and a letter of 2, on day 8");
}

static void
damage_is_refused(void **state)
{
	FILE *file;

	put(2, rows6, 2, 9);
	file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, 64 + 3, SEEK_SET), 0);
	assert_int_equal(fputc(1, file), 1);
	assert_int_equal(fclose(file), 0);
	refused("it is damaged: its checksum is another");
	assert_int_equal(truncate(path, 64 + 40), 0);
	refused("it has 104 bytes, where its head says 144");
}

/* Sums that come out right only where numbers are cut to 64 bits. */
static void
counts_that_do_not_fit_are_refused(void **state)
{
	static uint64_t copy[32];
	static const uint64_t counts[][2] = {{2, 3}, {3, 2}, {UINT64_MAX, 2}, {2, UINT64_MAX},
		{UINT64_C(1) << 60 | 2, 2}, {2, UINT64_C(0x2aaaaaaaaaaaaaac)}, {0, UINT64_MAX / 24},
		{0, 0}};
	struct keptfile_head *head = (struct keptfile_head *)copy;
	struct statestore store;
	const uint8_t *mapped;
	struct fail fail;
	size_t size;

	put(2, rows6, 2, 9);
	assert_int_equal(keptfile_map(path, &mapped, &size, &fail), 0);
	assert_true(size <= sizeof(copy));
	memcpy(copy, mapped, size);
	keptfile_unmap(mapped, size);
	assert_int_equal(statestore_on((const uint8_t *)copy, size, &store, &fail), 0);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		head->figure[1] = counts[i][0];
		head->figure[2] = counts[i][1];
		assert_int_equal(
			statestore_on((const uint8_t *)copy, size, &store, &fail), -EBADMSG);
		assert_non_null(strstr(fail.what, "its size is not that of "));
	}
	head->figure[0] = UINT16_MAX + 1;
	head->figure[1] = head->figure[2] = 2;
	assert_int_equal(statestore_on((const uint8_t *)copy, size, &store, &fail), -EBADMSG);
	assert_string_equal(fail.what, "it is of day 65536, where days have numbers up to 65535");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_state_is_read_as_it_was_written),
		cmocka_unit_test(the_first_run_finds_none),
		cmocka_unit_test(a_run_that_gives_up_leaves_nothing),
		cmocka_unit_test(rows_out_of_order_are_refused_however_well_signed),
		cmocka_unit_test(damage_is_refused),
		cmocka_unit_test(counts_that_do_not_fit_are_refused),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
