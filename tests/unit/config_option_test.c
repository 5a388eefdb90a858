/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"
#include "config/option.h"
#include "config/profile.h"
#include "unit.h"
#include "verdict/parameters.h"

#include <errno.h>
#include <stdio.h>

static double
number(const char *name, const char *text)
{
	struct option_value value = {0};

	assert_int_equal(option_parse(option_find(text_of(name)), text_of(text), &value, NULL), 0);
	return value.number;
}

/* What the option says of a wrong value. */
static const char *
wrong(const char *name, const char *text)
{
	static struct fail fail;
	struct option_value value = {.number = 77};

	fail = (struct fail){0};
	assert_true(option_parse(option_find(text_of(name)), text_of(text), &value, &fail) < 0);
	assert_true(value.number == 77);
	assert_null(value.text);
	assert_null(value.prefixes);
	return fail.what;
}

static void
every_default_is_a_good_value(void **state)
{
	assert_true(config_options_count <= OPTIONS_MOST);
	for (size_t i = 0; i < config_options_count; i++) {
		const struct config_option *option = &config_options[i];
		struct option_value value = {0};
		struct fail fail = {0};

		assert_true(strlen(option->name) < OPTION_NAME);
		assert_true(strchr(option->name, '.') != NULL);
		assert_true(option->help[strlen(option->help) - 1] == '.');
		/* It is read alone: lazaret help OPTION. */
		assert_true(strncmp(option->help, "The same", 8) != 0);
		assert_true(strncmp(option->help, "Of them", 7) != 0);
		assert_null(strstr(option->help, "as before."));
		assert_ptr_equal(option_find(text_of(option->name)), option);
		if (option->type == OPTION_TYPE_PREFIXES && *option->standard == '\0')
			continue;
		if (option_parse(option, text_of(option->standard), &value, &fail) < 0)
			fail_msg("%s", fail.what);
		option_value_done(&value);
	}
}

static void
no_name_is_given_twice_or_begins_another(void **state)
{
	for (size_t i = 0; i < config_options_count; i++) {
		assert_false(option_is_section(text_of(config_options[i].name)));
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(config_options[i].name, config_options[j].name);
	}
}

static void
durations_need_a_unit(void **state)
{
	assert_true(number("flow.half-life", "48h") == 48 * 3600);
	assert_true(number("flow.half-life", "7d") == 7 * 86400);
	assert_true(number("flow.half-life", "90s") == 90);
	assert_true(number("flow.half-life", "1.5h") == 5400);
	assert_true(number("flow.forgive-after", "0") == 0);
	assert_string_equal(wrong("flow.half-life", "thirty"),
		"flow.half-life: \"thirty\" is not a duration (like 30s, 10m, 48h or 7d)");
	wrong("flow.half-life", "48");
	wrong("flow.half-life", "-1h");
	wrong("flow.half-life", "h");
	wrong("flow.half-life", "");
	wrong("flow.half-life", "1e400d");
	wrong("flow.half-life", "nand");
}

static void
numbers_stay_within_their_range(void **state)
{
	assert_string_equal(
		wrong("flow.half-life", "59s"), "flow.half-life: 59s is less than the least, 1m");
	assert_string_equal(wrong("flow.half-life", "3651d"),
		"flow.half-life: 3651d is more than the most, 3650d");
	assert_string_equal(
		wrong("court.error-rate", "1.5"), "court.error-rate: 1.5 is more than the most, 1");
	wrong("flow.stall-failures", "256");
	wrong("flow.stall-failures", "18446744073709551616");
	wrong("flow.stall-failures", "2.5");
	wrong("flow.stall-failures", "-1");
	wrong("court.floor", "inf");
	wrong("court.floor", "nan");
	wrong("court.floor", "11,5");
	assert_string_equal(wrong("contain.lines-most", "99999999999999999999"),
		"contain.lines-most: 99999999999999999999 is more than the most, 16777216");
	assert_string_equal(wrong("contain.lines-most", "0x10"),
		"contain.lines-most: 0x10 is less than the least, 1024");
	assert_string_equal(wrong("flow.half-life", "0.01m"),
		"flow.half-life: 0.01m is less than the least, 1m");
	assert_true(number("garden.mark", "0x1A2") == 418);
	wrong("garden.mark", "0x");
	wrong("garden.mark", "0xg");
	wrong("garden.mark", "1a2");
	assert_true(number("flow.filter-blocks", "64") == 64);
	assert_string_equal(wrong("flow.filter-blocks", "12"),
		"flow.filter-blocks: \"12\" is not a power of two (like 128)");
}

