/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/accountname.h"
#include "memory_exchange.h"
#include "service/relayshare.h"
#include "unit.h"

#include <event2/event.h>
#include <stdio.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)

static const struct hash_key secret = {{1, 2, 3}};
static struct wall present = {BEGIN};
static int64_t age_us; /* of what the test says */

static struct wall
now(void *context)
{
	(void)context;
	return present;
}

struct relay {
	struct guard *guard;
	struct exchange *exchange;
	struct relayshare *share;
};

struct bench {
	struct event_base *base;
	struct memory_exchange *hub;
	struct relay relay[2];
	struct exchange *own; /* of the test */
};

static struct guard *
guard_of(const char *account)
{
	struct guard_settings settings = {.keys_most = 100, .messages_most = 100};
	struct fail fail;
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	assert_int_equal(
		rule_parse(text_of(account), &settings.rule[LIMIT_ACCOUNT], &column, &fail), 0);
	return guard_new(&settings);
}

static void
bench_begin(struct bench *bench, const char *account)
{
	*bench = (struct bench){.base = event_base_new(), .hub = memory_exchange_new()};
	for (int i = 0; i < 2; i++) {
		struct relay *relay = &bench->relay[i];

		relay->guard = guard_of(account);
		relay->exchange = memory_exchange_join(bench->hub);
		relay->share = relayshare_new(bench->base,
			&(struct relayshare_settings){
				.guard = relay->guard,
				.exchange = relay->exchange,
				.key = secret,
				.changes_most = 50,
				.now = now,
			});
	}
	bench->own = memory_exchange_join(bench->hub);
}

static void
bench_end(struct bench *bench)
{
	for (int i = 0; i < 2; i++) {
		relayshare_free(bench->relay[i].share);
		exchange_end(bench->relay[i].exchange);
		guard_free(bench->relay[i].guard);
	}
	exchange_end(bench->own);
	memory_exchange_free(bench->hub);
	event_base_free(bench->base);
}

static bool
send_message(struct relay *relay, unsigned account, uint64_t message, uint32_t recipients)
{
	char name[20];
	struct responsible who;
	struct responsible_input input = {.class = LIMIT_ACCOUNT};

	(void)snprintf(name, sizeof(name), "a%u", account);
	input.account = text_of(name);
	responsible_find(&input, &secret, &who);
	return guard_ask(relay->guard,
		&(struct guard_ask){.message = message,
			.responsible = &who,
			.count = recipients,
			.stage = GUARD_END},
		present)
		.passes;
}

static uint32_t
count(struct relay *relay, uint64_t key)
{
	return guard_count(relay->guard, key, LIMIT_ACCOUNT, RULE_RECIPIENTS, RULE_HOUR, present);
}

/* The timer of each relay does it, a tick after the other at most. */
static void
what_one_accepts_the_other_counts(void **state)
{
	struct bench bench;
	uint64_t key = accountname_pseudonym(TEXT("a1"), &secret);

	bench_begin(&bench, "10 recipients/hour");
	assert_true(send_message(&bench.relay[0], 1, 1, 7));
	assert_true(send_message(&bench.relay[1], 1, 2, 2));
	while (relayshare_counts(bench.relay[0].share).batches_in == 0 ||
		relayshare_counts(bench.relay[1].share).batches_in == 0)
		assert_int_equal(event_base_loop(bench.base, EVLOOP_ONCE), 0);
	assert_int_equal(count(&bench.relay[0], key), 9);
	assert_int_equal(count(&bench.relay[1], key), 9);
	assert_false(send_message(&bench.relay[1], 1, 3, 2));
	assert_true(send_message(&bench.relay[1], 1, 3, 1));
	assert_int_equal(relayshare_counts(bench.relay[0].share).relays, 1);
	assert_int_equal(relayshare_counts(bench.relay[0].share).changes_in, 2);
	assert_int_equal(relayshare_counts(bench.relay[0].share).changes_out, 2);
	bench_end(&bench);
	(void)state;
}

