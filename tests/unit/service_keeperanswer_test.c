/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"
#include "desk/casefind.h"
#include "ledger/care.h"
#include "ledger/casepin.h"
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"
#include "service/keeperanswer.h"

#include <errno.h>

#define CASES 5000

static struct question question;
static struct answer answer;

static struct lines *
make_lines(const struct ledger *ledger)
{
	struct lines_settings settings = LINES_DEFAULTS;
	struct lines_prefix prefix = {.role = ROLE_RESIDENTIAL};
	struct lines *lines;

	settings.key = *ledger_key(ledger);
	settings.names_most = 10;
	lines = lines_new(&settings);
	assert_int_equal(prefix_parse(TEXT("203.0.113.0/24"), &prefix.prefix), 0);
	assert_int_equal(lines_add(lines, &prefix, NULL), 0);
	return lines;
}

static const char *
ask(struct ledger *ledger, enum ask what, const char *text)
{
	static struct lines *lines;

	lines = make_lines(ledger);
	question.ask = (uint8_t)what;
	question.id++;
	snprintf(question.text, sizeof(question.text), "%s", text);
	snprintf(question.actor, sizeof(question.actor), "anna (1000)");
	assert_true(message_check(MESSAGE_QUESTION, &question, sizeof(question)));
	keeper_answer(ledger, lines, &question, &answer);
	lines_free(lines);
	assert_int_equal(answer.id, question.id);
	assert_true(message_check(MESSAGE_ANSWER, &answer, answer_size(&answer)));
	assert_string_equal(ledger_actor(ledger), "test");
	return strndup(answer.text, answer.size);
}

static bool
says(struct ledger *ledger, enum ask what, const char *text, const char *expected)
{
	char *got = (char *)(uintptr_t)ask(ledger, what, text);
	bool good = strstr(got, expected) != NULL;

	if (!good)
		print_error("\"%s\" is not in: %.400s\n", expected, got);
	free(got);
	return good;
}

static size_t
count_rows(struct ledger *ledger, enum ask what, const char *text, size_t *pages)
{
	size_t rows = 0;

	*pages = 0;
	question.cursor = 0;
	do {
		uint64_t before = question.cursor;

		free((char *)(uintptr_t)ask(ledger, what, text));
		assert_int_equal(answer.code, 0);
		for (uint32_t i = 0; i < answer.size; i++)
			rows += answer.text[i] == '\n';
		question.cursor = answer.cursor;
		assert_true(answer.cursor == 0 || answer.cursor > before);
		++*pages;
	} while (answer.cursor != 0);
	return rows;
}

static int
begin(void **state)
{
	question = (struct question){0};
	return fixture_begin(state);
}

