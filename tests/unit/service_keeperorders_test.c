/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/linename.h"
#include "ledger/deciding.h"
#include "ledger/exception.h"
#include "ledger/planning.h"
#include "ledger_fixture.h"
#include "service/keeperfollow.h"
#include "service/keeperorders.h"

#include <errno.h>

#define RING 8

/* A ledger whose measures are enforced, the ring, and the side that takes out. */
static struct ledger *ledger;
static struct keys keys;
static struct keeperorders orders;
static struct planning_waits waits;
static struct lines *network;
static struct ring putting, taking;
static void *memory;
static struct order order[2 * MESSAGE_HELD_MOST];
static struct held_page page;
static struct fail fail;

static void
plan_as(enum measure_mode mode)
{
	struct planning planning = {.plan = PLAN_DEFAULTS};

	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		planning.plan.mode[kind] = (uint8_t)mode;
	planning.plan.mode[MEASURE_QUARANTINE] = MEASURE_OBSERVE;
	ledger_plan(ledger, &planning);
}

static int
begin(void **state)
{
	char path[100];
	int r = fixture_begin(state);

	if (r < 0)
		return r;
	ledger = fixture_ledger(*state);
	plan_as(MEASURE_ENFORCE);
	snprintf(path, sizeof(path), "%s.key", ((struct fixture *)*state)->path);
	memory = xcalloc(1, ring_bytes(sizeof(struct order), RING));
	ring_make(memory);
	ring_attach_putting(&putting, memory, sizeof(struct order), RING, -1);
	ring_attach_taking(&taking, memory, sizeof(struct order), RING, -1);
	orders = (struct keeperorders){.ring = NULL};
	waits = (struct planning_waits){0};
	network = lines_new(&LINES_DEFAULTS);
	fail = (struct fail){0};
	return keyfile_read(path, &keys, &fail);
}

static int
end(void **state)
{
	ledger_close(ledger);
	network = lines_free(network);
	keyfile_forget(&keys);
	free(memory);
	return fixture_end(state);
}

/* The pseudonym of 192.0.2.N. */
static uint64_t
line_of(unsigned last)
{
	struct line_name name = {.length = 128};

	assert_int_equal(address_parse(TEXT("192.0.2.0"), &name.address), 0);
	name.address.byte[15] = (uint8_t)last;
	return line_name_pseudonym(&name, &keys.pseudonym);
}

/* A case of a line, with this name. */
static void
confirm_as(uint64_t line, const char *name)
{
	struct verdict verdict = fixture_verdict(line, 1, STATE_WATCH, STATE_CONFIRMED);

	assert_int_equal(ledger_transition(ledger, &verdict, text_of(name), NULL), 0);
}

static void
confirm(unsigned last)
{
	char name[LINE_NAME];

	snprintf(name, sizeof(name), "192.0.2.%u", last);
	confirm_as(line_of(last), name);
}

/* Tells, and takes out: how many. Nothing but the first time it says that all is to be asked for. */
static size_t
tell(void)
{
	int64_t n;

	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	n = ring_take(&taking, order, RING);
	assert_true(n >= 0);
	ring_taken(&taking);
	return (size_t)n;
}

static void
begin_orders(void)
{
	keeperorders_begin(&orders, &putting, NULL, &waits, &keys, network, 0);
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_ANEW);
	assert_int_equal(tell(), 0);
}

/* Who leases the address now is held for nobody else's case. */
static void
an_address_that_is_leased_by_now_is_no_place(void **state)
{
	const struct lines_prefix prefix = {
		.prefix = {.address = address_from_bytes((uint8_t[]){192, 0, 2, 0}, 4),
			.length = 120},
		.is_leased = true};
	struct leased leased = {.has_leases = true};

	(void)state;
	begin_orders();
	assert_int_equal(lines_add(network, &prefix, &fail), 0);
	confirm(7);
	fixture_commit(ledger);
	assert_int_equal(tell(), 2);
	assert_int_equal(order[0].place.length, 128);
	lines_set_leased(network, &leased);
	confirm(8);
	fixture_commit(ledger);
	assert_int_equal(tell(), 2);
	assert_int_equal(order[0].place.length, 0);
	assert_int_equal(order[1].place.length, 0);
}

static void
proposals_are_counted_as_they_come_and_go(void **state)
{
	struct measure measure;

	(void)state;
	plan_as(MEASURE_PROPOSE);
	begin_orders();
	for (unsigned last = 1; last <= 3; last++)
		confirm(last);
	fixture_commit(ledger);
	assert_int_equal(tell(), 0);
	assert_int_equal(waits.proposed, 6);
	assert_int_equal(waits.braked, 0);
	assert_int_equal(ledger_confirm(ledger, 2, TEXT(""), &measure, &fail), 0);
	assert_int_equal(tell(), 1);
	assert_int_equal(waits.proposed, 5);
	assert_int_equal(ledger_release(ledger, 2, END_HELPDESK, TEXT(""), &fail), 2);
	assert_int_equal(tell(), 0);
	assert_int_equal(waits.proposed, 3);
}

