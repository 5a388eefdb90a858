/* SPDX-License-Identifier: BSD-2-Clause */
#include "memory_stream.h"
#include "relay/senders.h"
#include "unit.h"

#include <stdio.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)
#define KEY   UINT64_C(0x1234567890)

static const struct client_place home = {.address = 1, .network = 100, .country = 'N' << 8 | 'O'};

static struct wall
at(int64_t us)
{
	return (struct wall){BEGIN + us};
}

static struct senders_settings
settings_of(size_t most)
{
	struct senders_settings settings;

	senders_defaults(&settings);
	settings.most = most;
	settings.seed = 5;
	return settings;
}

static struct senders *
new_senders(size_t most)
{
	struct senders_settings settings = settings_of(most);

	return senders_new(&settings);
}

/* Different items are different numbers. */
static uint64_t
hash(uint64_t number)
{
	return hash_mix(number * UINT64_C(0x9e3779b97f4a7c15) + 1);
}

static void
write_to(struct senders *senders, uint64_t key, uint64_t recipient, uint64_t domain, int64_t us)
{
	senders_recipient(senders, key, LIMIT_ACCOUNT, hash(recipient), hash(domain + 1000000),
		&home, at(us));
	senders_message(senders, key, 1, at(us));
}

static struct sender_facts
facts_at(const struct senders *senders, uint64_t key, int64_t us)
{
	struct sender_facts facts;

	assert_int_equal(senders_facts(senders, key, at(us), &facts), 0);
	return facts;
}

static void
counts_what_an_account_does(void **state)
{
	struct senders *senders = new_senders(10);
	struct sender_facts facts;

	(void)state;
	assert_int_equal(senders_facts(senders, KEY, at(0), &facts), -ENOENT);
	for (uint64_t i = 0; i < 30; i++)
		write_to(senders, KEY, i % 10, i % 3, (int64_t)i * WALL_MINUTE);
	senders_result(senders, KEY, hash(1), SENDER_SENT, at(WALL_HOUR));
	senders_result(senders, KEY, hash(2), SENDER_UNKNOWN_USER, at(WALL_HOUR));
	senders_result(senders, KEY, hash(2), SENDER_DEFERRED, at(WALL_HOUR));
	senders_login(senders, KEY, LIMIT_ACCOUNT, true, &home, at(WALL_HOUR));
	senders_login(senders, KEY, LIMIT_ACCOUNT, false, &home, at(WALL_HOUR));
	facts = facts_at(senders, KEY, 2 * WALL_HOUR);
	assert_int_equal(facts.first_seen.us, BEGIN);
	assert_int_equal(facts.last_heard.us, BEGIN + WALL_HOUR);
	assert_int_equal(facts.attempts, 30);
	assert_int_equal(facts.messages, 30);
	assert_int_equal(facts.recipients, 30);
	assert_int_equal(facts.results[SENDER_SENT], 1);
	assert_int_equal(facts.results[SENDER_UNKNOWN_USER], 1);
	assert_int_equal(facts.results[SENDER_DEFERRED], 1);
	assert_int_equal(facts.logins, 1);
	assert_int_equal(facts.logins_wrong, 1);
	assert_in_range(facts.today[SENDER_RECIPIENTS], 8, 12);
	assert_int_equal(facts.today[SENDER_DOMAINS], 3);
	assert_int_equal(facts.today[SENDER_ADDRESSES], 1);
	assert_int_equal(facts.today[SENDER_NETWORKS], 1);
	assert_int_equal(facts.today[SENDER_COUNTRIES], 1);
	assert_int_equal(facts.today_accepted, 30);
	assert_int_equal(facts.today_new_domains, 3);
	/* Where it came from an hour ago is not where it came from in the last hour. */
	assert_int_equal(facts.hour_networks, 0);

	facts = facts_at(senders, KEY, WALL_DAY + WALL_HOUR);
	assert_int_equal(facts.today[SENDER_RECIPIENTS], 0);
	assert_in_range(facts.before[SENDER_RECIPIENTS], 8, 12);
	assert_int_equal(facts.before[SENDER_DOMAINS], 3);
	assert_int_equal(facts.before[SENDER_COUNTRIES], 1);
	facts = facts_at(senders, KEY, 2 * WALL_DAY + WALL_HOUR);
	assert_int_equal(facts.before[SENDER_RECIPIENTS], 0);
	assert_int_equal(senders_counts(senders).held, 1);
	senders_free(senders);
}

