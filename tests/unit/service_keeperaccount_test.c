/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"
#include "identity/accountname.h"
#include "ledger/reading.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"
#include "service/keeperaccount.h"
#include "service/keeperanswer.h"

#include <errno.h>
#include <stdlib.h>

static struct question question;
static struct answer answer;
static char said[MESSAGE_PAGE + 1];

static const char *
ask(struct ledger *ledger, enum ask what, bool flag, const char *text)
{
	question = (struct question){.ask = (uint8_t)what, .flag = flag, .id = question.id + 1};
	snprintf(question.text, sizeof(question.text), "%s", text);
	snprintf(question.actor, sizeof(question.actor), "anna (1000)");
	assert_true(message_check(MESSAGE_QUESTION, &question, sizeof(question)));
	keeper_answer(ledger, NULL, &question, &answer);
	assert_true(message_check(MESSAGE_ANSWER, &answer, answer_size(&answer)));
	snprintf(said, sizeof(said), "%.*s", (int)answer.size, answer.text);
	return said;
}

static uint64_t
pseudonym(const struct ledger *ledger, const char *name)
{
	return accountname_pseudonym(text_of(name), ledger_key(ledger));
}

struct written {
	enum action action;
	int count;
	uint64_t subject;
};

static int
count_row(void *context, const struct audit *row)
{
	struct written *rows = context;

	if (row->action == rows->action && text_is(row->actor, "anna (1000)")) {
		rows->count++;
		rows->subject = row->subject;
	}
	return 0;
}

static struct written
written(struct ledger *ledger, enum action action)
{
	struct written rows = {.action = action};

	assert_int_equal(ledger_each_audit_after(ledger, 0, count_row, &rows, NULL), 0);
	return rows;
}

static void
who_asks_for_an_account_is_written_down_before_it_is_answered(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	char expected[20];

	snprintf(expected, sizeof(expected), "%016llx\n",
		(unsigned long long)pseudonym(ledger, "bob@example.net"));
	assert_string_equal(ask(ledger, ASK_ACCOUNT, false, "Bob@Example.Net"), expected);
	assert_int_equal(answer.code, -ESRCH);
	assert_int_equal(written(ledger, ACTION_FIND).count, 1);
	assert_string_equal(
		ask(ledger, ASK_ACCOUNT, false, "line-00c0ffee00c0ffee"), "00c0ffee00c0ffee\n");
	assert_string_equal(ask(ledger, ASK_NAMES, false, ""), "");
	assert_int_equal(answer.code, 0);
	assert_int_equal(written(ledger, ACTION_FIND).count, 3);
	ledger_close(ledger);
	/* Where nothing can be written down, nothing is answered. */
	ledger = fixture_reader(*state);
	ask(ledger, ASK_ACCOUNT, false, "bob@example.net");
	assert_true(answer.code < 0 && answer.code != -ESRCH);
	ask(ledger, ASK_NAMES, false, "");
	assert_true(answer.code < 0);
	ledger_close(ledger);
}

static void
names_that_cannot_be_are_refused(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	char longest[ACCOUNTNAME_MOST + 2];

	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	ask(ledger, ASK_ACCOUNT, false, longest);
	assert_int_equal(answer.code, -EINVAL);
	ask(ledger, ASK_ACCOUNT, false, "a\x1b[31m");
	assert_int_equal(answer.code, -EINVAL);
	ask(ledger, ASK_ORDER, false, "\nnone\n");
	assert_int_equal(answer.code, -EINVAL);
	assert_int_equal(written(ledger, ACTION_FIND).count, 0);
	ledger_close(ledger);
}

static void
a_limit_is_in_the_ledger_when_it_is_answered(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;
	struct ledger_proof proof;
	uint64_t bob = pseudonym(ledger, "bob");

	ask(ledger, ASK_ORDER, false, "bob\n 5  recipients/hour,burst 2\n");
	assert_int_equal(answer.code, -ESRCH);
	assert_non_null(strstr(said, "bob is limited to: 5 recipients/hour burst 2.\n"));
	assert_int_equal(ledger_find_order(ledger, bob, ORDER_LIMIT, &order, NULL), 0);
	assert_string_equal(order.rule, "5 recipients/hour burst 2");
	assert_string_equal(order.actor, "anna (1000)");
	ask(ledger, ASK_ORDER, false, "bob\n6 recipients/hour\n2999-12-31");
	assert_int_equal(ledger_find_order(ledger, bob, ORDER_LIMIT, &order, NULL), 0);
	assert_true(order.until.us % WALL_DAY == 0 && order.until.us > FIXTURE_NOW.us);
	assert_int_equal(written(ledger, ACTION_LIMIT).count, 3);
	ledger_close(ledger);
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_verify(ledger, &proof, &(struct fail){0}), 0);
	assert_int_equal(proof.orders, 1);
	ledger_close(ledger);
}

