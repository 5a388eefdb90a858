/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"
#include "ledger/deciding.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger_fixture.h"
#include "service/keepercontain.h"

#include <errno.h>

static struct question question;
static struct answer answer;
static char said[MESSAGE_PAGE + 1];
static struct fail fail;

static uint8_t left_open;

static struct ledger *
open_with(const struct fixture *fixture, enum measure_mode mode)
{
	struct ledger *ledger = fixture_ledger(fixture);
	struct planning planning = {.plan = PLAN_DEFAULTS, .open = left_open};

	for (int kind = 0; kind < MEASURE_KINDS; kind++) {
		planning.plan.mode[kind] = (uint8_t)mode;
		snprintf(planning.ground[kind], sizeof(planning.ground[kind]), "Ekom 2-7");
	}
	ledger_plan(ledger, &planning);
	return ledger;
}

static int
ask(struct ledger *ledger, enum ask what, const char *text)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	struct lines *lines;
	int r;

	settings.key = *ledger_key(ledger);
	lines = lines_new(&settings);
	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	fail = (struct fail){0};
	question.ask = (uint8_t)what;
	snprintf(question.text, sizeof(question.text), "%s", text);
	answer_begin(&answer, &question);
	r = keeper_contain(ledger, lines, &question, &answer, &fail);
	lines_free(lines);
	snprintf(said, sizeof(said), "%.*s", r < 0 ? (int)sizeof(fail.what) : (int)answer.size,
		r < 0 ? fail.what : answer.text);
	return r;
}

static int
begin(void **state)
{
	question = (struct question){0};
	left_open = 0;
	return fixture_begin(state);
}

static void
a_line_is_held_by_its_case_or_its_address_and_let_go(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_OBSERVE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "192.0.2.7\nit goes on\n"), 0);
	assert_non_null(strstr(said, "quarantine of line-0000000000000007, case 1 ("));
	assert_non_null(strstr(said, "until 2023-12-14"));
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nit goes on\n"), -EEXIST);
	assert_int_equal(ask(ledger, ASK_RELEASE, "1\n"), 0);
	assert_non_null(strstr(said, "is on probation: 3 measures ended"));
	assert_int_equal(ask(ledger, ASK_RELEASE, "1\n"), -EINVAL);
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nagain\n2023-11-20"), 0);
	assert_non_null(strstr(said, "until 2023-11-21T00:00:00"));
	assert_int_equal(ask(ledger, ASK_UNDO, "4\na mistake"), 0);
	assert_non_null(strstr(said, "is taken back"));
	ledger_close(ledger);
}

static void
what_may_not_be_is_refused_in_words(void **state)
{
	static const struct {
		enum ask ask;
		const char *text;
		int code;
		const char *what;
	} bad[] = {
		{ASK_QUARANTINE, "192.0.2.9\nx\n", -ESRCH,
			"the line of 192.0.2.9 has no open case"},
		{ASK_QUARANTINE, "198.51.100.9\nx\n", -ESRCH,
			"198.51.100.9 is not of the own network"},
		{ASK_QUARANTINE, "12\nx\n", -ESRCH, "the ledger has no case with the number"},
		{ASK_QUARANTINE, "192.0.2.7\n\n", -EINVAL, "there is no reason"},
		{ASK_QUARANTINE, "192.0.2.7\nx\n2020-01-01", -EINVAL, "2020-01-01 is over"},
		{ASK_QUARANTINE, "192.0.2.7\nx\n2024-11-14", -EINVAL,
			"nobody is held for so long: until 2023-12-14"},
		{ASK_CONFIRM, "x\n", -EINVAL, "\"x\" is no number of a measure"},
		{ASK_CONFIRM, "99\n", -ESRCH, "no proposal 99 waits"},
		{ASK_UNDO, "1\na\nb", -EINVAL, "the reason is not one line of text"},
		{ASK_RELEASE_ALL, "", -EINVAL, "there is no reason"},
		{ASK_RESUME, "x", -EINVAL, "containment does not pause"},
	};
	struct ledger *ledger = open_with(*state, MEASURE_OBSERVE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(ask(ledger, bad[i].ask, bad[i].text), bad[i].code);
		if (strstr(said, bad[i].what) == NULL)
			fail_msg("\"%s\" is not in: %s", bad[i].what, said);
	}
	ledger_close(ledger);
}