static void
estimates_of_many_are_near(void **state)
{
	struct senders *senders = new_senders(1000);
	double sum = 0;

	(void)state;
	for (uint64_t key = 1; key <= 200; key++) {
		struct sender_facts facts;

		for (uint64_t i = 0; i < 1000; i++)
			write_to(senders, hash(key), i + key * 10000, i, 0);
		facts = facts_at(senders, hash(key), 0);
		assert_in_range(facts.today[SENDER_RECIPIENTS], 500, 1000);
		assert_int_equal(facts.today[SENDER_DOMAINS], SENDERS_FEW);
		sum += facts.today[SENDER_RECIPIENTS];
	}
	/* Those above the true number are cut off there. */
	assert_in_range((uint64_t)(sum / 200), 900, 1000);
	senders_free(senders);
}

static void
a_new_account_warms_up(void **state)
{
	struct senders_settings settings = settings_of(10);
	struct senders *senders;

	(void)state;
	settings.known_until = at(0);
	senders = senders_new(&settings);
	assert_int_equal(senders_terms(senders, KEY, at(-1)).percent, 100);
	assert_int_equal(senders_terms(senders, KEY, at(0)).percent, 20);
	write_to(senders, KEY, 1, 1, 0);
	assert_int_equal(senders_terms(senders, KEY, at(0)).percent, 20);
	assert_int_equal(senders_terms(senders, KEY, at(7 * WALL_DAY)).percent, 60);
	assert_int_equal(senders_terms(senders, KEY, at(14 * WALL_DAY)).percent, 100);
	senders_free(senders);

	/* Who was there when the guard was new is not new. */
	settings.known_until = at(WALL_DAY);
	senders = senders_new(&settings);
	write_to(senders, KEY, 1, 1, WALL_HOUR);
	write_to(senders, KEY + 1, 1, 1, 2 * WALL_DAY);
	assert_int_equal(senders_terms(senders, KEY, at(2 * WALL_DAY)).percent, 100);
	assert_int_equal(senders_terms(senders, KEY + 1, at(2 * WALL_DAY)).percent, 20);
	senders_free(senders);
}

static void
a_new_guard_does_not_take_all_domains_for_new(void **state)
{
	struct senders_settings settings = settings_of(10);
	struct senders *senders;

	(void)state;
	settings.known_until = at(WALL_DAY);
	senders = senders_new(&settings);
	for (uint64_t i = 0; i < 40; i++)
		write_to(senders, KEY, i, i, 23 * WALL_HOUR);
	assert_int_equal(facts_at(senders, KEY, 23 * WALL_HOUR).today_new_domains, 0);
	assert_true(facts_at(senders, KEY, 23 * WALL_HOUR).evidence.domains == 0);
	for (uint64_t i = 0; i < 40; i++)
		write_to(senders, KEY, i, i, WALL_DAY);
	assert_int_equal(facts_at(senders, KEY, WALL_DAY).today_new_domains, 0);
	for (uint64_t i = 100; i < 120; i++)
		write_to(senders, KEY, i, i, WALL_DAY);
	assert_in_range(facts_at(senders, KEY, WALL_DAY).today_new_domains, 16, 20);
	assert_true(facts_at(senders, KEY, WALL_DAY).evidence.domains > 10);
	senders_free(senders);
}

/* So many to the same people on each of some days. */
static void
ordinary_days(struct senders *senders, int from, int days, unsigned a_day)
{
	for (int day = from; day < from + days; day++) {
		for (unsigned i = 0; i < a_day; i++)
			write_to(senders, KEY, i, i % 5,
				day * WALL_DAY + (int64_t)(i + 1) * WALL_MINUTE);
	}
}

