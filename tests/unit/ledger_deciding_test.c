/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>

#define LINE  7
#define OTHER 8

static struct ledger *
open_in(const struct fixture *fixture, enum measure_mode mode)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(fixture);

	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		planning.plan.mode[kind] = (uint8_t)mode;
		snprintf(planning.ground[kind], sizeof(planning.ground[kind]), "ground-%d", kind);
	}
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT("lazaretd"));
	return ledger;
}

static void
confirm_line(struct ledger *ledger, uint64_t line, int seconds, enum state from)
{
	fixture_step(ledger, line, seconds, from, STATE_CONFIRMED);
	fixture_commit(ledger);
}

struct held {
	uint64_t line;
	size_t count[MEASURE_KINDS][MEASURE_MODES];
};

static int
count(void *context, const struct measure *row)
{
	struct held *held = context;

	held->count[row->kind][row->mode] += held->line == row->line;
	return 0;
}

static size_t
held(struct ledger *ledger, uint64_t line, enum measure_kind kind, enum measure_mode mode)
{
	struct held held = {.line = line};

	assert_int_equal(ledger_each_held(ledger, 0, count, &held, NULL), 0);
	return held.count[kind][mode];
}

static enum state
state_of(struct ledger *ledger, uint64_t line)
{
	struct ledger_case of;

	assert_int_equal(ledger_find_line(ledger, line, &of, NULL), 0);
	return (enum state)of.state;
}

static void
pass(struct ledger *ledger, int64_t us)
{
	struct review done = {.after = 0};
	int r;

	ledger_set_time(ledger, (struct wall){ledger_time(ledger).us + us});
	do {
		r = ledger_review(ledger, &done, &(struct fail){0});
		assert_true(r >= 0);
	} while (r > 0);
}

static void
done(struct ledger *ledger, const struct fixture *fixture)
{
	struct ledger_proof proof;
	struct fail fail = {0};
	int r;

	ledger_close(ledger);
	ledger = fixture_reader(fixture);
	r = ledger_verify(ledger, &proof, &fail);
	if (r < 0)
		print_error("%s: %s\n", fail.where, fail.what);
	assert_int_equal(r, 0);
	ledger_close(ledger);
}

static void
expect_decision(struct ledger *ledger, uint64_t line, enum state state)
{
	const struct case_decision *decisions;

	assert_int_equal(ledger_decisions(ledger, &decisions), 1);
	assert_int_equal(decisions[0].line, line);
	assert_int_equal(decisions[0].state, state);
	assert_int_equal(decisions[0].role, ROLE_RESIDENTIAL);
	assert_int_equal(decisions[0].when.us, ledger_time(ledger).us);
	ledger_decisions_taken(ledger, 1);
	assert_int_equal(ledger_decisions(ledger, &decisions), 0);
}

static int
last_audit(void *context, const struct audit *row)
{
	snprintf(context, 256, "%.*s|%s|%.*s", (int)row->actor.length, row->actor.at,
		action_names[row->action], (int)row->details.length, row->details.at);
	return 0;
}

