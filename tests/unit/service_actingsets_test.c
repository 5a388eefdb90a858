/* SPDX-License-Identifier: BSD-2-Clause */
#include "service/actingsets.h"
#include "unit.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

/* The test is the gate: it has answered before it is asked. */
static struct daemon_settings settings;
static struct actingsets sets;
static struct holding *holding;
static struct orders message;
static int gate;

static int
begin(void **state)
{
	struct lines_settings of = LINES_DEFAULTS;
	struct lines_prefix inside = {.role = ROLE_RESIDENTIAL};
	int ends[2];

	(void)state;
	settings = (struct daemon_settings){.lines = lines_new(&of)};
	settings.contain.rules.is_56 = true;
	if (prefix_parse(TEXT("192.0.2.0/24"), &inside.prefix) < 0 ||
		lines_add(settings.lines, &inside, NULL) < 0 ||
		prefix_parse(TEXT("2001:db8:1::/48"), &inside.prefix) < 0 ||
		lines_add(settings.lines, &inside, NULL) < 0 ||
		socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	actingsets_begin(&sets, &settings, ends[0]);
	sets.now = (struct wall){INT64_C(1700000000) * WALL_SECOND};
	holding = holding_new(1000);
	gate = ends[1];
	return 0;
}

static int
end(void **state)
{
	(void)state;
	lines_free(settings.lines);
	holding_free(holding);
	close(sets.gate.socket);
	close(gate);
	return 0;
}

static void
take(const char *place, unsigned kind, bool adds, int64_t left_s)
{
	struct holding_change change = {.adds = adds, .kind = (uint8_t)kind};

	assert_int_equal(prefix_parse(text_of(place), &change.place), 0);
	if (left_s != 0)
		change.until.us = sets.now.us + left_s * WALL_SECOND;
	actingsets_take(&sets, &change);
}

/* The answer to a question that comes; counted from 1. */
static void
answer(uint64_t number, enum orders_kind kind, int error, int first_result)
{
	struct orders_answer is = {.version = ORDERS_VERSION,
		.kind = (uint16_t)kind,
		.number = number,
		.epoch = 1,
		.error = error};

	if (kind == ORDERS_CHANGE) {
		is.result[0] = first_result;
		for (int i = 1; i < ORDERS_MOST; i++)
			is.result[i] = error < 0 ? -ECANCELED : 1;
	}
	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
}

/* The next message that came to the gate has so many elements. */
static void
check_message(enum orders_kind kind, uint32_t count)
{
	ssize_t n = recv(gate, &message, sizeof(message), MSG_DONTWAIT);

	assert_int_equal(n, offsetof(struct orders, element) + count * sizeof(*message.element));
	assert_int_equal(message.kind, kind);
}

static void
check_no_message(void)
{
	assert_int_equal(recv(gate, &message, sizeof(message), MSG_DONTWAIT), -1);
}

static void
a_place_outside_the_own_network_is_refused(void **state)
{
	(void)state;
	take("198.51.100.7", MEASURE_BLOCK25, true, 0);
	take("2001:db8:2:200::/56", MEASURE_QUARANTINE, true, 0);
	take("198.51.100.7", ORDER_EXEMPTION, true, 0);
	/* No set of this network has such lines. */
	take("2001:db8:1:2::/64", MEASURE_BLOCK25, true, 0);
	take("2001:db8:1:200::/60", MEASURE_BLOCK25, true, 0);
	assert_int_equal(sets.refused, 5);
	actingsets_flush(&sets);
	check_no_message();
	/* To end what cannot be there is nothing. */
	take("198.51.100.7", MEASURE_BLOCK25, false, 0);
	actingsets_flush(&sets);
	check_no_message();
	assert_int_equal(sets.refused, 5);
}

static void
each_measure_goes_to_the_set_of_its_kind_and_length(void **state)
{
	(void)state;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	take("2001:db8:1:200::/56", MEASURE_QUARANTINE, true, 60);
	take("192.0.2.8", ORDER_EXEMPTION, true, 60);
	take("192.0.2.9", MEASURE_BLOCK25, false, 0);
	/* The relay's; and one that was over before it came. */
	take("192.0.2.7", MEASURE_LIMIT, true, 0);
	take("192.0.2.10", MEASURE_QUARANTINE, true, -1);
	answer(1, ORDERS_CHANGE, 0, 1);
	actingsets_flush(&sets);
	check_message(ORDERS_CHANGE, 4);
	assert_int_equal(message.element[0].set, LINESET_BLOCK4);
	assert_int_equal(message.element[0].left_ms, 0);
	assert_int_equal(message.element[1].set, LINESET_Q6_56);
	assert_int_equal(message.element[1].left_ms, 60000);
	assert_int_equal(message.element[2].set, LINESET_EXEMPT4);
	assert_int_equal(message.element[2].left_ms, 0);
	assert_int_equal(message.element[3].removes, 1);
	assert_int_equal(sets.done, 4);
	assert_int_equal(sets.refused, 0);
}

static void
what_the_gate_leaves_out_is_counted_and_not_tried_again(void **state)
{
	(void)state;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	take("192.0.2.8", MEASURE_BLOCK25, true, 0);
	answer(1, ORDERS_CHANGE, 0, -EACCES);
	sets.is_owing = false;
	actingsets_flush(&sets);
	check_message(ORDERS_CHANGE, 2);
	check_no_message();
	assert_int_equal(sets.refused, 1);
	assert_int_equal(sets.done, 1);
	assert_false(sets.is_owing);
	assert_int_equal(sets.short_us, 0);
}

static void
where_one_is_refused_the_others_are_done_one_by_one(void **state)
{
	(void)state;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	take("192.0.2.8", MEASURE_BLOCK25, true, 0);
	take("192.0.2.9", MEASURE_BLOCK25, true, 0);
	answer(1, ORDERS_CHANGE, -ENFILE, -ENFILE);
	answer(2, ORDERS_CHANGE, 0, 1);
	answer(3, ORDERS_CHANGE, 0, 1);
	sets.is_owing = false;
	actingsets_flush(&sets);
	check_message(ORDERS_CHANGE, 3);
	check_message(ORDERS_CHANGE, 1);
	assert_int_equal(message.element[0].address.byte[15], 8);
	check_message(ORDERS_CHANGE, 1);
	assert_int_equal(message.element[0].address.byte[15], 9);
	check_no_message();
	assert_int_equal(sets.refused, 1);
	assert_int_equal(sets.done, 2);
	assert_false(sets.is_owing);
	assert_int_equal(sets.failures, 1);
}

static void
where_there_was_no_room_that_is_said_until_there_is(void **state)
{
	(void)state;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	answer(1, ORDERS_CHANGE, -ENFILE, -ENFILE);
	sets.is_owing = false;
	sets.epoch = 1;
	actingsets_flush(&sets);
	answer(2, ORDERS_COUNTERS, 0, 0);
	actingsets_see_to(&sets, holding);
	assert_string_not_equal(sets.fail.what, "");
	assert_int_equal(sets.fills, 0);
	/* A minute later. */
	sets.short_us -= 60 * WALL_SECOND;
	answer(3, ORDERS_COUNTERS, 0, 0);
	for (uint64_t number = 4; number <= 9; number++)
		answer(number, ORDERS_FILL, 0, 0);
	actingsets_see_to(&sets, holding);
	assert_int_equal(sets.fills, 1);
	assert_string_equal(sets.fail.what, "");
	answer(10, ORDERS_COUNTERS, 0, 0);
	actingsets_see_to(&sets, holding);
	assert_int_equal(sets.fills, 1);
}

static void
what_failed_for_all_is_filled_anew(void **state)
{
	(void)state;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	answer(1, ORDERS_CHANGE, -ENOENT, 0);
	sets.is_owing = false;
	actingsets_flush(&sets);
	assert_true(sets.is_owing);
	assert_int_equal(sets.done, 0);
	assert_string_not_equal(sets.fail.what, "");
}

static void
all_that_holds_is_filled_set_by_set_and_once(void **state)
{
	/* The second is outside the own network, of the third's length there is no set. */
	static const char *const places[] = {"192.0.2.7", "198.51.100.7", "2001:db8:1:200::/60"};
	struct order order = {.measure = 1, .line = 7, .kind = MEASURE_BLOCK25};
	uint64_t number = 1;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		order.line++;
		order.measure++;
		assert_int_equal(prefix_parse(text_of(places[i]), &order.place), 0);
		assert_int_equal(holding_apply(holding, &order, actingsets_take, &sets), 0);
	}
	sets.gate.message.count = 0;
	/* Of three kinds the sets of IPv4 and of /56. */
	answer(number++, ORDERS_COUNTERS, 0, 0);
	for (int set = 0; set < 6; set++)
		answer(number++, ORDERS_FILL, 0, 0);
	actingsets_see_to(&sets, holding);
	check_message(ORDERS_COUNTERS, 0);
	for (int set = 0; set < 6; set++) {
		check_message(ORDERS_FILL, set == 2);
		assert_true(message.is_first && message.is_last);
		assert_int_equal(message.set == LINESET_BLOCK4, set == 2);
	}
	check_no_message();
	assert_int_equal(sets.fills, 1);
	assert_int_equal(sets.left_out, 2);
	assert_false(sets.is_owing);
	answer(number, ORDERS_COUNTERS, 0, 0);
	actingsets_see_to(&sets, holding);
	check_message(ORDERS_COUNTERS, 0);
	check_no_message();
	assert_int_equal(sets.fills, 1);
}

