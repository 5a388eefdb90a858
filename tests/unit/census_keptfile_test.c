/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/keptfile.h"
#include "kept_folder.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct keptfile_kind kind = {.mark = "lz-tests", .version = 3, .name = "test"};
static const uint64_t figures[KEPTFILE_FIGURES] = {7, UINT64_MAX, 9};
static char new_path[64];

static bool ends_meanwhile; /* the run that has the lock */

int __real_flock(int descriptor, int operation);
int __wrap_flock(int descriptor, int operation);

int
__wrap_flock(int descriptor, int operation)
{
	if (ends_meanwhile)
		assert_int_equal(rename(new_path, path), 0);
	return __real_flock(descriptor, operation);
}

static int
make_folder_and_names(void **state)
{
	int r = make_folder(state);

	snprintf(new_path, sizeof(new_path), "%.50s.new", path);
	return r;
}

static void
put(const char *text)
{
	struct keptfile file;
	struct fail fail = {0};

	assert_int_equal(keptfile_create(&file, path, &fail), 0);
	keptfile_add(&file, text, 1);
	keptfile_add(&file, text + 1, strlen(text + 1));
	assert_int_equal(keptfile_end(&file, &kind, figures, &fail), 0);
	assert_int_equal(access(new_path, F_OK), -1);
}

static void
holds(const char *text)
{
	const uint8_t *bytes;
	struct fail fail = {0};
	size_t size;

	assert_int_equal(keptfile_map(path, &bytes, &size, &fail), 0);
	assert_int_equal(keptfile_check(bytes, size, &kind, &fail), 0);
	assert_int_equal(keptfile_verify(bytes, size, &fail), 0);
	assert_int_equal(size, sizeof(struct keptfile_head) + strlen(text));
	assert_memory_equal(bytes + sizeof(struct keptfile_head), text, strlen(text));
	assert_memory_equal(keptfile_head(bytes)->figure, figures, sizeof(figures));
	keptfile_unmap(bytes, size);
}

static void
what_was_written_is_read(void **state)
{
	put("some bytes");
	holds("some bytes");
	put("others");
	holds("others");
}

static void
until_it_is_whole_the_one_before_stays(void **state)
{
	struct keptfile file;
	struct fail fail;

	put("before");
	assert_int_equal(keptfile_create(&file, path, &fail), 0);
	keptfile_add(&file, "half", 4);
	holds("before");
	keptfile_drop(&file);
	holds("before");
	assert_int_equal(access(new_path, F_OK), -1);
}

/* A run that was killed leaves its half; the next one begins anew. */
static void
what_a_killed_run_left_is_in_nobodys_way(void **state)
{
	FILE *left = fopen(new_path, "w");

	assert_non_null(left);
	for (unsigned i = 0; i < 1000; i++)
		fputs("what was never finished", left);
	assert_int_equal(fclose(left), 0);
	put("after");
	holds("after");
}

static void
a_second_run_at_the_same_time_is_refused(void **state)
{
	struct keptfile file, second;
	struct fail fail = {0};

	assert_int_equal(keptfile_create(&file, path, &fail), 0);
	keptfile_add(&file, "first", 5);
	assert_int_equal(keptfile_create(&second, path, &fail), -EBUSY);
	assert_string_equal(fail.what, "another run is writing it");
	assert_string_equal(fail.where, path);
	assert_int_equal(keptfile_end(&file, &kind, figures, &fail), 0);
	holds("first");
	put("second");
	holds("second");
}

/* It was opened under its first name, and has the good one by the time it can be locked. */
static void
what_another_run_has_just_finished_is_not_written_again(void **state)
{
	struct keptfile file;
	struct fail fail = {0};

	put("just finished");
	assert_int_equal(rename(path, new_path), 0);
	ends_meanwhile = true;
	assert_int_equal(keptfile_create(&file, path, &fail), -EBUSY);
	ends_meanwhile = false;
	holds("just finished");
	put("the next");
	holds("the next");
}

static void
a_full_disk_is_told_at_the_end(void **state)
{
	struct keptfile file;
	struct fail fail = {0};
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

	put("before");
	assert_int_equal(keptfile_create(&file, path, &fail), 0);
	assert_true(full >= 0);
	assert_int_equal(dup2(full, file.descriptor), file.descriptor);
	close(full);
	keptfile_add(&file, "first", 5);
	keptfile_add(&file, "second", 6);
	assert_int_equal(keptfile_end(&file, &kind, figures, &fail), -ENOSPC);
	assert_string_equal(fail.what, "it cannot be written: No space left on device");
	assert_string_equal(fail.where, path);
	assert_int_equal(access(new_path, F_OK), -1);
	holds("before");
}

static void
names_that_are_no_file_are_refused(void **state)
{
	struct keptfile file;
	const uint8_t *bytes;
	struct fail fail = {0};
	size_t size;
	char long_path[KEPTFILE_PATH + 10];

	assert_int_equal(keptfile_create(&file, "/nowhere/at/all", &fail), -ENOENT);
	assert_string_equal(
		fail.what, "/nowhere/at/all.new cannot be written: No such file or directory");
	memset(long_path, 'x', sizeof(long_path));
	long_path[KEPTFILE_PATH - 3] = '\0';
	assert_int_equal(keptfile_create(&file, long_path, &fail), -ENAMETOOLONG);
	assert_int_equal(keptfile_map("/nowhere", &bytes, &size, &fail), -ENOENT);
	assert_int_equal(keptfile_map(folder, &bytes, &size, &fail), -EBADMSG);
	assert_string_equal(fail.what, "it is no file");
	/* A link could lead anywhere. */
	assert_int_equal(symlink(path, new_path), 0);
	assert_int_equal(keptfile_create(&file, path, &fail), -ELOOP);
	assert_int_equal(unlink(new_path), 0);
}

/* Each byte of it, changed. */
static void
any_damage_is_found(void **state)
{
	static uint64_t copy[16];
	uint8_t *bytes = (uint8_t *)copy;
	const uint8_t *mapped;
	struct fail fail;
	size_t size;

	put("as it was written");
	assert_int_equal(keptfile_map(path, &mapped, &size, &fail), 0);
	assert_true(size < sizeof(copy));
	memcpy(bytes, mapped, size);
	keptfile_unmap(mapped, size);
	for (size_t i = 0; i < size; i++) {
		fail.what[0] = '\0';
		bytes[i] ^= 0x10;
		assert_true(keptfile_check(bytes, size, &kind, &fail) == -EBADMSG ||
			keptfile_verify(bytes, size, &fail) == -EBADMSG);
		assert_true(fail.what[0] != '\0');
		bytes[i] ^= 0x10;
	}
	for (size_t cut = 0; cut < size; cut++)
		assert_int_equal(keptfile_check(bytes, cut, &kind, &fail), -EBADMSG);
	assert_int_equal(keptfile_check(bytes, size + 1, &kind, &fail), -EBADMSG);
	assert_int_equal(keptfile_check(bytes, size, &kind, &fail), 0);
	assert_int_equal(keptfile_verify(bytes, size, &fail), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(until_it_is_whole_the_one_before_stays),
		cmocka_unit_test(what_a_killed_run_left_is_in_nobodys_way),
		cmocka_unit_test(a_second_run_at_the_same_time_is_refused),
		cmocka_unit_test(what_another_run_has_just_finished_is_not_written_again),
		cmocka_unit_test(a_full_disk_is_told_at_the_end),
		cmocka_unit_test(names_that_are_no_file_are_refused),
		cmocka_unit_test(any_damage_is_found),
	};

	return cmocka_run_group_tests(tests, make_folder_and_names, remove_folder);
}
