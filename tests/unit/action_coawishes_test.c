/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/coawishes.h"
#include "unit.h"

#include <errno.h>

#define LINES 8
#define LINE  77

static struct coawish_kept kept[LINES];
static struct coawishes *wishes;
static struct coawish_session session;
static int64_t now;

static int
setup(void **state)
{
	memset(kept, 0, sizeof(kept));
	wishes = coawishes_new(kept, LINES);
	session = (struct coawish_session){.id = 1, .shown = {WALL_SECOND}};
	now = 1000 * WALL_SECOND;
	(void)state;
	return 0;
}

static int
teardown(void **state)
{
	wishes = coawishes_free(wishes);
	(void)state;
	return 0;
}

static size_t
number_of(uint64_t line)
{
	size_t at = 0;
	uint64_t found;

	while (coawishes_next(wishes, &at, &found) > 0) {
		if (found == line)
			return at - 1;
	}
	return SIZE_MAX;
}

static void
want(enum measure_kind kind)
{
	assert_int_equal(coawishes_want(wishes, LINE, kind), 0);
}

static enum coawish_step
look(enum coa_act *act, uint64_t *order)
{
	assert_true(number_of(LINE) != SIZE_MAX);
	return coawishes_look(wishes, number_of(LINE), &session, now, act, order);
}

static void
rests(void)
{
	enum coa_act act;
	uint64_t order;

	assert_int_equal(look(&act, &order), COAWISH_REST);
}

/* The next act must be this one; it is asked for, and ends so. */
static uint64_t
asks(enum coa_act expected)
{
	enum coa_act act;
	uint64_t order;

	assert_int_equal(look(&act, &order), COAWISH_ASK);
	assert_int_equal(act, expected);
	return coawishes_asked(wishes, number_of(LINE), act, false, &session, (struct wall){now});
}

static void
is_done(enum coa_act expected)
{
	uint64_t order = asks(expected);

	coawishes_told(wishes, order, COA_ASKED, now);
	coawishes_told(wishes, order, COA_SHOWN, now);
}

static void
what_is_wanted_is_asked_for_once_and_released_once(void **state)
{
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	rests();
	assert_int_equal(coawishes_counts(wishes).held, 1);
	assert_int_equal(kept[0].line, LINE);
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	assert_int_equal(coawishes_counts(wishes).left, 1);
	is_done(COA_RELEASE_BLOCK25);
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	assert_int_equal(kept[0].line, 0);
	(void)state;
}