static void
a_person_holds_a_line_and_no_verdict_lets_it_go(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_PROPOSE);
	char audit[256];
	struct measure measure;

	fixture_step(ledger, LINE, 1, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("three complaints"), &measure, NULL),
		0);
	assert_int_equal(ledger_each_audit(ledger, last_audit, audit, NULL), 0);
	assert_string_equal(
		audit, "anna (1000)|measure|quarantine begins (enforce): three complaints");
	assert_string_equal(measure.ground, "ground-2");
	assert_int_equal(measure.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	assert_int_equal(state_of(ledger, LINE), STATE_QUARANTINE);
	expect_decision(ledger, LINE, STATE_QUARANTINE);
	ledger_set_actor(ledger, TEXT("lazaretd"));
	/* Judges who had not heard of it. */
	fixture_step(ledger, LINE, 2, STATE_SUSPECT, STATE_CONFIRMED);
	fixture_step(ledger, LINE, 3, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	pass(ledger, WALL_HOUR);
	assert_int_equal(state_of(ledger, LINE), STATE_QUARANTINE);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	done(ledger, *state);
}

static void
a_proposal_is_confirmed_or_becomes_what_a_person_decides(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_PROPOSE);
	struct measure measure, undone;
	struct fail fail = {0};

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_PROPOSE), 1);
	assert_int_equal(ledger_confirm(ledger, 2, TEXT("yes"), &measure, NULL), 0);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(ledger_confirm(ledger, 2, TEXT("yes"), &measure, &fail), -ESRCH);
	assert_string_equal(fail.what, "no proposal 2 waits: it became measure 3 (enforce)");
	assert_int_equal(ledger_undo(ledger, 2, TEXT("no"), &undone, &fail), -EPERM);
	assert_string_equal(fail.what, "measure 2 ended (mode): it became measure 3");
	assert_int_equal(ledger_confirm(ledger, 77, TEXT("yes"), &undone, &fail), -ESRCH);
	assert_string_equal(fail.what, "no proposal 77 waits");
	assert_int_equal(ledger_confirm(ledger, measure.number, TEXT(""), &measure, &fail), -ESRCH);
	pass(ledger, WALL_DAY);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_PROPOSE), 1);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("it goes on"), &measure, NULL), 0);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_PROPOSE), 0);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("again"), &measure, &fail), -EEXIST);
	/* What a person decided is not taken back by the settings. */
	pass(ledger, WALL_HOUR);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	done(ledger, *state);
}

/* The end of that day is more than 30 days away: so it is not the end that counts. */
static void
the_last_day_that_is_named_is_taken(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_OBSERVE);
	struct measure measure;
	struct wall until;

	assert_int_equal(wall_from_date(&until, 2023, 12, 15, 0, 0, 0), 0);
	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(ledger_quarantine(ledger, 1, until, TEXT("x"), &measure, NULL), 0);
	assert_int_equal(measure.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	done(ledger, *state);
}

static void
nobody_is_held_without_a_case_beyond_the_maximum_or_against_never(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_OBSERVE);
	struct measure measure;
	struct fail fail = {0};

	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &fail), -ESRCH);
	assert_string_equal(fail.what, "there is no case 1");
	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(
		ledger_quarantine(ledger, 1, (struct wall){FIXTURE_NOW.us + 31 * WALL_DAY + 1},
			TEXT("x"), &measure, &fail),
		-EINVAL);
	assert_string_equal(
		fail.what, "nobody is held for so long: until 2023-12-14 at the latest");
	assert_int_equal(
		ledger_quarantine(ledger, 1, FIXTURE_NOW, TEXT("x"), &measure, &fail), -EINVAL);
	assert_int_equal(ledger_except(ledger, EXCEPTION_NEVER, LINE, TEXT("192.0.2.7"), WALL_NONE,
				 TEXT("telecare"), NULL),
		0);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &fail), -EPERM);
	assert_string_equal(fail.what, "the line is never acted upon: telecare");
	fixture_step(ledger, LINE, 9, STATE_CONFIRMED, STATE_CLEAR);
	fixture_commit(ledger);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &fail), -ESRCH);
	assert_string_equal(fail.what, "case 1 is closed");
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), &fail), -ESRCH);
	done(ledger, *state);
}

static void
who_is_let_go_is_on_probation_until_new_evidence_confirms_sooner(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	pass(ledger, WALL_DAY);
	assert_int_equal(state_of(ledger, LINE), STATE_QUARANTINE);
	expect_decision(ledger, LINE, STATE_QUARANTINE);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("cleaned"), NULL), 3);
	assert_int_equal(state_of(ledger, LINE), STATE_PROBATION);
	expect_decision(ledger, LINE, STATE_PROBATION);
	assert_int_equal(ledger_measure(ledger, 3, &measure, NULL), 0);
	assert_int_equal(measure.why, END_HELPDESK);
	assert_string_equal(measure.ended_reason, "cleaned");
	assert_int_equal(
		ledger_release(ledger, 1, END_HELPDESK, TEXT(""), &(struct fail){0}), -EALREADY);
	/* On its way already. */
	fixture_step(ledger, LINE, 2, STATE_CONFIRMED, STATE_SUSPECT);
	fixture_commit(ledger);
	pass(ledger, WALL_HOUR);
	assert_int_equal(state_of(ledger, LINE), STATE_PROBATION);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		assert_int_equal(held(ledger, LINE, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
	/* The clock of what the judge sees is behind that of the decision. */
	confirm_line(ledger, LINE, 3, STATE_PROBATION);
	assert_int_equal(state_of(ledger, LINE), STATE_CONFIRMED);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	pass(ledger, WALL_DAY / 4);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	done(ledger, *state);
}

static void
a_judge_that_remembers_nothing_confirms_who_is_on_probation(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT(""), NULL), 2);
	confirm_line(ledger, LINE, 2, STATE_WATCH);
	assert_int_equal(state_of(ledger, LINE), STATE_CONFIRMED);
	done(ledger, *state);
}

