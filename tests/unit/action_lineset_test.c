/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/lineset.h"
#include "unit.h"

#include <errno.h>

static int
set_of(enum lineset_kind kind, const char *line)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text_of(line), &prefix), 0);
	return lineset_find(kind, &prefix);
}

static void
a_line_is_in_the_set_of_its_length(void **state)
{
	assert_int_equal(set_of(LINESET_BLOCK, "192.0.2.1"), LINESET_BLOCK4);
	assert_int_equal(set_of(LINESET_BLOCK, "2001:db8:1:2::/64"), LINESET_BLOCK6_64);
	assert_int_equal(set_of(LINESET_EXEMPT, "2001:db8:1:200::/56"), LINESET_EXEMPT6_56);
	assert_int_equal(set_of(LINESET_QUARANTINE, "2001:db8:1::/48"), LINESET_Q6_48);
	assert_int_equal(set_of(LINESET_QUARANTINE, "100.64.0.9"), LINESET_Q4);
	(void)state;
}

static void
no_other_prefix_is_a_line(void **state)
{
	const char *const none[] = {"192.0.2.0/24", "0.0.0.0/0", "2001:db8::/32", "2001:db8::1",
		"2001:db8:1::/60", "::/0"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(set_of(LINESET_BLOCK, none[i]), -EINVAL);
	(void)state;
}

static void
a_set_holds_only_masked_addresses_of_its_family(void **state)
{
	struct address a;

	assert_int_equal(address_parse(TEXT("2001:db8:1:200::"), &a), 0);
	assert_true(lineset_holds(LINESET_Q6_56, &a));
	assert_true(lineset_holds(LINESET_Q6_64, &a));
	assert_false(lineset_holds(LINESET_Q6_48, &a));
	assert_false(lineset_holds(LINESET_Q4, &a));
	assert_int_equal(address_parse(TEXT("192.0.2.1"), &a), 0);
	assert_true(lineset_holds(LINESET_ALLOW4, &a));
	assert_false(lineset_holds(LINESET_ALLOW6, &a));
	(void)state;
}

static void
an_address_is_its_key_and_the_key_the_address(void **state)
{
	const uint8_t key[17] = {0x20, 1};
	struct address address, again;

	for (int set = 0; set < LINESET_COUNT; set++) {
		const char *words = linesets[set].key == 4 ? "192.0.2.1" : "2001:db8:1::";

		assert_int_equal(address_parse(text_of(words), &address), 0);
		must(lineset_holds((enum lineset)set, &address));
		assert_int_equal(lineset_address(lineset_key((enum lineset)set, &address),
					 linesets[set].key, &again),
			0);
		assert_true(address_equal(&address, &again));
	}
	for (size_t size = 0; size <= sizeof(key); size++)
		assert_int_equal(lineset_address(key, size, &address),
			size == 4 || (size >= 6 && size <= 8) || size == 16 ? 0 : -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_in_the_set_of_its_length),
		cmocka_unit_test(no_other_prefix_is_a_line),
		cmocka_unit_test(an_address_is_its_key_and_the_key_the_address),
		cmocka_unit_test(a_set_holds_only_masked_addresses_of_its_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
