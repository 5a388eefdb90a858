/* SPDX-License-Identifier: BSD-2-Clause */
#include "judge_bench.h"

static struct resumed
case_of(const struct bench *bench, uint32_t host, enum state now, int64_t entered_us)
{
	return (struct resumed){
		.line = {.pseudonym = line_of(bench, host), .role = ROLE_RESIDENTIAL},
		.state = (uint8_t)now,
		.highest = (uint8_t)now,
		.entered = {entered_us},
	};
}

/* What follows when nothing more is heard of a line that is held as confirmed. */
static void
check_that_it_leaves(struct bench *bench, uint32_t host)
{
	int64_t begun = bench->now.us;

	bench->said->count = 0;
	while (bench->said->count == 0 && bench->now.us < begun + 60 * WALL_DAY)
		pass(bench, 1 / 24.0);
	assert_int_equal(bench->said->count, 1);
	assert_true(bench->said->last.line == line_of(bench, host));
	assert_int_equal(bench->said->last.from, STATE_CONFIRMED);
	assert_int_equal(bench->said->last.to, STATE_PROBATION);
	assert_true(bench->now.us - begun >= bench->settings.parameters.court.leave_us);
	pass(bench, 13);
	assert_int_equal(bench->said->count, 1);
	pass(bench, 2);
	assert_int_equal(bench->said->count, 2);
	assert_true(bench->said->last.line == line_of(bench, host));
	assert_int_equal(bench->said->last.to, STATE_CLEAR);
}

static void
a_case_younger_than_the_snapshot_is_held_and_left_again(void **state)
{
	struct resumed resumed;
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 1, 3);
	save(&bench);
	spam(&bench, 1, 30);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	resumed = case_of(&bench, 1, STATE_CONFIRMED, bench.said->last.time.us);
	restore(&bench);
	assert_int_equal(state_of(&bench, 1), STATE_CLEAR);
	bench.said->count = 0;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(bench.said->count, 0);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	assert_int_equal(judge_counts(bench.judge).by_highest[STATE_CONFIRMED], 1);
	assert_int_equal(judge_counts(bench.judge).lines, 1);
	save(&bench);
	restore(&bench);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	check_that_it_leaves(&bench, 1);
	done_bench(&bench);
}

static void
a_case_is_held_without_any_snapshot(void **state)
{
	struct resumed resumed;
	struct judge_line line;
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	resumed = case_of(&bench, 1, STATE_CONFIRMED, bench.now.us - WALL_HOUR);
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(judge_find(bench.judge, resumed.line.pseudonym, &line), 0);
	assert_int_equal(line.now.to, STATE_CONFIRMED);
	assert_int_equal(line.now.highest, STATE_CONFIRMED);
	assert_null(line.confirmed);
	assert_int_equal(judge_counts(bench.judge).lines, 1);
	save(&bench);
	restore(&bench);
	check_that_it_leaves(&bench, 1);
	/* It can become a case again. */
	spam(&bench, 1, 30);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	done_bench(&bench);
}

/* The ring still has what led to the case: taken again it is no second one, nor does it end the first. */
static void
what_is_taken_again_after_resuming_changes_nothing(void **state)
{
	struct resumed resumed;
	struct bench bench;
	struct wall before;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 2, 30);
	pass(&bench, .01);
	before = bench.now;
	save(&bench);
	/* Longer than it takes to leave a state: it may not seem quiet since before it was confirmed. */
	for (int day = 0; day < 3; day++)
		attempt(&bench, 1, 4000, OUTCOME_ACCEPTED), pass(&bench, 1);
	spam(&bench, 1, 30);
	resumed = case_of(&bench, 1, STATE_CONFIRMED, bench.said->last.time.us);
	restore(&bench);
	bench.said->count = 0;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	bench.now = before;
	for (int day = 0; day < 3; day++)
		attempt(&bench, 1, 4000, OUTCOME_ACCEPTED), pass(&bench, 1);
	save(&bench);
	restore(&bench);
	spam(&bench, 1, 30);
	assert_int_equal(bench.said->count, 0);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	done_bench(&bench);
}

