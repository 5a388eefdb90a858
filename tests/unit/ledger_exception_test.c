/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

#define LINE  UINT64_C(0x00c0ffee00c0ffee)
#define UNTIL ((struct wall){FIXTURE_NOW.us + 90 * WALL_DAY})

static int
except(struct ledger *ledger, enum exception_kind kind, uint64_t line, struct wall until,
	const char *reason, struct fail *fail)
{
	return ledger_except(ledger, kind, line, TEXT("192.0.2.7"), until, text_of(reason), fail);
}

/* One that must be taken: of any kind, with an end where it must have one. */
static void
put(struct ledger *ledger, enum exception_kind kind, uint64_t line, const char *reason)
{
	struct wall until = kind == EXCEPTION_NEVER ? WALL_NONE : UNTIL;
	struct fail fail = {0};
	int r = except(ledger, kind, line, until, reason, &fail);

	if (r < 0)
		print_error("%s\n", fail.what);
	assert_int_equal(r, 0);
}

static struct exception
found(struct ledger *ledger, enum exception_kind kind, uint64_t line)
{
	struct exception of = {.number = 0};

	assert_int_equal(ledger_find_exception(ledger, kind, line, &of, NULL), 0);
	assert_int_equal(of.kind, kind);
	assert_int_equal(of.line, line);
	return of;
}

static bool
is_there(struct ledger *ledger, enum exception_kind kind, uint64_t line)
{
	int r = ledger_find_exception(ledger, kind, line, NULL, NULL);

	assert_true(r == 0 || r == -ENOENT);
	return r == 0;
}

static int
count(void *context, const struct exception *row)
{
	(void)row;
	return ++*(int *)context == 2;
}

/* At most two. */
static int
listed(struct ledger *ledger, enum exception_kind kind, uint64_t after)
{
	int seen = 0;

	assert_true(ledger_each_exception(ledger, kind, after, count, &seen, NULL) >= 0);
	return seen;
}

static int
verify(const struct fixture *fixture, uint64_t exceptions)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct ledger_proof proof;
	struct fail fail = {0};
	int r = ledger_verify(ledger, &proof, &fail);

	if (r == 0)
		assert_int_equal(proof.exceptions, exceptions);
	else
		assert_int_not_equal(proof.broken, 0);
	ledger_close(ledger);
	return r;
}

static void
it_says_who_made_it_when_why_and_until_when(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct exception of;

	assert_false(is_there(ledger, EXCEPTION_NEVER, LINE));
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	put(ledger, EXCEPTION_NEVER, LINE, "telecare alarm");
	of = found(ledger, EXCEPTION_NEVER, LINE);
	assert_int_equal(of.time.us, FIXTURE_NOW.us);
	assert_true(wall_is_none(of.until));
	assert_string_equal(of.actor, "anna (1000)");
	assert_string_equal(of.reason, "telecare alarm");
	/* The kinds have nothing to do with each other. */
	assert_false(is_there(ledger, EXCEPTION_EXEMPT, LINE));
	put(ledger, EXCEPTION_EXEMPT, LINE, "runs a mail server");
	of = found(ledger, EXCEPTION_EXEMPT, LINE);
	assert_int_equal(of.until.us, UNTIL.us);
	assert_string_equal(of.reason, "runs a mail server");
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_NEVER, LINE, NULL), 0);
	assert_true(is_there(ledger, EXCEPTION_EXEMPT, LINE));
	assert_false(is_there(ledger, EXCEPTION_EXEMPT, LINE + 1));
	ledger_close(ledger);
	assert_int_equal(verify(*state, 1), 0);
}

static void
a_line_has_one_of_a_kind(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct fail fail = {0};

	put(ledger, EXCEPTION_NEVER, LINE, "telecare alarm");
	assert_int_equal(except(ledger, EXCEPTION_NEVER, LINE, WALL_NONE, "other", &fail), -EEXIST);
	assert_string_equal(fail.what, "the line is never acted upon already: telecare alarm");
	put(ledger, EXCEPTION_EXEMPT, LINE, "runs a mail server");
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, LINE, UNTIL, "other", &fail), -EEXIST);
	assert_string_equal(fail.what,
		"the line is exempt already, until 2024-02-12T22:13:20.000Z: runs a mail server");
	ledger_close(ledger);
}

static void
what_is_undone_is_gone_and_may_come_again_with_another_number(void **state)
{
	for (int of = 0; of < EXCEPTION_KINDS; of++) {
		enum exception_kind kind = (enum exception_kind)of;
		struct ledger *ledger = fixture_ledger(*state);
		struct fail fail = {0};
		uint64_t number;

		assert_int_equal(ledger_except_undo(ledger, kind, LINE, &fail), -ENOENT);
		assert_non_null(strstr(fail.what, "the line is not"));
		put(ledger, kind, LINE, "first");
		number = found(ledger, kind, LINE).number;
		assert_int_equal(ledger_except_undo(ledger, kind, LINE, NULL), 0);
		assert_false(is_there(ledger, kind, LINE));
		assert_int_equal(listed(ledger, kind, 0), 0);
		put(ledger, kind, LINE, "second");
		assert_true(found(ledger, kind, LINE).number > number);
		ledger_close(ledger);
		assert_int_equal(verify(*state, 1 + (uint64_t)of), 0);
	}
}

