/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "relay/window.h"
#include "unit.h"

#include <stdlib.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)

static struct rule
rule_of(const char *text)
{
	struct fail fail = {0};
	struct rule rule;
	size_t column;

	if (rule_parse(text_of(text), &rule, &column, &fail) < 0)
		fail_msg("%s: %s", text, fail.what);
	return rule;
}

static struct wall
at(int64_t us)
{
	return (struct wall){BEGIN + us};
}

static void
an_hour_is_over_when_its_last_cell_is(void **state)
{
	struct rule rule = rule_of("10 messages/hour");
	struct window_amount one = {.of = {[RULE_MESSAGES] = 1}};
	struct window window = {0};
	struct window_ref ref = window_of(&window);
	struct window_answer answer;

	for (int i = 0; i < 10; i++) {
		assert_true(window_allows(&ref, &rule, &one, at(i * WALL_MINUTE), &answer));
		window_take(&ref, &rule, &one, at(i * WALL_MINUTE));
	}
	assert_false(window_allows(&ref, &rule, &one, at(9 * WALL_MINUTE), &answer));
	assert_int_equal(answer.bound, WINDOW_BY_HOUR);
	assert_int_equal(answer.limit, 10);
	assert_int_equal(answer.counted, 10);
	assert_false(answer.never);
	/* Six of them are of the first six minutes. */
	assert_int_equal(answer.free.us, BEGIN + 66 * WALL_MINUTE);
	assert_false(window_allows(&ref, &rule, &one, (struct wall){answer.free.us - 1}, &answer));
	one.of[RULE_MESSAGES] = 6;
	assert_true(window_allows(&ref, &rule, &one, at(66 * WALL_MINUTE), &answer));
	one.of[RULE_MESSAGES] = 7;
	assert_false(window_allows(&ref, &rule, &one, at(66 * WALL_MINUTE), &answer));
	assert_int_equal(answer.free.us, BEGIN + 72 * WALL_MINUTE);
	(void)state;
}

static void
more_than_a_limit_at_once_never_may(void **state)
{
	struct rule rule = rule_of("10 messages/hour, 200 recipients/day burst 50");
	struct window_amount many = {.of = {1, 1000}};
	struct window window = {0};
	struct window_ref ref = window_of(&window);
	struct window_answer answer;

	assert_false(window_allows(&ref, &rule, &many, at(0), &answer));
	assert_true(answer.never);
	assert_int_equal(answer.what, RULE_RECIPIENTS);
	many.of[RULE_RECIPIENTS] = 51;
	assert_false(window_allows(&ref, &rule, &many, at(0), &answer));
	assert_true(answer.never);
	assert_int_equal(answer.bound, WINDOW_BURST);
	many.of[RULE_RECIPIENTS] = 50;
	assert_true(window_allows(&ref, &rule, &many, at(0), &answer));
	(void)state;
}

/* What was accepted and not given back, for a slow and simple judgement. */
#define EVENTS 4000
struct event {
	int64_t us;
	int64_t sent_us; /* later, where it was held back */
	uint32_t of[RULE_WHATS];
	bool is_gone;
};

struct trial {
	struct event event[EVENTS];
	size_t count;
};

static uint64_t
most_in_any(const struct trial *trial, unsigned what, int64_t length, int64_t now)
{
	uint64_t sum = 0;

	/* A window that holds most ends with an event; earlier ones were looked at before. */
	for (size_t i = trial->count; i-- > 0 && i + 1500 > trial->count;) {
		if (!trial->event[i].is_gone && trial->event[i].sent_us > now - length)
			sum += trial->event[i].of[what];
	}
	return sum;
}

/* The level of a leaky bucket that got what is left, in microseconds of its pace. */
static int64_t
level(const struct trial *trial, unsigned what, int64_t pace)
{
	int64_t due = 0;

	for (size_t i = 0; i < trial->count; i++) {
		if (trial->event[i].is_gone)
			continue;
		due = (due > trial->event[i].us ? due : trial->event[i].us) +
			pace * trial->event[i].of[what];
	}
	return trial->count > 0 ? due - trial->event[trial->count - 1].us : 0;
}

static void
check(const struct trial *trial, const struct rule *rule, int64_t now)
{
	for (unsigned w = 0; w < RULE_WHATS; w++) {
		if (rule->most[w][RULE_HOUR] != RULE_UNLIMITED)
			assert_true(
				most_in_any(trial, w, WALL_HOUR, now) <= rule->most[w][RULE_HOUR]);
		if (rule->most[w][RULE_DAY] != RULE_UNLIMITED)
			assert_true(
				most_in_any(trial, w, WALL_DAY, now) <= rule->most[w][RULE_DAY]);
		if (rule->pace[w] > 0)
			assert_true(
				level(trial, w, rule->pace[w]) <= rule->pace[w] * rule->burst[w]);
	}
}

