/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/curereport.h"
#include "ledger/deciding.h"
#include "ledger/planning.h"
#include "ledger/retention.h"
#include "ledger_fixture.h"

/* The ledger of the first test, day by day; port 25 of who is confirmed is closed, but of line 8, which is shared:
 *
 *   line 1  confirmed on day 0, e-mail on day 0, page on day 1, ticked; let go by himself on day 2, clear on day 20
 *   line 2  confirmed on day 0, SMS on day 0; let go by a person on day 3, confirmed again on day 10
 *   line 3  confirmed on day 0; evidence ended on day 5; a new case on day 60
 *   line 4  confirmed on day 0, letter on day 1: held all the time
 *   line 5  confirmed on day 95, e-mail on day 95, page on day 96; let go by himself on day 96
 *   line 6  confirmed and held by a person on day 0 until day 7, then let go by the date
 *   line 7  only suspect
 *   line 8  confirmed on day 0, e-mail on day 1, and no end of it; a notice of an end, which is none
 *
 * On day 100 the 14 days are over of 1, 2, 3, 6 and 8, and so are the 90: clean are 1, 3 and 6; back are 2, 3 and 8. */
static int day;

static void
on_day(struct ledger *ledger, int number)
{
	day = number;
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + day * WALL_DAY});
}

static void
step_as(struct ledger *ledger, uint64_t line, enum state from, enum state to, enum role role)
{
	struct verdict verdict = fixture_verdict(line, 0, from, to);
	char name[SEAL_NAME];

	verdict.time = ledger_time(ledger);
	verdict.role = (uint8_t)role;
	snprintf(name, sizeof(name), "192.0.2.%u", (unsigned)line);
	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
	fixture_commit(ledger);
}

static void
step(struct ledger *ledger, uint64_t line, enum state from, enum state to)
{
	step_as(ledger, line, from, to, ROLE_RESIDENTIAL);
}

static void
keep(struct ledger *ledger, uint64_t of_case, enum care_what what, enum care_channel channel,
	const char *subject, uint32_t text, const char *details)
{
	struct care row = {.of_case = of_case,
		.what = (uint8_t)what,
		.channel = (uint8_t)channel,
		.text = text};

	snprintf(row.subject, sizeof(row.subject), "%s", subject);
	snprintf(row.details, sizeof(row.details), "%s", details);
	assert_int_equal(ledger_care(ledger, &row, NULL), 1);
}

static void
let_himself_go(struct ledger *ledger, uint64_t of_case)
{
	struct care row = {.of_case = of_case, .what = CARE_RELEASED, .channel = CARE_LINE};

	ledger_set_actor(ledger, TEXT(CARE_CUSTOMER));
	assert_true(ledger_care_release(ledger, &row, NULL) > 0);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
}

static struct ledger *
open_in(const struct fixture *fixture)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};
	struct ledger *ledger = fixture_ledger(fixture);

	planning.plan.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	ledger_plan(ledger, &planning);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	on_day(ledger, 0);
	return ledger;
}

static void
begin_of(struct ledger *ledger)
{
	struct measure held;
	struct wall until = {FIXTURE_NOW.us + 7 * WALL_DAY};

	for (uint64_t line = 1; line <= 4; line++)
		step(ledger, line, STATE_WATCH, STATE_CONFIRMED);
	/* Line 6 is case 5, and so on. */
	step(ledger, 6, STATE_WATCH, STATE_CONFIRMED);
	step(ledger, 7, STATE_WATCH, STATE_SUSPECT);
	step_as(ledger, 8, STATE_WATCH, STATE_CONFIRMED, ROLE_SHARED);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(ledger_quarantine(ledger, 5, until, TEXT("it goes on"), &held, NULL), 0);
	ledger_set_actor(ledger, TEXT(LEDGER_PROGRAM));
	keep(ledger, 1, CARE_NOTIFIED, CARE_EMAIL, "notice-email-blocked", 3, "");
	keep(ledger, 2, CARE_NOTIFIED, CARE_SMS, "notice-sms-blocked", 1, "");
	on_day(ledger, 1);
	keep(ledger, 4, CARE_NOTIFIED, CARE_LETTER, "notice-letter-blocked", 1, "");
	keep(ledger, 7, CARE_NOTIFIED, CARE_EMAIL, "notice-email-blocked", 3, "");
	keep(ledger, 1, CARE_SEEN, CARE_LINE, "line", 2, "");
	keep(ledger, 1, CARE_TICKED, CARE_LINE, "router", 0, "power word update");
	keep(ledger, 1, CARE_TICKED, CARE_LINE, "camera", 0, "off");
	keep(ledger, 4, CARE_SEEN, CARE_CODE, "line", 2, "");
	keep(ledger, 4, CARE_TICKED, CARE_CODE, "router", 0, "");
}