static void
a_set_that_cannot_be_filled_holds_up_no_other(void **state)
{
	(void)state;
	answer(1, ORDERS_COUNTERS, 0, 0);
	answer(2, ORDERS_FILL, -ENFILE, 0);
	for (uint64_t number = 3; number <= 7; number++)
		answer(number, ORDERS_FILL, 0, 0);
	actingsets_see_to(&sets, holding);
	check_message(ORDERS_COUNTERS, 0);
	for (int set = 0; set < 6; set++)
		check_message(ORDERS_FILL, 0);
	check_no_message();
	/* It is said. */
	assert_int_equal(sets.fills, 0);
	assert_int_equal(sets.failures, 1);
	assert_non_null(strstr(sets.fail.what, "the gate refuses"));
	assert_string_equal(sets.fail.hint, "so many lines can be exempt, and not more");
}

static void
drain(int socket)
{
	while (recv(socket, &message, sizeof(message), MSG_DONTWAIT) > 0)
		continue;
}

/* So much later: how many times all was tried. The gate says that the sets of blocked lines have no room. */
static uint64_t
tries_after(int64_t us, uint64_t *number)
{
	uint64_t before = sets.failures;

	sets.short_us -= us;
	answer((*number)++, ORDERS_COUNTERS, 0, 0);
	for (uint64_t set = 0; set < 6; set++)
		answer(*number + set, ORDERS_FILL, set == 2 ? -ENFILE : 0, 0);
	actingsets_see_to(&sets, holding);
	if (sets.failures > before)
		*number += 6;
	drain(gate);
	drain(sets.gate.socket);
	return sets.failures - before;
}

