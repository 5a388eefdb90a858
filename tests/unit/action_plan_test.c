/* SPDX-License-Identifier: BSD-2-Clause */
#include "action/plan.h"
#include "base/random.h"
#include "identity/line.h"
#include "unit.h"

#define NOW ((struct wall){1700000000 * WALL_SECOND})

static struct plan_settings
enforcing(void)
{
	struct plan_settings settings = PLAN_DEFAULTS;

	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		settings.mode[kind] = MEASURE_ENFORCE;
	return settings;
}

/* What holds after it. */
static void
apply(struct plan_facts *facts, const struct plan_change *changes, unsigned count, struct wall now)
{
	for (unsigned i = 0; i < count; i++) {
		struct plan_held *held = &facts->held[changes[i].kind];

		assert_true(held->holds != changes[i].begins);
		*held = (struct plan_held){.holds = changes[i].begins,
			.mode = changes[i].mode,
			.begun = now,
			.until = changes[i].until};
	}
}

/* Asks, and applies: how many changes. */
static unsigned
go(const struct plan_settings *settings, struct plan_facts *facts, struct wall now)
{
	struct plan_change changes[PLAN_CHANGES];
	unsigned count = plan(settings, facts, now, changes);

	apply(facts, changes, count, now);
	return count;
}

static bool
holds(const struct plan_facts *facts, enum measure_kind kind, enum measure_mode mode)
{
	return facts->held[kind].holds && facts->held[kind].mode == mode;
}

static void
what_a_program_did_to_a_line_that_is_protected_now_is_only_proposed(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_QUARANTINE};
	struct plan_change changes[PLAN_CHANGES];

	(void)state;
	facts.held[MEASURE_BLOCK25] = (struct plan_held){
		.holds = true, .by_program = true, .mode = MEASURE_ENFORCE, .begun = NOW};
	facts.held[MEASURE_QUARANTINE] = facts.held[MEASURE_BLOCK25];
	facts.held[MEASURE_LIMIT] = facts.held[MEASURE_BLOCK25];
	assert_int_equal(go(&settings, &facts, NOW), 0);
	facts.role = ROLE_PROTECTED;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 4);
	assert_int_equal(changes[0].why, END_ROLE);
	assert_int_equal(changes[1].why, END_ROLE);
	assert_int_equal(go(&settings, &facts, NOW), 4);
	assert_true(holds(&facts, MEASURE_BLOCK25, MEASURE_PROPOSE));
	assert_true(holds(&facts, MEASURE_QUARANTINE, MEASURE_PROPOSE));
	assert_true(holds(&facts, MEASURE_LIMIT, MEASURE_ENFORCE));
	assert_int_equal(go(&settings, &facts, NOW), 0);
	/* What a person decided stands. */
	facts.held[MEASURE_QUARANTINE].mode = MEASURE_ENFORCE;
	assert_int_equal(go(&settings, &facts, NOW), 0);
}

static void
what_nothing_can_hold_any_more_ends(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED}, gone;
	struct plan_change changes[PLAN_CHANGES];

	(void)state;
	assert_int_equal(go(&settings, &facts, NOW), 2);
	/* Its line is none: a person's decision cannot hold it, either. */
	gone = facts;
	gone.is_gone = true;
	assert_int_equal(plan(&settings, &gone, NOW, changes), 2);
	assert_int_equal(changes[0].why, END_LINE);
	assert_int_equal(changes[1].why, END_LINE);
	assert_int_equal(go(&settings, &gone, NOW), 2);
	assert_int_equal(go(&settings, &gone, NOW), 0);
	gone.is_gone = false;
	assert_int_equal(go(&settings, &gone, NOW), 2);
	/* Nothing closes port 25: that is what is observed then, and limits stay. */
	settings.unheld = 1U << MEASURE_BLOCK25;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 2);
	assert_int_equal(changes[0].why, END_BACKEND);
	assert_int_equal(go(&settings, &facts, NOW), 2);
	assert_true(holds(&facts, MEASURE_BLOCK25, MEASURE_OBSERVE));
	assert_true(holds(&facts, MEASURE_LIMIT, MEASURE_ENFORCE));
	assert_int_equal(go(&settings, &facts, NOW), 0);
}

