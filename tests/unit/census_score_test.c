/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/random.h"
#include "census/join/score.h"
#include "unit.h"

#include <errno.h>
#include <math.h>

#define NOW 1790000000U
#define DAY 86400U

static struct score_rules
rules_of(const struct score_settings *settings)
{
	struct score_rules rules;
	struct fail fail = {0};

	if (score_init(&rules, settings, &fail) < 0)
		fail_msg("%s", fail.what);
	return rules;
}

/* 0 and 1 of one group, 2 of another, 3 a trap, 4 a list of policy. */
static struct score_settings
five_lists(void)
{
	struct score_settings settings = SCORE_DEFAULTS;
	static const struct score_list lists[] = {
		{6000, 0, true, false, 2 * DAY, NOW - DAY},
		{5000, 0, true, false, 4 * DAY, NOW},
		{5000, 1, true, false, 2 * DAY, NOW},
		{9500, 2, true, true, 7 * DAY, NOW},
		{9000, 3, false, false, 7 * DAY, NOW},
	};

	memcpy(settings.list, lists, sizeof(lists));
	settings.lists = 5;
	settings.now = NOW;
	return settings;
}

static struct score4
score_of(const struct listing4 *listings, size_t count)
{
	struct score_settings settings = five_lists();
	struct score_rules rules = rules_of(&settings);
	const struct listing4 *at = listings;
	struct score4 score[2] = {{0}};

	assert_int_equal(score4(&rules, &at, listings + count, score, 2), 1);
	assert_ptr_equal(at, listings + count);
	return score[0];
}

static void
two_groups_that_reach_the_limit_make_a_candidate(void **state)
{
	/* 1 - 0.4 * 0.5 = 0.8 */
	struct listing4 listings[] = {
		{.address = 9, .list = 0, .time = NOW}, {.address = 9, .list = 2, .time = NOW}};
	struct score4 score = score_of(listings, 2);

	assert_int_equal(score.address, 9);
	assert_int_equal(score.score, 8000);
	assert_int_equal(score.groups, 2);
	assert_int_equal(score.lists, 5);
	assert_int_equal(score.newest, NOW);
	assert_int_equal(score.flags, SCORE_CANDIDATE);
	listings[1].time -= 100;
	score = score_of(listings, 2);
	assert_int_equal(score.score, 7999);
	assert_int_equal(score.flags, 0);
}

static void
lists_of_one_group_do_not_add_up(void **state)
{
	struct listing4 listings[] = {{.address = 9, .list = 0, .time = NOW - 2 * DAY},
		{.address = 9, .list = 1, .time = NOW}};
	struct score4 score = score_of(listings, 2);

	assert_int_equal(score.score, 5000);
	assert_int_equal(score.groups, 1);
	assert_int_equal(score.lists, 3);
	assert_int_equal(score.flags, 0);
}

static void
a_trap_needs_no_second_group_until_it_is_old(void **state)
{
	struct listing4 trapped = {.address = 9, .list = 3, .time = NOW};
	struct score4 score = score_of(&trapped, 1);

	assert_int_equal(score.score, 9500);
	assert_int_equal(score.groups, 1);
	assert_int_equal(score.flags, SCORE_CANDIDATE | SCORE_TRAP);
	trapped.time = NOW - 7 * DAY;
	score = score_of(&trapped, 1);
	assert_int_equal(score.score, 4750);
	assert_int_equal(score.flags, SCORE_TRAP);
	/* 0.95 halved ten times over is less than a hundredth. */
	trapped.time = NOW - 70 * DAY;
	score = score_of(&trapped, 1);
	assert_int_equal(score.score, 9);
	assert_int_equal(score.flags, 0);
	assert_int_equal(score.groups, 0);
}