static void
a_set_that_is_too_small_is_tried_less_and_less_often(void **state)
{
	static const int64_t minutes[] = {1, 2, 4, 8, 16, 32, 60, 60};
	uint64_t number = 1;

	(void)state;
	assert_int_equal(tries_after(0, &number), 1);
	assert_non_null(strstr(sets.fail.hint, "contain.lines-most"));
	assert_false(sets.is_owing);
	for (size_t i = 0; i < sizeof(minutes) / sizeof(*minutes); i++) {
		assert_int_equal(
			tries_after(minutes[i] * WALL_MINUTE - 5 * WALL_SECOND, &number), 0);
		assert_int_equal(tries_after(5 * WALL_SECOND, &number), 1);
	}
	/* A line leaves. */
	take("192.0.2.7", MEASURE_BLOCK25, false, 0);
	answer(number++, ORDERS_CHANGE, 0, 1);
	actingsets_flush(&sets);
	drain(gate);
	assert_int_equal(tries_after(WALL_MINUTE, &number), 1);
	assert_int_equal(tries_after(WALL_MINUTE, &number), 0);
	assert_int_equal(tries_after(WALL_MINUTE, &number), 1);
}

static void
answer_epoch(uint64_t number, enum orders_kind kind, uint64_t epoch)
{
	struct orders_answer is = {.version = ORDERS_VERSION,
		.kind = (uint16_t)kind,
		.number = number,
		.epoch = epoch};

	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
}

