/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/care.h"
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

#define LINE 7

static struct ledger *
open_in(const struct fixture *fixture)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(fixture);

	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	return ledger;
}

static void
confirm(struct ledger *ledger, int seconds, enum state from)
{
	fixture_step(ledger, LINE, seconds, from, STATE_CONFIRMED);
	fixture_commit(ledger);
}

static void
after(struct ledger *ledger, int64_t us)
{
	ledger_set_time(ledger, (struct wall){ledger_time(ledger).us + us});
}

static int
keep(struct ledger *ledger, enum care_what what, const char *subject, const char *details)
{
	struct care row = {.of_case = 1, .what = (uint8_t)what, .channel = CARE_LINE, .text = 3};

	snprintf(row.subject, sizeof(row.subject), "%s", subject);
	snprintf(row.language, sizeof(row.language), "nb");
	snprintf(row.details, sizeof(row.details), "%s", details);
	return ledger_care(ledger, &row, NULL);
}

/* All rows as one text. */
static int
write_row(void *context, const struct care *row)
{
	struct buffer *into = context;

	buffer_print(into, "%lld %s/%s/%s/%s/%u/%s;",
		(long long)((row->time.us - FIXTURE_NOW.us) / WALL_SECOND), care_names[row->what],
		row->subject, row->details, care_channels[row->channel], (unsigned)row->text,
		row->language);
	return 0;
}

static const char *
all(struct ledger *ledger)
{
	static char text[1024];
	struct buffer into;

	buffer_init(&into, sizeof(text));
	assert_int_equal(ledger_each_care(ledger, 1, write_row, &into, NULL), 0);
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	return text;
}

static void
a_page_is_seen_once_a_day_and_ticks_stand_in_place_of_those_before(void **state)
{
	struct ledger *ledger = open_in(*state);

	confirm(ledger, 0, STATE_WATCH);
	assert_int_equal(keep(ledger, CARE_SEEN, "line", ""), 1);
	after(ledger, WALL_SECOND);
	assert_int_equal(keep(ledger, CARE_SEEN, "line", ""), 0);
	assert_int_equal(keep(ledger, CARE_TICKED, "router", "power"), 1);
	assert_int_equal(keep(ledger, CARE_TICKED, "router", "power word"), 0);
	assert_string_equal(
		all(ledger), "0 seen/line//line/3/nb;1 ticked/router/power word/line/3/nb;");
	after(ledger, WALL_DAY);
	assert_int_equal(keep(ledger, CARE_SEEN, "line", ""), 1);
	assert_int_equal(keep(ledger, CARE_TICKED, "router", ""), 1);
	assert_string_equal(all(ledger),
		"0 seen/line//line/3/nb;1 ticked/router/power word/line/3/nb;"
		"86401 seen/line//line/3/nb;86401 ticked/router//line/3/nb;");
	ledger_close(ledger);
}

/* Each of a day is kept, by whatever way it went, with the version of its text. */
static void
a_notice_is_a_row_of_its_text_and_its_way(void **state)
{
	static const struct {
		enum care_channel channel;
		const char *subject;
	} notices[] = {
		{CARE_EMAIL, "notice-email-begin"},
		{CARE_SMS, "notice-sms-begin"},
		{CARE_LETTER, "notice-letter-begin"},
		{CARE_LETTER, "notice-email-blocked"},
	};
	struct ledger *ledger = open_in(*state);

	confirm(ledger, 0, STATE_WATCH);
	for (size_t i = 0; i < sizeof(notices) / sizeof(*notices); i++) {
		struct care row = {.of_case = 1,
			.what = CARE_NOTIFIED,
			.channel = (uint8_t)notices[i].channel,
			.text = UINT32_MAX,
			.language = "en"};

		snprintf(row.subject, sizeof(row.subject), "%s", notices[i].subject);
		assert_int_equal(ledger_care(ledger, &row, NULL), 1);
		assert_int_equal(ledger_care(ledger, &row, NULL), 0);
	}
	assert_string_equal(all(ledger),
		"0 notified/notice-email-begin//email/4294967295/en;"
		"0 notified/notice-email-blocked//letter/4294967295/en;"
		"0 notified/notice-letter-begin//letter/4294967295/en;"
		"0 notified/notice-sms-begin//sms/4294967295/en;");
	ledger_close(ledger);
}