static void
a_ceiling_is_learnt_but_not_from_days_under_suspicion(void **state)
{
	struct senders *senders = new_senders(10);
	uint32_t most, later;

	(void)state;
	ordinary_days(senders, 0, 2, 20);
	assert_int_equal(senders_terms(senders, KEY, at(2 * WALL_DAY)).day_most, UINT32_MAX);
	ordinary_days(senders, 2, 18, 20);
	write_to(senders, KEY, 1, 1, 20 * WALL_DAY);
	write_to(senders, KEY, 1, 1, 21 * WALL_DAY);
	most = senders_terms(senders, KEY, at(21 * WALL_DAY)).day_most;
	assert_in_range(most, 100, 200);

	/* A flood to strangers is suspicious: ten days of it teach nothing. */
	for (int day = 21; day < 31; day++) {
		for (unsigned i = 0; i < 500; i++)
			write_to(senders, KEY, 1000000U + (unsigned)day * 1000 + i,
				(unsigned)day * 1000 + i, day * WALL_DAY + i * WALL_SECOND);
	}
	later = senders_terms(senders, KEY, at(31 * WALL_DAY)).day_most;
	assert_int_equal(later, most);
	assert_true(facts_at(senders, KEY, 30 * WALL_DAY + WALL_HOUR).is_suspect);
	senders_free(senders);

	/* Who sends little has a ceiling that is not below the least. */
	senders = new_senders(10);
	ordinary_days(senders, 0, 10, 1);
	assert_int_equal(senders_terms(senders, KEY, at(10 * WALL_DAY)).day_most, 50);
	senders_free(senders);
}

static void
a_denied_recipient_waits_once(void **state)
{
	struct senders *senders = new_senders(10);
	uint32_t many;

	(void)state;
	senders_denied(senders, KEY, hash(1), at(0));
	assert_int_equal(senders_backlog(senders, KEY, at(0)), 0);
	write_to(senders, KEY, 1, 1, 0);
	for (int i = 0; i < 100; i++)
		senders_denied(senders, KEY, hash(1), at(i * WALL_SECOND));
	assert_int_equal(senders_backlog(senders, KEY, at(100 * WALL_SECOND)), 1);
	for (uint64_t i = 0; i < 1000; i++)
		senders_denied(senders, KEY, hash(i), at(10 * WALL_MINUTE));
	many = senders_backlog(senders, KEY, at(10 * WALL_MINUTE));
	assert_in_range(many, 500, 1600);
	/* In the next hour of the clock the last one still counts, and then no more. */
	senders_denied(senders, KEY, hash(1), at(61 * WALL_MINUTE));
	assert_int_equal(senders_backlog(senders, KEY, at(100 * WALL_MINUTE)), many);
	assert_int_equal(senders_backlog(senders, KEY, at(121 * WALL_MINUTE)), 1);
	assert_int_equal(senders_backlog(senders, KEY, at(181 * WALL_MINUTE)), 0);
	senders_free(senders);
}

static void
the_quiet_give_way_and_others_do_not(void **state)
{
	struct senders *senders = new_senders(100);
	struct sender_facts facts;

	(void)state;
	for (uint64_t key = 1; key <= 100; key++)
		write_to(senders, hash(key), key, key, 0);
	/* All were heard of today. */
	write_to(senders, hash(101), 1, 1, WALL_HOUR);
	assert_int_equal(senders_counts(senders).refused, 1);
	assert_int_equal(senders_facts(senders, hash(101), at(WALL_HOUR), &facts), -ENOENT);

	/* One is under suspicion, and one is heard of. */
	for (uint64_t i = 0; i < 200; i++)
		senders_result(senders, hash(7), hash(i), SENDER_UNKNOWN_USER, at(WALL_HOUR));
	for (uint64_t key = 201; key <= 300; key++) {
		write_to(senders, hash(8), 1, 1, 2 * WALL_DAY);
		write_to(senders, hash(key), 1, 1, 2 * WALL_DAY);
	}
	assert_int_equal(senders_facts(senders, hash(7), at(2 * WALL_DAY), &facts), 0);
	assert_int_equal(senders_facts(senders, hash(8), at(2 * WALL_DAY), &facts), 0);
	assert_int_equal(senders_facts(senders, hash(9), at(2 * WALL_DAY), &facts), -ENOENT);
	assert_int_equal(senders_counts(senders).held, 100);
	assert_int_equal(senders_counts(senders).displaced, 98);
	senders_free(senders);
}

