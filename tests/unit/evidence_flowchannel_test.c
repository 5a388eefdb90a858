/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "evidence/flowchannel.h"
#include "source/observation.h"
#include "unit.h"

#include <math.h>

#define LINE UINT64_C(0x1111)

static struct flow_channel *
new_channel(struct flow_channel_settings *settings)
{
	flow_channel_defaults(settings);
	settings->lines_most = 1000;
	return flow_channel_new(settings, 42);
}

/* An attempt of a line at a number of a network, at a time in seconds. */
static struct evidence
attempt(struct flow_channel *channel, uint64_t pseudonym, unsigned network, double seconds,
	enum outcome outcome)
{
	struct sighting sighting = {
		.time = {(int64_t)(seconds * 1e6) + 1000 * WALL_DAY},
		.line = {.pseudonym = pseudonym},
		.other = address_from_v4(0x01000000 + network * 256),
		.sampling = 1,
		.outcome = (uint8_t)outcome,
	};
	struct contact contact = flow_channel_contact(channel, &sighting);
	struct evidence evidence;

	flow_channel_take(channel, &contact, &evidence);
	return evidence;
}

static struct flow_facts
facts(struct flow_channel *channel, uint64_t pseudonym, double seconds)
{
	int64_t index = flow_channel_find(channel, pseudonym);

	assert_true(index >= 0);
	return flow_channel_facts(channel, (uint32_t)index,
		(struct wall){(int64_t)(seconds * 1e6) + 1000 * WALL_DAY});
}

static void
repeats_are_no_evidence(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);

	assert_true(attempt(channel, LINE, 1, 0, OUTCOME_FAILED).is_first_contact);
	for (int i = 1; i < 1000; i++)
		assert_false(attempt(channel, LINE, 1, i, OUTCOME_FAILED).is_first_contact);
	assert_true(facts(channel, LINE, 1000).failure < 2);
	assert_int_equal(facts(channel, LINE, 1000).attempts, 1000);
	assert_int_equal(facts(channel, LINE, 1000).contacts, 1);
	flow_channel_free(channel);
}

static void
a_network_is_known_for_one_to_two_weeks(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double day = 86400;

	attempt(channel, LINE, 1, 0, OUTCOME_ACCEPTED);
	assert_false(attempt(channel, LINE, 1, 6 * day, OUTCOME_ACCEPTED).is_first_contact);
	/* Known in the generation before. */
	assert_false(attempt(channel, LINE, 1, 13 * day, OUTCOME_ACCEPTED).is_first_contact);
	/* Then two whole generations without it. */
	assert_true(attempt(channel, LINE, 1, 30 * day, OUTCOME_ACCEPTED).is_first_contact);
	flow_channel_free(channel);
}

static void
many_new_networks_that_accept_give_no_score(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};

	for (unsigned i = 0; i < 40; i++)
		evidence = attempt(channel, LINE, i, i, OUTCOME_ACCEPTED);
	assert_true(evidence.is_first_contact);
	assert_true(evidence.score == 0);
	assert_true(evidence.watch > 30);
	flow_channel_free(channel);
}

static void
few_new_networks_that_fail_give_no_score(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};

	/* One new network a day is half of what is normal for a home. */
	for (unsigned i = 0; i < 60; i++)
		evidence = attempt(channel, LINE, i, i * 86400.0, OUTCOME_FAILED);
	assert_true(evidence.score < 2.5F);
	assert_true(evidence.watch > 10);
	flow_channel_free(channel);
}

static void
a_spam_run_scores_within_a_dozen_contacts(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};
	unsigned contacts = 0;

	while (evidence.score < 12.42F)
		evidence = attempt(channel, LINE, contacts, contacts, OUTCOME_REFUSED), contacts++;
	assert_in_range(contacts, 8, 12);
	flow_channel_free(channel);
}

static void
evidence_fades_and_never_passes_its_ceiling(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double day = 86400;

	for (unsigned i = 0; i < 300; i++)
		attempt(channel, LINE, i, i, OUTCOME_FAILED);
	assert_true(facts(channel, LINE, 300).failure <= (float)settings.ceiling);
	assert_true(facts(channel, LINE, 300).failure > 30);
	assert_true(facts(channel, LINE, 300 + 10 * day).failure < 17);
	assert_true(facts(channel, LINE, 300 + 6 * day).rate < 1);
	flow_channel_free(channel);
}

