/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/range.h"
#include "unit.h"

/* What a text is, written again; "" for no range. */
static void
is_read(const char *text, bool short_octets, const char *expected)
{
	enum range_family family = RANGE_IPV4;
	struct range range;
	char again[RANGE_TEXT] = "";

	if (range_parse(text_of(text), short_octets, &family, &range) == 0)
		range_format(family, &range, again);
	assert_string_equal(again, expected);
}

static void
ranges_and_prefixes_are_read_in_both_families(void **state)
{
	is_read("192.0.2.0 - 192.0.2.255", false, "192.0.2.0 - 192.0.2.255");
	is_read("192.0.2.7-192.0.2.7", false, "192.0.2.7 - 192.0.2.7");
	is_read("192.0.2.0\t-\t192.0.3.9", false, "192.0.2.0 - 192.0.3.9");
	is_read("1.2.3.4 - 1.2.3.4", false, "1.2.3.4 - 1.2.3.4");
	is_read("1.2.3.4 -  1.2.3.5", false, "1.2.3.4 - 1.2.3.5");
	is_read("100.100.100.100 - 255.255.255.255", false, "100.100.100.100 - 255.255.255.255");
	is_read("192.0.2.0/23", false, "192.0.2.0 - 192.0.3.255");
	is_read("0.0.0.0/0", false, "0.0.0.0 - 255.255.255.255");
	is_read("255.255.255.255/32", false, "255.255.255.255 - 255.255.255.255");
	is_read("2001:DB8::/32", false, "2001:db8:: - 2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
	is_read("::/0", false, ":: - ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	is_read("2001:db8::1 - 2001:db8::2", false, "2001:db8::1 - 2001:db8::2");
}

static void
what_is_no_range_is_refused(void **state)
{
	static const char *const none[] = {"", "-", "/", "10.0.0.0", "10.0.0.0 -", "- 10.0.0.0",
		"10.0.0.255 - 10.0.0.0", "10.0.0.256 - 10.0.1.0", "010.0.0.0 - 10.0.0.255", "10/8",
		"10.0.0.1/24", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0.0 - ::1",
		"1.2.3.4 - 1.2.3.5 - 1.2.3.6", "1.2.3.4.5/32", "1.2.3/24", "::1%eth0/128",
		"::1/129", "2001:db8::1/64", "1.2.3.4x - 1.2.3.5", "1.2.3.4 - 1.2.3.5x",
		"1.2.3.4 - 1.2.3.5/32", "1.2.3.4 - 1.2.3.256", "1.2.3.4 - 1.2.3.05", "1.2.3.4 - ",
		"1.2.3.4 + 1.2.3.5"};

	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		is_read(none[i], false, "");
}

static void
lacnic_leaves_out_octets_of_prefixes(void **state)
{
	is_read("200.57.128/19", true, "200.57.128.0 - 200.57.159.255");
	is_read("200/8", true, "200.0.0.0 - 200.255.255.255");
	is_read("200.57.129/19", true, "");
	is_read("200.57 - 200.58", true, "");
}

static void
as_numbers_are_read_with_and_without_as(void **state)
{
	static const char *const none[] = {
		"", "AS", "ASx", "AS-1", "4294967296", "N/A", "AS2 - AS1", "AS1.5", "AS 1"};
	struct range range;
	char text[RANGE_TEXT];

	assert_int_equal(range_parse_system(TEXT("as64500"), &range), 0);
	assert_string_equal(range_format(RANGE_SYSTEM, &range, text), "AS64500");
	assert_int_equal(range_parse_system(TEXT("64500 - AS64510"), &range), 0);
	assert_string_equal(range_format(RANGE_SYSTEM, &range, text), "AS64500 - AS64510");
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_true(range_parse_system(text_of(none[i]), &range) < 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_and_prefixes_are_read_in_both_families),
		cmocka_unit_test(what_is_no_range_is_refused),
		cmocka_unit_test(lacnic_leaves_out_octets_of_prefixes),
		cmocka_unit_test(as_numbers_are_read_with_and_without_as),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