static void
go_on(struct ledger *ledger)
{
	struct review review = {0};

	on_day(ledger, 2);
	let_himself_go(ledger, 1);
	on_day(ledger, 3);
	/* Not shown before he was let go. */
	keep(ledger, 1, CARE_SEEN, CARE_LINE, "call", 9, "");
	assert_true(ledger_release(ledger, 2, END_HELPDESK, TEXT("he called"), NULL) > 0);
	on_day(ledger, 5);
	step(ledger, 3, STATE_CONFIRMED, STATE_CLEAR);
	on_day(ledger, 7);
	assert_int_equal(ledger_review(ledger, &review, NULL), 0);
	keep(ledger, 5, CARE_NOTIFIED, CARE_EMAIL, "notice-email-end", 1, "");
	on_day(ledger, 10);
	step(ledger, 2, STATE_PROBATION, STATE_CONFIRMED);
	on_day(ledger, 20);
	step(ledger, 1, STATE_PROBATION, STATE_CLEAR);
	on_day(ledger, 60);
	step(ledger, 3, STATE_WATCH, STATE_SUSPECT);
	on_day(ledger, 95);
	step(ledger, 5, STATE_WATCH, STATE_CONFIRMED);
	keep(ledger, 9, CARE_NOTIFIED, CARE_EMAIL, "notice-email-blocked", 3, "");
	on_day(ledger, 96);
	keep(ledger, 9, CARE_SEEN, CARE_LINE, "line", 2, "");
	let_himself_go(ledger, 9);
	on_day(ledger, 100);
}

static struct cure cure;

static void
read_of(struct ledger *ledger, struct cure_terms terms)
{
	struct fail fail = {0};

	assert_int_equal(cure_read(ledger, &terms, &cure, &fail), 0);
}

#define ALL_OF ((struct cure_terms){.since = WALL_NONE, .until = WALL_NONE})

/* "cases/notified/seen/ticked held:customer,helpdesk,date,court,other early clean/of back/of" */
static const char *
figures(enum cure_by by, const char *name)
{
	const struct cure_group *group = cure_find(&cure, by, name);
	static char text[128];
	const struct cure_count *of;

	if (group == NULL)
		return "none";
	of = &group->count;
	snprintf(text, sizeof(text), "%u/%u/%u/%u %u:%u,%u,%u,%u,%u %u %u/%u %u/%u",
		(unsigned)of->cases, (unsigned)of->notified, (unsigned)of->seen,
		(unsigned)of->ticked, (unsigned)of->held, (unsigned)of->let_go[CURE_CUSTOMER],
		(unsigned)of->let_go[CURE_HELPDESK], (unsigned)of->let_go[CURE_DATE],
		(unsigned)of->let_go[CURE_COURT], (unsigned)of->let_go[CURE_OTHER],
		(unsigned)of->early, (unsigned)of->clean.count, (unsigned)of->clean.of,
		(unsigned)of->back.count, (unsigned)of->back.of);
	return text;
}

