/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/holding.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* What the changes were, in words. */
static char told[4096];

static void
note(void *context, const struct holding_change *change)
{
	char place[PREFIX_TEXT];
	size_t at = strlen(told);

	(void)context;
	snprintf(told + at, sizeof(told) - at, "%s%s %s %lld;", change->adds ? "+" : "-",
		change->kind == ORDER_EXEMPTION ? "exempt" : measure_names[change->kind],
		prefix_format(&change->place, place), (long long)(change->until.us / WALL_SECOND));
}

static const char *
taken(void)
{
	static char words[sizeof(told)];

	memcpy(words, told, sizeof(told));
	told[0] = '\0';
	return words;
}

static struct prefix
prefix(const char *text)
{
	struct prefix ret;

	assert_int_equal(prefix_parse(text_of(text), &ret), 0);
	return ret;
}

static struct order
order(uint64_t measure, uint64_t line, enum measure_kind kind, const char *place, int64_t until)
{
	struct order ret = {.measure = measure,
		.line = line,
		.kind = (uint8_t)kind,
		.until.us = until * WALL_SECOND};

	if (place != NULL)
		ret.place = prefix(place);
	return ret;
}

static int
apply(struct holding *holding, struct order of)
{
	return holding_apply(holding, &of, note, NULL);
}

static void
undo(struct holding *holding, struct order of)
{
	holding_undo(holding, &of, note, NULL);
}

static void
a_line_that_is_a_prefix_is_held_there_until_it_is_undone(void **state)
{
	struct holding *holding = holding_new(8);
	struct order block = order(1, 77, MEASURE_BLOCK25, "192.0.2.7", 0);
	struct order hold = order(2, 77, MEASURE_QUARANTINE, "192.0.2.7", 500);

	assert_int_equal(apply(holding, block), 0);
	assert_string_equal(taken(), "+block25 192.0.2.7/32 0;");
	assert_int_equal(apply(holding, hold), 0);
	assert_string_equal(taken(), "+quarantine 192.0.2.7/32 500;");
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), 1);
	undo(holding, block);
	assert_string_equal(taken(), "-block25 192.0.2.7/32 0;");
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), 0);
	assert_int_equal(holding_count(holding, MEASURE_QUARANTINE), 1);
	holding_free(holding);
}

static void
the_same_order_twice_changes_nothing_and_another_end_is_told(void **state)
{
	struct holding *holding = holding_new(8);

	assert_int_equal(apply(holding, order(1, 7, MEASURE_QUARANTINE, "2001:db8::/56", 9)), 0);
	assert_string_equal(taken(), "+quarantine 2001:db8::/56 9;");
	assert_int_equal(apply(holding, order(1, 7, MEASURE_QUARANTINE, "2001:db8::/56", 9)), 0);
	assert_string_equal(taken(), "");
	assert_int_equal(apply(holding, order(5, 7, MEASURE_QUARANTINE, "2001:db8::/56", 20)), 0);
	assert_string_equal(taken(), "+quarantine 2001:db8::/56 20;");
	/* The end of an earlier one that comes late. */
	undo(holding, order(1, 7, MEASURE_QUARANTINE, NULL, 0));
	assert_string_equal(taken(), "");
	undo(holding, order(5, 7, MEASURE_QUARANTINE, NULL, 0));
	undo(holding, order(5, 7, MEASURE_QUARANTINE, NULL, 0));
	assert_string_equal(taken(), "-quarantine 2001:db8::/56 20;");
	holding_free(holding);
}