/* What is nearly forgotten is no second opinion. */
static void
an_old_listing_corroborates_nothing(void **state)
{
	struct score_settings settings = five_lists();
	struct listing4 listings[] = {{.address = 9, .list = 0, .time = NOW},
		{.address = 9, .list = 2, .time = NOW - 60 * DAY}};
	const struct listing4 *at = listings;
	struct score_rules rules;
	struct score4 score;

	settings.list[0].weight = 9000;
	rules = rules_of(&settings);
	assert_int_equal(score4(&rules, &at, listings + 2, &score, 1), 1);
	assert_int_equal(score.score, 9000);
	assert_int_equal(score.groups, 1);
	assert_int_equal(score.flags, 0);
	settings.group_least = 0;
	rules = rules_of(&settings);
	at = listings;
	assert_int_equal(score4(&rules, &at, listings + 2, &score, 1), 1);
	assert_int_equal(score.groups, 2);
	assert_int_equal(score.flags, SCORE_CANDIDATE);
}

static void
a_listing_without_a_time_has_that_of_its_file(void **state)
{
	struct listing4 listing = {.address = 9, .list = 0};
	struct score4 score = score_of(&listing, 1);

	assert_int_equal(score.newest, NOW - DAY);
	assert_int_equal(score.score, 4243); /* 0.6 / sqrt(2) */
	/* And one from the future is of now. */
	listing.time = NOW + 5;
	score = score_of(&listing, 1);
	assert_int_equal(score.score, 6000);
	assert_int_equal(score.newest, NOW);
}

static void
lists_that_are_no_evidence_or_not_known_count_nothing(void **state)
{
	struct score_settings settings = five_lists();
	struct score_rules rules = rules_of(&settings);
	struct listing4 listings[] = {{.address = 1, .list = 4}, {.address = 2, .list = 5},
		{.address = 2, .list = UINT16_MAX}, {.address = 3, .list = 2},
		{.address = 3, .list = 4}, {.address = 4, .list = 36}};
	const struct listing4 *at = listings;
	struct score4 scores[6];

	assert_int_equal(score4(&rules, &at, listings + 6, scores, 6), 1);
	assert_int_equal(scores[0].address, 3);
	assert_int_equal(scores[0].lists, 4);
	assert_int_equal(scores[0].score, 5000);
	assert_int_equal(score4(&rules, &at, listings + 6, scores, 6), 0);
}

static void
certain_is_certain(void **state)
{
	struct score_settings settings = five_lists();
	struct listing4 listing = {.address = UINT32_MAX, .list = 0, .time = NOW};
	const struct listing4 *at = &listing;
	struct score_rules rules;
	struct score4 score;

	settings.list[0].weight = SCORE_ONE;
	settings.groups = 1;
	rules = rules_of(&settings);
	assert_int_equal(score4(&rules, &at, &listing + 1, &score, 1), 1);
	assert_int_equal(score.score, SCORE_ONE);
	assert_int_equal(score.flags, SCORE_CANDIDATE);
	/* The oldest that there can be. */
	settings.now = UINT32_MAX;
	settings.list[0].half_life = 1;
	rules = rules_of(&settings);
	listing.time = 1;
	at = &listing;
	assert_int_equal(score4(&rules, &at, &listing + 1, &score, 1), 1);
	assert_int_equal(score.score, 0);
}

static void
settings_that_mean_nothing_are_refused(void **state)
{
	struct score_settings settings = five_lists();
	struct score_rules rules;
	struct fail fail = {0};

	settings.list[4].weight = SCORE_ONE + 1;
	assert_int_equal(score_init(&rules, &settings, &fail), -EINVAL);
	assert_string_equal(fail.what,
		"list 4 has the weight 10001 of 10000, a half-life of 604800 s and the group 3");
	settings = five_lists();
	settings.list[1].half_life = 0;
	assert_int_equal(score_init(&rules, &settings, &fail), -EINVAL);
	settings = five_lists();
	settings.list[0].group = SCORE_LISTS;
	assert_int_equal(score_init(&rules, &settings, &fail), -EINVAL);
	settings = five_lists();
	settings.lists = SCORE_LISTS + 1;
	assert_int_equal(score_init(&rules, &settings, &fail), -EINVAL);
	assert_string_equal(fail.what, "there are 33 lists, at most 32 can be told apart");
}

