/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/radix.h"

#include "census/join/record.h"

#include <pthread.h>
#include <stdbool.h>

#define DIGITS_MOST sizeof(uint64_t)
#define VALUES      256
#define WORTH_TWO   1000000

/* How often each value is in each byte of the key. */
struct tally {
	size_t of[DIGITS_MOST][VALUES];
};

struct sort {
	uint8_t *records;
	uint8_t *scratch;
	uint8_t *sorted; /* one of these two */
	size_t count;
	size_t size;
	unsigned parts;
	pthread_barrier_t barrier;
	struct tally tally[RADIX_THREADS];
};

struct part {
	struct sort *sort;
	unsigned number;
};

RECORD_EITHER unsigned
digit_of(uint64_t key, unsigned digit)
{
	return (unsigned)(key >> digit * 8) & (VALUES - 1);
}

RECORD_EITHER void
count_all(const uint8_t *at, const uint8_t *end, size_t size, struct tally *tally)
{
	memset(tally, 0, sizeof(*tally));
	for (; at < end; at += size) {
		uint64_t key = record_key(at, size);

		for (unsigned digit = 0; digit < record_rest(size); digit++)
			tally->of[digit][digit_of(key, digit)]++;
	}
}

RECORD_EITHER void
count_one(const uint8_t *at, const uint8_t *end, size_t size, unsigned digit, struct tally *tally)
{
	memset(tally->of[digit], 0, sizeof(tally->of[digit]));
	for (; at < end; at += size)
		tally->of[digit][digit_of(record_key(at, size), digit)]++;
}

RECORD_EITHER void
scatter(const uint8_t *at, const uint8_t *end, size_t size, unsigned digit, uint8_t *const *places)
{
	uint8_t *place[VALUES];

	memcpy(place, places, sizeof(place));
	for (; at < end; at += size) {
		unsigned value = digit_of(record_key(at, size), digit);

		memcpy(place[value], at, size);
		place[value] += size;
	}
}

/* Where this part's records of each value go in to: behind all that are less, and behind those of the parts before it.
 * False: there is one value alone, so by this digit they are sorted as they are. */
static bool
find_places(const struct sort *sort, unsigned part, unsigned digit, uint8_t *to,
	uint8_t *places[VALUES])
{
	for (unsigned value = 0; value < VALUES; value++) {
		size_t all = 0;

		for (unsigned other = 0; other < sort->parts; other++) {
			if (other == part)
				places[value] = to + all * sort->size;
			all += sort->tally[other].of[digit][value];
		}
		if (all == sort->count)
			return false;
		to += all * sort->size;
	}
	return true;
}

static void
wait_for_others(struct sort *sort)
{
	if (sort->parts > 1)
		pthread_barrier_wait(&sort->barrier);
}

/* Every part takes the same turns, so each knows by itself where the records are. */
RECORD_EITHER void
sort_part(struct sort *sort, unsigned part, size_t size)
{
	size_t share = sort->count / sort->parts, begin = share * part;
	size_t end = part + 1 == sort->parts ? sort->count : begin + share;
	uint8_t *from = sort->records, *to = sort->scratch, *places[VALUES];
	struct tally *tally = &sort->tally[part];

	count_all(from + begin * size, from + end * size, size, tally);
	for (unsigned digit = 0; digit < record_rest(size); digit++) {
		uint8_t *filled = to;

		/* What is in all parts together stays as it was; what is in one changes with each digit. */
		if (digit > 0 && sort->parts > 1)
			count_one(from + begin * size, from + end * size, size, digit, tally);
		wait_for_others(sort);
		if (!find_places(sort, part, digit, to, places))
			continue;
		scatter(from + begin * size, from + end * size, size, digit, places);
		wait_for_others(sort);
		to = from;
		from = filled;
	}
	if (part == 0)
		sort->sorted = from;
}

static void *
run_part(void *context)
{
	const struct part *part = context;

	if (part->sort->size == RECORD4_SIZE)
		sort_part(part->sort, part->number, RECORD4_SIZE);
	else
		sort_part(part->sort, part->number, RECORD6_SIZE);
	return NULL;
}

static void *
sort_records(void *records, void *scratch, size_t count, size_t size, unsigned threads)
{
	struct sort sort = {
		.records = records, .scratch = scratch, .count = count, .size = size, .parts = 1};
	struct part first = {&sort, 0}, second = {&sort, 1};
	pthread_t thread;

	if (threads > 1 && count >= WORTH_TWO &&
		pthread_barrier_init(&sort.barrier, NULL, RADIX_THREADS) == 0) {
		/* The new thread must find the number of parts as it is from then on. */
		sort.parts = RADIX_THREADS;
		if (pthread_create(&thread, NULL, run_part, &second) == 0) {
			run_part(&first);
			pthread_join(thread, NULL);
		} else {
			sort.parts = 1;
		}
		pthread_barrier_destroy(&sort.barrier);
	}
	if (sort.parts == 1)
		run_part(&first);
	return sort.sorted;
}

void *
radix_sort4(void *records, void *scratch, size_t count, unsigned threads)
{
	return sort_records(records, scratch, count, RECORD4_SIZE, threads);
}

void *
radix_sort6(void *records, void *scratch, size_t count, unsigned threads)
{
	return sort_records(records, scratch, count, RECORD6_SIZE, threads);
}