static struct ledger *
many_cases(const struct fixture *fixture, unsigned count)
{
	struct ledger *ledger = fixture_ledger(fixture);

	for (unsigned i = 1; i <= count; i++)
		fixture_step(ledger, i, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	return ledger;
}

static void
all_cases_come_and_each_once(void **state)
{
	struct ledger *ledger = many_cases(*state, CASES);
	size_t pages;

	question.is_json = 1;
	assert_int_equal(count_rows(ledger, ASK_CASES, "", &pages), CASES + 1);
	assert_true(pages > 10);
	question.is_json = 0;
	/* The heading, and an empty line before the totals. */
	assert_int_equal(count_rows(ledger, ASK_CASES, "", &pages), CASES + 3);
	ledger_close(ledger);
}

static void
pages_without_an_open_case_go_on(void **state)
{
	struct ledger *ledger = many_cases(*state, CASES);
	size_t pages;

	for (unsigned i = 1; i < CASES; i++)
		fixture_step(ledger, i, 10, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	question.is_json = question.flag = 1;
	assert_int_equal(count_rows(ledger, ASK_CASES, "", &pages), 2);
	assert_int_equal(pages, 1 + CASES / KEEPER_ANSWER_ROWS);
	ledger_close(ledger);
}

static void
a_case_with_many_steps_has_many_pages_and_one_opening(void **state)
{
	struct ledger *ledger = many_cases(*state, 1);
	size_t pages;

	for (int i = 1; i <= 400; i++)
		fixture_step(ledger, 1, i, i % 2 ? STATE_SUSPECT : STATE_CONFIRMED,
			i % 2 ? STATE_CONFIRMED : STATE_SUSPECT);
	fixture_commit(ledger);
	assert_true(count_rows(ledger, ASK_CASE, "1", &pages) >= 401);
	assert_true(pages > 1);
	question.cursor = 0;
	assert_true(says(ledger, ASK_AUDIT, "", "transition"));
	question.is_json = 1;
	assert_int_equal(count_rows(ledger, ASK_CASE, "1", &pages), 1);
	question.flag = 1;
	assert_int_equal(count_rows(ledger, ASK_CASE, "1", &pages), 1);
	ledger_close(ledger);
}

static void
keep_by(struct ledger *ledger, enum care_what what, enum care_channel channel, const char *subject,
	const char *details)
{
	struct care row = {.of_case = 1, .what = (uint8_t)what, .channel = (uint8_t)channel};

	snprintf(row.subject, sizeof(row.subject), "%s", subject);
	snprintf(row.details, sizeof(row.details), "%s", details);
	assert_int_equal(ledger_care(ledger, &row, NULL), 1);
}

static void
keep(struct ledger *ledger, enum care_what what, const char *subject, const char *details)
{
	keep_by(ledger, what, CARE_CODE, subject, details);
}

static void
a_case_tells_what_its_customer_did(void **state)
{
	struct ledger *ledger = many_cases(*state, 2);
	struct ledger_case of;

	assert_true(
		says(ledger, ASK_CASE, "1", " (what the customer reads from the page today)\n"));
	question.is_json = 1;
	assert_true(says(ledger, ASK_CASE, "1",
		"\"customer\":{\"seen\":null,\"wrong\":null,\"paused_until\":null,\"released\":"
		"null,"
		"\"notified\":null,\"notices\":0,\"seen_days\":0,"
		"\"released_days\":0,\"ticked\":{}},\"measures\":"));
	keep_by(ledger, CARE_NOTIFIED, CARE_LETTER, "notice-letter-begin", "");
	keep_by(ledger, CARE_NOTIFIED, CARE_SMS, "notice-sms-still", "");
	keep(ledger, CARE_TICKED, "router", "power");
	keep(ledger, CARE_TICKED, "camera", "off");
	keep(ledger, CARE_SEEN, "line", "");
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + WALL_DAY});
	keep(ledger, CARE_TICKED, "router", "power word");
	keep(ledger, CARE_SEEN, "line", "");
	keep(ledger, CARE_SEEN, "check", "");
	keep(ledger, CARE_WRONG, "", "I have \"no\" computer");
	assert_true(says(ledger, ASK_CASE, "1",
		"\"wrong\":{\"time\":\"2023-11-15T22:13:20.000Z\",\"channel\":\"code\",\"says\":"
		"\"I have \\\"no\\\" computer\"}"));
	assert_true(says(ledger, ASK_CASE, "1", "\"steps\":\"power word\"}"));
	assert_true(says(ledger, ASK_CASE, "1",
		"\"notified\":{\"time\":\"2023-11-14T22:13:20.000Z\",\"channel\":\"sms\"},"
		"\"notices\":2,"));
	question.is_json = 0;
	assert_true(says(ledger, ASK_CASE, "1",
		"  customer   got 2 notices, last by sms at 2023-11-14T22:13:20.000Z "
		"(notice-sms-still)\n"));
	assert_true(says(ledger, ASK_CASE, "1",
		"  customer   saw the portal on 2 days, last at 2023-11-15T22:13:20"));
	assert_true(says(
		ledger, ASK_CASE, "1", "  customer   ticked of router: power word (2023-11-15"));
	assert_true(says(ledger, ASK_CASE, "1", "  customer   ticked of camera: off (2023-11-14"));
	assert_true(says(ledger, ASK_CASE, "1",
		"  customer   says that this is wrong: I have \"no\" computer (2023-11-15"));
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_int_equal(ledger_except_case(ledger, EXCEPTION_OBJECTION, &of,
				 (struct wall){FIXTURE_NOW.us + 8 * WALL_DAY}, TEXT("wrong"), NULL),
		0);
	assert_true(says(ledger, ASK_CASE, "1",
		"  customer   objects, so nothing is done to the line until "
		"2023-11-22T22:13:20.000Z, unless a person decides before\n"));
	assert_true(says(ledger, ASK_AUDIT, "", "nothing is done to the line until 2023-11-22"));
	question.is_json = 1;
	assert_true(says(ledger, ASK_CASE, "1", "\"paused_until\":\"2023-11-22T22:13:20.000Z\","));
	question.is_json = 0;
	assert_false(says(ledger, ASK_CASE, "2", "customer   "));
	/* Of what is over nobody calls. */
	fixture_step(ledger, 1, 10, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	assert_false(says(ledger, ASK_CASE, "1", "  call  "));
	ledger_close(ledger);
}

static void
of_an_account_the_pin_is_told_with_its_name_and_while_its_case_is_open(void **state)
{
	struct ledger *ledger = many_cases(*state, 1);
	struct verdict verdict = fixture_verdict(2, 0, STATE_WATCH, STATE_SUSPECT);
	char words[64], pin[CASEPIN];

	verdict.role = ROLE_ACCOUNT;
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("bob@example.net"), NULL), 0);
	fixture_commit(ledger);
	snprintf(words, sizeof(words), "  PIN        %s (",
		casepin_format(2, ledger_key(ledger), pin));
	assert_true(says(ledger, ASK_CASE, "2", words));
	assert_false(says(ledger, ASK_CASE, "1", "PIN"));
	question.flag = 1;
	assert_false(says(ledger, ASK_CASE, "2", "PIN"));
	question.flag = 0;
	question.is_json = 1;
	snprintf(words, sizeof(words), "\"name\":\"bob@example.net\",\"pin\":\"%s\",", pin);
	assert_true(says(ledger, ASK_CASE, "2", words));
	assert_true(says(ledger, ASK_CASE, "1", ",\"pin\":null,"));
	assert_false(says(ledger, ASK_CASES, "", pin));
	fixture_step(ledger, 2, 10, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	assert_true(says(ledger, ASK_CASE, "2", ",\"pin\":null,"));
	ledger_close(ledger);
}

