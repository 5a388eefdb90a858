/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/online/askqueue.h"
#include "unit.h"

static struct askqueue *asking;

static int
begin(void **state)
{
	asking = askqueue_new();
	return 0;
}

static int
end(void **state)
{
	askqueue_free(asking);
	return 0;
}

static struct netanswer
answer_of(enum netanswer_result result, ipnumber low, ipnumber high)
{
	struct netanswer answer = netanswer_begin(RANGE_IPV4);

	if (low <= high)
		assert_true(netanswer_take_range(
			&answer, &(struct range){.low = low, .high = high}, low));
	answer.result = result;
	return answer;
}

static void
a_bucket_lets_a_few_through_and_then_keeps_its_rate(void **state)
{
	struct bucket bucket;

	bucket_init(&bucket, 10, 2);
	assert_int_equal(bucket_when(&bucket, 1000), 1000);
	bucket_take(&bucket, 1000);
	assert_int_equal(bucket_when(&bucket, 1000), 1000);
	bucket_take(&bucket, 1000);
	assert_int_equal(bucket_when(&bucket, 1000), 7000);
	bucket_take(&bucket, 7000);
	assert_int_equal(bucket_when(&bucket, 7500), 13000);
	/* Who was silent for long has no more than the few. */
	bucket_take(&bucket, 1000000);
	bucket_take(&bucket, 1000000);
	assert_int_equal(bucket_when(&bucket, 1000000), 1006000);
	bucket_init_quick(&bucket, 20, 1);
	bucket_take(&bucket, 1000000);
	assert_int_equal(bucket_when(&bucket, 1000000), 1050000);
}

static void
who_refuses_is_left_alone_for_as_long_as_it_says_or_longer_each_time(void **state)
{
	struct bucket bucket;

	bucket_init(&bucket, 60, 1);
	bucket_refused(&bucket, 1000, 5000);
	assert_int_equal(bucket_when(&bucket, 1000), 6000);
	bucket_answered(&bucket);
	bucket_refused(&bucket, 10000, 0);
	assert_int_equal(bucket_when(&bucket, 10000), 70000);
	bucket_refused(&bucket, 70000, 0);
	assert_int_equal(bucket_when(&bucket, 70000), 190000);
	bucket_refused(&bucket, 190000, 1000);
	assert_int_equal(bucket_when(&bucket, 190000), 191000);
	for (int i = 0; i < 20; i++)
		bucket_refused(&bucket, 200000, 0);
	assert_int_equal(bucket_when(&bucket, 200000), 200000 + BUCKET_LONGEST);
	bucket_answered(&bucket);
	bucket_refused(&bucket, 10000000, 0);
	assert_int_equal(bucket_when(&bucket, 10000000), 10000000 + BUCKET_SHORTEST);
}

/* Asks, which must be at once, and says what came. */
static struct askqueue_question
asked(uint64_t now, ipnumber address, struct netanswer answer, uint64_t after)
{
	struct askqueue_question question = {0};
	struct askqueue_server *server = NULL;
	uint64_t when = 0;

	assert_int_equal(askqueue_next(asking, now, &when, &server, &question), ASKQUEUE_ASK);
	assert_true(question.address == address);
	askqueue_settle(server, &question, &answer, now, after);
	return question;
}

static void
is(enum askqueue_step step, uint64_t now, uint64_t expected)
{
	struct askqueue_question question;
	struct askqueue_server *server;
	uint64_t when = 0;

	assert_int_equal(askqueue_next(asking, now, &when, &server, &question), step);
	assert_int_equal(when, expected);
}

static void
what_an_answer_says_of_its_range_is_not_asked_again(void **state)
{
	struct askqueue_server *server =
		askqueue_server(asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 60);

	for (ipnumber i = 0; i < 100; i++)
		askqueue_add(server, RANGE_IPV4, i);
	assert_int_equal(askqueue_estimate(asking), 100000);
	asked(0, 0, answer_of(NETANSWER_FOUND, 0, 63), 0);
	asked(0, 64, answer_of(NETANSWER_NOTHING, 1, 0), 0);
	assert_int_equal(askqueue_estimate(asking), 35000);
	is(ASKQUEUE_WAIT, 0, 1000);
	asked(1000, 65, answer_of(NETANSWER_WITHHELD, 65, 200), 0);
	is(ASKQUEUE_DONE, 1000, 0);
	assert_int_equal(server->asked, 3);
	assert_int_equal(server->saved, 97);
	assert_int_equal(server->lost, 0);
	assert_int_equal(server->results[NETANSWER_FOUND], 1);
}