static struct care_holds
holds(struct ledger *ledger)
{
	struct care_holds ret;
	struct ledger_case of;

	assert_int_equal(ledger_find_line(ledger, LINE, &of, NULL), 0);
	assert_int_equal(ledger_care_holds(ledger, &of, &ret, NULL), 0);
	return ret;
}

static enum care_release
way(struct ledger *ledger)
{
	struct care_holds of = holds(ledger);

	return care_release(&of);
}

static int
let_go(struct ledger *ledger)
{
	struct care row = {.of_case = 1, .what = CARE_RELEASED, .channel = CARE_CODE};
	int r;

	ledger_set_actor(ledger, TEXT(CARE_CUSTOMER));
	r = ledger_care_release(ledger, &row, &(struct fail){0});
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	return r;
}

static int
take_measure(void *context, const struct measure *row)
{
	*(struct measure *)context = *row;
	return row->kind == MEASURE_BLOCK25;
}

static void
a_customer_lets_go_twice_in_thirty_days(void **state)
{
	struct ledger *ledger = open_in(*state);
	struct ledger_proof proof;
	struct measure measure;
	struct ledger_case of;

	confirm(ledger, 0, STATE_WATCH);
	assert_true(holds(ledger).is_blocked);
	assert_false(holds(ledger).is_held);
	for (int i = 0; i < CARE_RELEASES; i++) {
		assert_int_equal(way(ledger), CARE_OPEN);
		/* The limit would hold, too. */
		assert_int_equal(let_go(ledger), 2);
		assert_int_equal(holds(ledger).releases, i + 1);
		assert_false(holds(ledger).is_blocked);
		assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
		assert_int_equal(of.state, STATE_PROBATION);
		assert_int_equal(way(ledger), CARE_FREE);
		assert_int_equal(let_go(ledger), -EPERM);
		after(ledger, WALL_DAY);
		confirm(ledger, 10 + i, STATE_PROBATION);
	}
	assert_int_equal(ledger_each_measure(ledger, 1, take_measure, &measure, NULL), 1);
	assert_int_equal(measure.why, END_CUSTOMER);
	assert_string_equal(measure.ended_by, CARE_CUSTOMER);
	assert_true(holds(ledger).is_blocked);
	assert_int_equal(way(ledger), CARE_USED_UP);
	assert_int_equal(let_go(ledger), -EPERM);
	assert_true(holds(ledger).is_blocked);
	after(ledger, 28 * WALL_DAY + WALL_DAY / 2);
	assert_int_equal(holds(ledger).releases, 1);
	assert_int_equal(let_go(ledger), 2);
	assert_string_equal(all(ledger),
		"0 released///code/0/;86400 released///code/0/;2635200 released///code/0/;");
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
}

static struct ledger *
open_pausing(const struct fixture *fixture)
{
	struct planning planning = {.plan = PLAN_DEFAULTS, .objection_us = 7 * WALL_DAY};
	struct ledger *ledger = open_in(fixture);

	planning.plan.mode[MEASURE_BLOCK25] = planning.plan.mode[MEASURE_QUARANTINE] =
		MEASURE_ENFORCE;
	ledger_plan(ledger, &planning);
	return ledger;
}

/* "This is wrong": days until which nothing holds; 0: it changes nothing. */
static int
object(struct ledger *ledger, const char *says)
{
	struct care row = {.of_case = 1, .what = CARE_WRONG, .channel = CARE_LINE};
	struct wall until;

	snprintf(row.details, sizeof(row.details), "%s", says);
	ledger_set_actor(ledger, TEXT(CARE_CUSTOMER));
	assert_true(ledger_care_object(ledger, &row, &until, NULL) >= 0);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	return wall_is_none(until) ? 0 : (int)((until.us - ledger_time(ledger).us) / WALL_DAY);
}

static bool
is_objected(struct ledger *ledger)
{
	return ledger_find_exception(ledger, EXCEPTION_OBJECTION, LINE, NULL, NULL) == 0;
}

