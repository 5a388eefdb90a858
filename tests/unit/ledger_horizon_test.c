/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/exception.h"
#include "ledger/horizon.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger_fixture.h"

#include <errno.h>

#define LINE 77

static void
at(struct ledger *ledger, int64_t us)
{
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + us});
}

static int64_t
horizon(const struct ledger *ledger)
{
	return ledger_horizon(ledger).us - FIXTURE_NOW.us;
}

static void
note(struct ledger *ledger)
{
	assert_int_equal(ledger_note(ledger, ACTION_FIND, 1, TEXT(""), NULL), 0);
}

/* What a run of it closed and removed; -1: it waits. */
static int
retain(struct ledger *ledger)
{
	struct retention retention = {.silent_days = 20, .days = 20};
	int r;

	do {
		r = retention_step(&retention, ledger, NULL);
	} while (r > 0);
	assert_int_equal(r, 0);
	return retention.waits ? -1 : retention.closed + retention.removed;
}

static void
it_is_the_latest_time_that_was_written_and_is_kept(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *ledger = fixture_ledger(*state);

	assert_int_equal(horizon(ledger), 0);
	at(ledger, 30 * WALL_DAY);
	assert_int_equal(horizon(ledger), 0);
	note(ledger);
	assert_int_equal(horizon(ledger), 30 * WALL_DAY);
	at(ledger, WALL_DAY);
	note(ledger);
	assert_int_equal(horizon(ledger), 30 * WALL_DAY);
	ledger_close(ledger);
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(horizon(ledger), 30 * WALL_DAY);
	ledger_close(ledger);
}

static void
another_program_moves_it_and_it_never_goes_back(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *ledger = fixture_ledger(*state), *other = NULL;

	assert_int_equal(ledger_open(&other, &settings, NULL), 0);
	at(other, 30 * WALL_DAY);
	note(other);
	at(ledger, WALL_HOUR);
	note(ledger);
	assert_int_equal(horizon(ledger), 30 * WALL_DAY);
	ledger_close(ledger);
	ledger_close(other);
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	assert_int_equal(horizon(ledger), 30 * WALL_DAY);
	ledger_close(ledger);
}

static void
a_clock_that_is_a_month_ahead_for_less_than_a_day_deletes_nothing(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, LINE, 1, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, LINE + 1, 1, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, LINE + 1, 2, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	at(ledger, 30 * WALL_DAY);
	assert_int_equal(retain(ledger), -1);
	for (int hours = 1; hours < 24; hours++) {
		at(ledger, 30 * WALL_DAY + hours * WALL_HOUR);
		assert_int_equal(retain(ledger), -1);
	}
	ledger_close(ledger);
	/* Who takes its place knows that. */
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	at(ledger, 31 * WALL_DAY - WALL_HOUR / 2);
	assert_int_equal(retain(ledger), -1);
	/* Put right, nothing waits, and nothing is old. */
	at(ledger, WALL_DAY);
	assert_int_equal(retain(ledger), 0);
	at(ledger, 20 * WALL_DAY - 1);
	assert_int_equal(retain(ledger), 0);
	at(ledger, 20 * WALL_DAY + WALL_MINUTE);
	assert_int_equal(retain(ledger), 2);
	ledger_close(ledger);
}

static void
after_a_day_such_a_clock_is_believed(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, LINE, 1, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	at(ledger, 30 * WALL_DAY);
	assert_int_equal(retain(ledger), -1);
	at(ledger, 31 * WALL_DAY);
	assert_int_equal(retain(ledger), 1);
	ledger_close(ledger);
}

static void
what_was_not_written_moved_nothing(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct fail fail;

	at(ledger, 30 * WALL_DAY);
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_NEVER, LINE, &fail), -ENOENT);
	/* It is looked at again, and found out again. */
	at(ledger, 30 * WALL_DAY + WALL_HOUR);
	assert_int_equal(retain(ledger), -1);
	ledger_close(ledger);
}

static void
an_exemption_that_only_seems_over_is_there_again(void **state)
{
	struct wall until = {FIXTURE_NOW.us + 10 * WALL_DAY};
	struct ledger *ledger = fixture_ledger(*state);

	assert_int_equal(ledger_except(ledger, EXCEPTION_EXEMPT, LINE, TEXT("192.0.2.7"), until,
				 TEXT("a server"), NULL),
		0);
	at(ledger, 30 * WALL_DAY);
	assert_int_equal(ledger_end_exceptions(ledger, NULL), 0);
	at(ledger, WALL_DAY);
	assert_int_equal(ledger_find_exception(ledger, EXCEPTION_EXEMPT, LINE, NULL, NULL), 0);
	at(ledger, 11 * WALL_DAY);
	assert_int_equal(ledger_end_exceptions(ledger, NULL), 1);
	ledger_close(ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_the_latest_time_that_was_written_and_is_kept,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(another_program_moves_it_and_it_never_goes_back,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_clock_that_is_a_month_ahead_for_less_than_a_day_deletes_nothing,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			after_a_day_such_a_clock_is_believed, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_was_not_written_moved_nothing, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(an_exemption_that_only_seems_over_is_there_again,
			fixture_begin, fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
