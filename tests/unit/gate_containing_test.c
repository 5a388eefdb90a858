/* SPDX-License-Identifier: BSD-2-Clause */
#include "containing_fixture.h"

#include <signal.h>
#include <time.h>

/* No answer, nothing in the kernel, and it is counted. */
static void
check_malformed(const struct orders *message, size_t size)
{
	uint64_t before = told.malformed;

	send_bytes(message, size);
	CHECK(containing_take(&gate) == CONTAINING_MALFORMED && told.malformed == before + 1);
	CHECK(!is_answered() && !is_blocked(1));
}

static void
check_malformed_message(struct orders message)
{
	check_malformed(&message,
		offsetof(struct orders, element) + message.count * sizeof(*message.element));
}

static int
check_sizes(void)
{
	struct orders message = message_of(ORDERS_CHANGE, 2);
	size_t head = offsetof(struct orders, element);

	begin();
	check_malformed(&message, 0);
	check_malformed(&message, 1);
	check_malformed(&message, head - 1);
	check_malformed(&message, head);
	check_malformed(&message, head + sizeof(*message.element));
	check_malformed(&message, head + 2 * sizeof(*message.element) - 1);
	check_malformed(&message, head + 2 * sizeof(*message.element) + 1);
	check_malformed(&message, sizeof(message));
	message = message_of(ORDERS_CHANGE, ORDERS_MOST + 1);
	check_malformed(&message, sizeof(message));
	message.count = UINT32_MAX;
	check_malformed(&message, sizeof(message));
	return 0;
}

static void
a_message_of_the_wrong_size_is_counted_and_changes_nothing(void **state)
{
	namespace_run("true", check_sizes);
	(void)state;
}

static int
check_values(void)
{
	struct orders good = message_of(ORDERS_CHANGE, 2), bad;

	begin();
#define CHECK_BAD(field, value)                                                                    \
	do {                                                                                       \
		bad = good;                                                                        \
		bad.field = value;                                                                 \
		check_malformed_message(bad);                                                      \
	} while (0)
	CHECK_BAD(version, 0);
	CHECK_BAD(version, ORDERS_VERSION + 1);
	CHECK_BAD(kind, 0);
	CHECK_BAD(kind, ORDERS_KINDS);
	CHECK_BAD(kind, UINT16_MAX);
	CHECK_BAD(set, LINESET_COUNT);
	CHECK_BAD(is_first, 2);
	CHECK_BAD(is_last, 2);
	CHECK_BAD(element[1].set, LINESET_COUNT);
	CHECK_BAD(element[1].set, UINT8_MAX);
	/* What the kernel writes, and what has no time. */
	CHECK_BAD(element[1].set, LINESET_OVER4);
	CHECK_BAD(element[1].removes, 2);
	CHECK_BAD(element[1].left_ms, 1);
	/* Not of the set's family, and more than its mask. */
	CHECK_BAD(element[1].set, LINESET_BLOCK6_64);
	CHECK(address_parse(TEXT("2001:db8::1"), &good.element[1].address) == 0);
	CHECK_BAD(element[1].set, LINESET_BLOCK4);
	CHECK_BAD(element[1].set, LINESET_BLOCK6_64);
	CHECK_BAD(element[1].set, LINESET_Q6_48);
	/* Of a content all elements are of its set, and the set is one that may be filled. */
	good = message_of(ORDERS_FILL, 2);
	CHECK_BAD(set, LINESET_Q4);
	CHECK_BAD(set, LINESET_OVER4);
	good.count = 0;
	CHECK_BAD(set, LINESET_OVER6);
	CHECK_BAD(set, LINESET_COUNT);
	/* A content that never ends. */
	CHECK_BAD(is_last, 0);
	good.kind = ORDERS_NEW;
	CHECK_BAD(is_last, 0);
	/* What is new is not removed. */
	good = message_of(ORDERS_NEW, 2);
	CHECK_BAD(element[1].removes, 1);
	CHECK_BAD(element[1].set, LINESET_OVER4);
#undef CHECK_BAD
	return 0;
}