static void
each_case_is_counted_as_it_went(void **state)
{
	struct ledger *ledger = open_in(*state);

	begin_of(ledger);
	go_on(ledger);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "7/5/3/1 6:2,1,1,1,0 1 3/5 3/5");
	assert_string_equal(figures(CURE_HOLD, "held"), "6/4/3/1 6:2,1,1,1,0 1 3/4 2/4");
	assert_string_equal(figures(CURE_HOLD, "never held"), "1/1/0/0 0:0,0,0,0,0 0 0/1 1/1");
	assert_string_equal(figures(CURE_CHANNEL, "email"), "3/3/2/1 2:2,0,0,0,0 1 1/2 1/2");
	assert_string_equal(figures(CURE_CHANNEL, "sms"), "1/1/0/0 1:0,1,0,0,0 0 0/1 1/1");
	assert_string_equal(figures(CURE_CHANNEL, "letter"), "1/1/1/0 1:0,0,0,0,0 0 0/0 0/0");
	assert_string_equal(figures(CURE_CHANNEL, "none"), "2/0/0/0 2:0,0,1,1,0 0 2/2 1/2");
	assert_string_equal(
		figures(CURE_TEXT, "notice-email-blocked 3"), "3/3/2/1 2:2,0,0,0,0 1 1/2 1/2");
	assert_string_equal(figures(CURE_TEXT, "line 2"), "3/3/3/1 3:2,0,0,0,0 1 1/1 0/1");
	assert_string_equal(figures(CURE_TEXT, "none"), "2/0/0/0 2:0,0,1,1,0 0 2/2 1/2");
	assert_string_equal(figures(CURE_TEXT, "call 9"), "none");
	assert_string_equal(figures(CURE_TEXT, "notice-email-end 1"), "none");
	assert_string_equal(figures(CURE_DEVICE, "camera"), "1/1/1/1 1:1,0,0,0,0 0 1/1 0/1");
	assert_string_equal(figures(CURE_DEVICE, "unknown"), "6/4/2/0 5:1,1,1,1,0 1 2/4 3/4");
	assert_string_equal(figures(CURE_VARIANT, "A"), "none");
	ledger_close(ledger);
}

/* The same case, as time goes on: it is never taken for clean before its days are over. */
static void
what_is_not_over_is_not_yet_known(void **state)
{
	struct ledger *ledger = open_in(*state);

	step(ledger, 1, STATE_WATCH, STATE_CONFIRMED);
	on_day(ledger, 1);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:0,0,0,0,0 0 0/0 0/0");
	let_himself_go(ledger, 1);
	on_day(ledger, 6);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:1,0,0,0,0 1 0/0 0/0");
	on_day(ledger, 14);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:1,0,0,0,0 1 0/0 0/0");
	on_day(ledger, 15);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:1,0,0,0,0 0 1/1 0/0");
	on_day(ledger, 50);
	step(ledger, 1, STATE_PROBATION, STATE_CONFIRMED);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:1,0,0,0,0 0 1/1 0/0");
	on_day(ledger, 91);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:1,0,0,0,0 0 1/1 1/1");
	ledger_close(ledger);
}

/* A line that can send nothing is no clean one. */
static void
who_is_held_again_is_not_clean(void **state)
{
	struct ledger *ledger = open_in(*state);
	struct measure again;

	step(ledger, 1, STATE_WATCH, STATE_CONFIRMED);
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	on_day(ledger, 1);
	assert_true(ledger_release(ledger, 1, END_HELPDESK, TEXT("he called"), NULL) > 0);
	on_day(ledger, 2);
	/* The limit would hold, and is measure 1. */
	assert_int_equal(ledger_undo(ledger, 2, TEXT("it was another"), &again, NULL), 1);
	assert_int_equal(again.mode, MEASURE_ENFORCE);
	on_day(ledger, 15);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 1:0,1,0,0,0 0 0/1 0/0");
	ledger_close(ledger);
}

/* Nobody saw that it was clean: it was silent for 90 days, and the step has the time of the one before. */
static void
silence_does_not_make_a_line_clean_in_hindsight(void **state)
{
	struct ledger *ledger = open_in(*state);

	step_as(ledger, 8, STATE_WATCH, STATE_CONFIRMED, ROLE_SHARED);
	on_day(ledger, 91);
	assert_int_equal(ledger_close_silent(ledger, 90, NULL), 1);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_ALL, "all"), "1/0/0/0 0:0,0,0,0,0 0 0/1 0/1");
	ledger_close(ledger);
}

