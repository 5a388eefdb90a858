/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actinggate.h"
#include "unit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

/* The test is the gate: it has answered before it is asked. */
static struct actinggate gate;
static struct orders message;
static struct fail fail;
static int other;

static int
begin(void **state)
{
	int ends[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	gate = (struct actinggate){.socket = ends[0]};
	fail = (struct fail){0};
	other = ends[1];
	return 0;
}

static int
end(void **state)
{
	(void)state;
	close(gate.socket);
	if (other >= 0)
		close(other);
	return 0;
}

static struct orders_answer
answer_of(uint64_t number, enum orders_kind kind)
{
	return (struct orders_answer){.version = ORDERS_VERSION,
		.kind = (uint16_t)kind,
		.number = number,
		.epoch = 3,
		.foreign = 5};
}

static void
send_bytes(const void *bytes, size_t size)
{
	assert_int_equal(send(other, bytes, size, MSG_DONTWAIT), size);
}

static void
send_answer(const struct orders_answer *answer)
{
	send_bytes(answer, sizeof(*answer));
}

/* What came to the gate. */
static void
check_message(enum orders_kind kind, uint32_t count)
{
	ssize_t n = recv(other, &message, sizeof(message), MSG_DONTWAIT);

	assert_int_equal(n, offsetof(struct orders, element) + count * sizeof(*message.element));
	assert_int_equal(message.version, ORDERS_VERSION);
	assert_int_equal(message.kind, kind);
	assert_int_equal(message.count, count);
}

static struct orders_element
element_of(uint8_t last)
{
	struct orders_element element = {.set = LINESET_BLOCK4};

	assert_int_equal(address_parse(TEXT("192.0.2.0"), &element.address), 0);
	element.address.byte[15] = last;
	return element;
}

static void
a_change_is_sent_and_its_answer_heard(void **state)
{
	struct orders_answer answer = answer_of(1, ORDERS_CHANGE);
	struct orders_element element = element_of(7);

	(void)state;
	assert_int_equal(actinggate_change(&gate, &fail), 0);
	assert_int_equal(gate.number, 0);
	assert_true(actinggate_add(&gate, &element));
	answer.result[0] = 1;
	send_answer(&answer);
	assert_int_equal(actinggate_change(&gate, &fail), 0);
	assert_int_equal(gate.answer.result[0], 1);
	assert_int_equal(gate.epoch, 3);
	assert_int_equal(gate.foreign, 5);
	assert_int_equal(gate.message.count, 0);
	check_message(ORDERS_CHANGE, 1);
	assert_memory_equal(&message.element[0], &element, sizeof(element));
}

static void
what_is_new_goes_out_in_pieces_and_the_last_is_waited_for(void **state)
{
	struct orders_element element = element_of(7);
	struct orders_answer answer = answer_of(1, ORDERS_NEW);

	(void)state;
	assert_int_equal(actinggate_last(&gate, &fail), 0);
	for (int i = 0; i < 2; i++) {
		assert_true(actinggate_add(&gate, &element));
		assert_int_equal(actinggate_more(&gate, &fail), 0);
		check_message(ORDERS_NEW, 1);
		assert_int_equal(message.number, 1);
		assert_int_equal(message.is_first, i == 0);
		assert_int_equal(message.is_last, 0);
	}
	answer.filled = 2;
	send_answer(&answer);
	assert_int_equal(actinggate_last(&gate, &fail), 2);
	check_message(ORDERS_NEW, 0);
	assert_true(!message.is_first && message.is_last && message.number == 1);
	/* The next one begins anew, and what else is asked is no piece. */
	answer.number = 2;
	answer.error = -EEXIST;
	send_answer(&answer);
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_last(&gate, &fail), -EEXIST);
	check_message(ORDERS_NEW, 1);
	assert_true(message.is_first && message.is_last && message.number == 2);
	assert_int_equal(gate.message.count, 0);
	answer = answer_of(3, ORDERS_COUNTERS);
	send_answer(&answer);
	assert_int_equal(actinggate_counters(&gate, &fail), 0);
	check_message(ORDERS_COUNTERS, 0);
	assert_true(!message.is_first && !message.is_last);
	/* Nobody is there. */
	close(other);
	other = -1;
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_more(&gate, &fail), -EPIPE);
	assert_int_equal(gate.message.count, 0);
	assert_int_equal(actinggate_last(&gate, &fail), 0);
}

