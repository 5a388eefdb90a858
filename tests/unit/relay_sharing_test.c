/* SPDX-License-Identifier: BSD-2-Clause */
/* Guards that hear of each other, as relays do: what they exchange, and what may pass meanwhile. */
#include "base/random.h"
#include "relay/guard.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define BEGIN  (INT64_C(20000) * WALL_DAY)
#define RELAYS 3
#define NAMES  4

static const struct hash_key secret = {{1, 2, 3}};

/* Guards with what each has to tell. */
struct house {
	struct guard *guard[RELAYS];
	struct deltas *deltas[RELAYS];
	int64_t told[RELAYS]; /* when it last did */
	uint64_t sequence;
};

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

static struct guard *
guard_of(const char *account, const char *relay)
{
	struct guard_settings settings = {.keys_most = 1000, .messages_most = 1000};

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	settings.rule[LIMIT_ACCOUNT] = rule_of(account);
	settings.rule[LIMIT_RELAY] = rule_of(relay);
	return guard_new(&settings);
}

static void
house_begin(struct house *house, const char *account, const char *relay)
{
	*house = (struct house){0};
	for (int i = 0; i < RELAYS; i++) {
		house->guard[i] = guard_of(account, relay);
		house->deltas[i] = deltas_new(1000);
		guard_share(house->guard[i], house->deltas[i]);
	}
}

static void
house_end(struct house *house)
{
	for (int i = 0; i < RELAYS; i++) {
		guard_free(house->guard[i]);
		deltas_free(house->deltas[i]);
	}
}

/* One tells all others. */
static void
tell(struct house *house, int from, int64_t now)
{
	static uint8_t bytes[BATCH_BYTES];
	static struct batch batch;
	struct batch_head head = {
		.relay = (uint64_t)from, .sequence = house->sequence++, .said = {BEGIN + now}};

	do {
		size_t size =
			deltas_encode(house->deltas[from], &head, &secret, bytes, sizeof(bytes));

		assert_int_equal(batch_decode(bytes, size, &secret, &batch), 0);
		for (int to = 0; to < RELAYS; to++) {
			if (to != from)
				guard_join(house->guard[to], batch.of, batch.count, batch.head.said,
					(struct wall){BEGIN + now});
		}
	} while (deltas_counts(house->deltas[from]).held > 0);
	house->told[from] = now;
}

static struct responsible
who(unsigned name)
{
	char text[20];
	struct responsible_input input = {.class = LIMIT_ACCOUNT};
	struct responsible ret;

	(void)snprintf(text, sizeof(text), "account%u", name);
	input.account = text_of(text);
	responsible_find(&input, &secret, &ret);
	return ret;
}

static bool
ask(struct guard *guard, unsigned name, uint64_t message, enum guard_stage stage, uint32_t count,
	int64_t now)
{
	struct responsible responsible = who(name);
	struct guard_ask it = {
		.message = message,
		.responsible = &responsible,
		.recipient = stage == GUARD_RECIPIENT ? count : 0,
		.count = stage == GUARD_RECIPIENT ? 0 : count,
		.stage = stage,
		.is_settled = true,
	};

	return guard_ask(guard, &it, (struct wall){BEGIN + now}).passes;
}

static void
check_same(struct guard *a, struct guard *b, int64_t now)
{
	for (unsigned name = 0; name < NAMES; name++) {
		struct responsible responsible = who(name);

		for (unsigned i = 0; i < responsible.count; i++) {
			for (int j = 0; j < RULE_WHATS * RULE_SPANS; j++) {
				uint64_t key = responsible.of[i].key;
				enum limit limit = (enum limit)responsible.of[i].limit;
				enum rule_what what = (enum rule_what)(j / RULE_SPANS);
				enum rule_span span = (enum rule_span)(j % RULE_SPANS);
				struct wall at = {BEGIN + now};

				assert_int_equal(guard_count(a, key, limit, what, span, at),
					guard_count(b, key, limit, what, span, at));
			}
		}
	}
}

static int64_t
draw_pause(struct random *random)
{
	static const int64_t scales[] = {
		1, WALL_SECOND, WALL_SECOND, WALL_MINUTE, 7 * WALL_MINUTE, WALL_HOUR};

	return (int64_t)random_below(random, (uint64_t)scales[random_below(random, 6)] + 1);
}