/* The gate's figures now, and whether all is filled in after them. */
static bool
fills_at(uint64_t *number, uint64_t foreign, uint64_t blocked, uint64_t exempt)
{
	struct orders_answer is = {.version = ORDERS_VERSION,
		.kind = ORDERS_COUNTERS,
		.number = (*number)++,
		.epoch = 1,
		.foreign = foreign,
		.counts = 1,
		.held = {[LINESET_BLOCK] = blocked, [LINESET_EXEMPT] = exempt}};
	uint64_t before = sets.fills;

	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
	for (uint64_t set = 0; set < 6; set++) {
		is = (struct orders_answer){.version = ORDERS_VERSION,
			.kind = ORDERS_FILL,
			.number = *number + set,
			.epoch = 1,
			.foreign = foreign + (set >= 3)};
		assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
	}
	sets.checked_us -= WALL_MINUTE;
	actingsets_see_to(&sets, holding);
	*number += sets.fills > before ? 6 : 0;
	drain(gate);
	drain(sets.gate.socket);
	return sets.fills > before;
}

static void
what_others_do_while_all_is_filled_in_is_looked_after(void **state)
{
	uint64_t number = 1;

	(void)state;
	/* Somebody changes rules in the middle of the first. */
	assert_true(fills_at(&number, 5, 0, 0));
	assert_true(fills_at(&number, 6, 0, 0));
	assert_true(fills_at(&number, 7, 0, 0));
	sets.foreign = 8;
	assert_false(fills_at(&number, 8, 0, 0));
}

/* The sets that were filled before may be empty since. */
static void
rules_that_are_loaded_while_all_is_filled_in_have_it_filled_again(void **state)
{
	(void)state;
	for (uint64_t number = 1; number <= 14; number += 7) {
		answer_epoch(number, ORDERS_COUNTERS, number > 1 ? 2 : 1);
		for (uint64_t set = 1; set <= 6; set++)
			answer_epoch(number + set, ORDERS_FILL, number > 1 || set > 3 ? 2 : 1);
		actingsets_see_to(&sets, holding);
		drain(gate);
	}
	assert_int_equal(sets.fills, 2);
	answer_epoch(15, ORDERS_COUNTERS, 2);
	actingsets_see_to(&sets, holding);
	assert_int_equal(sets.fills, 2);
}

static void
sets_that_have_other_numbers_for_long_are_filled_anew(void **state)
{
	uint64_t number = 1;

	(void)state;
	sets.epoch = 1;
	sets.is_owing = false;
	/* Places of no set: there are fewer than are wanted, from the begin. */
	sets.beyond[1] = -2;
	sets.has_beyond = false;
	assert_false(fills_at(&number, 0, 7, 1));
	for (int i = 0; i < 5; i++)
		assert_false(fills_at(&number, 0, 7, 1));
	/* For a moment. */
	assert_false(fills_at(&number, 0, 6, 1));
	assert_false(fills_at(&number, 0, 6, 1));
	assert_false(fills_at(&number, 0, 7, 1));
	/* For long: one is gone, or one too many is there. */
	assert_false(fills_at(&number, 0, 7, 2));
	assert_false(fills_at(&number, 0, 7, 2));
	assert_true(fills_at(&number, 0, 7, 2));
	assert_int_equal(sets.restored, 1);
	/* What it is after that is right. */
	for (int i = 0; i < 5; i++)
		assert_false(fills_at(&number, 1, 7, 2) && i > 0);
}

/* The gate's answers: to the only message of what is new, and to the next question for the counters. */
static void
answer_ahead(uint64_t number, int32_t error, uint64_t filled)
{
	struct orders_answer is = {.version = ORDERS_VERSION,
		.kind = ORDERS_NEW,
		.number = number,
		.epoch = 1,
		.error = error,
		.filled = filled};

	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
}

static void
answer_counts(uint64_t number, uint64_t epoch, uint64_t foreign, uint64_t blocked)
{
	struct orders_answer is = {.version = ORDERS_VERSION,
		.kind = ORDERS_COUNTERS,
		.number = number,
		.epoch = epoch,
		.foreign = foreign,
		.counts = 1,
		.held = {[LINESET_BLOCK] = blocked}};

	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
}

