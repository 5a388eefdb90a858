/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/grammar.h"
#include "rehearse/scenario.h"
#include "unit.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct scenario scenario;
static struct fail fail;

#define CLASS "class servers\n 10 lines\n mails 20 a day\n to 2 fixed servers\n"

static int
parse(const char *text)
{
	memset(&fail, 0, sizeof(fail));
	return scenario_parse(&scenario, text_of(text), "file", &fail);
}

static void
reads_a_network_and_its_classes(void **state)
{
	assert_int_equal(
		parse("network of 5000 lines # a town\n"
		      "for 2 days, seed 9\n"
		      "starts 2026-01-05\r\n"
		      "class small servers\n"
		      "	2000 in a million, role business\n"
		      "	mails LU(20, 300) a day, in office hours\n"
		      "	to Zipf(LU(50,400), 1.0) networks, 12 % to strangers\n"
		      "	greylisted U(.05,.25), refused U(3,12) %, down for 2 hours once a month\n"),
		0);
	assert_int_equal(scenario.lines, 5000);
	assert_true(scenario.days == 2);
	assert_int_equal(scenario.seed, 9);
	assert_true(scenario.start.us == INT64_C(1767571200000000));
	assert_int_equal(scenario.class_count, 1);
	assert_string_equal(scenario.class[0].name, "small servers");
	assert_int_equal(scenario_class_lines(&scenario, &scenario.class[0]), 10);
	assert_int_equal(scenario.class[0].role, ROLE_BUSINESS);
	assert_int_equal(scenario.class[0].rhythm, RHYTHM_RANDOM);
	assert_true(scenario.class[0].value[VALUE_RATE].high == 300.0 / 86400);
	assert_true(scenario.class[0].value[VALUE_QUIET].low == .08);
	assert_true(scenario.class[0].value[VALUE_NETWORKS].low == 50);
	assert_true(scenario.class[0].value[VALUE_EXPONENT].low == 1);
	assert_true(scenario.class[0].value[VALUE_STRANGERS].low == .12);
	assert_true(scenario.class[0].value[VALUE_REFUSED].high == .12);
	assert_true(scenario.class[0].value[VALUE_DOWN].low == 7200);
}

static void
reads_expectations_about_classes_further_down(void **state)
{
	assert_int_equal(
		parse("expect no suspect in servers\n"
		      "expect at least 95 % confirmed in within reach within 12 hours for 90 %\n"
		      "expect at most 3 false confirmations\n"
		      "expect all released in zombie classes\n" CLASS
		      "class within reach\n 5 lines, zombies, mails 9 an hour, to 1 fixed "
		      "server\n"),
		0);
	assert_int_equal(scenario.expect_count, 4);
	assert_int_equal(scenario.expect[0].kind, EXPECT_AT_MOST);
	assert_int_equal(scenario.expect[0].in, 0);
	assert_int_equal(scenario.expect[0].state, STATE_SUSPECT);
	assert_int_equal(scenario.expect[1].in, 1);
	assert_true(scenario.expect[1].amount == .95 && scenario.expect[1].is_share);
	assert_true(scenario.expect[1].within == 43200 && scenario.expect[1].quantile == .9);
	assert_true(scenario.expect[2].amount == 3);
	assert_int_equal(scenario.expect[3].in, EXPECT_IN_ZOMBIES);
}

static void
the_judge_takes_its_parameters_from_the_scenario(void **state)
{
	assert_int_equal(parse("judged with court.floor 16.1\n" CLASS), 0);
	assert_true(scenario.parameters.court.floor == 16.1);
	assert_int_equal(parse("judged with court.flour 16.1\n" CLASS), -EINVAL);
	assert_string_equal(fail.where, "file:1");
	/* As scan would refuse it. */
	assert_int_equal(parse("judged with court.watch 10\n" CLASS), -EINVAL);
	assert_string_equal(fail.where, "file");
	assert_string_equal(fail.what, "court.watch (10) must not be above court.suspect (9.2)");
	assert_int_equal(
		parse("judged with court.watch 10\njudged with court.suspect 11\n" CLASS), 0);
}