static void
a_value_that_cannot_be_is_counted_and_changes_nothing(void **state)
{
	namespace_run("true", check_values);
	(void)state;
}

static int
check_descriptors(void)
{
	struct orders message = message_of(ORDERS_CHANGE, 1);
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {0};
	struct iovec piece = {.iov_base = &message,
		.iov_len = offsetof(struct orders, element) + sizeof(*message.element)};
	struct msghdr head = {.msg_iov = &piece,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control)};

	begin();
	control.align = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int)),
		.cmsg_level = SOL_SOCKET,
		.cmsg_type = SCM_RIGHTS};
	memcpy(CMSG_DATA(&control.align), &actor, sizeof(int));
	CHECK(sendmsg(actor, &head, 0) > 0);
	CHECK(containing_take(&gate) == CONTAINING_MALFORMED && !is_answered() && !is_blocked(1));
	return 0;
}

static void
descriptors_are_not_taken(void **state)
{
	namespace_run("true", check_descriptors);
	(void)state;
}

static int
check_pieces(void)
{
	struct orders piece = message_of(ORDERS_FILL, 2);

	begin();
	/* The rest of a content whose begin nobody has: left out, without an answer. */
	piece.is_first = 0;
	send_message(&piece);
	CHECK(containing_take(&gate) == CONTAINING_DONE && !is_answered() && !is_blocked(1));
	/* A whole one afterwards, in two pieces. */
	piece.is_first = 1;
	piece.is_last = 0;
	send_message(&piece);
	piece.is_first = 0;
	piece.is_last = 1;
	piece.count = 1;
	piece.element[0].address.byte[15] = 9;
	send_message(&piece);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered());
	CHECK(answer.error == 0 && answer.filled == 3 && answer.epoch == 7 && answer.number == 1);
	CHECK(is_blocked(1) && is_blocked(2) && is_blocked(9));
	return 0;
}

static void
a_piece_without_a_first_one_is_left_out(void **state)
{
	namespace_run("true", check_pieces);
	(void)state;
}

/* A content that is begun and goes on with this: it changes nothing. */
static void
check_broken(struct orders next, enum containing_outcome outcome)
{
	struct orders first = message_of(ORDERS_FILL, 1);

	first.is_last = 0;
	first.element[0].address.byte[15] = 77;
	send_message(&first);
	send_message(&next);
	CHECK(containing_take(&gate) == outcome);
	CHECK(is_answered() && answer.error < 0 && answer.number == 1 && !is_answered());
	CHECK(is_blocked(200) && !is_blocked(77) && !is_blocked(1));
}

static int
check_middle(void)
{
	struct orders before = message_of(ORDERS_CHANGE, 1), next = message_of(ORDERS_FILL, 1);

	begin();
	before.element[0].address.byte[15] = 200;
	send_message(&before);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.result[0] == 1);
	/* A piece of another content. */
	next.is_first = 0;
	next.number = 2;
	check_broken(next, CONTAINING_DONE);
	next.number = 1;
	next.set = LINESET_Q4;
	next.element[0].set = LINESET_Q4;
	check_broken(next, CONTAINING_DONE);
	/* What cannot be. */
	next.element[0].set = LINESET_BLOCK4;
	check_broken(next, CONTAINING_MALFORMED);
	next.set = LINESET_BLOCK4;
	next.version = 9;
	check_broken(next, CONTAINING_MALFORMED);
	return 0;
}

static void
a_content_with_something_else_in_its_middle_changes_nothing(void **state)
{
	namespace_run("true", check_middle);
	(void)state;
}

static int
check_end(void)
{
	struct orders first = message_of(ORDERS_FILL, 1);

	begin();
	first.is_last = 0;
	send_message(&first);
	close(actor);
	CHECK(containing_take(&gate) == CONTAINING_ENDED && !is_blocked(1));
	CHECK(containing_take(&gate) == CONTAINING_ENDED);
	return 0;
}