static void
an_exemption_needs_a_day_and_both_a_reason(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall most = {FIXTURE_NOW.us + EXCEPTION_EXEMPT_DAYS * WALL_DAY};
	struct wall far = {most.us + WALL_DAY + 1}, last = {most.us + WALL_DAY};
	struct fail fail = {0};

	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 7, WALL_NONE, "x", &fail), -EINVAL);
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 7, FIXTURE_NOW, "x", &fail), -EINVAL);
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 7, far, "x", &fail), -EINVAL);
	assert_string_equal(
		fail.what, "an exemption needs a last day: until 2026-01-22 at the latest");
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 8, last, "x", &fail), 0);
	assert_int_equal(found(ledger, EXCEPTION_EXEMPT, 8).until.us, most.us);
	/* That it is exempt matters more than the day. */
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 8, far, "x", &fail), -EEXIST);
	assert_int_equal(except(ledger, EXCEPTION_EXEMPT, 7, UNTIL, " ", &fail), -EINVAL);
	assert_int_equal(except(ledger, EXCEPTION_NEVER, 7, FIXTURE_NOW, "x", &fail), -EINVAL);
	assert_string_equal(fail.what, "that day is over");
	assert_int_equal(except(ledger, EXCEPTION_NEVER, 7, WALL_NONE, "", &fail), -EINVAL);
	assert_int_equal(except(ledger, EXCEPTION_NEVER, 7, far, "x", &fail), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 2), 0);
}

static void
the_line_of_a_case_needs_no_name(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;

	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(
		ledger_except_case(ledger, EXCEPTION_NEVER, &of, WALL_NONE, TEXT("shop"), NULL), 0);
	assert_memory_equal(
		found(ledger, EXCEPTION_NEVER, LINE).sealed, of.sealed, sizeof(of.sealed));
	ledger_close(ledger);
}

static void
the_list_goes_on_after_a_number(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	for (unsigned line = 1; line <= 3; line++) {
		put(ledger, EXCEPTION_NEVER, line, "kept out");
		put(ledger, EXCEPTION_EXEMPT, line, "mail server");
		put(ledger, EXCEPTION_OBJECTION, line, "it is wrong");
	}
	for (int kind = 0; kind < EXCEPTION_KINDS; kind++) {
		struct exception of = found(ledger, (enum exception_kind)kind, 2);

		assert_int_equal(listed(ledger, (enum exception_kind)kind, 0), 2);
		assert_int_equal(listed(ledger, (enum exception_kind)kind, of.number), 1);
	}
	ledger_close(ledger);
}

static void
it_holds_until_its_day_is_over(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	for (int of = 0; of < EXCEPTION_KINDS; of++) {
		enum exception_kind kind = (enum exception_kind)of;

		ledger_set_time(ledger, FIXTURE_NOW);
		assert_int_equal(except(ledger, kind, LINE, UNTIL, "moves", NULL), 0);
		ledger_set_time(ledger, (struct wall){UNTIL.us - 1});
		assert_true(is_there(ledger, kind, LINE));
		assert_int_equal(ledger_end_exceptions(ledger, NULL), 0);
		ledger_set_time(ledger, UNTIL);
		assert_false(is_there(ledger, kind, LINE));
		assert_int_equal(listed(ledger, kind, 0), 1);
		/* Another one may follow before it is ended. */
		assert_int_equal(except(ledger, kind, LINE, (struct wall){UNTIL.us + WALL_DAY},
					 "stays", NULL),
			0);
		assert_int_equal(listed(ledger, kind, 0), 1);
		assert_string_equal(found(ledger, kind, LINE).reason, "stays");
		assert_int_equal(ledger_end_exceptions(ledger, NULL), 0);
		/* And a person may end it before the review does. */
		ledger_set_time(ledger, (struct wall){UNTIL.us + WALL_DAY});
		assert_int_equal(ledger_except_undo(ledger, kind, LINE, NULL), 0);
		assert_int_equal(listed(ledger, kind, 0), 0);
	}
	ledger_close(ledger);
	assert_int_equal(verify(*state, 0), 0);
}