static const char *const rules[] = {
	"20 messages/hour",
	"100 recipients/hour, burst 30",
	"50 messages/day, 20 messages/hour, 300 recipients/day burst 100",
	"5 recipients/hour, 5 recipients/day",
	"400 recipients/day burst 10",
};

static int64_t
draw_pause(struct random *random)
{
	static const int64_t scales[] = {
		1, WALL_SECOND, WALL_MINUTE, 7 * WALL_MINUTE, 3 * WALL_HOUR};

	return (int64_t)random_below(random, (uint64_t)scales[random_below(random, 5)] + 1);
}

/* One of the last events is sent now only, or given back. */
static void
change_one(struct trial *trial, struct random *random, const struct window_ref *ref,
	const struct rule *rule, int64_t now)
{
	size_t back = random_below(random, trial->count < 40 ? trial->count : 40);
	struct event *event = &trial->event[trial->count - 1 - back];
	struct window_amount amount = {.of = {event->of[0], event->of[1]}};
	struct wall sent = {event->sent_us}, at_once = {now};
	struct window_answer answer;

	if (event->is_gone) {
		return;
	} else if (random_below(random, 2) == 0) {
		event->is_gone = !window_move(ref, rule, &amount, sent, at_once, &answer);
		event->sent_us = now;
		if (!event->is_gone)
			check(trial, rule, now);
	} else if (event->us == event->sent_us) {
		window_give_back(ref, rule, &amount, sent, at_once);
		event->is_gone = true;
	}
}

/* One sender that does what it likes: bursts, pauses, messages that it holds back or gives up, under changing rules. */
static void
run_trial(uint64_t seed, bool is_wide, bool changes)
{
	struct random random;
	struct trial *trial = xcalloc(1, sizeof(*trial));
	struct window narrow = {0};
	struct window_wide wide = {0};
	struct window_ref ref = is_wide ? window_of_wide(&wide) : window_of(&narrow);
	int64_t now = BEGIN;
	struct rule rule;

	random_seed(&random, seed);
	rule = rule_of(rules[random_below(&random, sizeof(rules) / sizeof(*rules))]);

	for (int i = 0; i < EVENTS; i++) {
		struct window_amount amount = {.of = {1, 1 + (uint32_t)random_below(&random, 12)}};
		struct window_answer answer;

		now += draw_pause(&random);
		if (trial->count > 0 && random_below(&random, 5) == 0)
			change_one(trial, &random, &ref, &rule, now);
		if (!window_allows(&ref, &rule, &amount, (struct wall){now}, &answer)) {
			assert_true(answer.never || answer.free.us > now);
			continue;
		}
		window_take(&ref, &rule, &amount, (struct wall){now});
		trial->event[trial->count++] =
			(struct event){now, now, {amount.of[0], amount.of[1]}, false};
		check(trial, &rule, now);
		if (changes && random_below(&random, 300) == 0) {
			/* The narrower of the two holds for what was before. */
			rule.most[RULE_MESSAGES][RULE_HOUR] = 60;
			rule.most[RULE_RECIPIENTS][RULE_DAY] = 500;
		}
	}
	free(trial);
}

static void
no_window_ever_holds_more_than_the_limit(void **state)
{
	for (uint64_t seed = 1; seed <= 60; seed++)
		run_trial(seed, seed % 2 == 0, false);
	(void)state;
}

static void
nor_when_the_rule_changes(void **state)
{
	for (uint64_t seed = 1000; seed <= 1020; seed++)
		run_trial(seed, seed % 2 == 0, true);
	(void)state;
}

static void
when_it_is_said_to_be_free_it_is_and_not_before(void **state)
{
	struct random random;

	random_seed(&random, 7);
	for (int i = 0; i < 2000; i++) {
		struct rule rule = rule_of(rules[random_below(&random, 5)]);
		struct window window = {0};
		struct window_ref ref = window_of(&window);
		struct window_amount amount = {.of = {1, 2}};
		struct window_answer answer;
		struct wall now = at(0);

		while (window_allows(&ref, &rule, &amount, now, &answer)) {
			window_take(&ref, &rule, &amount, now);
			now.us += draw_pause(&random) / 40;
		}
		if (answer.never)
			continue;
		now = answer.free;
		assert_true(window_allows(&ref, &rule, &amount, now, &answer));
		now.us--;
		assert_false(window_allows(&ref, &rule, &amount, now, &answer));
		assert_true(answer.free.us == now.us + 1);
	}
	(void)state;
}

