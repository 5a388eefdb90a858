/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/effect.h"
#include "census_operation.h"
#include "unit.h"

#include <math.h>
#include <stdio.h>

#define DAYS 60

static struct effect effect;

static void
operate(const struct operation *of)
{
	operation_run(of, &effect);
}

/* Of a table of Student's distribution: 1 - 0.025. */
static void
quantiles_are_those_of_the_table(void **state)
{
	char text[64];

	(void)state;
	snprintf(text, sizeof(text), "%.3f %.3f %.3f %.3f %.3f", effect_student(10),
		effect_student(19), effect_student(30), effect_student(120),
		effect_student(1000000000));
	assert_string_equal(text, "2.228 2.093 2.042 1.980 1.960");
	assert_true(isinf(effect_student(0)));
}

static void
letters_that_help_are_seen_to_help(void **state)
{
	const struct effect_day *day = &effect.at[1];

	(void)state;
	operate(&(struct operation){{300, 40}, {0.06, 0.02}, 2, 0, 1, OPERATION_BEGIN + DAYS});
	assert_int_equal(day->day, EFFECT_COMPARED);
	assert_int_equal(effect.contacts[CASEFILE_LETTER], 300);
	assert_int_equal(day->contacts[CASEFILE_HOLDOUT], 40);
	assert_int_equal(day->difference.why, EFFECT_SAID);
	/* About 1 - exp(-0.06 * 14) and 1 - exp(-0.02 * 14), as rates vary. */
	assert_true(fabs(day->cleared[CASEFILE_LETTER].value - 0.55) < 0.1);
	assert_true(fabs(day->cleared[CASEFILE_HOLDOUT].value - 0.25) < 0.1);
	assert_true(day->difference.low > 0.1 && day->difference.high < 0.5);
	assert_true(day->difference.low < day->difference.value &&
		day->difference.value < day->difference.high);
	assert_int_equal(effect.test_why, EFFECT_SAID);
	assert_true(effect.test.robust_p < 0.001);
	assert_true(effect.median[CASEFILE_LETTER].day < effect.median[CASEFILE_HOLDOUT].day);
	/* What does not move is gone also by the count of candidates. */
	assert_true(fabs(1 - day->kept[CASEFILE_LETTER].value -
			    day->cleared[CASEFILE_LETTER].value) < 0.03);
	assert_true(day->kept_difference.high < 0);
}

/* Everyone gets another address; zombies are as many as ever. */
static void
addresses_that_move_are_no_cure(void **state)
{
	const struct effect_day *day = &effect.at[1];

	(void)state;
	operate(&(struct operation){{100, 100}, {0.2, 0.02}, 2, 1, 2, OPERATION_BEGIN + DAYS});
	assert_true(day->difference.low > 0.3);
	assert_true(fabs(day->kept[CASEFILE_LETTER].value - 1) < 1e-9);
	assert_true(fabs(day->kept_difference.value) < 1e-9);
	assert_true(fabs(day->before[CASEFILE_LETTER] - day->after[CASEFILE_LETTER]) < 1e-9);
	/* 4.5 addresses of a thousand each, about. */
	assert_true(fabs(day->before[CASEFILE_LETTER] - 4.5) < 0.5);
}

static void
of_too_few_contacts_nothing_is_said(void **state)
{
	(void)state;
	operate(&(struct operation){
		{300, EFFECT_LEAST - 1}, {0.06, 0.02}, 2, 0, 3, OPERATION_BEGIN + DAYS});
	assert_int_equal(effect.at[1].cleared[CASEFILE_LETTER].why, EFFECT_SAID);
	assert_int_equal(effect.at[1].cleared[CASEFILE_HOLDOUT].why, EFFECT_FEW);
	assert_int_equal(effect.at[1].difference.why, EFFECT_FEW);
	assert_int_equal(effect.at[1].kept_difference.why, EFFECT_FEW);
	assert_int_equal(effect.test_why, EFFECT_FEW);
	operate(&(struct operation){
		{300, EFFECT_LEAST}, {0.06, 0.02}, 2, 0, 3, OPERATION_BEGIN + DAYS});
	assert_int_equal(effect.at[1].difference.why, EFFECT_SAID);
	assert_int_equal(effect.at[1].kept_difference.why, EFFECT_SAID);
}

static void
before_its_day_nothing_is_said(void **state)
{
	(void)state;
	operate(&(struct operation){
		{60, 60}, {0.06, 0.02}, 2, 0, 4, OPERATION_BEGIN + 7 + OPERATION_QUIET});
	assert_int_equal(effect.at[0].difference.why, EFFECT_SAID);
	assert_int_equal(effect.at[1].difference.why, EFFECT_EARLY);
	assert_int_equal(effect.at[2].kept_difference.why, EFFECT_EARLY);
	assert_int_equal(effect.test_why, EFFECT_EARLY);
}

/* None of the hold-out cleared, of 30 contacts: that may still be up to 11 % (Wilson). */
static void
of_none_and_all_the_interval_is_not_nothing(void **state)
{
	const struct effect_day *day = &effect.at[1];

	(void)state;
	operate(&(struct operation){{30, 30}, {9, 0}, 2, 0, 5, OPERATION_BEGIN + DAYS});
	assert_true(day->cleared[CASEFILE_LETTER].value >= 1 - 1e-9);
	assert_true(fabs(day->cleared[CASEFILE_LETTER].low - 0.8865) < 0.001);
	assert_true(day->cleared[CASEFILE_HOLDOUT].value <= 0);
	assert_true(fabs(day->cleared[CASEFILE_HOLDOUT].high - 0.1135) < 0.001);
	assert_true(fabs(day->difference.low - (1 - hypot(0.1135, 0.1135))) < 0.001);
	assert_true(day->difference.high >= 1 - 1e-9);
}

/* Both arms alike, addresses of a contact too: about 95 of 100 intervals hold nothing, about 5 of 100 tests are below
 * 0.05. */
static void
intervals_are_of_95_percent(void **state)
{
	unsigned covered = 0, below = 0, kept = 0;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		operate(&(struct operation){{60, 30}, {0.05, 0.05}, 20, 0.3, 1000 + i,
			OPERATION_BEGIN + 14 + OPERATION_QUIET});
		covered += effect.at[1].difference.low <= 0 && effect.at[1].difference.high >= 0;
		kept += effect.at[1].kept_difference.low <= 0 &&
			effect.at[1].kept_difference.high >= 0;
		below += effect.test.robust_p < 0.05;
	}
	assert_in_range(covered, 276, 295);
	assert_in_range(kept, 276, 295);
	assert_in_range(below, 4, 27);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_the_table),
		cmocka_unit_test(letters_that_help_are_seen_to_help),
		cmocka_unit_test(addresses_that_move_are_no_cure),
		cmocka_unit_test(of_too_few_contacts_nothing_is_said),
		cmocka_unit_test(before_its_day_nothing_is_said),
		cmocka_unit_test(of_none_and_all_the_interval_is_not_nothing),
		cmocka_unit_test(intervals_are_of_95_percent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
