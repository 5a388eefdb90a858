/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/seal.h"
#include "unit.h"

#include <errno.h>

static const uint8_t key[32] = {1, 2, 3}, other_key[32] = {1, 2, 4};

static void
opens_what_it_sealed(void **state)
{
	static const char *const names[] = {
		"", "192.0.2.7", "2001:db8:1:200::/56", "192.0.2.7:2048-4095"};
	uint8_t sealed[SEAL_SIZE];
	char name[SEAL_NAME];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(seal_name(key, 77, text_of(names[i]), sealed), 0);
		assert_int_equal(seal_open(key, 77, sealed, name), 0);
		assert_string_equal(name, names[i]);
	}
}

static void
opens_for_no_other_line_and_with_no_other_key(void **state)
{
	uint8_t sealed[SEAL_SIZE];
	char name[SEAL_NAME];

	assert_int_equal(seal_name(key, 77, TEXT("192.0.2.7"), sealed), 0);
	assert_int_equal(seal_open(key, 78, sealed, name), -EBADMSG);
	assert_int_equal(seal_open(other_key, 77, sealed, name), -EBADMSG);
}

static void
the_same_name_never_looks_the_same(void **state)
{
	uint8_t first[SEAL_SIZE], second[SEAL_SIZE];

	assert_int_equal(seal_name(key, 77, TEXT("192.0.2.7"), first), 0);
	assert_int_equal(seal_name(key, 77, TEXT("192.0.2.7"), second), 0);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_memory_not_equal(first + 24, second + 24, sizeof(first) - 24);
}

static void
a_place_opens_for_its_line_alone(void **state)
{
	const uint64_t line = 0x0123456789abcdef;
	struct prefix place = {.length = 56}, opened;
	uint8_t sealed[SEAL_PLACE], other[SEAL_PLACE];

	(void)state;
	assert_int_equal(address_parse(TEXT("2001:db8:1:200::"), &place.address), 0);
	seal_place(key, line, &place, sealed);
	for (size_t i = 0; i < SEAL_PLACE - 4; i++)
		assert_memory_not_equal(sealed + i, place.address.byte, 4);
	opened = seal_place_open(key, line, sealed);
	assert_int_equal(opened.length, 56);
	assert_true(address_equal(&opened.address, &place.address));
	opened = seal_place_open(other_key, line, sealed);
	assert_false(address_equal(&opened.address, &place.address));
	opened = seal_place_open(key, line + 1, sealed);
	assert_false(address_equal(&opened.address, &place.address));
	/* Of two lines nothing shows but that they are two. */
	seal_place(key, line + 1, &place, other);
	assert_memory_not_equal(sealed + 1, other + 1, 16);
}

static void
notices_every_changed_bit(void **state)
{
	uint8_t sealed[SEAL_SIZE];
	char name[SEAL_NAME];

	assert_int_equal(seal_name(key, 77, TEXT("192.0.2.7"), sealed), 0);
	for (size_t bit = 0; bit < 8 * sizeof(sealed); bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(seal_open(key, 77, sealed, name), -EBADMSG);
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(seal_open(key, 77, sealed, name), 0);
}

static void
refuses_names_that_do_not_fit(void **state)
{
	char name[SEAL_NAME] = {0};
	uint8_t sealed[SEAL_SIZE];

	assert_int_equal(seal_name(key, 77, (struct text){name, SEAL_NAME}, sealed), -EMSGSIZE);
	assert_int_equal(seal_name(key, 77, (struct text){name, 1}, sealed), -EMSGSIZE);
	memset(name, 'n', sizeof(name));
	assert_int_equal(seal_name(key, 77, (struct text){name, SEAL_NAME - 1}, sealed), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_what_it_sealed),
		cmocka_unit_test(opens_for_no_other_line_and_with_no_other_key),
		cmocka_unit_test(the_same_name_never_looks_the_same),
		cmocka_unit_test(a_place_opens_for_its_line_alone),
		cmocka_unit_test(notices_every_changed_bit),
		cmocka_unit_test(refuses_names_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
