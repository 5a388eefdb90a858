/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/inside.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

static struct planning
enforcing(void)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};

	planning.plan.harm = 0;
	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		planning.plan.mode[kind] = MEASURE_ENFORCE;
		snprintf(planning.ground[kind], sizeof(planning.ground[kind]), "ground-%d", kind);
	}
	return planning;
}

static struct ledger *
open_with(const struct fixture *fixture, const struct planning *planning)
{
	struct ledger *ledger = fixture_ledger(fixture);

	ledger_plan(ledger, planning);
	return ledger;
}

struct held {
	uint64_t line; /* of whom only; 0: of all */
	size_t count[MEASURE_KINDS][MEASURE_MODES];
};

static int
count(void *context, const struct measure *row)
{
	struct held *held = context;
	char ground[16];

	snprintf(ground, sizeof(ground), "ground-%d", row->kind);
	assert_string_equal(row->ground, ground);
	if (held->line == 0 || held->line == row->line)
		held->count[row->kind][row->mode]++;
	return 0;
}

static size_t
held(struct ledger *ledger, uint64_t line, enum measure_kind kind, enum measure_mode mode)
{
	struct held held = {.line = line};

	assert_int_equal(ledger_each_held(ledger, 0, count, &held, NULL), 0);
	return held.count[kind][mode];
}

static void
review(struct ledger *ledger)
{
	struct fail fail = {0};
	struct review done = {.after = 0};
	int r;

	do {
		r = ledger_review(ledger, &done, &fail);
		if (r < 0)
			print_error("%s: %s\n", fail.where, fail.what);
		assert_true(r >= 0);
	} while (r > 0);
}

static void
pass(struct ledger *ledger, int64_t us)
{
	ledger_set_time(ledger, (struct wall){ledger_time(ledger).us + us});
	review(ledger);
}

static void
check(const struct fixture *fixture)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct ledger_proof proof;
	struct fail fail = {0};

	assert_int_equal(ledger_verify(ledger, &proof, &fail), 0);
	ledger_close(ledger);
}

static void
measures_are_written_with_the_verdict_that_they_follow_from(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(held(ledger, 7, MEASURE_LIMIT, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 7, MEASURE_BLOCK25, MEASURE_ENFORCE), 0);
	fixture_step(ledger, 7, 2, STATE_SUSPECT, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(held(ledger, 7, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	pass(ledger, WALL_DAY - 1);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	pass(ledger, 1);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	/* No verdict ends it but of one who knows of it. */
	fixture_step(ledger, 7, 3, STATE_QUARANTINE, STATE_CLEAR);
	fixture_commit(ledger);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		assert_int_equal(held(ledger, 7, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
	ledger_close(ledger);
	check(*state);
}

static void
a_second_time_comes_sooner(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	fixture_step(ledger, 7, 2, STATE_CONFIRMED, STATE_CLEAR);
	fixture_commit(ledger);
	fixture_step(ledger, 7, 3, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY / 4);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	ledger_close(ledger);
}

/* A person took it back, so it is none that a second one could follow. */
static void
what_was_a_mistake_is_no_first_time(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	struct measure measure;

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	/* Limit, block, quarantine. */
	assert_int_equal(ledger_undo(ledger, 3, TEXT("a mistake"), &measure, NULL), 0);
	assert_int_equal(measure.kind, MEASURE_QUARANTINE);
	fixture_step(ledger, 7, 2, STATE_CONFIRMED, STATE_CLEAR);
	fixture_commit(ledger);
	fixture_step(ledger, 7, 3, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY - 1);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	pass(ledger, 1);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	ledger_close(ledger);
}

/* Proposals that wait, and of them those of the brake. */
static void
assert_waits(struct ledger *ledger, int64_t proposed, int64_t braked)
{
	struct review done = {.after = 0};

	while (ledger_review(ledger, &done, NULL) > 0)
		;
	assert_int_equal(done.waits.proposed, proposed);
	assert_int_equal(done.waits.braked, braked);
}

static void
assert_unheld(struct ledger *ledger, uint64_t unheld)
{
	struct review done = {.after = 0};

	while (ledger_review(ledger, &done, NULL) > 0)
		;
	assert_int_equal(done.unheld, unheld);
}

/* The mode alone, or the role, is not the brake. */
static void
what_waits_for_a_person_is_counted(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger;
	struct measure measure;

	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_PROPOSE;
	ledger = open_with(*state, &planning);
	for (uint64_t line = 1; line <= 3; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_waits(ledger, 3, 0);
	/* Of each line limit, then block25. */
	assert_int_equal(ledger_confirm(ledger, 2, TEXT(""), &measure, NULL), 0);
	assert_waits(ledger, 2, 0);
	assert_int_equal(ledger_brakes(ledger), 0);
	ledger_close(ledger);
}

/* A wave of confirmations, as a wrong parameter makes, closes port 25 of some and not of all. */
static void
the_brake_is_for_closed_ports_as_well(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger;

	planning.blocks_an_hour = 20;
	ledger = open_with(*state, &planning);
	for (uint64_t line = 1; line <= 50; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_ENFORCE), 20);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_PROPOSE), 30);
	assert_int_equal(held(ledger, 0, MEASURE_LIMIT, MEASURE_ENFORCE), 50);
	assert_int_equal(ledger_brakes(ledger), 1U << MEASURE_BLOCK25);
	assert_waits(ledger, 30, 30);
	/* These wait for a person; who comes when there is room again is blocked as ever. */
	pass(ledger, WALL_HOUR + 1);
	assert_int_equal(ledger_brakes(ledger), 0);
	fixture_step(ledger, 51, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_ENFORCE), 21);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_PROPOSE), 30);
	ledger_close(ledger);
	check(*state);
}

