/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/clearing.h"
#include "census_run.h"
#include "unit.h"

#include <errno.h>
#include <stdio.h>

#define QUIET 7

/* Runs of one case, opened on day 100 with addresses 1 to 3; seen says on which days which were seen. */
struct seen {
	uint16_t day;
	const char *addresses; /* a digit each */
};

static void
take(struct clearing *clearing, const struct seen *seen)
{
	struct fail fail = {0};
	struct run run;
	uint32_t of;

	run_begin(&run, seen->day);
	of = run_case(&run, "abuse@example.net", "LZ-2026-000001", CASEFILE_LETTER, 100);
	for (const char *digit = seen->addresses; *digit != '\0'; digit++)
		run_row4(&run, of, (uint32_t)(*digit - '0'));
	if (strchr(seen->addresses, '7') != NULL)
		run_row6(&run, of, UINT64_C(0x20010db800000000));
	assert_int_equal(clearing_take(clearing, run_end(&run), &fail), 0);
	run_done(&run);
}

static struct clearing *
follow(const struct seen *seen, size_t count)
{
	struct clearing *clearing = clearing_new(QUIET, 7);

	for (size_t i = 0; i < count; i++)
		take(clearing, &seen[i]);
	clearing_end(clearing);
	return clearing;
}

static const char *
text_of_times(const struct clearing *clearing)
{
	static char text[256];
	size_t count;
	const struct survival_time *times = clearing_times(clearing, &count);
	struct buffer into;

	buffer_init(&into, sizeof(text) - 1);
	for (size_t i = 0; i < count; i++)
		buffer_print(&into, "%s%u-%u%s", i > 0 ? " " : "", times[i].entry, times[i].exit,
			times[i].is_event ? "" : "+");
	snprintf(text, sizeof(text), "%s", buffer_string(&into));
	buffer_done(&into);
	return text;
}

static void
an_address_clears_on_the_day_behind_the_last(void **state)
{
	static const struct seen seen[] = {
		{100, "123"}, {101, "123"}, {104, "13"}, {110, "3"}, {120, "3"}};
	struct clearing *clearing = follow(seen, 5);

	(void)state;
	/* 1 was last seen on 104, 2 on 101; what is there on day 120 was there on day 113. */
	assert_string_equal(text_of_times(clearing), "0-5 0-2 0-13+");
	assert_int_equal(clearing_horizon(clearing), 113);
	assert_int_equal(clearing_cases(clearing)[0].addresses, 3);
	clearing_free(clearing);
}

/* Of both it is known that they were there on the horizon, whenever they were seen last. */
static void
what_was_not_seen_for_a_few_days_is_not_clear_yet(void **state)
{
	static const struct seen seen[] = {{100, "12"}, {113, "12"}, {116, "2"}, {120, "2"}};
	struct clearing *clearing = follow(seen, 4);

	(void)state;
	assert_string_equal(text_of_times(clearing), "0-13+ 0-13+");
	clearing_free(clearing);
}

static void
what_comes_back_soon_was_never_gone(void **state)
{
	static const struct seen seen[] = {
		{100, "12"}, {102, "2"}, {107, "12"}, {108, "2"}, {120, "12"}, {150, "2"}};
	struct clearing *clearing = follow(seen, 6);

	(void)state;
	/* 1 was missed on 102, within the quiet days; then on 108, of which nothing follows; not there on 150. */
	assert_string_equal(text_of_times(clearing), "0-21 0-43+");
	assert_int_equal(clearing_cases(clearing)[0].back, 0);
	clearing_free(clearing);
}

static void
what_comes_back_late_was_clear(void **state)
{
	static const struct seen seen[] = {
		{100, "123"}, {109, "3"}, {120, "13"}, {160, "3"}, {170, "23"}};
	struct clearing *clearing = follow(seen, 5);
	const struct clearing_case *of = clearing_cases(clearing);

	(void)state;
	assert_string_equal(text_of_times(clearing), "0-1 0-1 0-63+");
	/* Both cleared on 101: 1 was back within 28 days, 2 later. */
	assert_int_equal(of->cleared, 2);
	assert_int_equal(of->back, 1);
	clearing_free(clearing);
}

static void
a_case_whose_first_run_is_not_there_enters_late(void **state)
{
	static const struct seen seen[] = {{103, "12"}, {105, "2"}, {120, "2"}};
	struct clearing *clearing = follow(seen, 3);

	(void)state;
	assert_string_equal(text_of_times(clearing), "3-4 3-13+");
	clearing_free(clearing);
}

static void
addresses_that_a_case_gets_later_are_not_followed(void **state)
{
	static const struct seen seen[] = {{100, "2"}, {101, "129"}, {120, "129"}};
	struct clearing *clearing = follow(seen, 3);

	(void)state;
	assert_string_equal(text_of_times(clearing), "0-13+");
	clearing_free(clearing);
}

/* An address that another contact answers for now is still there. */
static void
an_address_may_go_to_another_contact(void **state)
{
	struct clearing *clearing = clearing_new(QUIET, 7);
	struct fail fail = {0};
	struct run run;
	uint32_t of;

	(void)state;
	take(clearing, &(struct seen){100, "1"});
	run_begin(&run, 120);
	of = run_case(&run, "abuse@example.org", "LZ-2026-000002", CASEFILE_HOLDOUT, 120);
	run_row4(&run, of, 1);
	run_row6(&run, of, UINT64_C(0x20010db800000000));
	assert_int_equal(clearing_take(clearing, run_end(&run), &fail), 0);
	run_done(&run);
	take(clearing, &(struct seen){140, ""});
	clearing_end(clearing);
	/* In both cases on its own; the /64, too. */
	assert_string_equal(text_of_times(clearing), "0-21 0-1 0-1");
	assert_int_equal(clearing_count(clearing), 2);
	assert_int_equal(clearing_cases(clearing)[1].addresses, 2);
	clearing_free(clearing);
}