static void
three_networks_in_an_hour_are_noticed_and_two_are_not(void **state)
{
	struct senders *senders = new_senders(10);
	struct client_place place = home;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		place.network = 100 + i % 2;
		senders_login(senders, KEY, LIMIT_ACCOUNT, true, &place, at(i * WALL_MINUTE));
	}
	assert_int_equal(facts_at(senders, KEY, 20 * WALL_MINUTE).hour_networks, 2);
	assert_true(facts_at(senders, KEY, 20 * WALL_MINUTE).evidence.login == 0);
	place.network = 102;
	senders_login(senders, KEY, LIMIT_ACCOUNT, true, &place, at(90 * WALL_MINUTE));
	assert_int_equal(facts_at(senders, KEY, 90 * WALL_MINUTE).hour_networks, 1);
	for (unsigned i = 0; i < 3; i++) {
		place.network = 100 + i;
		senders_login(
			senders, KEY, LIMIT_ACCOUNT, true, &place, at((91 + i) * WALL_MINUTE));
	}
	assert_int_equal(facts_at(senders, KEY, 94 * WALL_MINUTE).hour_networks, 3);
	assert_true(facts_at(senders, KEY, 94 * WALL_MINUTE).evidence.login > 2.9F);
	assert_int_equal(facts_at(senders, KEY, 94 * WALL_MINUTE).hour_countries, 1);
	senders_free(senders);
}

static void
one_dead_recipient_counts_once(void **state)
{
	struct senders *senders = new_senders(10);
	float first;

	(void)state;
	write_to(senders, KEY, 1, 1, 0);
	senders_result(senders, KEY, hash(1), SENDER_UNKNOWN_USER, at(0));
	first = facts_at(senders, KEY, 0).evidence.unknown;
	assert_true(first > 0);
	for (int i = 0; i < 100; i++)
		senders_result(senders, KEY, hash((uint64_t)i % 3), SENDER_UNKNOWN_USER, at(0));
	assert_true(facts_at(senders, KEY, 0).evidence.unknown < 4 * first);
	assert_int_equal(facts_at(senders, KEY, 0).results[SENDER_UNKNOWN_USER], 101);
	senders_free(senders);
}

/* 100 accounts, of which so many are refused something in each of two hours; then a last one is. */
static float
refused_beside(unsigned others)
{
	struct senders *senders = new_senders(1000);
	float refused;

	for (int hour = 0; hour < 2; hour++) {
		for (uint64_t key = 1; key <= 100; key++) {
			write_to(senders, hash(key), key, key, hour * WALL_HOUR);
			senders_result(senders, hash(key), hash(key),
				key <= others ? SENDER_POLICY : SENDER_SENT, at(hour * WALL_HOUR));
		}
	}
	write_to(senders, KEY, 1, 1, WALL_HOUR);
	for (uint64_t i = 0; i < 10; i++)
		senders_result(senders, KEY, hash(i), SENDER_POLICY, at(WALL_HOUR + 1));
	refused = facts_at(senders, KEY, WALL_HOUR + 1).evidence.refused;
	assert_int_equal(senders_counts(senders).excused > 0, others >= 40);
	senders_free(senders);
	return refused;
}

static void
a_listed_relay_is_not_the_fault_of_its_senders(void **state)
{
	(void)state;
	assert_true(refused_beside(10) > 8);
	assert_true(refused_beside(60) == 0);
}

struct told {
	unsigned count;
	struct relay_evidence last;
};

static void
on_evidence(void *context, uint64_t key, const struct relay_evidence *evidence)
{
	struct told *told = context;

	assert_int_equal(key, KEY);
	told->count++;
	told->last = *evidence;
}

static void
evidence_is_told_when_there_is_some_and_once_when_it_is_gone(void **state)
{
	struct senders_settings settings = settings_of(10);
	struct told told = {0};
	struct senders *senders;

	(void)state;
	settings.on_evidence = on_evidence;
	settings.context = &told;
	senders = senders_new(&settings);
	ordinary_days(senders, 0, 5, 20);
	assert_int_equal(told.count, 0);
	for (uint64_t i = 0; i < 200; i++) {
		write_to(senders, KEY, 1000 + i, 1000 + i, 6 * WALL_DAY);
		senders_result(senders, KEY, hash(1000 + i),
			i % 2 ? SENDER_SENT : SENDER_UNKNOWN_USER, at(6 * WALL_DAY));
	}
	assert_true(told.count > 100);
	assert_true(told.last.score > 20);
	assert_int_equal(senders_clear(senders, KEY + 1), -ENOENT);
	assert_int_equal(senders_clear(senders, KEY), 0);
	assert_true(told.last.score == 0 && told.last.watch == 0);
	told.count = 0;
	write_to(senders, KEY, 1, 1, 6 * WALL_DAY + 1);
	assert_int_equal(told.count, 0);
	senders_free(senders);
}

