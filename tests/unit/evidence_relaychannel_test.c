/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/relaychannel.h"
#include "unit.h"

#include <math.h>

#define BEGIN     (INT64_C(20000) * WALL_DAY)
#define CONFIRMED (11.5 - log(.25))

static const struct relay_class person = {.domains_a_day = 3, .volume_least = 40};

static struct relay_steps
steps_of(void)
{
	struct relay_channel_settings settings;
	struct relay_steps steps;

	relay_channel_defaults(&settings);
	relay_channel_prepare(&steps, &settings);
	return steps;
}

static struct wall
at(int64_t us)
{
	return (struct wall){BEGIN + us};
}

static double
score(const struct relay_record *record, const struct relay_steps *steps)
{
	return (double)relay_record_evidence(record, steps).score;
}

static void
results(struct relay_record *record, const struct relay_steps *steps, enum relay_result result,
	int count)
{
	for (int i = 0; i < count; i++)
		relay_record_result(record, steps, result);
}

static void
domains(struct relay_record *record, const struct relay_steps *steps, int count)
{
	for (int i = 0; i < count; i++)
		relay_record_domain(record, steps, &person);
}

/* Working days on which so many are written to. */
static void
learn_days(
	struct relay_record *record, const struct relay_steps *steps, int days, double recipients)
{
	struct relay_day day = {.recipients = recipients, .accepted = recipients, .domains = 1};

	for (int i = 0; i < days; i++)
		relay_record_learn(record, steps, &day);
}

static void
nothing_alone_confirms(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};

	(void)state;
	relay_record_advance(&record, &steps, &person, at(0));
	results(&record, &steps, RELAY_UNKNOWN_USER, 100);
	results(&record, &steps, RELAY_POLICY, 100);
	assert_true(score(&record, &steps) == 0);
	assert_true(relay_record_evidence(&record, &steps).watch > 30);

	record = (struct relay_record){0};
	domains(&record, &steps, 100);
	assert_true(score(&record, &steps) == 0);

	record = (struct relay_record){0};
	relay_record_volume(&record, &steps, &person, 5000);
	assert_true(score(&record, &steps) == 0);

	record = (struct relay_record){0};
	for (int hour = 0; hour < 100; hour++) {
		relay_record_places(&record, &steps, 9, 9, at(hour * WALL_HOUR));
		assert_true(score(&record, &steps) <= steps.settings.login_most);
	}
	assert_true(steps.settings.login_most < CONFIRMED / 2);
}

static void
new_domains_with_failures_confirm(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};

	(void)state;
	domains(&record, &steps, 15);
	results(&record, &steps, RELAY_ACCEPTED, 8);
	results(&record, &steps, RELAY_UNKNOWN_USER, 5);
	assert_true(score(&record, &steps) < CONFIRMED);
	results(&record, &steps, RELAY_UNKNOWN_USER, 5);
	assert_true(score(&record, &steps) >= CONFIRMED);
}

static void
new_domains_with_volume_confirm(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};

	(void)state;
	learn_days(&record, &steps, 30, 15);
	domains(&record, &steps, 60);
	relay_record_volume(&record, &steps, &person, 70);
	assert_true(score(&record, &steps) < CONFIRMED);
	relay_record_volume(&record, &steps, &person, 115);
	assert_true(score(&record, &steps) >= CONFIRMED);
}

static void
who_always_sent_much_may(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record much = {0}, little = {0};

	(void)state;
	learn_days(&much, &steps, 60, 100);
	learn_days(&little, &steps, 60, 10);
	relay_record_volume(&much, &steps, &person, 180);
	relay_record_volume(&little, &steps, &person, 180);
	assert_true(much.volume == 0);
	assert_true(little.volume > 20);
}

static void
a_day_under_suspicion_teaches_nothing(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};
	struct relay_day flood = {.recipients = 5000, .accepted = 5000, .domains = 500};
	double before;

	(void)state;
	learn_days(&record, &steps, 30, 10);
	before = relay_upper(record.past_recipients, record.past_days);
	record.flags |= RELAY_WAS_SUSPECT;
	relay_record_learn(&record, &steps, &flood);
	assert_true(relay_upper(record.past_recipients, record.past_days) == before);
	assert_int_equal(record.flags & RELAY_WAS_SUSPECT, 0);

	/* Without suspicion one day moves it a little. */
	relay_record_learn(&record, &steps, &flood);
	assert_true(relay_upper(record.past_recipients, record.past_days) > before);
	assert_true(relay_upper(record.past_recipients, record.past_days) < 1.3 * before);
}

static void
what_was_fades(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};
	struct relay_evidence first, later;

	(void)state;
	relay_record_advance(&record, &steps, &person, at(0));
	domains(&record, &steps, 12);
	results(&record, &steps, RELAY_UNKNOWN_USER, 8);
	relay_record_places(&record, &steps, 3, 1, at(0));
	first = relay_record_evidence(&record, &steps);
	relay_record_advance(&record, &steps, &person, at(2 * WALL_DAY));
	later = relay_record_evidence(&record, &steps);
	assert_float_equal(later.login, first.login / 2, 1e-4);
	assert_true(later.unknown < first.unknown * .6F);
	/* 27 a day of 9 times 3 expected ones. */
	assert_true(later.domains == 0);
	/* Time does not go back. */
	relay_record_advance(&record, &steps, &person, at(0));
	assert_float_equal(relay_record_evidence(&record, &steps).login, later.login, 1e-6);
}

