/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/stateday.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define MANY 100000
#define DAY  500

static char folder[] = "/tmp/lazaret-stateday-XXXXXX";
static char path[64];
static const struct segment4 all4[] = {{.low = 0, .object = 1}};
static const struct segment6 all6[] = {{.object = 1}};

static int
make_folder(void **state)
{
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/state", folder);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)unlink(path);
	return rmdir(folder);
}

static struct statestore
run(struct stateday *day, const struct statestore *before, const struct score4 *today4,
	size_t count4, const struct score6 *today6, size_t count6)
{
	struct statestore_writer writer;
	struct statestore store;
	struct fail fail = {.what = ""};

	assert_int_equal(statestore_begin(&writer, path, &fail), 0);
	stateday4(day, all4, 1, before, today4, count4, &writer);
	stateday6(day, all6, 1, before, today6, count6, &writer);
	assert_int_equal(statestore_end(&writer, day->day, &fail), 0);
	if (statestore_open(path, &store, &fail) < 0)
		fail_msg("%s", fail.what);
	return store;
}

/* Both sides in turn are far denser than the other, so that each of them ends a portion. */
static void
many_portions_are_one_merge(void **state)
{
	struct state4 *before = calloc(MANY, sizeof(*before)),
		      *rows = calloc(2 * MANY, sizeof(*rows));
	struct state4 *now = calloc(MANY, sizeof(*now));
	struct score4 *today = calloc(MANY, sizeof(*today));
	const uint16_t letters[2] = {0};
	struct stateday day = {
		.day_before = DAY, .day = DAY + 1, .keep_days = 400, .last_letter = letters};
	struct statestore old = {.rows4 = before, .day = DAY}, store;
	size_t count = 0;
	uint32_t address = 0;
	struct random random;

	random_seed(&random, 1);
	while (old.count4 < MANY && count < MANY) {
		bool is_dense = address >> 18 & 1;

		address += 1 + (uint32_t)random_below(&random, 9);
		if (random_below(&random, is_dense ? 2 : 40) == 0)
			before[old.count4++] = (struct state4){.address = address,
				.first = 20,
				.last = (uint16_t)(DAY - random_below(&random, 3) * 200),
				.lists = 1};
		if (random_below(&random, is_dense ? 40 : 2) == 0) {
			now[count] = (struct state4){.address = address,
				.lists = 6,
				.flags = count % 3 == 0 ? STATE_TRAP : 0};
			today[count] = (struct score4){.address = address,
				.newest = 77,
				.lists = 6,
				.score = 9000,
				.groups = 2,
				.flags = SCORE_CANDIDATE | (count % 3 == 0 ? SCORE_TRAP : 0)};
			count++;
		}
	}
	store = run(&day, &old, today, count, NULL, 0);
	{
		struct state_merge merge = {.before = before,
			.before_end = before + old.count4,
			.today = now,
			.today_end = now + count,
			.day_before = DAY,
			.day = DAY + 1,
			.keep_days = 400};
		size_t merged = state_merge4(&merge, rows, 2 * MANY);

		assert_int_equal(store.count4, merged);
		assert_memory_equal(store.rows4, rows, merged * sizeof(*rows));
		assert_memory_equal(&day.counts, &merge.counts, sizeof(merge.counts));
		assert_true(merge.counts.dropped > 0 && merge.counts.reopened > 0);
	}
	statestore_close(&store);
	free(before);
	free(now);
	free(today);
	free(rows);
}

/* Each address on both sides, so that wherever a portion ends both have the next one. */
static void
an_address_on_both_sides_is_in_one_portion(void **state)
{
	struct state4 *before = calloc(MANY, sizeof(*before));
	struct score4 *today = calloc(MANY, sizeof(*today));
	const uint16_t letters[2] = {0};
	struct stateday day = {
		.day_before = DAY, .day = DAY + 1, .keep_days = 400, .last_letter = letters};
	struct statestore old = {.rows4 = before, .count4 = MANY, .day = DAY}, store;

	for (uint32_t i = 0; i < MANY; i++) {
		before[i] = (struct state4){.address = i, .first = 20, .last = DAY};
		today[i] = (struct score4){.address = i, .lists = 1};
	}
	store = run(&day, &old, today, MANY, NULL, 0);
	assert_int_equal(store.count4, MANY);
	assert_int_equal(day.counts.still, MANY);
	statestore_close(&store);
	/* And where one side has more before each of the other's. */
	old.count4 = MANY / 3;
	for (uint32_t i = 0; i < MANY / 3; i++)
		before[i].address = 3 * i;
	day.counts = (struct state_counts){0};
	store = run(&day, &old, today, MANY, NULL, 0);
	assert_int_equal(store.count4, MANY);
	assert_int_equal(day.counts.still, MANY / 3);
	statestore_close(&store);
	free(before);
	free(today);
}

static void
a_letter_is_entered_where_it_named_the_address(void **state)
{
	static const struct state4 before[] = {
		{.address = 1, .first = 480, .last = 500},                /* it named it */
		{.address = 2, .first = 491, .last = 500},                /* came after it */
		{.address = 3, .first = 480, .last = 489},                /* was gone before it */
		{.address = 4, .first = 480, .last = 490, .letter = 480}, /* gone since */
		{.address = 5, .first = 480, .last = 500, .flags = STATE_REOPENED}, /* told anew */
	};
	static const struct state6 wide[] = {{.network = 9, .first = 480, .last = 500}};
	static const struct score4 today[] = {
		{.address = 1, .lists = 2}, {.address = 4, .lists = 2}, {.address = 5, .lists = 2}};
	static const struct score6 today6[] = {{.network = 9, .lists = 4}};
	const uint16_t letters[2] = {0, 490};
	struct stateday day = {
		.day_before = 500, .day = 501, .keep_days = 400, .last_letter = letters};
	struct statestore old = {
		.rows4 = before, .count4 = 5, .rows6 = wide, .count6 = 1, .day = 500};
	struct statestore store = run(&day, &old, today, 3, today6, 1);
	static const uint16_t expected[] = {490, 0, 0, 490, 490};
	static const uint16_t flags[] = {0, 0, 0, STATE_REOPENED, 0};

	assert_int_equal(store.count4, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(store.rows4[i].letter, expected[i]);
		assert_int_equal(store.rows4[i].flags, flags[i]);
	}
	assert_int_equal(store.count6, 1);
	assert_int_equal(store.rows6[0].letter, 490);
	assert_int_equal(store.rows6[0].lists, 4);
	assert_int_equal(day.counts.reopened, 1);
	assert_int_equal(day.counts.still, 3);
	statestore_close(&store);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_portions_are_one_merge),
		cmocka_unit_test(an_address_on_both_sides_is_in_one_portion),
		cmocka_unit_test(a_letter_is_entered_where_it_named_the_address),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
