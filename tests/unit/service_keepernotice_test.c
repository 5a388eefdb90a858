/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/caselot.h"
#include "ledger/deciding.h"
#include "ledger/planning.h"
#include "ledger_fixture.h"
#include "service/keepernotice.h"

#define STILL (7 * WALL_DAY)

struct world {
	struct fixture *fixture;
	struct ledger *ledger;
	struct keys keys;
	struct keepernotice notices;
	struct noticeask ask;
	struct noticeanswer answer;
	bool of_two;
};

static int
begin(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct world *world = xcalloc(1, sizeof(*world));
	void *fixture = NULL;
	char path[sizeof(world->fixture->path) + 8];

	if (fixture_begin(&fixture) < 0)
		return -1;
	world->fixture = fixture;
	world->ledger = fixture_ledger(fixture);
	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(world->ledger, &planning);
	ledger_set_actor(world->ledger, TEXT(LEDGER_PROGRAM));
	snprintf(path, sizeof(path), "%s.key", world->fixture->path);
	*state = world;
	return keyfile_read(path, &world->keys, &(struct fail){0});
}

static int
end(void **state)
{
	struct world *world = *state;
	void *fixture = world->fixture;

	ledger_close(world->ledger);
	keyfile_forget(&world->keys);
	free(world);
	return fixture_end(&fixture);
}

static void
confirm(struct world *world, uint64_t line)
{
	fixture_step(world->ledger, line, 0, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(world->ledger);
}

static const struct noticeanswer *
ask(struct world *world, enum noticeask_verb verb, uint64_t after, enum noticeask_outcome outcome)
{
	struct fail fail = {0};

	world->ask = (struct noticeask){.version = NOTICEASK_VERSION,
		.verb = (uint8_t)verb,
		.kind = world->answer.kind,
		.channel = CARE_EMAIL,
		.of_two = world->of_two,
		.number = 4711,
		.after = after,
		.text = 3,
		.language = "nb"};
	assert_int_equal(keepernotice_answer(&world->notices, world->ledger, &world->keys, STILL,
				 &world->ask, &world->answer, &fail),
		0);
	assert_int_equal(world->answer.outcome, outcome);
	assert_int_equal(world->answer.number, 4711);
	assert_true(noticeanswer_check(&world->answer));
	return &world->answer;
}

static void
what_is_due_is_handed_out_with_the_name_of_its_line_and_written_when_it_was_sent(void **state)
{
	struct world *world = *state;
	const struct noticeanswer *one;
	struct noticeanswer first;
	char pin[CASEPIN];

	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_NO_MORE);
	confirm(world, 7);
	confirm(world, 8);
	first = *ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
	assert_int_equal(first.kind, NOTICE_BLOCKED);
	assert_string_equal(first.name, "192.0.2.7");
	assert_int_equal(first.since.us, FIXTURE_NOW.us);
	assert_int_equal(first.until.us, 0);
	assert_int_equal(strlen(first.code), CASECODE - 1);
	assert_string_equal(first.pin, casepin_format(first.of_case, &world->keys.pseudonym, pin));
	one = ask(world, NOTICEASK_NEXT, first.after, NOTICEASK_ONE);
	assert_string_equal(one->name, "192.0.2.8");
	(void)ask(world, NOTICEASK_SENT, first.of_case, NOTICEASK_KEPT);
	/* Once. */
	world->answer.kind = NOTICE_BLOCKED;
	(void)ask(world, NOTICEASK_SENT, first.of_case, NOTICEASK_REFUSED);
	assert_int_equal(world->notices.counts.refused, 1);
	one = ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
	assert_string_equal(one->name, "192.0.2.8");
	assert_int_equal(world->notices.counts.kept, 1);
}

static void
what_is_not_due_cannot_be_written(void **state)
{
	struct world *world = *state;

	confirm(world, 7);
	world->answer.kind = NOTICE_END;
	(void)ask(world, NOTICEASK_SENT, 1, NOTICEASK_REFUSED);
	world->answer.kind = NOTICE_BLOCKED;
	(void)ask(world, NOTICEASK_SENT, 2, NOTICEASK_REFUSED);
	(void)ask(world, NOTICEASK_SENT, 1, NOTICEASK_KEPT);
}

static void
of_an_account_its_limit_is_handed_out_with_its_name(void **state)
{
	struct world *world = *state;
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct verdict verdict = fixture_verdict(7, 0, STATE_WATCH, STATE_SUSPECT);
	const struct noticeanswer *one;
	char pin[CASEPIN];

	planning.plan.mode[MEASURE_LIMIT] = MEASURE_ENFORCE;
	ledger_plan(world->ledger, &planning);
	verdict.role = ROLE_ACCOUNT;
	assert_int_equal(
		ledger_transition(world->ledger, &verdict, TEXT("Bob@example.net"), NULL), 0);
	fixture_commit(world->ledger);
	one = ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
	assert_int_equal(one->kind, NOTICE_ACCOUNT);
	assert_string_equal(one->name, "Bob@example.net");
	assert_string_equal(one->pin, casepin_format(1, &world->keys.pseudonym, pin));
	(void)ask(world, NOTICEASK_SENT, 1, NOTICEASK_KEPT);
	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_NO_MORE);
}

static int
take_details(void *context, const struct care *row)
{
	snprintf(context, CARE_DETAILS + 1, "%s", row->details);
	return 0;
}

