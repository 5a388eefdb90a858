/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "identity/accountname.h"
#include "memory_stream.h"
#include "relay/guard.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#define BEGIN (INT64_C(20000) * WALL_DAY)

static const struct hash_key secret = {{1, 2, 3}};

static struct guard_settings
settings_of(const char *account, const char *relay)
{
	struct guard_settings settings = {.keys_most = 1000, .messages_most = 1000};
	struct fail fail = {0};
	size_t column;

	for (int i = 0; i < LIMITS; i++)
		settings.rule[i] = rule_none();
	if (rule_parse(text_of(account), &settings.rule[LIMIT_ACCOUNT], &column, &fail) < 0 ||
		rule_parse(text_of(relay), &settings.rule[LIMIT_RELAY], &column, &fail) < 0)
		fail_msg("%s", fail.what);
	return settings;
}

static struct responsible
who(const char *account)
{
	struct responsible_input input = {.account = text_of(account), .class = LIMIT_ACCOUNT};
	struct responsible ret;

	responsible_find(&input, &secret, &ret);
	return ret;
}

/* One step of a message of an account. count: of DATA and END; of a recipient what tells it from others. */
static struct guard_answer
ask(struct guard *guard, const char *account, uint64_t message, enum guard_stage stage,
	uint32_t count, int64_t now)
{
	struct responsible responsible = who(account);
	struct guard_ask it = {
		.message = message,
		.responsible = &responsible,
		.recipient = stage == GUARD_RECIPIENT ? count : 0,
		.count = stage == GUARD_RECIPIENT ? 0 : count,
		.stage = stage,
		.is_settled = true,
	};

	return guard_ask(guard, &it, (struct wall){BEGIN + now});
}

static bool
passes(struct guard *guard, const char *account, uint64_t message, enum guard_stage stage,
	uint32_t count, int64_t now)
{
	return ask(guard, account, message, stage, count, now).passes;
}

static uint32_t
recipients(struct guard *guard, const char *account, int64_t now)
{
	return guard_count(guard, accountname_pseudonym(text_of(account), &secret), LIMIT_ACCOUNT,
		RULE_RECIPIENTS, RULE_HOUR, (struct wall){BEGIN + now});
}

static void
a_message_counts_once_whoever_asks(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);

	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 77, 0));
	/* A second restriction asks the same. */
	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 77, 0));
	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 78, 1));
	assert_int_equal(recipients(guard, "anna", 1), 2);
	assert_true(passes(guard, "anna", 1, GUARD_DATA, 2, 2));
	assert_true(passes(guard, "anna", 1, GUARD_END, 2, 3));
	assert_true(passes(guard, "anna", 1, GUARD_END, 2, 3));
	assert_int_equal(recipients(guard, "anna", 3), 2);
	/* Only its end is asked for. */
	assert_true(passes(guard, "anna", 2, GUARD_END, 5, 4));
	assert_int_equal(recipients(guard, "ANNA", 4), 7);
	assert_false(passes(guard, "anna", 3, GUARD_DATA, 4, 5));
	assert_true(passes(guard, "bo", 4, GUARD_DATA, 4, 5));
	assert_int_equal(guard_counts(guard).messages, 2);
	assert_int_equal(guard_counts(guard).recipients, 7);
	guard_free(guard);
	(void)state;
}

static void
what_does_not_end_is_given_back(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour burst 10", "none");
	struct guard *guard = guard_new(&settings);

	for (uint32_t i = 1; i <= 10; i++)
		assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, i, 0));
	assert_false(passes(guard, "anna", 1, GUARD_RECIPIENT, 11, 0));
	assert_false(passes(guard, "anna", 2, GUARD_RECIPIENT, 1, 0));
	/* The mail server took three of them. */
	assert_true(passes(guard, "anna", 1, GUARD_DATA, 3, 0));
	assert_int_equal(recipients(guard, "anna", 0), 3);
	assert_true(passes(guard, "anna", 1, GUARD_ABORT, 0, 0));
	assert_int_equal(recipients(guard, "anna", 0), 0);
	assert_int_equal(guard_counts(guard).given_back, 1);
	/* Nothing is heard of the next one. */
	for (uint32_t i = 1; i <= 10; i++)
		assert_true(passes(guard, "anna", 3, GUARD_RECIPIENT, i, 0));
	guard_advance(guard, (struct wall){BEGIN + GUARD_SILENCE_US - 1});
	assert_int_equal(recipients(guard, "anna", GUARD_SILENCE_US), 10);
	guard_advance(guard, (struct wall){BEGIN + GUARD_SILENCE_US});
	assert_int_equal(recipients(guard, "anna", GUARD_SILENCE_US), 0);
	assert_int_equal(guard_counts(guard).silent, 1);
	assert_int_equal(guard_counts(guard).open, 0);
	guard_free(guard);
	(void)state;
}

