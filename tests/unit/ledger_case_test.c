/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/case.h"
#include "unit.h"

static struct transition
step(int64_t time, enum state to)
{
	return (struct transition){.line = 7,
		.time = {time},
		.to = (uint8_t)to,
		.role = ROLE_STATIC,
		.score = (double)time};
}

static struct ledger_case
life(const struct transition *steps, size_t count)
{
	struct ledger_case of;

	case_init(&of, &steps[0]);
	for (size_t i = 0; i < count; i++)
		case_apply(&of, &steps[i]);
	return of;
}

static void
only_suspect_or_worse_opens_a_case(void **state)
{
	assert_false(case_opens(STATE_CLEAR));
	assert_false(case_opens(STATE_WATCH));
	assert_true(case_opens(STATE_SUSPECT));
	assert_true(case_opens(STATE_CONFIRMED));
	assert_true(case_opens(STATE_QUARANTINE));
	assert_true(case_opens(STATE_PROBATION));
}

static void
lives_from_suspect_to_clear(void **state)
{
	struct transition steps[] = {step(10, STATE_SUSPECT), step(20, STATE_CONFIRMED),
		step(30, STATE_QUARANTINE), step(40, STATE_PROBATION), step(50, STATE_CONFIRMED),
		step(60, STATE_CLEAR)};
	struct ledger_case of = life(steps, 5);

	assert_true(wall_is_none(of.closed));
	assert_int_equal(of.state, STATE_CONFIRMED);
	of = life(steps, 6);
	assert_int_equal(of.line, 7);
	assert_int_equal(of.role, ROLE_STATIC);
	assert_int_equal(of.opened.us, 10);
	assert_int_equal(of.confirmed.us, 20);
	assert_int_equal(of.closed.us, 60);
	assert_int_equal(of.last.us, 60);
	assert_int_equal(of.state, STATE_CLEAR);
	assert_int_equal(of.highest, STATE_QUARANTINE);
	assert_true(of.score == 60);
}

static void
probation_is_not_graver_than_suspicion(void **state)
{
	struct transition steps[] = {step(10, STATE_SUSPECT), step(20, STATE_PROBATION)};
	struct ledger_case of = life(steps, 2);

	assert_int_equal(of.state, STATE_PROBATION);
	assert_int_equal(of.highest, STATE_SUSPECT);
}

static void
a_late_step_changes_the_past_only(void **state)
{
	struct transition steps[] = {
		step(100, STATE_SUSPECT), step(40, STATE_CONFIRMED), step(60, STATE_CLEAR)};
	struct ledger_case of = life(steps, 3);

	assert_int_equal(of.opened.us, 40);
	assert_int_equal(of.confirmed.us, 40);
	assert_int_equal(of.highest, STATE_CONFIRMED);
	assert_int_equal(of.state, STATE_SUSPECT);
	assert_int_equal(of.last.us, 100);
	assert_true(wall_is_none(of.closed));
}

static void
the_digest_sees_what_never_changes(void **state)
{
	struct transition first = step(10, STATE_SUSPECT);
	struct ledger_case of = life(&first, 1), other;
	uint8_t digest[DIGEST_SIZE], changed[DIGEST_SIZE];

	case_digest(&of, digest);
	other = of;
	other.state = STATE_CLEAR;
	case_digest(&other, changed);
	assert_memory_equal(digest, changed, sizeof(digest));
	for (int i = 0; i < 5; i++) {
		other = of;
		other.number += i == 0;
		other.line += i == 1;
		other.name_hash += i == 2;
		other.previous += i == 3;
		other.sealed[SEAL_SIZE - 1] = (uint8_t)(i == 4);
		case_digest(&other, changed);
		assert_memory_not_equal(digest, changed, sizeof(digest));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_suspect_or_worse_opens_a_case),
		cmocka_unit_test(lives_from_suspect_to_clear),
		cmocka_unit_test(probation_is_not_graver_than_suspicion),
		cmocka_unit_test(a_late_step_changes_the_past_only),
		cmocka_unit_test(the_digest_sees_what_never_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