static void
a_busy_server_is_asked_the_same_later_and_the_others_meanwhile(void **state)
{
	struct askqueue_server *one =
		askqueue_server(asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 60);
	struct askqueue_server *other =
		askqueue_server(asking, ASKQUEUE_WHOIS, "b.example", REGISTRY_NONE, 60);

	assert_ptr_equal(
		askqueue_server(asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 1),
		one);
	askqueue_add(one, RANGE_IPV4, 1);
	askqueue_add(one, RANGE_IPV4, 2);
	askqueue_add(other, RANGE_IPV4, 9);
	asked(0, 1, answer_of(NETANSWER_BUSY, 1, 0), 30000);
	asked(0, 9, answer_of(NETANSWER_FOUND, 9, 9), 0);
	is(ASKQUEUE_WAIT, 0, 30000);
	asked(30000, 1, answer_of(NETANSWER_FOUND, 1, 1), 0);
	asked(30000, 2, answer_of(NETANSWER_FOUND, 2, 2), 0);
	is(ASKQUEUE_DONE, 30000, 0);
}

static void
a_server_that_stays_busy_is_given_up(void **state)
{
	struct askqueue_server *server =
		askqueue_server(asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 60);
	uint64_t now = 0;

	askqueue_add(server, RANGE_IPV4, 1);
	askqueue_add(server, RANGE_IPV4, 2);
	for (int i = 0; i < ASKQUEUE_REFUSALS; i++, now += BUCKET_LONGEST)
		asked(now, 1, answer_of(NETANSWER_BUSY, 1, 0), 0);
	is(ASKQUEUE_DONE, now, 0);
	assert_true(server->is_given_up);
	assert_int_equal(server->lost, 2);
}

static void
what_comes_to_nothing_goes_to_the_end_and_is_lost_at_last(void **state)
{
	struct askqueue_server *server = askqueue_server(
		asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 60000);
	struct netanswer wrong = answer_of(NETANSWER_WRONG, 1, 0);

	askqueue_add(server, RANGE_IPV4, 1);
	askqueue_add(server, RANGE_IPV4, 2);
	askqueue_add(server, RANGE_IPV4, 40);
	asked(0, 1, wrong, 0);
	asked(1, 2, wrong, 0);
	asked(2, 40, answer_of(NETANSWER_FOUND, 2, 40), 0); /* that is also an answer for 2 */
	asked(3, 1, wrong, 0);
	assert_int_equal(server->saved, 0);
	assert_int_equal(asked(4, 1, wrong, 0).tries, ASKQUEUE_TRIES);
	is(ASKQUEUE_DONE, 5, 0);
	assert_int_equal(server->lost, 1);
	assert_int_equal(server->saved, 1);
	assert_int_equal(server->asked, 5);
}

static void
a_server_that_fails_again_and_again_is_given_up(void **state)
{
	struct askqueue_server *server = askqueue_server(
		asking, ASKQUEUE_RDAP, "https://a.example/", REGISTRY_LACNIC, 60000);

	for (ipnumber i = 0; i < 100; i++)
		askqueue_add(server, RANGE_IPV4, i);
	for (unsigned i = 0; i < ASKQUEUE_FAILURES; i++)
		asked(i, i, answer_of(NETANSWER_REFUSED, 1, 0), 0);
	is(ASKQUEUE_DONE, 100, 0);
	assert_true(server->is_given_up);
	assert_int_equal(server->lost, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bucket_lets_a_few_through_and_then_keeps_its_rate),
		cmocka_unit_test(
			who_refuses_is_left_alone_for_as_long_as_it_says_or_longer_each_time),
		cmocka_unit_test_setup_teardown(
			what_an_answer_says_of_its_range_is_not_asked_again, begin, end),
		cmocka_unit_test_setup_teardown(
			a_busy_server_is_asked_the_same_later_and_the_others_meanwhile, begin, end),
		cmocka_unit_test_setup_teardown(a_server_that_stays_busy_is_given_up, begin, end),
		cmocka_unit_test_setup_teardown(
			what_comes_to_nothing_goes_to_the_end_and_is_lost_at_last, begin, end),
		cmocka_unit_test_setup_teardown(
			a_server_that_fails_again_and_again_is_given_up, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
