/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/deciding.h"
#include "ledger/inside.h"
#include "ledger/measures.h"
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "ledger_old.h"

#include <errno.h>

#define LINE UINT64_C(0x00c0ffee00c0ffee)

static struct ledger *
with_case(const struct fixture *fixture, uint64_t line)
{
	struct ledger *ledger = fixture_ledger(fixture);

	fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
	fixture_commit(ledger);
	return ledger;
}

static int
begin(struct ledger *ledger, uint64_t of_case, uint64_t line, enum measure_kind kind,
	uint64_t *ret_number, struct fail *fail)
{
	struct measure measure = {.of_case = of_case,
		.line = line,
		.kind = (uint8_t)kind,
		.mode = MEASURE_ENFORCE,
		.until = {FIXTURE_NOW.us + 30 * WALL_DAY}};
	int r;

	snprintf(measure.ground, sizeof(measure.ground), "no-ekom-2-7");
	r = ledger_begin(ledger, fail);
	if (r == 0)
		r = ledger_end(ledger, ledger_add_measure(ledger, &measure, fail), fail);
	if (ret_number != NULL)
		*ret_number = measure.number;
	return r;
}

static int
finish(struct ledger *ledger, uint64_t number, enum measure_end why, struct text reason)
{
	struct measure measure;

	assert_int_equal(ledger_measure(ledger, number, &measure, NULL), 0);
	assert_int_equal(ledger_begin(ledger, NULL), 0);
	return ledger_end(ledger, ledger_end_measure(ledger, &measure, why, reason, NULL), NULL);
}

static int
verify(const struct fixture *fixture, struct ledger_proof *proof)
{
	struct ledger *ledger = fixture_reader(fixture);
	struct fail fail = {0};
	int r = ledger_verify(ledger, proof, &fail);

	ledger_close(ledger);
	return r;
}

static int
count(void *context, const struct measure *row)
{
	(void)row;
	++*(size_t *)context;
	return 0;
}

static size_t
held(struct ledger *ledger)
{
	size_t ret = 0;

	assert_int_equal(ledger_each_held(ledger, 0, count, &ret, NULL), 0);
	return ret;
}

static void
a_measure_says_who_decided_on_which_ground_and_when_it_ended(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct ledger_proof proof;
	struct measure measure;
	uint64_t number;

	ledger_set_actor(ledger, TEXT("anna (1000)"));
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, &number, NULL), 0);
	assert_int_equal(held(ledger), 1);
	ledger_set_time(ledger, (struct wall){FIXTURE_NOW.us + WALL_HOUR});
	ledger_set_actor(ledger, TEXT("bodil (1001)"));
	assert_int_equal(finish(ledger, number, END_HELPDESK, TEXT("router is new")), 0);
	assert_int_equal(held(ledger), 0);
	assert_int_equal(ledger_measure(ledger, number, &measure, NULL), 0);
	assert_int_equal(measure.line, LINE);
	assert_int_equal(measure.of_case, 1);
	assert_int_equal(measure.kind, MEASURE_BLOCK25);
	assert_int_equal(measure.mode, MEASURE_ENFORCE);
	assert_int_equal(measure.begun.us, FIXTURE_NOW.us);
	assert_int_equal(measure.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	assert_string_equal(measure.ground, "no-ekom-2-7");
	assert_string_equal(measure.actor, "anna (1000)");
	assert_int_equal(measure.ended.us, FIXTURE_NOW.us + WALL_HOUR);
	assert_int_equal(measure.why, END_HELPDESK);
	assert_string_equal(measure.ended_by, "bodil (1001)");
	assert_string_equal(measure.ended_reason, "router is new");
	/* The store has it end once. */
	assert_int_equal(finish(ledger, number, END_ALL, TEXT("")), -EUCLEAN);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.measures, 1);
	assert_int_equal(proof.measures_ended, 1);
}

static int
take_enforced(void *context, const struct enforced *row)
{
	*(struct enforced *)context = *row;
	return 0;
}

static void
what_is_enforced_comes_with_the_name_of_its_line(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct enforced found = {.number = 0};
	struct measure observed = {.of_case = 1,
		.line = LINE,
		.kind = MEASURE_LIMIT,
		.mode = MEASURE_OBSERVE,
		.until = WALL_NONE};
	struct ledger_case of;
	uint64_t number;

	assert_int_equal(ledger_begin(ledger, NULL), 0);
	assert_int_equal(ledger_end(ledger, ledger_add_measure(ledger, &observed, NULL), NULL), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_enforced, &found, NULL), 0);
	assert_int_equal(found.number, 0);
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, &number, NULL), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_enforced, &found, NULL), 0);
	assert_int_equal(found.number, number);
	assert_int_equal(found.line, LINE);
	assert_int_equal(found.kind, MEASURE_BLOCK25);
	assert_int_equal(found.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	assert_int_equal(ledger_case(ledger, 1, &of, NULL), 0);
	assert_memory_equal(found.sealed, of.sealed, sizeof(of.sealed));
	found.number = 0;
	assert_int_equal(ledger_each_enforced(ledger, number, take_enforced, &found, NULL), 0);
	assert_int_equal(finish(ledger, number, END_ALL, TEXT("")), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_enforced, &found, NULL), 0);
	assert_int_equal(found.number, 0);
	ledger_close(ledger);
}

