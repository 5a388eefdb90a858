/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/sequence.h"
#include "unit.h"

static int64_t lost;

/* One message with so many data records. */
static enum sequence_place
message(struct sequence *s, uint32_t number, uint32_t records)
{
	enum sequence_place place = sequence_begin(s, number, &lost);

	sequence_end(s, number, records, 0, 0, false, &lost);
	return place;
}

static void
numbers_in_order_lose_nothing(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	assert_int_equal(message(&s, UINT32_MAX - 19, 10), SEQUENCE_NEXT);
	assert_int_equal(message(&s, UINT32_MAX - 9, 10), SEQUENCE_NEXT);
	assert_int_equal(message(&s, 0, 0), SEQUENCE_NEXT);
	assert_int_equal(message(&s, 0, 10), SEQUENCE_NEXT);
	assert_int_equal(lost, 0);
	assert_true(sequence_is_next(&s, 10));
}

static void
a_gap_of_records_is_that_many(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	message(&s, 100, 30);
	assert_int_equal(message(&s, 175, 30), SEQUENCE_GAP);
	assert_int_equal(lost, 45);
}

static void
a_gap_of_messages_is_estimated_in_records(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_MESSAGES);
	for (uint32_t i = 0; i < 50; i++)
		message(&s, i, 20);
	assert_int_equal(message(&s, 53, 20), SEQUENCE_GAP);
	assert_int_equal(lost, 60);
}

static void
a_late_message_takes_its_loss_back(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	message(&s, 0, 10);
	assert_int_equal(message(&s, 30, 10), SEQUENCE_GAP);
	assert_int_equal(lost, 20);
	assert_int_equal(message(&s, 20, 10), SEQUENCE_LATE);
	assert_int_equal(lost, 10);
	assert_int_equal(message(&s, 10, 10), SEQUENCE_LATE);
	assert_int_equal(lost, 0);
	/* Once more it is a duplicate, and fills nothing. */
	assert_int_equal(message(&s, 10, 10), SEQUENCE_LATE);
	assert_int_equal(lost, 0);
	assert_int_equal(message(&s, 40, 10), SEQUENCE_NEXT);
}

static void
a_number_far_away_is_a_restart_and_no_loss(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	message(&s, 3000000000, 10);
	assert_int_equal(message(&s, 0, 10), SEQUENCE_RESTART);
	assert_int_equal(message(&s, 10, 10), SEQUENCE_NEXT);
	assert_int_equal(message(&s, 1000000000, 10), SEQUENCE_RESTART);
	assert_int_equal(lost, 0);
}

static void
one_message_from_long_ago_is_no_restart(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_MESSAGES);
	message(&s, 100000, 1);
	assert_int_equal(message(&s, 500, 1), SEQUENCE_RESTART);
	assert_int_equal(message(&s, 100001, 1), SEQUENCE_NEXT);
	assert_int_equal(lost, 0);
}

static void
what_could_not_be_counted_makes_the_next_gap_unclear(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	message(&s, 0, 10);
	assert_int_equal(sequence_begin(&s, 10, &lost), SEQUENCE_NEXT);
	sequence_end(&s, 10, 3, 0, 0, true, &lost);
	assert_int_equal(message(&s, 40, 10), SEQUENCE_UNCLEAR);
	assert_int_equal(lost, 0);
	assert_int_equal(message(&s, 60, 10), SEQUENCE_GAP);
	assert_int_equal(lost, 10);
}

static void
an_exporter_that_counts_otherwise_is_followed(void **state)
{
	struct sequence s;

	lost = 0;
	/* IPFIX that counts messages. */
	sequence_init(&s, SEQUENCE_RECORDS);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(message(&s, 1000 + i, 24), SEQUENCE_NEXT);
	assert_int_equal(s.unit, SEQUENCE_MESSAGES);
	assert_int_equal(lost, 0);
	/* NetFlow v9 that counts records. */
	sequence_init(&s, SEQUENCE_MESSAGES);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(message(&s, 1000 + 24 * i, 24), SEQUENCE_NEXT);
	assert_int_equal(s.unit, SEQUENCE_RECORDS);
	assert_int_equal(lost, 0);
}

