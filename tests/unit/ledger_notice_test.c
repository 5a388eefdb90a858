/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/deciding.h"
#include "ledger/notice.h"
#include "ledger/planning.h"
#include "ledger_fixture.h"

#define LINE  7
#define STILL (7 * WALL_DAY)

static const struct wall now = {INT64_C(1700000000) * WALL_SECOND};

static struct wall
ago(int64_t us)
{
	return (struct wall){now.us - us};
}

static struct notice_facts
nothing(void)
{
	return (struct notice_facts){.since = WALL_NONE,
		.until = WALL_NONE,
		.ended = WALL_NONE,
		.ended_since = WALL_NONE,
		.told = {WALL_NONE, WALL_NONE, WALL_NONE, WALL_NONE, WALL_NONE}};
}

static void
assert_due(const struct notice_facts *facts, enum notice_kind kind)
{
	assert_int_equal(notice_decide(facts, now, STILL), kind);
}

static void
what_begins_is_told_once(void **state)
{
	struct notice_facts facts = nothing();

	(void)state;
	assert_due(&facts, NOTICE_KINDS);
	facts.is_blocked = true;
	facts.since = ago(WALL_MINUTE);
	assert_due(&facts, NOTICE_BLOCKED);
	facts.is_held = true;
	assert_due(&facts, NOTICE_BEGIN);
	facts.since = ago(2 * WALL_DAY);
	facts.told[NOTICE_BEGIN] = ago(2 * WALL_DAY - WALL_SECOND);
	assert_due(&facts, NOTICE_KINDS);
	/* Held anew, after it was told of the time before. */
	facts.since = ago(WALL_HOUR);
	assert_due(&facts, NOTICE_BEGIN);
}

static void
a_case_has_one_notice_a_day_whatever_happens(void **state)
{
	struct notice_facts facts = nothing();

	(void)state;
	facts.is_held = true;
	facts.since = ago(WALL_HOUR);
	facts.told[NOTICE_BLOCKED] = ago(WALL_DAY - 1);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_BLOCKED] = ago(WALL_DAY);
	assert_due(&facts, NOTICE_BEGIN);
}

static void
what_goes_on_is_told_again_after_each_week_and_what_is_old_is_no_news(void **state)
{
	struct notice_facts facts = nothing();

	(void)state;
	facts.is_held = true;
	facts.since = ago(NOTICE_STALE_US);
	assert_due(&facts, NOTICE_KINDS);
	facts.since = ago(20 * WALL_DAY);
	facts.told[NOTICE_BEGIN] = ago(STILL - 1);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_BEGIN] = ago(STILL);
	assert_due(&facts, NOTICE_STILL);
	facts.told[NOTICE_STILL] = ago(STILL - 1);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_STILL] = ago(STILL);
	assert_due(&facts, NOTICE_STILL);
	assert_int_equal(notice_decide(&facts, now, 0), NOTICE_KINDS);
	facts.is_held = false;
	facts.is_blocked = true;
	assert_due(&facts, NOTICE_KINDS);
}

static void
the_end_is_told_to_who_heard_of_the_begin_and_once(void **state)
{
	struct notice_facts facts = nothing();

	(void)state;
	facts.ended = ago(WALL_HOUR);
	facts.ended_since = ago(4 * WALL_DAY);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_BLOCKED] = ago(5 * WALL_DAY);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_BLOCKED] = ago(4 * WALL_DAY);
	assert_due(&facts, NOTICE_END);
	facts.told[NOTICE_END] = ago(WALL_DAY);
	assert_due(&facts, NOTICE_KINDS);
	facts.told[NOTICE_END] = ago(10 * WALL_DAY);
	assert_due(&facts, NOTICE_END);
	facts.ended = ago(NOTICE_STALE_US);
	assert_due(&facts, NOTICE_KINDS);
	/* Port 25 is closed still. */
	facts.ended = ago(WALL_HOUR);
	facts.is_blocked = true;
	facts.since = ago(4 * WALL_DAY);
	assert_due(&facts, NOTICE_KINDS);
}

