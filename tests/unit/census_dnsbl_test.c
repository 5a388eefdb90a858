/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/dnsbl.h"
#include "unit.h"

#include <errno.h>

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return address;
}

static void
asks(const char *text, bool is_six, const char *zone, const char *expected)
{
	struct address address = address_of(text);
	char name[DNSBL_NAME];

	assert_string_equal(dnsbl_name(&address, is_six, zone, name), expected);
}

static void
names_are_those_of_rfc_5782(void **state)
{
	asks("192.0.2.99", false, "bad.example.com", "99.2.0.192.bad.example.com");
	asks("2001:db8:1:2:3:4:567:89ab", true, "ugly.example.com",
		"b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com");
}

static void
both_tests_are_asked_in_both_families(void **state)
{
	struct address listed = dnsbl_test_address(true), other = dnsbl_test_address(false);
	char name[DNSBL_NAME];

	assert_string_equal(dnsbl_name(&listed, false, "z", name), "2.0.0.127.z");
	assert_string_equal(dnsbl_name(&other, false, "z", name), "1.0.0.127.z");
	assert_string_equal(dnsbl_name(&listed, true, "z", name),
		"2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.z");
	assert_string_equal(dnsbl_name(&other, true, "z", name),
		"1.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.z");
}

static void
a_zone_is_a_name(void **state)
{
	static const char *const bad[] = {"", ".", "..", ".bl.example", "bl..example", "bl example",
		"bl.example/", "bl\\.example", "bl.example..", "b\xc3\xb8.example",
		"a.123456789012345678901234567890123456789012345678901234567890abcd.example"};
	char zone[DNSBL_ZONE];
	const char *expected;

	assert_int_equal(dnsbl_parse_zone(TEXT("key-1.BL_2.example."), zone, &expected), 0);
	assert_string_equal(zone, "key-1.BL_2.example");
	assert_int_equal(dnsbl_parse_zone(TEXT("a.123456789012345678901234567890123456789012345678"
					       "901234567890abc.example"),
				 zone, &expected),
		0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(dnsbl_parse_zone(text_of(bad[i]), zone, &expected), -EINVAL);
}

static void
the_longest_zone_has_room_for_the_longest_address(void **state)
{
	struct address address = address_of("2001:db8::1");
	char text[DNSBL_ZONE + 1], zone[DNSBL_ZONE], name[DNSBL_NAME];
	const char *expected;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i % 32 == 31 ? '.' : 'a';
	assert_int_equal(
		dnsbl_parse_zone((struct text){text, DNSBL_ZONE}, zone, &expected), -EINVAL);
	assert_int_equal(dnsbl_parse_zone((struct text){text, DNSBL_ZONE - 1}, zone, &expected), 0);
	assert_int_equal(strlen(dnsbl_name(&address, true, zone, name)), DNSBL_NAME - 1);
}

static void
means(enum dnsbl_meaning meaning, const uint32_t *values, size_t count, size_t listed)
{
	struct dnsbl_verdict verdict = dnsbl_decide(values, count);

	assert_int_equal(verdict.meaning, meaning);
	assert_int_equal(verdict.count, listed);
}

static void
only_values_in_127_list_somebody(void **state)
{
	const uint32_t ends[] = {0x7f000000, 0x7ffffeff}, outside[] = {0x7effffff, 0x80000000},
		       mixed[] = {0xc6336401, 0x7f000004};
	struct dnsbl_verdict verdict = dnsbl_decide(mixed, 2);

	means(DNSBL_NOT_LISTED, NULL, 0, 0);
	means(DNSBL_LISTED, ends, 2, 2);
	means(DNSBL_FOREIGN, outside, 2, 0);
	means(DNSBL_LISTED, mixed, 2, 1);
	assert_int_equal(verdict.value[0], 0x7f000004);
}

static void
a_refusal_is_none_whatever_stands_beside_it(void **state)
{
	const uint32_t values[] = {0x7f000002, 0x7fffff00}, last[] = {0x7fffffff};
	struct dnsbl_verdict verdict = dnsbl_decide(last, 1);

	means(DNSBL_REFUSED, values, 2, 1);
	assert_int_equal(verdict.meaning, DNSBL_REFUSED);
	assert_int_equal(verdict.value[0], 0x7fffffff);
	assert_non_null(strstr(dnsbl_refusal(0x7ffffffc), "wrongly written"));
	assert_non_null(strstr(dnsbl_refusal(0x7ffffffe), "public resolver"));
	assert_non_null(strstr(dnsbl_refusal(0x7fffffff), "so many questions"));
	assert_string_equal(dnsbl_refusal(0x7fffff01), "to answer");
}

static void
more_values_than_fit_are_left_out(void **state)
{
	uint32_t values[DNSBL_VALUES + 4];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		values[i] = 0x7f000002 + (uint32_t)i;
	means(DNSBL_LISTED, values, sizeof(values) / sizeof(*values), DNSBL_VALUES);
}

static void
what_is_listed_is_a_line_of_a_zone_for_each_value(void **state)
{
	const uint32_t values[] = {0x7f000002, 0x7f0a0004};
	struct dnsbl_verdict verdict = dnsbl_decide(values, 2), none = dnsbl_decide(NULL, 0);
	struct address four = address_of("192.0.2.99"), six = address_of("2001:db8::7");
	struct buffer buffer;
	struct wall now;

	assert_int_equal(wall_from_date(&now, 2026, 11, 28, 3, 4, 5), 0);
	buffer_init(&buffer, 1000);
	dnsbl_print_head(&buffer, now);
	assert_true(
		text_starts(text_of(buffer_string(&buffer)), "$TIMESTAMP 2026:11:28:03:04:05\n# "));
	buffer_clear(&buffer);
	dnsbl_print(&buffer, &four, &verdict);
	dnsbl_print(&buffer, &four, &none);
	dnsbl_print(&buffer, &six, &verdict);
	assert_string_equal(buffer_string(&buffer),
		"192.0.2.99 :127.0.0.2:\n192.0.2.99 :127.10.0.4:\n"
		"2001:db8::7 :127.0.0.2:\n2001:db8::7 :127.10.0.4:\n");
	buffer_done(&buffer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_rfc_5782),
		cmocka_unit_test(both_tests_are_asked_in_both_families),
		cmocka_unit_test(a_zone_is_a_name),
		cmocka_unit_test(the_longest_zone_has_room_for_the_longest_address),
		cmocka_unit_test(only_values_in_127_list_somebody),
		cmocka_unit_test(a_refusal_is_none_whatever_stands_beside_it),
		cmocka_unit_test(more_values_than_fit_are_left_out),
		cmocka_unit_test(what_is_listed_is_a_line_of_a_zone_for_each_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