static void
an_honest_retry_takes_its_failure_back(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	float after_failure;

	for (unsigned i = 0; i < 5; i++)
		attempt(channel, LINE, i, i, OUTCOME_REFUSED);
	after_failure = facts(channel, LINE, 5).failure;
	attempt(channel, LINE, 4, 30, OUTCOME_ACCEPTED); /* too soon for greylisting */
	assert_true(facts(channel, LINE, 30).failure > after_failure - .01F);
	attempt(channel, LINE, 3, 1800, OUTCOME_ACCEPTED);
	assert_true(facts(channel, LINE, 1800).failure < after_failure - 1);
	assert_int_equal(facts(channel, LINE, 1800).contacts_bad, 4);
	flow_channel_free(channel);
}

/* What the excuse of an outage took back is not taken back again by the retries after it. */
static void
a_failure_is_taken_back_once(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double day = 86400;
	float before;

	for (unsigned i = 0; i < 20; i++)
		attempt(channel, LINE, i, i, OUTCOME_ACCEPTED);
	attempt(channel, LINE, 99, day / 2, OUTCOME_REFUSED);
	for (unsigned i = 100; i < 110; i++)
		attempt(channel, LINE, i, day + i, OUTCOME_FAILED);
	/* One refused, and the failures that came after the excuse. */
	assert_int_equal(facts(channel, LINE, day + 110).contacts_bad, 6);
	for (unsigned i = 100; i < 110; i++)
		attempt(channel, LINE, i, day + 3600 + i, OUTCOME_ACCEPTED);
	assert_int_equal(facts(channel, LINE, day + 7200).contacts_bad, 6);
	/* One refused before the outage still may be. */
	before = facts(channel, LINE, day + 7200).failure;
	attempt(channel, LINE, 99, day + 7200, OUTCOME_ACCEPTED);
	assert_int_equal(facts(channel, LINE, day + 7200).contacts_bad, 5);
	assert_true(facts(channel, LINE, day + 7200).failure <= before);
	flow_channel_free(channel);
}

static void
an_outage_of_the_line_excuses_it_for_hours_only(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double day = 86400;

	for (unsigned i = 0; i < 20; i++)
		attempt(channel, LINE, i, i, OUTCOME_ACCEPTED);
	/* A day later nobody answers, new networks or old: even the first failures are taken back. */
	for (unsigned i = 100; i < 140; i++)
		attempt(channel, LINE, i, day + i, OUTCOME_FAILED);
	assert_true(facts(channel, LINE, day + 140).failure < .1F);
	assert_int_equal(facts(channel, LINE, day + 140).frozen, FREEZE_LINE);
	/* Seven hours later it is no excuse any more, nor does another one begin the same week. */
	for (unsigned i = 200; i < 220; i++)
		attempt(channel, LINE, i, day + 7 * 3600 + i, OUTCOME_FAILED);
	assert_true(facts(channel, LINE, day + 8 * 3600).failure > 10);
	flow_channel_free(channel);
}

static void
who_never_got_through_has_no_outage(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);

	attempt(channel, LINE, 1, 0, OUTCOME_REFUSED);
	attempt(channel, LINE, 2, 1, OUTCOME_REFUSED);
	for (unsigned i = 100; i < 120; i++)
		attempt(channel, LINE, i, i, OUTCOME_FAILED);
	assert_true(facts(channel, LINE, 120).failure > 10);
	flow_channel_free(channel);
}

/* A run as slow as a man with a broken connection tries is looked at for some hours. */
static void
a_slow_run_may_be_an_outage_before_the_first_accepted_mail(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	unsigned i = 0;

	for (; i < 12; i++)
		attempt(channel, LINE, i, i * 150.0, OUTCOME_FAILED);
	assert_int_equal(facts(channel, LINE, 1800).frozen, FREEZE_LINE);
	assert_true(facts(channel, LINE, 1800).failure < .1F);
	for (; i < 24; i++)
		attempt(channel, LINE, i, 7 * 3600 + i, OUTCOME_FAILED);
	assert_true(facts(channel, LINE, 8 * 3600).failure > 10);
	flow_channel_free(channel);
}