/* A hundred lines at once are a mistake of somebody's, or a matter for a person. */
static void
the_brake_stops_a_wave(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger;

	planning.an_hour = 20;
	ledger = open_with(*state, &planning);
	for (uint64_t line = 1; line <= 100; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_ENFORCE), 100);
	pass(ledger, WALL_DAY);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 20);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_PROPOSE), 80);
	assert_int_equal(ledger_brakes(ledger), 1U << MEASURE_QUARANTINE);
	assert_waits(ledger, 80, 80);
	/* What waits for a person waits, also when there is room again: a wave is nobody else's decision. */
	pass(ledger, WALL_HOUR + 1);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 20);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_PROPOSE), 80);
	assert_int_equal(ledger_brakes(ledger), 0);
	assert_waits(ledger, 80, 80);
	planning.an_hour = 0;
	planning.at_once = 50;
	ledger_plan(ledger, &planning);
	for (uint64_t line = 101; line <= 160; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 50);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_PROPOSE), 110);
	ledger_close(ledger);
	check(*state);
}

/* As version 7 of the tables told it. */
#define BRAKE                                                                                      \
	"the brake: so many lines are held, or were within an hour, that a person decides of more"

static int
take_last(void *context, const struct measure *row)
{
	*(struct measure *)context = *row;
	return 0;
}

/* Of two lines one is held, and the other waits for the brake. */
static struct ledger *
with_braked(const struct fixture *fixture, struct planning *planning, struct measure *ret)
{
	struct ledger *ledger;

	*planning = enforcing();
	planning->an_hour = 1;
	ledger = open_with(fixture, planning);
	for (uint64_t line = 1; line <= 2; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	assert_waits(ledger, 1, 1);
	assert_int_equal(ledger_each_held(ledger, 0, take_last, ret, NULL), 0);
	assert_string_equal(measure_reason(ret), BRAKE);
	return ledger;
}

/* A person may say the same words. */
static void
what_waits_for_the_brake_is_not_told_by_words(void **state)
{
	struct planning planning;
	struct measure measure;
	struct ledger *ledger = with_braked(*state, &planning, &measure);

	assert_int_equal(ledger_undo(ledger, measure.number, TEXT(""), &measure, NULL), 0);
	assert_waits(ledger, 0, 0);
	assert_int_equal(ledger_undo(ledger, measure.number, TEXT(BRAKE), &measure, NULL), 1);
	assert_waits(ledger, 1, 0);
	assert_int_equal(ledger_confirm(ledger, measure.number, TEXT(""), &measure, NULL), 0);
	assert_false(measure.braked);
	ledger_close(ledger);
	check(*state);
}

static void
who_makes_a_proposal_of_the_brake_another_is_found_out(void **state)
{
	struct planning planning;
	struct measure measure;
	struct ledger *ledger = with_braked(*state, &planning, &measure);
	struct ledger_proof proof;

	ledger_close(ledger);
	check(*state);
	old_change(*state, "DROP TRIGGER measures_stay; UPDATE measures SET braked = 0");
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), -EUCLEAN);
	ledger_close(ledger);
}

