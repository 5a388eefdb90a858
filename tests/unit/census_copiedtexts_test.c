/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/copiedtexts.h"
#include "unit.h"

/* More than it begins with room for, so it grows several times. */
#define MOST 60000

static void
each_text_keeps_its_number_while_more_come(void **state)
{
	static uint32_t numbers[MOST];
	struct copiedtexts texts;
	struct random random;

	copiedtexts_init(&texts);
	random_seed(&random, 1);
	for (uint32_t i = 0; i < 4 * MOST; i++) {
		uint32_t from = (uint32_t)random_below(&random, MOST);
		uint32_t *number;

		copiedtexts_prefetch(&texts, from * 8);
		number = copiedtexts_find(&texts, from * 8);
		assert_int_equal(*number, numbers[from]);
		if (*number == 0)
			*number = numbers[from] = i + 1;
	}
	for (uint32_t from = 0; from < MOST; from++) {
		if (numbers[from] != 0)
			assert_int_equal(*copiedtexts_find(&texts, from * 8), numbers[from]);
	}
	copiedtexts_done(&texts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_text_keeps_its_number_while_more_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