static void
many_days_need_more_evidence(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};
	struct flow_facts last;

	for (unsigned i = 0; i < 15; i++)
		evidence = attempt(channel, 1, i, i, OUTCOME_REFUSED);
	assert_true(facts(channel, 1, 15).chances == 0);
	assert_true(evidence.score > 12);
	/* Five days of the same: fading, they are worth a little less than five. */
	for (unsigned day = 0; day < 5; day++) {
		for (unsigned i = 0; i < 15; i++)
			evidence = attempt(
				channel, 2, 100 + day * 15 + i, day * 86400.0 + i, OUTCOME_REFUSED);
	}
	last = facts(channel, 2, 4 * 86400.0 + 14);
	assert_true(last.chances > 2 * logf(4) && last.chances < 2 * logf(5));
	assert_true(fabsf(evidence.score - (fminf(last.rate, last.failure) - last.chances)) < .01F);
	flow_channel_free(channel);
}

static void
a_full_memory_ends_its_generation_early(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;
	static const unsigned blocks[] = {1, 2048};

	for (unsigned i = 0; i < 2; i++) {
		unsigned most = blocks[i] * 64 < 65535 ? blocks[i] * 64 : 65535, at = 1;

		flow_channel_defaults(&settings);
		settings.lines_most = 1;
		settings.filter_blocks = blocks[i];
		channel = flow_channel_new(&settings, 42);
		attempt(channel, LINE, 0, 0, OUTCOME_ACCEPTED);
		for (; at < most + most / 2; at++)
			attempt(channel, LINE, at, 1, OUTCOME_UNKNOWN);
		assert_false(attempt(channel, LINE, 1, 2, OUTCOME_ACCEPTED).is_first_contact);
		for (; at < 5 * most; at++)
			attempt(channel, LINE, at, 3, OUTCOME_UNKNOWN);
		/* Not the first of all: that one may be taken for known, but not all of them. */
		at = 0;
		for (unsigned network = 2; network < 102; network++)
			at += attempt(channel, LINE, network, 4, OUTCOME_UNKNOWN).is_first_contact;
		assert_true(at > 50);
		flow_channel_free(channel);
	}
}

static void
a_suspect_is_looked_at_with_a_shorter_memory(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double day = 86400;
	unsigned suspect = 0, honest = 0;

	for (unsigned i = 0; i < 40; i++) {
		attempt(channel, 1, i, i, OUTCOME_REFUSED);
		attempt(channel, 2, i, i, OUTCOME_ACCEPTED);
	}
	for (unsigned i = 0; i < 40; i++) {
		suspect += attempt(channel, 1, i, 2.5 * day + i, OUTCOME_REFUSED).is_first_contact;
		honest += attempt(channel, 2, i, 2.5 * day + i, OUTCOME_ACCEPTED).is_first_contact;
	}
	assert_int_equal(suspect, 40);
	assert_int_equal(honest, 0);
	flow_channel_free(channel);
}

static void
memory_may_be_as_short_as_its_parameter_says(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;

	flow_channel_defaults(&settings);
	settings.lines_most = 1;
	settings.remember_us = WALL_HOUR;
	channel = flow_channel_new(&settings, 42);
	assert_true(attempt(channel, LINE, 1, 0, OUTCOME_ACCEPTED).is_first_contact);
	assert_false(attempt(channel, LINE, 1, 3000, OUTCOME_ACCEPTED).is_first_contact);
	assert_true(attempt(channel, LINE, 1, 3 * 3600, OUTCOME_ACCEPTED).is_first_contact);
	flow_channel_free(channel);
}

static void
a_good_past_counts_but_not_without_end(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	static const unsigned pasts[] = {0, 5, 50, 500};
	unsigned needed[] = {0, 0, 0, 0};

	/* Of a line that got through to so many networks, how many refusals make it suspect? */
	for (unsigned line = 0; line < 4; line++) {
		for (unsigned i = 0; i < pasts[line]; i++)
			attempt(channel, line + 1, 10000 + i, i, OUTCOME_ACCEPTED);
		while (attempt(channel, line + 1, needed[line], 1000, OUTCOME_REFUSED).score < 12 &&
			needed[line] < 100)
			needed[line]++;
	}
	assert_in_range(needed[0], 7, 9);
	assert_in_range(needed[1], needed[0] + 4, needed[0] + 8);
	assert_in_range(needed[2], needed[1] + 1, needed[0] + 12);
	assert_in_range(needed[3], needed[2], needed[2] + 5);
	flow_channel_free(channel);
}