static void
every_state_is_resumed_and_left_but_quarantine(void **state)
{
	for (int s = STATE_WATCH; s < STATE_COUNT; s++) {
		struct resumed resumed;
		struct bench bench;

		init_bench(&bench, 60);
		start(&bench);
		resumed = case_of(&bench, 1, (enum state)s, bench.now.us);
		assert_int_equal(judge_resume(bench.judge, &resumed), 0);
		assert_int_equal(state_of(&bench, 1), s);
		for (int day = 0; day < 40; day++)
			pass(&bench, 1);
		if (s == STATE_QUARANTINE) {
			assert_int_equal(state_of(&bench, 1), s);
			assert_int_equal(bench.said->count, 0);
		} else {
			assert_int_equal(state_of(&bench, 1), STATE_CLEAR);
			assert_int_equal(bench.said->last.to, STATE_CLEAR);
		}
		done_bench(&bench);
	}
}

static void
a_graver_state_than_the_ledgers_stays(void **state)
{
	struct resumed resumed;
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 1, 30);
	bench.said->count = 0;
	resumed = case_of(&bench, 1, STATE_SUSPECT, bench.now.us);
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	resumed = case_of(&bench, 1, STATE_PROBATION, bench.now.us);
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	assert_int_equal(bench.said->count, 0);
	done_bench(&bench);
}

/* It was let go, or held, after the snapshot was made. */
static void
what_was_decided_counts_before_the_snapshot(void **state)
{
	struct resumed resumed;
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 1, 30);
	resumed = case_of(&bench, 1, STATE_PROBATION, bench.now.us);
	resumed.is_decided = true;
	save(&bench);
	restore(&bench);
	bench.said->count = 0;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(state_of(&bench, 1), STATE_PROBATION);
	pass(&bench, 1);
	assert_int_equal(state_of(&bench, 1), STATE_PROBATION);
	assert_int_equal(bench.said->count, 0);
	/* Evidence begins anew, and confirms: where it goes to it never was before. */
	for (unsigned i = 0; i < 30; i++) {
		bench.now.us += WALL_SECOND;
		attempt(&bench, 1, 1000 + i, OUTCOME_REFUSED);
	}
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	assert_int_equal(bench.said->last.from, STATE_PROBATION);
	/* What it heard already is not heard again: the evidence since stays. */
	resumed = case_of(&bench, 1, STATE_QUARANTINE, bench.now.us);
	resumed.is_decided = true;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(state_of(&bench, 1), STATE_QUARANTINE);
	resumed.state = STATE_CONFIRMED;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	assert_int_equal(state_of(&bench, 1), STATE_CONFIRMED);
	done_bench(&bench);
}

static void
a_case_that_cannot_be_is_not_resumed(void **state)
{
	struct resumed good, bad;
	struct bench bench;

	init_bench(&bench, 60);
	start(&bench);
	good = case_of(&bench, 1, STATE_SUSPECT, bench.now.us);
	bad = good, bad.state = STATE_CLEAR;
	assert_int_equal(judge_resume(bench.judge, &bad), -EINVAL);
	bad = good, bad.state = STATE_COUNT;
	assert_int_equal(judge_resume(bench.judge, &bad), -EINVAL);
	bad = good, bad.highest = 255;
	assert_int_equal(judge_resume(bench.judge, &bad), -EINVAL);
	bad = good, bad.line.role = ROLE_COUNT;
	assert_int_equal(judge_resume(bench.judge, &bad), -EINVAL);
	bad = good, bad.entered.us = INT64_MIN;
	assert_int_equal(judge_resume(bench.judge, &bad), -EINVAL);
	assert_int_equal(judge_counts(bench.judge).lines, 0);
	done_bench(&bench);
}