static uint64_t
review(struct ledger *ledger)
{
	struct review done = {.after = 0};

	assert_int_equal(ledger_review(ledger, &done, NULL), 0);
	return done.objected;
}

static void
end_pausing(struct ledger *ledger)
{
	struct ledger_proof proof;

	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
}

static void
the_first_objection_of_a_case_pauses_what_programs_do(void **state)
{
	struct ledger *ledger = open_pausing(*state);
	struct measure measure;
	struct ledger_case of;

	confirm(ledger, 0, STATE_WATCH);
	after(ledger, WALL_DAY);
	assert_int_equal(review(ledger), 0);
	assert_true(holds(ledger).is_held);
	assert_int_equal(object(ledger, "my mail server"), 7);
	assert_true(wall_is_none(holds(ledger).since));
	assert_true(is_objected(ledger));
	assert_int_equal(ledger_each_measure(ledger, 1, take_measure, &measure, NULL), 1);
	assert_int_equal(measure.why, END_OBJECTION);
	assert_string_equal(measure.ended_by, CARE_CUSTOMER);
	/* The case is as it was: judges go on, and nothing begins by what they say. */
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(of.state, STATE_CONFIRMED);
	confirm(ledger, 10, STATE_SUSPECT);
	after(ledger, 7 * WALL_DAY - 1);
	assert_int_equal(review(ledger), 1);
	assert_true(wall_is_none(holds(ledger).since));
	assert_int_equal(object(ledger, "once more"), 0);
	after(ledger, 1);
	assert_int_equal(review(ledger), 0);
	assert_true(holds(ledger).is_blocked && !is_objected(ledger));
	/* Once in a case. */
	assert_int_equal(object(ledger, "and once more"), 0);
	assert_true(holds(ledger).is_blocked && holds(ledger).has_objected);
	assert_int_equal(way(ledger), CARE_OPEN);
	end_pausing(ledger);
}

static void
a_person_ends_it_by_whatever_is_decided(void **state)
{
	for (int how = 0; how < 5; how++) {
		struct ledger *ledger = open_pausing(*state);
		struct ledger_case of;
		struct measure measure;
		uint64_t number;

		fixture_step(ledger, LINE, 20 * how, STATE_WATCH, STATE_CONFIRMED);
		fixture_commit(ledger);
		assert_int_equal(ledger_find_line(ledger, LINE, &of, NULL), 0);
		assert_true(holds(ledger).is_blocked);
		assert_int_equal(
			ledger_each_measure(ledger, of.number, take_measure, &measure, NULL), 1);
		number = measure.number;
		if (how == 0)
			assert_int_equal(object(ledger, ""), 7);
		else
			assert_int_equal(ledger_except_case(ledger, EXCEPTION_OBJECTION, &of,
						 (struct wall){ledger_time(ledger).us + WALL_DAY},
						 TEXT("x"), NULL),
				0);
		review(ledger);
		assert_true(is_objected(ledger) && wall_is_none(holds(ledger).since));
		ledger_set_actor(ledger, TEXT("anna (1000)"));
		if (how == 0)
			assert_int_equal(ledger_quarantine(ledger, of.number, WALL_NONE, TEXT("x"),
						 &measure, NULL),
				0);
		else if (how == 1)
			assert_int_equal(ledger_undo(ledger, number, TEXT("x"), &measure, NULL), 1);
		else if (how == 2)
			assert_int_equal(
				ledger_release(ledger, of.number, END_HELPDESK, TEXT("x"), NULL),
				0);
		else if (how == 3)
			assert_int_equal(ledger_except_case(ledger, EXCEPTION_NEVER, &of, WALL_NONE,
						 TEXT("x"), NULL),
				0);
		ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
		assert_int_equal(is_objected(ledger), how == 4);
		assert_int_equal(holds(ledger).by_person, how < 2);
		if (how == 3)
			assert_int_equal(
				ledger_except_undo(ledger, EXCEPTION_NEVER, LINE, NULL), 0);
		/* Or its case is over. */
		fixture_step(ledger, LINE, 20 * how + 1, STATE_CONFIRMED, STATE_CLEAR);
		fixture_commit(ledger);
		assert_false(is_objected(ledger));
		end_pausing(ledger);
	}
}

