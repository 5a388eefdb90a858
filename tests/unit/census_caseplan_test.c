/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/caseplan.h"
#include "unit.h"

#define TODAY 1000

struct row {
	const char *what;
	struct caseplan_case one;
	struct caseplan expected;
};

static const struct row rows[] = {
	{"nothing is listed, nothing is open", {0}, {CASEFILE_NONE, 0, 0, 0}},
	{"nobody is known", {.listed = 5, .is_nobody = true}, {CASEFILE_NOBODY, 0, 0, 0}},
	{"nobody is known, of nothing", {.is_nobody = true}, {CASEFILE_NONE, 0, 0, 0}},
	{"it opens", {.listed = 5}, {CASEFILE_FIRST, 5, TODAY, 0}},
	{"it opens, and is held out", {.listed = 5, .arm = CASEFILE_HOLDOUT},
		{CASEFILE_HELD_OUT, 5, TODAY, 0}},
	{"it opens, and is held", {.listed = 5, .is_held = true}, {CASEFILE_HELD, 5, TODAY, 0}},
	{"it opens, and is never written to", {.listed = 5, .is_never = true},
		{CASEFILE_NEVER, 5, TODAY, 0}},
	{"it opens, six days after a letter of the case before",
		{.listed = 5, .last_letter = TODAY - 6}, {CASEFILE_WAITS, 5, TODAY, 0}},
	{"and seven days after it", {.listed = 5, .last_letter = TODAY - 7},
		{CASEFILE_FIRST, 5, TODAY, 0}},
	{"a twentieth less of a closed case opens none", {.listed = 4, .most = 100},
		{CASEFILE_NONE, 100, 0, 0}},
	{"a twentieth of it does", {.listed = 5, .most = 100}, {CASEFILE_FIRST, 5, TODAY, 0}},
	{"held out for thirteen days",
		{.listed = 5, .most = 5, .opened = TODAY - 13, .arm = CASEFILE_HOLDOUT},
		{CASEFILE_HELD_OUT, 5, TODAY - 13, 0}},
	{"held out for fourteen days",
		{.listed = 5, .most = 5, .opened = TODAY - 14, .arm = CASEFILE_HOLDOUT},
		{CASEFILE_FIRST, 5, TODAY - 14, 0}},
	{"a letter that was not sent is due again", {.listed = 7, .most = 5, .opened = TODAY - 3},
		{CASEFILE_FIRST, 7, TODAY - 3, 0}},
	{"thirteen days after the first",
		{.listed = 5, .most = 5, .opened = 900, .letters = 1, .last_letter = TODAY - 13},
		{CASEFILE_WAITS, 5, 900, 0}},
	{"fourteen days after the first",
		{.listed = 5, .most = 5, .opened = 900, .letters = 1, .last_letter = TODAY - 14},
		{CASEFILE_REMINDER, 5, 900, 0}},
	{"fourteen days after the reminder",
		{.listed = 5, .most = 5, .opened = 900, .letters = 2, .last_letter = TODAY - 14},
		{CASEFILE_ESCALATED, 5, 900, 0}},
	{"fourteen days after the escalation",
		{.listed = 5, .most = 5, .opened = 900, .letters = 3, .last_letter = TODAY - 14},
		{CASEFILE_WAITS, 5, 900, 0}},
	{"twenty-eight days after the escalation",
		{.listed = 5, .most = 5, .opened = 900, .letters = 3, .last_letter = TODAY - 28},
		{CASEFILE_ESCALATED, 5, 900, 0}},
	{"nearly cleared, on the first day of it",
		{.listed = 4, .most = 100, .opened = 900, .letters = 1, .last_letter = 950},
		{CASEFILE_WAITS, 100, 900, TODAY}},
	{"nearly cleared for thirteen days",
		{.listed = 4, .most = 100, .opened = 900, .letters = 1, .low_since = TODAY - 13},
		{CASEFILE_WAITS, 100, 900, TODAY - 13}},
	{"nearly cleared for fourteen days",
		{.listed = 4, .most = 100, .opened = 900, .letters = 1, .low_since = TODAY - 14},
		{CASEFILE_CLOSED, 100, 900, TODAY - 14}},
	{"all of one is cleared", {.listed = 0, .most = 1, .opened = 900, .letters = 1},
		{CASEFILE_WAITS, 1, 900, TODAY}},
	{"they come back",
		{.listed = 5,
			.most = 100,
			.opened = 900,
			.letters = 1,
			.last_letter = 950,
			.low_since = TODAY - 13},
		{CASEFILE_REMINDER, 100, 900, 0}},
	{"what is never written to is closed, too",
		{.most = 10, .opened = 900, .low_since = 950, .is_never = true},
		{CASEFILE_CLOSED, 10, 900, 950}},
};