/* Two lines of ours and one of others are learnt, and the gate says this to it. Which sets are filled in
 * at the end. */
static unsigned
filled_after(int32_t error, uint64_t filled, uint64_t epoch, uint64_t foreign, uint64_t blocked)
{
	static const char *const places[] = {"192.0.2.7", "198.51.100.7", "2001:db8:1:200::/56"};
	uint64_t number = sets.gate.number + 1;
	unsigned filled_in = 0;

	holding_clear(holding);
	actingsets_learn(&sets);
	answer_ahead(number++, error, filled);
	for (size_t i = 0; i < 3; i++) {
		struct order order = {.measure = i + 1, .line = i + 1, .kind = MEASURE_BLOCK25};

		assert_int_equal(prefix_parse(text_of(places[i]), &order.place), 0);
		assert_int_equal(holding_apply(holding, &order, actingsets_ahead, &sets), 0);
	}
	actingsets_flush(&sets);
	check_no_message();
	actingsets_anew(&sets);
	check_message(ORDERS_NEW, 2);
	answer_counts(number++, epoch, foreign, blocked);
	for (int set = 0; set < 6; set++)
		answer(number++, ORDERS_FILL, 0, 0);
	actingsets_see_to(&sets, holding);
	check_message(ORDERS_COUNTERS, 0);
	while (recv(gate, &message, sizeof(message), MSG_DONTWAIT) > 0) {
		assert_int_equal(message.kind, ORDERS_FILL);
		filled_in |= 1U << message.set;
	}
	drain(sets.gate.socket);
	assert_false(sets.is_owing);
	assert_int_equal(sets.left_out, 1);
	return filled_in;
}

static void
what_was_added_while_it_was_learnt_is_not_filled_in_again(void **state)
{
	const unsigned held = 1U << LINESET_Q4 | 1U << LINESET_Q6_56;
	const unsigned blocked = 1U << LINESET_BLOCK4 | 1U << LINESET_BLOCK6_56;
	const unsigned exempt = 1U << LINESET_EXEMPT4 | 1U << LINESET_EXEMPT6_56;
	struct holding_change change = {.adds = true, .kind = MEASURE_BLOCK25};

	(void)state;
	assert_int_equal(filled_after(0, 2, 1, 0, 2), held);
	assert_int_equal(sets.fills, 1);
	assert_int_equal(sets.done, 2);
	/* One more is there than should be. */
	assert_int_equal(filled_after(0, 2, 1, 0, 3), held | blocked);
	/* Something was there before; the gate left one out; rules or sets were changed by others. */
	assert_int_equal(filled_after(-EEXIST, 0, 1, 0, 2), held | blocked | exempt);
	assert_int_equal(filled_after(0, 1, 1, 0, 2), held | blocked | exempt);
	assert_int_equal(filled_after(0, 2, 2, 0, 2), held | blocked | exempt);
	assert_int_equal(filled_after(0, 2, 1, 1, 2), held | blocked | exempt);
	/* XDP is filled in whole. */
	settings.contain.xdp_count = 1;
	actingsets_learn(&sets);
	assert_int_equal(prefix_parse(TEXT("192.0.2.7"), &change.place), 0);
	actingsets_ahead(&sets, &change);
	actingsets_anew(&sets);
	check_no_message();
}

static void
who_leaves_while_it_is_learnt_is_let_go_at_once(void **state)
{
	struct holding_change change = {.adds = true, .kind = MEASURE_BLOCK25};

	(void)state;
	assert_int_equal(prefix_parse(TEXT("192.0.2.7"), &change.place), 0);
	actingsets_learn(&sets);
	answer_ahead(1, 0, 1);
	answer(2, ORDERS_CHANGE, 0, 1);
	actingsets_ahead(&sets, &change);
	change.adds = false;
	actingsets_ahead(&sets, &change);
	check_message(ORDERS_NEW, 1);
	check_message(ORDERS_CHANGE, 1);
	assert_int_equal(message.element[0].removes, 1);
	/* Also of quarantine, which is not added before its end is known. */
	change = (struct holding_change){.adds = true, .kind = MEASURE_QUARANTINE, change.place};
	actingsets_ahead(&sets, &change);
	change.adds = false;
	answer(3, ORDERS_CHANGE, 0, 1);
	actingsets_ahead(&sets, &change);
	check_message(ORDERS_CHANGE, 1);
	check_no_message();
	/* A failure is made good by filling in. */
	answer(4, ORDERS_CHANGE, -ENOENT, 0);
	actingsets_ahead(&sets, &change);
	assert_false(sets.ahead.adds);
}