static void
the_end_in_the_middle_of_a_content_changes_nothing(void **state)
{
	namespace_run("true", check_end);
	(void)state;
}

/* Piece after piece, each before one waits for it too long. */
static int
check_endless(void)
{
	struct orders piece = message_of(ORDERS_FILL, 1);
	struct timespec begun, ended;
	pid_t child;

	begin();
	child = fork();
	CHECK(child >= 0);
	piece.is_last = 0;
	for (int i = 0; child == 0 && i < 20; i++) {
		send_message(&piece);
		piece.is_first = 0;
		usleep(1000000);
	}
	if (child == 0)
		_exit(0);
	while (recv(gate.orders, &piece, sizeof(piece), MSG_PEEK) <= 0)
		;
	(void)clock_gettime(CLOCK_MONOTONIC, &begun);
	CHECK(containing_take(&gate) == CONTAINING_DONE);
	(void)clock_gettime(CLOCK_MONOTONIC, &ended);
	(void)kill(child, SIGKILL);
	CHECK(is_answered() && answer.error == -ETIMEDOUT && !is_blocked(1));
	CHECK(ended.tv_sec - begun.tv_sec <= ORDERS_WHOLE_MS / 1000 + 2);
	return 0;
}

static void
a_content_that_does_not_end_holds_nobody_up_for_ever(void **state)
{
	namespace_run("true", check_endless);
	(void)state;
}

static int
check_successor(void)
{
	struct orders first = message_of(ORDERS_FILL, 1), question = message_of(ORDERS_COUNTERS, 0);

	begin();
	/* An actor that was killed in the middle, and the first question of the next one. */
	first.is_last = 0;
	send_message(&first);
	send_message(&question);
	CHECK(containing_take(&gate) == CONTAINING_DONE && !is_blocked(1));
	CHECK(is_answered() && answer.kind == ORDERS_FILL && answer.error == -ECANCELED);
	CHECK(is_answered() && answer.kind == ORDERS_COUNTERS && answer.error == 0);
	/* And one that fills at once. */
	send_message(&first);
	first.number = 2;
	first.is_last = 1;
	first.element[0].address.byte[15] = 5;
	send_message(&first);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.number == 1);
	CHECK(is_answered() && answer.number == 2 && answer.filled == 1);
	CHECK(is_blocked(5) && !is_blocked(1));
	return 0;
}

static void
an_actor_that_dies_in_the_middle_of_a_content_does_not_hurt_its_successor(void **state)
{
	namespace_run("true", check_successor);
	(void)state;
}

/* Until the answer to a question that comes last. */
static void
take_until(uint64_t number)
{
	enum containing_outcome outcome;
	bool is_there = false;

	while (!is_there) {
		outcome = containing_take(&gate);
		CHECK(outcome == CONTAINING_DONE || outcome == CONTAINING_MALFORMED);
		while (is_answered())
			is_there = is_there || answer.number == number;
	}
}

static int
check_junk(void)
{
	struct orders message = message_of(ORDERS_CHANGE, 1);
	struct orders question = message_of(ORDERS_COUNTERS, 0);
	uint8_t bytes[sizeof(message)];
	unsigned seed = 1;

	begin();
	message.element[0].address.byte[15] = 200;
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && is_blocked(200));
	for (unsigned round = 0; round < 5000; round++) {
		size_t size = (size_t)rand_r(&seed) % (round % 2 == 0 ? 100 : sizeof(bytes));

		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)rand_r(&seed);
		send_bytes(bytes, size);
		CHECK(containing_take(&gate) == CONTAINING_MALFORMED && !is_answered());
	}
	CHECK(told.malformed == 5000 && is_blocked(200));
	question.number = 77;
	send_message(&question);
	take_until(77);
	CHECK(answer.error == 0 && answer.epoch == 7);
	return 0;
}

