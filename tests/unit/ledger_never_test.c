/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/never.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <sqlite3.h>

#define LINE UINT64_C(0x00c0ffee00c0ffee)

static void
put(struct ledger *ledger, uint64_t line, const char *reason)
{
	struct fail fail = {0};
	int r = ledger_never(ledger, line, TEXT("192.0.2.7"), WALL_NONE, text_of(reason), &fail);

	if (r < 0)
		print_error("%s\n", fail.what);
	assert_int_equal(r, 0);
}

static int
verify(const struct fixture *fixture, struct ledger_proof *proof)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct fail fail = {0};
	int r = ledger_verify(ledger, proof, &fail);

	ledger_close(ledger);
	return r;
}

static void
change(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void
an_entry_says_who_when_and_why(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct never never;

	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), -ENOENT);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	put(ledger, LINE, "telecare alarm");
	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), 0);
	assert_int_equal(never.line, LINE);
	assert_int_equal(never.time.us, FIXTURE_NOW.us);
	assert_string_equal(never.actor, "anna (1000)");
	assert_string_equal(never.reason, "telecare alarm");
	assert_int_equal(ledger_is_never(ledger, LINE + 1, NULL, NULL), -ENOENT);
	ledger_close(ledger);
}

static void
a_line_has_one_entry(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct fail fail = {0};

	put(ledger, LINE, "telecare alarm");
	assert_int_equal(
		ledger_never(ledger, LINE, TEXT("192.0.2.7"), WALL_NONE, TEXT("other"), &fail),
		-EEXIST);
	assert_non_null(strstr(fail.what, "telecare alarm"));
	ledger_close(ledger);
}

static void
what_is_undone_is_gone_and_may_come_again(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_proof proof;
	struct never never;

	assert_int_equal(ledger_never_undo(ledger, LINE, NULL), -ENOENT);
	put(ledger, LINE, "first");
	assert_int_equal(ledger_never_undo(ledger, LINE, NULL), 0);
	assert_int_equal(ledger_is_never(ledger, LINE, NULL, NULL), -ENOENT);
	put(ledger, LINE, "second");
	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), 0);
	assert_int_equal(never.number, 2);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.nevers, 1);
}

static void
a_reason_is_one_short_line_of_text(void **state)
{
	char longest[NEVER_REASON + 2];
	struct fail fail = {0};

	(void)state;
	memset(longest, 'x', sizeof(longest));
	assert_int_equal(never_check_reason((struct text){longest, NEVER_REASON}, &fail), 0);
	assert_int_equal(
		never_check_reason((struct text){longest, NEVER_REASON + 1}, &fail), -EINVAL);
	assert_int_equal(never_check_reason(TEXT(""), &fail), -EINVAL);
	assert_int_equal(never_check_reason(TEXT("  "), &fail), -EINVAL);
	assert_int_equal(never_check_reason(TEXT("two\nlines"), &fail), -EINVAL);
	assert_string_equal(fail.what, "the reason is not one line of text");
	assert_int_equal(never_check_reason(TEXT("a\xc2\x9b"
						 "31m"),
				 &fail),
		-EINVAL);
	assert_string_equal(fail.what, "the reason is not one line of text");
	assert_int_equal(never_check_reason(TEXT("a\xff"), &fail), -EINVAL);
	assert_string_equal(fail.what, "the reason is not written in UTF-8");
	assert_int_equal(never_check_reason(TEXT("N\xc3\xb8"
						 "dkald"),
				 &fail),
		0);
}

static void
the_line_of_a_case_needs_no_name(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_case of;
	struct never never;

	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(ledger_never_case(ledger, &of, WALL_NONE, TEXT("shop"), NULL), 0);
	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), 0);
	assert_memory_equal(never.sealed, of.sealed, sizeof(of.sealed));
	ledger_close(ledger);
}

static int
count(void *context, const struct never *row)
{
	(void)row;
	return ++*(int *)context == 2;
}

static void
the_list_goes_on_after_a_number(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	int seen = 0;

	for (unsigned i = 1; i <= 3; i++)
		put(ledger, i, "kept out");
	assert_int_equal(ledger_each_never(ledger, 0, count, &seen, NULL), 1);
	assert_int_equal(seen, 2);
	seen = 0;
	assert_int_equal(ledger_each_never(ledger, 2, count, &seen, NULL), 0);
	assert_int_equal(seen, 1);
	ledger_close(ledger);
}