static void
what_is_taken_back_begins_again_when_it_gets_worse_or_a_person_says_so(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(ledger_undo(ledger, 2, TEXT("a mistake"), &measure, NULL), 0);
	assert_int_equal(measure.why, END_UNDONE);
	pass(ledger, WALL_HOUR);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 0);
	assert_int_equal(held(ledger, LINE, MEASURE_LIMIT, MEASURE_ENFORCE), 1);
	assert_int_equal(ledger_undo(ledger, 2, TEXT("it was none"), &measure, NULL), 1);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(ledger_undo(ledger, measure.number, TEXT("it was"), &measure, NULL), 0);
	fixture_step(ledger, LINE, 2, STATE_CONFIRMED, STATE_SUSPECT);
	fixture_commit(ledger);
	pass(ledger, WALL_HOUR);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 0);
	confirm_line(ledger, LINE, 3, STATE_SUSPECT);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	done(ledger, *state);
}

static void
a_quarantine_that_is_taken_back_leaves_the_case_as_it_was(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	pass(ledger, WALL_DAY);
	expect_decision(ledger, LINE, STATE_QUARANTINE);
	assert_int_equal(ledger_undo(ledger, 3, TEXT("x"), &measure, NULL), 0);
	expect_decision(ledger, LINE, STATE_CONFIRMED);
	pass(ledger, WALL_DAY);
	assert_int_equal(state_of(ledger, LINE), STATE_CONFIRMED);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	assert_int_equal(held(ledger, LINE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(ledger_undo(ledger, 3, TEXT("y"), &measure, NULL), 1);
	assert_int_equal(state_of(ledger, LINE), STATE_QUARANTINE);
	/* A release, too. */
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT(""), NULL), 3);
	assert_int_equal(ledger_undo(ledger, measure.number, TEXT("z"), &measure, NULL), 1);
	assert_int_equal(state_of(ledger, LINE), STATE_QUARANTINE);
	pass(ledger, 1);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	done(ledger, *state);
}

static void
only_what_a_person_ended_in_time_begins_again(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;
	struct fail fail = {0};

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	fixture_step(ledger, LINE, 2, STATE_CONFIRMED, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(ledger_undo(ledger, 2, TEXT("x"), &measure, &fail), -EPERM);
	assert_int_equal(ledger_undo(ledger, 99, TEXT("x"), &measure, &fail), -ENOENT);
	confirm_line(ledger, LINE, 3, STATE_SUSPECT);
	pass(ledger, WALL_DAY);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT(""), NULL), 3);
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + 40 * WALL_DAY});
	assert_int_equal(ledger_undo(ledger, 4, TEXT("x"), &measure, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "its time is over"));
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	done(ledger, *state);
}