static void
a_line_without_a_place_is_held_where_it_comes_and_not_where_it_was(void **state)
{
	struct holding *holding = holding_new(8);
	struct prefix first = prefix("192.0.2.1"), second = prefix("192.0.2.2");
	struct prefix six = prefix("2001:db8:1:2::/64");

	assert_int_equal(holding_come(holding, 9, &first, note, NULL), -ENOENT);
	assert_int_equal(apply(holding, order(1, 9, MEASURE_BLOCK25, NULL, 0)), 0);
	assert_int_equal(apply(holding, order(2, 9, MEASURE_QUARANTINE, NULL, 60)), 0);
	assert_string_equal(taken(), "");
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), 0);
	assert_int_equal(holding_come(holding, 9, &first, note, NULL), 0);
	assert_string_equal(taken(), "+block25 192.0.2.1/32 0;+quarantine 192.0.2.1/32 60;");
	assert_int_equal(holding_come(holding, 9, &first, note, NULL), 0);
	assert_int_equal(holding_come(holding, 9, &six, note, NULL), 0);
	assert_string_equal(
		taken(), "+block25 2001:db8:1:2::/64 0;+quarantine 2001:db8:1:2::/64 60;");
	holding_leave(holding, 9, &second, note, NULL);
	assert_string_equal(taken(), "");
	holding_leave(holding, 9, &first, note, NULL);
	assert_string_equal(taken(), "-block25 192.0.2.1/32 0;-quarantine 192.0.2.1/32 60;");
	assert_int_equal(holding_come(holding, 9, &second, note, NULL), 0);
	holding_leave(holding, 9, &six, note, NULL);
	holding_leave(holding, 9, &second, note, NULL);
	(void)taken();
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), 0);
	/* It is nowhere, and its measure holds wherever it comes next. */
	assert_int_equal(holding_come(holding, 9, &first, note, NULL), 0);
	assert_string_equal(taken(), "+block25 192.0.2.1/32 0;+quarantine 192.0.2.1/32 60;");
	undo(holding, order(2, 9, MEASURE_QUARANTINE, NULL, 0));
	assert_string_equal(taken(), "-quarantine 192.0.2.1/32 60;");
	holding_free(holding);
}

static void
an_exemption_and_a_measure_of_one_line_are_two_things(void **state)
{
	struct holding *holding = holding_new(8);
	struct order exempt = order(1, 7, MEASURE_BLOCK25, "192.0.2.7", 90);

	exempt.kind = ORDER_EXEMPTION;
	assert_int_equal(apply(holding, exempt), 0);
	assert_string_equal(taken(), "+exempt 192.0.2.7/32 90;");
	assert_int_equal(apply(holding, order(1, 7, MEASURE_BLOCK25, "192.0.2.7", 0)), 0);
	assert_string_equal(taken(), "+block25 192.0.2.7/32 0;");
	undo(holding, exempt);
	assert_string_equal(taken(), "-exempt 192.0.2.7/32 90;");
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), 1);
	assert_int_equal(holding_count(holding, ORDER_EXEMPTION), 0);
	holding_free(holding);
}

static void
what_has_a_place_of_its_own_moves_nowhere(void **state)
{
	struct holding *holding = holding_new(8);
	struct prefix other = prefix("192.0.2.2"), own = prefix("192.0.2.7");

	assert_int_equal(apply(holding, order(1, 7, MEASURE_BLOCK25, "192.0.2.7", 0)), 0);
	(void)taken();
	assert_int_equal(holding_come(holding, 7, &other, note, NULL), 0);
	holding_leave(holding, 7, &own, note, NULL);
	assert_string_equal(taken(), "");
	holding_free(holding);
}

static void
no_room_is_told_and_what_cannot_be_is_refused(void **state)
{
	struct holding *holding = holding_new(2);
	struct prefix wide = prefix("192.0.2.0/24"), long6 = prefix("2001:db8::1");

	assert_int_equal(apply(holding, order(1, 1, MEASURE_BLOCK25, "192.0.2.1", 0)), 0);
	assert_int_equal(apply(holding, order(2, 2, MEASURE_BLOCK25, "192.0.2.2", 0)), 0);
	assert_int_equal(apply(holding, order(3, 3, MEASURE_BLOCK25, "192.0.2.3", 0)), -ENOSPC);
	undo(holding, order(1, 1, MEASURE_BLOCK25, NULL, 0));
	assert_int_equal(apply(holding, order(3, 3, MEASURE_BLOCK25, "192.0.2.3", 0)), 0);
	assert_int_equal(apply(holding, order(4, 4, MEASURE_BLOCK25, "192.0.2.0/24", 0)), -EINVAL);
	assert_int_equal(
		apply(holding, order(4, 4, (enum measure_kind)ORDERED_KINDS, "192.0.2.4", 0)),
		-EINVAL);
	assert_int_equal(apply(holding, order(4, 0, MEASURE_BLOCK25, "192.0.2.4", 0)), -EINVAL);
	assert_int_equal(holding_come(holding, 3, &wide, note, NULL), -EINVAL);
	assert_int_equal(holding_come(holding, 3, &long6, note, NULL), -EINVAL);
	(void)taken();
	holding_free(holding);
}