static void
what_pauses_nothing_is_kept_all_the_same(void **state)
{
	struct planning planning = {.plan = PLAN_DEFAULTS, .objection_us = WALL_DAY};
	struct ledger *ledger = open_in(*state);
	struct care row = {.of_case = 99, .what = CARE_WRONG};
	struct measure measure;
	struct wall until;

	/* The option is not set. */
	confirm(ledger, 0, STATE_WATCH);
	assert_int_equal(object(ledger, "a"), 0);
	assert_true(holds(ledger).is_blocked);
	/* A person decided. */
	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, NULL), 0);
	assert_int_equal(object(ledger, "b"), 0);
	assert_true(holds(ledger).is_held && !is_objected(ledger));
	assert_string_equal(all(ledger), "0 wrong//b/line/0/;");
	assert_int_equal(ledger_care_object(ledger, &row, &until, &(struct fail){0}), -ESRCH);
	/* Nothing holds: that he objected is not used up by it. */
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), NULL), 3);
	assert_int_equal(object(ledger, "c"), 0);
	confirm(ledger, 9, STATE_PROBATION);
	assert_int_equal(object(ledger, "d"), 1);
	end_pausing(ledger);
}

static void
what_a_person_decided_no_customer_ends(void **state)
{
	struct ledger *ledger = open_in(*state);
	struct measure measure;

	confirm(ledger, 0, STATE_WATCH);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("it goes on"), &measure, NULL), 0);
	assert_true(holds(ledger).is_held && holds(ledger).by_person);
	assert_int_equal(way(ledger), CARE_BY_PERSON);
	assert_int_equal(holds(ledger).until.us, measure.until.us);
	assert_int_equal(let_go(ledger), -EPERM);
	assert_true(holds(ledger).is_held);
	assert_string_equal(all(ledger), "");
	ledger_close(ledger);
}

static void
what_is_only_observed_holds_nobody(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct care row = {.of_case = 99, .what = CARE_RELEASED};

	ledger_plan(ledger, &planning);
	confirm(ledger, 0, STATE_WATCH);
	assert_true(wall_is_none(holds(ledger).since));
	assert_int_equal(let_go(ledger), -EPERM);
	assert_int_equal(ledger_care_release(ledger, &row, &(struct fail){0}), -ESRCH);
	ledger_close(ledger);
}

static void
it_goes_with_its_case(void **state)
{
	struct ledger *ledger = open_in(*state);

	confirm(ledger, 0, STATE_WATCH);
	assert_int_equal(keep(ledger, CARE_WRONG, "", "it was my neighbour"), 1);
	fixture_step(ledger, LINE, 1, STATE_CONFIRMED, STATE_CLEAR);
	fixture_commit(ledger);
	after(ledger, 91 * WALL_DAY);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 1);
	assert_string_equal(all(ledger), "");
	ledger_close(ledger);
}

static void
an_older_ledger_is_read_without_and_gets_the_table_when_it_is_written(void **state)
{
	struct ledger *ledger = open_in(*state);

	confirm(ledger, 0, STATE_WATCH);
	ledger_close(ledger);
	old_become(*state, 5);
	ledger = fixture_reader(*state);
	assert_string_equal(all(ledger), "");
	assert_true(holds(ledger).is_blocked);
	ledger_close(ledger);
	ledger = open_in(*state);
	assert_int_equal(keep(ledger, CARE_SEEN, "line", ""), 1);
	assert_string_equal(all(ledger), "0 seen/line//line/3/nb;");
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_page_is_seen_once_a_day_and_ticks_stand_in_place_of_those_before),
		TEST(a_notice_is_a_row_of_its_text_and_its_way),
		TEST(a_customer_lets_go_twice_in_thirty_days),
		TEST(the_first_objection_of_a_case_pauses_what_programs_do),
		TEST(a_person_ends_it_by_whatever_is_decided),
		TEST(what_pauses_nothing_is_kept_all_the_same),
		TEST(what_a_person_decided_no_customer_ends),
		TEST(what_is_only_observed_holds_nobody),
		TEST(it_goes_with_its_case),
		TEST(an_older_ledger_is_read_without_and_gets_the_table_when_it_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