static void
the_review_ends_what_is_over(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(*state);
	struct review done = {.after = 0};

	ledger_plan(ledger, &planning);
	for (uint64_t line = 1; line <= 5; line++) {
		struct wall until = {FIXTURE_NOW.us + (int64_t)line * WALL_DAY};

		assert_int_equal(except(ledger, EXCEPTION_EXEMPT, line, until, "x", NULL), 0);
		assert_int_equal(except(ledger, EXCEPTION_NEVER, line, until, "x", NULL), 0);
		assert_int_equal(except(ledger, EXCEPTION_OBJECTION, line, until, "x", NULL), 0);
	}
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + 4 * WALL_DAY});
	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	for (int kind = 0; kind < EXCEPTION_KINDS; kind++) {
		assert_int_equal(listed(ledger, (enum exception_kind)kind, 0), 1);
		assert_true(is_there(ledger, (enum exception_kind)kind, 5));
	}
	assert_int_equal(ledger_end_exceptions(ledger, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 3), 0);
}

static void
more_than_a_batch_that_are_over_end_one_batch_after_the_other(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	for (uint64_t line = 1; line <= EXCEPTION_BATCH + 1; line++)
		assert_int_equal(except(ledger, line % 2 == 0 ? EXCEPTION_NEVER : EXCEPTION_EXEMPT,
					 line, UNTIL, "x", NULL),
			0);
	fixture_pass(ledger, UNTIL);
	assert_int_equal(ledger_end_exceptions(ledger, NULL), EXCEPTION_BATCH);
	assert_int_equal(ledger_end_exceptions(ledger, NULL), 1);
	assert_int_equal(ledger_end_exceptions(ledger, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 0), 0);
}

static void
one_that_was_changed_is_found_out(void **state)
{
	static const char *const changes[] = {
		"DROP TRIGGER exceptions_stay; UPDATE exceptions SET reason = 'other'",
		"DELETE FROM exceptions",
		"DROP TRIGGER exceptions_stay; UPDATE exceptions SET until = 5",
		("DROP TRIGGER exceptions_stay; UPDATE exceptions SET kind = 'exempt' WHERE kind = "
		 "'never'"),
		"INSERT INTO exceptions VALUES ('exempt', 99, 1, 2, 3, '', '', zeroblob(120))",
		"INSERT INTO exceptions VALUES ('objection', 99, 1, 2, 3, '', '', zeroblob(120))",
		("DROP TRIGGER exceptions_stay; UPDATE exceptions SET kind = 'objection' WHERE "
		 "kind = 'exempt'"),
		"INSERT INTO exceptions VALUES ('never', 99, 1, 2, NULL, '', '', zeroblob(120))",
		"DROP TRIGGER exceptions_stay; UPDATE exceptions SET kind = 'other'",
	};
	const struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct ledger *ledger = fixture_ledger(fixture);

		put(ledger, i % 2 == 0 ? EXCEPTION_EXEMPT : EXCEPTION_NEVER, 10, "telecare alarm");
		ledger_close(ledger);
		assert_int_equal(verify(fixture, 1), 0);
		old_change(fixture, changes[i]);
		assert_int_equal(verify(fixture, 1), -EUCLEAN);
		assert_int_equal(fixture_end(state), 0);
		assert_int_equal(fixture_begin(state), 0);
		fixture = *state;
	}
}

static void
a_row_is_not_changed_and_an_ended_one_does_not_come_back(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	sqlite3 *db = NULL;

	put(ledger, EXCEPTION_EXEMPT, LINE, "x");
	assert_int_equal(sqlite3_open(((struct fixture *)*state)->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "UPDATE exceptions SET until = until + 1", NULL, NULL, NULL),
		SQLITE_CONSTRAINT);
	assert_string_equal(sqlite3_errmsg(db), "an exception is never changed");
	old_run(db, "CREATE TABLE copy AS SELECT * FROM exceptions");
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_EXEMPT, LINE, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 0), 0);
	old_run(db, "INSERT INTO exceptions SELECT * FROM copy");
	assert_int_equal(verify(*state, 0), -EUCLEAN);
	sqlite3_close(db);
}

static void
who_ended_one_knows_its_line_for_a_while(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	uint64_t first = 0, line = 0;

	for (uint64_t i = 1; i <= EXCEPTION_REMEMBERED + 1; i++) {
		uint64_t number;

		put(ledger, EXCEPTION_EXEMPT, i, "x");
		number = found(ledger, EXCEPTION_EXEMPT, i).number;
		assert_int_equal(
			ledger_ended_exception(ledger, EXCEPTION_EXEMPT, number, &line), -ENOENT);
		assert_int_equal(ledger_except_undo(ledger, EXCEPTION_EXEMPT, i, NULL), 0);
		assert_int_equal(
			ledger_ended_exception(ledger, EXCEPTION_NEVER, number, &line), -ENOENT);
		assert_int_equal(
			ledger_ended_exception(ledger, EXCEPTION_EXEMPT, number, &line), 0);
		assert_int_equal(line, i);
		first = i == 1 ? number : first;
	}
	assert_int_equal(ledger_ended_exception(ledger, EXCEPTION_EXEMPT, first, &line), -ENOENT);
	ledger_close(ledger);
}