static void
the_candidates_of_the_contact_are_counted_on_each_stage(void **state)
{
	static const struct seen seen[] = {
		{100, "123"}, {105, "1"}, {106, "12"}, {113, "4567"}, {130, "4567"}};
	struct clearing *clearing = follow(seen, 5);
	const struct clearing_case *of = clearing_cases(clearing);

	(void)state;
	assert_true(of->is_known[0] && of->left[0] == 3);
	assert_true(of->is_known[1] && of->left[1] == 2); /* 106 stands for 107 */
	assert_true(of->is_known[2] && of->left[2] == 4); /* whichever they are, of IPv4 */
	assert_false(of->is_known[3]);                    /* 130 is too late */
	assert_int_equal(of->covered, 1000);
	clearing_free(clearing);
}

/* As a run has it whose day is within 14 days: the hold-out's first letter goes out behind the 14th. */
static void
letters_count_within_14_days(void **state)
{
	static const struct {
		uint16_t day, letters;
		bool is_written;
	} seen[] = {{113, 0, false}, {114, 1, true}, {115, 1, false}};

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct clearing *clearing = clearing_new(QUIET, 7);
		struct fail fail = {0};
		struct run run;

		take(clearing, &(struct seen){100, "1"});
		run_begin(&run, seen[i].day);
		(void)run_case(&run, "abuse@example.net", "LZ-2026-000001", CASEFILE_LETTER, 100);
		run.cases[1].letters = seen[i].letters;
		assert_int_equal(clearing_take(clearing, run_end(&run), &fail), 0);
		assert_int_equal(clearing_count(clearing), 1);
		assert_int_equal(clearing_cases(clearing)[0].is_written, seen[i].is_written);
		run_done(&run);
		clearing_free(clearing);
	}
}

static void
cases_without_a_letter_to_wait_for_do_not_count(void **state)
{
	struct clearing *clearing = clearing_new(QUIET, 7);
	struct fail fail = {0};
	struct run run;

	(void)state;
	run_begin(&run, 100);
	run_row4(&run, run_case(&run, "never@example.net", "LZ-2026-000001", CASEFILE_LETTER, 100),
		1);
	run.cases[1].step = CASEFILE_NEVER;
	run_row4(&run, run_case(&run, "away@example.net", "LZ-2026-000002", CASEFILE_LETTER, 100),
		5);
	run.cases[2].step = CASEFILE_NOBODY;
	run_row4(&run, run_case(&run, "none@example.net", "", CASEFILE_LETTER, 0), 2);
	run_row4(&run, run_case(&run, "later@example.net", "LZ-2026-000003", CASEFILE_LETTER, 101),
		3);
	run_row4(&run, 0, 4);
	assert_int_equal(clearing_take(clearing, run_end(&run), &fail), 0);
	assert_int_equal(clearing_take(clearing, &run.file, &fail), -EINVAL);
	assert_non_null(strstr(fail.what, "not of a day behind"));
	clearing_end(clearing);
	assert_int_equal(clearing_count(clearing), 0);
	assert_int_equal(clearing_runs(clearing), 1);
	run_done(&run);
	clearing_free(clearing);
}

static void
quiet_days_are_those_of_the_slowest_list_that_counts(void **state)
{
	struct run run;

	(void)state;
	run_begin(&run, 100);
	run.lists[1] = (struct casefile_list){.half_life = 864001, .is_evidence = 1};
	run.lists[2] = (struct casefile_list){.half_life = 99 * 86400};
	run.lists[3] =
		(struct casefile_list){.half_life = 98 * 86400, .is_evidence = 1, .is_left_out = 1};
	run.file.list_count = 4;
	assert_int_equal(clearing_quiet_of(run_end(&run)), 11);
	run.file.list_count = 0;
	assert_int_equal(clearing_quiet_of(&run.file), 0);
	run_done(&run);
}

static void
of_no_run_nothing_is_known(void **state)
{
	struct clearing *clearing = clearing_new(QUIET, 7);
	size_t count;

	(void)state;
	clearing_end(clearing);
	(void)clearing_times(clearing, &count);
	assert_int_equal(count, 0);
	assert_int_equal(clearing_day(clearing), 0);
	clearing_free(clearing);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_clears_on_the_day_behind_the_last),
		cmocka_unit_test(what_was_not_seen_for_a_few_days_is_not_clear_yet),
		cmocka_unit_test(what_comes_back_soon_was_never_gone),
		cmocka_unit_test(what_comes_back_late_was_clear),
		cmocka_unit_test(a_case_whose_first_run_is_not_there_enters_late),
		cmocka_unit_test(addresses_that_a_case_gets_later_are_not_followed),
		cmocka_unit_test(an_address_may_go_to_another_contact),
		cmocka_unit_test(the_candidates_of_the_contact_are_counted_on_each_stage),
		cmocka_unit_test(letters_count_within_14_days),
		cmocka_unit_test(cases_without_a_letter_to_wait_for_do_not_count),
		cmocka_unit_test(quiet_days_are_those_of_the_slowest_list_that_counts),
		cmocka_unit_test(of_no_run_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