static void
quarantine_hides_the_block_and_gives_it_back(void **state)
{
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	want(MEASURE_QUARANTINE);
	is_done(COA_QUARANTINE);
	rests();
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	is_done(COA_RELEASE_QUARANTINE);
	is_done(COA_BLOCK25);
	rests();
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	is_done(COA_RELEASE_BLOCK25);
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
both_at_once_is_quarantine_and_both_are_released(void **state)
{
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	want(MEASURE_QUARANTINE);
	is_done(COA_QUARANTINE);
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	rests();
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	is_done(COA_RELEASE_QUARANTINE);
	is_done(COA_RELEASE_BLOCK25);
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
an_acknowledgement_is_not_the_end_and_a_later_record_is(void **state)
{
	enum coa_act act;
	uint64_t order, of;

	want(MEASURE_BLOCK25);
	order = asks(COA_BLOCK25);
	session.shown.us = now + 10 * WALL_SECOND;
	rests();
	coawishes_told(wishes, order, COA_ASKED, now);
	session.shown.us = now;
	rests();
	session.shown.us = now + 10 * WALL_SECOND;
	assert_int_equal(look(&act, &of), COAWISH_SHOWN);
	assert_true(of == order);
	assert_int_equal(coawishes_counts(wishes).held, 0);
	(void)state;
}

static void
a_disconnect_is_shown_when_the_session_is_gone_and_holds_for_the_next_one(void **state)
{
	enum coa_act act;
	uint64_t order, of;

	want(MEASURE_QUARANTINE);
	assert_int_equal(look(&act, &order), COAWISH_ASK);
	order = coawishes_asked(wishes, number_of(LINE), act, true, &session, (struct wall){now});
	coawishes_told(wishes, order, COA_ASKED, now);
	session.shown.us = now + 10 * WALL_SECOND;
	rests();
	session.id = 0;
	assert_int_equal(look(&act, &of), COAWISH_SHOWN);
	coawishes_told(wishes, order, COA_SHOWN, now);
	rests();
	session.id = 2;
	rests();
	assert_int_equal(coawishes_counts(wishes).held, 1);
	(void)state;
}

static void
a_new_session_is_asked_for_all_again(void **state)
{
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	session.id = 2;
	is_done(COA_BLOCK25);
	rests();
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	session.id = 3;
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
what_fails_is_tried_again_later_and_each_time_later(void **state)
{
	int64_t pause = 0;

	want(MEASURE_BLOCK25);
	for (int i = 0; i < 4; i++) {
		int64_t begun = now;
		enum coa_act act;
		uint64_t order = asks(COA_BLOCK25);

		coawishes_told(wishes, order, COA_SILENT, now);
		rests();
		while (look(&act, &order) == COAWISH_REST)
			now += WALL_SECOND;
		assert_true(now - begun > pause);
		pause = now - begun;
	}
	assert_int_equal(coawishes_counts(wishes).failed, 4);
	(void)state;
}

static void
who_may_be_held_after_a_crash_is_released(void **state)
{
	want(MEASURE_QUARANTINE);
	(void)asks(COA_QUARANTINE);
	/* The process dies before anything was sent, or answered. */
	coawishes_free(wishes);
	wishes = coawishes_new(kept, LINES);
	coawishes_begin(wishes);
	is_done(COA_RELEASE_QUARANTINE);
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
who_is_shown_to_be_held_is_left_alone_when_all_is_told_anew(void **state)
{
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	rests();
	coawishes_begin(wishes);
	want(MEASURE_BLOCK25);
	rests();
	assert_int_equal(coawishes_counts(wishes).held, 1);
	coawishes_begin(wishes);
	is_done(COA_RELEASE_BLOCK25);
	rests();
	(void)state;
}

static void
who_is_to_be_held_after_a_crash_is_asked_for_again_if_it_was_not_shown(void **state)
{
	enum coa_act act;
	uint64_t order;

	want(MEASURE_BLOCK25);
	assert_int_equal(look(&act, &order), COAWISH_ASK);
	(void)coawishes_asked(wishes, number_of(LINE), act, false, &session, (struct wall){now});
	coawishes_free(wishes);
	wishes = coawishes_new(kept, LINES);
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	/* A Disconnect, asked for again, would cut off everybody at each start. */
	coawishes_free(wishes);
	wishes = coawishes_new(kept, LINES);
	want(MEASURE_BLOCK25);
	rests();
	assert_int_equal(coawishes_counts(wishes).held, 1);
	/* Another session has nothing of it. */
	session.id = 2;
	is_done(COA_BLOCK25);
	(void)state;
}

/* The NAS may have done it, whoever has died since, and whatever became of the order. */
static void
what_is_wanted_again_after_its_release_was_asked_for_is_asked_for_again(void **state)
{
	const enum measure_kind kinds[] = {MEASURE_BLOCK25, MEASURE_QUARANTINE};
	const enum coa_act acts[] = {COA_BLOCK25, COA_QUARANTINE};
	const enum coa_act releases[] = {COA_RELEASE_BLOCK25, COA_RELEASE_QUARANTINE};

	for (int i = 0; i < 2; i++) {
		uint64_t order;

		want(kinds[i]);
		is_done(acts[i]);
		coawishes_unwant(wishes, LINE, kinds[i]);
		(void)asks(releases[i]);
		coawishes_free(wishes);
		wishes = coawishes_new(kept, LINES);
		want(kinds[i]);
		assert_int_equal(coawishes_counts(wishes).held, 0);
		is_done(acts[i]);
		rests();
		coawishes_unwant(wishes, LINE, kinds[i]);
		order = asks(releases[i]);
		coawishes_told(wishes, order, COA_SILENT, now);
		want(kinds[i]);
		is_done(acts[i]);
		coawishes_unwant(wishes, LINE, kinds[i]);
		is_done(releases[i]);
		rests();
	}
	/* One filter may be that of both. */
	want(MEASURE_BLOCK25);
	is_done(COA_BLOCK25);
	want(MEASURE_QUARANTINE);
	is_done(COA_QUARANTINE);
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	(void)asks(COA_RELEASE_QUARANTINE);
	coawishes_free(wishes);
	wishes = coawishes_new(kept, LINES);
	want(MEASURE_BLOCK25);
	is_done(COA_RELEASE_QUARANTINE);
	is_done(COA_BLOCK25);
	(void)state;
}

static uint64_t
is_acknowledged(enum coa_act expected)
{
	uint64_t order = asks(expected);

	coawishes_told(wishes, order, COA_ASKED, now);
	return order;
}

static void
what_is_wanted_otherwise_waits_for_no_accounting_once_the_nas_has_done_the_last_thing(void **state)
{
	uint64_t order, of;
	enum coa_act act;

	want(MEASURE_BLOCK25);
	order = asks(COA_BLOCK25);
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	rests();
	coawishes_told(wishes, order, COA_ASKED, now);
	assert_int_equal(look(&act, &of), COAWISH_ASK);
	assert_int_equal(act, COA_RELEASE_BLOCK25);
	assert_true(of == order);
	order = is_acknowledged(COA_RELEASE_BLOCK25);
	rests();
	assert_int_equal(coawishes_counts(wishes).left, 1);
	want(MEASURE_BLOCK25);
	want(MEASURE_QUARANTINE);
	(void)is_acknowledged(COA_QUARANTINE);
	rests();
	/* What comes of an order that nobody waits for any more changes nothing. */
	coawishes_told(wishes, order, COA_SHOWN, now);
	assert_int_equal(coawishes_counts(wishes).held, 0);
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	(void)is_acknowledged(COA_RELEASE_QUARANTINE);
	order = is_acknowledged(COA_BLOCK25);
	rests();
	coawishes_told(wishes, order, COA_SHOWN, now);
	assert_int_equal(coawishes_counts(wishes).held, 1);
	assert_int_equal(kept[0].told, 1U << MEASURE_BLOCK25);
	want(MEASURE_QUARANTINE);
	is_done(COA_QUARANTINE);
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	(void)is_acknowledged(COA_RELEASE_QUARANTINE);
	/* What the NAS said is gone is asked for again where the next order fails. */
	order = asks(COA_RELEASE_BLOCK25);
	coawishes_told(wishes, order, COA_SILENT, now);
	(void)is_acknowledged(COA_RELEASE_QUARANTINE);
	is_done(COA_RELEASE_BLOCK25);
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
what_fails_is_no_reason_to_wait_with_something_else(void **state)
{
	uint64_t order;

	want(MEASURE_QUARANTINE);
	order = asks(COA_QUARANTINE);
	coawishes_unwant(wishes, LINE, MEASURE_QUARANTINE);
	coawishes_told(wishes, order, COA_SILENT, now);
	is_done(COA_RELEASE_QUARANTINE);
	rests();
	(void)state;
}

static void
kept_entries_that_cannot_be_are_cleared(void **state)
{
	coawishes_free(wishes);
	kept[0] = (struct coawish_kept){.line = 1, .told = 0xff};
	kept[1] = (struct coawish_kept){.line = 2, .told = 1U << MEASURE_BLOCK25};
	kept[2] = (struct coawish_kept){.line = 2, .told = 1U << MEASURE_BLOCK25};
	kept[3] = (struct coawish_kept){.line = 3};
	kept[4] = (struct coawish_kept){.line = 4, .told = 2, .by_disconnect = 9};
	wishes = coawishes_new(kept, LINES);
	assert_true(number_of(2) == 1);
	for (size_t i = 0; i < LINES; i++)
		assert_true(i == 1 || kept[i].line == 0);
	(void)state;
}

static void
without_a_session_nothing_is_asked_and_after_a_day_what_was_told_is_forgotten(void **state)
{
	want(MEASURE_BLOCK25);
	session.id = 0;
	rests();
	session.id = 1;
	is_done(COA_BLOCK25);
	session.id = 0;
	coawishes_unwant(wishes, LINE, MEASURE_BLOCK25);
	rests();
	assert_true(number_of(LINE) != SIZE_MAX);
	now += 25 * 60 * WALL_MINUTE;
	rests();
	assert_true(number_of(LINE) == SIZE_MAX);
	(void)state;
}

static void
more_lines_than_there_is_room_for_are_refused_and_counted(void **state)
{
	for (uint64_t line = 1; line <= LINES; line++)
		assert_int_equal(coawishes_want(wishes, line, MEASURE_BLOCK25), 0);
	assert_int_equal(coawishes_want(wishes, LINES + 1, MEASURE_BLOCK25), -ENOSPC);
	assert_int_equal(coawishes_counts(wishes).refused, 1);
	assert_int_equal(coawishes_want(wishes, LINES + 1, MEASURE_LIMIT), 0);
	assert_int_equal(coawishes_counts(wishes).lines, LINES);
	(void)state;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_wanted_is_asked_for_once_and_released_once),
		TEST(quarantine_hides_the_block_and_gives_it_back),
		TEST(both_at_once_is_quarantine_and_both_are_released),
		TEST(an_acknowledgement_is_not_the_end_and_a_later_record_is),
		TEST(a_disconnect_is_shown_when_the_session_is_gone_and_holds_for_the_next_one),
		TEST(a_new_session_is_asked_for_all_again),
		TEST(what_fails_is_tried_again_later_and_each_time_later),
		TEST(who_may_be_held_after_a_crash_is_released),
		TEST(who_is_shown_to_be_held_is_left_alone_when_all_is_told_anew),
		TEST(who_is_to_be_held_after_a_crash_is_asked_for_again_if_it_was_not_shown),
		TEST(what_is_wanted_again_after_its_release_was_asked_for_is_asked_for_again),
		TEST(what_is_wanted_otherwise_waits_for_no_accounting_once_the_nas_has_done_the_last_thing),
		TEST(what_fails_is_no_reason_to_wait_with_something_else),
		TEST(kept_entries_that_cannot_be_are_cleared),
		TEST(without_a_session_nothing_is_asked_and_after_a_day_what_was_told_is_forgotten),
		TEST(more_lines_than_there_is_room_for_are_refused_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