static void
what_is_given_back_at_once_leaves_nothing(void **state)
{
	struct rule rule = rule_of("20 messages/hour burst 5, 100 recipients/day burst 30");
	struct window_amount amount = {.of = {3, 20}};
	struct window window = {0};
	struct window_ref ref = window_of(&window);

	window_take(&ref, &rule, &amount, at(0));
	assert_int_equal(window_count(&ref, RULE_RECIPIENTS, RULE_DAY, at(0)), 20);
	assert_false(window_is_empty(&ref, at(0)));
	window_give_back(&ref, &rule, &amount, at(0), at(0));
	assert_int_equal(window_count(&ref, RULE_MESSAGES, RULE_HOUR, at(0)), 0);
	assert_true(window_is_empty(&ref, at(0)));
	/* Of a day that is over nothing is taken away. */
	window_take(&ref, &rule, &amount, at(30 * WALL_HOUR));
	window_give_back(&ref, &rule, &amount, at(0), at(30 * WALL_HOUR));
	assert_int_equal(window_count(&ref, RULE_MESSAGES, RULE_HOUR, at(30 * WALL_HOUR)), 3);
	(void)state;
}

static void
what_was_held_back_counts_when_it_is_sent(void **state)
{
	struct rule rule = rule_of("20 messages/hour, 30 messages/day");
	struct window_amount all = {.of = {20, 20}}, one = {.of = {1, 1}};
	struct window window = {0};
	struct window_ref ref = window_of(&window);
	struct window_answer answer;

	window_take(&ref, &rule, &all, at(0));
	assert_true(window_move(&ref, &rule, &all, at(0), at(50 * WALL_MINUTE), &answer));
	assert_false(window_allows(&ref, &rule, &one, at(70 * WALL_MINUTE), &answer));
	/* Of an hour that is over it needs room anew. */
	assert_true(window_allows(&ref, &rule, &one, at(3 * WALL_HOUR), &answer));
	window_take(&ref, &rule, &one, at(3 * WALL_HOUR));
	assert_false(
		window_move(&ref, &rule, &all, at(50 * WALL_MINUTE), at(3 * WALL_HOUR), &answer));
	assert_int_equal(answer.bound, WINDOW_BY_HOUR);
	assert_int_equal(window_count(&ref, RULE_MESSAGES, RULE_DAY, at(3 * WALL_HOUR)), 1);
	(void)state;
}

static void
time_that_goes_back_changes_nothing(void **state)
{
	struct rule rule = rule_of("2 messages/hour");
	struct window_amount one = {.of = {1, 0}};
	struct window window = {0};
	struct window_ref ref = window_of(&window);
	struct window_answer answer;

	window_take(&ref, &rule, &one, at(2 * WALL_HOUR));
	window_take(&ref, &rule, &one, at(0));
	assert_false(window_allows(&ref, &rule, &one, at(WALL_HOUR), &answer));
	assert_false(window_allows(&ref, &rule, &one, at(3 * WALL_HOUR), &answer));
	assert_true(window_allows(&ref, &rule, &one, at(3 * WALL_HOUR + 6 * WALL_MINUTE), &answer));
	(void)state;
}

static void
a_narrow_one_stays_full_and_becomes_a_wide_one(void **state)
{
	struct rule large = rule_of("70000 recipients/hour"),
		    small = rule_of("65534 recipients/hour");
	struct window_amount many = {.of = {1, 60000}}, one = {.of = {1, 1}};
	struct window window = {0};
	struct window_wide wide = {0};
	struct window_ref ref = window_of(&window), of_wide = window_of_wide(&wide);
	struct window_answer answer;

	assert_true(window_is_wide(&large));
	assert_false(window_is_wide(&small));
	window_take(&ref, &small, &many, at(0));
	window_widen(&window, &wide);
	/* Forced, as where limits are only watched. */
	window_take(&ref, &small, &many, at(0));
	assert_int_equal(window_count(&ref, RULE_RECIPIENTS, RULE_HOUR, at(0)), UINT16_MAX);
	assert_false(window_allows(&ref, &small, &one, at(0), &answer));
	assert_true(window_allows(&of_wide, &large, &one, at(0), &answer));
	window_take(&of_wide, &large, &many, at(0));
	assert_int_equal(window_count(&of_wide, RULE_RECIPIENTS, RULE_HOUR, at(0)), 120000);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_hour_is_over_when_its_last_cell_is),
		cmocka_unit_test(more_than_a_limit_at_once_never_may),
		cmocka_unit_test(no_window_ever_holds_more_than_the_limit),
		cmocka_unit_test(nor_when_the_rule_changes),
		cmocka_unit_test(when_it_is_said_to_be_free_it_is_and_not_before),
		cmocka_unit_test(what_is_given_back_at_once_leaves_nothing),
		cmocka_unit_test(what_was_held_back_counts_when_it_is_sent),
		cmocka_unit_test(time_that_goes_back_changes_nothing),
		cmocka_unit_test(a_narrow_one_stays_full_and_becomes_a_wide_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
