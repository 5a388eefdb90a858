/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/address.h"
#include "unit.h"

#include <errno.h>

static struct address
address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text_of(text), &a), 0);
	return a;
}

static void
prints_what_it_parsed(void **state)
{
	const char *const texts[] = {
		"0.0.0.0", "192.0.2.7", "255.255.255.255", "::", "2001:db8::1", "2001:db8:1:200::"};
	char into[ADDRESS_TEXT];

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct address a = address(texts[i]);

		assert_string_equal(address_format(&a, into), texts[i]);
	}
}

static void
refuses_what_is_no_address(void **state)
{
	const char *const texts[] = {"", "192.0.2", "192.0.2.256", "192.0.2.7 ", "fe80::1%eth0",
		"1:2:3", "00:11:22:33:44:55", "2001:db8:0000:0000:0000:0000:0000:0000:0000:00001"};
	struct address a;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(address_parse(text_of(texts[i]), &a), -EINVAL);
	/* The end of a C string is not the end of the text. */
	assert_int_equal(address_parse((struct text){"192.0.2.7\0junk", 14}, &a), -EINVAL);
}

static void
one_network_is_a_24_or_a_48(void **state)
{
	struct address v4 = address("192.0.2.7"), v6 = address("2001:db8:1:2:3:4:5:6");
	struct address n4 = address_network(&v4), n6 = address_network(&v6);
	struct address e4 = address("192.0.2.0"), e6 = address("2001:db8:1::");

	assert_true(address_equal(&n4, &e4));
	assert_true(address_equal(&n6, &e6));
}

static void
prefixes_hold_their_addresses(void **state)
{
	struct prefix prefix;
	struct address in = address("10.255.0.1"), out = address("11.0.0.0");
	char into[PREFIX_TEXT];

	assert_int_equal(prefix_parse(TEXT("10.0.0.0/8"), &prefix), 0);
	assert_int_equal(prefix.length, 104);
	assert_true(prefix_has(&prefix, &in));
	assert_false(prefix_has(&prefix, &out));
	assert_string_equal(prefix_format(&prefix, into), "10.0.0.0/8");
	assert_int_equal(prefix_parse(TEXT("10.1.0.0/8"), &prefix), -EDOM);
	assert_string_equal(prefix_format(&prefix, into), "10.0.0.0/8");
	assert_int_equal(prefix_parse(TEXT("10.0.0.0/33"), &prefix), -EINVAL);
	assert_int_equal(prefix_parse(TEXT("10.0.0.0/"), &prefix), -EINVAL);
	assert_int_equal(prefix_parse(TEXT("2001:db8::/32"), &prefix), 0);
	assert_string_equal(prefix_format(&prefix, into), "2001:db8::/32");
}

static void
the_machine_itself_is_known_by_its_address(void **state)
{
	static const char *const own[] = {"127.0.0.1", "127.255.0.9", "::1"};
	static const char *const others[] = {
		"126.0.0.1", "128.0.0.1", "::", "::2", "1::1", "::7f00:1", "0.0.0.1"};
	struct address address;

	for (size_t i = 0; i < sizeof(own) / sizeof(*own); i++) {
		assert_int_equal(address_parse(text_of(own[i]), &address), 0);
		assert_true(address_is_loopback(&address));
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		assert_int_equal(address_parse(text_of(others[i]), &address), 0);
		assert_false(address_is_loopback(&address));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_it_parsed),
		cmocka_unit_test(refuses_what_is_no_address),
		cmocka_unit_test(one_network_is_a_24_or_a_48),
		cmocka_unit_test(prefixes_hold_their_addresses),
		cmocka_unit_test(the_machine_itself_is_known_by_its_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