/* Messages of which some break off, some are silent, and some are open for hours. */
static void
guards_that_exchange_agree_with_one_that_saw_all(void **state)
{
	static const char *const rules[][2] = {
		{"100000 messages/hour burst 90000, 100000 recipients/day", "none"},
		{"10000 recipients/hour burst 5000", "200000 messages/hour"},
		{"none", "none"},
	};
	struct random random;

	random_seed(&random, 7);
	for (int trial = 0; trial < 60; trial++) {
		const char *const *rule = rules[trial % 3];
		struct guard *all = guard_of(rule[0], rule[1]);
		struct house house;
		int64_t now = 0;

		house_begin(&house, rule[0], rule[1]);
		for (int step = 0; step < 800; step++) {
			uint64_t message = 1 + random_below(&random, 40);
			/* A message stays with its relay and its account. */
			int relay = (int)(message % RELAYS);
			unsigned name = (unsigned)(message / RELAYS % NAMES);
			enum guard_stage stage = (enum guard_stage)random_below(&random, 4);
			uint32_t count = (uint32_t)random_below(&random, 30);

			now += draw_pause(&random);
			assert_true(ask(house.guard[relay], name, message, stage, count, now) ==
				ask(all, name, message, stage, count, now));
			guard_advance(all, (struct wall){BEGIN + now});
			for (int i = 0; i < RELAYS; i++)
				guard_advance(house.guard[i], (struct wall){BEGIN + now});
			if (random_below(&random, 5) == 0)
				tell(&house, (int)random_below(&random, RELAYS), now);
			if (random_below(&random, 20) > 0)
				continue;
			for (int i = 0; i < RELAYS; i++)
				tell(&house, i, now);
			for (int i = 0; i < RELAYS; i++)
				check_same(house.guard[i], all, now);
		}
		for (int i = 0; i < RELAYS; i++)
			assert_true(guard_counts(house.guard[i]).joined > 100);
		guard_free(all);
		house_end(&house);
	}
	(void)state;
}

/* What was accepted, for a slow and simple judgement. */
#define EVENTS 30000
struct event {
	int64_t us;
	uint32_t recipients;
	int relay;
};

struct trial {
	struct event event[EVENTS];
	size_t count;
};

/* The most in any window of a length; of one relay, or of all (-1). */
static uint64_t
most_in(const struct trial *trial, int relay, int64_t length)
{
	uint64_t most = 0, sum = 0;

	for (size_t end = 0, begin = 0; end < trial->count; end++) {
		const struct event *last = &trial->event[end];

		sum += relay < 0 || last->relay == relay ? last->recipients : 0;
		for (; trial->event[begin].us <= last->us - length; begin++) {
			if (relay < 0 || trial->event[begin].relay == relay)
				sum -= trial->event[begin].recipients;
		}
		most = sum > most ? sum : most;
	}
	return most;
}

static void
flood(struct house *house, struct trial *trial, struct random *random, int64_t join_us)
{
	uint64_t message = 0;
	int64_t now = 0;

	for (int step = 0; step < EVENTS; step++) {
		int relay = (int)random_below(random, RELAYS);
		uint32_t count = 1 + (uint32_t)random_below(random, 3);

		now += (int64_t)random_below(
			random, random_below(random, 2000) == 0 ? (uint64_t)WALL_HOUR : 30000);
		for (int i = 0; i < RELAYS; i++) {
			/* Late, but not later than that. */
			if (now - house->told[i] > join_us / 2 &&
				(now - house->told[i] > join_us - 30000 ||
					random_below(random, 50) == 0))
				tell(house, i, now);
		}
		message++;
		if (!ask(house->guard[relay], 0, message, GUARD_RECIPIENT, 1, now))
			continue;
		if (random_below(random, 4) == 0)
			ask(house->guard[relay], 0, message, GUARD_ABORT, 0, now);
		else if (ask(house->guard[relay], 0, message, GUARD_END, count, now))
			trial->event[trial->count++] =
				(struct event){.us = now, .recipients = count, .relay = relay};
	}
}

