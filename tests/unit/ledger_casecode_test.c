/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/casecode.h"
#include "unit.h"

#include <errno.h>

static const struct hash_key key = {{1, 2, 3, 4, 5, 6, 7, 8}};
static const struct hash_key other = {{8, 7, 6, 5, 4, 3, 2, 1}};

static void
each_number_has_a_code_that_is_read_again(void **state)
{
	char code[CASECODE];
	uint64_t number;

	(void)state;
	for (uint64_t i = 0; i < 20000; i++) {
		uint64_t is = i < 10000 ? i + 1 : UINT32_MAX - i * 31337 % UINT32_MAX;

		assert_int_equal(strlen(casecode_format(is, &key, code)), 11);
		assert_int_equal(code[5], '-');
		assert_int_equal(casecode_parse(text_of(code), &key, &number), 0);
		assert_int_equal(number, is);
	}
}

static void
a_code_is_read_as_people_write_it(void **state)
{
	char code[CASECODE], written[CASECODE];
	uint64_t number;
	size_t n = 0;

	(void)state;
	/* One with a zero and a one in it. */
	for (number = 1; strchr(casecode_format(number, &key, code), '0') == NULL ||
		strchr(code, '1') == NULL;
		number++)
		;
	for (const char *c = code; *c != '\0'; c++) {
		if (*c != '-')
			written[n++] = *c == '0' ? 'o' : *c == '1' ? 'l' : text_small(*c);
	}
	assert_int_equal(casecode_parse((struct text){written, n}, &key, &number), 0);
	assert_string_equal(casecode_format(number, &key, code), code);
}

static void
numbers_in_a_row_have_nothing_in_common(void **state)
{
	char one[CASECODE], next[CASECODE];
	unsigned same = 0;

	(void)state;
	casecode_format(1, &key, one);
	for (uint64_t i = 2; i < 2002; i++) {
		casecode_format(i, &key, next);
		for (size_t at = 0; at < CASECODE - 1; at++)
			same += one[at] == next[at];
		memcpy(one, next, sizeof(one));
	}
	/* The hyphen, and of ten digits one in 32. */
	assert_in_range(same, 2000 + 500, 2000 + 750);
}

static void
what_is_made_up_or_of_another_ledger_is_no_number(void **state)
{
	static const char *const wrong[] = {"", "-", "12", "7K3QD-9XM2", "7K3QD-9XM2BB",
		"7K3QD--9XM2B", "7K3Q-D9XM2B", "7K3QD-9XM2U", "7K3QD 9XM2B", "7K3QD-9XM2\xc3\xa5"};
	unsigned found = 0;
	char code[CASECODE];
	uint64_t number;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_int_equal(casecode_parse(text_of(wrong[i]), &key, &number), -EINVAL);
	for (uint64_t i = 1; i <= 100000; i++)
		found += casecode_parse(text_of(casecode_format(i, &other, code)), &key, &number) ==
			0;
	assert_in_range(found, 0, 6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_number_has_a_code_that_is_read_again),
		cmocka_unit_test(a_code_is_read_as_people_write_it),
		cmocka_unit_test(numbers_in_a_row_have_nothing_in_common),
		cmocka_unit_test(what_is_made_up_or_of_another_ledger_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