static int
find_opening(void *context, const struct audit *row)
{
	unsigned *openings = context;

	if (row->action == ACTION_NAME) {
		assert_true(text_is(row->actor, "anna (1000)"));
		++*openings;
	}
	return 0;
}

static void
who_opens_a_name_is_written_down_once(void **state)
{
	struct ledger *ledger = many_cases(*state, 3);
	unsigned openings = 0;

	assert_true(says(ledger, ASK_CASE, "2", "192.0.2.2 (opened now"));
	question.flag = 1;
	assert_true(says(ledger, ASK_CASE, "2", "sealed (as asked)"));
	assert_int_equal(ledger_each_audit(ledger, find_opening, &openings, NULL), 0);
	assert_int_equal(openings, 1);
	ledger_close(ledger);
}

static void
a_line_without_a_case_is_named_to_the_desk(void **state)
{
	struct ledger *ledger = many_cases(*state, 1);

	free((char *)(uintptr_t)ask(ledger, ASK_EXPLAIN, "203.0.113.9"));
	assert_int_equal(answer.code, -ESRCH);
	assert_int_equal(answer.size, 17);
	assert_true(says(ledger, ASK_EXPLAIN, "line-0123456789abcdef", "0123456789abcdef"));
	assert_int_equal(answer.code, -ESRCH);
	assert_true(says(ledger, ASK_EXPLAIN, "198.51.100.1", "not of the own network"));
	assert_int_equal(answer.code, -ENOENT);
	assert_true(says(ledger, ASK_EXPLAIN, "nonsense", "no case of \"nonsense\""));
	assert_int_equal(answer.code, -ENOENT);
	assert_true(says(ledger, ASK_EXPLAIN, "0123456789abcde", "16 hexadecimal digits"));
	assert_int_equal(answer.code, -ENOENT);
	assert_true(says(ledger, ASK_EXPLAIN, "7K3QD-9XM2B", "the code of a case"));
	assert_int_equal(answer.code, -ENOENT);
	assert_true(says(ledger, ASK_EXPLAIN, "203.0.113.x", "\"203.0.113.x\" is no line"));
	assert_int_equal(answer.code, -ENOENT);
	assert_true(says(ledger, ASK_EXPLAIN, "77", "no case with the number"));
	assert_int_equal(answer.code, -ENOENT);
	ledger_close(ledger);
}