static void
what_begins_and_ends_is_told_once_with_its_place(void **state)
{
	struct measure measure;

	(void)state;
	begin_orders();
	confirm(7);
	fixture_commit(ledger);
	/* That which is limited at the relay, and that whose port 25 is closed. */
	assert_int_equal(tell(), 2);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(order[i].verb, ORDER_APPLY);
		assert_int_equal(order[i].line, line_of(7));
		assert_int_equal(order[i].place.length, 128);
		assert_int_equal(order[i].place.address.byte[15], 7);
		assert_int_equal(order[i].until.us, 0);
	}
	assert_int_equal(order[0].kind + order[1].kind, MEASURE_LIMIT + MEASURE_BLOCK25);
	assert_int_equal(tell(), 0);
	assert_int_equal(ledger_quarantine(ledger, 1, WALL_NONE, TEXT("x"), &measure, &fail), 0);
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_APPLY);
	assert_int_equal(order[0].kind, MEASURE_QUARANTINE);
	assert_int_equal(order[0].measure, measure.number);
	assert_int_equal(order[0].until.us, measure.until.us);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), &fail), 3);
	assert_int_equal(tell(), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(order[i].verb, ORDER_UNDO);
	assert_int_equal(orders.told, 6);
	assert_int_equal(orders.lost, 0);
}

static void
what_began_and_ended_meanwhile_is_only_ended(void **state)
{
	(void)state;
	begin_orders();
	confirm(7);
	fixture_commit(ledger);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), &fail), 2);
	assert_int_equal(tell(), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(order[i].verb, ORDER_UNDO);
}

static void
what_is_observed_or_proposed_is_no_order(void **state)
{
	struct measure measure;
	struct held_question question = {.number = 1};

	(void)state;
	begin_orders();
	plan_as(MEASURE_OBSERVE);
	confirm(7);
	plan_as(MEASURE_PROPOSE);
	confirm(8);
	fixture_commit(ledger);
	assert_int_equal(tell(), 0);
	assert_int_equal(keeperorders_page(&orders, ledger, &question, &page, &fail), 0);
	assert_int_equal(page.count, 0);
	/* When a person says so it is one. */
	assert_int_equal(ledger_confirm(ledger, 3, TEXT("x"), &measure, &fail), 0);
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_APPLY);
	assert_int_equal(order[0].measure, measure.number);
	assert_int_equal(order[0].line, line_of(8));
}

static void
a_name_that_is_no_place_or_not_the_lines_own_gives_none(void **state)
{
	(void)state;
	begin_orders();
	confirm_as(line_of(7), "192.0.2.8");
	confirm_as(1234, "session of somebody");
	confirm_as(line_of(9), "192.0.2.9:1024-2047");
	fixture_commit(ledger);
	assert_int_equal(tell(), 6);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(order[i].verb, ORDER_APPLY);
		assert_int_equal(order[i].place.length, 0);
	}
}

static void
a_ring_that_is_full_owes_that_all_is_asked_for(void **state)
{
	(void)state;
	begin_orders();
	for (unsigned last = 1; last <= RING; last++)
		confirm(last);
	fixture_commit(ledger);
	assert_int_equal(tell(), RING);
	assert_int_equal(order[0].verb, ORDER_APPLY);
	assert_int_equal(orders.lost, RING);
	assert_true(orders.owes_anew);
	/* As soon as there is room. */
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_ANEW);
	assert_false(orders.owes_anew);
	assert_int_equal(tell(), 0);
}

/* All pages one after the other into order: how many orders. */
static size_t
ask_all(unsigned *pages)
{
	struct held_question question = {0};
	size_t count = 0;

	*pages = 0;
	do {
		question.number++;
		assert_int_equal(keeperorders_page(&orders, ledger, &question, &page, &fail), 0);
		assert_int_equal(page.number, question.number);
		assert_true(page.count <= MESSAGE_HELD_MOST);
		assert_true(count + page.count <= sizeof(order) / sizeof(*order));
		memcpy(order + count, page.order, page.count * sizeof(*page.order));
		count += page.count;
		question.after = page.after;
		(*pages)++;
		assert_true(*pages < 10);
	} while (!page.is_last);
	return count;
}