static void
rates_are_kept_a_day(void **state)
{
	assert_true(number("flow.static.new-a-day", "20") == 20);
	assert_true(number("flow.static.new-a-day", "20/d") == 20);
	assert_true(number("flow.static.new-a-day", "0.5/h") == 12);
	assert_true(number("flow.static.new-a-day", "1/m") == 1440);
	wrong("flow.static.new-a-day", "20/w");
	wrong("flow.static.new-a-day", "/h");
	wrong("flow.static.new-a-day", "20/");
}

static void
words_are_what_they_mean(void **state)
{
	assert_true(number("flow.static.blocked", "yes") == 1);
	assert_true(number("flow.static.blocked", "on") == 1);
	assert_true(number("flow.static.blocked", "false") == 0);
	wrong("flow.static.blocked", "maybe");
	wrong("flow.static.blocked", "");
	/* Norway is a country, not a refusal. */
	assert_true(number("scan.profile", "no") == 1);
	assert_string_equal(
		wrong("scan.profile", "se"), "scan.profile: \"se\" is none of: default no de");
	wrong("scan.profile", "");
	wrong("scan.profile", "default no");
}

static void
lists_hold_prefixes(void **state)
{
	const struct config_option *option = option_find(TEXT("network.inside"));
	struct option_value value = {0};
	struct fail fail = {0};

	assert_int_equal(option_parse(option, TEXT("192.0.2.0/24"), &value, &fail), 0);
	assert_int_equal(option_parse(option, TEXT("2001:db8::/32"), &value, &fail), 0);
	assert_int_equal(option_parse(option, TEXT("10.1.0.0/8"), &value, &fail), -EINVAL);
	assert_string_equal(fail.hint, "the network is 10.0.0.0/8");
	assert_int_equal(option_parse(option, TEXT("10.0.0.0/33"), &value, &fail), -EINVAL);
	assert_int_equal(value.count, 2);
	option_value_done(&value);
	for (int i = 0; i < OPTION_PREFIXES_MOST; i++)
		assert_int_equal(option_parse(option, TEXT("192.0.2.1"), &value, &fail), 0);
	assert_int_equal(option_parse(option, TEXT("192.0.2.1"), &value, &fail), -ERANGE);
	assert_string_equal(fail.what, "network.inside: more than 4096 prefixes");
	assert_int_equal(value.count, OPTION_PREFIXES_MOST);
	option_value_done(&value);
}

static void
strings_have_a_ceiling(void **state)
{
	const struct config_option *option = option_find(TEXT("ledger.path"));
	static char path[OPTION_TEXT];
	struct option_value value = {0};

	memset(path, 'a', sizeof(path));
	assert_int_equal(
		option_parse(option, (struct text){path, sizeof(path)}, &value, NULL), -ERANGE);
	assert_int_equal(
		option_parse(option, (struct text){path, sizeof(path) - 1}, &value, NULL), 0);
	assert_int_equal(strlen(value.text), sizeof(path) - 1);
	assert_int_equal(option_parse(option, (struct text){"a\0b", 3}, &value, NULL), -EINVAL);
	option_value_done(&value);
}

static void
a_slip_of_the_pen_finds_its_option(void **state)
{
	char nearest[OPTION_NAME];

	assert_true(option_nearest(TEXT("flow.halflife"), nearest));
	assert_string_equal(nearest, "flow.half-life");
	assert_true(option_nearest(TEXT("netwrok"), nearest));
	assert_string_equal(nearest, "network");
	assert_true(option_nearest(TEXT("evidence.half-life"), nearest));
	assert_string_equal(nearest, "flow.half-life");
	assert_true(option_nearest(TEXT("half-life"), nearest));
	assert_string_equal(nearest, "flow.half-life");
	assert_false(option_nearest(TEXT("colour"), nearest));
	assert_false(option_nearest(TEXT(""), nearest));
	assert_false(option_nearest(
		TEXT("a-name-that-is-longer-than-any-name-of-an-option-could-ever-be-at-all"),
		nearest));
}

/* One range end of an option, given to the parameter of the same name. */
static int
set(const struct config_option *option, double value)
{
	struct parameters parameters;
	char text[40];

	parameters_defaults(&parameters);
	snprintf(text, sizeof(text), "%.17g", value);
	return parameters_set(&parameters, text_of(option->name), text_of(text), NULL);
}