static void
a_case_goes_up_a_step_at_a_time_and_back_at_once(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_WATCH};
	struct wall now = NOW;

	(void)state;
	assert_int_equal(go(&settings, &facts, now), 0);
	facts.state = STATE_SUSPECT;
	assert_int_equal(go(&settings, &facts, now), 1);
	assert_true(holds(&facts, MEASURE_LIMIT, MEASURE_ENFORCE));
	facts.state = STATE_CONFIRMED;
	assert_int_equal(go(&settings, &facts, now), 1);
	assert_true(holds(&facts, MEASURE_BLOCK25, MEASURE_ENFORCE));
	now.us += WALL_DAY - 1;
	assert_int_equal(go(&settings, &facts, now), 0);
	now.us += 1;
	assert_int_equal(go(&settings, &facts, now), 1);
	assert_true(holds(&facts, MEASURE_QUARANTINE, MEASURE_ENFORCE));
	facts.state = STATE_PROBATION;
	assert_int_equal(go(&settings, &facts, now), 3);
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		assert_false(facts.held[kind].holds);
}

static void
who_was_held_before_is_held_sooner(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED, .before = 1};
	struct wall now = NOW;

	(void)state;
	assert_int_equal(go(&settings, &facts, now), 2);
	now.us += WALL_DAY / 4;
	assert_int_equal(go(&settings, &facts, now), 1);
	assert_true(holds(&facts, MEASURE_QUARANTINE, MEASURE_ENFORCE));
}

static void
few_connections_say_little_of_a_rate(void **state)
{
	(void)state;
	assert_int_equal(plan_harm(0, 0), 0);
	assert_int_equal(plan_harm(9, WALL_SECOND), 0);
	assert_true(plan_harm(34, WALL_SECOND) < 1000);
	assert_true(plan_harm(35, WALL_SECOND) >= 1000);
	assert_true(plan_harm(35, 2 * WALL_MINUTE) < 1000);
	assert_true(plan_harm(1000, WALL_HOUR) < 1000);
	assert_true(plan_harm(1100, WALL_HOUR) >= 1000);
	assert_int_equal(plan_harm(UINT64_MAX, -WALL_HOUR), UINT32_MAX);
}

static void
who_does_harm_is_held_sooner_if_it_goes_on(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED, .harm = 1000};
	struct plan_change changes[PLAN_CHANGES];
	struct wall now = NOW;

	(void)state;
	assert_false(plan_asks_harm(&settings, &facts, now));
	(void)go(&settings, &facts, now);
	now.us += WALL_HOUR - 1;
	assert_false(plan_asks_harm(&settings, &facts, now));
	assert_int_equal(plan(&settings, &facts, now, changes), 0);
	now.us += 1;
	assert_true(plan_asks_harm(&settings, &facts, now));
	facts.harm = 999;
	assert_int_equal(plan(&settings, &facts, now, changes), 0);
	facts.harm = 1000;
	settings.harm = 0;
	assert_int_equal(plan(&settings, &facts, now, changes), 0);
	settings.harm = 1000;
	facts.role = ROLE_PROTECTED;
	facts.held[MEASURE_BLOCK25].mode = MEASURE_PROPOSE;
	assert_int_equal(plan(&settings, &facts, now, changes), 1);
	assert_int_equal(changes[0].mode, MEASURE_PROPOSE);
	facts.role = ROLE_RESIDENTIAL;
	facts.held[MEASURE_BLOCK25].mode = MEASURE_ENFORCE;
	assert_int_equal(plan(&settings, &facts, now, changes), 1);
	assert_true(changes[0].harms);
	(void)go(&settings, &facts, now);
	assert_true(holds(&facts, MEASURE_QUARANTINE, MEASURE_ENFORCE));
	assert_false(plan_asks_harm(&settings, &facts, now));
}

