/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/channel.h"
#include "service/portalquestions.h"
#include "unit.h"

#include <unistd.h>

struct bench {
	int ends[2];
	struct portalquestions questions;
};

static void
begin(struct bench *bench)
{
	assert_int_equal(channel_pair(bench->ends), 0);
	portalquestions_init(&bench->questions, bench->ends[0]);
}

static void
finish(struct bench *bench)
{
	close(bench->ends[0]);
	close(bench->ends[1]);
}

static uint64_t
ask(struct bench *bench, void *who, int64_t us)
{
	struct portalask question = {.page = PORTAL_LINE};

	assert_int_equal(portalquestions_ask(&bench->questions, &question, who, us), PORTAL_SHOWN);
	return question.number;
}

static struct portalask
heard(struct bench *bench)
{
	struct portalask question;
	uint16_t type;

	assert_int_equal(channel_receive(bench->ends[1], &type, &question, sizeof(question)),
		sizeof(question));
	assert_int_equal(type, PORTALASK_QUESTION);
	assert_int_equal(question.version, PORTALASK_VERSION);
	return question;
}

static void
say(struct bench *bench, uint64_t number, enum portal_outcome outcome)
{
	struct portalanswer answer = {.version = PORTALASK_VERSION,
		.outcome = (uint8_t)outcome,
		.number = number,
		.of = {.attempts = number}};

	assert_int_equal(
		channel_send(bench->ends[1], PORTALASK_ANSWER, &answer, sizeof(answer)), 0);
}

static void
answers_find_who_asked_in_any_order(void **state)
{
	struct portalanswer answer;
	struct bench bench;
	uint64_t one, two;
	int a, b;

	begin(&bench);
	one = ask(&bench, &a, 0);
	two = ask(&bench, &b, 0);
	assert_int_equal(heard(&bench).number, one);
	assert_int_equal(heard(&bench).number, two);
	assert_null(portalquestions_take(&bench.questions, &answer));
	say(&bench, two, PORTAL_SHOWN);
	say(&bench, one, PORTAL_UNKNOWN);
	assert_ptr_equal(portalquestions_take(&bench.questions, &answer), &b);
	assert_int_equal(answer.of.attempts, two);
	assert_ptr_equal(portalquestions_take(&bench.questions, &answer), &a);
	assert_int_equal(answer.outcome, PORTAL_UNKNOWN);
	/* Said again it is nobody's. */
	say(&bench, one, PORTAL_SHOWN);
	assert_null(portalquestions_take(&bench.questions, &answer));
	finish(&bench);
	(void)state;
}

static void
what_cannot_be_is_counted_and_nobody_gets_it(void **state)
{
	struct portalanswer answer;
	struct bench bench;
	uint64_t number;
	int who;

	begin(&bench);
	number = ask(&bench, &who, 0);
	say(&bench, number + 1, PORTAL_SHOWN);
	say(&bench, number - 1, PORTAL_SHOWN);
	assert_int_equal(channel_send(bench.ends[1], PORTALASK_ANSWER, "abc", 3), 0);
	assert_int_equal(
		channel_send(bench.ends[1], PORTALASK_QUESTION, &answer, sizeof(answer)), 0);
	assert_null(portalquestions_take(&bench.questions, &answer));
	assert_int_equal(bench.questions.malformed, 2);
	say(&bench, number, PORTAL_OUTCOMES);
	assert_ptr_equal(portalquestions_take(&bench.questions, &answer), &who);
	assert_int_equal(answer.outcome, PORTAL_AWAY);
	assert_int_equal(answer.of.attempts, 0);
	assert_int_equal(bench.questions.malformed, 3);
	finish(&bench);
	(void)state;
}

static void
who_waits_for_too_long_waits_no_more(void **state)
{
	struct portalanswer answer;
	struct bench bench;
	uint64_t one;
	int a, b, c;

	begin(&bench);
	one = ask(&bench, &a, 0);
	portalquestions_forget(&bench.questions, ask(&bench, &b, 10));
	(void)ask(&bench, &c, 20);
	assert_null(portalquestions_late(&bench.questions, PORTALASK_WAIT_US - 1));
	assert_ptr_equal(portalquestions_late(&bench.questions, PORTALASK_WAIT_US), &a);
	assert_null(portalquestions_late(&bench.questions, PORTALASK_WAIT_US + 19));
	assert_ptr_equal(portalquestions_late(&bench.questions, PORTALASK_WAIT_US + 20), &c);
	assert_null(portalquestions_late(&bench.questions, PORTALASK_WAIT_US + 21));
	say(&bench, one, PORTAL_SHOWN);
	assert_null(portalquestions_take(&bench.questions, &answer));
	finish(&bench);
	(void)state;
}

static void
no_more_are_on_their_way_than_may_be(void **state)
{
	struct portalask question = {.page = PORTAL_LINE};
	struct bench bench;
	uint64_t first = 0;
	int who;

	begin(&bench);
	for (unsigned i = 0; i < PORTALQUESTIONS_MOST; i++) {
		uint64_t number = ask(&bench, &who, 0);

		first = i == 0 ? number : first;
		(void)heard(&bench);
	}
	assert_int_equal(portalquestions_ask(&bench.questions, &question, &who, 0), PORTAL_LATER);
	portalquestions_forget(&bench.questions, first);
	assert_int_equal(ask(&bench, &who, 0), first + PORTALQUESTIONS_MOST);
	finish(&bench);
	(void)state;
}

static void
a_keeper_that_does_not_read_is_away(void **state)
{
	struct portalask question = {.page = PORTAL_LINE};
	enum portal_outcome outcome = PORTAL_SHOWN;
	struct bench bench;
	int who;

	begin(&bench);
	close(bench.ends[1]);
	for (int i = 0; i < 2 && outcome == PORTAL_SHOWN; i++)
		outcome = portalquestions_ask(&bench.questions, &question, &who, 0);
	assert_int_equal(outcome, PORTAL_AWAY);
	close(bench.ends[0]);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_find_who_asked_in_any_order),
		cmocka_unit_test(what_cannot_be_is_counted_and_nobody_gets_it),
		cmocka_unit_test(who_waits_for_too_long_waits_no_more),
		cmocka_unit_test(no_more_are_on_their_way_than_may_be),
		cmocka_unit_test(a_keeper_that_does_not_read_is_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