static struct ledger *
a_day_later(struct ledger *ledger, const struct planning *planning)
{
	ledger_plan(ledger, planning);
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + WALL_DAY});
	return ledger;
}

/* One that waits, and one that has ended. */
static void
proposals_of_before_are_the_brakes_by_their_words(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	struct measure last = {.mode = MEASURE_PROPOSE,
		.kind = MEASURE_QUARANTINE,
		.until = WALL_NONE,
		.reason = BRAKE};

	snprintf(last.ground, sizeof(last.ground), "ground-%d", last.kind);
	for (uint64_t line = 1; line <= 2; line++) {
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
		fixture_commit(ledger);
		last.of_case = last.line = line;
		assert_int_equal(ledger_begin(ledger, NULL), 0);
		assert_int_equal(
			ledger_end(ledger, ledger_add_measure(ledger, &last, NULL), NULL), 0);
	}
	assert_waits(a_day_later(ledger, &planning), 2, 0);
	assert_int_equal(ledger_undo(ledger, last.number, TEXT(""), &last, NULL), 0);
	ledger_close(ledger);
	old_become(*state, 7);
	check(*state);
	/* Who only reads changes nothing. */
	ledger = a_day_later(fixture_reader(*state), &planning);
	assert_waits(ledger, 1, 1);
	ledger_close(ledger);
	ledger = a_day_later(fixture_ledger(*state), &planning);
	assert_waits(ledger, 1, 1);
	assert_int_equal(ledger_measure(ledger, last.number, &last, NULL), 0);
	assert_true(last.braked);
	ledger_close(ledger);
	check(*state);
}

static void
a_line_that_a_person_excepts_is_let_go(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	struct ledger_case of;

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(ledger_except_case(
				 ledger, EXCEPTION_NEVER, &of, WALL_NONE, TEXT("a hospital"), NULL),
		0);
	review(ledger);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		assert_int_equal(held(ledger, 7, (enum measure_kind)kind, MEASURE_ENFORCE), 0);
	ledger_close(ledger);
	check(*state);
}

static void
step_after(struct ledger *ledger, uint64_t line, enum state from, enum state to, uint64_t attempts,
	int64_t us)
{
	struct verdict verdict = fixture_verdict(line, 1, from, to);
	char name[SEAL_NAME];

	verdict.time.us += us;
	verdict.facts.first_seen.us -= 300 * WALL_DAY;
	verdict.facts.last_seen = verdict.time;
	verdict.facts.attempts = attempts;
	snprintf(name, sizeof(name), "192.0.2.%u", (unsigned)line);
	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
}

