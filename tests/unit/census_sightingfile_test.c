/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/sightingfile.h"
#include "census/registry/keptfile.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[] = "/tmp/lazaret-sightings-XXXXXX";
static char path[64];
static struct listings listings;
static struct sightingfile_list lists[2];

/* Two lists, and something of each kind. */
static int
make(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/sightings.lzs", folder);
	listings_init(&listings, 100);
	listings_add4(&listings, &(struct listing4){.address = 0x01020304, .line = 7, .list = 1});
	listings_add4(&listings, &(struct listing4){.address = 0x01020303, .port = 25});
	listings_add4(&listings, &(struct listing4){.address = UINT32_MAX, .time = 9});
	listings_add6(&listings, &(struct listing6){.network = 0x20010db800000000, .list = 1});
	listings_add_range4(&listings,
		&(struct listedrange4){.low = 0x0a000000, .high = 0x0a00ffff, .length = 16});
	listings_add_range6(&listings,
		&(struct listedrange6){.low = 0x2001000000000000,
			.high = 0x2001ffffffffffff,
			.list = 1,
			.length = 16});
	for (int i = 0; i < 2; i++) {
		lists[i] = (struct sightingfile_list){.listed = 3 - (unsigned)i,
			.weight = 6000,
			.half_life = 86400,
			.time = 1502785245};
		snprintf(lists[i].name, sizeof(lists[i].name), "list%d", i);
		snprintf(lists[i].group, sizeof(lists[i].group), "group");
		snprintf(lists[i].licence, sizeof(lists[i].licence), "may be quoted");
	}
	snprintf(lists[1].file, sizeof(lists[1].file), "list1.txt");
	return 0;
}

static int
clean(void **state)
{
	listings_done(&listings);
	(void)unlink(path);
	return rmdir(folder);
}

static void
write_it(void)
{
	struct fail fail = {0};

	assert_int_equal(sightingfile_write(path, lists, 2, &listings, 1, &fail), 0);
}

static void
sightings_are_read_as_they_were_written(void **state)
{
	struct sightingfile file;
	struct fail fail = {0};

	write_it();
	assert_int_equal(sightingfile_open(path, &file, &fail), 0);
	assert_int_equal(file.list_count, 2);
	assert_int_equal(file.fours, 3);
	assert_int_equal(file.sixes, 1);
	assert_int_equal(file.ranges4_count, 1);
	assert_int_equal(file.ranges6_count, 1);
	assert_memory_equal(file.lists, lists, sizeof(lists));
	assert_memory_equal(file.four, listings.four, 3 * sizeof(*file.four));
	assert_memory_equal(file.six, listings.six, sizeof(*file.six));
	assert_memory_equal(file.ranges4, listings.ranges4, sizeof(*file.ranges4));
	assert_memory_equal(file.ranges6, listings.ranges6, sizeof(*file.ranges6));
	assert_ptr_equal(sightingfile_find(&file, "list1"), &file.lists[1]);
	assert_null(sightingfile_find(&file, "list"));
	sightingfile_close(&file);
}

static void
parts_are_written_one_behind_the_other(void **state)
{
	struct listings parts[2] = {listings, listings};
	struct sightingfile file;
	struct fail fail = {0};

	/* Of each kind the first ones, and then the others. */
	parts[0].fours = 2;
	parts[1].four += 2;
	parts[1].fours = 1;
	parts[0].sixes = parts[0].ranges4_count = parts[1].ranges6_count = 0;
	assert_int_equal(sightingfile_write(path, lists, 2, parts, 2, &fail), 0);
	assert_int_equal(sightingfile_open(path, &file, &fail), 0);
	assert_int_equal(file.fours, 3);
	assert_int_equal(file.sixes, 1);
	assert_int_equal(file.ranges4_count, 1);
	assert_int_equal(file.ranges6_count, 1);
	assert_memory_equal(file.four, listings.four, 3 * sizeof(*file.four));
	assert_memory_equal(file.six, listings.six, sizeof(*file.six));
	assert_memory_equal(file.ranges4, listings.ranges4, sizeof(*file.ranges4));
	assert_memory_equal(file.ranges6, listings.ranges6, sizeof(*file.ranges6));
	sightingfile_close(&file);
}

static void
one_that_is_not_there_is_told_apart(void **state)
{
	struct sightingfile file;
	struct fail fail = {0};

	assert_int_equal(sightingfile_open("/nowhere/sightings.lzs", &file, &fail), -ENOENT);
}

static void
lists_without_listings_are_written_too(void **state)
{
	struct listings nothing = {.fours = 0};
	struct sightingfile file;
	struct fail fail = {0};

	assert_int_equal(sightingfile_write(path, lists, 1, &nothing, 1, &fail), 0);
	assert_int_equal(sightingfile_open(path, &file, &fail), 0);
	assert_int_equal(file.list_count, 1);
	assert_int_equal(file.fours + file.sixes + file.ranges4_count + file.ranges6_count, 0);
	sightingfile_close(&file);
	assert_int_equal(sightingfile_write(path, lists, 0, &nothing, 1, &fail), 0);
	assert_int_equal(sightingfile_open(path, &file, &fail), 0);
	assert_int_equal(file.list_count, 0);
	sightingfile_close(&file);
}