static void
where_no_end_is_told_what_is_reserved_stands(void **state)
{
	struct guard_settings settings = settings_of("3 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);
	struct responsible anna = who("anna");
	struct guard_ask it = {
		.message = 1, .responsible = &anna, .recipient = 5, .stage = GUARD_RECIPIENT};

	assert_true(guard_ask(guard, &it, (struct wall){BEGIN}).passes);
	guard_advance(guard, (struct wall){BEGIN + GUARD_SILENCE_US});
	assert_int_equal(recipients(guard, "anna", GUARD_SILENCE_US), 1);
	assert_int_equal(guard_counts(guard).given_back, 0);
	guard_free(guard);
	(void)state;
}

static void
the_first_message_is_looked_at_like_any_other(void **state)
{
	struct guard_settings settings = settings_of("100 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);
	struct guard_answer answer = ask(guard, "anna", 1, GUARD_END, 1000, 0);

	assert_false(answer.passes);
	assert_true(answer.why.never);
	assert_int_equal(answer.limit, LIMIT_ACCOUNT);
	assert_int_equal(recipients(guard, "anna", 0), 0);
	/* At its recipients the first hundred pass. */
	for (uint32_t i = 1; i <= 1000; i++)
		assert_true(passes(guard, "anna", 2, GUARD_RECIPIENT, i, 1) == (i <= 100));
	guard_free(guard);
	(void)state;
}

static void
the_tightest_decides_and_nothing_is_counted_then(void **state)
{
	struct guard_settings settings = settings_of("100 messages/hour", "3 messages/hour");
	struct guard *guard = guard_new(&settings);
	struct guard_answer answer;

	assert_true(passes(guard, "anna@a.example", 1, GUARD_END, 1, 0));
	assert_true(passes(guard, "bo@b.example", 2, GUARD_END, 1, 0));
	assert_true(passes(guard, "cy@b.example", 3, GUARD_END, 1, 0));
	answer = ask(guard, "anna@a.example", 4, GUARD_END, 1, WALL_MINUTE);
	assert_false(answer.passes);
	assert_int_equal(answer.limit, LIMIT_RELAY);
	assert_int_equal(answer.why.free.us, BEGIN + 66 * WALL_MINUTE);
	assert_int_equal(recipients(guard, "anna@a.example", WALL_MINUTE), 1);
	guard_free(guard);
	(void)state;
}

static void
a_shadow_only_says_what_would_be(void **state)
{
	struct guard_settings settings = settings_of("2 messages/hour", "none");
	struct guard *guard;
	struct guard_answer answer = {0};

	settings.is_shadow = true;
	guard = guard_new(&settings);
	for (uint64_t i = 1; i <= 5; i++) {
		answer = ask(guard, "anna", i, GUARD_END, 1, 0);
		assert_true(answer.passes);
		assert_true(answer.would == (i > 2));
	}
	assert_int_equal(answer.why.counted, 4);
	assert_int_equal(recipients(guard, "anna", 0), 5);
	guard_free(guard);
	(void)state;
}

static struct guard_answer
ask_of(struct guard *guard, bool is_local, uint64_t recipient, enum guard_stage stage)
{
	struct responsible_input input = {
		.account = TEXT("anna"), .class = LIMIT_ACCOUNT, .is_local = is_local};
	struct responsible responsible;
	struct guard_ask it = {.message = 1,
		.responsible = &responsible,
		.recipient = recipient,
		.stage = stage,
		.is_settled = true};

	responsible_find(&input, &secret, &responsible);
	return guard_ask(guard, &it, (struct wall){BEGIN});
}

static void
a_message_is_local_as_long_as_all_recipients_are(void **state)
{
	struct guard_settings settings = settings_of("3 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);

	for (uint64_t i = 1; i <= 2; i++)
		assert_true(ask_of(guard, true, i, GUARD_RECIPIENT).passes);
	assert_int_equal(recipients(guard, "anna", 0), 0);
	assert_true(ask_of(guard, false, 3, GUARD_RECIPIENT).passes);
	assert_int_equal(recipients(guard, "anna", 0), 3);
	assert_false(ask_of(guard, true, 4, GUARD_RECIPIENT).passes);
	assert_true(ask_of(guard, false, 0, GUARD_END).passes);
	assert_int_equal(recipients(guard, "anna", 0), 3);
	guard_free(guard);
	guard = guard_new(&settings);
	for (uint64_t i = 1; i <= 3; i++)
		assert_true(ask_of(guard, true, i, GUARD_RECIPIENT).passes);
	/* With the others it is one too many. */
	assert_false(ask_of(guard, false, 4, GUARD_RECIPIENT).passes);
	assert_true(ask_of(guard, false, 0, GUARD_END).passes);
	assert_int_equal(recipients(guard, "anna", 0), 3);
	guard_free(guard);
	(void)state;
}

static void
other_limits_keep_what_was_counted(void **state)
{
	struct guard_settings settings = settings_of("10 messages/hour", "none"), less, more;
	struct guard *guard = guard_new(&settings);

	less = settings_of("5 messages/hour", "none");
	more = settings_of("100000 messages/hour", "none");
	for (uint64_t i = 1; i <= 7; i++)
		assert_true(passes(guard, "anna", i, GUARD_END, 1, 0));
	guard_set(guard, less.rule, false);
	assert_false(passes(guard, "anna", 8, GUARD_END, 1, WALL_MINUTE));
	guard_set(guard, more.rule, false);
	assert_true(passes(guard, "anna", 9, GUARD_END, 1, WALL_MINUTE));
	guard_set(guard, settings.rule, false);
	assert_true(passes(guard, "anna", 10, GUARD_END, 1, WALL_MINUTE));
	assert_true(passes(guard, "anna", 11, GUARD_END, 1, WALL_MINUTE));
	assert_false(passes(guard, "anna", 12, GUARD_END, 1, WALL_MINUTE));
	guard_free(guard);
	(void)state;
}

static void
full_tables_stop_nobodys_mail(void **state)
{
	struct guard_settings settings = settings_of("1 messages/hour", "none");
	char name[16];
	struct guard *guard;

	settings.keys_most = 8;
	settings.messages_most = 4;
	guard = guard_new(&settings);
	for (unsigned i = 1; i <= 20; i++) {
		snprintf(name, sizeof(name), "a%u", i);
		assert_true(passes(guard, name, i, GUARD_RECIPIENT, 1, 0));
	}
	/* Without a place for the message it is counted all the same. */
	assert_false(passes(guard, "a6", 30, GUARD_RECIPIENT, 1, 0));
	assert_int_equal(guard_counts(guard).open, 4);
	assert_true(guard_counts(guard).unlimited > 0);
	guard_free(guard);
	(void)state;
}

/* Clients side by side, each with a message on its way, that end or break off as they like. */
#define CLIENTS 64
#define STEPS   30000

struct sent {
	int64_t us;
	uint32_t recipients;
};

struct client {
	uint64_t message;
	uint32_t accepted; /* recipients */
};

/* One that was saved, ended, and went on as another. */
static struct guard *
restarted(struct guard *guard, const struct guard_settings *settings, int64_t now)
{
	struct memory_stream stream = {0};
	struct save *save = save_new(memory_write, &stream);
	struct restore *restore = restore_new(memory_read, &stream);
	struct guard *fresh = guard_new(settings);
	struct fail fail = {0};

	guard_save(guard, save);
	assert_int_equal(save_end(save), 0);
	if (guard_restore(fresh, restore, (struct wall){BEGIN + now}, &fail) < 0 ||
		restore_end(restore, &fail) < 0)
		fail_msg("%s", fail.what);
	save_free(save);
	restore_free(restore);
	free(stream.bytes);
	guard_free(guard);
	return fresh;
}

static void
one_that_is_restored_goes_on_the_same(void **state)
{
	struct guard_settings settings = settings_of("5 recipients/hour burst 4", "none");
	struct guard *guard = guard_new(&settings);

	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 1, 0));
	assert_true(passes(guard, "anna", 2, GUARD_RECIPIENT, 1, 0));
	guard = restarted(guard, &settings, 1);
	assert_int_equal(recipients(guard, "anna", 1), 2);
	/* Both messages are still known. */
	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 1, 1));
	assert_true(passes(guard, "anna", 1, GUARD_END, 1, 2));
	assert_int_equal(recipients(guard, "anna", 2), 2);
	ask(guard, "anna", 2, GUARD_ABORT, 0, 3);
	assert_int_equal(recipients(guard, "anna", 3), 1);
	assert_int_equal(guard_counts(guard).open, 0);
	/* Also one that is over. */
	guard = restarted(guard, &settings, 3);
	assert_true(passes(guard, "anna", 1, GUARD_END, 1, 3));
	assert_int_equal(recipients(guard, "anna", 3), 1);
	/* Less room: what does not fit is left out. */
	settings.keys_most = settings.messages_most = 1;
	assert_true(passes(guard, "bo", 3, GUARD_RECIPIENT, 1, 3));
	guard = restarted(guard, &settings, 4);
	assert_int_equal(guard_keys(guard).held, 1);
	assert_int_equal(guard_counts(guard).open, 1);
	guard_free(guard);
	(void)state;
}

