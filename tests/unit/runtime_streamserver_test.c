/* SPDX-License-Identifier: BSD-2-Clause */
#include "runtime/streamserver.h"
#include "unit.h"

#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* A protocol of lines: "say TEXT" is answered by TEXT, "big" by 64 KiB, "wait" when the test says so, "bye" closes,
 * and anything else is wrong. */
struct bench {
	struct event_base *base;
	struct stream_listener *listener;
	struct stream *waiting;
	uint16_t port;
	bool is_shut; /* nobody is let in */
	unsigned begun;
	unsigned ended[STREAM_ENDS];
};

static bool
on_admit(void *context, const struct address *peer)
{
	const struct address here = address_from_v4(INADDR_LOOPBACK);

	assert_true(address_equal(peer, &here));
	return !((struct bench *)context)->is_shut;
}

static void
on_begin(void *context, struct stream *stream)
{
	((struct bench *)context)->begun++;
	assert_int_equal(*(uint64_t *)stream_state(stream), 0);
}

static void
on_end(void *context, struct stream *stream, enum stream_end why)
{
	(void)stream;
	((struct bench *)context)->ended[why]++;
}

static bool
answer(struct bench *bench, struct stream *stream, struct text line)
{
	static const char big[65536];

	++*(uint64_t *)stream_state(stream);
	if (text_starts(line, "say ")) {
		stream_answer(stream, line.at + 4, line.length - 4);
		stream_answer(stream, "\n", 1);
	} else if (text_is(line, "big")) {
		stream_answer(stream, big, sizeof(big));
	} else if (text_is(line, "wait")) {
		bench->waiting = stream;
		stream_wait(stream);
	} else if (text_is(line, "bye")) {
		stream_close(stream);
	} else {
		return false;
	}
	return true;
}

static int64_t
on_bytes(void *context, struct stream *stream, struct text bytes)
{
	struct bench *bench = context;
	struct text rest = bytes;

	while (bench->waiting != stream && memchr(rest.at, '\n', rest.length) != NULL) {
		if (!answer(bench, stream, text_cut(&rest, '\n')))
			return -EBADMSG;
	}
	return rest.at - bytes.at;
}

static const struct stream_protocol protocol = {.state_bytes = sizeof(uint64_t),
	.admit = on_admit,
	.begin = on_begin,
	.take = on_bytes,
	.end = on_end};

static void
begin(struct bench *bench, int64_t request_us, int64_t idle_us)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(at);
	struct stream_settings settings = {
		.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
		.protocol = &protocol,
		.context = bench,
		.connections_most = 3,
		.request_most = 100,
		.answer_most = 1 << 20,
		.request_us = request_us,
		.idle_us = idle_us,
	};

	*bench = (struct bench){.base = event_base_new()};
	assert_int_equal(bind(settings.socket, (struct sockaddr *)&at, size), 0);
	assert_int_equal(listen(settings.socket, 16), 0);
	assert_int_equal(getsockname(settings.socket, (struct sockaddr *)&at, &size), 0);
	bench->port = ntohs(at.sin_port);
	bench->listener = stream_listen(bench->base, &settings);
}

static void
finish(struct bench *bench)
{
	bench->listener = stream_unlisten(bench->listener);
	event_base_free(bench->base);
}

static int
connected(const struct bench *bench)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(bench->port)};
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(client, (struct sockaddr *)&at, sizeof(at)), 0);
	return client;
}

