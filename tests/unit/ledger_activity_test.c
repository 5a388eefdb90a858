/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/activity.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

#define LINE 7

static void
go_on(struct ledger *ledger, uint64_t line, int seconds, enum state at)
{
	fixture_step(ledger, line, seconds, at, at);
	fixture_commit(ledger);
}

/* Seconds after the first step of the fixture's verdicts; -1: nothing was told. */
static int
last_of(struct ledger *ledger, uint64_t of_case)
{
	struct activity activity = {.last = WALL_NONE};
	int r = ledger_activity(ledger, of_case, &activity, NULL);

	if (r == 0)
		return -1;
	assert_int_equal(r, 1);
	assert_int_equal(activity.attempts, 40);
	return (int)(activity.last.us / WALL_SECOND - 1313452800);
}

static void
what_goes_on_is_no_step_of_the_case(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case before, of;
	struct ledger_proof proof;

	go_on(ledger, LINE, 0, STATE_CONFIRMED);
	assert_int_equal(ledger_case(ledger, 1, &before, NULL), -ENOENT);
	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(ledger_case(ledger, 1, &before, NULL), 0);
	assert_int_equal(last_of(ledger, 1), -1);
	go_on(ledger, LINE, 100, STATE_CONFIRMED);
	go_on(ledger, LINE + 1, 200, STATE_CONFIRMED);
	assert_int_equal(last_of(ledger, 1), 100);
	/* What is handed in again says nothing new. */
	go_on(ledger, LINE, 50, STATE_CONFIRMED);
	assert_int_equal(last_of(ledger, 1), 100);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(of.last.us, before.last.us);
	assert_int_equal(of.changed.us, before.changed.us);
	assert_int_equal(ledger_counts(ledger).kept, 1);
	assert_int_equal(ledger_case(ledger, 2, &of, NULL), -ENOENT);
	fixture_step(ledger, LINE, 300, STATE_CONFIRMED, STATE_CLEAR);
	go_on(ledger, LINE, 400, STATE_CONFIRMED);
	assert_int_equal(last_of(ledger, 1), 100);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
}

/* The steps are of 2011. */
static void
a_case_that_goes_on_is_not_silent(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall opened = {INT64_C(1313452800) * WALL_SECOND};

	ledger_set_time(ledger, opened);
	for (uint64_t line = LINE; line < LINE + 2; line++)
		fixture_step(ledger, line, 0, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	fixture_pass(ledger, (struct wall){opened.us + 29 * WALL_DAY});
	go_on(ledger, LINE, 28 * 86400, STATE_CONFIRMED);
	fixture_pass(ledger, (struct wall){opened.us + 31 * WALL_DAY});
	assert_int_equal(ledger_close_silent(ledger, 30, NULL), 1);
	assert_int_equal(ledger_close_silent(ledger, 30, NULL), 0);
	fixture_pass(ledger, (struct wall){opened.us + 59 * WALL_DAY});
	assert_int_equal(ledger_close_silent(ledger, 30, NULL), 1);
	fixture_pass(ledger, (struct wall){opened.us + 200 * WALL_DAY});
	assert_int_equal(ledger_forget(ledger, 30, NULL), 2);
	assert_int_equal(last_of(ledger, 1), -1);
	ledger_close(ledger);
}

static void
a_ledger_of_before_has_none(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_CONFIRMED);
	go_on(ledger, LINE, 100, STATE_CONFIRMED);
	ledger_close(ledger);
	old_become(*state, 7);
	ledger = fixture_reader(*state);
	assert_int_equal(last_of(ledger, 1), -1);
	ledger_close(ledger);
	ledger = fixture_ledger(*state);
	go_on(ledger, LINE, 200, STATE_CONFIRMED);
	assert_int_equal(last_of(ledger, 1), 200);
	ledger_close(ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_goes_on_is_no_step_of_the_case, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_case_that_goes_on_is_not_silent, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_ledger_of_before_has_none, fixture_begin, fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
