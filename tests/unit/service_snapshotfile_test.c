/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/snapshot.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The writer of a judge that was killed goes on into a file that nobody will rename. */
static void
a_new_file_is_never_one_that_somebody_still_writes(void **state)
{
	char folder[] = "/tmp/lazaret-snapshot-XXXXXX", path[64];
	struct stat stat_;
	int old, new;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/judge-0.snapshot.new", folder);
	old = snapshot_create(path);
	new = snapshot_create(path);
	assert_true(old >= 0 && new >= 0);
	assert_int_equal(write(new, "good", 4), 4);
	assert_int_equal(write(old, "half of it", 10), 10);
	assert_int_equal(stat(path, &stat_), 0);
	assert_int_equal(stat_.st_size, 4);
	close(old);
	close(new);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(snapshot_create(path), -ENOENT);
}

/* Nobody leads the daemon to write elsewhere. */
static void
a_link_is_replaced_and_not_followed(void **state)
{
	char folder[] = "/tmp/lazaret-snapshot-XXXXXX", path[64], aim[64];
	struct stat stat_;
	int file;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/new", folder);
	snprintf(aim, sizeof(aim), "%s/aim", folder);
	assert_int_equal(symlink(aim, path), 0);
	file = snapshot_create(path);
	assert_true(file >= 0);
	assert_int_equal(stat(aim, &stat_), -1);
	close(file);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_file_is_never_one_that_somebody_still_writes),
		cmocka_unit_test(a_link_is_replaced_and_not_followed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