static void
the_date_lets_go_and_leads_to_probation(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	pass(ledger, WALL_DAY);
	expect_decision(ledger, LINE, STATE_QUARANTINE);
	pass(ledger, 30 * WALL_DAY);
	expect_decision(ledger, LINE, STATE_PROBATION);
	assert_int_equal(state_of(ledger, LINE), STATE_PROBATION);
	assert_int_equal(ledger_measure(ledger, 3, &measure, NULL), 0);
	assert_int_equal(measure.why, END_DATE);
	pass(ledger, WALL_DAY);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		assert_int_equal(held(ledger, LINE, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
	done(ledger, *state);
}

static void
after_all_were_let_go_nothing_begins_by_itself_until_it_is_said(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	struct measure measure;
	struct wall since;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	confirm_line(ledger, OTHER, 1, STATE_WATCH);
	pass(ledger, WALL_DAY);
	assert_int_equal(ledger_resume(ledger, TEXT("x"), &(struct fail){0}), -EALREADY);
	assert_int_equal(ledger_release_all(ledger, TEXT("the list was wrong"), NULL), 6);
	assert_int_equal(ledger_paused(ledger, &since, NULL), 0);
	assert_int_equal(since.us, ledger_time(ledger).us);
	assert_int_equal(state_of(ledger, LINE), STATE_CONFIRMED);
	confirm_line(ledger, 9, 1, STATE_WATCH);
	pass(ledger, WALL_DAY);
	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		assert_int_equal(held(ledger, LINE, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
		assert_int_equal(held(ledger, 9, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
	}
	/* A person may. */
	assert_int_equal(ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, NULL), 0);
	pass(ledger, WALL_HOUR);
	assert_int_equal(held(ledger, LINE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(ledger_resume(ledger, TEXT("it is right now"), NULL), 0);
	assert_int_equal(ledger_paused(ledger, &since, NULL), 0);
	assert_int_equal(since.us, 0);
	pass(ledger, 1);
	assert_int_equal(held(ledger, OTHER, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 9, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, OTHER, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	done(ledger, *state);
}

static void
a_decision_that_was_not_written_is_told_to_nobody_and_others_are_found_again(void **state)
{
	struct ledger *ledger = open_in(*state, MEASURE_ENFORCE);
	const struct case_decision *decisions;
	struct measure measure;
	uint64_t before, last;

	confirm_line(ledger, LINE, 1, STATE_WATCH);
	assert_int_equal(ledger_last_step(ledger, &before, NULL), 0);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT(""), NULL), 2);
	/* Neither needs another state, and what is refused is told to nobody. */
	confirm_line(ledger, OTHER, 1, STATE_WATCH);
	assert_int_equal(ledger_undo(ledger, 4, TEXT(""), &measure, NULL), 0);
	assert_int_equal(ledger_undo(ledger, 4, TEXT(""), &measure, NULL), 1);
	assert_int_equal(ledger_undo(ledger, 4, TEXT(""), &measure, &(struct fail){0}), -EEXIST);
	assert_int_equal(ledger_decisions(ledger, &decisions), 1);
	assert_int_equal(ledger_last_step(ledger, &last, NULL), 0);
	assert_int_equal(last, before + 2);
	ledger_close(ledger);
	ledger = open_in(*state, MEASURE_ENFORCE);
	assert_int_equal(ledger_decisions(ledger, &decisions), 0);
	assert_int_equal(ledger_recall_decisions(ledger, before, NULL), 0);
	expect_decision(ledger, LINE, STATE_PROBATION);
	assert_int_equal(ledger_recall_decisions(ledger, last, NULL), 0);
	assert_int_equal(ledger_decisions(ledger, &decisions), 0);
	done(ledger, *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_person_holds_a_line_and_no_verdict_lets_it_go),
		TEST(a_proposal_is_confirmed_or_becomes_what_a_person_decides),
		TEST(nobody_is_held_without_a_case_beyond_the_maximum_or_against_never),
		TEST(the_last_day_that_is_named_is_taken),
		TEST(who_is_let_go_is_on_probation_until_new_evidence_confirms_sooner),
		TEST(a_judge_that_remembers_nothing_confirms_who_is_on_probation),
		TEST(what_is_taken_back_begins_again_when_it_gets_worse_or_a_person_says_so),
		TEST(a_quarantine_that_is_taken_back_leaves_the_case_as_it_was),
		TEST(only_what_a_person_ended_in_time_begins_again),
		TEST(the_date_lets_go_and_leads_to_probation),
		TEST(after_all_were_let_go_nothing_begins_by_itself_until_it_is_said),
		TEST(a_decision_that_was_not_written_is_told_to_nobody_and_others_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