static void
of_an_account_its_limit_is_told_once_and_nothing_else(void **state)
{
	struct notice_facts facts = nothing();

	(void)state;
	facts.is_account = true;
	assert_due(&facts, NOTICE_KINDS);
	facts.is_limited = true;
	facts.since = ago(WALL_HOUR);
	assert_due(&facts, NOTICE_ACCOUNT);
	facts.told[NOTICE_ACCOUNT] = ago(WALL_MINUTE);
	assert_due(&facts, NOTICE_KINDS);
	/* It goes on: nobody is told again. */
	facts.since = ago(20 * WALL_DAY);
	facts.told[NOTICE_ACCOUNT] = ago(20 * WALL_DAY - WALL_MINUTE);
	assert_due(&facts, NOTICE_KINDS);
	/* Limited anew: told, but not on the same day. */
	facts.since = ago(WALL_MINUTE);
	assert_due(&facts, NOTICE_ACCOUNT);
	facts.told[NOTICE_ACCOUNT] = ago(WALL_DAY - 1);
	assert_due(&facts, NOTICE_KINDS);
	/* And nothing of its end. */
	facts.is_limited = false;
	facts.ended = ago(WALL_MINUTE);
	facts.ended_since = ago(3 * WALL_DAY);
	facts.told[NOTICE_ACCOUNT] = ago(2 * WALL_DAY);
	assert_due(&facts, NOTICE_KINDS);
}

static struct ledger *
open_with(const struct fixture *fixture, enum measure_mode mode)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(fixture);

	planning.plan.mode[MEASURE_BLOCK25] = mode;
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	fixture_step(ledger, LINE, 0, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	return ledger;
}

static void
tell(struct ledger *ledger, const char *subject)
{
	struct care row = {.of_case = 1, .what = CARE_NOTIFIED, .channel = CARE_EMAIL};

	snprintf(row.subject, sizeof(row.subject), "%s", subject);
	assert_int_equal(ledger_care(ledger, &row, NULL), 1);
}

static void
assert_notice(struct ledger *ledger, enum notice_kind kind, int64_t since_us)
{
	struct notice notice;

	assert_int_equal(ledger_notice(ledger, 1, STILL, &notice, NULL), kind != NOTICE_KINDS);
	assert_int_equal(notice.kind, kind);
	if (kind != NOTICE_KINDS)
		assert_int_equal(notice.since.us, since_us);
}

static void
the_ledger_tells_what_is_due_and_what_was_told(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);
	int64_t begin = FIXTURE_NOW.us;

	assert_notice(ledger, NOTICE_BLOCKED, begin);
	tell(ledger, "notice-sms-blocked");
	assert_notice(ledger, NOTICE_KINDS, 0);
	assert_true(ledger_release(ledger, 1, END_HELPDESK, TEXT("clean"), NULL) > 0);
	assert_notice(ledger, NOTICE_KINDS, 0);
	ledger_set_time(ledger, (struct wall){begin + WALL_DAY});
	assert_notice(ledger, NOTICE_END, begin);
	tell(ledger, "notice-email-end");
	ledger_set_time(ledger, (struct wall){begin + 2 * WALL_DAY});
	assert_notice(ledger, NOTICE_KINDS, 0);
	ledger_close(ledger);
}

static void
what_is_only_observed_is_told_to_nobody(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_OBSERVE);

	assert_notice(ledger, NOTICE_KINDS, 0);
	ledger_close(ledger);
}

/* Of the same: a limit at the relay alone. */
static void
assert_limited(const struct fixture *fixture, enum role role, enum notice_kind kind)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(fixture);
	struct verdict verdict = fixture_verdict(LINE, 0, STATE_WATCH, STATE_SUSPECT);

	planning.plan.mode[MEASURE_LIMIT] = MEASURE_ENFORCE;
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	verdict.role = (uint8_t)role;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("a@example.net"), NULL), 0);
	fixture_commit(ledger);
	assert_notice(ledger, kind, FIXTURE_NOW.us);
	if (kind != NOTICE_KINDS)
		tell(ledger, "notice-email-account");
	assert_notice(ledger, NOTICE_KINDS, 0);
	assert_true(ledger_release(ledger, 1, END_HELPDESK, TEXT("clean"), NULL) > 0);
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + WALL_DAY});
	assert_notice(ledger, NOTICE_KINDS, 0);
	ledger_close(ledger);
}

static void
a_limit_of_an_account_is_due(void **state)
{
	assert_limited(*state, ROLE_ACCOUNT, NOTICE_ACCOUNT);
}

static void
a_limit_of_a_line_is_not(void **state)
{
	assert_limited(*state, ROLE_RESIDENTIAL, NOTICE_KINDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_begins_is_told_once),
		cmocka_unit_test(a_case_has_one_notice_a_day_whatever_happens),
		cmocka_unit_test(
			what_goes_on_is_told_again_after_each_week_and_what_is_old_is_no_news),
		cmocka_unit_test(the_end_is_told_to_who_heard_of_the_begin_and_once),
		cmocka_unit_test(of_an_account_its_limit_is_told_once_and_nothing_else),
		cmocka_unit_test_setup_teardown(
			a_limit_of_an_account_is_due, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_limit_of_a_line_is_not, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			the_ledger_tells_what_is_due_and_what_was_told, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_is_only_observed_is_told_to_nobody, fixture_begin, fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