static double
naive_worth(const struct score_settings *settings, const struct listing4 *listing)
{
	const struct score_list *list = &settings->list[listing->list];
	double age = (double)settings->now - (listing->time > 0 ? listing->time : list->time);

	return (double)list->weight / SCORE_ONE * exp2(-fmax(age, 0) / list->half_life);
}

/* 1 - the product over groups, in floating point. */
static double
naive_score(const struct score_settings *settings, const struct listing4 *listings, size_t count)
{
	double rest = 1;

	for (unsigned group = 0; group < SCORE_LISTS; group++) {
		double best = 0;

		for (size_t i = 0; i < count; i++)
			if (listings[i].list < settings->lists &&
				settings->list[listings[i].list].is_evidence &&
				settings->list[listings[i].list].group == group)
				best = fmax(best, naive_worth(settings, &listings[i]));
		rest *= 1 - best;
	}
	return 1 - rest;
}

static void
some_settings(struct random *random, struct score_settings *settings)
{
	*settings = (struct score_settings)SCORE_DEFAULTS;
	settings->now = NOW;
	settings->lists = (unsigned)random_below(random, SCORE_LISTS + 1);
	for (unsigned i = 0; i < settings->lists; i++)
		settings->list[i] =
			(struct score_list){.weight = (uint16_t)random_below(random, SCORE_ONE + 1),
				.group = (uint8_t)random_below(
					random, 1 + random_below(random, SCORE_LISTS)),
				.is_evidence = random_below(random, 4) > 0,
				.is_trap = random_below(random, 8) == 0,
				.half_life = 1 + (uint32_t)random_below(random, 30 * DAY),
				.time = NOW - (uint32_t)random_below(random, 3 * DAY)};
}

/* Of the reasons, the best of each group make the score; the two sizes agree. */
static void
check_one(const struct score_settings *settings, const struct listing4 *listings, size_t count)
{
	struct score_rules rules = rules_of(settings);
	struct listing6 wide[SCORE_LISTS];
	struct score_reason reasons[SCORE_LISTS], others[SCORE_LISTS];
	const struct listing4 *at = listings;
	const struct listing6 *at6 = wide;
	struct score4 score = {0};
	struct score6 score_wide = {0};
	double expected = naive_score(settings, listings, count), rest = 1;
	uint32_t lists = 0;

	for (size_t i = 0; i < count; i++)
		wide[i] = (struct listing6){.network = UINT64_MAX - listings[i].address,
			.line = listings[i].line,
			.time = listings[i].time,
			.list = listings[i].list};
	assert_int_equal(score4(&rules, &at, listings + count, &score, 1),
		score6(&rules, &at6, wide + count, &score_wide, 1));
	assert_true(fabs(score.score - expected * SCORE_ONE) <= 0.56);
	assert_int_equal(score_wide.score, score.score);
	assert_int_equal(score_wide.flags, score.flags);
	assert_int_equal(score_wide.lists, score.lists);
	assert_int_equal(score_explain4(&rules, listings, count, reasons, SCORE_LISTS), count);
	assert_int_equal(score_explain6(&rules, wide, count, others, SCORE_LISTS), count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(reasons[i].line, listings[i].line);
		assert_int_equal(reasons[i].list, listings[i].list);
		assert_int_equal(others[i].line, listings[i].line);
		assert_int_equal(others[i].age, reasons[i].age);
		assert_int_equal(others[i].weight, reasons[i].weight);
		assert_int_equal(others[i].is_best, reasons[i].is_best);
		if (reasons[i].is_best) {
			double worth = naive_worth(settings, &listings[i]);

			assert_true(fabs(reasons[i].weight - worth * SCORE_ONE) <= 0.56);
			rest *= 1 - worth;
		}
		if (listings[i].list < settings->lists &&
			settings->list[listings[i].list].is_evidence)
			lists |= 1U << listings[i].list;
	}
	assert_int_equal(score.lists, lists);
	assert_true(fabs(1 - rest - expected) < 1e-6);
	if (fabs(expected - 0.8) > 1e-4)
		assert_int_equal(score.flags & SCORE_CANDIDATE,
			expected > 0.8 && (score.groups >= 2 || (score.flags & SCORE_TRAP)));
}