static void
the_lot_says_which_version_it_is_and_is_kept_where_there_are_two(void **state)
{
	struct world *world = *state;
	unsigned seen[2] = {0};

	for (uint64_t number = 1; number <= 20; number++) {
		char lot = caselot(number, ledger_key(world->ledger)), details[CARE_DETAILS + 1];

		confirm(world, number);
		assert_int_equal(ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE)->of_case, number);
		assert_int_equal(world->answer.lot, lot);
		world->of_two = number > 10;
		(void)ask(world, NOTICEASK_SENT, number, NOTICEASK_KEPT);
		assert_true(ledger_each_care_of(world->ledger, number, CARE_NOTIFIED, take_details,
				    details, NULL) >= 0);
		assert_string_equal(details, number > 10 ? ((char[2]){lot}) : "");
		seen[lot == 'B']++;
	}
	assert_true(seen[0] > 0 && seen[1] > 0);
}

static void
one_of_which_nothing_is_heard_is_handed_out_once_more(void **state)
{
	struct world *world = *state;

	confirm(world, 7);
	for (int i = 0; i < 10; i++) {
		(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
		(void)ask(world, NOTICEASK_LATER, 1, NOTICEASK_KEPT);
		world->answer.kind = NOTICE_BLOCKED;
	}
	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE);
	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_NO_MORE);
	(void)ask(world, NOTICEASK_NEXT, 0, NOTICEASK_NO_MORE);
	assert_int_equal(world->notices.counts.dropped, 1);
	/* Others are not held up by it. */
	confirm(world, 8);
	assert_string_equal(ask(world, NOTICEASK_NEXT, 0, NOTICEASK_ONE)->name, "192.0.2.8");
}

static void
many_are_looked_through_a_part_at_a_time(void **state)
{
	struct world *world = *state;
	uint64_t after = 0;
	unsigned found = 0, asked = 0;

	for (uint64_t line = 1; line <= 100; line++)
		confirm(world, line);
	do {
		(void)ask(world, NOTICEASK_NEXT, after,
			after == 0 ? NOTICEASK_ONE : world->answer.outcome);
		after = world->answer.after;
		found++;
		if (found % 2 == 0)
			(void)ask(world, NOTICEASK_SENT, world->answer.of_case, NOTICEASK_KEPT);
		else
			(void)ask(world, NOTICEASK_LATER, world->answer.of_case, NOTICEASK_KEPT);
		world->answer.outcome = NOTICEASK_ONE;
	} while (found < 100);
	assert_int_equal(world->notices.counts.kept, 50);
	(void)ask(world, NOTICEASK_NEXT, after, NOTICEASK_NO_MORE);
	/* All are released, and the news is old: nothing is looked at any more. */
	for (uint64_t number = 1; number <= 100; number++)
		assert_true(ledger_release(
				    world->ledger, number, END_HELPDESK, TEXT("clean"), NULL) > 0);
	ledger_set_time(world->ledger, (struct wall){FIXTURE_NOW.us + 4 * WALL_DAY});
	after = 0;
	while (world->answer.outcome != NOTICEASK_NO_MORE || asked == 0) {
		world->ask = (struct noticeask){.version = NOTICEASK_VERSION, .after = after};
		assert_int_equal(keepernotice_answer(&world->notices, world->ledger, &world->keys,
					 STILL, &world->ask, &world->answer, &(struct fail){0}),
			0);
		assert_true(world->answer.outcome == NOTICEASK_MORE ||
			world->answer.outcome == NOTICEASK_NO_MORE);
		after = world->answer.after;
		asked++;
	}
	assert_true(world->notices.first >= 100);
}

static void
a_question_that_cannot_be_is_refused(void **state)
{
	struct world *world = *state;
	struct noticeask good = {.version = NOTICEASK_VERSION,
				 .channel = CARE_EMAIL,
				 .verb = NOTICEASK_SENT,
				 .after = 1,
				 .language = "nb"},
			 bad;

	assert_true(noticeask_check(&good));
	bad = good, bad.version++;
	assert_false(noticeask_check(&bad));
	bad = good, bad.verb = NOTICEASK_VERBS;
	assert_false(noticeask_check(&bad));
	bad = good, bad.kind = NOTICE_KINDS;
	assert_false(noticeask_check(&bad));
	bad = good, bad.channel = CARE_LINE;
	assert_false(noticeask_check(&bad));
	bad = good, bad.channel = CARE_CHANNELS;
	assert_false(noticeask_check(&bad));
	bad = good, bad.of_two = 2;
	assert_false(noticeask_check(&bad));
	bad = good, memset(bad.language, 'a', sizeof(bad.language));
	assert_false(noticeask_check(&bad));
	bad = good, snprintf(bad.language, sizeof(bad.language), "n\n");
	assert_false(noticeask_check(&bad));
	confirm(world, 7);
	assert_int_equal(keepernotice_answer(&world->notices, world->ledger, &world->keys, STILL,
				 &bad, &world->answer, NULL),
		0);
	assert_int_equal(world->answer.outcome, NOTICEASK_REFUSED);
	assert_int_equal(world->notices.counts.refused, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_due_is_handed_out_with_the_name_of_its_line_and_written_when_it_was_sent,
			begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_due_cannot_be_written, begin, end),
		cmocka_unit_test_setup_teardown(
			of_an_account_its_limit_is_handed_out_with_its_name, begin, end),
		cmocka_unit_test_setup_teardown(
			the_lot_says_which_version_it_is_and_is_kept_where_there_are_two, begin,
			end),
		cmocka_unit_test_setup_teardown(
			one_of_which_nothing_is_heard_is_handed_out_once_more, begin, end),
		cmocka_unit_test_setup_teardown(
			many_are_looked_through_a_part_at_a_time, begin, end),
		cmocka_unit_test_setup_teardown(a_question_that_cannot_be_is_refused, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