static void
a_changed_entry_is_found(void **state)
{
	static const char *const changes[] = {
		"DROP TRIGGER never_stays; UPDATE never SET reason = 'other'",
		"DELETE FROM never",
		"DELETE FROM never; INSERT INTO never VALUES (7,1,2,'','',zeroblob(120),NULL)",
	};
	const struct fixture *fixture = *state;
	struct ledger_proof proof;

	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct ledger *ledger = fixture_ledger(fixture);

		put(ledger, 10 + i, "telecare alarm");
		ledger_close(ledger);
		if (i == 0)
			assert_int_equal(verify(fixture, &proof), 0);
		change(fixture, changes[i]);
		assert_int_equal(verify(fixture, &proof), -EUCLEAN);
		assert_int_not_equal(proof.broken, 0);
	}
}

static void
an_entry_that_nobody_wrote_down_is_found(void **state)
{
	struct ledger_proof proof;

	ledger_close(fixture_ledger(*state));
	change(*state,
		"INSERT INTO never (line, time, actor, reason, sealed)"
		" VALUES (1, 2, 'x', 'y', zeroblob(120))");
	assert_int_equal(verify(*state, &proof), -EUCLEAN);
}

/* What a ledger of version 1 was. */
static void
an_entry_with_a_date_holds_until_then_and_is_ended(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall until = {FIXTURE_NOW.us + WALL_DAY};
	struct ledger_proof proof;
	struct never never;
	struct fail fail = {0};

	assert_int_equal(
		ledger_never(ledger, LINE, TEXT("192.0.2.7"), FIXTURE_NOW, TEXT("x"), &fail),
		-EINVAL);
	assert_int_equal(
		ledger_never(ledger, LINE, TEXT("192.0.2.7"), until, TEXT("moves"), NULL), 0);
	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), 0);
	assert_int_equal(never.until.us, until.us);
	assert_int_equal(ledger_end_nevers(ledger, NULL), 0);
	ledger_set_time(ledger, until);
	assert_int_equal(ledger_is_never(ledger, LINE, NULL, NULL), -ENOENT);
	/* Another one may follow before it is ended. */
	assert_int_equal(
		ledger_never(ledger, LINE, TEXT("192.0.2.7"), WALL_NONE, TEXT("stays"), NULL), 0);
	assert_int_equal(ledger_end_nevers(ledger, NULL), 0);
	assert_int_equal(ledger_is_never(ledger, LINE, &never, NULL), 0);
	assert_string_equal(never.reason, "stays");
	assert_int_equal(ledger_never(ledger, LINE + 1, TEXT("192.0.2.8"),
				 (struct wall){until.us + 1}, TEXT("x"), NULL),
		0);
	ledger_set_time(ledger, (struct wall){until.us + 1});
	assert_int_equal(ledger_end_nevers(ledger, NULL), 1);
	ledger_close(ledger);
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_verify(ledger, &proof, &fail), 0);
	assert_int_equal(proof.nevers, 1);
	ledger_close(ledger);
}

static void
make_old(const struct fixture *fixture)
{
	struct ledger *ledger = fixture_ledger(fixture);

	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ledger_close(ledger);
	change(fixture,
		"DROP TABLE never; DROP TABLE exemptions; DROP TABLE measures; DROP TABLE "
		"account_orders; PRAGMA "
		"user_version = 1");
}

static void
an_older_ledger_is_read_as_it_is(void **state)
{
	struct ledger_proof proof;
	struct ledger *ledger;
	struct ledger_case of;

	make_old(*state);
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(ledger_is_never(ledger, LINE, NULL, NULL), -ENOENT);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.cases, 1);
}

static void
an_older_ledger_grows_when_it_is_written(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *ledger = NULL;
	struct ledger_proof proof;

	make_old(*state);
	assert_int_equal(ledger_open(&ledger, &settings, NULL), 0);
	put(ledger, LINE, "telecare alarm");
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.cases, 1);
	assert_int_equal(proof.nevers, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_says_who_when_and_why),
		TEST(a_line_has_one_entry),
		TEST(what_is_undone_is_gone_and_may_come_again),
		cmocka_unit_test(a_reason_is_one_short_line_of_text),
		TEST(the_line_of_a_case_needs_no_name),
		TEST(the_list_goes_on_after_a_number),
		TEST(a_changed_entry_is_found),
		TEST(an_entry_that_nobody_wrote_down_is_found),
		TEST(an_entry_with_a_date_holds_until_then_and_is_ended),
		TEST(an_older_ledger_is_read_as_it_is),
		TEST(an_older_ledger_grows_when_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