static void
a_port_may_stand_where_the_address_is_not_shared(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct lines *lines = make_lines(ledger);
	struct line line;
	struct verdict verdict;
	struct ledger_case of;
	char name[SEAL_NAME];
	struct fail fail;

	assert_int_equal(lines_parse(lines, TEXT("203.0.113.7"), &line, NULL), 0);
	lines_free(lines);
	verdict = fixture_verdict(line.pseudonym, 0, STATE_WATCH, STATE_CONFIRMED);
	assert_int_equal(ledger_transition(ledger, &verdict, TEXT("203.0.113.7"), NULL), 0);
	fixture_commit(ledger);
	assert_true(says(ledger, ASK_CASE, "203.0.113.7:40000", "confirmed"));
	assert_int_equal(answer.code, 0);
	assert_true(says(ledger, ASK_EXPLAIN, "203.0.113.7:40000", "203.0.113.7:40000 is"));
	assert_int_equal(answer.code, 0);
	assert_true(says(ledger, ASK_CASE, "203.0.113.8:40000", "no case of"));
	assert_int_equal(answer.code, -ENOENT);
	assert_int_equal(casefind(ledger, TEXT("203.0.113.7:40000"), &of, name, &fail), -ESRCH);
	assert_int_equal(casefind_alone(ledger, TEXT("203.0.113.7:40000"), &of, name, &fail), 0);
	assert_string_equal(name, "203.0.113.7");
	assert_int_equal(casefind_alone(ledger, TEXT("203.0.113.7:x"), &of, name, &fail), -ESRCH);
	ledger_close(ledger);
}

static void
a_line_is_put_on_the_list_and_taken_off(void **state)
{
	struct ledger *ledger = many_cases(*state, 2);
	struct ledger_proof proof;

	assert_true(says(ledger, ASK_NEVER, "", "There are no lines"));
	assert_true(says(ledger, ASK_NEVER, "203.0.113.9\ntelecare", "is never acted upon"));
	assert_true(says(ledger, ASK_NEVER, "2\nshop", "is never acted upon"));
	assert_true(says(ledger, ASK_NEVER, "", "telecare"));
	assert_true(says(ledger, ASK_CASES, "", "  never\n"));
	assert_true(says(ledger, ASK_CASE, "2", "never acted upon: shop (anna (1000), 2023"));
	assert_true(says(ledger, ASK_EXPLAIN, "2", "The line is never acted upon: shop"));
	assert_true(says(ledger, ASK_EXPLAIN, "203.0.113.9",
		"\nThe line is never acted upon: telecare (anna (1000), 2023"));
	assert_int_equal(answer.code, -ESRCH);
	assert_true(says(ledger, ASK_NEVER, "2\nagain", "already"));
	assert_int_equal(answer.code, -EEXIST);
	assert_true(says(ledger, ASK_NEVER, "1\n", "no reason"));
	question.flag = 1;
	assert_true(says(ledger, ASK_NEVER, "203.0.113.9\n", "may be acted upon again"));
	assert_true(says(ledger, ASK_NEVER, "203.0.113.9\n", "not among those"));
	assert_int_equal(answer.code, -ENOENT);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	assert_int_equal(proof.exceptions, 1);
	ledger_close(ledger);
}

static struct planning_line
no_line(void *context, const struct ledger_case *of, struct wall now)
{
	(void)now;
	return (struct planning_line){
		.role = ROLE_COUNT, .is_gone = of->line == *(uint64_t *)context};
}

/* Its address is none of the network any more, so that it can be named by what the list has alone. */
static void
an_exemption_of_a_line_that_is_gone_is_told_and_undone(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	uint64_t gone = 0xabc;
	const struct wall until = {FIXTURE_NOW.us + 30 * WALL_DAY};

	for (uint64_t line = gone; line <= gone + 1; line++)
		assert_int_equal(ledger_except(ledger, EXCEPTION_EXEMPT, line, TEXT("198.51.100.9"),
					 until, TEXT("own server"), NULL),
			0);
	question.flag = 0;
	assert_true(says(ledger, ASK_EXEMPT, "", "  own server\n"));
	ledger_set_lines(ledger, no_line, &gone);
	assert_true(says(ledger, ASK_EXEMPT, "",
		"  own server; does nothing: no line of the network any more\n"
		"0000000000000abd"));
	assert_true(says(ledger, ASK_EXEMPT, "", "  own server\n"));
	question.is_json = 1;
	assert_true(says(ledger, ASK_EXEMPT, "", ",\"gone\":true}\n{"));
	assert_true(says(ledger, ASK_EXEMPT, "", ",\"gone\":false}\n"));
	question.is_json = 0;
	question.flag = 1;
	assert_true(says(ledger, ASK_EXEMPT, "198.51.100.9\n\n", "not"));
	assert_true(says(ledger, ASK_EXEMPT, "line-0000000000000abc\n\n", "holds for line-0"));
	assert_true(says(ledger, ASK_EXEMPT, "0000000000000abc\n\n", "is not exempt"));
	question.flag = 0;
	assert_true(says(ledger, ASK_EXEMPT, "", "0000000000000abd"));
	ledger_close(ledger);
}