static void
no_more_passes_than_the_limit_and_what_others_accept_meanwhile(void **state)
{
	static const char *const rules[] = {"100 recipients/hour, 500 recipients/day",
		"200 recipients/hour burst 20", "30 recipients/hour"};
	static struct trial trial;
	struct random random;
	uint64_t over = 0;

	random_seed(&random, 11);
	for (int i = 0; i < 12; i++) {
		struct rule rule = rule_of(rules[i % 3]);
		uint32_t hour = rule.most[RULE_RECIPIENTS][RULE_HOUR],
			 day = rule.most[RULE_RECIPIENTS][RULE_DAY];
		int64_t join_us = i % 2 == 0 ? 100000 : 3 * WALL_SECOND;
		uint64_t meanwhile = 0, most;
		struct house house;

		house_begin(&house, rules[i % 3], "none");
		trial.count = 0;
		flood(&house, &trial, &random, join_us);
		for (int relay = 0; relay < RELAYS; relay++) {
			uint64_t one = most_in(&trial, relay, join_us);

			meanwhile = one > meanwhile ? one : meanwhile;
		}
		most = most_in(&trial, -1, WALL_HOUR);
		over += most > hour ? most - hour : 0;
		/* They do not starve each other either. */
		assert_true(most + 3 > hour || rule.pace[RULE_RECIPIENTS] > 0);
		assert_true(most <= hour + (RELAYS - 1) * meanwhile);
		if (day != RULE_UNLIMITED)
			assert_true(
				most_in(&trial, -1, WALL_DAY) <= day + (RELAYS - 1) * meanwhile);
		house_end(&house);
	}
	/* The bound is needed. */
	assert_true(over > 0);
	(void)state;
}

struct sent {
	int64_t due; /* when it is joined */
	int64_t said;
	struct window_change change;
};

/* The time stamp of a burst is that of one that saw all, or later by twice the time on the way at most. */
static void
bursts_are_joined_to_within_the_time_on_the_way(void **state)
{
	struct rule rule = rule_of("360 recipients/hour burst 100");
	struct random random;
	const int64_t way = 2 * WALL_SECOND;

	random_seed(&random, 3);
	for (int trial = 0; trial < 200; trial++) {
		struct window all = {0}, own[2] = {0};
		struct window_ref whole = window_of(&all);
		static struct sent sent[2000];
		size_t next = 0, count = 0;
		int64_t now = 0, due, of_all;

		for (; count < 300; count++) {
			unsigned who = (unsigned)random_below(&random, 2);
			struct window_amount amount = {
				.of = {1, (uint32_t)random_below(&random, 5)}};
			struct window_ref ref = window_of(&own[who]);

			now += (int64_t)random_below(&random, 40 * WALL_SECOND);
			for (; next < count && sent[next].due <= now; next++) {
				struct window_ref to = window_of(&own[sent[next].change.cell]);

				sent[next].change.cell =
					window_cell((struct wall){BEGIN + sent[next].said});
				assert_int_equal(window_join(&to, &sent[next].change,
							 (struct wall){BEGIN + sent[next].said},
							 (struct wall){BEGIN + sent[next].due}),
					WINDOW_JOINED);
			}
			window_take(&ref, &rule, &amount, (struct wall){BEGIN + now});
			window_take(&whole, &rule, &amount, (struct wall){BEGIN + now});
			/* The receiver's number until it is joined. */
			sent[count] = (struct sent){.said = now + way / 2,
				.due = now + way,
				.change = {
					.cell = 1 - who, .burst = window_burst_of(&rule, &amount)}};
			if (next < count)
				continue;
			due = own[who].head.due[RULE_RECIPIENTS] - BEGIN - now;
			of_all = all.head.due[RULE_RECIPIENTS] - BEGIN - now;
			assert_in_range(
				(due > 0 ? due : 0) - (of_all > 0 ? of_all : 0), 0, 2 * way);
		}
	}
	(void)state;
}

static void
what_is_too_old_is_passed_over_and_nothing_becomes_negative(void **state)
{
	struct guard *guard = guard_of("10 recipients/hour", "none");
	struct responsible responsible = who(0);
	uint64_t key = responsible.of[0].key;
	uint32_t cell = window_cell((struct wall){BEGIN});
	struct wall now = {BEGIN};
	struct delta delta = {.key = key, .limit = LIMIT_ACCOUNT, .change.cell = cell - 260};

	delta.change.amount[RULE_RECIPIENTS] = 5;
	guard_join(guard, &delta, 1, now, now);
	assert_int_equal(guard_counts(guard).old, 1);
	assert_int_equal(guard_keys(guard).held, 0);
	/* Counts for the day only. */
	delta.change.cell = cell - 100;
	guard_join(guard, &delta, 1, now, now);
	assert_int_equal(
		guard_count(guard, key, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, now), 0);
	assert_int_equal(guard_count(guard, key, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_DAY, now), 5);
	delta.change.cell = cell;
	guard_join(guard, &delta, 1, now, now);
	delta.change.amount[RULE_RECIPIENTS] = -7;
	guard_join(guard, &delta, 1, now, now);
	assert_int_equal(
		guard_count(guard, key, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, now), 0);
	/* Of a key that is not held nothing can be taken away. */
	delta.key = 1234;
	guard_join(guard, &delta, 1, now, now);
	assert_int_equal(guard_keys(guard).held, 1);
	guard_free(guard);
	(void)state;
}