/* A line with a past of a year: what it did since the step before tells. */
static void
a_line_that_does_harm_is_held_after_an_hour(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger;

	planning.plan.harm = 1000;
	ledger = open_with(*state, &planning);
	/* Six an hour, 1250 an hour, and eighty thousand an hour since it was first seen. */
	step_after(ledger, 1, STATE_WATCH, STATE_SUSPECT, 100, 0);
	step_after(ledger, 1, STATE_SUSPECT, STATE_CONFIRMED, 106, WALL_HOUR);
	step_after(ledger, 2, STATE_WATCH, STATE_SUSPECT, 100, 0);
	step_after(ledger, 2, STATE_SUSPECT, STATE_CONFIRMED, 350, WALL_HOUR / 5);
	step_after(ledger, 3, STATE_WATCH, STATE_CONFIRMED, UINT64_C(80000) * 24 * 300, 0);
	fixture_commit(ledger);
	pass(ledger, WALL_HOUR - 1);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	pass(ledger, 1);
	assert_int_equal(held(ledger, 1, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	assert_int_equal(held(ledger, 2, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 3, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	pass(ledger, WALL_DAY - WALL_HOUR);
	assert_int_equal(held(ledger, 1, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	ledger_close(ledger);
	check(*state);
}

static struct planning_line
role_now(void *context, const struct ledger_case *of, struct wall now)
{
	const uint8_t *role = context;

	(void)now;
	return (struct planning_line){.role = role[of->line]};
}

static void
review_roles(struct ledger *ledger, struct review *ret)
{
	int r;

	*ret = (struct review){.after = 0};
	do {
		r = ledger_review_roles(ledger, ret, NULL);
		assert_true(r >= 0);
	} while (r > 0);
	assert_int_equal(ret->after, 0);
}

static int
count_end(void *context, const struct measure *row)
{
	size_t *counts = context;

	if (!wall_is_none(row->ended))
		counts[row->why]++;
	return 0;
}

static void
count_why(struct ledger *ledger, uint64_t of_case, size_t counts[MEASURE_ENDS])
{
	memset(counts, 0, MEASURE_ENDS * sizeof(*counts));
	assert_int_equal(ledger_each_measure(ledger, of_case, count_end, counts, NULL), 0);
}

/* Hundreds of lines are held by a program, one by a person; then the settings protect all but one of them. */
static void
a_line_that_is_protected_now_is_free_before_its_case_takes_a_step(void **state)
{
	enum { LINES = 200, FREE = 7 };
	struct ledger_settings settings = fixture_settings(*state, STORE_MAKE);
	struct planning planning = enforcing();
	uint8_t role[LINES + 1] = {0};
	size_t why[MEASURE_ENDS];
	struct ledger *ledger = open_with(*state, &planning);
	struct measure measure;
	struct ledger_case of;
	struct review done;

	fixture_step(ledger, LINES, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("a person"), &measure, NULL), 0);
	ledger_close(ledger);
	settings.actor = TEXT(LEDGER_PROGRAM);
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	ledger_plan(ledger, &planning);
	ledger_set_lines(ledger, role_now, role);
	for (uint64_t line = 1; line < LINES; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), LINES);
	review_roles(ledger, &done);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), LINES);
	assert_int_equal(done.beyond, 0);
	for (int line = 1; line <= LINES; line++)
		role[line] = line == FREE ? ROLE_COUNT : ROLE_PROTECTED;
	review_roles(ledger, &done);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 2);
	assert_int_equal(held(ledger, FREE, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, FREE, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, LINES, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 1, MEASURE_BLOCK25, MEASURE_ENFORCE), 0);
	assert_int_equal(held(ledger, 1, MEASURE_BLOCK25, MEASURE_PROPOSE), 1);
	assert_int_equal(ledger_find_line(ledger, 1, &of, NULL), 0);
	assert_int_equal(of.state, STATE_CONFIRMED);
	count_why(ledger, of.number, why);
	assert_int_equal(why[END_ROLE], 2);
	/* What a person decided stays, and is told. */
	assert_int_equal(done.first, 1);
	assert_true(done.beyond > 0);
	ledger_close(ledger);
	check(*state);
}

static void
the_review_counts_what_a_person_holds_of_a_protected_line(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	uint8_t role[8] = {[7] = ROLE_SHARED};
	struct review done = {.after = 0};
	struct measure measure;

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("a person"), &measure, NULL), 0);
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	assert_int_equal(done.beyond, 0);
	ledger_set_lines(ledger, role_now, role);
	done = (struct review){.after = 0};
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	/* The name of the actor is no program's here: its block is a person's, too. */
	assert_int_equal(done.beyond, 2);
	assert_int_equal(done.first, 1);
	ledger_close(ledger);
}

static struct planning_line
gone_now(void *context, const struct ledger_case *of, struct wall now)
{
	const bool *gone = context;

	(void)now;
	return (struct planning_line){.role = ROLE_COUNT, .is_gone = gone[of->line]};
}

/* One is removed from the network, and comes back. */
static void
what_no_line_is_called_any_more_is_held_by_nothing(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	bool gone[9] = {false};
	size_t why[MEASURE_ENDS];
	struct review done;
	struct measure measure;
	struct fail fail = {0};

	ledger_set_lines(ledger, gone_now, gone);
	for (uint64_t line = 7; line <= 8; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	gone[7] = true;
	review_roles(ledger, &done);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 0, MEASURE_QUARANTINE, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 7, MEASURE_LIMIT, MEASURE_ENFORCE), 0);
	count_why(ledger, 1, why);
	assert_int_equal(why[END_LINE], 3);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "no line of the own network"));
	assert_unheld(ledger, 3);
	/* It is told for a day. */
	pass(ledger, WALL_DAY);
	assert_unheld(ledger, 0);
	gone[7] = false;
	pass(ledger, 1);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_ENFORCE), 2);
	/* Sooner where it was put right, or let go. */
	gone[7] = gone[8] = true;
	review_roles(ledger, &done);
	assert_unheld(ledger, 5);
	gone[7] = false;
	pass(ledger, 1);
	assert_unheld(ledger, 3);
	assert_int_equal(ledger_release(ledger, 2, END_HELPDESK, TEXT(""), NULL), 0);
	assert_unheld(ledger, 0);
	ledger_close(ledger);
	check(*state);
}