static void
many_measures_come_in_pages_and_each_once(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_PROPOSE);
	size_t rows = 0, pages = 0;

	for (uint64_t line = 1; line <= 300; line++)
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	question.is_json = 1;
	do {
		question.cursor = answer.cursor;
		assert_int_equal(ask(ledger, ASK_MEASURES, pages % 2 == 0 ? "" : "proposed"), 0);
		for (const char *c = said; *c != '\0'; c++)
			rows += *c == '\n';
		pages++;
	} while (answer.cursor != 0);
	assert_int_equal(rows, 600);
	assert_true(pages >= 600 / KEEPER_MEASURES);
	question.is_json = 0;
	question.cursor = 0;
	assert_int_equal(ask(ledger, ASK_RELEASE_ALL, "x"), 0);
	assert_non_null(strstr(said, "600 measures ended"));
	assert_int_equal(ask(ledger, ASK_MEASURES, ""), 0);
	assert_string_equal(said, "There are no measures that hold or wait.\n");
	assert_int_equal(ask(ledger, ASK_RESUME, "x"), 0);
	ledger_close(ledger);
}

/* By its address now, which is not its name, as of a lease. */
static void
what_led_to_the_line_says_nothing_more(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_OBSERVE);
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	struct verdict verdict;
	struct lines *lines;
	struct line line;

	settings.key = *ledger_key(ledger);
	lines = lines_new(&settings);
	assert_int_equal(prefix_parse(TEXT("192.0.2.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	assert_int_equal(lines_parse(lines, TEXT("192.0.2.9"), &line, NULL), 0);
	lines_free(lines);
	verdict = fixture_verdict(line.pseudonym, 1, STATE_WATCH, STATE_CONFIRMED);
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("anna"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_RELEASE, "192.0.2.9:40000\n"), 0);
	assert_int_equal(ask(ledger, ASK_RELEASE, "192.0.2.9\n"), -EINVAL);
	assert_non_null(strstr(said, "on probation already"));
	assert_string_equal(fail.hint, "");
	ledger_close(ledger);
}

static void
check_columns(void)
{
	size_t column = 0;

	for (const char *c = said; *c != '\0'; c++) {
		column = *c == '\n' || *c == '\f' ? 0 : column + 1;
		assert_true(column <= 80);
	}
}

static void
the_record_says_on_what_ground_why_and_how_long(void **state)
{
	static const char *const words[] = {"1. Measure", "quarantine, enforced.", "residential",
		"Ekom 2-7", "40 attempts to",
		"Milder and tried before:", "block25 since 2023-11-14", "From 2023-11-14",
		"at the latest until 2023-12-14", "anna (1000): it goes on.",
		"Ended by bodil (1001): router is new.", "the line go."};
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + WALL_MINUTE});
	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nit goes on\n"), 0);
	ledger_set_actor(ledger, TEXT("bodil (1001)"));
	assert_int_equal(ask(ledger, ASK_RELEASE, "1\nrouter is new"), 0);
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	check_columns();
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strstr(said, words[i]) == NULL)
			fail_msg("\"%s\" is not in: %s", words[i], said);
	}
	question.is_json = 1;
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	assert_non_null(strstr(said, "\"kind\":\"quarantine\",\"mode\":\"enforce\""));
	assert_non_null(strstr(said, "\"evidence\":{"));
	/* More than fit a page. */
	for (int i = 0; i < 3; i++) {
		assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nagain\n"), 0);
		assert_int_equal(ask(ledger, ASK_RELEASE, "1\n"), 0);
	}
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	assert_true(answer.cursor > 0);
	question.cursor = answer.cursor;
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	assert_int_equal(answer.cursor, 0);
	assert_non_null(strstr(said, "\"measure\":6"));
	ledger_close(ledger);
}

static void
asked(struct ledger *ledger, const char *has, const char *lacks)
{
	char *end = said;

	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	/* Without the breaks. */
	for (const char *c = said; *c != '\0'; c++) {
		if ((*c != ' ' && *c != '\n') || (end > said && end[-1] != ' '))
			*end++ = *c == '\n' ? ' ' : *c;
	}
	*end = '\0';
	if (strstr(said, has) == NULL)
		fail_msg("\"%s\" is not in: %s", has, said);
	if (lacks != NULL && strstr(said, lacks) != NULL)
		fail_msg("\"%s\" is in: %s", lacks, said);
}