/* What is wrong, where, and what may have been meant. */
static void
reads_who_exports_the_flows(void **state)
{
	assert_int_equal(parse(CLASS), 0);
	/* The usual ones see all of every connection, each in its own way. */
	assert_int_equal(scenario_exporters(&scenario), 4);
	assert_true(scenario.background == .97);
	for (unsigned i = 0; i < scenario.group_count; i++)
		assert_true(scenario.group[i].sampling == 0 &&
			scenario.group[i].dialect != EXPORT_SFLOW);
	assert_int_equal(
		parse("exported by 2 netflow9, exported by 1 ipfix at both interfaces\n"
		      "exported by 3 sflow sampled 1 in 100, 50 % of records are no mail\n" CLASS),
		0);
	assert_int_equal(scenario.group_count, 3);
	assert_int_equal(scenario_exporters(&scenario), 6);
	assert_int_equal(scenario.group[0].dialect, EXPORT_NETFLOW9);
	assert_false(scenario.group[0].is_twice);
	assert_int_equal(scenario.group[1].dialect, EXPORT_IPFIX);
	assert_true(scenario.group[1].is_twice);
	assert_int_equal(scenario.group[2].dialect, EXPORT_SFLOW);
	assert_int_equal(scenario.group[2].sampling, 100);
	assert_true(scenario.background == .5);
	assert_int_equal(parse("exported by 1 ipfix-biflow at both interfaces\n" CLASS), -EINVAL);
	assert_int_equal(parse("exported by 1 netflow7\n" CLASS), -EINVAL);
	assert_int_equal(parse("exported by 0 ipfix\n" CLASS), -ENOSPC);
	assert_int_equal(parse("exported by 150 ipfix\nexported by 51 netflow9\n" CLASS), -ENOSPC);
	assert_int_equal(parse("exported by 1 sflow sampled 1 in 70000\n" CLASS), -EINVAL);
	assert_int_equal(parse("U(.1,.2) of records are no mail\n" CLASS), -EINVAL);
}