static void
an_outage_of_the_network_excuses_everybody_but_counts_lines(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};

	/* A hundred lines that get through; then one zombie shouts: nothing changes for it. */
	for (unsigned line = 1; line <= 100; line++) {
		attempt(channel, line, line, 0, OUTCOME_ACCEPTED);
		attempt(channel, line, line, 10, OUTCOME_ACCEPTED);
	}
	for (unsigned i = 1000; i < 1020; i++)
		evidence = attempt(channel, LINE, i, 20, OUTCOME_FAILED);
	assert_true(evidence.score > 12);
	/* Half an hour later all hundred fail: a line that fails at new networks is excused. */
	for (unsigned line = 1; line <= 100; line++)
		attempt(channel, line, line, 1800, OUTCOME_FAILED);
	for (unsigned i = 2000; i < 2020; i++)
		evidence = attempt(channel, 7, i, 1810, OUTCOME_FAILED);
	assert_true(evidence.score < 2);
	assert_int_equal(facts(channel, 7, 1810).frozen, FREEZE_NETWORK);
	flow_channel_free(channel);
}

/* Recordings whose clock was never set begin in 1970. */
static void
an_outage_in_the_first_minutes_of_time_is_one(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	const double origin = -1000 * 86400.0;

	for (unsigned line = 1; line <= 100; line++)
		attempt(channel, line, line, origin, OUTCOME_ACCEPTED);
	for (unsigned line = 1; line <= 100; line++)
		attempt(channel, line, line, origin + 300, OUTCOME_FAILED);
	attempt(channel, 7, 1000, origin + 301, OUTCOME_FAILED);
	assert_int_equal(facts(channel, 7, origin + 301).frozen, FREEZE_NETWORK);
	flow_channel_free(channel);
}

static void
a_block_of_our_own_is_no_failure(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;
	struct evidence evidence = {0};

	flow_channel_defaults(&settings);
	settings.lines_most = 10;
	settings.role[ROLE_RESIDENTIAL].blocked = true;
	channel = flow_channel_new(&settings, 1);
	for (unsigned i = 0; i < 50; i++)
		evidence = attempt(channel, LINE, i, i, OUTCOME_FAILED);
	assert_true(evidence.score == 0);
	assert_true(flow_channel_frozen(channel)[FREEZE_BLOCKED] == 50);
	flow_channel_free(channel);
}

static void
sampled_flows_suspect_and_never_confirm(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);
	struct evidence evidence = {0};

	for (unsigned i = 0; i < 100; i++) {
		struct sighting sighting = {
			.time = {1000 * WALL_DAY + i * WALL_MINUTE},
			.line = {.pseudonym = LINE},
			.other = address_from_v4(0x01000000 + i * 256),
			.sampling = 1000,
			.outcome = OUTCOME_UNKNOWN,
		};
		struct contact contact = flow_channel_contact(channel, &sighting);

		flow_channel_take(channel, &contact, &evidence);
	}
	assert_true(evidence.score > 10.2F && evidence.score < 11.5F);
	flow_channel_free(channel);
}

static void
who_accepts_mail_from_many_networks_is_a_server(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel = new_channel(&settings);

	attempt(channel, LINE, 1, 0, OUTCOME_ACCEPTED);
	for (unsigned i = 0; i < 60; i++) {
		struct sighting sighting = {
			.line = {.pseudonym = LINE},
			.other = address_from_v4(0x02000000 + i * 256),
			.kind = SIGHTING_INBOUND,
		};

		assert_int_equal(facts(channel, LINE, 0).role,
			i <= 42 ? ROLE_RESIDENTIAL : ROLE_MAIL_SERVER);
		flow_channel_inbound(
			channel, &sighting, (struct wall){1000 * WALL_DAY + i * WALL_DAY / 6});
	}
	assert_true(facts(channel, LINE, 0).expected_a_day >= 50);
	flow_channel_free(channel);
}

static void
a_servers_own_habit_raises_its_limit_within_bounds(void **state)
{
	struct evidence evidence;
	struct flow_channel_settings settings;
	struct flow_channel *channel;
	unsigned network = 0;

	flow_channel_defaults(&settings);
	settings.lines_most = 10;
	settings.filter_blocks = 128;
	channel = flow_channel_new(&settings, 42);
	for (int day = 0; day < 20; day++) {
		for (int i = 0; i < 100; i++) {
			struct sighting sighting = {
				.time = {1000 * WALL_DAY + day * WALL_DAY + i * WALL_MINUTE},
				.line = {.pseudonym = LINE, .role = ROLE_MAIL_SERVER},
				.other = address_from_v4(0x01000000 + network++ * 256),
				.sampling = 1,
				.outcome = OUTCOME_ACCEPTED,
			};
			struct contact contact = flow_channel_contact(channel, &sighting);

			flow_channel_take(channel, &contact, &evidence);
		}
	}
	assert_true(facts(channel, LINE, 20 * 86400).expected_a_day > 300);
	assert_true(facts(channel, LINE, 20 * 86400).expected_a_day < 800);
	flow_channel_free(channel);
}

