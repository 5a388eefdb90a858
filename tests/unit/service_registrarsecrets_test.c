/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/registrarsecrets.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[64];

static int
setup(void **state)
{
	int file;

	snprintf(path, sizeof(path), "/tmp/lazaret-secrets-XXXXXX");
	file = mkstemp(path);
	assert_true(file >= 0);
	close(file);
	return 0;
}

static int
teardown(void **state)
{
	unlink(path);
	return 0;
}

static int
load(const char *text, unsigned mode, struct registrarsecrets **ret, struct fail *fail)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
	*ret = NULL;
	return registrarsecrets_load(path, ret, fail);
}

static struct radius_key *
find(const struct registrarsecrets *secrets, const char *address)
{
	struct address nas;

	assert_int_equal(address_parse(text_of(address), &nas), 0);
	return registrarsecrets_find(secrets, &nas);
}

static void
the_longest_prefix_holds_and_who_is_in_none_has_no_secret(void **state)
{
	struct registrarsecrets *secrets;
	struct fail fail = {0};

	assert_int_equal(load("# ours\n\n10.0.0.0/8 one\n 10.1.2.3\ttwo words \r\n"
			      "2001:db8::/32 three",
				 0600, &secrets, &fail),
		0);
	assert_non_null(find(secrets, "10.9.9.9"));
	assert_non_null(find(secrets, "2001:db8::1"));
	assert_ptr_not_equal(find(secrets, "10.9.9.9"), find(secrets, "10.1.2.3"));
	assert_ptr_equal(find(secrets, "10.9.9.9"), find(secrets, "10.1.2.4"));
	assert_null(find(secrets, "192.0.2.1"));
	registrarsecrets_free(secrets);
}

static void
a_file_that_others_can_read_is_refused(void **state)
{
	struct registrarsecrets *secrets;
	struct fail fail = {0};

	assert_int_equal(load("10.0.0.0/8 one\n", 0644, &secrets, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "everybody"));
	assert_int_equal(load("10.0.0.0/8 one\n", 0640, &secrets, &fail), 0);
	registrarsecrets_free(secrets);
}

static void
a_line_that_is_none_is_told_by_its_number_and_not_by_what_it_says(void **state)
{
	struct registrarsecrets *secrets;
	struct fail fail = {0};

	assert_int_equal(load("10.0.0.0/8 one\nconfidential\n", 0600, &secrets, &fail), -EINVAL);
	assert_non_null(strstr(fail.where, ":2"));
	assert_null(strstr(fail.what, "confidential"));
	assert_int_equal(load("10.0.0.0/8\n", 0600, &secrets, &fail), -EINVAL);
	unlink(path);
	assert_int_equal(registrarsecrets_load(path, &secrets, &fail), -ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_longest_prefix_holds_and_who_is_in_none_has_no_secret, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_file_that_others_can_read_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_none_is_told_by_its_number_and_not_by_what_it_says, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
