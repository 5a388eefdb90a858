/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/caselot.h"
#include "unit.h"

#include <stdbool.h>

#define CASES 4000

static const struct hash_key key = {{1, 2, 3}}, other = {{1, 2, 4}};

/* Within four standard deviations of a half, which is 126 of 4000. */
static bool
is_about_half(unsigned count)
{
	return count > CASES / 2 - 126 && count < CASES / 2 + 126;
}

static void
half_of_the_cases_get_each(void **state)
{
	unsigned b = 0, neighbours = 0, others = 0;

	(void)state;
	for (uint64_t number = 1; number <= CASES; number++) {
		char lot = caselot(number, &key);

		assert_true(lot == 'A' || lot == 'B');
		assert_int_equal(caselot(number, &key), lot);
		b += lot == 'B';
		neighbours += caselot(number + 1, &key) == lot;
		others += caselot(number, &other) == lot;
	}
	assert_true(is_about_half(b));
	/* Neither the case before nor another ledger's tells anything of it. */
	assert_true(is_about_half(neighbours));
	assert_true(is_about_half(others));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_of_the_cases_get_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