static void
all_that_holds_comes_in_pages_and_each_once(void **state)
{
	static bool seen[2 * MESSAGE_HELD_MOST];
	unsigned pages;
	size_t count = MESSAGE_HELD_MOST + 2;

	(void)state;
	begin_orders();
	assert_int_equal(ask_all(&pages), 0);
	for (unsigned line = 1; line <= count / 2; line++)
		confirm_as(line, "a line");
	fixture_commit(ledger);
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), &fail), 2);
	assert_int_equal(ask_all(&pages), count - 2);
	confirm(7);
	fixture_commit(ledger);
	assert_int_equal(ask_all(&pages), count);
	assert_int_equal(pages, 3);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(order[i].verb, ORDER_APPLY);
		assert_true(order[i].measure > 2 && order[i].measure < 2 * MESSAGE_HELD_MOST);
		assert_false(seen[order[i].measure]);
		seen[order[i].measure] = true;
	}
}

static void
a_page_says_which_orders_are_in_it_already(void **state)
{
	struct held_question question = {.number = 1};
	struct order first;

	(void)state;
	/* A keeper that begins says so before it answers anybody. */
	begin_orders();
	confirm(7);
	fixture_commit(ledger);
	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	assert_int_equal(keeperorders_page(&orders, ledger, &question, &page, &fail), 0);
	assert_false(ring_is_at(&taking, page.place));
	while (!ring_is_at(&taking, page.place))
		assert_int_equal(ring_take(&taking, &first, 1), 1);
	confirm(8);
	fixture_commit(ledger);
	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	assert_int_equal(ring_take(&taking, &first, 1), 1);
	assert_true(first.line == line_of(8));
}

static void
exempt(unsigned last, struct wall until)
{
	char name[LINE_NAME];

	snprintf(name, sizeof(name), "192.0.2.%u", last);
	assert_int_equal(ledger_except(ledger, EXCEPTION_EXEMPT, line_of(last), text_of(name),
				 until, TEXT("x"), &fail),
		0);
}

/* What was taken out last is about the exemption of that line. */
static void
is_exemption(const struct order *of, enum order_verb verb, unsigned last)
{
	assert_int_equal(of->verb, verb);
	assert_int_equal(of->kind, ORDER_EXEMPTION);
	assert_int_equal(of->line, line_of(last));
	if (verb == ORDER_APPLY) {
		assert_int_equal(of->place.length, 128);
		assert_int_equal(of->place.address.byte[15], last);
	}
}

static void
exemptions_come_after_the_measures_until_they_are_over(void **state)
{
	struct wall until = {FIXTURE_NOW.us + WALL_DAY};
	unsigned pages;

	(void)state;
	begin_orders();
	confirm(7);
	fixture_commit(ledger);
	exempt(9, until);
	assert_int_equal(ask_all(&pages), 3);
	is_exemption(&order[2], ORDER_APPLY, 9);
	assert_int_equal(order[2].until.us, until.us);
	/* Over, and not ended yet. */
	ledger_set_time(ledger, until);
	assert_int_equal(ask_all(&pages), 2);
}

static void
an_exemption_that_begins_or_ends_is_told_alone(void **state)
{
	struct wall until = {FIXTURE_NOW.us + WALL_DAY};
	uint64_t number;

	(void)state;
	begin_orders();
	exempt(9, until);
	assert_int_equal(tell(), 1);
	is_exemption(&order[0], ORDER_APPLY, 9);
	assert_int_equal(order[0].until.us, until.us);
	number = order[0].measure;
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_EXEMPT, line_of(9), &fail), 0);
	assert_int_equal(tell(), 1);
	is_exemption(&order[0], ORDER_UNDO, 9);
	assert_int_equal(order[0].measure, number);
	/* One that is over ends before another of the line begins. */
	exempt(10, until);
	assert_int_equal(tell(), 1);
	ledger_set_time(ledger, until);
	exempt(10, (struct wall){until.us + WALL_DAY});
	assert_int_equal(tell(), 2);
	is_exemption(&order[0], ORDER_UNDO, 10);
	is_exemption(&order[1], ORDER_APPLY, 10);
	ledger_set_time(ledger, (struct wall){until.us + WALL_DAY});
	assert_int_equal(ledger_end_exceptions(ledger, &fail), 1);
	assert_int_equal(tell(), 1);
	is_exemption(&order[0], ORDER_UNDO, 10);
	assert_int_equal(tell(), 0);
	assert_int_equal(orders.told, 6);
}

static void
exemptions_that_began_and_ended_meanwhile_are_only_ended(void **state)
{
	struct wall until = {FIXTURE_NOW.us + WALL_DAY};

	(void)state;
	begin_orders();
	exempt(9, until);
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_EXEMPT, line_of(9), &fail), 0);
	assert_int_equal(tell(), 1);
	is_exemption(&order[0], ORDER_UNDO, 9);
	/* Lines that are never acted upon are nothing to the actor. */
	assert_int_equal(ledger_except(ledger, EXCEPTION_NEVER, line_of(9), TEXT("192.0.2.9"),
				 WALL_NONE, TEXT("x"), &fail),
		0);
	assert_int_equal(ledger_except_undo(ledger, EXCEPTION_NEVER, line_of(9), &fail), 0);
	assert_int_equal(tell(), 0);
}