static void
nobody_is_held_longer_than_the_law_allows(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED};
	struct plan_change changes[PLAN_CHANGES];
	struct wall now = NOW;

	(void)state;
	(void)go(&settings, &facts, now);
	now.us += WALL_DAY;
	(void)go(&settings, &facts, now);
	now.us += 30 * WALL_DAY - 1;
	assert_int_equal(plan(&settings, &facts, now, changes), 0);
	now.us += 1;
	assert_int_equal(plan(&settings, &facts, now, changes), 1);
	assert_int_equal(changes[0].kind, MEASURE_QUARANTINE);
	assert_false(changes[0].begins);
	assert_int_equal(changes[0].why, END_DATE);
}

static void
a_line_that_is_never_acted_upon_is_let_go(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED};
	struct plan_change changes[PLAN_CHANGES];

	(void)state;
	(void)go(&settings, &facts, NOW);
	facts.is_never = true;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 2);
	for (int i = 0; i < 2; i++) {
		assert_false(changes[i].begins);
		assert_int_equal(changes[i].why, END_NEVER);
	}
}

static void
what_the_customer_objects_to_ends_and_begins_again_when_that_is_over(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED, .is_objected = true};
	struct plan_change changes[PLAN_CHANGES];

	(void)state;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 0);
	facts.is_objected = false;
	assert_int_equal(go(&settings, &facts, NOW), 2);
	facts.is_objected = true;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 2);
	assert_int_equal(changes[0].why, END_OBJECTION);
	assert_int_equal(changes[1].why, END_OBJECTION);
	/* What a person said of it for good is the reason. */
	facts.is_never = true;
	assert_int_equal(plan(&settings, &facts, NOW, changes), 2);
	assert_int_equal(changes[0].why, END_NEVER);
}

static void
modes_that_become_harder_hold_for_cases_that_are_open(void **state)
{
	struct plan_settings settings = PLAN_DEFAULTS;
	struct plan_facts facts = {.state = STATE_CONFIRMED};

	(void)state;
	(void)go(&settings, &facts, NOW);
	assert_true(holds(&facts, MEASURE_BLOCK25, MEASURE_OBSERVE));
	settings.mode[MEASURE_BLOCK25] = MEASURE_ENFORCE;
	assert_int_equal(go(&settings, &facts, NOW), 2);
	assert_true(holds(&facts, MEASURE_BLOCK25, MEASURE_ENFORCE));
	assert_true(holds(&facts, MEASURE_LIMIT, MEASURE_OBSERVE));
	/* What holds is not taken back by a setting. */
	settings.mode[MEASURE_BLOCK25] = MEASURE_PROPOSE;
	assert_int_equal(go(&settings, &facts, NOW), 0);
}

static void
an_account_has_limits_only(void **state)
{
	struct plan_settings settings = enforcing();
	struct plan_facts facts = {.state = STATE_CONFIRMED, .role = ROLE_ACCOUNT};

	(void)state;
	assert_int_equal(go(&settings, &facts, NOW), 1);
	assert_true(holds(&facts, MEASURE_LIMIT, MEASURE_ENFORCE));
}

static void
make_facts(struct random *random, struct plan_facts *facts)
{
	*facts = (struct plan_facts){
		.state = (uint8_t)random_below(random, STATE_COUNT),
		.role = (uint8_t)random_below(random, ROLE_COUNT),
		.is_never = random_below(random, 8) == 0,
		.is_objected = random_below(random, 8) == 0,
		.brakes = (uint8_t)random_below(random, 1 << MEASURE_KINDS),
		.before = (unsigned)random_below(random, 3),
	};
	for (int kind = 0; kind < MEASURE_KINDS; kind++)
		facts->held[kind] = (struct plan_held){
			.holds = random_below(random, 2) == 0,
			.mode = (uint8_t)random_below(random, MEASURE_MODES),
			.begun.us = NOW.us - (int64_t)random_below(random, 40 * WALL_DAY),
			.until.us = random_below(random, 2) == 0
				? 0
				: NOW.us + (int64_t)random_below(random, 20 * WALL_DAY) - WALL_DAY,
		};
}