static void
a_clock_that_is_ahead_hides_nothing(void **state)
{
	struct guard *guard = guard_of("10 recipients/hour", "none");
	struct responsible responsible = who(0);
	uint64_t key = responsible.of[0].key;
	struct wall now = {BEGIN};
	struct delta delta = {.key = key, .limit = LIMIT_ACCOUNT};

	delta.change.cell = window_cell(now) + 50;
	delta.change.amount[RULE_RECIPIENTS] = 10;
	guard_join(guard, &delta, 1, (struct wall){BEGIN + 50 * WINDOW_CELL_US}, now);
	assert_int_equal(guard_counts(guard).ahead, 1);
	assert_false(ask(guard, 0, 1, GUARD_END, 1, 66 * WALL_MINUTE - 1));
	delta.change.amount[RULE_RECIPIENTS] = -10;
	guard_join(guard, &delta, 1, (struct wall){BEGIN + 50 * WINDOW_CELL_US}, now);
	assert_false(ask(guard, 0, 2, GUARD_END, 1, 66 * WALL_MINUTE - 1));
	assert_true(ask(guard, 0, 3, GUARD_END, 1, 66 * WALL_MINUTE));
	/* A little ahead: both count in the same cell. */
	now.us = BEGIN + 72 * WALL_MINUTE - WALL_SECOND;
	delta.change.cell = window_cell(now) + 1;
	delta.change.amount[RULE_RECIPIENTS] = 8;
	guard_join(guard, &delta, 1, now, now);
	assert_int_equal(guard_counts(guard).ahead, 2);
	assert_true(ask(guard, 0, 4, GUARD_END, 1, now.us - BEGIN));
	assert_false(ask(guard, 0, 5, GUARD_END, 1, now.us - BEGIN));
	guard_free(guard);
	(void)state;
}

static void
a_key_that_others_count_may_become_wide(void **state)
{
	/* The wider rule is that of the other relay, or of the account alone. */
	struct guard *guard = guard_of("none", "none");
	struct rule rules[LIMITS];
	struct responsible responsible = who(0);
	struct delta delta = {.key = responsible.of[0].key,
		.limit = LIMIT_ACCOUNT,
		.change.cell = window_cell((struct wall){BEGIN})};

	delta.change.amount[RULE_RECIPIENTS] = 999990;
	guard_join(guard, &delta, 1, (struct wall){BEGIN}, (struct wall){BEGIN});
	assert_int_equal(guard_keys(guard).wide, 1);
	for (int i = 0; i < LIMITS; i++)
		rules[i] = rule_of(i == LIMIT_ACCOUNT ? "1000000 recipients/hour" : "none");
	guard_set(guard, rules, false);
	assert_false(ask(guard, 0, 1, GUARD_END, 11, 0));
	assert_true(ask(guard, 0, 2, GUARD_END, 10, 0));
	delta.change.amount[RULE_RECIPIENTS] = UINT32_MAX;
	guard_join(guard, &delta, 1, (struct wall){BEGIN}, (struct wall){BEGIN});
	guard_join(guard, &delta, 1, (struct wall){BEGIN}, (struct wall){BEGIN});
	assert_int_equal(guard_count(guard, delta.key, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_DAY,
				 (struct wall){BEGIN}),
		UINT32_MAX);
	guard_free(guard);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guards_that_exchange_agree_with_one_that_saw_all),
		cmocka_unit_test(no_more_passes_than_the_limit_and_what_others_accept_meanwhile),
		cmocka_unit_test(bursts_are_joined_to_within_the_time_on_the_way),
		cmocka_unit_test(what_is_too_old_is_passed_over_and_nothing_becomes_negative),
		cmocka_unit_test(a_clock_that_is_ahead_hides_nothing),
		cmocka_unit_test(a_key_that_others_count_may_become_wide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