/* The file's bytes; to be freed. */
static uint8_t *
load(size_t *ret_size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *bytes = malloc(1 << 16);

	assert_non_null(file);
	assert_non_null(bytes);
	*ret_size = fread(bytes, 1, 1 << 16, file);
	fclose(file);
	return bytes;
}

static void
each_byte_that_changes_is_found(void **state)
{
	size_t size;
	uint8_t *bytes;

	write_it();
	bytes = load(&size);
	for (size_t i = 0; i < size; i++) {
		struct sightingfile file;
		struct fail fail = {0};

		bytes[i] ^= 0x10;
		assert_int_equal(sightingfile_on(bytes, size, &file, &fail), -EBADMSG);
		assert_true(fail.what[0] != '\0');
		bytes[i] ^= 0x10;
	}
	for (size_t i = 0; i < size; i++) {
		struct sightingfile file;
		struct fail fail = {0};

		assert_int_equal(sightingfile_on(bytes, i, &file, &fail), -EBADMSG);
	}
	free(bytes);
}

/* Whole, but of another size than its counts say. */
static void
bytes_that_belong_to_nothing_are_refused(void **state)
{
	static const struct keptfile_kind kind = {.mark = "lzsights", .version = 1, .name = "x"};
	static const uint64_t figures[KEPTFILE_FIGURES], counts[6];

	for (size_t words = 4; words <= 6; words++) {
		struct sightingfile sightings;
		struct keptfile file;
		struct fail fail = {0};

		assert_int_equal(keptfile_create(&file, path, &fail), 0);
		keptfile_add(&file, counts, words * sizeof(*counts));
		assert_int_equal(keptfile_end(&file, &kind, figures, &fail), 0);
		if (words == 5) {
			assert_int_equal(sightingfile_open(path, &sightings, &fail), 0);
			sightingfile_close(&sightings);
		} else {
			assert_int_equal(sightingfile_open(path, &sightings, &fail), -EBADMSG);
		}
	}
}

/* A file that is whole, and says what the caller changed: is it refused? */
static void
is_refused(void)
{
	struct sightingfile file;
	struct fail fail = {0};

	write_it();
	assert_int_equal(sightingfile_open(path, &file, &fail), -EBADMSG);
	assert_string_equal(fail.where, path);
	assert_true(fail.what[0] != '\0' && fail.hint[0] != '\0');
}

static void
lists_that_cannot_be_are_refused(void **state)
{
	const struct sightingfile_list kept = lists[1];
	struct sightingfile_list *list = &lists[1];

	list->name[0] = '\0', is_refused(), *list = kept;
	list->name[3] = '\n', is_refused(), *list = kept;
	list->name[3] = '\xff', is_refused(), *list = kept;
	list->name[100] = 'x', is_refused(), *list = kept;
	memset(list->name, 'x', sizeof(list->name)), is_refused(), *list = kept;
	list->group[0] = '\0', is_refused(), *list = kept;
	list->licence[0] = '\0', is_refused(), *list = kept;
	list->file[0] = '\x1b', is_refused(), *list = kept;
	list->weight = 0, is_refused(), *list = kept;
	list->weight = 10001, is_refused(), *list = kept;
	list->half_life = 0, is_refused(), *list = kept;
	list->meaning = LISTMEANING_COUNT, is_refused(), *list = kept;
	list->form = LISTFORM_COUNT, is_refused(), *list = kept;
	list->is_trap = 2, is_refused(), *list = kept;
	list->is_damaged = 2, is_refused(), *list = kept;
	list->is_surging = 2, is_refused(), *list = kept;
	list->spare[4] = 1, is_refused(), *list = kept;
}

static void
listings_that_cannot_be_are_refused(void **state)
{
	listings.four[2].list = 2, is_refused(), listings.four[2].list = 0;
	listings.six[0].list = 2, is_refused(), listings.six[0].list = 1;
	listings.six[0].spare = 1, is_refused(), listings.six[0].spare = 0;
	listings.ranges4[0].list = 2, is_refused(), listings.ranges4[0].list = 0;
	listings.ranges4[0].length = 33, is_refused(), listings.ranges4[0].length = 16;
	listings.ranges4[0].low = 0x0a010000, is_refused(), listings.ranges4[0].low = 0x0a000000;
	listings.ranges6[0].list = 9, is_refused(), listings.ranges6[0].list = 1;
	listings.ranges6[0].length = 65, is_refused(), listings.ranges6[0].length = 16;
	listings.ranges6[0].spare = 1, is_refused(), listings.ranges6[0].spare = 0;
	listings.ranges6[0].high = 0, is_refused(), listings.ranges6[0].high = 0x2001ffffffffffff;
	sightings_are_read_as_they_were_written(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sightings_are_read_as_they_were_written),
		cmocka_unit_test(parts_are_written_one_behind_the_other),
		cmocka_unit_test(one_that_is_not_there_is_told_apart),
		cmocka_unit_test(lists_without_listings_are_written_too),
		cmocka_unit_test(each_byte_that_changes_is_found),
		cmocka_unit_test(bytes_that_belong_to_nothing_are_refused),
		cmocka_unit_test(lists_that_cannot_be_are_refused),
		cmocka_unit_test(listings_that_cannot_be_are_refused),
	};

	return cmocka_run_group_tests(tests, make, clean);
}
