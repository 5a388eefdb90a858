/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "relay/deltas.h"
#include "relay/responsible.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)
#define CELL  ((uint32_t)(BEGIN / WINDOW_CELL_US))

static const struct hash_key secret = {{1, 2, 3}};
static uint8_t bytes[BATCH_BYTES];
static struct batch batch;

static struct delta
delta_of(uint64_t key, uint32_t cell, int64_t messages, int64_t recipients, int64_t burst_us)
{
	return (struct delta){
		.key = key,
		.limit = LIMIT_DOMAIN,
		.change = {.cell = cell,
			.amount = {messages, recipients},
			.burst.us = {0, burst_us}},
	};
}

static void
note(struct deltas *deltas, uint64_t key, uint32_t cell, int64_t messages, int64_t recipients,
	int64_t burst_us)
{
	struct delta delta = delta_of(key, cell, messages, recipients, burst_us);

	deltas_note(deltas, &delta);
}

static size_t
encode(struct deltas *deltas, uint64_t sequence, size_t size)
{
	struct batch_head head = {.relay = 77, .sequence = sequence, .said = {BEGIN + 1}};

	return deltas_encode(deltas, &head, &secret, bytes, size);
}

static void
check(const struct delta *is, const struct delta *expected)
{
	assert_int_equal(is->key, expected->key);
	assert_int_equal(is->limit, expected->limit);
	assert_int_equal(is->change.cell, expected->change.cell);
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		assert_int_equal(is->change.amount[w], expected->change.amount[w]);
		assert_int_equal(is->change.burst.us[w], expected->change.burst.us[w]);
	}
}

static void
changes_of_the_same_cell_are_one(void **state)
{
	struct deltas *deltas = deltas_new(10);
	struct delta first = delta_of(5, CELL, 3, 30, 10),
		     second = delta_of(5, CELL - 1, -1, -7, 0);
	size_t size;

	note(deltas, 5, CELL, 1, 20, 7);
	note(deltas, 5, CELL - 1, 0, -7, 0);
	note(deltas, 5, CELL, 2, 10, 3);
	note(deltas, 5, CELL - 1, -1, 0, 0);
	/* Taken and given back: nobody needs to hear. */
	note(deltas, 6, CELL, 1, 2, 9);
	note(deltas, 6, CELL, -1, -2, -9);
	assert_int_equal(deltas_counts(deltas).held, 3);
	size = encode(deltas, 9, sizeof(bytes));
	assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
	assert_int_equal(batch.head.relay, 77);
	assert_int_equal(batch.head.sequence, 9);
	assert_int_equal(batch.head.said.us, BEGIN + 1);
	assert_int_equal(batch.count, 2);
	check(&batch.of[0], &first);
	check(&batch.of[1], &second);
	assert_int_equal(deltas_counts(deltas).held, 0);
	assert_int_equal(deltas_counts(deltas).told, 2);
	size = encode(deltas, 10, sizeof(bytes));
	assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
	assert_int_equal(batch.count, 0);
	deltas_free(deltas);
	(void)state;
}

static void
what_finds_no_room_is_counted(void **state)
{
	struct deltas *deltas = deltas_new(100);
	uint64_t next = 1;

	for (uint64_t key = 1; key <= 120; key++)
		note(deltas, key, CELL, 1, 1, 0);
	/* There is always room for what is there. */
	note(deltas, 100, CELL, 1, 1, 0);
	assert_int_equal(deltas_counts(deltas).held, 100);
	assert_int_equal(deltas_counts(deltas).lost, 20);
	/* What waits longest goes first, and its room is free again. */
	for (uint64_t sequence = 0; deltas_counts(deltas).held > 0; sequence++) {
		size_t size = encode(deltas, sequence, 200);

		assert_true(size <= 200);
		assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
		assert_true(batch.count > 0);
		for (size_t i = 0; i < batch.count; i++) {
			assert_int_equal(batch.of[i].key, next++);
			assert_int_equal(batch.of[i].change.amount[0], next == 101 ? 2 : 1);
		}
		if (sequence == 3)
			note(deltas, 101, CELL, 1, 1, 0);
	}
	assert_int_equal(next, 102);
	deltas_free(deltas);
	(void)state;
}