static void
scores_are_those_of_the_formula_and_their_reasons_make_them(void **state)
{
	struct score_settings settings;
	struct random random;

	random_seed(&random, 7);
	for (unsigned round = 0; round < 20000; round++) {
		size_t count = 0;
		struct listing4 listings[SCORE_LISTS];

		some_settings(&random, &settings);
		for (uint16_t list = 0; list < SCORE_LISTS; list++)
			if (random_below(&random, 4) == 0)
				listings[count++] = (struct listing4){.address = round,
					.line = (uint32_t)random_u64(&random),
					.time = random_below(&random, 5) == 0 ? 0
									      : NOW + DAY -
							(uint32_t)random_below(&random, 90 * DAY),
					.list = list};
		if (count > 0)
			check_one(&settings, listings, count);
	}
}

static void
of_reasons_that_are_worth_the_same_the_first_counts(void **state)
{
	struct score_settings settings = five_lists();
	struct score_reason reasons[4];
	struct score_rules rules;
	static const struct listing4 listings[] = {
		{.address = 9, .line = 7, .list = 2, .time = NOW},
		{.address = 9, .line = 8, .list = 1, .time = NOW},
		{.address = 9, .line = 9, .list = 4, .time = NOW - 60},
		{.address = 9, .line = 10, .list = 4}};

	settings.list[2].group = 0;
	settings.list[4].time = NOW - DAY;
	rules = rules_of(&settings);
	assert_int_equal(score_explain4(&rules, listings, 4, reasons, 4), 4);
	assert_true(reasons[0].is_best && !reasons[1].is_best && !reasons[2].is_best);
	assert_int_equal(reasons[0].weight, 5000);
	assert_int_equal(reasons[1].weight, 5000);
	/* Of a list that is no evidence. */
	assert_int_equal(reasons[2].weight, 0);
	assert_int_equal(reasons[2].age, 60);
	/* Without a time it is as old as its list, of such a list, too. */
	assert_int_equal(reasons[3].age, DAY);
	assert_int_equal(score_explain4(&rules, listings, 3, reasons, 1), 1);
}

/* However small the room, and however few at a time. */
static void
batches_give_what_one_call_gives(void **state)
{
	static struct listing4 listings[5000];
	static struct score4 whole[5000], parts[5000];
	struct score_settings settings = five_lists();
	struct score_rules rules = rules_of(&settings);
	const struct listing4 *at = listings;
	struct random random;
	size_t count, done = 0, got;
	uint32_t address = 0;

	random_seed(&random, 8);
	for (size_t i = 0; i < 5000; i++) {
		address += random_below(&random, 3) == 0;
		listings[i] = (struct listing4){.address = address,
			.list = (uint16_t)random_below(&random, 6),
			.time = NOW - (uint32_t)random_below(&random, 9 * DAY)};
	}
	count = score4(&rules, &at, listings + 5000, whole, 5000);
	assert_in_range(count, 1000, 2000);
	at = listings;
	do {
		got = score4(
			&rules, &at, listings + 5000, parts + done, 1 + random_below(&random, 50));
		done += got;
	} while (got > 0);
	assert_int_equal(done, count);
	assert_memory_equal(parts, whole, count * sizeof(*whole));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_groups_that_reach_the_limit_make_a_candidate),
		cmocka_unit_test(lists_of_one_group_do_not_add_up),
		cmocka_unit_test(a_trap_needs_no_second_group_until_it_is_old),
		cmocka_unit_test(an_old_listing_corroborates_nothing),
		cmocka_unit_test(a_listing_without_a_time_has_that_of_its_file),
		cmocka_unit_test(lists_that_are_no_evidence_or_not_known_count_nothing),
		cmocka_unit_test(certain_is_certain),
		cmocka_unit_test(settings_that_mean_nothing_are_refused),
		cmocka_unit_test(scores_are_those_of_the_formula_and_their_reasons_make_them),
		cmocka_unit_test(of_reasons_that_are_worth_the_same_the_first_counts),
		cmocka_unit_test(batches_give_what_one_call_gives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
