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

static int
take_first(void *context, const struct enforced *row)
{
	*(struct enforced *)context = *row;
	return 1;
}

static void
what_is_enforced_is_read_with_its_line_and_time(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct enforced found = {.number = 0};
	struct measure observed = {.of_case = 1,
		.line = LINE,
		.kind = MEASURE_LIMIT,
		.mode = MEASURE_OBSERVE,
		.until = WALL_NONE};
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
	found.number = 0;
	assert_int_equal(ledger_each_enforced(ledger, number, take_enforced, &found, NULL), 0);
	assert_int_equal(finish(ledger, number, END_ALL, TEXT("")), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_enforced, &found, NULL), 0);
	assert_int_equal(found.number, 0);
	ledger_close(ledger);
}

/* A measure of a case with this name. */
static struct prefix
place_of(struct ledger *ledger, uint64_t line, const char *name)
{
	struct verdict verdict = fixture_verdict(line, 1, STATE_WATCH, STATE_CONFIRMED);
	struct enforced found = {.number = 0};
	struct ledger_case of;

	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
	fixture_commit(ledger);
	assert_int_equal(ledger_find_line(ledger, line, &of, NULL), 0);
	assert_int_equal(begin(ledger, of.number, line, MEASURE_BLOCK25, NULL, NULL), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_enforced, &found, NULL), 0);
	assert_int_equal(found.line, line);
	return found.place;
}

static void
what_is_enforced_has_the_place_that_its_line_is_called(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct prefix place = place_of(ledger, LINE, "192.0.2.7"), v6;
	const struct address v4 = address_from_v4(0xc0000207);

	assert_int_equal(place.length, 128);
	assert_true(address_equal(&place.address, &v4));
	place = place_of(ledger, LINE + 1, "2001:db8:1:200::/56");
	assert_int_equal(prefix_parse(TEXT("2001:db8:1:200::/56"), &v6), 0);
	assert_int_equal(place.length, 56);
	assert_true(address_equal(&place.address, &v6.address));
	assert_int_equal(place_of(ledger, LINE + 2, "192.0.2.7:2048-4095").length, 0);
	assert_int_equal(place_of(ledger, LINE + 3, "customer 77").length, 0);
	assert_int_equal(place_of(ledger, LINE + 4, "").length, 0);
	ledger_close(ledger);
}

static void
what_was_enforced_before_has_the_place_of_its_case(void **state)
{
	struct ledger *ledger = fixture_ledger(*state);
	struct enforced found = {.number = 0};
	const struct address v4 = address_from_v4(0xc0000207);
	struct ledger_proof proof;

	(void)place_of(ledger, LINE, "192.0.2.7");
	ledger_close(ledger);
	old_become(*state, 6);
	/* Who only reads has no need of places. */
	ledger = fixture_reader(*state);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_first, &found, NULL), 1);
	assert_int_equal(found.line, LINE);
	assert_int_equal(found.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	assert_int_equal(found.place.length, 0);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
	ledger = fixture_ledger(*state);
	assert_int_equal(place_of(ledger, LINE + 1, "192.0.2.8").length, 128);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_first, &found, NULL), 1);
	assert_int_equal(found.line, LINE);
	assert_int_equal(found.kind, MEASURE_BLOCK25);
	assert_int_equal(found.until.us, FIXTURE_NOW.us + 30 * WALL_DAY);
	assert_int_equal(found.place.length, 128);
	assert_true(address_equal(&found.place.address, &v4));
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
}

static void
what_is_enforced_is_gone_with_its_end_and_with_its_case(void **state)
{
	struct ledger *ledger = with_case(*state, LINE);
	struct retention retention = {.silent_days = 1, .days = 1};
	struct enforced found = {.number = 0};
	struct ledger_proof proof;
	uint64_t number;

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, &number, NULL), 0);
	assert_int_equal(finish(ledger, number, END_UNDONE, TEXT("")), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_first, &found, NULL), 0);
	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	assert_int_equal(ledger_each_enforced(ledger, 0, take_first, &found, NULL), 1);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	fixture_pass(ledger, (struct wall){FIXTURE_NOW.us + 30 * WALL_DAY});
	while (retention_step(&retention, ledger, NULL) > 0)
		continue;
	assert_int_equal(ledger_each_enforced(ledger, 0, take_first, &found, NULL), 0);
	assert_int_equal(ledger_verify(ledger, &proof, NULL), 0);
	ledger_close(ledger);
}

/* Somebody would be held without a case, or go free in spite of one. */
static void
what_is_enforced_otherwise_than_measures_say_is_found(void **state)
{
	static const char *const changes[] = {
		"DELETE FROM enforced",
		"UPDATE enforced SET line = line + 1",
		"UPDATE enforced SET until = NULL",
		"INSERT INTO enforced SELECT number + 1, line, kind, until, place FROM enforced",
	};
	struct ledger *ledger = with_case(*state, LINE);

	assert_int_equal(begin(ledger, 1, LINE, MEASURE_BLOCK25, NULL, NULL), 0);
	ledger_close(ledger);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		struct ledger_proof proof;
		struct fail fail = {0};

		assert_int_equal(verify(*state, &proof), 0);
		old_change(*state, "DROP TRIGGER IF EXISTS enforced_stays");
		old_change(*state, changes[i]);
		ledger = fixture_reader(*state);
		assert_int_equal(ledger_verify(ledger, &proof, &fail), -EUCLEAN);
		assert_non_null(strstr(fail.what, "what is enforced is not what the measures say"));
		ledger_close(ledger);
		/* It is made anew. */
		old_change(
			*state, "DELETE FROM enforced; DELETE FROM meta WHERE name = 'enforced'");
		ledger_close(fixture_ledger(*state));
	}
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
		cmocka_unit_test_setup_teardown(what_is_enforced_is_read_with_its_line_and_time,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_is_enforced_has_the_place_that_its_line_is_called, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(what_was_enforced_before_has_the_place_of_its_case,
			fixture_begin, fixture_end),
		cmocka_unit_test_setup_teardown(
			what_is_enforced_is_gone_with_its_end_and_with_its_case, fixture_begin,
			fixture_end),
		cmocka_unit_test_setup_teardown(
			what_is_enforced_otherwise_than_measures_say_is_found, fixture_begin,
			fixture_end),
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