static void
the_quiet_and_innocent_give_way_at_the_ceiling(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;

	flow_channel_defaults(&settings);
	settings.lines_most = 50;
	channel = flow_channel_new(&settings, 1);
	for (unsigned i = 0; i < 20; i++)
		attempt(channel, 1, i, 0, OUTCOME_FAILED);
	for (unsigned line = 2; line < 500; line++)
		attempt(channel, line, 1, line, OUTCOME_ACCEPTED);
	assert_int_equal(flow_channel_lines(channel), 50);
	assert_true(flow_channel_find(channel, 1) >= 0);
	assert_true(flow_channel_find(channel, 499) >= 0);
	assert_true(flow_channel_find(channel, 2) < 0);
	assert_int_equal(
		flow_channel_active(channel, (struct wall){1000 * WALL_DAY + 500 * WALL_SECOND}),
		50);
	flow_channel_free(channel);
}

static void
a_good_past_is_no_reason_to_give_way(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;

	flow_channel_defaults(&settings);
	settings.lines_most = 4;
	channel = flow_channel_new(&settings, 1);
	for (unsigned line = 2; line <= 4; line++)
		attempt(channel, line, line, line, OUTCOME_ACCEPTED);
	for (unsigned i = 0; i < 50; i++)
		attempt(channel, 1, i, 1000 + i, OUTCOME_ACCEPTED);
	attempt(channel, 5, 1, 2000, OUTCOME_ACCEPTED);
	assert_true(flow_channel_find(channel, 1) >= 0);
	assert_true(flow_channel_find(channel, 2) < 0);
	flow_channel_free(channel);
}

/* Who was loud long ago gives way before who failed a little just now. */
static void
old_evidence_counts_as_what_is_left_of_it(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;
	const double day = 86400;

	flow_channel_defaults(&settings);
	settings.lines_most = 3;
	channel = flow_channel_new(&settings, 1);
	for (unsigned i = 0; i < 30; i++)
		attempt(channel, 1, i, i, OUTCOME_REFUSED);
	for (unsigned line = 2; line <= 3; line++) {
		for (unsigned i = 0; i < 3; i++)
			attempt(channel, line, i, 100 * day, OUTCOME_REFUSED);
	}
	attempt(channel, 4, 1, 100 * day, OUTCOME_ACCEPTED);
	assert_true(flow_channel_find(channel, 1) < 0);
	flow_channel_free(channel);
}

/* Where a line's record was a moment ago is only a hint: its place may be another's by now. */
static void
a_wrong_hint_changes_nothing(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *with, *without;
	struct random random;

	flow_channel_defaults(&settings);
	settings.lines_most = 5;
	with = flow_channel_new(&settings, 1);
	without = flow_channel_new(&settings, 1);
	random_seed(&random, 11);
	for (unsigned i = 0; i < 20000; i++) {
		struct sighting sighting = {
			.time = {1000 * WALL_DAY + i * WALL_SECOND},
			.line = {.pseudonym = random_below(&random, 9)},
			.other = address_from_v4(
				0x01000000 + (uint32_t)random_below(&random, 300) * 256),
			.sampling = 1,
			.outcome = (uint8_t)random_below(&random, OUTCOME_COUNT),
		};
		struct contact contact = flow_channel_contact(with, &sighting);
		struct evidence a, b;

		flow_channel_take(without, &contact, &a);
		contact.hint = (uint32_t)random_below(&random, flow_channel_lines(with) + 1);
		flow_channel_take(with, &contact, &b);
		assert_true(a.line == b.line && a.index == b.index);
		assert_true(a.score == b.score && a.watch == b.watch && a.role == b.role);
		assert_true(
			a.is_new_line == b.is_new_line && a.is_first_contact == b.is_first_contact);
	}
	assert_true(flow_channel_evicted(with) > 1000);
	flow_channel_free(with);
	flow_channel_free(without);
}

