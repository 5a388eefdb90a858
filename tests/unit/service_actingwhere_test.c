/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/whereabouts.h"
#include "service/actingwhere.h"
#include "unit.h"

#include <errno.h>
#include <stdlib.h>

#define ROOM 8
#define LINE 7

static void *memory;
static struct ring registrar;
static struct actingwhere where;
static struct holding *holding;

static int
setup(void **state)
{
	const struct order order = {.measure = 1, .line = LINE, .kind = MEASURE_BLOCK25};

	memory = xcalloc(1, ring_bytes(sizeof(struct whereabouts), ROOM));
	ring_make(memory);
	ring_attach_putting(&registrar, memory, sizeof(struct whereabouts), ROOM, -1);
	where = (struct actingwhere){.is_there = true};
	ring_attach_taking(&where.news, memory, sizeof(struct whereabouts), ROOM, -1);
	holding = holding_new(ROOM);
	assert_int_equal(holding_apply(holding, &order, NULL, NULL), 0);
	(void)state;
	return 0;
}

static int
teardown(void **state)
{
	holding = holding_free(holding);
	free(memory);
	(void)state;
	return 0;
}

static size_t
put(uint64_t line, bool is_held)
{
	struct whereabouts news = {.line = line, .is_held = is_held};

	assert_int_equal(prefix_parse(TEXT("192.0.2.7"), &news.prefix), 0);
	return ring_put(&registrar, &news, 1);
}

static void
count(void *context, const struct holding_change *change)
{
	*(int *)context += change->adds ? 1 : -1;
}

static void
an_address_that_a_line_gains_and_loses_is_held_and_let_go(void **state)
{
	int held = 0;

	(void)put(LINE, true);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), 1);
	assert_int_equal(held, 1);
	(void)put(LINE, false);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), 1);
	assert_int_equal(held, 0);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), 0);
	(void)state;
}

static void
where_another_registrar_began_all_is_to_be_learnt_anew(void **state)
{
	int held = 0;

	(void)put(0, false);
	(void)put(LINE, true);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), -EAGAIN);
	assert_int_equal(held, 0);
	actingwhere_skip(&where);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), 0);
	(void)state;
}

static void
where_news_were_refused_all_is_to_be_learnt_anew(void **state)
{
	int held = 0;

	for (int i = 0; i < ROOM; i++)
		assert_int_equal(put(LINE, true), 1);
	assert_int_equal(put(0, false), 0);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), -EAGAIN);
	actingwhere_skip(&where);
	assert_int_equal(actingwhere_take(&where, holding, count, &held), 0);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_address_that_a_line_gains_and_loses_is_held_and_let_go, setup, teardown),
		cmocka_unit_test_setup_teardown(
			where_another_registrar_began_all_is_to_be_learnt_anew, setup, teardown),
		cmocka_unit_test_setup_teardown(
			where_news_were_refused_all_is_to_be_learnt_anew, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