/* An exemption does nothing where no line is called so, and stays for when one is again. */
static void
exemptions_of_lines_that_are_gone_are_counted(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	const struct wall until = {FIXTURE_NOW.us + 30 * WALL_DAY};
	bool gone[9] = {false};
	struct review done = {.after = 0};

	for (uint64_t line = 6; line <= 8; line++)
		assert_int_equal(ledger_except(ledger, EXCEPTION_EXEMPT, line, TEXT("192.0.2.7"),
					 until, TEXT("a mail server"), NULL),
			0);
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	assert_int_equal(done.exempt_gone, 0);
	ledger_set_lines(ledger, gone_now, gone);
	gone[6] = gone[8] = true;
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	assert_int_equal(done.exempt_gone, 2);
	ledger_set_time(ledger, until);
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	assert_int_equal(done.exempt_gone, 0);
	ledger_close(ledger);
	check(*state);
}

/* All that closes ports is switched off, and on again: who was held is not held at once. */
static void
what_no_back_end_does_ends(void **state)
{
	struct planning planning = enforcing();
	struct ledger *ledger = open_with(*state, &planning);
	bool gone[8] = {false};
	size_t why[MEASURE_ENDS];
	struct ledger_case of;
	struct review done;

	ledger_set_lines(ledger, gone_now, gone);
	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	pass(ledger, WALL_DAY);
	planning.plan.unheld = 1U << MEASURE_BLOCK25 | 1U << MEASURE_QUARANTINE;
	planning.plan.mode[MEASURE_BLOCK25] = planning.plan.mode[MEASURE_QUARANTINE] =
		MEASURE_PROPOSE;
	ledger_plan(ledger, &planning);
	review_roles(ledger, &done);
	count_why(ledger, 1, why);
	assert_int_equal(why[END_BACKEND], 2);
	assert_int_equal(held(ledger, 7, MEASURE_LIMIT, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 7, MEASURE_BLOCK25, MEASURE_PROPOSE), 1);
	assert_int_equal(ledger_find_line(ledger, 7, &of, NULL), 0);
	assert_int_equal(of.state, STATE_CONFIRMED);
	assert_unheld(ledger, 2);
	planning = enforcing();
	ledger_plan(ledger, &planning);
	pass(ledger, 1);
	assert_int_equal(held(ledger, 7, MEASURE_BLOCK25, MEASURE_ENFORCE), 1);
	assert_int_equal(held(ledger, 7, MEASURE_QUARANTINE, MEASURE_ENFORCE), 0);
	ledger_close(ledger);
	check(*state);
}

static void
nothing_is_done_where_nothing_was_planned(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	review(ledger);
	assert_int_equal(held(ledger, 0, MEASURE_BLOCK25, MEASURE_OBSERVE), 0);
	ledger_close(ledger);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			measures_are_written_with_the_verdict_that_they_follow_from, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(
			a_second_time_comes_sooner, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_was_a_mistake_is_no_first_time, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_waits_for_a_person_is_counted, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			the_brake_is_for_closed_ports_as_well, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(the_brake_stops_a_wave, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_waits_for_the_brake_is_not_told_by_words, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			who_makes_a_proposal_of_the_brake_another_is_found_out, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(proposals_of_before_are_the_brakes_by_their_words,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_line_that_a_person_excepts_is_let_go, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_line_that_does_harm_is_held_after_an_hour, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_line_that_is_protected_now_is_free_before_its_case_takes_a_step,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			the_review_counts_what_a_person_holds_of_a_protected_line, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(
			exemptions_of_lines_that_are_gone_are_counted, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(what_no_line_is_called_any_more_is_held_by_nothing,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_no_back_end_does_ends, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			nothing_is_done_where_nothing_was_planned, fixture_begin, fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
