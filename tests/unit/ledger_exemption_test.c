/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/exemption.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <sqlite3.h>

#define UNTIL ((struct wall){FIXTURE_NOW.us + 90 * WALL_DAY})

static int
exempt(struct ledger *ledger, uint64_t line, struct wall until, struct fail *fail)
{
	return ledger_exempt(
		ledger, line, TEXT("192.0.2.7"), until, TEXT("runs a mail server"), fail);
}

static int
collect(void *context, const struct exemption *row)
{
	struct exemption *last = context;

	assert_true(row->number > last->number);
	*last = *row;
	return 0;
}

static struct exemption
last_of(struct ledger *ledger)
{
	struct exemption last = {.number = 0};

	assert_int_equal(ledger_each_exemption(ledger, 0, collect, &last, NULL), 0);
	return last;
}

static int
verify(const struct fixture *fixture, uint64_t exemptions)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct ledger_proof proof;
	struct fail fail = {0};
	int r = ledger_verify(ledger, &proof, &fail);

	if (r == 0)
		assert_int_equal(proof.exemptions, exemptions);
	ledger_close(ledger);
	return r;
}

static void
an_exemption_says_who_made_it_why_and_until_when(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct exemption entry;
	struct fail fail = {0};

	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(exempt(ledger, 7, UNTIL, NULL), 0);
	entry = last_of(ledger);
	assert_int_equal(entry.line, 7);
	assert_int_equal(entry.until.us, UNTIL.us);
	assert_int_equal(entry.time.us, FIXTURE_NOW.us);
	assert_string_equal(entry.actor, "anna (1000)");
	assert_string_equal(entry.reason, "runs a mail server");
	assert_int_equal(exempt(ledger, 7, UNTIL, &fail), -EEXIST);
	assert_int_equal(ledger_exempt_undo(ledger, 7, NULL), 0);
	assert_int_equal(last_of(ledger).number, 0);
	assert_int_equal(ledger_exempt_undo(ledger, 7, &fail), -ENOENT);
	assert_int_equal(exempt(ledger, 7, UNTIL, NULL), 0);
	assert_int_equal(last_of(ledger).number, 2);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 1), 0);
}

static void
one_without_a_date_or_a_reason_is_none(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct wall far = {FIXTURE_NOW.us + EXEMPTION_DAYS * WALL_DAY + 1};
	struct fail fail = {0};

	assert_int_equal(exempt(ledger, 7, WALL_NONE, &fail), -EINVAL);
	assert_int_equal(exempt(ledger, 7, FIXTURE_NOW, &fail), -EINVAL);
	assert_int_equal(exempt(ledger, 7, far, &fail), -EINVAL);
	assert_int_equal(
		ledger_exempt(ledger, 7, TEXT("192.0.2.7"), UNTIL, TEXT(" "), &fail), -EINVAL);
	assert_int_equal(last_of(ledger).number, 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 0), 0);
}

static void
the_review_ends_what_is_over(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(*state);
	uint64_t after = 0;

	ledger_plan(ledger, &planning);
	for (uint64_t line = 1; line <= 5; line++)
		assert_int_equal(
			exempt(ledger, line,
				(struct wall){FIXTURE_NOW.us + (int64_t)line * WALL_DAY}, NULL),
			0);
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + 4 * WALL_DAY});
	assert_int_equal(ledger_review(ledger, &after, NULL), 0);
	assert_int_equal(last_of(ledger).number, 5);
	assert_int_equal(ledger_end_exemptions(ledger, NULL), 0);
	/* One that is over and was not ended yet is in nobody's way. */
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + 5 * WALL_DAY});
	assert_int_equal(exempt(ledger, 5, UNTIL, NULL), 0);
	assert_int_equal(last_of(ledger).number, 6);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 1), 0);
}

static void
one_that_was_changed_is_found_out(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	sqlite3 *db = NULL;

	assert_int_equal(exempt(ledger, 7, UNTIL, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, 1), 0);
	assert_int_equal(sqlite3_open(((struct fixture *)*state)->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				 "DROP TRIGGER exemptions_stay;"
				 "UPDATE exemptions SET until = until + 1",
				 NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(verify(*state, 1), -EUCLEAN);
	assert_int_equal(sqlite3_exec(db, "DELETE FROM exemptions", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(verify(*state, 1), -EUCLEAN);
	sqlite3_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(an_exemption_says_who_made_it_why_and_until_when),
		TEST(one_without_a_date_or_a_reason_is_none),
		TEST(the_review_ends_what_is_over),
		TEST(one_that_was_changed_is_found_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
