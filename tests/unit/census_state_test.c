/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/state.h"
#include "unit.h"

#include <errno.h>

#define MOST 64

static struct state_merge
merge_of(const struct state4 *before, size_t before_count, uint16_t day_before,
	const struct state4 *today, size_t today_count, uint16_t day)
{
	return (struct state_merge){.before = before,
		.before_end = before + before_count,
		.today = today,
		.today_end = today + today_count,
		.day_before = day_before,
		.day = day,
		.keep_days = STATE_KEEP_DAYS};
}

static void
each_address_has_its_row_of_the_table(void **state)
{
	static const struct state4 before[] = {
		{.address = 1, .first = 100, .last = 500, .lists = 1, .letter = 300, .flags = 1},
		{.address = 2, .first = 490, .last = 500, .lists = 2},
		{.address = 3, .first = 100, .last = 499, .lists = 4, .letter = 101, .flags = 3},
		{.address = 4, .first = 100, .last = 498, .lists = 8},
		{.address = 5, .first = 90, .last = 101, .lists = 16},
		{.address = 6, .first = 90, .last = 100, .lists = 32},
		{.address = 7, .first = 90, .last = 100, .letter = 95, .flags = 2},
	};
	static const struct state4 today[] = {{.address = 0, .lists = 9, .flags = 1},
		{.address = 1, .lists = 3}, {.address = 4, .lists = 5, .flags = 1},
		{.address = 7, .lists = 6}, {.address = UINT32_MAX, .lists = 7}};
	static const struct state4 expected[] = {
		{.address = 0, .first = 501, .last = 501, .lists = 9, .flags = STATE_TRAP},
		{.address = 1, .first = 100, .last = 501, .lists = 3, .letter = 300},
		{.address = 2, .first = 490, .last = 500, .lists = 2},
		{.address = 3, .first = 100, .last = 499, .lists = 4, .letter = 101, .flags = 3},
		{.address = 4,
			.first = 100,
			.last = 501,
			.lists = 5,
			.flags = STATE_TRAP | STATE_REOPENED},
		{.address = 5, .first = 90, .last = 101, .lists = 16},
		{.address = 7, .first = 501, .last = 501, .lists = 6},
		{.address = UINT32_MAX, .first = 501, .last = 501, .lists = 7},
	};
	struct state_merge merge = merge_of(before, 7, 500, today, 5, 501);
	struct state4 rows[12];

	assert_int_equal(state_merge4(&merge, rows, 12), 8);
	assert_memory_equal(rows, expected, sizeof(expected));
	assert_int_equal(merge.counts.new, 3);
	assert_int_equal(merge.counts.still, 1);
	assert_int_equal(merge.counts.gone, 1);
	assert_int_equal(merge.counts.reopened, 1);
	assert_int_equal(merge.counts.away, 2);
	assert_int_equal(merge.counts.dropped, 2);
	assert_int_equal(state_merge4(&merge, rows, 12), 0);
}

/* Only who enters a letter takes it away. */
static void
what_was_reopened_stays_marked(void **state)
{
	struct state4 row = {.address = 5, .first = 1, .last = 2}, next;
	static const struct state4 today = {.address = 5, .flags = STATE_REOPENED};
	struct state_merge merge = merge_of(&row, 1, 3, &today, 1, 4);

	assert_int_equal(state_merge4(&merge, &next, 1), 1);
	assert_int_equal(next.flags, STATE_REOPENED);
	merge = merge_of(&next, 1, 4, &today, 1, 5);
	assert_int_equal(state_merge4(&merge, &row, 1), 1);
	assert_int_equal(row.flags, STATE_REOPENED);
	assert_int_equal(merge.counts.still, 1);
	row.flags = 0;
	merge = merge_of(&row, 1, 5, &today, 1, 9);
	assert_int_equal(state_merge4(&merge, &next, 1), 1);
	assert_int_equal(next.flags, 0);
	assert_int_equal(merge.counts.still, 1);
}