/* Its line is nowhere any more. */
static void
an_exemption_that_another_program_ended_has_all_asked_for(void **state)
{
	struct ledger_settings settings = fixture_settings(*state, STORE_WRITE);
	struct ledger *other = NULL;

	begin_orders();
	exempt(9, (struct wall){FIXTURE_NOW.us + WALL_DAY});
	assert_int_equal(tell(), 1);
	assert_int_equal(ledger_open(&other, &settings, &fail), 0);
	assert_int_equal(ledger_except_undo(other, EXCEPTION_EXEMPT, line_of(9), &fail), 0);
	ledger_close(other);
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_ANEW);
	assert_int_equal(tell(), 0);
}

static void
a_ledger_that_is_opened_again_has_all_asked_for(void **state)
{
	(void)state;
	begin_orders();
	confirm(7);
	fixture_commit(ledger);
	assert_int_equal(tell(), 2);
	keeperorders_begin(&orders, &putting, NULL, &waits, &keys, network, orders.sequence);
	assert_int_equal(orders.told, 2);
	assert_int_equal(tell(), 1);
	assert_int_equal(order[0].verb, ORDER_ANEW);
}

static bool
is_limited(const struct casetable *cases, unsigned last)
{
	struct casetable_slot slot;

	return casetable_find(cases, line_of(last), &slot) == 0 && slot.is_limited;
}

/* Without an actor, and before the guard has heard of the case. */
static void
limits_are_shown_to_the_guard_while_they_hold(void **state)
{
	struct casetable *cases = xcalloc(1, sizeof(*cases));
	uint64_t displaced = 0;
	struct measure measure;

	(void)state;
	keeperorders_begin(&orders, NULL, cases, &waits, &keys, network, 0);
	confirm(7);
	confirm(8);
	fixture_commit(ledger);
	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	assert_true(is_limited(cases, 7));
	assert_true(is_limited(cases, 8));
	assert_int_equal(cases->count, 2);
	assert_int_equal(orders.told, 0);
	/* Let go, and taken back. */
	assert_int_equal(ledger_release(ledger, 1, END_HELPDESK, TEXT("x"), &fail), 2);
	assert_int_equal(ledger_undo(ledger, 3, TEXT("x"), &measure, &fail), 0);
	assert_int_equal(measure.kind, MEASURE_LIMIT);
	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	assert_false(is_limited(cases, 7));
	assert_false(is_limited(cases, 8));
	assert_int_equal(ledger_undo(ledger, 3, TEXT("x"), &measure, &fail), 1);
	assert_int_equal(keeperorders_tell(&orders, ledger, &fail), 0);
	assert_true(is_limited(cases, 8));
	/* Who begins finds it in the ledger. */
	memset(cases, 0, sizeof(*cases));
	assert_true(keeperfollow_cases(ledger, cases, &displaced, &fail) >= 0);
	assert_int_equal(cases->count, 2);
	assert_false(is_limited(cases, 7));
	assert_true(is_limited(cases, 8));
	free(cases);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_address_that_is_leased_by_now_is_no_place, begin, end),
		cmocka_unit_test_setup_teardown(
			proposals_are_counted_as_they_come_and_go, begin, end),
		cmocka_unit_test_setup_teardown(
			what_begins_and_ends_is_told_once_with_its_place, begin, end),
		cmocka_unit_test_setup_teardown(
			limits_are_shown_to_the_guard_while_they_hold, begin, end),
		cmocka_unit_test_setup_teardown(
			what_began_and_ended_meanwhile_is_only_ended, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_observed_or_proposed_is_no_order, begin, end),
		cmocka_unit_test_setup_teardown(
			a_name_that_is_no_place_or_not_the_lines_own_gives_none, begin, end),
		cmocka_unit_test_setup_teardown(
			a_ring_that_is_full_owes_that_all_is_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(
			all_that_holds_comes_in_pages_and_each_once, begin, end),
		cmocka_unit_test_setup_teardown(
			a_page_says_which_orders_are_in_it_already, begin, end),
		cmocka_unit_test_setup_teardown(
			exemptions_come_after_the_measures_until_they_are_over, begin, end),
		cmocka_unit_test_setup_teardown(
			an_exemption_that_begins_or_ends_is_told_alone, begin, end),
		cmocka_unit_test_setup_teardown(
			exemptions_that_began_and_ended_meanwhile_are_only_ended, begin, end),
		cmocka_unit_test_setup_teardown(
			an_exemption_that_another_program_ended_has_all_asked_for, begin, end),
		cmocka_unit_test_setup_teardown(
			a_ledger_that_is_opened_again_has_all_asked_for, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
