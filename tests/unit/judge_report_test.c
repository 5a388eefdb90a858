/* SPDX-License-Identifier: BSD-2-Clause */
/* What others report of a line, as the judge takes it. */
#include "judge/judge.h"
#include "source/observation.h"
#include "unit.h"

#include <math.h>

#define START (INT64_C(15000) * WALL_DAY)
#define HOURS 60 /* minutes */

static struct judge *
new_judge(void)
{
	struct judge_settings settings;

	judge_defaults(&settings);
	settings.parameters.flow.lines_most = 1000;
	settings.seed = 9;
	return judge_new(&settings);
}

static struct judge_line
find(const struct judge *judge)
{
	struct judge_line found;

	assert_int_equal(judge_find(judge, 7, &found), 0);
	return found;
}

/* Told at that minute, about what was at another. */
static struct judge_line
reported(struct judge *judge, float score, int64_t at, int64_t minute)
{
	struct sighting sighting = {
		.time = {START + at * WALL_MINUTE},
		.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
		.kind = SIGHTING_SCORE,
		.channel = CHANNEL_REPORT,
		.score = score,
		.watch = score,
	};

	judge_advance(judge, (struct wall){START + minute * WALL_MINUTE});
	judge_take(judge, &sighting, 1);
	return find(judge);
}

static void
refused_contacts(struct judge *judge, int count, int64_t minute)
{
	for (int i = 0; i < count; i++) {
		struct sighting mail = {
			.time = {START + minute * WALL_MINUTE + i * WALL_SECOND},
			.line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL},
			.other = address_from_v4(0x01000000 + (uint32_t)i * 256),
			.sampling = 1,
			.outcome = OUTCOME_REFUSED,
		};

		judge_take(judge, &mail, 1);
	}
}

static void
reports_alone_are_a_reason_to_look_and_no_more(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found = reported(judge, 7, -60, 0);

	assert_int_equal(found.now.to, STATE_WATCH);
	assert_true(fabs((double)found.now.score - (7 + log(.2))) < .01);
	/* It was not seen since. */
	assert_true(found.now.facts.last_seen.us == START - 60 * WALL_MINUTE);
	for (int64_t minute = 10; minute < 48 * HOURS; minute += 10)
		found = reported(judge, 7, -60, minute);
	assert_int_equal(found.now.to, STATE_WATCH);
	assert_true(found.now.facts.last_seen.us == START - 60 * WALL_MINUTE);
	assert_int_equal(judge_counts(judge).strange, 0);
	judge_free(judge);
	(void)state;
}

static void
they_are_in_the_case_that_flows_open(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found;

	(void)reported(judge, 6.9F, 0, 0);
	refused_contacts(judge, 40, 1);
	found = find(judge);
	assert_int_equal(found.now.to, STATE_CONFIRMED);
	/* Watched lines fade by the hour. */
	assert_true(fabsf(found.now.channels[CHANNEL_REPORT] - 6.9F) < .1F);
	assert_true(found.now.channels[CHANNEL_FLOW] > 10);
	judge_free(judge);
	(void)state;
}

/* The guard may be gone; a day is not enough, as it is for other channels. */
static void
what_nobody_tells_any_more_fades_by_itself(void **state)
{
	struct judge *judge = new_judge();
	struct judge_line found;

	(void)reported(judge, 7, 0, 0);
	for (int64_t minute = 1; minute <= 72 * HOURS; minute++)
		judge_advance(judge, (struct wall){START + minute * WALL_MINUTE});
	found = find(judge);
	assert_true(fabsf(found.now.channels[CHANNEL_REPORT] - 3.5F) < .1F);
	for (int64_t hour = 73; hour < 24 * 40; hour++)
		judge_advance(judge, (struct wall){START + hour * WALL_HOUR});
	found = find(judge);
	assert_int_equal(found.now.to, STATE_CLEAR);
	/* That of a line which is clear is looked at no more, and says nothing. */
	assert_true(found.now.channels[CHANNEL_REPORT] < 3.6F && found.now.score < 2);
	judge_free(judge);
	(void)state;
}

static void
what_was_before_a_release_counts_no_more(void **state)
{
	struct judge *judge = new_judge();
	struct line line = {.pseudonym = 7, .role = ROLE_RESIDENTIAL};

	(void)reported(judge, 7, 5, 5);
	judge_advance(judge, (struct wall){START + 10 * WALL_MINUTE});
	assert_int_equal(judge_put(judge, &line, STATE_PROBATION), 0);
	assert_true(reported(judge, 7, 5, 11).now.channels[CHANNEL_REPORT] == 0);
	assert_true(reported(judge, 7, 12, 13).now.channels[CHANNEL_REPORT] > 6.9F);
	judge_free(judge);
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reports_alone_are_a_reason_to_look_and_no_more),
		cmocka_unit_test(they_are_in_the_case_that_flows_open),
		cmocka_unit_test(what_nobody_tells_any_more_fades_by_itself),
		cmocka_unit_test(what_was_before_a_release_counts_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