static void
the_first_run_finds_all_new(void **state)
{
	static const struct state4 today[] = {{.address = 0}, {.address = UINT32_MAX}};
	struct state_merge merge = merge_of(today, 0, 0, today, 2, 2500);
	struct state4 rows[3];

	assert_int_equal(state_merge4(&merge, rows, 3), 2);
	assert_int_equal(rows[1].first, 2500);
	assert_int_equal(merge.counts.new, 2);
	merge = merge_of(today, 0, 0, today, 0, 2500);
	assert_int_equal(state_merge4(&merge, rows, 3), 0);
}

/* All that a census of a few addresses knows, kept by address. */
struct model {
	bool is_known;
	struct state4 row;
	unsigned gone_days;
};

static void
model_day(struct model *model, size_t addresses, const bool *is_there, uint16_t day_before,
	uint16_t day, uint32_t lists, struct state_counts *counts)
{
	for (size_t i = 0; i < addresses; i++) {
		struct model *m = &model[i];

		if (m->is_known && day - m->row.last > STATE_KEEP_DAYS) {
			m->is_known = false;
			counts->dropped++;
		}
		if (!is_there[i]) {
			if (m->is_known && m->row.last == day_before)
				counts->gone++;
			else if (m->is_known)
				counts->away++;
			continue;
		}
		if (!m->is_known) {
			m->row = (struct state4){.first = day};
			counts->new ++;
		} else if (m->row.last == day_before) {
			counts->still++;
		} else {
			m->row.flags |= STATE_REOPENED;
			counts->reopened++;
		}
		m->is_known = true;
		m->row.last = day;
		m->row.lists = lists + (uint32_t)i;
	}
}

/* Many days of the same addresses, some of them far apart; merged in batches, both sizes. */
static void
days_leave_what_a_naive_model_leaves(void **state)
{
	static struct model model[MOST];
	struct state4 before4[MOST], today4[MOST], rows4[MOST];
	struct state6 before6[MOST], today6[MOST], rows6[MOST];
	size_t count = 0;
	uint16_t day_before = 0, day = 1;
	struct random random;
	struct fail fail;

	random_seed(&random, 9);
	for (unsigned run = 0; run < 3000; run++) {
		struct state_merge merge4 = merge_of(before4, count, day_before, today4, 0, day);
		struct state_merge merge6 = merge4;
		struct state_counts expected = {0};
		bool is_there[MOST];
		size_t today = 0, done4 = 0, done6 = 0, got, at = 0;
		unsigned often = (unsigned)random_below(&random, 9);

		for (size_t i = 0; i < MOST; i++) {
			uint32_t address = (uint32_t)i * 67372036 + (i == MOST - 1 ? 50529027 : 0);

			is_there[i] = random_below(&random, 8) < often;
			if (!is_there[i])
				continue;
			today4[today] =
				(struct state4){.address = address, .lists = run + (uint32_t)i};
			today6[today++] = (struct state6){
				.network = (uint64_t)address << 32, .lists = run + (uint32_t)i};
		}
		model_day(model, MOST, is_there, day_before, day, run, &expected);
		merge4.today_end = today4 + today;
		merge6.before = before6;
		merge6.before_end = before6 + count;
		merge6.today = today6;
		merge6.today_end = today6 + today;
		do {
			got = state_merge4(
				&merge4, rows4 + done4, random_below(&random, MOST + 1 - done4));
			done4 += got;
		} while (got > 0 || merge4.before < merge4.before_end ||
			merge4.today < merge4.today_end);
		do {
			got = state_merge6(
				&merge6, rows6 + done6, random_below(&random, MOST + 1 - done6));
			done6 += got;
		} while (got > 0 || merge6.before < merge6.before_end ||
			merge6.today < merge6.today_end);
		assert_memory_equal(&merge4.counts, &expected, sizeof(expected));
		assert_memory_equal(&merge6.counts, &expected, sizeof(expected));
		for (size_t i = 0; i < MOST; i++) {
			if (!model[i].is_known)
				continue;
			assert_true(at < done4);
			model[i].row.address = rows4[at].address;
			assert_memory_equal(&rows4[at], &model[i].row, sizeof(*rows4));
			assert_true(rows6[at].network == (uint64_t)rows4[at].address << 32);
			assert_memory_equal(&rows6[at].first, &rows4[at].first, 12);
			assert_int_equal(rows6[at].spare, 0);
			at++;
		}
		assert_int_equal(done4, at);
		assert_int_equal(done6, at);
		assert_int_equal(state_check4(rows4, at, day, &fail), 0);
		assert_int_equal(state_check6(rows6, at, day, &fail), 0);
		memcpy(before4, rows4, sizeof(rows4));
		memcpy(before6, rows6, sizeof(rows6));
		count = at;
		day_before = day;
		day = (uint16_t)(day + 1 + (random_below(&random, 50) == 0) * 399);
		if (day < day_before || day > 65000)
			break;
	}
	assert_true(day > 20000);
}

