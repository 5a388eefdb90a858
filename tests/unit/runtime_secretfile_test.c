/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/secretfile.h"
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[] = "/tmp/lazaret-unit-XXXXXX";
static char secret[SECRETFILE_MOST];
static struct fail fail;

static int64_t
read_of(const char *text, mode_t mode)
{
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t length = strlen(text);

	assert_true(file >= 0);
	assert_true(write(file, text, length) == (ssize_t)length);
	assert_int_equal(fchmod(file, mode), 0);
	close(file);
	fail = (struct fail){.what = ""};
	return secretfile_read(path, 80, secret, &fail);
}

static void
the_first_line_is_the_secret(void **state)
{
	assert_int_equal(read_of("a secret\n", 0600), 8);
	assert_memory_equal(secret, "a secret", 8);
	assert_int_equal(read_of("another\r\n# not this\n", 0640), 7);
	assert_int_equal(read_of("no end", 0400), 6);
	/* What is good leaves nothing behind. */
	assert_string_equal(fail.where, "");
	(void)state;
}

static void
who_lets_everybody_read_it_is_told_what_to_do(void **state)
{
	assert_int_equal(read_of("hunter2\n", 0644), -EPERM);
	assert_non_null(strstr(fail.what, "0644"));
	assert_non_null(strstr(fail.hint, "chmod g-w,o="));
	assert_int_equal(read_of("hunter2\n", 0660), -EPERM);
	assert_non_null(strstr(fail.what, "its group may write it"));
	assert_null(strstr(fail.what, "hunter2"));
	(void)state;
}

static void
what_is_no_secret_may_be_read_by_everybody(void **state)
{
	int file;

	(void)read_of("a certificate\n", 0666);
	file = secretfile_open_public(path, &fail);
	assert_true(file >= 0);
	close(file);
	assert_int_equal(secretfile_open_public("/tmp", &fail), -EINVAL);
	assert_string_equal(fail.what, "is no file");
	(void)state;
}

static void
nothing_too_much_and_what_is_no_file_are_refused(void **state)
{
	char much[90];

	assert_int_equal(read_of("", 0600), -EINVAL);
	assert_int_equal(read_of("\nsecret\n", 0600), -EINVAL);
	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	assert_int_equal(read_of(much, 0600), -EINVAL);
	assert_string_equal(fail.where, path);
	assert_int_equal(secretfile_read("/tmp", 80, secret, &fail), -EINVAL);
	assert_int_equal(secretfile_read("/nowhere/at/all", 80, secret, &fail), -ENOENT);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_line_is_the_secret),
		cmocka_unit_test(who_lets_everybody_read_it_is_told_what_to_do),
		cmocka_unit_test(what_is_no_secret_may_be_read_by_everybody),
		cmocka_unit_test(nothing_too_much_and_what_is_no_file_are_refused),
	};
	int file = mkstemp(path), r;

	if (file < 0)
		return 1;
	close(file);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	return r;
}
