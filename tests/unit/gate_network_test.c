/* SPDX-License-Identifier: BSD-2-Clause */
#include "gate/network.h"
#include "unit.h"

#include <stdlib.h>

static struct gaterules_network of;
static struct network network;

static void
add(const char *text, uint8_t line_length)
{
	struct gaterules_prefix *is = &of.at[of.count++];

	is->line_length = line_length;
	assert_int_equal(prefix_parse(text_of(text), &is->prefix), 0);
}

static int
begin(void **state)
{
	(void)state;
	of.count = 0;
	return 0;
}

static int
end(void **state)
{
	(void)state;
	network_free(&network);
	return 0;
}

static bool
takes(enum lineset set, const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text_of(text), &address), 0);
	return network_takes(&network, set, &address);
}

static void
what_lies_in_a_prefix_is_taken_and_nothing_else(void **state)
{
	(void)state;
	add("192.0.2.0/25", 128);
	add("2001:db8:1::/48", 56);
	network_make(&network, &of);
	assert_true(takes(LINESET_BLOCK4, "192.0.2.0"));
	assert_true(takes(LINESET_EXEMPT4, "192.0.2.127"));
	assert_false(takes(LINESET_BLOCK4, "192.0.2.128"));
	assert_false(takes(LINESET_Q4, "192.0.1.255"));
	assert_false(takes(LINESET_Q4, "0.0.0.0"));
	assert_true(takes(LINESET_Q6_56, "2001:db8:1:ff00::"));
	assert_false(takes(LINESET_Q6_56, "2001:db8:2::"));
	assert_false(takes(LINESET_Q6_56, "2001:db8::"));
	/* Where a set is of destinations. */
	assert_true(takes(LINESET_ALLOW4, "192.0.2.128"));
	assert_true(takes(LINESET_ALLOW6, "2001:db8:2::1"));
}

static void
nothing_shorter_than_a_line_is_taken_and_parts_of_one_are(void **state)
{
	(void)state;
	add("2001:db8::/32", 56);
	network_make(&network, &of);
	assert_false(takes(LINESET_BLOCK6_48, "2001:db8:1::"));
	assert_true(takes(LINESET_BLOCK6_56, "2001:db8:1::"));
	assert_true(takes(LINESET_BLOCK6_64, "2001:db8:1::"));
}

static void
the_longest_prefix_says_how_long_a_line_is(void **state)
{
	(void)state;
	add("2001:db8:7::/48", 64);
	add("2001:db8::/32", 56);
	add("2001:db8:1000::/36", 48);
	add("2001:db8:1100::/40", 64);
	network_make(&network, &of);
	assert_false(takes(LINESET_BLOCK6_56, "2001:db8:7:100::"));
	assert_true(takes(LINESET_BLOCK6_64, "2001:db8:7:100::"));
	assert_true(takes(LINESET_BLOCK6_56, "2001:db8:8::"));
	assert_false(takes(LINESET_BLOCK6_48, "2001:db8:8::"));
	assert_true(takes(LINESET_BLOCK6_48, "2001:db8:1000::"));
	assert_false(takes(LINESET_BLOCK6_48, "2001:db8:1100::"));
	/* Behind the inner one. */
	assert_true(takes(LINESET_BLOCK6_48, "2001:db8:1fff::"));
	assert_true(takes(LINESET_BLOCK6_56, "2001:db8:ffff:ff00::"));
}

static void
a_prefix_of_ipv6_is_none_of_ipv4(void **state)
{
	(void)state;
	add("::/0", 48);
	network_make(&network, &of);
	assert_false(takes(LINESET_BLOCK4, "192.0.2.1"));
	assert_true(takes(LINESET_BLOCK6_48, "2001:db8::"));
	network_free(&network);
	add("192.0.2.0/24", 128);
	network_make(&network, &of);
	assert_true(takes(LINESET_BLOCK4, "192.0.2.1"));
	assert_false(takes(LINESET_BLOCK4, "192.0.3.1"));
	assert_true(takes(LINESET_BLOCK6_48, "2001:db8::"));
}

static void
without_prefixes_or_with_such_as_cannot_be_nothing_is_taken(void **state)
{
	(void)state;
	network_make(&network, &of);
	assert_false(takes(LINESET_BLOCK4, "192.0.2.1"));
	network_free(&network);
	add("192.0.2.0/24", 128);
	/* Longer than its lines, not masked, too long. */
	of.at[0].line_length = 100;
	of.at[1] = of.at[0];
	of.at[1].line_length = 128;
	of.at[1].prefix.address.byte[15] = 1;
	of.at[2] = of.at[1];
	of.at[2].prefix.length = of.at[2].line_length = 200;
	of.count = 3;
	network_make(&network, &of);
	assert_int_equal(network.count, 0);
	assert_false(takes(LINESET_BLOCK4, "192.0.2.1"));
}

/* Against the rule in its plainest words, on a small universe: IPv4, so lines are addresses. */
static void
it_agrees_with_looking_at_all(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 200; round++) {
		of.count = 0;
		for (int i = 0; i < 12; i++) {
			struct prefix prefix = {.length = (uint8_t)(120 + rand_r(&seed) % 9)};

			prefix.address = address_from_v4(0xc0000200U + rand_r(&seed) % 256);
			prefix.address = address_mask(&prefix.address, prefix.length);
			of.at[of.count++] = (struct gaterules_prefix){prefix, 128};
		}
		network_make(&network, &of);
		for (uint32_t host = 0; host < 256; host++) {
			struct address address = address_from_v4(0xc0000200U + host);
			bool expected = false;

			for (uint32_t i = 0; i < of.count; i++)
				expected = expected || prefix_has(&of.at[i].prefix, &address);
			assert_int_equal(
				network_takes(&network, LINESET_BLOCK4, &address), expected);
		}
		if (round < 199)
			network_free(&network);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_lies_in_a_prefix_is_taken_and_nothing_else, begin, end),
		cmocka_unit_test_setup_teardown(
			nothing_shorter_than_a_line_is_taken_and_parts_of_one_are, begin, end),
		cmocka_unit_test_setup_teardown(
			the_longest_prefix_says_how_long_a_line_is, begin, end),
		cmocka_unit_test_setup_teardown(a_prefix_of_ipv6_is_none_of_ipv4, begin, end),
		cmocka_unit_test_setup_teardown(
			without_prefixes_or_with_such_as_cannot_be_nothing_is_taken, begin, end),
		cmocka_unit_test_setup_teardown(it_agrees_with_looking_at_all, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
