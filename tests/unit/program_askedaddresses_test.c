/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/askedaddresses.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct askedaddresses asked;

static int
read_file(const char *content)
{
	char path[] = "/tmp/lazaret-asked-XXXXXX";
	int file = mkstemp(path), r;
	struct fail fail = {0};

	assert_true(file >= 0);
	assert_int_equal(write(file, content, strlen(content)), strlen(content));
	close(file);
	r = askedaddresses_read(&asked, path, 0, &fail);
	unlink(path);
	return r;
}

static int
end(void **state)
{
	askedaddresses_done(&asked);
	return 0;
}

static void
has(size_t place, const char *expected)
{
	char text[ADDRESS_TEXT];

	assert_true(place < asked.count);
	assert_string_equal(address_format(&asked.at[place], text), expected);
}

static void
lines_of_a_list_are_taken_in_order_and_once(void **state)
{
	assert_int_equal(read_file("# a list\n\n; of two\r\n  192.0.2.9\r\n192.0.2.7/32 # seen\n"
				   "2001:db8::7\n2001:DB8:0::7/128\n192.0.2.9;x\n10.0.0.1\t5"),
		0);
	askedaddresses_sort(&asked);
	assert_int_equal(asked.bad, 0);
	assert_int_equal(asked.count, 4);
	has(0, "10.0.0.1");
	has(1, "192.0.2.7");
	has(2, "192.0.2.9");
	has(3, "2001:db8::7");
}

static void
what_is_no_single_address_is_counted(void **state)
{
	assert_int_equal(
		read_file("192.0.2.0/24\nhost.example\n192.0.2.1,5\n192.0.2\n192.0.2.1\n"), 0);
	assert_int_equal(asked.bad, 4);
	assert_int_equal(asked.count, 1);
}

static void
an_argument_is_an_address_or_told(void **state)
{
	struct fail fail = {0};

	assert_int_equal(askedaddresses_add(&asked, TEXT("192.0.2.7"), &fail), 0);
	assert_int_equal(askedaddresses_add(&asked, TEXT("192.0.2.0/31"), &fail), -EINVAL);
	assert_non_null(strstr(fail.what, "192.0.2.0/31"));
	assert_int_equal(asked.count, 1);
	assert_int_equal(askedaddresses_read(&asked, "/nowhere/list", 0, &fail), -ENOENT);
}

static void
none_at_all_are_none(void **state)
{
	assert_int_equal(read_file("# nobody\n"), 0);
	askedaddresses_sort(&asked);
	assert_int_equal(asked.count, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(lines_of_a_list_are_taken_in_order_and_once, end),
		cmocka_unit_test_teardown(what_is_no_single_address_is_counted, end),
		cmocka_unit_test_teardown(an_argument_is_an_address_or_told, end),
		cmocka_unit_test_teardown(none_at_all_are_none, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