/* Messages as they should be but for some bytes: they may mean something, but never more than a message may. */
static int
check_mutated(void)
{
	static const enum orders_kind kinds[] = {ORDERS_CHANGE, ORDERS_FILL, ORDERS_FIND};
	struct orders question = message_of(ORDERS_COUNTERS, 0);
	unsigned seed = 2;

	begin();
	for (unsigned round = 0; round < 3000; round++) {
		struct orders message = message_of(kinds[round % 3], 1 + round % 7);
		size_t size =
			offsetof(struct orders, element) + message.count * sizeof(*message.element);

		for (unsigned i = rand_r(&seed) % 4; i <= 4; i++)
			((uint8_t *)&message)[(size_t)rand_r(&seed) % size] ^=
				(uint8_t)(1U << rand_r(&seed) % 8);
		send_bytes(&message, size);
		question.number = UINT64_MAX - round;
		send_message(&question);
		take_until(question.number);
	}
	CHECK(told.malformed > 1000 && told.malformed < 3000);
	CHECK(containing_look(&gate) == CONTAINING_DONE);
	question = message_of(ORDERS_CHANGE, 1);
	send_message(&question);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && is_blocked(1));
	return 0;
}

static void
whatever_bytes_come_it_goes_on_and_holds_who_was_held(void **state)
{
	namespace_run("true", check_junk);
	namespace_run("true", check_mutated);
	(void)state;
}

static int
check_told(void)
{
	struct orders piece = message_of(ORDERS_FILL, 3), change = message_of(ORDERS_CHANGE, 2);

	begin();
	send_message(&piece);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.filled == 3);
	set_element(&change, 0, LINESET_Q6_56, "2001:db8:1::");
	set_element(&change, 1, LINESET_EXEMPT4, "192.0.2.99");
	send_message(&change);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(containing_look(&gate) == CONTAINING_DONE && told.foreign == 0);
	/* An older kernel does not tell. */
	if (told.counts == 1)
		CHECK(told.held[LINESET_BLOCK] == 3 && told.held[LINESET_EXEMPT] == 1 &&
			told.held[LINESET_QUARANTINE] == 1);
	CHECK(system("nft delete element inet lazaret block4 { 192.0.2.1 }") == 0);
	CHECK(containing_look(&gate) == CONTAINING_DONE && told.foreign == 1);
	CHECK(told.counts == 0 || told.held[LINESET_BLOCK] == 2);
	CHECK(containing_look(&gate) == CONTAINING_DONE && told.foreign == 1);
	return 0;
}

static void
what_the_kernel_holds_and_others_changed_is_told(void **state)
{
	namespace_run("true", check_told);
	(void)state;
}

/* As the kernel writes them: of a burst of 120 sources, all at once. */
static void
be_over(unsigned count)
{
	FILE *pipe = popen("nft -f -", "w");

	CHECK(pipe != NULL && fputs("add element inet lazaret smtp_over4 { ", pipe) >= 0);
	for (unsigned i = 0; i < count; i++)
		CHECK(fprintf(pipe, "%s100.64.0.%u timeout 500s", i > 0 ? ", " : "", i + 1) > 0);
	CHECK(fputs(" }\n", pipe) >= 0 && pclose(pipe) == 0);
}

static void
ask_over(bool is_first, enum lineset set)
{
	struct orders question = message_of(ORDERS_OVER, 0);

	question.set = (uint8_t)set;
	question.is_first = is_first;
	send_message(&question);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered());
	CHECK(answer.kind == ORDERS_OVER && answer.error == 0);
}

