/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/flowspec.h"
#include "unit.h"

#include <stdio.h>

#define BYTES(literal) (literal), sizeof(literal) - 1

static struct flowspec_rule
rule_of(const char *prefix, enum flowspec_kind kind, uint32_t rate)
{
	struct flowspec_rule rule = {.kind = kind, .rate = rate};

	assert_int_equal(prefix_parse(text_of(prefix), &rule.prefix), 0);
	return rule;
}

static void
check_route(const struct flowspec_settings *settings, const char *prefix, enum flowspec_kind kind,
	const char *expected, size_t size)
{
	struct flowspec_rule rule = rule_of(prefix, kind, 0);
	uint8_t route[FLOWSPEC_ROUTE];

	assert_int_equal(flowspec_route(settings, &rule, route), size);
	assert_memory_equal(route, expected, size);
}

static void
an_ipv4_rule_has_the_bytes_that_bird_took(void **state)
{
	struct flowspec_settings settings = {0};

	check_route(&settings, "192.0.2.7", FLOWSPEC_MAIL,
		BYTES("\x0c\x02\x20\xc0\x00\x02\x07\x03\x81\x06\x05\x81\x19"));
	check_route(&settings, "192.0.2.0/24", FLOWSPEC_MAIL,
		BYTES("\x0b\x02\x18\xc0\x00\x02\x03\x81\x06\x05\x81\x19"));
	(void)state;
}

static void
an_ipv6_rule_has_an_offset_of_0(void **state)
{
	struct flowspec_settings settings = {0};

	check_route(&settings, "2001:db8:0:1::/64", FLOWSPEC_MAIL,
		BYTES("\x11\x02\x40\x00\x20\x01\x0d\xb8\x00\x00\x00\x01\x03\x81\x06\x05\x81\x19"));
	/* No whole bytes: the rest is 0. */
	check_route(&settings, "2001:db8:8000::/33", FLOWSPEC_MAIL,
		BYTES("\x0e\x02\x21\x00\x20\x01\x0d\xb8\x80\x03\x81\x06\x05\x81\x19"));
	(void)state;
}

/* RFC 8955 s4.3.1 has TCP, s4.3.2 the source 203.0.113.0/24. */
static void
components_are_those_of_the_examples_of_the_rfc(void **state)
{
	struct flowspec_settings settings = {0};
	struct flowspec_rule rule = rule_of("203.0.113.0/24", FLOWSPEC_MAIL, 0);
	uint8_t route[FLOWSPEC_ROUTE];

	assert_int_equal(flowspec_route(&settings, &rule, route), 12);
	assert_int_equal(route[0], 11);
	assert_memory_equal(route + 1, "\x02\x18\xcb\x00\x71", 5);
	assert_memory_equal(route + 6, "\x03\x81\x06", 3);
	(void)state;
}

static void
the_destination_stands_in_front_where_it_is_wanted(void **state)
{
	struct flowspec_settings settings = {.has_destination = true};

	check_route(&settings, "192.0.2.7", FLOWSPEC_MAIL,
		BYTES("\x0e\x01\x00\x02\x20\xc0\x00\x02\x07\x03\x81\x06\x05\x81\x19"));
	check_route(&settings, "2001:db8:0:1::/64", FLOWSPEC_MAIL,
		BYTES("\x14\x01\x00\x00\x02\x40\x00\x20\x01\x0d\xb8\x00\x00\x00\x01"
		      "\x03\x81\x06\x05\x81\x19"));
	(void)state;
}

static void
the_longest_rule_fits(void **state)
{
	struct flowspec_settings settings = {.has_destination = true};
	struct flowspec_rule rule = rule_of("2001:db8::1", FLOWSPEC_MAIL, 0);
	uint8_t route[FLOWSPEC_ROUTE];

	assert_int_equal(flowspec_route(&settings, &rule, route), 29);
	(void)state;
}

static void
a_black_hole_is_a_plain_prefix(void **state)
{
	struct flowspec_settings settings = {.has_destination = true};

	check_route(&settings, "192.0.2.7", FLOWSPEC_BLACKHOLE, BYTES("\x20\xc0\x00\x02\x07"));
	check_route(&settings, "2001:db8:0:1::/64", FLOWSPEC_BLACKHOLE,
		BYTES("\x40\x20\x01\x0d\xb8\x00\x00\x00\x01"));
	(void)state;
}

static void
bits_behind_the_prefix_are_not_written(void **state)
{
	struct flowspec_settings settings = {0};
	struct flowspec_rule rule = rule_of("192.0.2.7", FLOWSPEC_BLACKHOLE, 0);
	uint8_t route[FLOWSPEC_ROUTE];

	rule.prefix.length = 96 + 30;
	assert_int_equal(flowspec_route(&settings, &rule, route), 5);
	assert_memory_equal(route, "\x1e\xc0\x00\x02\x04", 5);
	(void)state;
}