static void
a_message_has_room_for_so_many(void **state)
{
	struct orders_element element = element_of(7);

	(void)state;
	for (int i = 0; i < ORDERS_MOST; i++)
		assert_true(actinggate_add(&gate, &element));
	assert_false(actinggate_add(&gate, &element));
}

static void
answers_that_are_none_of_this_question_are_left_out(void **state)
{
	struct orders_answer answer = answer_of(41, ORDERS_COUNTERS);

	(void)state;
	gate.number = 41;
	/* Late, ahead, of another version, not of its size, and with an error that is none. */
	send_answer(&answer);
	answer.number = 43;
	send_answer(&answer);
	answer.number = 42;
	answer.version++;
	send_answer(&answer);
	answer.version = ORDERS_VERSION;
	send_bytes(&answer, sizeof(answer) - 1);
	send_bytes(&answer, 1);
	answer.error = 1;
	send_answer(&answer);
	answer.error = 0;
	/* Of a question of an actor that was killed. */
	answer.kind = ORDERS_FILL;
	answer.counter[2].packets = 1;
	send_answer(&answer);
	answer.kind = ORDERS_COUNTERS;
	answer.counter[2].packets = 99;
	send_answer(&answer);
	assert_int_equal(actinggate_counters(&gate, &fail), 0);
	assert_int_equal(gate.answer.counter[2].packets, 99);
	assert_int_equal(recv(gate.socket, &answer, sizeof(answer), MSG_DONTWAIT), -1);
}

static void
a_refusal_says_why_and_its_words_end(void **state)
{
	struct orders_answer answer = answer_of(1, ORDERS_CHANGE);
	struct orders_element element = element_of(7);

	(void)state;
	answer.error = -ENFILE;
	memset(&answer.fail, 'x', sizeof(answer.fail));
	send_answer(&answer);
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_change(&gate, &fail), -ENFILE);
	assert_int_equal(strlen(fail.what), sizeof(fail.what) - 1);
	assert_int_equal(strlen(fail.hint), sizeof(fail.hint) - 1);
	assert_int_equal(strlen(fail.where), sizeof(fail.where) - 1);
	/* And one without words. */
	answer = answer_of(2, ORDERS_CHANGE);
	answer.error = -EPERM;
	send_answer(&answer);
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_change(&gate, &fail), -EPERM);
	assert_non_null(strstr(fail.what, "the gate refuses"));
}

static void
a_gate_that_does_not_answer_is_not_waited_for_for_ever(void **state)
{
	struct orders_answer answer = answer_of(1, ORDERS_COUNTERS);

	(void)state;
	gate.epoch = 9;
	assert_int_equal(actinggate_counters(&gate, &fail), -ETIMEDOUT);
	assert_non_null(strstr(fail.what, "the gate does not answer"));
	/* What it said before is so until it says something else; its late answer is left out. */
	assert_int_equal(gate.epoch, 9);
	answer.epoch = 4;
	send_answer(&answer);
	answer.number = 2;
	answer.epoch = 5;
	send_answer(&answer);
	assert_int_equal(actinggate_counters(&gate, &fail), 0);
	assert_int_equal(gate.epoch, 5);
}

static void
a_gate_that_takes_nothing_is_not_waited_for_for_ever(void **state)
{
	static const char junk[1000];
	struct orders_element element = element_of(7);

	(void)state;
	while (send(gate.socket, junk, sizeof(junk), MSG_DONTWAIT) > 0)
		;
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_change(&gate, &fail), -ETIMEDOUT);
	assert_int_equal(gate.message.count, 0);
}

static void
a_gate_that_is_gone_is_known_at_once(void **state)
{
	struct orders_element element = element_of(7);

	(void)state;
	close(other);
	other = -1;
	assert_true(actinggate_add(&gate, &element));
	assert_int_equal(actinggate_change(&gate, &fail), -EPIPE);
	assert_int_equal(actinggate_counters(&gate, &fail), -EPIPE);
	close(gate.socket);
	gate.socket = -1;
	assert_int_equal(actinggate_counters(&gate, &fail), -EPIPE);
}