/* An account with a limit of its own asks for a recipient. */
static bool
passes_by(struct guard *guard, const char *own, uint64_t message, uint32_t recipient, int64_t now)
{
	struct responsible responsible = who("anna");
	struct guard_ask it = {
		.message = message, .responsible = &responsible, .recipient = recipient};
	struct fail fail = {0};
	size_t column;

	responsible.has_rule = true;
	assert_int_equal(rule_parse(text_of(own), &responsible.rule, &column, &fail), 0);
	return guard_ask(guard, &it, (struct wall){BEGIN + now}).passes;
}

static void
a_message_has_the_limits_that_its_sender_has_now(void **state)
{
	struct guard_settings settings = settings_of("none", "none");
	struct guard *guard = guard_new(&settings);

	assert_true(passes_by(guard, "2 recipients/hour", 1, 1, 0));
	assert_true(passes_by(guard, "2 recipients/hour", 1, 2, 0));
	assert_false(passes_by(guard, "2 recipients/hour", 2, 3, 0));
	/* Of what is on its way, and of what was denied, after a restart, too. */
	guard = restarted(guard, &settings, 1);
	assert_false(passes_by(guard, "2 recipients/hour", 1, 3, 1));
	assert_false(passes_by(guard, "2 recipients/hour", 2, 3, 1));
	/* What was denied is asked again when there is more. */
	assert_true(passes_by(guard, "3 recipients/hour", 2, 3, 2));
	assert_int_equal(recipients(guard, "anna", 2), 3);
	guard_free(guard);
	(void)state;
}

