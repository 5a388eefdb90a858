/* SPDX-License-Identifier: BSD-2-Clause */
#include "stream_bench.h"

static void
begin(struct bench *bench, int64_t request_us, int64_t idle_us)
{
	bench_begin(bench,
		(struct stream_settings){
			.connections_most = 3,
			.request_most = 100,
			.answer_most = 1 << 20,
			.request_us = request_us,
			.idle_us = idle_us,
		});
}

static void
requests_are_answered_in_any_portions(void **state)
{
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = bench_connected(&bench);
	bench_say(&bench, client, "say one\n");
	assert_string_equal(bench_heard(client), "one\n");
	bench_say(&bench, client, "say t");
	assert_string_equal(bench_heard(client), "");
	bench_say(&bench, client, "wo");
	bench_say(&bench, client, "\nsay three\nsay f");
	assert_string_equal(bench_heard(client), "two\nthree\n");
	bench_say(&bench, client, "our\n");
	assert_string_equal(bench_heard(client), "four\n");
	close(client);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	assert_int_equal(stream_counts(bench.listener).open, 0);
	bench_finish(&bench);
	(void)state;
}

static void
who_does_wrong_is_closed_and_nobody_else(void **state)
{
	struct bench bench;
	char many[200];
	int good, bad, endless;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	good = bench_connected(&bench);
	bad = bench_connected(&bench);
	endless = bench_connected(&bench);
	bench_say(&bench, good, "say ");
	bench_say(&bench, bad, "junk\n");
	assert_string_equal(bench_heard(bad), "(closed)");
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	bench_say(&bench, endless, many);
	assert_int_equal(bench.ended[STREAM_WRONG], 2);
	bench_say(&bench, good, "still here\n");
	assert_string_equal(bench_heard(good), "still here\n");
	close(bad);
	close(endless);
	bench_say(&bench, good, "cut");
	close(good);
	bench_wait_until_ended(&bench, STREAM_CUT, 1);
	bench_finish(&bench);
	(void)state;
}

/* Bytes that came, all of them in a line of one letter. */
static size_t
count_heard(int client)
{
	size_t count = 0;

	for (const char *text = bench_heard(client); *text != '\0' && *text != '(';
		text = bench_heard(client))
		count += strlen(text);
	return count;
}

static void
many_requests_at_once_are_not_one_that_is_too_long(void **state)
{
	static char text[100000];
	const size_t requests = 15000;
	struct stream *waiting;
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = bench_connected(&bench);
	for (size_t i = 0; i < requests; i++)
		memcpy(text + 6 * i, "say a\n", 7);
	bench_say(&bench, client, text);
	assert_int_equal(count_heard(client), 2 * requests);
	memcpy(text, "wait\n", 5);
	for (size_t i = 0; i < requests / 2; i++)
		memcpy(text + 5 + 6 * i, "say c\n", 7);
	bench_say(&bench, client, text);
	assert_non_null(bench.waiting);
	waiting = bench.waiting;
	bench.waiting = NULL;
	stream_go_on(waiting);
	bench_turn(&bench);
	assert_int_equal(count_heard(client), 2 * (requests / 2));
	close(client);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	bench_finish(&bench);
	(void)state;
}

static void
whom_the_protocol_turns_away_is_closed_at_once(void **state)
{
	struct bench bench;
	int first, second;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	first = bench_connected(&bench);
	bench_turn(&bench);
	bench.is_shut = true;
	second = bench_connected(&bench);
	bench_turn(&bench);
	assert_string_equal(bench_heard(second), "(closed)");
	bench_say(&bench, first, "say a\n");
	assert_string_equal(bench_heard(first), "a\n");
	assert_int_equal(stream_counts(bench.listener).accepted, 1);
	assert_int_equal(stream_counts(bench.listener).refused, 1);
	assert_int_equal(stream_counts(bench.listener).open, 1);
	assert_int_equal(bench.begun, 1);
	close(first);
	close(second);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	bench_finish(&bench);
	(void)state;
}

static void
one_that_is_paused_serves_those_that_are_there(void **state)
{
	struct bench bench;
	int first, second;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	first = bench_connected(&bench);
	bench_turn(&bench);
	stream_pause(bench.listener);
	second = bench_connected(&bench);
	bench_say(&bench, second, "say b\n");
	/* A second later nothing has begun again. */
	event_base_loopexit(bench.base, &(struct timeval){.tv_sec = 1, .tv_usec = 200000});
	event_base_dispatch(bench.base);
	bench_say(&bench, first, "say a\n");
	assert_string_equal(bench_heard(first), "a\n");
	assert_string_equal(bench_heard(second), "");
	assert_int_equal(stream_counts(bench.listener).open, 1);
	close(first);
	close(second);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	bench_finish(&bench);
	(void)state;
}