static void
each_day_has_what_is_due(void **state)
{
	const struct caseplan_settings settings = CASEPLAN_DEFAULTS;
	struct caseplan_settings today = settings;

	today.day = TODAY;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct caseplan plan = caseplan_of(&rows[i].one, &today);

		if (plan.step != rows[i].expected.step || plan.most != rows[i].expected.most ||
			plan.opened != rows[i].expected.opened ||
			plan.low_since != rows[i].expected.low_since)
			fail_msg("%s: %s, most %u, opened %u, low since %u", rows[i].what,
				casefile_steps[plan.step], plan.most, plan.opened, plan.low_since);
	}
}

/* It ends with thanks only where a letter was sent, nothing forbids one, and none was sent within a week. */
static void
what_closes_is_thanked_if_it_was_written_to(void **state)
{
	static const struct {
		const char *what;
		struct caseplan_case one;
		bool is_off, is_thanked;
	} cases[] = {
		{"told", {.is_told = true}, false, true},
		{"told, and nothing is left", {.is_told = true, .listed = 0}, false, true},
		{"told, a week ago", {.is_told = true, .last_letter = TODAY - 7}, false, true},
		{"told, six days ago", {.is_told = true, .last_letter = TODAY - 6}, false, false},
		{"never told", {.letters = 1}, false, false},
		{"never to be written to", {.is_told = true, .is_never = true}, false, false},
		{"held", {.is_told = true, .is_held = true}, false, false},
		{"no thanks are wanted", {.is_told = true}, true, false},
		{"held out once, and then told", {.is_told = true, .arm = CASEFILE_HOLDOUT}, false,
			true},
	};
	struct caseplan_settings settings = CASEPLAN_DEFAULTS;

	(void)state;
	settings.day = TODAY;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct caseplan_case one = cases[i].one;

		one.most = 100;
		one.opened = 900;
		one.low_since = TODAY - settings.close_days;
		settings.has_thanks = !cases[i].is_off;
		if (caseplan_of(&one, &settings).step != CASEFILE_CLOSED ||
			caseplan_of(&one, &settings).is_thanked != cases[i].is_thanked)
			fail_msg("%s", cases[i].what);
		/* A day before nothing is due yet. */
		one.low_since++;
		assert_false(caseplan_of(&one, &settings).is_thanked);
	}
}

/* A contact that does nothing, run by run, each letter sent on the day on which it is written. */
static void
a_case_of_a_hundred_days_has_the_letters_that_it_should(void **state)
{
	static const uint16_t expected[] = {0, 14, 28, 56, 84};
	struct caseplan_settings settings = CASEPLAN_DEFAULTS;
	struct caseplan_case one = {.listed = 50};
	unsigned letters = 0;

	for (uint16_t day = 0; day < 100; day++) {
		struct caseplan plan;

		settings.day = (uint16_t)(TODAY + day);
		plan = caseplan_of(&one, &settings);
		one.opened = plan.opened;
		one.most = plan.most;
		one.low_since = plan.low_since;
		if (!caseplan_is_letter(plan.step))
			continue;
		assert_true(letters < sizeof(expected) / sizeof(*expected));
		assert_int_equal(day, expected[letters]);
		letters++;
		one.letters = (uint16_t)letters;
		one.last_letter = settings.day;
	}
	assert_int_equal(letters, 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_day_has_what_is_due),
		cmocka_unit_test(what_closes_is_thanked_if_it_was_written_to),
		cmocka_unit_test(a_case_of_a_hundred_days_has_the_letters_that_it_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
