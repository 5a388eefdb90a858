/* SPDX-License-Identifier: BSD-2-Clause */
/* The table through deliveries.h: against a simple model, and saved and restored. */
#include "base/random.h"
#include "deliveries_bench.h"
#include "memory_stream.h"
#include "relay/deliverytable.h"

#define MAILS  40
#define RCPTS  6
#define STEPS  60000
#define ABSENT 255

/* Random lines against a model that is an array: the same results, in the same order. */
static void
any_order_of_lines_counts_as_in_a_simple_model(void **state)
{
	static const char *const what[] = {SENT, UNKNOWN, POLICY, OTHER, DEFERRED};
	struct bench bench = begin_with(MAILS, MAILS * RCPTS);
	struct random random;
	uint8_t model[MAILS][RCPTS];
	bool is_here[MAILS] = {false};
	uint32_t counted[MAILS] = {0};
	uint64_t told = 0, refunds = 0, lost = 0;

	random_seed(&random, 5);
	for (int i = 0; i < STEPS; i++) {
		uint64_t mail = random_below(&random, MAILS), to = random_below(&random, RCPTS);
		uint64_t act = random_below(&random, 20), result = random_below(&random, 5);
		char id[16], address[32];

		snprintf(id, sizeof(id), "A%05u", (unsigned)mail);
		snprintf(address, sizeof(address), "%u@example.com", (unsigned)to);
		if (act == 0) {
			unsigned here = 0, bounced = 0;

			for (int r = 0; r < RCPTS; r++) {
				here += model[mail][r] != ABSENT;
				bounced += model[mail][r] >= DELIVERY_UNKNOWN_USER &&
					model[mail][r] <= DELIVERY_BOUNCED;
			}
			bool is_lost = is_here[mail] && here > 0 && here == bounced;
			bool is_refund = is_lost && here == counted[mail];

			assert_int_equal(removed(&bench, 1, id),
				is_refund ? DELIVERY_REFUND : DELIVERY_NOTHING);
			refunds += is_refund;
			lost += is_lost;
			is_here[mail] = false;
		} else if (act < 4) {
			if (is_here[mail])
				continue;
			assert_int_equal(arrive(&bench, 0, id, NULL), DELIVERY_NOTHING);
			is_here[mail] = true;
			counted[mail] = (uint32_t)random_below(&random, 3);
			if (counted[mail] > 0)
				tell(&bench, id, counted[mail]);
			memset(model[mail], ABSENT, RCPTS);
		} else {
			uint8_t *was = &model[mail][to];
			bool is_told = is_here[mail] &&
				(*was == ABSENT ||
					(*was == DELIVERY_DEFERRED && result != DELIVERY_DEFERRED));

			assert_int_equal(deliver(&bench, 1, id, address, what[result]),
				is_told ? DELIVERY_RESULT : DELIVERY_NOTHING);
			if (!is_told)
				continue;
			told++;
			assert_int_equal(bench.told.delivery.result, result);
			assert_int_equal(bench.told.delivery.was,
				*was == ABSENT ? DELIVERY_RESULTS : DELIVERY_DEFERRED);
			*was = (uint8_t)result;
		}
	}
	assert_true(told > STEPS / 10);
	assert_true(refunds > 30 && lost > refunds + 30);
	assert_int_equal(counts(&bench).refunds, refunds);
	assert_int_equal(counts(&bench).displaced, 0);
	end(&bench);
	(void)state;
}

static void
save_into(const struct bench *bench, struct memory_stream *stream)
{
	struct save *save = save_new(memory_write, stream);

	deliveries_save(bench->deliveries, save);
	assert_int_equal(save_end(save), 0);
	save_free(save);
}

static int
restore_from(struct bench *bench, struct memory_stream *stream)
{
	struct restore *restore;
	struct fail fail = {0};
	int r;

	stream->at = 0;
	restore = restore_new(memory_read, stream);
	r = deliveries_restore(bench->deliveries, restore, &fail);
	if (r == 0)
		r = restore_end(restore, &fail);
	restore_free(restore);
	return r;
}

static void
fill(struct bench *bench)
{
	arrive(bench, 0, "AAAAA1", "anna");
	tell(bench, "AAAAA1", 2);
	deliver(bench, 1, "AAAAA1", "b@example.com", DEFERRED);
	deliver(bench, 1, "AAAAA1", "c@example.com", UNKNOWN);
	bench->now.us += WALL_SECOND;
	arrive(bench, 1, "AAAAA2", NULL);
	tell(bench, "AAAAA2", 1);
	deliver(bench, 1, "AAAAA2", "b@example.com", UNKNOWN);
	deliveries_tell(bench->deliveries, 0, TEXT("AAAAA3"), 42, LIMIT_LINE, 1, bench->now);
}

