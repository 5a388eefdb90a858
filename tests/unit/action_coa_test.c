/* SPDX-License-Identifier: BSD-2-Clause */
#include "coa_fixture.h"

#include <errno.h>

struct fixture {
	struct coa *coa;
	struct radius_key *key;
};

static struct fixture
fixture_with(struct coa_settings settings, struct coa_nas nas)
{
	struct fixture f = {.key = key_of(SECRET)};

	f.coa = coa_new(&settings);
	nas.key = f.key;
	assert_int_equal(coa_add_nas(f.coa, &nas), 0);
	return f;
}

static struct fixture
fixture(void)
{
	return fixture_with(COA_DEFAULTS, (struct coa_nas){0});
}

static void
done(struct fixture *f)
{
	(void)coa_free(f->coa);
	(void)radius_key_free(f->key);
}

static void
an_acknowledged_order_is_asked_and_ends_when_accounting_shows_it(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;

	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	nothing_happens(f.coa, NOW);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	event = told(f.coa, NOW);
	assert_int_equal(event.order, 7);
	assert_int_equal(event.stage, COA_ASKED);
	nothing_happens(f.coa, NOW);
	assert_int_equal(coa_open(f.coa), 1);
	assert_int_equal(coa_shown(f.coa, 7), 0);
	event = told(f.coa, NOW);
	assert_int_equal(event.stage, COA_SHOWN);
	assert_int_equal(coa_open(f.coa), 0);
	assert_int_equal(coa_shown(f.coa, 7), -ENOENT);
	assert_int_equal(coa_due(f.coa, NOW).us, INT64_MAX);
	done(&f);
	(void)state;
}

static void
a_request_has_a_message_authenticator_first_then_its_time_then_the_attributes(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 0, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;
	struct radius_packet packet;

	order.is_disconnect = true;
	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	assert_int_equal(radius_read(event.bytes, event.length, &packet), RADIUS_NO_FAULT);
	assert_int_equal(radius_check_request(f.key, &packet), RADIUS_NO_FAULT);
	assert_int_equal(packet.code, RADIUS_DISCONNECT_REQUEST);
	assert_int_equal(packet.length, 20 + 18 + 6 + sizeof(attributes_of_anna));
	assert_int_equal(bytes[20], RADIUS_MESSAGE_AUTHENTICATOR);
	assert_int_equal(bytes[38], RADIUS_EVENT_TIMESTAMP);
	assert_int_equal(bytes_u32(bytes + 40), 1795712400);
	assert_memory_equal(bytes + 44, attributes_of_anna, sizeof(attributes_of_anna));
	done(&f);
	(void)state;
}

static void
a_nas_that_knows_neither_gets_neither(void **state)
{
	struct fixture f = fixture_with(
		COA_DEFAULTS, (struct coa_nas){.no_message = true, .no_timestamp = true});
	struct coa_order order = order_of(7, 0, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;
	struct radius_packet packet;

	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	assert_int_equal(event.length, 20 + sizeof(attributes_of_anna));
	assert_int_equal(radius_read(event.bytes, event.length, &packet), RADIUS_NO_FAULT);
	assert_int_equal(radius_check_request(f.key, &packet), RADIUS_NO_FAULT);
	done(&f);
	(void)state;
}

static void
silence_is_asked_again_with_the_same_bytes_and_given_up_after_thirty_seconds(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST], again[RADIUS_MOST];
	struct coa_event first, event;
	int64_t gaps[] = {2, 4, 8};
	struct wall now = NOW;

	assert_int_equal(coa_add(f.coa, &order), 0);
	first = sent(f.coa, now, bytes);
	for (size_t i = 0; i < sizeof(gaps) / sizeof(*gaps); i++) {
		struct wall due = coa_due(f.coa, now);
		int64_t gap = due.us - now.us, exact = gaps[i] * WALL_SECOND;

		/* 10 % of jitter each time, which doubles with the next. */
		assert_in_range(gap, exact * 7 / 10, exact * 13 / 10);
		nothing_happens(f.coa, after(due, -1));
		now = due;
		event = sent(f.coa, now, again);
		assert_int_equal(event.length, first.length);
		assert_int_equal(event.port, first.port);
		assert_memory_equal(bytes, again, first.length);
	}
	for (;;) {
		now = coa_due(f.coa, now);
		assert_int_equal(coa_next(f.coa, now, &event), 1);
		if (event.is_told)
			break;
		assert_memory_equal(bytes, event.bytes, first.length);
	}
	assert_int_equal(event.stage, COA_SILENT);
	assert_int_equal(now.us, NOW.us + 30 * WALL_SECOND);
	assert_int_equal(coa_open(f.coa), 0);
	assert_int_equal(coa_counts(f.coa)->requests, 1);
	assert_in_range(coa_counts(f.coa)->retries, 3, 4);
	done(&f);
	(void)state;
}