/* What a program does by itself, in any case whatever. */
static void
no_program_holds_whom_it_must_not(void **state)
{
	struct random random;
	struct plan_settings settings = enforcing();
	struct plan_change changes[PLAN_CHANGES];
	struct plan_facts facts;
	unsigned enforced = 0;

	(void)state;
	random_seed(&random, 7);
	for (int i = 0; i < 200000; i++) {
		unsigned count;

		make_facts(&random, &facts);
		count = plan(&settings, &facts, NOW, changes);
		for (unsigned c = 0; c < count; c++) {
			bool is_held = changes[c].begins && changes[c].mode == MEASURE_ENFORCE &&
				changes[c].kind != MEASURE_LIMIT;

			enforced += is_held;
			if (!is_held)
				continue;
			assert_false(facts.is_never || facts.is_objected);
			assert_true(
				facts.state == STATE_CONFIRMED || facts.state == STATE_QUARANTINE);
			assert_true(facts.role != ROLE_SHARED && facts.role != ROLE_PROTECTED &&
				facts.role != ROLE_MAIL_SERVER && facts.role != ROLE_ACCOUNT);
			assert_false(changes[c].kind != MEASURE_LIMIT &&
				(facts.brakes >> changes[c].kind & 1) != 0);
		}
	}
	assert_true(enforced > 1000);
}

static void
asked_twice_it_says_the_same_and_then_nothing(void **state)
{
	struct random random;
	struct plan_settings settings = enforcing();
	struct plan_change changes[PLAN_CHANGES];
	struct plan_facts facts;

	(void)state;
	random_seed(&random, 8);
	for (int i = 0; i < 200000; i++) {
		unsigned count;
		bool by_date = false;

		make_facts(&random, &facts);
		for (int kind = 0; kind < MEASURE_KINDS; kind++)
			settings.mode[kind] = (uint8_t)random_below(&random, MEASURE_MODES);
		count = plan(&settings, &facts, NOW, changes);
		for (unsigned c = 0; c < count; c++)
			by_date = by_date || (!changes[c].begins && changes[c].why == END_DATE);
		apply(&facts, changes, count, NOW);
		assert_true(by_date || plan(&settings, &facts, NOW, changes) == 0);
		/* What ends comes first. */
		for (unsigned c = 1; c < count; c++)
			assert_true(changes[c].begins || !changes[c - 1].begins);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_a_program_did_to_a_line_that_is_protected_now_is_only_proposed),
		cmocka_unit_test(what_nothing_can_hold_any_more_ends),
		cmocka_unit_test(a_case_goes_up_a_step_at_a_time_and_back_at_once),
		cmocka_unit_test(who_was_held_before_is_held_sooner),
		cmocka_unit_test(few_connections_say_little_of_a_rate),
		cmocka_unit_test(who_does_harm_is_held_sooner_if_it_goes_on),
		cmocka_unit_test(nobody_is_held_longer_than_the_law_allows),
		cmocka_unit_test(a_line_that_is_never_acted_upon_is_let_go),
		cmocka_unit_test(
			what_the_customer_objects_to_ends_and_begins_again_when_that_is_over),
		cmocka_unit_test(modes_that_become_harder_hold_for_cases_that_are_open),
		cmocka_unit_test(an_account_has_limits_only),
		cmocka_unit_test(no_program_holds_whom_it_must_not),
		cmocka_unit_test(asked_twice_it_says_the_same_and_then_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