/* As many of each kind as that version could have, and one that ended. */
static void
make_old(struct fixture *fixture, int version)
{
	struct ledger *ledger = fixture_ledger(fixture);

	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	if (version > 1) {
		put(ledger, EXCEPTION_NEVER, LINE, "telecare alarm");
		put(ledger, EXCEPTION_NEVER, 1, "ended");
		assert_int_equal(ledger_except_undo(ledger, EXCEPTION_NEVER, 1, NULL), 0);
	}
	if (version > 3) {
		put(ledger, EXCEPTION_EXEMPT, LINE, "runs a mail server");
		assert_int_equal(except(ledger, EXCEPTION_NEVER, 2, UNTIL, "moves", NULL), 0);
	}
	ledger_close(ledger);
	old_become(fixture, version);
}

static void
has_all(struct ledger *ledger, int version)
{
	struct ledger_case of;

	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(is_there(ledger, EXCEPTION_NEVER, LINE), version > 1);
	assert_int_equal(listed(ledger, EXCEPTION_NEVER, 0),
		version == 1          ? 0
			: version > 3 ? 2
				      : 1);
	assert_int_equal(listed(ledger, EXCEPTION_EXEMPT, 0), version > 3);
	if (version > 1)
		assert_string_equal(found(ledger, EXCEPTION_NEVER, LINE).reason, "telecare alarm");
	if (version <= 3)
		return;
	assert_string_equal(found(ledger, EXCEPTION_EXEMPT, LINE).reason, "runs a mail server");
	assert_int_equal(found(ledger, EXCEPTION_EXEMPT, LINE).until.us, UNTIL.us);
	assert_int_equal(found(ledger, EXCEPTION_NEVER, 2).until.us, UNTIL.us);
}

static void
each_older_ledger_is_read_as_it_is_and_grows_when_it_is_written(void **state)
{
	for (int version = 1; version < SCHEMA_VERSION; version++) {
		struct ledger_settings settings;
		uint64_t exceptions = version == 1 ? 0 : version > 3 ? 3 : 1;
		struct ledger *ledger;

		make_old(*state, version);
		ledger = fixture_reader(*state);
		has_all(ledger, version);
		ledger_close(ledger);
		assert_int_equal(verify(*state, exceptions), 0);
		settings = fixture_settings(*state, STORE_WRITE);
		assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
		has_all(ledger, version);
		put(ledger, EXCEPTION_NEVER, 3, "later");
		put(ledger, EXCEPTION_EXEMPT, 3, "later");
		if (version > 1)
			assert_int_equal(
				ledger_except_undo(ledger, EXCEPTION_NEVER, LINE, NULL), 0);
		ledger_close(ledger);
		assert_int_equal(verify(*state, exceptions + 2 - (version > 1)), 0);
		assert_int_equal(fixture_end(state), 0);
		assert_int_equal(fixture_begin(state), 0);
	}
}

/* Each kind counted from 1. */
static void
numbers_that_both_kinds_had_stay(void **state)
{
	struct ledger *ledger;

	ledger_close(fixture_ledger(*state));
	old_become(*state, 4);
	old_change(*state,
		"INSERT INTO never VALUES (1, 7, 2, '', 'a', zeroblob(120), NULL);"
		"INSERT INTO exemptions VALUES (1, 7, 2, 1800000000000000, '', 'b', "
		"zeroblob(120))");
	ledger = fixture_ledger(*state);
	assert_int_equal(found(ledger, EXCEPTION_NEVER, 7).number, 1);
	assert_int_equal(found(ledger, EXCEPTION_EXEMPT, 7).number, 1);
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_NEVER, 7, NULL), 0);
	assert_string_equal(found(ledger, EXCEPTION_EXEMPT, 7).reason, "b");
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(it_says_who_made_it_when_why_and_until_when),
		TEST(a_line_has_one_of_a_kind),
		TEST(what_is_undone_is_gone_and_may_come_again_with_another_number),
		TEST(an_exemption_needs_a_day_and_both_a_reason),
		TEST(the_line_of_a_case_needs_no_name),
		TEST(the_list_goes_on_after_a_number),
		TEST(it_holds_until_its_day_is_over),
		TEST(the_review_ends_what_is_over),
		TEST(more_than_a_batch_that_are_over_end_one_batch_after_the_other),
		TEST(one_that_was_changed_is_found_out),
		TEST(a_row_is_not_changed_and_an_ended_one_does_not_come_back),
		TEST(each_older_ledger_is_read_as_it_is_and_grows_when_it_is_written),
		TEST(who_ended_one_knows_its_line_for_a_while),
		TEST(numbers_that_both_kinds_had_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