static void
rows_that_no_run_leaves_are_refused(void **state)
{
	struct state4 rows[] = {{.address = 5, .first = 1, .last = 7},
		{.address = 6, .first = 7, .last = 7, .letter = 7}};
	struct state6 wide = {.network = 1, .first = 8, .last = 7};
	struct fail fail = {0};

	assert_int_equal(state_check4(rows, 2, 7, &fail), 0);
	assert_int_equal(state_check4(rows, 2, 6, &fail), -EBADMSG);
	assert_string_equal(fail.what, "row 0 of it has days 1 to 7 and a letter of 0, on day 6");
	rows[1].letter = 8;
	assert_int_equal(state_check4(rows, 2, 7, &fail), -EBADMSG);
	rows[1].letter = 0;
	rows[1].address = 5;
	assert_int_equal(state_check4(rows, 2, 7, &fail), -EBADMSG);
	assert_string_equal(fail.what, "row 1 of it is not above the one before it");
	assert_int_equal(state_check6(&wide, 1, 9, &fail), -EBADMSG);
}

static void
no_run_follows_one_of_its_own_day(void **state)
{
	struct fail fail = {0};

	assert_int_equal(state_check_days(0, 1, &fail), 0);
	assert_int_equal(state_check_days(9826, 9827, &fail), 0);
	assert_int_equal(state_check_days(9827, 9827, &fail), -EINVAL);
	assert_int_equal(state_check_days(9828, 9827, &fail), -EINVAL);
	assert_string_equal(
		fail.what, "it is of 2026-11-28, so a run of 2026-11-27 cannot follow it");
}

static void
days_count_from_2000_on(void **state)
{
	struct wall wall;
	uint16_t day;

	assert_int_equal(wall_from_date(&wall, 2000, 1, 1, 0, 0, 0), 0);
	assert_int_equal(state_day(wall, &day), 0);
	assert_int_equal(day, 0);
	wall.us--;
	assert_int_equal(state_day(wall, &day), -ERANGE);
	wall.us = -1;
	assert_int_equal(state_day(wall, &day), -ERANGE);
	assert_int_equal(wall_from_date(&wall, 2026, 11, 27, 23, 59, 59), 0);
	assert_int_equal(state_day(wall, &day), 0);
	assert_int_equal(day, 9827);
	assert_int_equal(wall_from_date(&wall, 2179, 6, 6, 0, 0, 0), 0);
	assert_int_equal(state_day(wall, &day), 0);
	assert_int_equal(day, UINT16_MAX);
	assert_true(state_day_begin(day).us == wall.us);
	wall.us += WALL_DAY;
	assert_int_equal(state_day(wall, &day), -ERANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_has_its_row_of_the_table),
		cmocka_unit_test(what_was_reopened_stays_marked),
		cmocka_unit_test(the_first_run_finds_all_new),
		cmocka_unit_test(days_leave_what_a_naive_model_leaves),
		cmocka_unit_test(rows_that_no_run_leaves_are_refused),
		cmocka_unit_test(no_run_follows_one_of_its_own_day),
		cmocka_unit_test(days_count_from_2000_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