static void
what_was_damaged_is_refused(void **state)
{
	struct guard_settings settings = settings_of("50 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);
	struct memory_stream stream = {0};
	struct save *save = save_new(memory_write, &stream);
	unsigned refused = 0;

	for (uint64_t i = 1; i <= 4; i++)
		assert_true(passes(guard, "anna", i, GUARD_RECIPIENT, 1, 0));
	guard_save(guard, save);
	assert_int_equal(save_end(save), 0);
	/* With a checksum that fits: each value is looked at by itself, and no damage is worse than a refusal. */
	for (size_t at = 0; at < stream.size - HASH_STREAM_SIZE; at++) {
		struct restore *restore = restore_new(memory_read, &stream);
		struct guard *fresh = guard_new(&settings);
		struct fail fail = {0};
		int r;

		stream.bytes[at] ^= 0xff;
		memory_sign(&stream);
		stream.at = 0;
		r = guard_restore(fresh, restore, (struct wall){BEGIN}, &fail);
		refused += r < 0;
		if (r == 0) {
			(void)passes(fresh, "anna", 1, GUARD_END, 1, 0);
			guard_advance(fresh, (struct wall){BEGIN + WALL_DAY});
		}
		stream.bytes[at] ^= 0xff;
		restore_free(restore);
		guard_free(fresh);
	}
	assert_true(refused > 100);
	save_free(save);
	free(stream.bytes);
	guard_free(guard);
	(void)state;
}

static const char *const names[] = {"anna@a.example", "bo@a.example", "cy@b.example"};

/* What was sent by whom, and when. */
struct sendings {
	struct sent *sent[3];
	size_t count[3];
};

/* The last one of an account was allowed: is what its windows hold within the limits of that moment? */
static void
assert_within(const struct sendings *of, size_t account, int64_t now, const struct rule *own,
	const struct rule *relay)
{
	uint64_t messages = 0, hour = 0, day = 0;

	for (size_t i = of->count[account]; i-- > 0 && of->sent[account][i].us > now - WALL_HOUR;) {
		messages++;
		hour += of->sent[account][i].recipients;
	}
	for (int other = 0; other < 3; other++) {
		const struct sent *sent = of->sent[other];

		for (size_t i = of->count[other]; i-- > 0 && sent[i].us > now - WALL_DAY;)
			day += sent[i].recipients;
	}
	assert_true(messages <= own->most[RULE_MESSAGES][RULE_HOUR]);
	assert_true(hour <= own->most[RULE_RECIPIENTS][RULE_HOUR]);
	assert_true(day <= relay->most[RULE_RECIPIENTS][RULE_DAY]);
}

/* 64 clients at the same time, in any order; the guard is restarted, and its limits change, in between. */
static void
no_more_than_the_limit_is_ever_sent(void **state)
{
	struct guard_settings settings[2] = {
		settings_of("20 messages/hour, 100 recipients/hour", "250 recipients/day"),
		settings_of("30 messages/hour, 120 recipients/hour", "400 recipients/day"),
	};
	struct guard *guard = guard_new(&settings[0]);
	struct client client[CLIENTS] = {{0}};
	struct sendings sendings = {{0}};
	const struct rule *rule = settings[0].rule;
	struct random random;
	uint64_t id = 1;
	int64_t now = 0;

	random_seed(&random, 11);
	for (int a = 0; a < 3; a++)
		sendings.sent[a] = xcalloc(STEPS, sizeof(struct sent));
	for (int step = 0; step < STEPS; step++) {
		size_t c = random_below(&random, CLIENTS), a = c % 3;
		uint64_t what = random_below(&random, 10);
		struct client *it = &client[c];

		now += (int64_t)random_below(
			&random, random_below(&random, 50) == 0 ? WALL_HOUR : 20 * WALL_SECOND);
		guard_advance(guard, (struct wall){BEGIN + now});
		if (step % 1000 == 999) {
			rule = settings[step / 1000 % 2].rule;
			guard = restarted(guard, &settings[step / 1000 % 2], now);
		}
		if (it->message == 0)
			*it = (struct client){.message = id++};
		if (what < 6) {
			it->accepted += passes(guard, names[a], it->message, GUARD_RECIPIENT,
				1 + (uint32_t)step, now);
			continue;
		}
		if (what < 8 || it->accepted == 0) {
			ask(guard, names[a], it->message, GUARD_ABORT, 0, now);
			*it = (struct client){0};
			continue;
		}
		if (passes(guard, names[a], it->message, GUARD_END, it->accepted, now)) {
			sendings.sent[a][sendings.count[a]++] = (struct sent){now, it->accepted};
			assert_within(&sendings, a, now, &rule[LIMIT_ACCOUNT], &rule[LIMIT_RELAY]);
		}
		*it = (struct client){0};
	}
	/* And it is not that nothing is sent. */
	for (int a = 0; a < 3; a++) {
		assert_true(sendings.count[a] > 300);
		free(sendings.sent[a]);
	}
	guard_free(guard);
	(void)state;
}

static void
what_is_over_or_denied_takes_no_place_of_others(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour", "none");
	struct guard *guard;

	settings.messages_most = 2;
	guard = guard_new(&settings);
	/* One is on its way all the time. */
	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 1, 0));
	for (uint64_t i = 2; i <= 5; i++) {
		assert_true(passes(guard, "anna", i, GUARD_RECIPIENT, 1, 0));
		assert_int_equal(guard_counts(guard).open, 2);
		assert_true(passes(guard, "anna", i, GUARD_END, 1, 0));
		assert_true(passes(guard, "anna", i, GUARD_END, 1, 0));
		assert_int_equal(guard_counts(guard).open, 1);
	}
	assert_int_equal(recipients(guard, "anna", 0), 5);
	for (uint64_t i = 6; i <= 9; i++)
		assert_false(passes(guard, "anna", i, GUARD_DATA, 100, 0));
	assert_int_equal(guard_counts(guard).open, 1);
	assert_true(passes(guard, "anna", 1, GUARD_ABORT, 0, 0));
	assert_int_equal(recipients(guard, "anna", 0), 4);
	guard_free(guard);
	(void)state;
}