static void
every_parameter_of_the_judge_is_an_option(void **state)
{
	struct parameters parameters;
	struct buffer text;
	struct text rest;
	size_t count = 0;

	parameters_defaults(&parameters);
	buffer_init(&text, PARAMETERS_TEXT);
	parameters_format(&parameters, &text);
	rest = text_of(buffer_string(&text));
	while (rest.length > 0) {
		struct text value = text_cut(&rest, '\n'), name = text_cut(&value, '=');
		const struct config_option *option = option_find(name);
		double is;

		if (option == NULL)
			fail_msg("the parameter %.*s is no option", (int)name.length, name.at);
		assert_int_equal(text_parse_double(value, &is), 0);
		if (number(option->name, option->standard) != is)
			fail_msg("the default of %s is not the judge's %g", option->name, is);
		count++;
		if (option->type == OPTION_TYPE_FLAG)
			continue;
		if (set(option, option->least) < 0 || set(option, option->most) < 0)
			fail_msg("the range of %s is wider than the judge's", option->name);
		if (set(option, option->least - 1) == 0 || set(option, option->most + 1) == 0)
			fail_msg("the range of %s is narrower than the judge's", option->name);
	}
	buffer_done(&text);
	for (size_t i = 0; i < config_options_count; i++) {
		struct text name = text_of(config_options[i].name);

		if (text_starts(name, "flow.") || text_starts(name, "court."))
			count--;
	}
	assert_int_equal(count, 0);
}

static void
options_and_parameters_must_fit_alike(void **state)
{
	struct parameters parameters;
	struct fail fail = {0};

	assert_int_equal(config_orders_count, parameters_orders_count);
	for (size_t i = 0; i < parameters_orders_count; i++) {
		char text[40];

		assert_string_equal(config_orders[i].lower, parameters_orders[i].lower);
		assert_string_equal(config_orders[i].upper, parameters_orders[i].upper);
		parameters_defaults(&parameters);
		assert_int_equal(parameters_check(&parameters, &fail), 0);
		snprintf(text, sizeof(text), "%.17g",
			option_find(text_of(parameters_orders[i].upper))->least);
		assert_int_equal(parameters_set(&parameters, text_of(parameters_orders[i].upper),
					 text_of(text), NULL),
			0);
		if (parameters_check(&parameters, &fail) == 0)
			fail_msg("%s may be above %s", parameters_orders[i].lower,
				parameters_orders[i].upper);
		assert_non_null(strstr(fail.what, "must not be above"));
	}
	parameters_defaults(&parameters);
	assert_int_equal(
		parameters_set(&parameters, TEXT("flow.filter-blocks"), TEXT("3"), &fail), -EINVAL);
	assert_string_equal(fail.what, "flow.filter-blocks: 3 is not a power of two");
}

static void
profiles_set_options_that_exist_to_good_values(void **state)
{
	const struct config_option *chosen = option_find(TEXT("scan.profile"));
	struct text words = text_of(chosen->choices);

	for (size_t i = 0; i < profiles_count; i++) {
		assert_true(text_is(text_cut(&words, ' '), profiles[i].name));
		assert_ptr_equal(profile_find(text_of(profiles[i].name)), &profiles[i]);
		for (size_t j = 0; j < profiles[i].count; j++)
			number(profiles[i].values[j].name, profiles[i].values[j].value);
	}
	assert_int_equal(words.length, 0);
	assert_null(profile_find(TEXT("se")));
}

static void
numbers_are_written_with_the_unit_that_fits(void **state)
{
	const struct config_option *option = option_find(TEXT("flow.half-life"));
	char text[OPTION_NUMBER_TEXT];

	assert_string_equal(option_format_number(option, 86400, text), "1d");
	assert_string_equal(option_format_number(option, 90000, text), "25h");
	assert_string_equal(option_format_number(option, 90, text), "90s");
	assert_string_equal(option_format_number(option, 0.5, text), "0.5s");
	assert_string_equal(option_format_number(option, 0, text), "0");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_default_is_a_good_value),
		cmocka_unit_test(no_name_is_given_twice_or_begins_another),
		cmocka_unit_test(durations_need_a_unit),
		cmocka_unit_test(numbers_stay_within_their_range),
		cmocka_unit_test(rates_are_kept_a_day),
		cmocka_unit_test(words_are_what_they_mean),
		cmocka_unit_test(lists_hold_prefixes),
		cmocka_unit_test(strings_have_a_ceiling),
		cmocka_unit_test(a_slip_of_the_pen_finds_its_option),
		cmocka_unit_test(every_parameter_of_the_judge_is_an_option),
		cmocka_unit_test(options_and_parameters_must_fit_alike),
		cmocka_unit_test(profiles_set_options_that_exist_to_good_values),
		cmocka_unit_test(numbers_are_written_with_the_unit_that_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