static void
a_login_counts_once_an_hour(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};

	(void)state;
	for (int i = 0; i < 10; i++)
		relay_record_places(&record, &steps, 3, 1, at(i * WALL_MINUTE));
	assert_float_equal(record.login, 3, 1e-6);
	relay_record_places(&record, &steps, 2, 2, at(WALL_HOUR));
	assert_float_equal(record.login, 3, 1e-6);
	relay_record_places(&record, &steps, 1, 3, at(WALL_HOUR));
	assert_float_equal(record.login, 6, 1e-6);
	relay_record_places(&record, &steps, 1, 3, at(2 * WALL_HOUR));
	assert_float_equal(record.login, 6, 1e-6);
}

static void
a_guessed_password_counts_and_background_noise_does_not(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};

	(void)state;
	/* Each from another network, and then the owner. */
	for (uint16_t network = 1; network < 200; network++)
		relay_record_login(&record, &steps, false, network, at(0));
	relay_record_login(&record, &steps, true, 500, at(0));
	assert_true(record.login == 0);

	record = (struct relay_record){0};
	for (int i = 0; i < 10; i++)
		relay_record_login(&record, &steps, false, 7, at(0));
	relay_record_login(&record, &steps, true, 500, at(0));
	assert_true(record.login == 0);
	relay_record_login(&record, &steps, true, 7, at(0));
	assert_float_equal(record.login, 2, 1e-6);

	/* An hour of silence, and it is forgotten. */
	record = (struct relay_record){0};
	relay_record_advance(&record, &steps, &person, at(0));
	for (int i = 0; i < 10; i++)
		relay_record_login(&record, &steps, false, 7, at(0));
	relay_record_advance(&record, &steps, &person, at(2 * WALL_HOUR));
	relay_record_login(&record, &steps, true, 7, at(2 * WALL_HOUR));
	assert_true(record.login == 0);
}

/* The tests are never above their ceilings, nor below 0, nor no numbers, whatever comes. */
static void
all_stays_in_its_bounds(void **state)
{
	struct relay_steps steps = steps_of();
	struct relay_record record = {0};
	uint64_t random = 1;
	struct relay_evidence evidence;
	int64_t now = 0;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		struct relay_day day;

		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		now += (int64_t)(random >> 33) % 4 == 0 ? (int64_t)(random >> 20) % WALL_DAY : 1;
		relay_record_advance(&record, &steps, &person, at(now));
		day = (struct relay_day){
			(double)(random >> 50), (double)(random >> 49), (double)(random >> 52)};
		switch (random >> 60 & 7) {
		case 0:
			relay_record_domain(&record, &steps, &person);
			break;
		case 1:
			relay_record_volume(&record, &steps, &person, (double)(random >> 48));
			break;
		case 2:
			relay_record_learn(&record, &steps, &day);
			break;
		case 3:
			relay_record_login(&record, &steps, random & 1 << 20,
				(uint16_t)(random >> 40 & 3), at(now));
			break;
		case 4:
			relay_record_places(&record, &steps, random >> 40 & 3, 1, at(now));
			break;
		default:
			relay_record_result(
				&record, &steps, (enum relay_result)((random >> 40) % 3));
		}
		evidence = relay_record_evidence(&record, &steps);
		assert_true(evidence.score >= 0 && evidence.score <= 38);
		assert_true(evidence.watch >= evidence.score && evidence.watch <= 38);
		assert_true(evidence.volume >= 0 && evidence.volume <= 32);
		assert_true(evidence.domains >= 0 && evidence.domains <= 32);
		assert_true(record.past_days >= 0 && record.past_days <= 10.01F);
		assert_true(record.past_recipients >= 0 && isfinite(record.past_recipients));
	}
}

/* Over days that are twice as the past says exp(volume) is 1 at most on average: the bound is not below the tail. */
static void
volume_is_an_e_value(void **state)
{
	struct relay_steps steps = steps_of();
	uint64_t random = 12345;
	double sum = 0;
	int days = 200000;

	(void)state;
	for (int i = 0; i < days; i++) {
		struct relay_record record = {.past_days = 10, .past_recipients = 400};
		double people = 0, left = exp(-80.0);

		/* Poisson of 80, twice its past of 40 a day. */
		for (double product = 1; product > left; people++) {
			random = random * UINT64_C(6364136223846793005) +
				UINT64_C(1442695040888963407);
			product *= (double)((random >> 11) + 1) * 0x1p-53;
		}
		relay_record_volume(&record, &steps, &person, people - 1);
		sum += exp((double)record.volume) - 1;
	}
	/* What is below 1 was taken as 1, which adds nothing here. */
	assert_true(sum / days < 1);
	assert_true(sum > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_alone_confirms),
		cmocka_unit_test(new_domains_with_failures_confirm),
		cmocka_unit_test(new_domains_with_volume_confirm),
		cmocka_unit_test(who_always_sent_much_may),
		cmocka_unit_test(a_day_under_suspicion_teaches_nothing),
		cmocka_unit_test(what_was_fades),
		cmocka_unit_test(a_login_counts_once_an_hour),
		cmocka_unit_test(a_guessed_password_counts_and_background_noise_does_not),
		cmocka_unit_test(all_stays_in_its_bounds),
		cmocka_unit_test(volume_is_an_e_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
