/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/bootstrap.h"
#include "data.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static struct bootstrap bootstrap;

static int
begin(void **state)
{
	bootstrap_init(&bootstrap);
	return 0;
}

static int
end(void **state)
{
	bootstrap_done(&bootstrap);
	return 0;
}

static void
asks(const char *address, size_t choice, const char *expected)
{
	enum range_family family;
	const char *found;
	ipnumber number;

	assert_int_equal(range_parse_address(text_of(address), &family, &number), 0);
	found = bootstrap_find(&bootstrap, family, number, choice);
	assert_string_equal(found != NULL ? found : "nobody", expected);
}

static void
the_longest_prefix_counts_and_https_first(void **state)
{
	struct fail fail;

	assert_int_equal(
		bootstrap_read(&bootstrap,
			TEXT("{\"version\":\"1.0\",\"unknown\":{},\"services\":["
			     "[[\"192.0.0.0/8\"],[\"https://wide.example/\"]],"
			     "[[\"192.0.2.0/24\",\"2001:db8::/32\"],[\"http://plain.example/\","
			     "\"https://safe.example/rdap/\",\"https://other.example/\"]]]}"),
			&fail),
		0);
	asks("192.0.3.1", 0, "https://wide.example/");
	asks("192.0.3.1", 1, "nobody");
	asks("192.0.2.1", 0, "https://safe.example/rdap/");
	asks("192.0.2.1", 1, "http://plain.example/");
	asks("192.0.2.1", 2, "https://other.example/");
	asks("192.0.2.1", 3, "nobody");
	asks("2001:db8::1", 0, "https://safe.example/rdap/");
	asks("2001:db9::1", 0, "nobody");
	asks("193.0.0.1", 0, "nobody");
	assert_int_equal(bootstrap.passed, 0);
}

static void
what_is_no_entry_is_passed_over(void **state)
{
	struct fail fail;

	assert_int_equal(
		bootstrap_read(&bootstrap,
			TEXT("{\"services\":[7,[],[[\"192.0.2.1/24\"],[\"https://a.example/\"]],"
			     "[[\"192.0.2.0/24\",7],[\"ftp://b.example/\",\"https://c.example\","
			     "\"https://d.example/\\n\",\"https://e.example/ /\",{}]],"
			     "[\"x\",\"y\"],[[\"198.51.100.0/24\"],[\"https://f.example/\"]]]}"),
			&fail),
		0);
	assert_int_equal(bootstrap.count, 2);
	assert_int_equal(bootstrap.passed, 10);
	asks("198.51.100.9", 0, "https://f.example/");
	asks("192.0.2.9", 0, "https://c.example/");
}

static void
what_is_no_such_file_is_refused(void **state)
{
	static const char *const texts[] = {"", "{", "[]", "{\"services\":{}}", "\xff"};
	struct fail fail = {.what = ""};

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(bootstrap_read(&bootstrap, text_of(texts[i]), &fail), -EBADMSG);
	assert_non_null(strstr(fail.what, "IANA"));
}

static void
countries_have_their_national_registry(void **state)
{
	const char *behind = NULL;

	assert_string_equal(bootstrap_national('J' << 8 | 'P', &behind), "whois.nic.ad.jp");
	assert_string_equal(behind, "/e");
	assert_string_equal(bootstrap_national('K' << 8 | 'R', &behind), "whois.kisa.or.kr");
	assert_string_equal(behind, "");
	assert_null(bootstrap_national('N' << 8 | 'O', &behind));
	assert_null(bootstrap_national(0, &behind));
}

/* IANA's of 2015 and 2016. */
static void
real_files_lead_to_the_five_registries(void **state)
{
	static const char *const names[] = {
		"whois/rdap-bootstrap/test/testdata/bootstrap/ipv4.json",
		"whois/rdap-bootstrap/test/testdata/bootstrap/ipv6.json"};
	static char bytes[1 << 20];
	struct fail fail;

	for (size_t i = 0; i < 2; i++) {
		FILE *file = fopen(data_path(names[i]), "rb");
		size_t size;

		assert_non_null(file);
		size = fread(bytes, 1, sizeof(bytes), file);
		fclose(file);
		assert_int_equal(bootstrap_read(&bootstrap,
					 (struct text){.at = bytes, .length = size}, &fail),
			0);
	}
	asks("200.57.141.161", 0, "https://rdap.lacnic.net/rdap/");
	asks("210.107.73.73", 0, "https://rdap.apnic.net/");
	asks("62.239.237.1", 0, "https://rdap.db.ripe.net/");
	asks("74.125.225.229", 0, "https://rdap.arin.net/registry/");
	asks("74.125.225.229", 1, "http://rdap.arin.net/registry/");
	asks("2801:10:c000::", 0, "https://rdap.lacnic.net/rdap/");
	asks("127.0.0.1", 0, "nobody");
	assert_int_equal(bootstrap.passed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			the_longest_prefix_counts_and_https_first, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_entry_is_passed_over, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_such_file_is_refused, begin, end),
		cmocka_unit_test(countries_have_their_national_registry),
		cmocka_unit_test_setup_teardown(real_files_lead_to_the_five_registries, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
