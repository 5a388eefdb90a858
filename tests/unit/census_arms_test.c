/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/arms.h"
#include "unit.h"

#include <stdio.h>

#define MOST 2000

static char names[MOST][24];
static struct arms_case cases[MOST];

static void
make(size_t count, uint32_t stratum)
{
	for (size_t i = 0; i < count; i++) {
		snprintf(names[i], sizeof(names[i]), "abuse@isp%zu.example", i);
		cases[i] = (struct arms_case){.mailbox = text_of(names[i]), .stratum = stratum};
	}
}

static size_t
held_out(size_t count)
{
	size_t held = 0;

	for (size_t i = 0; i < count; i++)
		held += cases[i].is_held_out;
	return held;
}

static void
a_stratum_has_its_share_to_a_whole_case(void **state)
{
	const struct hash_key key = {{1}};

	for (size_t count = 0; count < 300; count += 7) {
		make(count, arms_stratum('N' << 8 | 'O', 1));
		arms_draw(cases, count, 100, 5, &key);
		assert_in_range(held_out(count), count / 10, count / 10 + 1);
	}
	make(300, 1);
	arms_draw(cases, 300, 100, 5, &key);
	assert_int_equal(held_out(300), 30);
	arms_draw(cases, 300, 0, 5, &key);
	assert_int_equal(held_out(300), 0);
	arms_draw(cases, 300, ARMS_ONE, 5, &key);
	assert_int_equal(held_out(300), 300);
}

/* Alone in their strata, a tenth of them: five standard deviations of a binomial are 67. */
static void
a_case_that_is_alone_has_the_same_chance(void **state)
{
	const struct hash_key key = {{2}};

	make(MOST, 0);
	for (size_t i = 0; i < MOST; i++)
		cases[i].stratum = (uint32_t)i;
	arms_draw(cases, MOST, 100, 5, &key);
	assert_in_range(held_out(MOST), 200 - 67, 200 + 67);
}

static void
the_order_of_the_cases_does_not_matter(void **state)
{
	const struct hash_key key = {{3}};
	bool before[MOST];
	size_t same = 0;

	make(MOST, 0);
	for (size_t i = 0; i < MOST; i++)
		cases[i].stratum = (uint32_t)i % 7;
	arms_draw(cases, MOST, 100, 5, &key);
	for (size_t i = 0; i < MOST; i++)
		before[i] = cases[i].is_held_out;
	for (size_t i = 0; i < MOST; i++)
		cases[i] = (struct arms_case){.mailbox = text_of(names[MOST - 1 - i]),
			.stratum = (uint32_t)(MOST - 1 - i) % 7};
	arms_draw(cases, MOST, 100, 5, &key);
	for (size_t i = 0; i < MOST; i++)
		assert_int_equal(cases[i].is_held_out, before[MOST - 1 - i]);
	/* Another day, or another key, draws others. */
	arms_draw(cases, MOST, 100, 6, &key);
	for (size_t i = 0; i < MOST; i++)
		same += cases[i].is_held_out && before[MOST - 1 - i];
	assert_in_range(same, 0, 60);
}

static void
strata_are_countries_and_sizes(void **state)
{
	static const uint32_t sizes[] = {0, 1, 2, 9, 10, 99, 100, 999, 1000, UINT32_MAX};
	static const uint32_t classes[] = {0, 0, 1, 1, 2, 2, 3, 3, 4, 4};

	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(arms_stratum('D' << 8 | 'E', sizes[i]),
			('D' << 16 | 'E' << 8) + classes[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stratum_has_its_share_to_a_whole_case),
		cmocka_unit_test(a_case_that_is_alone_has_the_same_chance),
		cmocka_unit_test(the_order_of_the_cases_does_not_matter),
		cmocka_unit_test(strata_are_countries_and_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