/* Each of 120 once, with what is left of its time. */
static void
check_whole(void)
{
	bool seen[121] = {false};
	unsigned count = 0, pages = 0;

	do {
		ask_over(pages++ == 0, LINESET_OVER4);
		CHECK(answer.over.count <= ORDERS_OVER_MOST && pages < 10);
		for (uint32_t i = 0; i < answer.over.count; i++, count++) {
			unsigned last = answer.over.source[i].address.byte[15];

			CHECK(last >= 1 && last <= 120 && !seen[last]);
			CHECK(answer.over.source[i].left_ms > 400000);
			CHECK(answer.over.source[i].left_ms <= 500000);
			seen[last] = true;
		}
	} while (!answer.over.is_last);
	CHECK(count == 120 && pages == 3);
}

static int
check_over(void)
{
	struct orders bad = message_of(ORDERS_OVER, 0), change = message_of(ORDERS_CHANGE, 1);

	begin();
	/* Of nobody; and of nothing that was begun. */
	ask_over(true, LINESET_OVER6);
	CHECK(answer.over.count == 0 && answer.over.is_last);
	ask_over(false, LINESET_OVER4);
	CHECK(answer.over.count == 0 && answer.over.is_last);
	be_over(120);
	check_whole();
	/* Given up in the middle, it can be begun again, and others are served in between. */
	ask_over(true, LINESET_OVER4);
	CHECK(answer.over.count == ORDERS_OVER_MOST && !answer.over.is_last);
	send_message(&change);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && is_blocked(1));
	ask_over(false, LINESET_OVER4);
	CHECK(answer.over.count == ORDERS_OVER_MOST && !answer.over.is_last);
	check_whole();
	/* Sets of lines are not listed, and there is nothing to say beside. */
	bad.set = LINESET_BLOCK4;
	send_message(&bad);
	CHECK(containing_take(&gate) == CONTAINING_MALFORMED && !is_answered());
	bad = message_of(ORDERS_OVER, 1);
	bad.set = LINESET_OVER4;
	send_message(&bad);
	CHECK(containing_take(&gate) == CONTAINING_MALFORMED && !is_answered());
	/* Without the table the rules are to be loaded again. */
	CHECK(system("nft delete table inet lazaret") == 0);
	bad = message_of(ORDERS_OVER, 0);
	bad.set = LINESET_OVER4;
	bad.is_first = 1;
	send_message(&bad);
	CHECK(containing_take(&gate) == CONTAINING_LOST && is_answered());
	CHECK(answer.error == -ENOENT && answer.over.is_last);
	return 0;
}

static void
who_is_over_the_rate_is_told_page_by_page(void **state)
{
	namespace_run("true", check_over);
	(void)state;
}

static int
check_lost(void)
{
	struct orders change = message_of(ORDERS_CHANGE, 1);

	begin();
	CHECK(system("nft delete table inet lazaret") == 0);
	send_message(&change);
	CHECK(containing_take(&gate) == CONTAINING_LOST && is_answered() &&
		answer.error == -ENOENT);
	CHECK(containing_look(&gate) == CONTAINING_LOST);
	CHECK(containing_begin(&gate, &fail) == CONTAINING_LOST);
	return 0;
}

static void
rules_that_somebody_removed_are_lost_and_the_actor_hears_it(void **state)
{
	namespace_run("true", check_lost);
	(void)state;
}

static int
check_outside(void)
{
	struct orders message = message_of(ORDERS_CHANGE, 6);

	begin();
	set_element(&message, 0, LINESET_BLOCK4, "192.0.2.7");
	set_element(&message, 1, LINESET_BLOCK4, "198.51.100.7");
	/* A line is a /56 there: a /48 would hold many, a /64 is a part of one. */
	set_element(&message, 2, LINESET_Q6_48, "2001:db8:1::");
	set_element(&message, 3, LINESET_EXEMPT6_64, "2001:db8:1::");
	set_element(&message, 4, LINESET_EXEMPT6_56, "2001:db9::");
	set_element(&message, 5, LINESET_ALLOW4, "198.51.100.7");
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(answer.result[0] == 1 && answer.result[1] == -EACCES && answer.result[2] == -EACCES);
	CHECK(answer.result[3] == 1 && answer.result[4] == -EACCES && answer.result[5] == 1);
	CHECK(answer.refused == 3 && told.refused == 3);
	CHECK(is_blocked(7) && holds(LINESET_EXEMPT6_64, "2001:db8:1::"));
	CHECK(holds(LINESET_ALLOW4, "198.51.100.7") && !holds(LINESET_BLOCK4, "198.51.100.7"));
	CHECK(!holds(LINESET_Q6_48, "2001:db8:1::") && !holds(LINESET_EXEMPT6_56, "2001:db9::"));
	return 0;
}