static void
a_line_has_one_of_a_kind_and_none_without_a_case(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct fail fail = {0};

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, &fail), -EEXIST);
	assert_non_null(strstr(fail.what, "the line has block25 already: measure 1 (enforce)"));
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_QUARANTINE, NULL, NULL), 0);
	assert_int_equal(begin(ledger, 2, LINE, MEASURE_LIMIT, NULL, &fail), -ENOKEY);
	assert_int_equal(held(ledger), 2);
	ledger_close(ledger);
}

static void
a_case_that_closes_takes_its_measures_with_it(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct ledger_proof proof;
	struct measure measure;

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_QUARANTINE, NULL, NULL), 0);
	fixture_step(ledger, LINE, 2, STATE_CONFIRMED, STATE_CLEAR);
	fixture_commit(ledger);
	assert_int_equal(held(ledger), 0);
	assert_int_equal(ledger_measure(ledger, 2, &measure, NULL), 0);
	assert_int_equal(measure.why, END_CLEAR);
	assert_int_equal(
		ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &(struct fail){0}),
		-ESRCH);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
}

static void
what_is_forgotten_is_forgotten_with_its_measures(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct retention retention = {.silent_days = 90, .days = 90};
	struct ledger_proof proof;
	struct fail fail = {0};
	struct measure measure;

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	/* Silent for so long it is closed, and nobody is held for it. */
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + 91 * WALL_DAY});
	while (retention_step(&retention, ledger, &fail) > 0)
		;
	assert_int_equal(retention.closed, 1);
	assert_int_equal(held(ledger), 0);
	assert_int_equal(ledger_measure(ledger, 1, &measure, NULL), 0);
	retention = (struct retention){.silent_days = 90, .days = 90};
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + 182 * WALL_DAY});
	while (retention_step(&retention, ledger, &fail) > 0)
		;
	assert_int_equal(retention.removed, 1);
	assert_int_equal(ledger_measure(ledger, 1, &measure, NULL), -ENOENT);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
}

static void
all_are_let_go_at_once(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct ledger_proof proof;

	for (uint64_t line = 1; line <= 150; line++) {
		fixture_step(ledger, line, 1, STATE_WATCH, STATE_CONFIRMED);
		fixture_commit(ledger);
		assert_int_equal(begin(ledger, line, line, MEASURE_QUARANTINE, NULL, NULL), 0);
	}
	assert_int_equal(ledger_release_all(ledger, TEXT("wrong parameters"), NULL), 150);
	assert_int_equal(held(ledger), 0);
	assert_int_equal(ledger_release_all(ledger, TEXT(""), NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	assert_int_equal(proof.measures_ended, 150);
}

static void
a_measure_that_was_changed_is_found_out(void **state)
{
	static const char *const changes[] = {
		"DROP TRIGGER measures_stay; UPDATE measures SET until = NULL",
		"UPDATE measures SET (ended, why, ended_by, ended_reason, step) = (5, 'date', 'x', "
		"'', 0)",
		"DELETE FROM measures",
		("INSERT INTO measures (of_case, line, kind, mode, begun, ground, actor, reason) "
		 "VALUES (1, 5, 'block25', 'enforce', 1, '', 'nobody', '')"),
	};
	struct ledger *ledger = with_case(*state, LINE);
	struct ledger_proof proof;
	char copy[128], command[256];

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_QUARANTINE, NULL, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	snprintf(copy, sizeof(copy), "%s.copy", ((struct fixture *)*state)->path);
	snprintf(command, sizeof(command), "cp %s %s", ((struct fixture *)*state)->path, copy);
	assert_int_equal(system(command), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		old_change(*state, changes[i]);
		assert_int_equal(verify(*state, &proof), -EUCLEAN);
		assert_int_equal(rename(copy, ((struct fixture *)*state)->path), 0);
		assert_int_equal(verify(*state, &proof), 0);
		assert_int_equal(system(command), 0);
	}
}

static void
a_ledger_from_before_there_were_measures_gets_its_table(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct ledger_proof proof;

	ledger_close(ledger);
	old_become(*state, 3);
	/* Who only reads finds none. */
	ledger = fixture_reader(*state);
	assert_int_equal(held(ledger), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
	ledger = fixture_ledger(*state);
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	ledger_close(ledger);
	assert_int_equal(verify(*state, &proof), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_measure_says_who_decided_on_which_ground_and_when_it_ended, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(what_is_enforced_comes_with_the_name_of_its_line,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(a_line_has_one_of_a_kind_and_none_without_a_case,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_case_that_closes_takes_its_measures_with_it, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(what_is_forgotten_is_forgotten_with_its_measures,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(all_are_let_go_at_once, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_measure_that_was_changed_is_found_out, fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			a_ledger_from_before_there_were_measures_gets_its_table, fixture_begin,
			fixture_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