struct seen {
	uint64_t sum;
	size_t count;
};

static void
see(void *context, const struct sender_facts *facts)
{
	struct seen *seen = context;

	seen->sum += facts->key;
	seen->count++;
}

static void
all_are_visited_a_page_at_a_time(void **state)
{
	struct senders *senders = new_senders(1000);
	struct seen seen = {0};
	uint64_t sum = 0;
	size_t from = 0, pages = 0;

	(void)state;
	for (uint64_t key = 1; key <= 700; key++) {
		write_to(senders, key, 1, 1, 0);
		sum += key;
	}
	do {
		from = senders_each(senders, from, 100, at(0), see, &seen);
		pages++;
	} while (from != 0);
	assert_int_equal(pages, 7);
	assert_int_equal(seen.count, 700);
	assert_int_equal(seen.sum, sum);
	senders_free(senders);
}

static void
save_all(const struct senders *senders, struct memory_stream *stream)
{
	struct save *save = save_new(memory_write, stream);

	senders_save(senders, save);
	assert_int_equal(save_end(save), 0);
	save_free(save);
}

static int
restore_all(struct senders *senders, struct memory_stream *stream, struct fail *fail)
{
	struct restore *restore = restore_new(memory_read, stream);
	int r;

	stream->at = 0;
	r = senders_restore(senders, restore, at(3 * WALL_DAY), fail);
	if (r == 0)
		r = restore_end(restore, fail);
	restore_free(restore);
	return r;
}

static struct senders *
some_senders(void)
{
	struct senders *senders = new_senders(1000);

	for (uint64_t i = 0; i < 30000; i++) {
		uint64_t key = hash(i % 600);

		write_to(senders, key, i, i % 1000, (int64_t)i * 5 * WALL_SECOND);
		senders_result(senders, key, hash(i), (enum sender_result)(i % 5),
			at((int64_t)i * 5 * WALL_SECOND));
		if (i % 7 == 0)
			senders_denied(senders, key, hash(i), at((int64_t)i * 5 * WALL_SECOND));
	}
	return senders;
}

static void
what_is_saved_goes_on_as_before(void **state)
{
	struct senders *senders = some_senders(), *again;
	struct senders_settings settings = settings_of(600);
	struct memory_stream stream = {0};
	struct fail fail = {0};

	(void)state;
	save_all(senders, &stream);
	settings.seed = 99; /* the saved one holds */
	again = senders_new(&settings);
	assert_int_equal(restore_all(again, &stream, &fail), 0);
	for (uint64_t i = 0; i < 600; i++) {
		struct sender_facts was, is;

		write_to(senders, hash(i), i * 7, i * 7, 3 * WALL_DAY);
		write_to(again, hash(i), i * 7, i * 7, 3 * WALL_DAY);
		was = facts_at(senders, hash(i), 3 * WALL_DAY);
		is = facts_at(again, hash(i), 3 * WALL_DAY);
		assert_memory_equal(&was, &is, sizeof(was));
	}
	senders_free(again);

	settings.most = 599;
	again = senders_new(&settings);
	assert_int_equal(restore_all(again, &stream, &fail), 0);
	assert_int_equal(senders_counts(again).held, 599);
	assert_int_equal(senders_counts(again).refused, 1);
	senders_free(again);
	senders_free(senders);
	memory_done(&stream);
}