static void
templates_may_count_too(void **state)
{
	struct sequence s;
	uint32_t number = 0;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(sequence_begin(&s, number, &lost), SEQUENCE_NEXT);
		sequence_end(&s, number, 5, 0, 2, false, &lost);
		number += 7;
	}
	assert_int_equal(s.unit, SEQUENCE_ALL);
	assert_int_equal(lost, 0);
}

static void
a_real_loss_that_looks_like_another_way_of_counting_is_counted_later(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_MESSAGES);
	for (uint32_t i = 0; i < 50; i++)
		message(&s, i, 20);
	/* 19 messages are missing: a step of 20, as many as there were records. */
	assert_int_equal(message(&s, 69, 20), SEQUENCE_NEXT);
	assert_int_equal(message(&s, 70, 20), SEQUENCE_NEXT);
	assert_int_equal(s.unit, SEQUENCE_MESSAGES);
	assert_int_equal(lost, 19 * 20);
}

static void
an_exporter_that_does_not_count_loses_nothing(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	for (int i = 0; i < 100; i++)
		message(&s, 0, 26);
	assert_int_equal(lost, 0);
}

static void
an_exporter_that_numbers_the_ends_of_messages_is_followed(void **state)
{
	const uint32_t sizes[] = {24, 26, 25, 25, 20, 26, 24, 1, 26};
	uint32_t number = 0;
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	for (int i = 0; i < 9; i++) {
		number += sizes[i];
		message(&s, number, sizes[i]);
		assert_int_equal(lost, 0);
	}
	/* Now losses are losses. */
	number += 30 + 26;
	message(&s, number, 26);
	assert_int_equal(lost, 30);
	number += 10;
	message(&s, number, 10);
	assert_int_equal(lost, 30);
	/* The message that was missing comes late. */
	message(&s, number - 10 - 26, 30);
	assert_int_equal(lost, 0);
	/* Two records of options, which are not numbered. */
	number += 10;
	message(&s, number, 12);
	number += 10;
	message(&s, number, 10);
	assert_int_equal(lost, 0);
	/* It begins anew. */
	message(&s, 20, 20);
	message(&s, 45, 25);
	assert_int_equal(lost, 0);
}

static void
a_loss_that_looks_like_numbered_ends_is_counted_later(void **state)
{
	struct sequence s;

	lost = 0;
	sequence_init(&s, SEQUENCE_RECORDS);
	message(&s, 100, 10);
	/* 15 of them are missing, and 25 are in it. */
	message(&s, 125, 25);
	assert_int_equal(lost, 0);
	message(&s, 150, 10);
	assert_int_equal(lost, 15);
	message(&s, 160, 30);
	message(&s, 190, 10);
	assert_int_equal(lost, 15);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order_lose_nothing),
		cmocka_unit_test(a_gap_of_records_is_that_many),
		cmocka_unit_test(a_gap_of_messages_is_estimated_in_records),
		cmocka_unit_test(a_late_message_takes_its_loss_back),
		cmocka_unit_test(a_number_far_away_is_a_restart_and_no_loss),
		cmocka_unit_test(one_message_from_long_ago_is_no_restart),
		cmocka_unit_test(what_could_not_be_counted_makes_the_next_gap_unclear),
		cmocka_unit_test(an_exporter_that_counts_otherwise_is_followed),
		cmocka_unit_test(templates_may_count_too),
		cmocka_unit_test(
			a_real_loss_that_looks_like_another_way_of_counting_is_counted_later),
		cmocka_unit_test(an_exporter_that_does_not_count_loses_nothing),
		cmocka_unit_test(an_exporter_that_numbers_the_ends_of_messages_is_followed),
		cmocka_unit_test(a_loss_that_looks_like_numbered_ends_is_counted_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