static void
a_ledger_that_may_only_be_read_says_so(void **state)
{
	struct ledger *ledger = many_cases(*state, 1);

	ledger_close(ledger);
	ledger = fixture_reader(*state);
	assert_true(says(ledger, ASK_CASES, "", "1 case, 1 of them open"));
	assert_true(says(ledger, ASK_CASE, "1", "sealed (the ledger was opened for reading"));
	assert_true(says(ledger, ASK_NEVER, "1\nreason", "reading only"));
	assert_int_equal(answer.code, -EROFS);
	ledger_close(ledger);
}

static void
other_questions_are_not_for_a_keeper(void **state)
{
	struct ledger *ledger = many_cases(*state, 1);

	assert_true(says(ledger, ASK_LINES, "", "is not asked this"));
	assert_int_equal(answer.code, -EINVAL);
	ledger_close(ledger);
}

static int
count_visit(void *context, const struct ledger_case *of)
{
	assert_true(wall_is_none(of->closed));
	++*(size_t *)context;
	return 0;
}

/* Every third is closed. */
static void
every_open_case_is_told_once_to_the_judge_of_its_line(void **state)
{
	static struct open_page page;
	static bool told[CASES + 1];
	struct ledger *ledger = fixture_ledger(*state);
	struct open_question open = {.judges = 3};
	size_t pages = 0, count = 0;

	for (uint64_t i = 1; i <= CASES; i++)
		fixture_step(ledger, i * 0x9e3779b97f4a7c15, 0, STATE_WATCH, STATE_SUSPECT);
	for (uint64_t i = 3; i <= CASES; i += 3)
		fixture_step(ledger, i * 0x9e3779b97f4a7c15, 10, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	for (open.judge = 0; open.judge < 3; open.judge++) {
		open.after = 0;
		do {
			assert_true(message_check(MESSAGE_OPEN, &open, sizeof(open)));
			assert_int_equal(keeper_open_page(ledger, &open, &page, NULL), 0);
			assert_true(page.count > 0 && page.count <= MESSAGE_OPEN_MOST);
			for (uint32_t i = 0; i < page.count; i++) {
				assert_true(page.open[i].number > open.after);
				assert_false(told[page.open[i].number]);
				assert_int_equal(message_shard(page.open[i].line, 3), open.judge);
				assert_int_equal(page.open[i].state, STATE_SUSPECT);
				told[page.open[i].number] = true;
				open.after = page.open[i].number;
				count++;
			}
			pages++;
		} while (!page.is_last);
	}
	assert_int_equal(count, CASES - CASES / 3);
	assert_in_range(pages, 6, 10);
	/* A page begins where the one before it ended: closed ones and those before are not looked at again. */
	count = 0;
	assert_int_equal(ledger_each_open_after(ledger, CASES - 9, count_visit, &count, NULL), 0);
	assert_int_equal(count, 6);
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_cases_come_and_each_once),
		TEST(pages_without_an_open_case_go_on),
		TEST(a_case_with_many_steps_has_many_pages_and_one_opening),
		TEST(a_case_tells_what_its_customer_did),
		TEST(of_an_account_the_pin_is_told_with_its_name_and_while_its_case_is_open),
		TEST(who_opens_a_name_is_written_down_once),
		TEST(a_line_without_a_case_is_named_to_the_desk),
		TEST(a_port_may_stand_where_the_address_is_not_shared),
		TEST(a_line_is_put_on_the_list_and_taken_off),
		TEST(an_exemption_of_a_line_that_is_gone_is_told_and_undone),
		TEST(a_ledger_that_may_only_be_read_says_so),
		TEST(other_questions_are_not_for_a_keeper),
		TEST(every_open_case_is_told_once_to_the_judge_of_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