/* An operator lets an account go on in the middle of a day: what comes until the next one is kept as ever. */
static void
what_was_released_is_kept_and_its_day_begins_anew(void **state)
{
	struct senders *senders = new_senders(10), *again;
	struct memory_stream stream = {0};
	struct sender_facts facts;
	struct fail fail = {0};

	(void)state;
	for (unsigned i = 0; i < 300; i++)
		write_to(senders, KEY, i, i, i * WALL_SECOND);
	assert_int_equal(senders_clear(senders, KEY), 0);
	write_to(senders, KEY, 1, 1000, WALL_HOUR);
	save_all(senders, &stream);
	again = new_senders(10);
	if (restore_all(again, &stream, &fail) < 0)
		fail_msg("%s", fail.what);
	facts = facts_at(again, KEY, WALL_HOUR);
	assert_int_equal(facts.today_new_domains, 1);
	assert_int_equal(facts.today_accepted, 1);
	assert_int_equal(facts.recipients, 301);
	/* The flood is not what it usually sends. */
	write_to(again, KEY, 1, 1, WALL_DAY);
	assert_true(facts_at(again, KEY, WALL_DAY).usual < 10);
	senders_free(again);
	senders_free(senders);
	memory_done(&stream);
}

/* Whoever shows them adds those of the process before by itself. */
static void
counts_are_those_of_one_process(void **state)
{
	struct senders *senders = new_senders(1), *again = new_senders(1);
	struct memory_stream stream = {0};
	struct fail fail = {0};

	(void)state;
	write_to(senders, KEY, 1, 1, 0);
	write_to(senders, KEY + 1, 1, 1, 0);
	write_to(senders, KEY + 2, 1, 1, 2 * WALL_DAY);
	assert_int_equal(senders_counts(senders).refused, 1);
	assert_int_equal(senders_counts(senders).displaced, 1);
	save_all(senders, &stream);
	assert_int_equal(restore_all(again, &stream, &fail), 0);
	assert_int_equal(senders_counts(again).held, 1);
	assert_int_equal(senders_counts(again).refused, 0);
	assert_int_equal(senders_counts(again).displaced, 0);
	senders_free(again);
	senders_free(senders);
	memory_done(&stream);
}

/* Any byte may be another: what comes is an error, or a difference that is safe to hold, which the checksum finds. */
static void
nothing_read_is_believed(void **state)
{
	struct senders *senders = some_senders(), *again;
	struct memory_stream stream = {0};
	uint64_t random = 3;

	(void)state;
	save_all(senders, &stream);
	for (int i = 0; i < 400; i++) {
		struct fail fail = {0};
		uint8_t old;
		size_t where;

		random = hash_mix(random + 1);
		/* A third of them near the begin, where the head is. */
		where = random % (i % 3 == 0 ? 1500 : stream.size);
		old = stream.bytes[where];
		stream.bytes[where] ^= (uint8_t)(1 + (random >> 40) % 255);
		again = new_senders(1000);
		assert_true(restore_all(again, &stream, &fail) < 0);
		assert_true(fail.what[0] != '\0');
		for (uint64_t key = 0; key < 600; key++)
			write_to(again, hash(key), key, key, 4 * WALL_DAY);
		senders_free(again);
		stream.bytes[where] = old;
	}
	/* It may end anywhere. */
	for (size_t size = stream.size - 1; size > 0; size = size * 9 / 10) {
		struct fail fail = {0};

		stream.size = size;
		again = new_senders(1000);
		assert_true(restore_all(again, &stream, &fail) < 0);
		senders_free(again);
	}
	senders_free(senders);
	memory_done(&stream);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_an_account_does),
		cmocka_unit_test(estimates_of_many_are_near),
		cmocka_unit_test(a_new_account_warms_up),
		cmocka_unit_test(a_new_guard_does_not_take_all_domains_for_new),
		cmocka_unit_test(a_ceiling_is_learnt_but_not_from_days_under_suspicion),
		cmocka_unit_test(a_denied_recipient_waits_once),
		cmocka_unit_test(the_quiet_give_way_and_others_do_not),
		cmocka_unit_test(three_networks_in_an_hour_are_noticed_and_two_are_not),
		cmocka_unit_test(one_dead_recipient_counts_once),
		cmocka_unit_test(a_listed_relay_is_not_the_fault_of_its_senders),
		cmocka_unit_test(evidence_is_told_when_there_is_some_and_once_when_it_is_gone),
		cmocka_unit_test(all_are_visited_a_page_at_a_time),
		cmocka_unit_test(what_is_saved_goes_on_as_before),
		cmocka_unit_test(what_was_released_is_kept_and_its_day_begins_anew),
		cmocka_unit_test(counts_are_those_of_one_process),
		cmocka_unit_test(nothing_read_is_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
