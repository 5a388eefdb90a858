/* SPDX-License-Identifier: BSD-2-Clause */
/* What the router's meter says of a line, as the judge takes it. */
#include "judge/judge.h"
#include "source/observation.h"
#include "unit.h"

#include <math.h>

#define START (INT64_C(15000) * WALL_DAY)

static struct judge *
new_judge(void)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = 1000;
	settings.seed = 9;
	return judge_new(&settings);
}

static struct sighting
meter_of(float score, float watch, int64_t minute)
{
	return (struct sighting){
		.time = {START + minute * WALL_MINUTE},
		.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
		.kind = SIGHTING_SCORE,
		.channel = CHANNEL_METER,
		.score = score,
		.watch = watch,
		.metered = {.rate = 20, .minutes = 30},
	};
}

static struct judge_line
metered(struct judge *judge, float score, float watch, int64_t minute)
{
	struct sighting sighting = meter_of(score, watch, minute);
	struct judge_line found;

	judge_take(judge, &sighting, 1);
	assert_int_equal(judge_find(judge, 7, &found), 0);
	return found;
}

static void
the_meter_alone_makes_a_line_suspect_and_never_more(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found;

	assert_int_equal(metered(judge, 6.3F, 6.91F, 0).now.to, STATE_WATCH);
	assert_int_equal(metered(judge, 13.1F, 13.8F, 20).now.to, STATE_SUSPECT);
	/* For however long; and more than it can give is not taken. */
	for (int64_t minute = 30; minute < 2 * 1440; minute += 10) {
		found = metered(judge, minute % 20 == 0 ? 900 : 13.8F, 13.8F, minute);
		assert_int_equal(found.now.to, STATE_SUSPECT);
	}
	assert_true(judge_counts(judge).strange > 100);
	assert_int_equal(found.now.facts.attempts, 0);
	assert_int_equal(found.now.facts.meter_rate, 20);
	assert_int_equal(found.now.facts.meter_minutes, 30);
	found = metered(judge, 13.8F, 13.8F, 2 * 1440);
	assert_true(fabs((double)found.now.score - (13.8 + log(.05))) < .01);
	/* What nobody tells any more fades, though the line is seen every day. */
	for (int64_t hour = 1; hour < 4 * 24; hour++) {
		struct sighting mail = {
			.time = {START + 2 * WALL_DAY + hour * WALL_HOUR},
			.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
			.other = address_from_v4(0x01020304),
			.sampling = 1,
			.outcome = OUTCOME_ACCEPTED,
		};

		judge_take(judge, &mail, 1);
	}
	assert_int_equal(judge_find(judge, 7, &found), 0);
	assert_int_equal(found.now.to, STATE_CLEAR);
	assert_true(found.now.channels[CHANNEL_METER] == 0);
	judge_free(judge);
	(void)state;
}

/* What is held fades; less than that is of an actor that has just begun. */
static void
an_actor_that_begins_takes_nothing_from_what_the_meter_told(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found;

	(void)metered(judge, 13.1F, 13.8F, 0);
	found = metered(judge, 6.3F, 6.91F, 1);
	assert_int_equal(found.now.to, STATE_SUSPECT);
	assert_true(found.now.channels[CHANNEL_METER] > 13);
	/* Two days later it is all that there is. */
	found = metered(judge, 6.3F, 6.91F, 2 * 1440);
	assert_true(fabsf(found.now.channels[CHANNEL_METER] - 6.3F) < .01F);
	judge_free(judge);
	(void)state;
}

/* The kernel keeps it for minutes after the line was let go. */
static void
what_the_meter_saw_before_a_release_counts_no_more(void **state)
{
	struct judge *judge = new_judge();
	struct line line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL};
	struct judge_line found;

	(void)metered(judge, 13.1F, 13.8F, 5);
	judge_advance(judge, (struct wall){START + 10 * WALL_MINUTE});
	assert_int_equal(judge_put(judge, &line, STATE_PROBATION), 0);
	found = metered(judge, 6.3F, 6.91F, 5);
	assert_true(found.now.channels[CHANNEL_METER] == 0);
	found = metered(judge, 6.3F, 6.91F, 11);
	assert_true(found.now.channels[CHANNEL_METER] > 6);
	judge_free(judge);
	(void)state;
}

static void
the_meter_alone_confirms_nobody_on_probation(void **state)
{
	struct judge *judge = new_judge();
	struct line line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL};

	(void)metered(judge, 13.8F, 13.8F, 0);
	assert_int_equal(judge_put(judge, &line, STATE_CONFIRMED), 0);
	assert_int_equal(judge_put(judge, &line, STATE_PROBATION), 0);
	assert_int_equal(metered(judge, 13.8F, 13.8F, 5).now.to, STATE_PROBATION);
	judge_advance(judge, (struct wall){START + WALL_DAY});
	assert_int_equal(metered(judge, 13.8F, 13.8F, 1441).now.to, STATE_PROBATION);
	judge_free(judge);
	(void)state;
}

/* How many refused first contacts confirm a line. */
static int
contacts_until_confirmed(float meter)
{
	struct judge *judge = new_judge();
	struct judge_line found = {.now.to = STATE_CLEAR};
	int contacts = 0;

	if (meter > 0)
		(void)metered(judge, meter, meter, 0);
	while (found.now.to != STATE_CONFIRMED && ++contacts < 100) {
		struct sighting mail = {
			.time = {START + contacts * WALL_SECOND},
			.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
			.other = address_from_v4(0x01000000 + (uint32_t)contacts * 256),
			.sampling = 1,
			.outcome = OUTCOME_REFUSED,
		};

		judge_take(judge, &mail, 1);
		assert_int_equal(judge_find(judge, 7, &found), 0);
	}
	/* Flows gave at least the half. */
	assert_true((double)found.now.channels[CHANNEL_FLOW] + log(.4) >= 11.5 - log(2) - .01);
	judge_free(judge);
	return contacts;
}

static void
the_meter_supports_what_flows_say_and_no_more_than_by_half(void **state)
{
	int alone = contacts_until_confirmed(0), supported = contacts_until_confirmed(13.8F);

	assert_true(alone < 100);
	assert_in_range(supported, alone - 1, alone);
	(void)state;
}

static void
the_meter_is_not_held_against_a_server(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found;

	/* Mail of many networks over some days: it is learnt. */
	for (uint32_t i = 0; i < 200; i++) {
		struct sighting inbound = {
			.time = {START - 20 * WALL_DAY + i * 2 * WALL_HOUR},
			.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
			.other = address_from_v4(0x01000000 + i * 256),
			.kind = SIGHTING_INBOUND,
			.outcome = OUTCOME_ACCEPTED,
		};

		judge_take(judge, &inbound, 1);
	}
	found = metered(judge, 13.8F, 13.8F, 0);
	assert_int_equal(found.now.role, ROLE_MAIL_SERVER);
	assert_int_equal(found.now.to, STATE_CLEAR);
	assert_true(found.now.channels[CHANNEL_METER] == 0);
	assert_int_equal(found.now.facts.meter_rate, 0);
	judge_free(judge);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_meter_alone_makes_a_line_suspect_and_never_more),
		cmocka_unit_test(an_actor_that_begins_takes_nothing_from_what_the_meter_told),
		cmocka_unit_test(what_the_meter_saw_before_a_release_counts_no_more),
		cmocka_unit_test(the_meter_alone_confirms_nobody_on_probation),
		cmocka_unit_test(the_meter_supports_what_flows_say_and_no_more_than_by_half),
		cmocka_unit_test(the_meter_is_not_held_against_a_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