/* One change in a batch of a relay that the test is. */
static void
say(struct bench *bench, const struct hash_key *key, uint64_t relay, uint64_t sequence,
	uint64_t account)
{
	static uint8_t bytes[BATCH_BYTES];
	struct deltas *deltas = deltas_new(4);
	struct wall said = {present.us - age_us};
	struct delta delta = {.key = account,
		.limit = LIMIT_ACCOUNT,
		.change = {.cell = window_cell(said), .amount = {1, 5}}};
	struct batch_head head = {.relay = relay, .sequence = sequence, .said = said};
	size_t size;

	deltas_note(deltas, &delta);
	size = deltas_encode(deltas, &head, key, bytes, sizeof(bytes));
	assert_int_equal(exchange_publish(bench->own, bytes, size), 0);
	deltas_free(deltas);
}

static void
what_comes_twice_counts_once_and_what_is_missing_is_seen(void **state)
{
	static const struct hash_key other = {{1, 2, 4}};
	static const uint64_t sequences[] = {7, 7, 8, 8, 7, 11, 9, 12};
	struct bench bench;
	struct relayshare_counts counts;

	bench_begin(&bench, "none");
	assert_false(relayshare_counts(bench.relay[0].share).is_foreign);
	for (size_t i = 0; i < sizeof(sequences) / sizeof(*sequences); i++)
		say(&bench, &secret, 77, sequences[i], 5);
	say(&bench, &secret, 78, 1, 5);
	say(&bench, &other, 78, 2, 5);
	say(&bench, &secret, 0, 3, 5);
	assert_int_equal(exchange_publish(bench.own, "LZD", 3), 0);
	counts = relayshare_counts(bench.relay[0].share);
	assert_int_equal(counts.batches_in, 5);
	assert_int_equal(counts.again, 4);
	assert_int_equal(counts.gaps, 1);
	assert_int_equal(counts.missed, 2);
	assert_int_equal(counts.foreign, 1);
	assert_true(counts.is_foreign);
	assert_int_equal(counts.wrong, 1);
	assert_int_equal(counts.relays, 2);
	assert_int_equal(count(&bench.relay[0], 5), 25);
	bench_end(&bench);
	(void)state;
}

/* As many as there may be, and one more: the one that was not heard for longest is taken for a new one then. */
static void
of_many_relays_the_most_silent_is_forgotten(void **state)
{
	struct bench bench;

	bench_begin(&bench, "none");
	for (uint64_t relay = 1; relay <= RELAYSHARE_RELAYS; relay++)
		say(&bench, &secret, relay, 1, 5);
	say(&bench, &secret, 1, 1, 5);
	assert_int_equal(relayshare_counts(bench.relay[0].share).again, 1);
	say(&bench, &secret, 1000, 1, 5);
	assert_int_equal(relayshare_counts(bench.relay[0].share).relays, RELAYSHARE_RELAYS);
	assert_int_equal(count(&bench.relay[0], 5), 5 * (RELAYSHARE_RELAYS + 1));
	bench_end(&bench);
	(void)state;
}

/* What was said before this machine began, as the store remembers it. */
static void
relays_of_long_ago_are_told_apart(void **state)
{
	struct bench bench;

	bench_begin(&bench, "none");
	age_us = 5000 * WALL_DAY;
	for (uint64_t relay = 1; relay <= 3; relay++)
		say(&bench, &secret, relay, 1, 5);
	for (uint64_t relay = 1; relay <= 3; relay++)
		say(&bench, &secret, relay, 1, 5);
	age_us = 0;
	assert_int_equal(relayshare_counts(bench.relay[0].share).batches_in, 3);
	assert_int_equal(relayshare_counts(bench.relay[0].share).again, 3);
	assert_int_equal(relayshare_counts(bench.relay[0].share).relays, 0);
	bench_end(&bench);
	(void)state;
}

/* What the test stands for: a store that is away. */
struct away {
	struct exchange exchange;
	bool is_there;
	unsigned blocks;
	size_t bytes;
};

static int
away_publish(struct exchange *exchange, const void *block, size_t size)
{
	struct away *away = (struct away *)exchange;

	(void)block;
	if (!away->is_there)
		return -1;
	away->blocks++;
	away->bytes += size;
	return 0;
}