/* A plain table of the same, and then both are compared. */
static void
after_many_orders_exactly_what_was_not_undone_is_told(void **state)
{
	enum { LINES = 5000, STEPS = 50000 };
	struct holding *holding = holding_new(2 * LINES);
	bool held[LINES] = {false};
	struct holding_change change;
	size_t at = 0, count = 0, expected = 0;

	srandom(5);
	for (uint64_t step = 1; step <= STEPS; step++) {
		unsigned line = (unsigned)random() % LINES;
		struct order of = order(line + 1, line + 1, MEASURE_BLOCK25, "192.0.2.1", 0);

		of.place.address.byte[14] = (uint8_t)(line >> 8);
		of.place.address.byte[15] = (uint8_t)line;
		held[line] = random() % 2 == 0;
		if (held[line])
			assert_int_equal(apply(holding, of), 0);
		else
			undo(holding, of);
		told[0] = '\0';
	}
	for (unsigned line = 0; line < LINES; line++)
		expected += held[line];
	while (holding_next(holding, MEASURE_BLOCK25, &at, &change) > 0) {
		const uint8_t *byte = change.place.address.byte;

		assert_true(held[byte[14] << 8 | byte[15]]);
		count++;
	}
	assert_int_equal(count, expected);
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), expected);
	holding_clear(holding);
	at = 0;
	assert_int_equal(holding_next(holding, MEASURE_BLOCK25, &at, &change), 0);
	holding_free(holding);
}

static struct prefix
place_number(unsigned number)
{
	struct prefix place = prefix("10.0.0.0");

	place.address.byte[14] = (uint8_t)(number >> 8);
	place.address.byte[15] = (uint8_t)number;
	return place;
}

/* More than there are buckets at the begin, and of one line entries that others stand between. */
static void
lines_at_many_places_leave_each_of_them_alone(void **state)
{
	enum { LINES = 2000, PLACES = 3 };
	struct holding *holding = holding_new(LINES * PLACES);

	(void)state;
	for (unsigned line = 1; line <= LINES; line++)
		assert_int_equal(apply(holding, order(line, line, MEASURE_BLOCK25, NULL, 0)), 0);
	for (unsigned n = 0; n < LINES * PLACES; n++) {
		struct prefix place = place_number(n);

		assert_int_equal(holding_come(holding, 1 + n % LINES, &place, note, NULL), 0);
		told[0] = '\0';
	}
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), LINES * PLACES);
	/* Of every second line the place in the middle; of every fourth all. */
	for (unsigned line = 0; line < LINES; line += 2) {
		struct prefix place = place_number(line + LINES);
		char expected[64], at[PREFIX_TEXT];

		holding_leave(holding, 1 + line, &place, note, NULL);
		snprintf(expected, sizeof(expected), "-block25 %s 0;", prefix_format(&place, at));
		assert_string_equal(taken(), expected);
	}
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25), LINES * PLACES - LINES / 2);
	for (unsigned line = 0; line < LINES; line += 4) {
		undo(holding, order(1 + line, 1 + line, MEASURE_BLOCK25, NULL, 0));
		told[0] = '\0';
	}
	assert_int_equal(holding_count(holding, MEASURE_BLOCK25),
		LINES * PLACES - LINES / 2 - LINES / 4 * (PLACES - 1));
	holding_free(holding);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_is_a_prefix_is_held_there_until_it_is_undone),
		cmocka_unit_test(the_same_order_twice_changes_nothing_and_another_end_is_told),
		cmocka_unit_test(
			a_line_without_a_place_is_held_where_it_comes_and_not_where_it_was),
		cmocka_unit_test(an_exemption_and_a_measure_of_one_line_are_two_things),
		cmocka_unit_test(what_has_a_place_of_its_own_moves_nowhere),
		cmocka_unit_test(no_room_is_told_and_what_cannot_be_is_refused),
		cmocka_unit_test(lines_at_many_places_leave_each_of_them_alone),
		cmocka_unit_test(after_many_orders_exactly_what_was_not_undone_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