static void
discard_is_a_rate_of_0_and_a_rate_is_a_float(void **state)
{
	struct flowspec_settings settings = {.as = 4200000500, .is_external = true};
	struct flowspec_rule rule = {.prefix = {address_from_v4(0xc0000207), 128}};
	struct bgp_path path = flowspec_path(&settings, &rule, true);

	/* 4200000500 ends in 0xebf4. */
	assert_true(path.extended == UINT64_C(0x8006ebf400000000));
	assert_int_equal(path.communities, 0);
	rule.rate = 9600;
	path = flowspec_path(&settings, &rule, true);
	assert_true(path.extended == UINT64_C(0x8006ebf446160000));
	(void)state;
}

static void
a_black_hole_has_its_community_and_no_export_as_asked(void **state)
{
	struct flowspec_settings settings = {.as = 64500};
	struct flowspec_rule rule = {
		.prefix = {address_from_v4(0xc0000207), 128}, .kind = FLOWSPEC_BLACKHOLE};
	struct bgp_path path;

	settings.next_hop4 = address_from_v4(0xc0000201);
	path = flowspec_path(&settings, &rule, true);
	assert_int_equal(path.communities, 1);
	assert_true(path.community[0] == (65535U << 16 | 666));
	assert_true(address_equal(&path.next_hop, &settings.next_hop4));
	assert_true(path.extended == 0);
	settings.has_no_export = true;
	assert_int_equal(prefix_parse(TEXT("2001:db8::/64"), &rule.prefix), 0);
	path = flowspec_path(&settings, &rule, true);
	assert_int_equal(path.communities, 2);
	assert_true(path.community[1] == (65535U << 16 | 65281));
	(void)state;
}

static void
a_redirect_is_all_that_the_line_sends_with_the_route_target_of_the_vrf(void **state)
{
	struct flowspec_settings settings = {
		.as = 64500, .redirect_as = 64500, .redirect_number = 100};
	struct flowspec_rule rule = {
		.prefix = {address_from_v4(0xc0000207), 128}, .kind = FLOWSPEC_REDIRECT};
	static const uint8_t expected[] = {6, 2, 32, 192, 0, 2, 7};
	uint8_t route[FLOWSPEC_ROUTE];

	assert_int_equal(flowspec_family(&rule), BGP_FLOW4);
	assert_int_equal(flowspec_route(&settings, &rule, route), sizeof(expected));
	assert_memory_equal(route, expected, sizeof(expected));
	assert_true(flowspec_path(&settings, &rule, true).extended == UINT64_C(0x8008fbf400000064));
	settings.redirect_as = 4200000500;
	assert_true(flowspec_path(&settings, &rule, true).extended == UINT64_C(0x8208fa56ebf40064));
	(void)state;
}

static void
a_community_of_all_rules_stands_in_its_order(void **state)
{
	struct flowspec_settings settings = {
		.as = 64500, .has_community = true, .community = 64500U << 16 | 25};
	struct flowspec_rule rule = {.prefix = {address_from_v4(0xc0000207), 128}};
	struct bgp_path path = flowspec_path(&settings, &rule, true);

	assert_int_equal(path.communities, 1);
	assert_true(path.community[0] == (64500U << 16 | 25));
	settings.has_no_export = true;
	rule.kind = FLOWSPEC_BLACKHOLE;
	path = flowspec_path(&settings, &rule, true);
	assert_int_equal(path.communities, 3);
	assert_true(path.community[0] < path.community[1]);
	assert_true(path.community[1] < path.community[2]);
	(void)state;
}

static void
a_mapped_prefix_above_ipv4_is_of_ipv6(void **state)
{
	struct flowspec_rule rule = {.prefix = {.length = 95}, .kind = FLOWSPEC_MAIL};

	rule.prefix.address = address_from_v4(0);
	assert_int_equal(flowspec_family(&rule), BGP_FLOW6);
	rule.prefix.length = 96;
	assert_int_equal(flowspec_family(&rule), BGP_FLOW4);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ipv4_rule_has_the_bytes_that_bird_took),
		cmocka_unit_test(an_ipv6_rule_has_an_offset_of_0),
		cmocka_unit_test(components_are_those_of_the_examples_of_the_rfc),
		cmocka_unit_test(the_destination_stands_in_front_where_it_is_wanted),
		cmocka_unit_test(the_longest_rule_fits),
		cmocka_unit_test(a_black_hole_is_a_plain_prefix),
		cmocka_unit_test(bits_behind_the_prefix_are_not_written),
		cmocka_unit_test(discard_is_a_rate_of_0_and_a_rate_is_a_float),
		cmocka_unit_test(a_black_hole_has_its_community_and_no_export_as_asked),
		cmocka_unit_test(
			a_redirect_is_all_that_the_line_sends_with_the_route_target_of_the_vrf),
		cmocka_unit_test(a_community_of_all_rules_stands_in_its_order),
		cmocka_unit_test(a_mapped_prefix_above_ipv4_is_of_ipv6),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