static void
a_limit_that_cannot_be_is_told_with_its_column_and_not_written(void **state)
{
	static const char *const wrong[][2] = {
		{"bob\n5 recipients/week\n", "limit, column 3: 'recipients/week'"},
		{"bob\n\n", "limit, column 1: "},
		{"bob\nnone\n2026-02-31", "'2026-02-31' is no day"},
		{"bob\nnone\n1999-01-01", "1999-01-01 is over"},
		{"bob\n9 recipients/hour, 5 recipients/day\n", "would never be reached"},
	};
	struct ledger *ledger = fixture_ledger(*state);

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ask(ledger, ASK_ORDER, false, wrong[i][0]);
		assert_int_equal(answer.code, -EINVAL);
		if (strstr(said, wrong[i][1]) == NULL)
			fail_msg("%s is not in: %s", wrong[i][1], said);
	}
	assert_int_equal(written(ledger, ACTION_LIMIT).count, 0);
	ledger_close(ledger);
}

static void
a_release_notes_the_case_that_is_open_and_its_threshold(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct account_order order;

	fixture_step(ledger, 12, 12, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ask(ledger, ASK_ORDER, false, "000000000000000c\nnone\n");
	ask(ledger, ASK_ORDER, true, "000000000000000c\n\n");
	assert_int_equal(answer.code, -ESRCH);
	assert_non_null(strstr(said, "is released"));
	assert_non_null(strstr(said, "the limit that was set for it is gone"));
	assert_non_null(strstr(said, "Case 1 stays open"));
	assert_int_equal(ledger_find_order(ledger, 12, ORDER_RELEASE, &order, NULL), 0);
	assert_int_equal(order.of_case, 1);
	assert_true(order.threshold > 0);
	assert_int_equal(ledger_find_order(ledger, 12, ORDER_LIMIT, &order, NULL), -ENOENT);
	assert_int_equal(written(ledger, ACTION_RELEASE).subject, 1);
	ask(ledger, ASK_ORDER, true, "somebody\n\n");
	assert_null(strstr(said, "stays open"));
	ledger_close(ledger);
}

static void
orders_are_shown_to_the_guard(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ordertable *table = xcalloc(1, sizeof(*table));
	struct fail fail = {0};

	assert_int_equal(keeper_show_orders(ledger, table, &fail), 0);
	assert_int_equal(table->count, 0);
	assert_int_equal(table->version % 2, 0);
	ask(ledger, ASK_ORDER, false, "bob\n5 recipients/hour\n");
	ask(ledger, ASK_ORDER, true, "bob\n\n");
	ask(ledger, ASK_ORDER, false, "anna\n6 recipients/hour\n2999-12-31");
	assert_int_equal(keeper_show_orders(ledger, table, &fail), 0);
	assert_int_equal(table->count, 2);
	assert_int_equal(table->row[0].kind, ORDER_RELEASE);
	assert_int_equal(table->row[0].line, pseudonym(ledger, "bob"));
	assert_string_equal(table->row[1].rule, "6 recipients/hour");
	assert_int_equal(table->version % 2, 0);
	free(table);
	ledger_close(ledger);
}

static void
the_case_of_an_account_is_explained_and_the_guard_goes_on(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);

	fixture_step(ledger, pseudonym(ledger, "bob"), 12, STATE_WATCH, STATE_SUSPECT);
	fixture_commit(ledger);
	ask(ledger, ASK_EXPLAIN, false, "account:BOB");
	assert_int_equal(answer.code, -ESRCH);
	assert_non_null(strstr(said, "\nCase 1, opened"));
	assert_int_equal(written(ledger, ACTION_FIND).subject, 1);
	ask(ledger, ASK_EXPLAIN, false, "account:anna");
	assert_int_equal(answer.code, -ESRCH);
	assert_int_equal(answer.size, 17);
	ask(ledger, ASK_EXPLAIN, false, "account:");
	assert_int_equal(answer.code, -EINVAL);
	ledger_close(ledger);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_asks_for_an_account_is_written_down_before_it_is_answered),
		TEST(names_that_cannot_be_are_refused),
		TEST(a_limit_is_in_the_ledger_when_it_is_answered),
		TEST(a_limit_that_cannot_be_is_told_with_its_column_and_not_written),
		TEST(a_release_notes_the_case_that_is_open_and_its_threshold),
		TEST(orders_are_shown_to_the_guard),
		TEST(the_case_of_an_account_is_explained_and_the_guard_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