static void
more_than_may_be_are_turned_away(void **state)
{
	struct bench bench;
	int client[4];

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	for (int i = 0; i < 4; i++) {
		client[i] = bench_connected(&bench);
		bench_turn(&bench);
	}
	assert_int_equal(stream_counts(bench.listener).turned_away, 1);
	assert_int_equal(bench.begun, 3);
	assert_string_equal(bench_heard(client[3]), "(closed)");
	for (int i = 0; i < 4; i++)
		close(client[i]);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 3);
	bench_finish(&bench);
	(void)state;
}

static void
who_has_said_all_still_gets_his_answers(void **state)
{
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = bench_connected(&bench);
	assert_int_equal(write(client, "say a\nsay b\n", 12), 12);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	assert_string_equal(bench_heard(client), "a\nb\n");
	assert_string_equal(bench_heard(client), "(closed)");
	close(client);
	client = bench_connected(&bench);
	bench_say(&bench, client, "say c\nbye\nsay never\n");
	assert_string_equal(bench_heard(client), "c\n");
	assert_string_equal(bench_heard(client), "(closed)");
	assert_int_equal(bench.ended[STREAM_DONE], 1);
	close(client);
	bench_finish(&bench);
	(void)state;
}

static void
a_protocol_may_take_its_time(void **state)
{
	struct bench bench;
	struct stream *waiting;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = bench_connected(&bench);
	bench_say(&bench, client, "say a\nwait\nsay b\n");
	bench_say(&bench, client, "say c\n");
	assert_string_equal(bench_heard(client), "a\n");
	waiting = bench.waiting;
	bench.waiting = NULL;
	stream_answer(waiting, "now\n", 4);
	stream_go_on(waiting);
	bench_turn(&bench);
	assert_string_equal(bench_heard(client), "now\nb\nc\n");
	close(client);
	bench_wait_until_ended(&bench, STREAM_CLOSED, 1);
	bench_finish(&bench);
	(void)state;
}

static void
who_does_not_read_or_does_not_go_on_is_closed(void **state)
{
	struct bench bench;
	int unread, slow, idle;

	begin(&bench, 1, 1);
	unread = bench_connected(&bench);
	bench_turn(&bench);
	/* More than the kernel takes. */
	while (bench.ended[STREAM_UNREAD] == 0 && send(unread, "big\n", 4, MSG_DONTWAIT) == 4)
		bench_turn(&bench);
	bench_wait_until_ended(&bench, STREAM_UNREAD, 1);
	slow = bench_connected(&bench);
	bench_say(&bench, slow, "say");
	idle = bench_connected(&bench);
	bench_turn(&bench);
	bench_wait_until_ended(&bench, STREAM_IDLE, 2);
	assert_string_equal(bench_heard(slow), "(closed)");
	assert_string_equal(bench_heard(idle), "(closed)");
	close(unread);
	close(slow);
	close(idle);
	bench_finish(&bench);
	(void)state;
}

static void
all_end_with_the_server(void **state)
{
	struct bench bench;
	int client[2];

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	for (int i = 0; i < 2; i++)
		client[i] = bench_connected(&bench);
	bench_turn(&bench);
	bench_say(&bench, client[0], "say");
	bench_finish(&bench);
	assert_int_equal(bench.ended[STREAM_STOPPED], 2);
	close(client[0]);
	close(client[1]);
	(void)state;
}

static void
a_protocol_knows_from_where_a_peer_comes(void **state)
{
	struct sockaddr_in own;
	socklen_t size = sizeof(own);
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = bench_connected(&bench);
	bench_say(&bench, client, "wait\n");
	assert_int_equal(getsockname(client, (struct sockaddr *)&own, &size), 0);
	assert_int_equal(stream_port(bench.waiting), ntohs(own.sin_port));
	close(client);
	bench_finish(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_in_any_portions),
		cmocka_unit_test(who_does_wrong_is_closed_and_nobody_else),
		cmocka_unit_test(a_protocol_knows_from_where_a_peer_comes),
		cmocka_unit_test(many_requests_at_once_are_not_one_that_is_too_long),
		cmocka_unit_test(whom_the_protocol_turns_away_is_closed_at_once),
		cmocka_unit_test(one_that_is_paused_serves_those_that_are_there),
		cmocka_unit_test(more_than_may_be_are_turned_away),
		cmocka_unit_test(who_has_said_all_still_gets_his_answers),
		cmocka_unit_test(a_protocol_may_take_its_time),
		cmocka_unit_test(who_does_not_read_or_does_not_go_on_is_closed),
		cmocka_unit_test(all_end_with_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