/* The gate's counters now. */
static void
count(uint64_t number, uint64_t line, uint64_t out, uint64_t in, uint64_t held)
{
	struct orders_answer is = {
		.version = ORDERS_VERSION, .kind = ORDERS_COUNTERS, .number = number, .epoch = 1};

	is.counter[RULESET_LINE].packets = line;
	is.counter[RULESET_OUT].packets = out;
	is.counter[RULESET_IN].packets = in;
	is.counter[RULESET_Q25].packets = held;
	assert_int_equal(send(gate, &is, sizeof(is), MSG_DONTWAIT), sizeof(is));
	actingsets_see_to(&sets, holding);
}

static void
what_is_enforced_and_new_counts_as_stopped(void **state)
{
	struct ruleset_settings *rules = &settings.contain.rules;

	(void)state;
	sets.is_owing = false;
	sets.epoch = 1;
	rules->lines = rules->quarantine = RULESET_ENFORCE;
	rules->policy = RULESET_OBSERVE;
	/* By others, or while it was only observed. */
	count(1, 100, 200, 300, 400);
	assert_int_equal(sets.stopped, 0);
	count(2, 107, 250, 350, 402);
	assert_int_equal(sets.stopped, 9);
	rules->policy = RULESET_ENFORCE;
	count(3, 107, 251, 360, 402);
	assert_int_equal(sets.stopped, 10);
	/* The table was made anew. */
	count(4, 3, 0, 0, 0);
	assert_int_equal(sets.stopped, 13);
}

static void
where_containment_is_off_nothing_is_asked(void **state)
{
	(void)state;
	settings.contain.is_off = true;
	take("192.0.2.7", MEASURE_BLOCK25, true, 0);
	actingsets_flush(&sets);
	actingsets_see_to(&sets, holding);
	check_no_message();
	assert_int_equal(sets.failures + sets.refused, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_added_while_it_was_learnt_is_not_filled_in_again, begin, end),
		cmocka_unit_test_setup_teardown(
			who_leaves_while_it_is_learnt_is_let_go_at_once, begin, end),
		cmocka_unit_test_setup_teardown(
			a_place_outside_the_own_network_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(
			each_measure_goes_to_the_set_of_its_kind_and_length, begin, end),
		cmocka_unit_test_setup_teardown(
			what_the_gate_leaves_out_is_counted_and_not_tried_again, begin, end),
		cmocka_unit_test_setup_teardown(
			where_one_is_refused_the_others_are_done_one_by_one, begin, end),
		cmocka_unit_test_setup_teardown(
			where_there_was_no_room_that_is_said_until_there_is, begin, end),
		cmocka_unit_test_setup_teardown(what_failed_for_all_is_filled_anew, begin, end),
		cmocka_unit_test_setup_teardown(
			all_that_holds_is_filled_set_by_set_and_once, begin, end),
		cmocka_unit_test_setup_teardown(
			what_others_do_while_all_is_filled_in_is_looked_after, begin, end),
		cmocka_unit_test_setup_teardown(
			rules_that_are_loaded_while_all_is_filled_in_have_it_filled_again, begin,
			end),
		cmocka_unit_test_setup_teardown(
			sets_that_have_other_numbers_for_long_are_filled_anew, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_enforced_and_new_counts_as_stopped, begin, end),
		cmocka_unit_test_setup_teardown(
			a_set_that_is_too_small_is_tried_less_and_less_often, begin, end),
		cmocka_unit_test_setup_teardown(
			a_set_that_cannot_be_filled_holds_up_no_other, begin, end),
		cmocka_unit_test_setup_teardown(
			where_containment_is_off_nothing_is_asked, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