static void
cases_that_the_ledger_lost_are_told_again(void **state)
{
	struct resumed resumed;
	struct bench bench;
	struct wall entered;

	init_bench(&bench, 60);
	start(&bench);
	spam(&bench, 1, 30);
	spam(&bench, 2, 30);
	entered = bench.said->last.time;
	attempt(&bench, 3, 1, OUTCOME_ACCEPTED);
	resumed = case_of(&bench, 1, STATE_CONFIRMED, bench.now.us);
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	save(&bench);
	restore(&bench);
	bench.said->count = 0;
	judge_each_missing(bench.judge, keep, bench.said);
	assert_int_equal(bench.said->count, 2);
	bench.said->count = 0;
	assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	judge_each_missing(bench.judge, keep, bench.said);
	assert_int_equal(bench.said->count, 1);
	assert_true(bench.said->last.line == line_of(&bench, 2));
	assert_int_equal(bench.said->last.from, STATE_CLEAR);
	assert_int_equal(bench.said->last.to, STATE_CONFIRMED);
	assert_true(bench.said->last.time.us == entered.us);
	assert_int_equal(bench.said->last.facts.contacts, 30);
	done_bench(&bench);
}

/* More open cases than lines may be held: some give way, and are closed. */
static void
open_cases_beyond_the_ceiling_are_closed(void **state)
{
	struct bench bench;

	init_bench(&bench, 4);
	start(&bench);
	for (uint32_t host = 1; host <= 6; host++) {
		struct resumed resumed = case_of(&bench, host, STATE_SUSPECT, bench.now.us + host);

		assert_int_equal(judge_resume(bench.judge, &resumed), 0);
	}
	assert_int_equal(bench.said->count, 2);
	assert_true(bench.said->last.line == line_of(&bench, 2));
	assert_int_equal(bench.said->last.from, STATE_SUSPECT);
	assert_int_equal(bench.said->last.to, STATE_CLEAR);
	/* No earlier than it was opened, though this judge knows of no time yet. */
	assert_true(bench.said->last.time.us == START + 2);
	assert_int_equal(judge_counts(bench.judge).evicted, 2);
	done_bench(&bench);
}

static void
what_was_decided_long_after_the_last_mail_survives_the_judge(void **state)
{
	struct line line = {.role = ROLE_RESIDENTIAL};
	struct bench bench;

	init_bench(&bench, 100);
	start(&bench);
	spam(&bench, 7, 20);
	assert_int_equal(state_of(&bench, 7), STATE_CONFIRMED);
	line.pseudonym = line_of(&bench, 7);
	pass(&bench, 0.1);
	assert_int_equal(judge_put(bench.judge, &line, STATE_PROBATION), 0);
	save(&bench);
	restore(&bench);
	assert_int_equal(state_of(&bench, 7), STATE_PROBATION);
	/* What is told late of the time before is not. */
	for (unsigned i = 200; i < 230; i++) {
		struct wall now = bench.now;

		bench.now.us -= WALL_HOUR;
		attempt(&bench, 7, i, OUTCOME_REFUSED);
		bench.now = now;
	}
	assert_int_equal(state_of(&bench, 7), STATE_PROBATION);
	assert_int_equal(judge_before_release(bench.judge), 30);
	/* What comes then is new. */
	for (unsigned i = 100; i < 130; i++) {
		bench.now.us += WALL_SECOND;
		attempt(&bench, 7, i, OUTCOME_REFUSED);
	}
	assert_int_equal(state_of(&bench, 7), STATE_CONFIRMED);
	done_bench(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_case_younger_than_the_snapshot_is_held_and_left_again),
		cmocka_unit_test(a_case_is_held_without_any_snapshot),
		cmocka_unit_test(what_is_taken_again_after_resuming_changes_nothing),
		cmocka_unit_test(every_state_is_resumed_and_left_but_quarantine),
		cmocka_unit_test(a_graver_state_than_the_ledgers_stays),
		cmocka_unit_test(what_was_decided_counts_before_the_snapshot),
		cmocka_unit_test(what_was_decided_long_after_the_last_mail_survives_the_judge),
		cmocka_unit_test(a_case_that_cannot_be_is_not_resumed),
		cmocka_unit_test(cases_that_the_ledger_lost_are_told_again),
		cmocka_unit_test(open_cases_beyond_the_ceiling_are_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