static void
a_time_is_that_of_the_opening(void **state)
{
	struct ledger *ledger = open_in(*state);
	struct cure_terms terms = ALL_OF;

	begin_of(ledger);
	go_on(ledger);
	terms.since.us = FIXTURE_NOW.us + 1;
	read_of(ledger, terms);
	assert_string_equal(figures(CURE_ALL, "all"), "1/1/1/0 1:1,0,0,0,0 1 0/0 0/0");
	terms = ALL_OF;
	terms.until.us = FIXTURE_NOW.us + 95 * WALL_DAY;
	read_of(ledger, terms);
	assert_string_equal(figures(CURE_ALL, "all"), "6/4/2/1 5:1,1,1,1,0 0 3/5 3/5");
	terms.until.us = FIXTURE_NOW.us;
	read_of(ledger, terms);
	assert_string_equal(figures(CURE_ALL, "all"), "0/0/0/0 0:0,0,0,0,0 0 0/0 0/0");
	ledger_close(ledger);
}

/* So many cases of each version, of which so many come back on the tenth day. */
static void
add_versions(
	struct ledger *ledger, const char *version, unsigned cases, unsigned back, uint64_t first)
{
	on_day(ledger, 0);
	for (unsigned i = 0; i < cases; i++) {
		step(ledger, first + i, STATE_WATCH, STATE_CONFIRMED);
		keep(ledger, first + i, CARE_SEEN, CARE_LINE, "line", 1, version);
		let_himself_go(ledger, first + i);
	}
	on_day(ledger, 10);
	for (unsigned i = 0; i < back; i++)
		step(ledger, first + i, STATE_PROBATION, STATE_CONFIRMED);
}

/* One who never saw a page, too. */
static void
a_notice_is_of_its_version(void **state)
{
	struct ledger *ledger = open_in(*state);

	for (uint64_t line = 1; line <= 3; line++)
		step(ledger, line, STATE_WATCH, STATE_CONFIRMED);
	keep(ledger, 1, CARE_NOTIFIED, CARE_SMS, "notice-sms-blocked", 2, "B");
	keep(ledger, 2, CARE_NOTIFIED, CARE_SMS, "notice-sms-blocked", 1, "A");
	keep(ledger, 3, CARE_NOTIFIED, CARE_SMS, "notice-sms-blocked", 1, "");
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_VARIANT, "A"), "1/1/0/0 1:0,0,0,0,0 0 0/0 0/0");
	assert_string_equal(figures(CURE_VARIANT, "B"), "1/1/0/0 1:0,0,0,0,0 0 0/0 0/0");
	assert_string_equal(
		figures(CURE_TEXT, "notice-sms-blocked 2 B"), "1/1/0/0 1:0,0,0,0,0 0 0/0 0/0");
	ledger_close(ledger);
}

static struct buffer text;

static const char *
report(void (*put)(const struct cure *, const struct cure_terms *, struct buffer *))
{
	buffer_clear(&text);
	put(&cure, &ALL_OF, &text);
	return buffer_string(&text);
}

/* Sentences are broken at any blank. */
static bool
says(const char *words)
{
	char one[8192];

	snprintf(one, sizeof(one), "%s", report(curereport_text));
	for (char *c = one; *c != '\0'; c++)
		*c = *c == '\n' ? ' ' : *c;
	return strstr(one, words) != NULL;
}