static void
what_was_saved_goes_on(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench = begin(), other = begin();

	fill(&bench);
	save_into(&bench, &stream);
	end(&bench);
	assert_int_equal(restore_from(&other, &stream), 0);
	assert_int_equal(counts(&other).messages, 3);
	assert_int_equal(counts(&other).recipients, 3);
	assert_int_equal(deliver(&other, 2, "AAAAA1", "c@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(deliver(&other, 2, "AAAAA1", "b@example.com", POLICY), DELIVERY_RESULT);
	assert_int_equal(other.told.delivery.was, DELIVERY_DEFERRED);
	assert_int_equal(other.told.delivery.who, 42);
	assert_int_equal(removed(&other, 2, "AAAAA1"), DELIVERY_REFUND);
	assert_int_equal(other.told.delivery.recipients, 2);
	assert_int_equal(other.told.delivery.time.us, NOON);
	assert_int_equal(removed(&other, 2, "AAAAA2"), DELIVERY_REFUND);
	assert_int_equal(other.told.delivery.time.us, NOON + WALL_SECOND);
	assert_int_equal(deliver(&other, 2, "AAAAA3", "c@example.com", SENT), DELIVERY_RESULT);
	assert_int_equal(other.told.delivery.who, 42);
	assert_int_equal(other.told.delivery.limit, LIMIT_LINE);
	end(&other);
	memory_done(&stream);
	(void)state;
}

static void
where_there_is_less_room_the_oldest_are_not_restored(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench = begin(), other = begin_with(2, 1);

	fill(&bench);
	save_into(&bench, &stream);
	end(&bench);
	assert_int_equal(restore_from(&other, &stream), 0);
	assert_int_equal(counts(&other).messages, 2);
	assert_int_equal(deliver(&other, 2, "AAAAA1", "b@example.com", SENT), DELIVERY_NOTHING);
	assert_int_equal(deliver(&other, 2, "AAAAA2", "b@example.com", UNKNOWN), DELIVERY_NOTHING);
	assert_int_equal(counts(&other).repeated, 1);
	end(&other);
	memory_done(&stream);
	(void)state;
}

/* The first message is here, with two recipients behind it (deliverysave.c). */
#define FIRST     (sizeof(struct save_head) + sizeof(struct save_section))
#define KNOWN     (FIRST + 24)
#define RECIPIENT (FIRST + 56)

static void
what_cannot_be_is_refused(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench = begin(), other = begin(), third = begin();
	int64_t known = NOON + WALL_HOUR;
	uint8_t was[8];

	fill(&bench);
	save_into(&bench, &stream);
	end(&bench);
	/* Not in the order in which they became known. */
	memcpy(was, stream.bytes + KNOWN, sizeof(was));
	memcpy(stream.bytes + KNOWN, &known, sizeof(known));
	memory_sign(&stream);
	assert_int_equal(restore_from(&other, &stream), -EBADMSG);
	memcpy(stream.bytes + KNOWN, was, sizeof(was));
	/* The same recipient twice. */
	memcpy(stream.bytes + RECIPIENT + 16, stream.bytes + RECIPIENT, 8);
	memory_sign(&stream);
	assert_int_equal(restore_from(&third, &stream), -EBADMSG);
	end(&other);
	end(&third);
	memory_done(&stream);
	(void)state;
}

/* Signed anew, each byte in turn is another: refused, or restored into something that holds. */
static void
damage_is_refused_or_does_no_harm(void **state)
{
	struct memory_stream stream = {0};
	struct bench bench = begin();
	unsigned refused = 0;

	fill(&bench);
	save_into(&bench, &stream);
	end(&bench);
	for (size_t i = 0; i < stream.size - HASH_STREAM_SIZE; i++) {
		struct bench other = begin();
		uint8_t was = stream.bytes[i];

		stream.bytes[i] ^= 0x81;
		memory_sign(&stream);
		if (restore_from(&other, &stream) < 0) {
			refused++;
		} else {
			arrive(&other, 3, "AAAAA4", "anna");
			deliver(&other, 4, "AAAAA1", "b@example.com", SENT);
			removed(&other, 5, "AAAAA1");
			removed(&other, 5, "AAAAA2");
			other.now.us += 2 * DELIVERIES_US;
			deliveries_advance(other.deliveries, other.now);
		}
		end(&other);
		stream.bytes[i] = was;
	}
	assert_true(refused > 60);
	memory_done(&stream);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_order_of_lines_counts_as_in_a_simple_model),
		cmocka_unit_test(what_was_saved_goes_on),
		cmocka_unit_test(where_there_is_less_room_the_oldest_are_not_restored),
		cmocka_unit_test(what_cannot_be_is_refused),
		cmocka_unit_test(damage_is_refused_or_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