static void
each_error_cause_has_its_meaning(void **state)
{
	static const uint32_t refused[] = {
		0, 202, 401, 402, 403, 404, 405, 406, 407, 501, 504, 508, 9999};
	static const uint32_t busy[] = {502, 505, 506};

	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_int_equal(coa_meaning(refused[i]), COA_REFUSED);
	for (size_t i = 0; i < sizeof(busy) / sizeof(*busy); i++)
		assert_int_equal(coa_meaning(busy[i]), COA_BUSY);
	assert_int_equal(coa_meaning(503), COA_GONE);
	assert_int_equal(coa_meaning(507), COA_ASKED);
	(void)state;
}

static void
a_nak_ends_the_order_with_its_cause(void **state)
{
	static const struct {
		uint32_t cause;
		enum coa_stage stage;
	} naks[] = {{401, COA_REFUSED}, {503, COA_GONE}, {CAUSE_NONE, COA_REFUSED}};
	struct fixture f = fixture();

	for (size_t i = 0; i < sizeof(naks) / sizeof(*naks); i++) {
		struct coa_order order = order_of(7, 70, 0);
		uint8_t bytes[RADIUS_MOST];
		struct coa_event event;

		assert_int_equal(coa_add(f.coa, &order), 0);
		event = sent(f.coa, NOW, bytes);
		answered(f.coa, f.key, &event, RADIUS_COA_NAK, naks[i].cause, NOW);
		event = told(f.coa, NOW);
		assert_int_equal(event.stage, naks[i].stage);
		assert_int_equal(event.cause, naks[i].cause);
		assert_int_equal(coa_open(f.coa), 0);
	}
	assert_int_equal(coa_counts(f.coa)->naks, 3);
	done(&f);
	(void)state;
}

static void
a_nas_without_resources_is_asked_again_later_by_a_new_request(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST], before[RADIUS_MOST] = {0};
	struct coa_event event;
	struct wall now = NOW;

	assert_int_equal(coa_add(f.coa, &order), 0);
	for (int i = 0; i <= 3; i++) {
		event = sent(f.coa, now, bytes);
		assert_memory_not_equal(bytes, before, 20);
		memcpy(before, bytes, sizeof(before));
		answered(f.coa, f.key, &event, RADIUS_COA_NAK, 506, now);
		if (i == 3)
			break;
		nothing_happens(f.coa, after(now, 60 * WALL_SECOND - 1));
		now = after(now, 60 * WALL_SECOND);
	}
	event = told(f.coa, now);
	assert_int_equal(event.stage, COA_BUSY);
	assert_int_equal(event.cause, 506);
	assert_int_equal(coa_counts(f.coa)->laters, 3);
	done(&f);
	(void)state;
}