static int
check_outside_asked(void)
{
	struct orders message = message_of(ORDERS_CHANGE, 1);

	begin();
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && is_blocked(1));
	message = message_of(ORDERS_FIND, 2);
	set_element(&message, 1, LINESET_BLOCK4, "198.51.100.7");
	/* Asked for, it is neither there nor missing; and nobody's is taken out. */
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(answer.result[0] == 1 && answer.result[1] == -EACCES && answer.refused == 1);
	message.kind = ORDERS_CHANGE;
	message.element[0].removes = message.element[1].removes = 1;
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(answer.result[0] == 1 && answer.result[1] == -EACCES && !is_blocked(1));
	/* The whole of a message may be outside. */
	set_element(&message, 0, LINESET_BLOCK4, "198.51.100.8");
	send_message(&message);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(answer.refused == 4);
	return 0;
}

static void
what_is_no_line_of_the_own_network_is_left_out_and_counted(void **state)
{
	namespace_run("true", check_outside);
	namespace_run("true", check_outside_asked);
	(void)state;
}

static int
check_outside_content(void)
{
	struct orders piece = message_of(ORDERS_FILL, 3);

	begin();
	piece.is_last = 0;
	set_element(&piece, 2, LINESET_BLOCK4, "198.51.100.7");
	send_message(&piece);
	piece.is_first = 0;
	piece.is_last = 1;
	set_element(&piece, 0, LINESET_BLOCK4, "203.0.113.7");
	set_element(&piece, 1, LINESET_BLOCK4, "192.0.2.9");
	send_message(&piece);
	CHECK(containing_take(&gate) == CONTAINING_DONE && is_answered() && answer.error == 0);
	CHECK(answer.filled == 3 && answer.refused == 3);
	CHECK(is_blocked(1) && is_blocked(2) && is_blocked(9));
	CHECK(!holds(LINESET_BLOCK4, "198.51.100.7") && !holds(LINESET_BLOCK4, "203.0.113.7"));
	return 0;
}

static void
of_a_content_too_lines_of_others_are_left_out(void **state)
{
	namespace_run("true", check_outside_content);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_line_of_the_own_network_is_left_out_and_counted),
		cmocka_unit_test(of_a_content_too_lines_of_others_are_left_out),
		cmocka_unit_test(a_message_of_the_wrong_size_is_counted_and_changes_nothing),
		cmocka_unit_test(a_value_that_cannot_be_is_counted_and_changes_nothing),
		cmocka_unit_test(descriptors_are_not_taken),
		cmocka_unit_test(a_piece_without_a_first_one_is_left_out),
		cmocka_unit_test(a_content_with_something_else_in_its_middle_changes_nothing),
		cmocka_unit_test(the_end_in_the_middle_of_a_content_changes_nothing),
		cmocka_unit_test(a_content_that_does_not_end_holds_nobody_up_for_ever),
		cmocka_unit_test(
			an_actor_that_dies_in_the_middle_of_a_content_does_not_hurt_its_successor),
		cmocka_unit_test(whatever_bytes_come_it_goes_on_and_holds_who_was_held),
		cmocka_unit_test(what_the_kernel_holds_and_others_changed_is_told),
		cmocka_unit_test(who_is_over_the_rate_is_told_page_by_page),
		cmocka_unit_test(rules_that_somebody_removed_are_lost_and_the_actor_hears_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