/* However small the sketches become, what was known stays known, and evidence stays what it was. */
static void
sketches_fold_when_there_are_many_lines(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *folds, *stays;

	flow_channel_defaults(&settings);
	settings.lines_most = 1000;
	settings.filter_blocks = 32;
	settings.distinct_registers = 1024;
	stays = flow_channel_new(&settings, 42);
	settings.fold_bytes = 1 << 18;
	folds = flow_channel_new(&settings, 42);
	for (unsigned line = 1; line <= 300; line++) {
		for (unsigned i = 0; i < 20; i++) {
			enum outcome outcome = line % 2 ? OUTCOME_FAILED : OUTCOME_ACCEPTED;

			attempt(folds, line, line + i, i, outcome);
			attempt(stays, line, line + i, i, outcome);
		}
	}
	for (unsigned line = 1; line <= 300; line++) {
		struct flow_facts a = facts(folds, line, 20), b = facts(stays, line, 20);

		assert_int_equal(a.contacts, b.contacts);
		assert_int_equal(a.networks, 20);
		assert_true(a.rate == b.rate && a.failure == b.failure);
		assert_in_range(a.addresses, 20, 30);
		for (unsigned i = 0; i < 20; i++)
			assert_false(attempt(folds, line, line + i, 30, OUTCOME_ACCEPTED)
					     .is_first_contact);
	}
	flow_channel_free(folds);
	flow_channel_free(stays);
}

/* Under the null (few fail) the e-value is at most 1 on average: the bound that all else rests on. The
 * failure test never is above a CUSUM that restarts at 0 after each excursion, so the share of contacts at
 * or above h stays near e^-h. */
static void
honest_senders_stay_within_the_bound(void **state)
{
	struct flow_channel_settings settings;
	struct flow_channel *channel;
	struct random random;
	unsigned above = 0, contacts = 0;

	flow_channel_defaults(&settings);
	settings.lines_most = 3000;
	channel = flow_channel_new(&settings, 1);
	random_seed(&random, 7);
	for (unsigned line = 1; line <= 2000; line++) {
		for (unsigned i = 0; i < 100; i++, contacts++) {
			enum outcome outcome =
				random_unit(&random) < .2 ? OUTCOME_REFUSED : OUTCOME_ACCEPTED;

			above += attempt(channel, line, i, i, outcome).score >= 6.9F;
		}
	}
	/* e^-6.9 of 200,000 contacts is 200. */
	assert_true(above < 400);
	assert_true(contacts == 200000);
	flow_channel_free(channel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_are_no_evidence),
		cmocka_unit_test(a_network_is_known_for_one_to_two_weeks),
		cmocka_unit_test(many_new_networks_that_accept_give_no_score),
		cmocka_unit_test(few_new_networks_that_fail_give_no_score),
		cmocka_unit_test(a_spam_run_scores_within_a_dozen_contacts),
		cmocka_unit_test(evidence_fades_and_never_passes_its_ceiling),
		cmocka_unit_test(an_honest_retry_takes_its_failure_back),
		cmocka_unit_test(a_failure_is_taken_back_once),
		cmocka_unit_test(an_outage_of_the_line_excuses_it_for_hours_only),
		cmocka_unit_test(who_never_got_through_has_no_outage),
		cmocka_unit_test(a_slow_run_may_be_an_outage_before_the_first_accepted_mail),
		cmocka_unit_test(many_days_need_more_evidence),
		cmocka_unit_test(a_full_memory_ends_its_generation_early),
		cmocka_unit_test(a_suspect_is_looked_at_with_a_shorter_memory),
		cmocka_unit_test(memory_may_be_as_short_as_its_parameter_says),
		cmocka_unit_test(a_good_past_counts_but_not_without_end),
		cmocka_unit_test(an_outage_of_the_network_excuses_everybody_but_counts_lines),
		cmocka_unit_test(an_outage_in_the_first_minutes_of_time_is_one),
		cmocka_unit_test(a_block_of_our_own_is_no_failure),
		cmocka_unit_test(sampled_flows_suspect_and_never_confirm),
		cmocka_unit_test(who_accepts_mail_from_many_networks_is_a_server),
		cmocka_unit_test(a_servers_own_habit_raises_its_limit_within_bounds),
		cmocka_unit_test(the_quiet_and_innocent_give_way_at_the_ceiling),
		cmocka_unit_test(sketches_fold_when_there_are_many_lines),
		cmocka_unit_test(a_good_past_is_no_reason_to_give_way),
		cmocka_unit_test(old_evidence_counts_as_what_is_left_of_it),
		cmocka_unit_test(a_wrong_hint_changes_nothing),
		cmocka_unit_test(honest_senders_stay_within_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
