/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/meterchannel.h"
#include "unit.h"
#include "verdict/court.h"

#include <math.h>

#define START  (INT64_C(15000) * WALL_DAY)
#define PERIOD (10 * WALL_MINUTE)

static struct meter_channel_settings settings;

static int
setup(void **state)
{
	meter_channel_defaults(&settings);
	(void)state;
	return 0;
}

static struct wall
at(int64_t us)
{
	return (struct wall){START + us};
}

/* So many periods without a pause, from `first` on. */
static void
go_on(struct meter_record *record, int64_t first, unsigned periods)
{
	for (unsigned i = 0; i < periods; i++)
		assert_true(meter_record_over(record, &settings, at(first + i * PERIOD)));
}

static void
the_first_period_is_a_reason_to_look_and_no_more(void **state)
{
	struct meter_record record = {.periods = 0};
	struct court_settings court;
	struct evidence evidence;

	court_defaults(&court);
	go_on(&record, 0, 1);
	evidence = meter_record_evidence(&record);
	assert_int_equal(evidence.channel, CHANNEL_METER);
	assert_true(evidence.time.us == START);
	assert_true(fabs((double)evidence.watch - log(1000)) < .001);
	assert_true(fabs((double)evidence.score - log((1000 + 100) / 2.)) < .001);
	assert_true((double)evidence.watch >= court.watch);
	assert_true((double)evidence.score + log(court.weight[CHANNEL_METER]) < court.suspect / 2);
	(void)state;
}

static void
a_period_counts_once_however_often_it_is_seen(void **state)
{
	struct meter_record record = {.periods = 0};
	struct evidence before, after;

	go_on(&record, 0, 1);
	before = meter_record_evidence(&record);
	for (int64_t us = 0; us < PERIOD; us += 10 * WALL_SECOND)
		assert_false(meter_record_over(&record, &settings, at(us)));
	/* Nor what is of before. */
	assert_false(meter_record_over(&record, &settings, at(-WALL_DAY)));
	after = meter_record_evidence(&record);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_true(meter_record_over(&record, &settings, at(PERIOD)));
	assert_int_equal(record.periods, 2);
	(void)state;
}

static void
one_that_goes_on_is_suspected_and_never_reaches_what_confirms(void **state)
{
	struct meter_record record = {.periods = 0};
	struct court_settings court;
	double weight, most = 0;

	court_defaults(&court);
	weight = log(court.weight[CHANNEL_METER]);
	go_on(&record, 0, 2);
	assert_true((double)meter_record_evidence(&record).score + weight < court.suspect);
	go_on(&record, 2 * PERIOD, 1);
	assert_true((double)meter_record_evidence(&record).score + weight >= court.suspect);
	for (unsigned i = 3; i < 1000; i++) {
		go_on(&record, i * PERIOD, 1);
		most = fmax(most, (double)meter_record_evidence(&record).score);
	}
	/* Half of what confirms, at the most. */
	assert_true(most + weight <= court.floor - log(2));
	assert_true(most + weight >= court.floor - log(2) - .1);
	(void)state;
}

static void
what_is_seldom_enough_leads_nowhere(void **state)
{
	struct meter_record record = {.periods = 0};

	for (unsigned week = 0; week < 100; week++) {
		go_on(&record, week * 7 * WALL_DAY, 1);
		assert_int_equal(record.periods, 1);
		assert_true((double)meter_record_evidence(&record).watch < 7);
		assert_true(meter_record_is_over(
			&record, &settings, at(week * 7 * WALL_DAY + WALL_DAY)));
	}
	/* Every other hour is more than an honest line does. */
	record = (struct meter_record){.periods = 0};
	for (unsigned hour = 0; hour < 24; hour += 2)
		go_on(&record, hour * WALL_HOUR, 1);
	assert_int_equal(record.periods, 12);
	assert_true((double)meter_record_evidence(&record).score > 12.5);
	(void)state;
}

static void
what_is_left_is_over_in_time(void **state)
{
	struct meter_record record = {.periods = 0};
	int64_t hours = 0;

	go_on(&record, 0, 6);
	while (!meter_record_is_over(&record, &settings, at(5 * PERIOD + hours * WALL_HOUR)))
		hours++;
	/* As it fades where it was told. */
	assert_int_equal(hours, (int64_t)ceil(settings.ceiling / (double)METER_FADE * 24));
	go_on(&record, hours * WALL_HOUR + 6 * PERIOD, 1);
	assert_int_equal(record.periods, 1);
	(void)state;
}

static void
only_lines_of_which_no_server_is_expected_are_judged(void **state)
{
	for (unsigned role = 0; role <= ROLE_COUNT; role++)
		assert_int_equal(meter_is_of((uint8_t)role),
			role == ROLE_RESIDENTIAL || role == ROLE_MOBILE);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_period_is_a_reason_to_look_and_no_more),
		cmocka_unit_test(a_period_counts_once_however_often_it_is_seen),
		cmocka_unit_test(one_that_goes_on_is_suspected_and_never_reaches_what_confirms),
		cmocka_unit_test(what_is_seldom_enough_leads_nowhere),
		cmocka_unit_test(what_is_left_is_over_in_time),
		cmocka_unit_test(only_lines_of_which_no_server_is_expected_are_judged),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