static int
next_of(void *context, struct orders_element *ret)
{
	uint32_t *left = context;

	if (*left == 0)
		return 0;
	*ret = element_of((uint8_t)(*left)--);
	return 1;
}

/* A content of so many comes in these pieces. */
static void
check_fill(uint32_t count, uint64_t number)
{
	struct orders_answer answer = answer_of(number, ORDERS_FILL);
	uint32_t left = count, pieces = count / ORDERS_MOST + 1;

	answer.filled = count;
	send_answer(&answer);
	assert_int_equal(actinggate_fill(&gate, LINESET_BLOCK4, next_of, &left, &fail), count);
	for (uint32_t i = 0; i < pieces; i++) {
		check_message(ORDERS_FILL, i + 1 < pieces ? ORDERS_MOST : count % ORDERS_MOST);
		assert_int_equal(message.is_first, i == 0);
		assert_int_equal(message.is_last, i + 1 == pieces);
		assert_int_equal(message.set, LINESET_BLOCK4);
		assert_int_equal(message.number, number);
	}
	assert_int_equal(recv(other, &message, sizeof(message), MSG_DONTWAIT), -1);
}

static void
a_content_comes_in_pieces_of_which_the_last_says_so(void **state)
{
	struct orders_answer answer = answer_of(4, ORDERS_COUNTERS);

	(void)state;
	check_fill(0, 1);
	check_fill(ORDERS_MOST, 2);
	check_fill(2 * ORDERS_MOST + 3, 3);
	/* Nothing of it is left in the next message. */
	send_answer(&answer);
	assert_int_equal(actinggate_counters(&gate, &fail), 0);
	check_message(ORDERS_COUNTERS, 0);
	assert_int_equal(message.is_first + message.is_last + message.set, 0);
}

static void
a_page_of_who_is_over_the_rate_is_asked_for(void **state)
{
	struct orders_answer answer = answer_of(1, ORDERS_OVER);

	(void)state;
	answer.over.count = 2;
	answer.over.is_last = 1;
	answer.over.source[1].left_ms = 77;
	send_answer(&answer);
	assert_int_equal(actinggate_over(&gate, LINESET_OVER6, true, &fail), 0);
	assert_int_equal(gate.answer.over.source[1].left_ms, 77);
	check_message(ORDERS_OVER, 0);
	assert_int_equal(message.set, LINESET_OVER6);
	assert_int_equal(message.is_first, 1);
	/* What follows has nothing of that in it. */
	answer = answer_of(2, ORDERS_COUNTERS);
	send_answer(&answer);
	assert_int_equal(actinggate_counters(&gate, &fail), 0);
	check_message(ORDERS_COUNTERS, 0);
	assert_int_equal(message.set + message.is_first, 0);
	/* A gate that is broken is not believed. */
	answer = answer_of(3, ORDERS_OVER);
	answer.over.count = ORDERS_OVER_MOST + 1;
	send_answer(&answer);
	assert_int_equal(actinggate_over(&gate, LINESET_OVER4, false, &fail), -EPROTO);
	assert_non_null(strstr(fail.what, "51 sources"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_is_new_goes_out_in_pieces_and_the_last_is_waited_for, begin, end),
		cmocka_unit_test_setup_teardown(a_change_is_sent_and_its_answer_heard, begin, end),
		cmocka_unit_test_setup_teardown(a_message_has_room_for_so_many, begin, end),
		cmocka_unit_test_setup_teardown(
			answers_that_are_none_of_this_question_are_left_out, begin, end),
		cmocka_unit_test_setup_teardown(a_refusal_says_why_and_its_words_end, begin, end),
		cmocka_unit_test_setup_teardown(
			a_gate_that_does_not_answer_is_not_waited_for_for_ever, begin, end),
		cmocka_unit_test_setup_teardown(
			a_gate_that_takes_nothing_is_not_waited_for_for_ever, begin, end),
		cmocka_unit_test_setup_teardown(a_gate_that_is_gone_is_known_at_once, begin, end),
		cmocka_unit_test_setup_teardown(
			a_content_comes_in_pieces_of_which_the_last_says_so, begin, end),
		cmocka_unit_test_setup_teardown(
			a_page_of_who_is_over_the_rate_is_asked_for, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