static void
what_waits_until_it_counts_no_more_is_not_told(void **state)
{
	struct deltas *deltas = deltas_new(10);
	uint32_t oldest = CELL - (WINDOW_DAY_CELLS - 1) * WINDOW_DAY_OF;

	oldest -= oldest % WINDOW_DAY_OF;
	note(deltas, 1, oldest, 1, 1, 0);
	note(deltas, 2, oldest - 1, 1, 1, 0);
	assert_int_equal(batch_decode(bytes, encode(deltas, 1, sizeof(bytes)), &secret, &batch), 0);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.of[0].change.cell, oldest);
	assert_int_equal(deltas_counts(deltas).old, 1);
	/* A cell that is later than the batch's time: the clock was set. */
	note(deltas, 3, CELL + 5, 1, 1, 0);
	assert_int_equal(batch_decode(bytes, encode(deltas, 2, sizeof(bytes)), &secret, &batch), 0);
	assert_int_equal(batch.of[0].change.cell, CELL + 5);
	deltas_free(deltas);
	(void)state;
}

static void
a_batch_is_taken_whole_or_not_at_all(void **state)
{
	static const struct hash_key other = {{1, 2, 4}};
	struct deltas *deltas = deltas_new(10);
	size_t size;

	note(deltas, 5, CELL, 1, 300, INT64_C(-123456789));
	note(deltas, 6, CELL - 100, -2, 70000, 0);
	size = encode(deltas, 1, sizeof(bytes));
	assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
	assert_int_equal(batch_decode(bytes, size, &other, &batch), -EACCES);
	for (size_t i = 0; i < size; i++)
		assert_true(batch_decode(bytes, i, &secret, &batch) < 0);
	assert_true(batch_decode(bytes, size + 1, &secret, &batch) < 0);
	for (size_t i = 0; i < 8 * size; i++) {
		bytes[i / 8] ^= (uint8_t)(1U << i % 8);
		assert_true(batch_decode(bytes, size, &secret, &batch) < 0);
		bytes[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	bytes[3]++;
	assert_int_equal(batch_decode(bytes, size, &secret, &batch), -EPROTO);
	deltas_free(deltas);
	(void)state;
}

/* Sealed with the right secret, and wrong all the same. */
static void
what_no_relay_says_is_refused(void **state)
{
	struct deltas *deltas = deltas_new(10);
	/* Where a batch of one change has what, and what is wrong there. */
	static const struct {
		size_t at;
		uint8_t byte;
	} wrong[] = {{20, 0xff}, {28, 0xff}, {29, 0}, {29, 2}, {39, LIMITS}, {39, 0xff}, {40, 0x80},
		{40, 0xff}};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		size_t size;
		uint64_t seal;

		note(deltas, 5, CELL, 1, 1, 0);
		size = encode(deltas, 1, sizeof(bytes));
		assert_int_equal(size, 30 + 12 + 8);
		bytes[wrong[i].at] = wrong[i].byte;
		seal = __builtin_bswap64(hash_keyed(&secret, bytes, size - 8));
		memcpy(bytes + size - 8, &seal, 8);
		assert_int_equal(batch_decode(bytes, size, &secret, &batch), -EBADMSG);
	}
	deltas_free(deltas);
	(void)state;
}

static void
amounts_of_any_size_come_back(void **state)
{
	struct deltas *deltas = deltas_new(10000);
	static struct delta sent[BATCH_DELTAS];
	struct random random;
	size_t size;

	random_seed(&random, 1);
	for (size_t i = 0; i < 1500; i++) {
		int64_t value[3];

		for (int j = 0; j < 3; j++)
			value[j] = (int64_t)random_u64(&random) >> (32 + random_below(&random, 31));
		sent[i] = delta_of(i + 1, CELL - (uint32_t)random_below(&random, 200), value[0] | 1,
			value[1], value[2] * 1000);
		deltas_note(deltas, &sent[i]);
	}
	/* The largest stay what they are. */
	sent[1500] = delta_of(1501, CELL, UINT32_MAX, -(int64_t)UINT32_MAX, -WINDOW_LONG_US);
	deltas_note(deltas, &sent[1500]);
	deltas_note(deltas, &sent[1500]);
	size = encode(deltas, 1, sizeof(bytes));
	assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
	assert_int_equal(batch.count, 1501);
	for (size_t i = 0; i < batch.count; i++) {
		/* Bursts that were drawn beyond the longest are cut to it. */
		int64_t *us = &sent[i].change.burst.us[1];

		*us = *us > WINDOW_LONG_US ? WINDOW_LONG_US
					   : (*us < -WINDOW_LONG_US ? -WINDOW_LONG_US : *us);
		check(&batch.of[i], &sent[i]);
	}
	deltas_free(deltas);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_of_the_same_cell_are_one),
		cmocka_unit_test(what_finds_no_room_is_counted),
		cmocka_unit_test(what_waits_until_it_counts_no_more_is_not_told),
		cmocka_unit_test(a_batch_is_taken_whole_or_not_at_all),
		cmocka_unit_test(what_no_relay_says_is_refused),
		cmocka_unit_test(amounts_of_any_size_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