static void
away_state(const struct exchange *exchange, struct exchange_state *ret)
{
	*ret = (struct exchange_state){.is_connected = ((const struct away *)exchange)->is_there};
}

static void
away_position(const struct exchange *exchange, char ret[EXCHANGE_POSITION])
{
	(void)exchange;
	(void)snprintf(ret, EXCHANGE_POSITION, "4-5");
}

static void
while_the_store_is_away_changes_wait_as_one(void **state)
{
	static const struct exchange_kind kind = {
		.publish = away_publish, .state = away_state, .position = away_position};
	struct away away = {.exchange.kind = &kind};
	struct event_base *base = event_base_new();
	struct relay relay = {.guard = guard_of("none")};
	struct relayshare_standing standing;

	relay.share = relayshare_new(base,
		&(struct relayshare_settings){.guard = relay.guard,
			.exchange = &away.exchange,
			.key = secret,
			.changes_most = 50,
			.now = now});
	for (unsigned i = 0; i < 3000; i++) {
		assert_true(send_message(&relay, i % 10, i + 1, 1));
		relayshare_tick(relay.share);
	}
	/* Ten accounts and the relay as a whole. */
	assert_int_equal(relayshare_counts(relay.share).waiting, 11);
	assert_int_equal(relayshare_counts(relay.share).lost, 0);
	away.is_there = true;
	relayshare_tick(relay.share);
	assert_int_equal(away.blocks, 1);
	assert_true(away.bytes < 300);
	relayshare_standing(relay.share, &standing);
	assert_int_equal(standing.of.sequence, 1);
	assert_string_equal(standing.position, "4-5");
	assert_int_equal(relayshare_counts(relay.share).waiting, 0);
	/* More than may wait. */
	away.is_there = false;
	for (unsigned i = 0; i < 60; i++)
		assert_true(send_message(&relay, i, 5000 + i, 1));
	assert_int_equal(relayshare_counts(relay.share).waiting, 50);
	assert_int_equal(relayshare_counts(relay.share).lost, 11);
	relayshare_free(relay.share);
	guard_free(relay.guard);
	event_base_free(base);
	(void)state;
}

/* The guard of a snapshot has counted what it said before already, and not what it said after. */
static void
who_goes_on_from_a_snapshot_counts_what_he_said_once(void **state)
{
	struct bench bench;
	struct relayshare_standing standing;
	struct guard *guard = guard_of("none");
	struct exchange *exchange;
	struct relayshare *share;
	struct relay again;

	bench_begin(&bench, "none");
	say(&bench, &secret, 77, 1, 5);
	say(&bench, &secret, 77, 2, 5);
	relayshare_standing(bench.relay[0].share, &standing);
	standing.of.sequence = 4;
	exchange = memory_exchange_join(bench.hub);
	share = relayshare_new(bench.base,
		&(struct relayshare_settings){.guard = guard,
			.exchange = exchange,
			.key = secret,
			.changes_most = 50,
			.now = now,
			.former = &standing});
	for (uint64_t sequence = 3; sequence <= 6; sequence++)
		say(&bench, &secret, standing.of.relay, sequence, 5);
	again = (struct relay){.guard = guard};
	assert_int_equal(count(&again, 5), 10);
	assert_int_equal(relayshare_counts(share).gaps, 0);
	/* The store forgot the place up to which the one before had heard the others. */
	say(&bench, &secret, 77, 2, 6);
	assert_int_equal(count(&again, 6), 0);
	say(&bench, &secret, 77, 4, 6);
	assert_int_equal(count(&again, 6), 5);
	assert_int_equal(relayshare_counts(share).missed, 1);
	relayshare_free(share);
	exchange_end(exchange);
	guard_free(guard);
	bench_end(&bench);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_accepts_the_other_counts),
		cmocka_unit_test(what_comes_twice_counts_once_and_what_is_missing_is_seen),
		cmocka_unit_test(of_many_relays_the_most_silent_is_forgotten),
		cmocka_unit_test(relays_of_long_ago_are_told_apart),
		cmocka_unit_test(while_the_store_is_away_changes_wait_as_one),
		cmocka_unit_test(who_goes_on_from_a_snapshot_counts_what_he_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