static void
an_end_is_known_for_two_minutes(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);

	assert_true(passes(guard, "anna", 1, GUARD_END, 3, 0));
	guard_advance(guard, (struct wall){BEGIN + GUARD_OVER_US - 1});
	assert_true(passes(guard, "anna", 1, GUARD_END, 3, GUARD_OVER_US - 1));
	assert_int_equal(recipients(guard, "anna", GUARD_OVER_US), 3);
	guard_advance(guard, (struct wall){BEGIN + 2 * GUARD_OVER_US});
	assert_true(passes(guard, "anna", 1, GUARD_END, 3, 2 * GUARD_OVER_US));
	assert_int_equal(recipients(guard, "anna", 2 * GUARD_OVER_US), 6);
	guard_free(guard);
	(void)state;
}

static void
an_end_that_is_denied_is_denied_again(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);

	assert_false(passes(guard, "anna", 1, GUARD_END, 11, 0));
	assert_false(passes(guard, "anna", 1, GUARD_END, 11, 0));
	assert_int_equal(recipients(guard, "anna", 0), 0);
	assert_int_equal(guard_counts(guard).messages, 0);
	guard_free(guard);
	(void)state;
}

static void
what_was_taken_over_two_cells_is_given_back_as_a_whole(void **state)
{
	struct guard_settings settings = settings_of("10 recipients/hour", "none");
	struct guard *guard = guard_new(&settings);

	assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, 1, 0));
	for (uint32_t i = 2; i <= 4; i++)
		assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, i, 7 * WALL_MINUTE));
	assert_int_equal(recipients(guard, "anna", 7 * WALL_MINUTE), 4);
	assert_true(passes(guard, "anna", 1, GUARD_ABORT, 0, 7 * WALL_MINUTE));
	assert_int_equal(recipients(guard, "anna", 7 * WALL_MINUTE), 0);
	guard_free(guard);
	(void)state;
}

