/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/casepin.h"
#include "unit.h"

static const struct hash_key key = {{1, 2, 3}}, other = {{1, 2, 4}};

static bool
is_digits(const char *text, size_t length)
{
	return strlen(text) == length && strspn(text, "0123456789") == length;
}

static void
a_pin_is_eight_digits_of_its_case_and_key(void **state)
{
	char pin[CASEPIN], again[CASEPIN];

	(void)state;
	for (uint64_t number = 1; number <= 200; number++) {
		assert_true(is_digits(casepin_format(number, &key, pin), 8));
		assert_string_equal(casepin_format(number, &key, again), pin);
		assert_true(casepin_is(number, &key, text_of(pin)));
		assert_false(casepin_is(number + 1, &key, text_of(pin)));
		assert_false(casepin_is(number, &other, text_of(pin)));
	}
}

static void
what_is_no_pin_is_refused(void **state)
{
	char pin[CASEPIN + 1];

	(void)state;
	casepin_format(7, &key, pin);
	assert_false(casepin_is(7, &key, (struct text){pin, 7}));
	assert_false(casepin_is(7, &key, TEXT("")));
	pin[8] = '0';
	assert_false(casepin_is(7, &key, (struct text){pin, 9}));
	for (int i = 0; i < 8; i++) {
		pin[i] ^= 1;
		assert_false(casepin_is(7, &key, (struct text){pin, 8}));
		pin[i] ^= 1;
	}
	assert_true(casepin_is(7, &key, (struct text){pin, 8}));
}

static void
the_digits_for_the_telephone_are_others_every_day(void **state)
{
	const struct wall noon = {20000 * WALL_DAY + WALL_DAY / 2};
	char today[CASEPIN_CALL], later[CASEPIN_CALL];
	int same = 0;

	(void)state;
	casepin_call(7, &key, noon, today);
	assert_true(is_digits(today, 4));
	casepin_call(7, &key, (struct wall){noon.us + WALL_DAY / 4}, later);
	assert_string_equal(later, today);
	for (int day = 1; day <= 100; day++) {
		casepin_call(7, &key, (struct wall){noon.us + day * WALL_DAY}, later);
		same += strcmp(later, today) == 0;
	}
	assert_true(same <= 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pin_is_eight_digits_of_its_case_and_key),
		cmocka_unit_test(what_is_no_pin_is_refused),
		cmocka_unit_test(the_digits_for_the_telephone_are_others_every_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