static void
the_record_says_that_what_is_configured_stays_reachable_and_no_more(void **state)
{
	static const struct {
		unsigned open;
		const char *has, *lacks;
	} row[] = {
		{0,
			"What stays reachable is what the operator's rules and routers let pass, "
			"which "
			"is not known here.",
			"DNS"},
		{OPEN_KNOWN, "all else is refused. 4. Legal", "a page"},
		{OPEN_KNOWN,
			"By the rules as they are now the line reaches time (NTP), and what is let "
			"in by name. It concerns this line alone.",
			"resolvers"},
		{OPEN_KNOWN | OPEN_PAGE, "port 80 is answered with a page", "mail servers ("},
		{OPEN_KNOWN | OPEN_RESOLVERS | OPEN_SERVERS | OPEN_PROTECTED | OPEN_PORTAL,
			"time (NTP), names (DNS) by the operator's resolvers, the operator's mail "
			"servers (submission at ports 587 and 465, reading at 993 and 995), the "
			"services that the operator protects, the operator's pages of help, and",
			"removal tools"},
	};
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nit goes on\n"), 0);
	ledger_close(ledger);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		left_open = (uint8_t)row[i].open;
		ledger = open_with(*state, MEASURE_ENFORCE);
		asked(ledger, row[i].has, row[i].lacks);
		ledger_close(ledger);
	}
}

static void
what_was_begun_with_it_was_not_tried_before_it(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + WALL_MINUTE - 1});
	assert_int_equal(ask(ledger, ASK_QUARANTINE, "1\nit goes on\n"), 0);
	asked(ledger, "No milder measure was in force for a minute before it.", "tried before");
	ledger_close(ledger);
}

static void
the_record_of_what_was_only_observed_says_that_nothing_was_done(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_OBSERVE);

	fixture_step(ledger, 7, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_RELEASE, "1\nrouter is new"), 0);
	asked(ledger, "Not done; it would be this: The limits of mail", "let the line go");
	asked(ledger, "Nothing was done to the line: everything stays reachable.", "more slowly");
	asked(ledger, ": a person of the operator's ended it.", "concerns this line alone");
	ledger_close(ledger);
}

/* As of an account, which sends through the relay. */
static void
the_record_says_nothing_of_lines_where_none_were_counted(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);
	struct verdict verdict = fixture_verdict(7, 1, STATE_WATCH, STATE_CONFIRMED);

	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("192.0.2.7"), NULL), 0);
	verdict = fixture_verdict(8, 1, STATE_WATCH, STATE_CONFIRMED);
	verdict.active_lines = 0;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("192.0.2.8"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	assert_non_null(strstr(said, "among 23 lines"));
	assert_int_equal(ask(ledger, ASK_RECORD, "2"), 0);
	assert_null(strstr(said, "among"));
	assert_non_null(strstr(said, "is held to be enough. Until"));
	check_columns();
	ledger_close(ledger);
}

static void
the_record_says_where_less_evidence_was_enough(void **state)
{
	struct ledger *ledger = open_with(*state, MEASURE_ENFORCE);
	struct verdict verdict = fixture_verdict(7, 1, STATE_PROBATION, STATE_CONFIRMED);

	verdict.score = 6.4f;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("192.0.2.7"), NULL), 0);
	verdict = fixture_verdict(8, 1, STATE_WATCH, STATE_SUSPECT);
	verdict.score = 9.5f;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("192.0.2.8"), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ask(ledger, ASK_RECORD, "1"), 0);
	assert_non_null(strstr(said, "and less of a line on probation. Until"));
	assert_int_equal(ask(ledger, ASK_RECORD, "2"), 0);
	assert_non_null(strstr(said, "and less to suspect a line. Until"));
	check_columns();
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_line_is_held_by_its_case_or_its_address_and_let_go),
		TEST(what_may_not_be_is_refused_in_words),
		TEST(many_measures_come_in_pages_and_each_once),
		TEST(what_led_to_the_line_says_nothing_more),
		TEST(the_record_says_nothing_of_lines_where_none_were_counted),
		TEST(the_record_says_where_less_evidence_was_enough),
		TEST(the_record_says_that_what_is_configured_stays_reachable_and_no_more),
		TEST(what_was_begun_with_it_was_not_tried_before_it),
		TEST(the_record_of_what_was_only_observed_says_that_nothing_was_done),
		TEST(the_record_says_on_what_ground_why_and_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