static void
of_a_burst_no_more_is_given_back_than_has_not_run_off(void **state)
{
	/* One in 3.6 seconds. */
	struct guard_settings settings = settings_of("1000 recipients/hour burst 5", "none");
	struct guard *guard = guard_new(&settings);

	for (uint32_t i = 1; i <= 5; i++)
		assert_true(passes(guard, "anna", 1, GUARD_RECIPIENT, i, 0));
	assert_true(passes(guard, "anna", 2, GUARD_END, 5, 18 * WALL_SECOND));
	assert_false(passes(guard, "anna", 1, GUARD_END, 2000, 18 * WALL_SECOND));
	assert_int_equal(recipients(guard, "anna", 18 * WALL_SECOND), 5);
	assert_false(passes(guard, "anna", 3, GUARD_END, 1, 18 * WALL_SECOND));
	assert_true(passes(guard, "anna", 3, GUARD_END, 1, 18 * WALL_SECOND + 3600000));
	guard_free(guard);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_counts_once_whoever_asks),
		cmocka_unit_test(what_does_not_end_is_given_back),
		cmocka_unit_test(where_no_end_is_told_what_is_reserved_stands),
		cmocka_unit_test(the_first_message_is_looked_at_like_any_other),
		cmocka_unit_test(the_tightest_decides_and_nothing_is_counted_then),
		cmocka_unit_test(a_shadow_only_says_what_would_be),
		cmocka_unit_test(a_message_is_local_as_long_as_all_recipients_are),
		cmocka_unit_test(other_limits_keep_what_was_counted),
		cmocka_unit_test(what_is_over_or_denied_takes_no_place_of_others),
		cmocka_unit_test(an_end_is_known_for_two_minutes),
		cmocka_unit_test(an_end_that_is_denied_is_denied_again),
		cmocka_unit_test(full_tables_stop_nobodys_mail),
		cmocka_unit_test(one_that_is_restored_goes_on_the_same),
		cmocka_unit_test(a_message_has_the_limits_that_its_sender_has_now),
		cmocka_unit_test(what_was_damaged_is_refused),
		cmocka_unit_test(no_more_than_the_limit_is_ever_sent),
		cmocka_unit_test(what_was_taken_over_two_cells_is_given_back_as_a_whole),
		cmocka_unit_test(of_a_burst_no_more_is_given_back_than_has_not_run_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