static void
orders_of_one_session_go_out_one_after_the_other(void **state)
{
	struct fixture f = fixture();
	uint8_t first[RADIUS_MOST], other[RADIUS_MOST], second[RADIUS_MOST];
	struct coa_order quarantine = order_of(1, 70, 0), release = order_of(2, 70, 0);
	struct coa_order neighbour = order_of(3, 71, 0);
	struct coa_event event, next;

	assert_int_equal(coa_add(f.coa, &quarantine), 0);
	assert_int_equal(coa_add(f.coa, &release), 0);
	assert_int_equal(coa_add(f.coa, &neighbour), 0);
	event = sent(f.coa, NOW, first);
	(void)sent(f.coa, NOW, other);
	nothing_happens(f.coa, NOW);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(told(f.coa, NOW).order, 1);
	next = sent(f.coa, NOW, second);
	answered(f.coa, f.key, &next, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(told(f.coa, NOW).order, 2);
	done(&f);
	(void)state;
}

static void
accounting_may_show_it_before_the_nas_answers(void **state)
{
	struct fixture f = fixture();
	struct coa_order flying = order_of(1, 70, 0), held = order_of(2, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;

	assert_int_equal(coa_add(f.coa, &flying), 0);
	assert_int_equal(coa_add(f.coa, &held), 0);
	event = sent(f.coa, NOW, bytes);
	assert_int_equal(coa_shown(f.coa, 1), 0);
	assert_int_equal(coa_shown(f.coa, 2), 0);
	nothing_happens(f.coa, NOW);
	answered(f.coa, f.key, &event, RADIUS_COA_NAK, 503, NOW);
	event = told(f.coa, NOW);
	assert_int_equal(event.order, 1);
	assert_int_equal(event.stage, COA_SHOWN);
	/* What is done already is not asked for. */
	event = told(f.coa, NOW);
	assert_int_equal(event.order, 2);
	assert_int_equal(event.stage, COA_SHOWN);
	assert_int_equal(coa_counts(f.coa)->requests, 1);
	done(&f);
	(void)state;
}

static void
what_accounting_never_shows_is_told(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;

	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(told(f.coa, NOW).stage, COA_ASKED);
	assert_int_equal(coa_due(f.coa, NOW).us, NOW.us + 20 * WALL_MINUTE);
	assert_int_equal(told(f.coa, after(NOW, 20 * WALL_MINUTE)).stage, COA_UNSHOWN);
	done(&f);
	(void)state;
}

static void
of_what_is_dropped_nothing_more_is_told(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;

	assert_int_equal(coa_add(f.coa, &order), 0);
	coa_drop(f.coa, 8);
	event = sent(f.coa, NOW, bytes);
	/* It has a place, and an answer that is to come. */
	coa_drop(f.coa, 7);
	assert_int_equal(coa_open(f.coa), 1);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	coa_drop(f.coa, 7);
	assert_int_equal(told(f.coa, NOW).stage, COA_ASKED);
	coa_drop(f.coa, 7);
	assert_int_equal(coa_open(f.coa), 0);
	assert_int_equal(coa_due(f.coa, NOW).us, INT64_MAX);
	assert_int_equal(coa_next(f.coa, after(NOW, 20 * WALL_MINUTE), &event), 0);
	assert_int_equal(coa_add(f.coa, &order), 0);
	(void)sent(f.coa, after(NOW, 20 * WALL_MINUTE), bytes);
	done(&f);
	(void)state;
}

static void
answers_that_count_for_nothing_are_counted_by_reason(void **state)
{
	struct fixture f = fixture();
	struct radius_key *other = key_of(TEXT("another"));
	const struct coa_counts *counts = coa_counts(f.coa);
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST], answer[RADIUS_MOST];
	struct coa_event event;
	size_t length;

	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	answered(f.coa, other, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(counts->faults[RADIUS_BAD_AUTHENTICATOR], 1);
	answered(f.coa, f.key, &event, RADIUS_DISCONNECT_ACK, CAUSE_NONE, NOW);
	answered(f.coa, f.key, &event, RADIUS_ACCOUNTING_RESPONSE, CAUSE_NONE, NOW);
	assert_int_equal(counts->faults[RADIUS_BAD_CODE], 2);
	coa_answer(f.coa, 0, 0, "x", 1, NOW);
	assert_int_equal(counts->faults[RADIUS_BAD_LENGTH], 1);
	/* To another port, to another NAS, and of another hour. */
	length = answer_to(f.key, bytes, RADIUS_COA_ACK, CAUSE_NONE, 0, answer);
	coa_answer(f.coa, 0, event.port + 1, answer, length, NOW);
	coa_answer(f.coa, 1, event.port, answer, length, NOW);
	coa_answer(f.coa, 0, 99, answer, length, NOW);
	assert_int_equal(counts->strays, 3);
	length = answer_to(
		f.key, bytes, RADIUS_COA_ACK, CAUSE_NONE, wall_seconds(NOW) - 301, answer);
	coa_answer(f.coa, 0, event.port, answer, length, NOW);
	assert_int_equal(counts->stale, 1);
	nothing_happens(f.coa, NOW);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(told(f.coa, NOW).stage, COA_ASKED);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(counts->doubles, 1);
	nothing_happens(f.coa, NOW);
	(void)radius_key_free(other);
	done(&f);
	(void)state;
}

static void
an_answer_after_the_order_was_given_up_is_late(void **state)
{
	struct fixture f = fixture();
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event first, event = {0};
	struct wall now = NOW;

	assert_int_equal(coa_add(f.coa, &order), 0);
	first = sent(f.coa, now, bytes);
	while (!event.is_told) {
		now = coa_due(f.coa, now);
		assert_int_equal(coa_next(f.coa, now, &event), 1);
	}
	assert_int_equal(event.stage, COA_SILENT);
	answered(f.coa, f.key, &first, RADIUS_COA_ACK, CAUSE_NONE, now);
	assert_int_equal(coa_counts(f.coa)->late, 1);
	nothing_happens(f.coa, now);
	done(&f);
	(void)state;
}

static void
a_nas_may_have_to_prove_its_answers_by_message_authenticator(void **state)
{
	struct fixture f = fixture_with(COA_DEFAULTS, (struct coa_nas){.needs_message = true});
	struct coa_order order = order_of(7, 70, 0);
	uint8_t bytes[RADIUS_MOST];
	struct coa_event event;

	assert_int_equal(coa_add(f.coa, &order), 0);
	event = sent(f.coa, NOW, bytes);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_NONE, NOW);
	assert_int_equal(coa_counts(f.coa)->faults[RADIUS_BAD_MESSAGE], 1);
	nothing_happens(f.coa, NOW);
	answered(f.coa, f.key, &event, RADIUS_COA_ACK, CAUSE_MESSAGE, NOW);
	assert_int_equal(told(f.coa, NOW).stage, COA_ASKED);
	done(&f);
	(void)state;
}

static void
two_hundred_and_fifty_six_identifiers_a_port_then_it_waits(void **state)
{
	struct coa_settings settings = COA_DEFAULTS;
	struct fixture f;
	uint8_t bytes[RADIUS_MOST];
	bool seen[2][256] = {{false}};

	settings.ports = 2;
	f = fixture_with(settings, (struct coa_nas){0});
	for (uint64_t i = 1; i <= 513; i++) {
		struct coa_order order = order_of(i, 0, 0);

		assert_int_equal(coa_add(f.coa, &order), 0);
	}
	for (int i = 0; i < 512; i++) {
		struct coa_event event = sent(f.coa, NOW, bytes);

		assert_in_range(event.port, 0, 1);
		assert_false(seen[event.port][bytes[1]]);
		seen[event.port][bytes[1]] = true;
		answered(f.coa, f.key, &event, RADIUS_COA_NAK, 503, NOW);
		assert_int_equal(told(f.coa, NOW).stage, COA_GONE);
	}
	/* All are free again, but the NAS remembers them for 300 seconds. */
	nothing_happens(f.coa, NOW);
	assert_int_equal(coa_due(f.coa, NOW).us, NOW.us + 300 * WALL_SECOND);
	(void)sent(f.coa, after(NOW, 300 * WALL_SECOND), bytes);
	assert_int_equal(coa_counts(f.coa)->no_identifier, 1);
	done(&f);
	(void)state;
}

static void
a_nas_is_asked_no_faster_than_its_rate(void **state)
{
	struct fixture f = fixture_with(COA_DEFAULTS, (struct coa_nas){.rate = 10});
	struct wall now = NOW;
	uint8_t bytes[RADIUS_MOST];

	for (uint64_t i = 1; i <= 30; i++) {
		struct coa_order order = order_of(i, 0, 0);

		assert_int_equal(coa_add(f.coa, &order), 0);
	}
	/* As many as in a second at once, then one each tenth. */
	for (int i = 0; i < 10; i++)
		(void)sent(f.coa, now, bytes);
	for (int i = 0; i < 10; i++) {
		nothing_happens(f.coa, now);
		assert_int_equal(coa_due(f.coa, now).us, now.us + WALL_SECOND / 10);
		now = coa_due(f.coa, now);
		(void)sent(f.coa, now, bytes);
	}
	done(&f);
	(void)state;
}

static void
one_nas_that_waits_holds_up_no_other(void **state)
{
	struct coa_settings settings = COA_DEFAULTS;
	struct fixture f;
	struct coa_nas nas = {0};
	uint8_t bytes[RADIUS_MOST];
	int at_second = 0;

	settings.ports = 1;
	settings.waiting_most = 300;
	f = fixture_with(settings, (struct coa_nas){0});
	nas.key = f.key;
	assert_int_equal(coa_add_nas(f.coa, &nas), 1);
	for (uint64_t i = 1; i <= 300; i++) {
		struct coa_order order = order_of(i, 0, 0);

		assert_int_equal(coa_add(f.coa, &order), 0);
	}
	for (uint64_t i = 301; i <= 310; i++) {
		struct coa_order order = order_of(i, 0, 1);

		assert_int_equal(coa_add(f.coa, &order), 0);
	}
	for (int i = 0; i < 266; i++)
		at_second += (int)sent(f.coa, NOW, bytes).nas;
	assert_int_equal(at_second, 10);
	nothing_happens(f.coa, NOW);
	done(&f);
	(void)state;
}

static void
orders_beyond_the_ceilings_are_refused_and_counted(void **state)
{
	struct coa_settings settings = COA_DEFAULTS;
	struct coa_order order = order_of(1, 0, 0);
	struct fixture f;
	struct coa_nas nas = {0};

	settings.orders_most = 3;
	settings.waiting_most = 2;
	settings.nases_most = 2;
	f = fixture_with(settings, (struct coa_nas){0});
	nas.key = f.key;
	assert_int_equal(coa_add_nas(f.coa, &nas), 1);
	assert_int_equal(coa_add_nas(f.coa, &nas), -ENOSPC);
	assert_int_equal(coa_add(f.coa, &order), 0);
	assert_int_equal(coa_add(f.coa, &order), -EEXIST);
	order.id = 2;
	assert_int_equal(coa_add(f.coa, &order), 0);
	order.id = 3;
	assert_int_equal(coa_add(f.coa, &order), -ENOSPC);
	assert_int_equal(coa_counts(f.coa)->nas_full, 1);
	order.nas = 1;
	assert_int_equal(coa_add(f.coa, &order), 0);
	order.id = 4;
	assert_int_equal(coa_add(f.coa, &order), -ENOSPC);
	assert_int_equal(coa_counts(f.coa)->full, 1);
	order.id = 0;
	assert_int_equal(coa_add(f.coa, &order), -EINVAL);
	order = order_of(5, 0, 2);
	assert_int_equal(coa_add(f.coa, &order), -EINVAL);
	order = order_of(5, 0, 0);
	order.length = COA_ATTRIBUTES + 1;
	assert_int_equal(coa_add(f.coa, &order), -EINVAL);
	done(&f);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acknowledged_order_is_asked_and_ends_when_accounting_shows_it),
		cmocka_unit_test(
			a_request_has_a_message_authenticator_first_then_its_time_then_the_attributes),
		cmocka_unit_test(a_nas_that_knows_neither_gets_neither),
		cmocka_unit_test(
			silence_is_asked_again_with_the_same_bytes_and_given_up_after_thirty_seconds),
		cmocka_unit_test(each_error_cause_has_its_meaning),
		cmocka_unit_test(a_nak_ends_the_order_with_its_cause),
		cmocka_unit_test(a_nas_without_resources_is_asked_again_later_by_a_new_request),
		cmocka_unit_test(orders_of_one_session_go_out_one_after_the_other),
		cmocka_unit_test(accounting_may_show_it_before_the_nas_answers),
		cmocka_unit_test(what_accounting_never_shows_is_told),
		cmocka_unit_test(of_what_is_dropped_nothing_more_is_told),
		cmocka_unit_test(answers_that_count_for_nothing_are_counted_by_reason),
		cmocka_unit_test(an_answer_after_the_order_was_given_up_is_late),
		cmocka_unit_test(a_nas_may_have_to_prove_its_answers_by_message_authenticator),
		cmocka_unit_test(two_hundred_and_fifty_six_identifiers_a_port_then_it_waits),
		cmocka_unit_test(a_nas_is_asked_no_faster_than_its_rate),
		cmocka_unit_test(one_nas_that_waits_holds_up_no_other),
		cmocka_unit_test(orders_beyond_the_ceilings_are_refused_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