static void
turn(struct bench *bench)
{
	for (int i = 0; i < 20; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

static void
say(struct bench *bench, int client, const char *text)
{
	assert_int_equal(write(client, text, strlen(text)), strlen(text));
	turn(bench);
}

static const char *
heard(int client)
{
	static char text[256];
	ssize_t n = recv(client, text, sizeof(text) - 1, MSG_DONTWAIT);

	text[n > 0 ? n : 0] = '\0';
	return n == 0 ? "(closed)" : text;
}

/* Until so many have ended so; the limit of time is the whole test's. */
static void
wait_until_ended(struct bench *bench, enum stream_end why, unsigned count)
{
	while (bench->ended[why] < count)
		event_base_loop(bench->base, EVLOOP_ONCE);
}

static void
requests_are_answered_in_any_portions(void **state)
{
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = connected(&bench);
	say(&bench, client, "say one\n");
	assert_string_equal(heard(client), "one\n");
	say(&bench, client, "say t");
	assert_string_equal(heard(client), "");
	say(&bench, client, "wo");
	say(&bench, client, "\nsay three\nsay f");
	assert_string_equal(heard(client), "two\nthree\n");
	say(&bench, client, "our\n");
	assert_string_equal(heard(client), "four\n");
	close(client);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	assert_int_equal(stream_counts(bench.listener).open, 0);
	finish(&bench);
	(void)state;
}

static void
who_does_wrong_is_closed_and_nobody_else(void **state)
{
	struct bench bench;
	char many[200];
	int good, bad, endless;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	good = connected(&bench);
	bad = connected(&bench);
	endless = connected(&bench);
	say(&bench, good, "say ");
	say(&bench, bad, "junk\n");
	assert_string_equal(heard(bad), "(closed)");
	memset(many, 'a', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	say(&bench, endless, many);
	assert_int_equal(bench.ended[STREAM_WRONG], 2);
	say(&bench, good, "still here\n");
	assert_string_equal(heard(good), "still here\n");
	close(bad);
	close(endless);
	say(&bench, good, "cut");
	close(good);
	wait_until_ended(&bench, STREAM_CUT, 1);
	finish(&bench);
	(void)state;
}

/* Bytes that came, all of them in a line of one letter. */
static size_t
count_heard(int client)
{
	size_t count = 0;

	for (const char *text = heard(client); *text != '\0' && *text != '('; text = heard(client))
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
	client = connected(&bench);
	for (size_t i = 0; i < requests; i++)
		memcpy(text + 6 * i, "say a\n", 7);
	say(&bench, client, text);
	assert_int_equal(count_heard(client), 2 * requests);
	memcpy(text, "wait\n", 5);
	for (size_t i = 0; i < requests / 2; i++)
		memcpy(text + 5 + 6 * i, "say c\n", 7);
	say(&bench, client, text);
	assert_non_null(bench.waiting);
	waiting = bench.waiting;
	bench.waiting = NULL;
	stream_go_on(waiting);
	turn(&bench);
	assert_int_equal(count_heard(client), 2 * (requests / 2));
	close(client);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	finish(&bench);
	(void)state;
}

static void
whom_the_protocol_turns_away_is_closed_at_once(void **state)
{
	struct bench bench;
	int first, second;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	first = connected(&bench);
	turn(&bench);
	bench.is_shut = true;
	second = connected(&bench);
	turn(&bench);
	assert_string_equal(heard(second), "(closed)");
	say(&bench, first, "say a\n");
	assert_string_equal(heard(first), "a\n");
	assert_int_equal(stream_counts(bench.listener).accepted, 1);
	assert_int_equal(stream_counts(bench.listener).refused, 1);
	assert_int_equal(stream_counts(bench.listener).open, 1);
	assert_int_equal(bench.begun, 1);
	close(first);
	close(second);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	finish(&bench);
	(void)state;
}

static void
one_that_is_paused_serves_those_that_are_there(void **state)
{
	struct bench bench;
	int first, second;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	first = connected(&bench);
	turn(&bench);
	stream_pause(bench.listener);
	second = connected(&bench);
	say(&bench, second, "say b\n");
	/* A second later nothing has begun again. */
	event_base_loopexit(bench.base, &(struct timeval){.tv_sec = 1, .tv_usec = 200000});
	event_base_dispatch(bench.base);
	say(&bench, first, "say a\n");
	assert_string_equal(heard(first), "a\n");
	assert_string_equal(heard(second), "");
	assert_int_equal(stream_counts(bench.listener).open, 1);
	close(first);
	close(second);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	finish(&bench);
	(void)state;
}

static void
more_than_may_be_are_turned_away(void **state)
{
	struct bench bench;
	int client[4];

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	for (int i = 0; i < 4; i++) {
		client[i] = connected(&bench);
		turn(&bench);
	}
	assert_int_equal(stream_counts(bench.listener).turned_away, 1);
	assert_int_equal(bench.begun, 3);
	assert_string_equal(heard(client[3]), "(closed)");
	for (int i = 0; i < 4; i++)
		close(client[i]);
	wait_until_ended(&bench, STREAM_CLOSED, 3);
	finish(&bench);
	(void)state;
}

static void
who_has_said_all_still_gets_his_answers(void **state)
{
	struct bench bench;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = connected(&bench);
	assert_int_equal(write(client, "say a\nsay b\n", 12), 12);
	assert_int_equal(shutdown(client, SHUT_WR), 0);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	assert_string_equal(heard(client), "a\nb\n");
	assert_string_equal(heard(client), "(closed)");
	close(client);
	client = connected(&bench);
	say(&bench, client, "say c\nbye\nsay never\n");
	assert_string_equal(heard(client), "c\n");
	assert_string_equal(heard(client), "(closed)");
	assert_int_equal(bench.ended[STREAM_DONE], 1);
	close(client);
	finish(&bench);
	(void)state;
}

static void
a_protocol_may_take_its_time(void **state)
{
	struct bench bench;
	struct stream *waiting;
	int client;

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	client = connected(&bench);
	say(&bench, client, "say a\nwait\nsay b\n");
	say(&bench, client, "say c\n");
	assert_string_equal(heard(client), "a\n");
	waiting = bench.waiting;
	bench.waiting = NULL;
	stream_answer(waiting, "now\n", 4);
	stream_go_on(waiting);
	turn(&bench);
	assert_string_equal(heard(client), "now\nb\nc\n");
	close(client);
	wait_until_ended(&bench, STREAM_CLOSED, 1);
	finish(&bench);
	(void)state;
}

static void
who_does_not_read_or_does_not_go_on_is_closed(void **state)
{
	struct bench bench;
	int unread, slow, idle;

	begin(&bench, 1, 1);
	unread = connected(&bench);
	turn(&bench);
	/* More than the kernel takes. */
	while (bench.ended[STREAM_UNREAD] == 0 && send(unread, "big\n", 4, MSG_DONTWAIT) == 4)
		turn(&bench);
	wait_until_ended(&bench, STREAM_UNREAD, 1);
	slow = connected(&bench);
	say(&bench, slow, "say");
	idle = connected(&bench);
	turn(&bench);
	wait_until_ended(&bench, STREAM_IDLE, 2);
	assert_string_equal(heard(slow), "(closed)");
	assert_string_equal(heard(idle), "(closed)");
	close(unread);
	close(slow);
	close(idle);
	finish(&bench);
	(void)state;
}

static void
all_end_with_the_server(void **state)
{
	struct bench bench;
	int client[2];

	begin(&bench, INT64_C(60000000), INT64_C(60000000));
	for (int i = 0; i < 2; i++)
		client[i] = connected(&bench);
	turn(&bench);
	say(&bench, client[0], "say");
	finish(&bench);
	assert_int_equal(bench.ended[STREAM_STOPPED], 2);
	close(client[0]);
	close(client[1]);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_answered_in_any_portions),
		cmocka_unit_test(who_does_wrong_is_closed_and_nobody_else),
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