static void
a_mistake_is_named_with_its_line_and_a_hint(void **state)
{
	static const struct {
		const char *text, *where, *what, *hint;
	} cases[] = {
		{"networc of 5 lines\n" CLASS, "file:1", "networc", "network of <number> lines"},
		{CLASS " mails 40 per day\n", "file:5", "expected a, not per",
			"mails <value> a day"},
		{CLASS " mails 40 a day\n", "file:5", "how often", "one rhythm"},
		{CLASS " refused 1.5\n", "file:5", "refused", "0 to 1"},
		{CLASS " refused U(.5,.2)\n", "file:5", "<share>", "refused <share>"},
		{CLASS " refused U(.5,.2\n", "file:5", "bracket", ""},
		{CLASS " in office hours,\n", "file:5", "comma", ""},
		{CLASS " 10 % to strangers of all\n", "file:5", "expected the end, not of", ""},
		{CLASS " role businez\n", "file:5", "role", "business"},
		{CLASS " port 80\n", "file:5", "mail port", ""},
		{CLASS "expect no suspect in server\n", "file:5", "no class", "\"servers\""},
		{CLASS "expect no suspects in servers\n", "file:5", "state", "suspect"},
		{CLASS CLASS, "file:5", "already", ""},
		{"mails 40 a day\n", "file:1", "needs a class", "class NAME"},
		{"class a\n5 lines\nto 1 fixed server\n", "file:1", "when it mails", "a day"},
		{"class a\n5 lines\nmails 5 a day\n", "file:1", "whom", "networks"},
		{"class a\nmails 5 a day\nto 1 fixed server\n", "file:1", "no lines", "lines"},
		{"network of 5 lines\n", "file:1", "no class", "class NAME"},
		{"class a\n3000000 lines\nmails 5 a day\nto 1 fixed server\n", "file:1", "too many",
			""},
		{CLASS "class b\n11 lines, on the lines of servers, mails 5 a day, to 1 fixed "
		       "server\n",
			"file:5", "fewer lines", ""},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(parse(cases[i].text) < 0);
		assert_string_equal(fail.where, cases[i].where);
		if (strstr(fail.what, cases[i].what) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", cases[i].what, fail.what);
		if (strstr(fail.hint, cases[i].hint) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", cases[i].hint, fail.hint);
	}
}

static void
nothing_is_written_after_a_mistake(void **state)
{
	assert_int_equal(parse("seed 4\n" CLASS), 0);
	assert_int_equal(parse("seed 5\nnonsense\n" CLASS), -EINVAL);
	assert_int_equal(scenario.seed, 4);
}

static void
varying_stays_inside_the_limits(void **state)
{
	assert_int_equal(parse(CLASS " refused U(.3,.7)\n"), 0);
	scenario_vary(&scenario, 0, VALUE_REFUSED, 2);
	assert_true(scenario.class[0].value[VALUE_REFUSED].low == .6);
	assert_true(scenario.class[0].value[VALUE_REFUSED].high == 1);
	scenario_vary(&scenario, 0, VALUE_RATE, .5);
	assert_true(fabs(scenario.class[0].value[VALUE_RATE].low * 86400 - 10) < 1e-9);
}

static void
the_scenarios_of_the_program_can_be_read(void **state)
{
	assert_true(builtin_scenario_count >= 2);
	for (unsigned i = 0; i < builtin_scenario_count; i++) {
		assert_int_equal(scenario_builtin(&scenario, builtin_scenarios[i].name, &fail), 0);
		assert_true(scenario.expect_count > 0);
	}
	assert_int_equal(scenario_builtin(&scenario, "nowhere", &fail), -ENOENT);
}

/* The manual page lists each sentence, its places written as arguments. */
static void
the_manual_page_knows_every_sentence(void **state)
{
	const char *root = getenv("LAZARET_SOURCE");
	char path[512], *page;
	size_t length;
	FILE *file;

	if (root == NULL) {
		print_message("LAZARET_SOURCE is unset\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/doc/man/lazaret-scenario.5", root);
	file = fopen(path, "re");
	assert_non_null(file);
	page = calloc(1, 1 << 18);
	assert_non_null(page);
	length = fread(page, 1, (1 << 18) - 1, file);
	assert_true(length > 0);
	fclose(file);
	for (unsigned i = 0; grammar_sentence(i) != NULL; i++) {
		struct buffer plain, expected;

		buffer_init(&plain, 512);
		buffer_init(&expected, 512);
		buffer_print(&plain, "\n.It %s\n", grammar_sentence(i));
		buffer_print(&expected, "\n.It expect %s\n", grammar_sentence(i));
		if (strstr(page, buffer_string(&plain)) == NULL &&
			strstr(page, buffer_string(&expected)) == NULL)
			fail_msg("the manual page lacks: %s", grammar_sentence(i));
		buffer_done(&plain);
		buffer_done(&expected);
	}
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_network_and_its_classes),
		cmocka_unit_test(reads_expectations_about_classes_further_down),
		cmocka_unit_test(the_judge_takes_its_parameters_from_the_scenario),
		cmocka_unit_test(reads_who_exports_the_flows),
		cmocka_unit_test(a_mistake_is_named_with_its_line_and_a_hint),
		cmocka_unit_test(nothing_is_written_after_a_mistake),
		cmocka_unit_test(varying_stays_inside_the_limits),
		cmocka_unit_test(the_scenarios_of_the_program_can_be_read),
		cmocka_unit_test(the_manual_page_knows_every_sentence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