static void
two_versions_are_told_apart_only_where_they_are(void **state)
{
	struct ledger *ledger = open_in(*state);

	buffer_init(&text, 1 << 16);
	add_versions(ledger, "A", 10, 7, 1);
	add_versions(ledger, "B", 3, 0, 11);
	read_of(ledger, ALL_OF);
	assert_true(says("nothing can be said yet: the 14 days are over of 0 cases with A and of 0 "
			 "with B."));
	assert_non_null(strstr(report(curereport_json), "\"clean\":null,\"back\":null}\n"));
	/* 3 of 10 and 3 of 3: 70 points, Newcombe from 6 (0.7 - hypot(0.5615, 0.3032)) on. */
	on_day(ledger, 14);
	read_of(ledger, ALL_OF);
	assert_string_equal(figures(CURE_VARIANT, "A"), "10/0/10/0 10:10,0,0,0,0 0 3/10 0/0");
	assert_string_equal(figures(CURE_VARIANT, "B"), "3/0/3/0 3:3,0,0,0,0 0 3/3 0/0");
	assert_string_equal(figures(CURE_TEXT, "line 1 B"), "3/0/3/0 3:3,0,0,0,0 0 3/3 0/0");
	assert_true(says("B is the better: with B the share that stayed clean is +70 points from "
			 "that with A (95 % interval +6 to +89)."));
	assert_non_null(strstr(report(curereport_json),
		"{\"type\":\"difference\",\"of\":\"B\",\"less\":\"A\",\"ticked\":{\"difference\":"
		"0.0000,"));
	/* Three more of B that come back: 3 of 6 against 3 of 10. */
	add_versions(ledger, "B", 3, 3, 14);
	on_day(ledger, 14);
	read_of(ledger, ALL_OF);
	assert_true(
		says("nothing can be said yet: with B the share that stayed clean is +20 points "
		     "from that with A"));
	buffer_done(&text);
	ledger_close(ledger);
}

static void
it_is_told_in_sentences_and_in_eighty_columns(void **state)
{
	struct ledger *ledger = open_in(*state);
	struct text rest, line;

	buffer_init(&text, 1 << 16);
	read_of(ledger, ALL_OF);
	assert_string_equal(report(curereport_text),
		"Of cure nothing can be said: no case that was opened so far was confirmed or\n"
		"acted upon.\n");
	begin_of(ledger);
	read_of(ledger, ALL_OF);
	assert_true(says("clean 14 days after they were let go is not yet known"));
	go_on(ledger);
	read_of(ledger, ALL_OF);
	assert_true(says("7 cases that were confirmed or acted upon; 6 lines were held, and 1 of "
			 "them is held now."));
	/* Wilson of 3 of 5. */
	assert_true(says("Of 5 that were let go, or told, at least 14 days ago, 3 stayed clean: 60 "
			 "% (95 % interval 23 to 88)."));
	assert_true(says("Not yet known: 1 that was let go, or told, less than 14 days ago."));
	assert_true(says("Of 5 at least 90 days ago, 3 came back in those days: 60 % (95"));
	assert_true(says(" email-blocked 3            3  67% 21-94    33% 6-79     50% 9-91     "
			 "50% 9-91 "));
	assert_true(says(" the customer himself       2  33% 10-70 "));
	assert_true(says(" nobody yet: held now       1  17% 3-56 "));
	rest = text_of(report(curereport_text));
	while (rest.length > 0) {
		line = text_cut(&rest, '\n');
		if (line.length > 80)
			print_error("%.*s\n", (int)line.length, line.at);
		assert_true(line.length <= 80);
	}
	assert_non_null(strstr(report(curereport_json),
		"{\"type\":\"cure\",\"by\":\"channel\",\"group\":\"sms\",\"cases\":1,\"notified\":{"
		"\"count\":1,\"of\":1,\"rate\":1.0000,\"low\":0.2065,\"high\":1.0000},"));
	assert_non_null(strstr(report(curereport_json),
		"{\"type\":\"summary\",\"cases\":7,\"removed\":0,\"more\":false}\n"));
	buffer_done(&text);
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_case_is_counted_as_it_went),
		TEST(what_is_not_over_is_not_yet_known),
		TEST(who_is_held_again_is_not_clean),
		TEST(silence_does_not_make_a_line_clean_in_hindsight),
		TEST(a_time_is_that_of_the_opening),
		TEST(a_notice_is_of_its_version),
		TEST(two_versions_are_told_apart_only_where_they_are),
		TEST(it_is_told_in_sentences_and_in_eighty_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
