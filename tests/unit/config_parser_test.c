/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/manual.h"
#include "config/parser.h"
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct told {
	struct buffer text;
	int count;
};

static void
tell(void *context, const struct fail *fail)
{
	struct told *told = context;

	told->count++;
	buffer_print(&told->text, "%s: %s%s%s%s\n", fail->where, fail->what,
		*fail->hint ? " (" : "", fail->hint, *fail->hint ? ")" : "");
}

/* All that is said of a file. */
static const char *
problems(const char *text)
{
	static struct told told;
	struct config *config = config_new();
	int count;

	buffer_done(&told.text);
	buffer_init(&told.text, 1 << 16);
	told.count = 0;
	count = parser_take(config, text_of(text), "lazaret.yaml", tell, &told);
	assert_int_equal(count, told.count);
	config_free(config);
	return buffer_string(&told.text);
}

static struct config *
good(const char *text)
{
	struct told told = {.count = 0};
	struct config *config = config_new();

	buffer_init(&told.text, 1 << 16);
	if (parser_take(config, text_of(text), "lazaret.yaml", tell, &told) != 0)
		fail_msg("%s", buffer_string(&told.text));
	buffer_done(&told.text);
	return config;
}

static void
values_come_out_as_they_were_written(void **state)
{
	struct config *config = good("network:\n"
				     "  inside: [192.0.2.0/24, \"2001:db8::/32\"]\n"
				     "  ipv6-line: 48\n"
				     "scan: {timezone: Europe/Oslo}\n"
				     "flow:\n"
				     "  half-life: 48h\n"
				     "  residential: {new-a-day: 0.25/h, blocked: yes}\n"
				     "  rate-ratio:\n"
				     "    1: 3\n"
				     "court:\n"
				     "  # nothing here\n"
				     "ledger:\n");
	const struct prefix *prefixes;
	char text[PREFIX_TEXT];

	assert_int_equal(config_prefixes(config, "network.inside", &prefixes), 2);
	assert_string_equal(prefix_format(&prefixes[1], text), "2001:db8::/32");
	assert_true(text_is(config_choice(config, "network.ipv6-line"), "48"));
	assert_string_equal(config_string(config, "scan.timezone"), "Europe/Oslo");
	assert_true(config_number(config, "flow.half-life") == 48 * 3600);
	assert_true(config_number(config, "flow.residential.new-a-day") == 6);
	assert_true(config_flag(config, "flow.residential.blocked"));
	assert_false(config_flag(config, "flow.static.blocked"));
	assert_true(config_number(config, "flow.rate-ratio.1") == 3);
	assert_true(config_is_set(config, "flow.half-life"));
	assert_false(config_is_set(config, "court.floor"));
	assert_true(config_number(config, "court.floor") == 11.5);
	config_free(config);
}

static void
an_empty_file_is_all_defaults(void **state)
{
	config_free(good(""));
	config_free(good("# only a comment\n"));
	config_free(good("---\n"));
}

static void
every_problem_has_its_line_and_column(void **state)
{
	assert_string_equal(problems("flow:\n"
				     "  half-life: 7d\n"
				     "  stall-accepted: 2\n"
				     "  ceiling:     thirty\n"
				     "  half-live: 3d\n"
				     "court:\n"
				     "  floor: 3\n"
				     "  epoch: [1m]\n"),
		"lazaret.yaml:4:16: flow.ceiling: \"thirty\" is not a number (like 0.2)\n"
		"lazaret.yaml:5:3: there is no option \"flow.half-live\" (did you mean "
		"flow.half-life?)\n"
		"lazaret.yaml:8:10: court.epoch: one value is expected here, not a list\n");
}

static void
nothing_is_taken_where_anything_is_wrong(void **state)
{
	struct config *config = config_new();
	struct told told = {.count = 0};

	buffer_init(&told.text, 1 << 16);
	assert_int_equal(
		parser_take(config, TEXT("flow: {half-life: 1d, ceiling: x}"), "f", tell, &told),
		1);
	buffer_done(&told.text);
	assert_false(config_is_set(config, "flow.half-life"));
	assert_true(config_number(config, "flow.half-life") == 10 * 86400);
	config_free(config);
}

static void
an_option_or_section_given_twice_is_refused(void **state)
{
	assert_string_equal(problems("flow:\n  ceiling: 30\n  ceiling: 40\n"),
		"lazaret.yaml:3:3: flow.ceiling was given already, in line 2\n");
	assert_string_equal(problems("flow:\n  ceiling: 30\ncourt:\nflow:\n  half-life: 1d\n"),
		"lazaret.yaml:4:1: flow was given already, in line 1\n");
	assert_string_equal(problems("flow:\n  static: {blocked: yes}\n  static: {blocked: no}\n"),
		"lazaret.yaml:3:3: flow.static was given already, in line 2\n");
}

static void
what_could_blow_up_is_refused(void **state)
{
	assert_string_equal(problems("flow: &a\n  ceiling: 30\n"),
		"lazaret.yaml:1:7: anchors and tags are not taken here\n");
	assert_string_equal(problems("flow:\n  ceiling: !!float 30\n"),
		"lazaret.yaml:2:12: anchors and tags are not taken here\n");
	assert_string_equal(problems("flow:\n  ceiling: *a\n"),
		"lazaret.yaml:2:12: aliases are not taken here\n");
	assert_string_equal(problems("*a : 1\n"), "lazaret.yaml:1:1: aliases are not taken here\n");
	assert_string_equal(problems("---\nflow:\n---\nflow:\n"),
		"lazaret.yaml:3:1: a second document begins here: one file, one document\n");
}

static void
deep_nesting_costs_neither_stack_nor_time(void **state)
{
	size_t depth = PARSER_BYTES / 2 - 10;
	char *text = xcalloc(2 * depth + 7, 1);

	memcpy(text, "flow: ", 6);
	memset(text + 6, '[', depth);
	memset(text + 6 + depth, ']', depth);
	assert_string_equal(problems(text),
		"lazaret.yaml:1:7: flow: options are expected here, each on a line of its own\n"
		"lazaret.yaml:1:71: more than 64 levels deep: no more is read\n");
	free(text);
}

static void
a_wrong_shape_is_named(void **state)
{
	assert_string_equal(problems("- flow\n"),
		"lazaret.yaml:1:1: sections of options are expected here, like \"network:\"\n");
	assert_string_equal(problems("flow\n"),
		"lazaret.yaml:1:1: sections of options are expected here, like \"network:\"\n");
	assert_string_equal(problems("flow: 7\n"),
		"lazaret.yaml:1:7: flow: options are expected here, each on a line of its own\n");
	assert_string_equal(problems("flow:\n  ceiling: {a: {b: c}}\n"),
		"lazaret.yaml:2:12: flow.ceiling: one value is expected here, not a mapping\n");
	assert_string_equal(problems("? [a, b]\n: c\n"),
		"lazaret.yaml:1:3: the name of an option is expected here\n");
	assert_string_equal(problems("network:\n  inside:\n    - [192.0.2.0/24]\n    - x\n"),
		"lazaret.yaml:3:7: network.inside: only prefixes may be in this list\n"
		"lazaret.yaml:4:7: network.inside: \"x\" is not a prefix (like 192.0.2.0/24 or "
		"2001:db8::/32)\n");
	assert_string_equal(
		problems("colour: red\n"), "lazaret.yaml:1:1: there is no option \"colour\"\n");
}

static void
what_is_no_yaml_is_told_with_its_place(void **state)
{
	const char *text = problems("flow:\n  ceiling: \"30\n");

	assert_non_null(strstr(text, "lazaret.yaml:3:1: this is not YAML: "));
	text = problems("flow:\n\tceiling: 30\n");
	assert_non_null(strstr(text, "lazaret.yaml:2:1: this is not YAML: "));
	text = problems("flow:\n  ceiling: \xff\n");
	assert_non_null(strstr(text, ": this is not YAML: "));
}

static void
options_must_fit_together(void **state)
{
	assert_string_equal(problems("court:\n  watch: 1\n  suspect: 20\n"),
		"lazaret.yaml:3:1: court.suspect (20) must not be above court.floor (11.5)\n");
	assert_string_equal(problems("flow:\n  failure-honest: 0.65\n"),
		"lazaret.yaml:2:1: flow.failure-honest (0.65) must not be above "
		"flow.failure-zombie.1 (0.6)\n");
	assert_string_equal(problems("court:\n  weight:\n    dns: 0.15\n"),
		"lazaret.yaml:3:1: the sum of all court.weight is 1.05; at most 1\n");
}

static void
only_so_many_problems_are_told(void **state)
{
	static struct told told;
	struct config *config = config_new();
	struct buffer text;

	buffer_init(&told.text, 1 << 16);
	buffer_init(&text, 1 << 16);
	for (int i = 0; i < PARSER_PROBLEMS + 5; i++)
		buffer_print(&text, "x%d: 1\n", i);
	assert_int_equal(parser_take(config, text_of(buffer_string(&text)), "f", tell, &told),
		PARSER_PROBLEMS + 5);
	assert_int_equal(told.count, PARSER_PROBLEMS);
	buffer_done(&text);
	buffer_done(&told.text);
	config_free(config);
}

static void
a_list_that_is_full_is_told_once(void **state)
{
	struct buffer text;

	buffer_init(&text, 1 << 20);
	buffer_text(&text, TEXT("contain.protected:\n"));
	for (int i = 0; i < 4096 + 30; i++)
		buffer_text(&text, TEXT("- 192.0.2.1\n"));
	buffer_text(&text, TEXT("flow.half-life: thirty\n"));
	assert_string_equal(problems(buffer_string(&text)),
		"lazaret.yaml:4098:3: contain.protected: more than 4096 prefixes (those that lie "
		"side by side may be written as a shorter one)\n"
		"lazaret.yaml:4128:17: flow.half-life: \"thirty\" is not a duration (like 30s, "
		"10m, "
		"48h or 7d)\n");
	buffer_done(&text);
}

static void
a_number_is_shown_as_it_was_written(void **state)
{
	struct config *config = good("garden.mark: 0x1A2\n"), *copy = config_copy(config);
	const struct config_option *mark = option_find(TEXT("garden.mark"));
	struct fail fail = {0};
	struct buffer text;

	buffer_init(&text, 64);
	config_format(copy, mark, &text);
	assert_string_equal(buffer_string(&text), "0x1a2");
	buffer_clear(&text);
	assert_int_equal(config_set(copy, TEXT("garden.mark"), TEXT("420"), &fail), 0);
	config_format(copy, mark, &text);
	assert_string_equal(buffer_string(&text), "420");
	buffer_done(&text);
	config_free(copy);
	config_free(config);
}

static void
the_profile_stands_under_the_file(void **state)
{
	struct config *config = good("ledger: {retention-cases: 10d}\nscan: {profile: de}\n");

	config_take_profile(config);
	assert_true(config_number(config, "ledger.retention-cases") == 10 * 86400);
	config_free(config);
	config = good("scan: {profile: de}\n");
	config_take_profile(config);
	assert_true(config_number(config, "ledger.retention-cases") == 30 * 86400);
	assert_true(config_is_set(config, "ledger.retention-cases"));
	config_free(config);
}

/* The sample with every option switched on is the defaults. */
static void
the_sample_file_is_good(void **state)
{
	struct buffer sample, plain, value;
	struct config *config, *defaults = config_new();
	struct text rest;

	buffer_init(&sample, MANUAL_BYTES);
	buffer_init(&plain, MANUAL_BYTES);
	buffer_init(&value, 1 << 12);
	manual_sample(&sample);
	config_free(good(buffer_string(&sample)));
	rest = text_of(buffer_string(&sample));
	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n'), head = line;
		struct text indent = text_cut(&head, '#');

		/* "#name:" is an option, "# words" is about one. */
		if (head.length > 0 && *head.at != ' ' && text_trim(indent).length == 0) {
			buffer_text(&plain, indent);
			buffer_text(&plain, head);
		} else {
			buffer_text(&plain, line);
		}
		buffer_print(&plain, "\n");
	}
	config = good(buffer_string(&plain));
	for (size_t i = 0; i < config_options_count; i++) {
		char kept[200];

		assert_true(config_is_set(config, config_options[i].name));
		buffer_clear(&value);
		config_format(config, &config_options[i], &value);
		snprintf(kept, sizeof(kept), "%s", buffer_string(&value));
		buffer_clear(&value);
		config_format(defaults, &config_options[i], &value);
		assert_string_equal(kept, buffer_string(&value));
	}
	config_free(config);
	config_free(defaults);
	buffer_done(&sample);
	buffer_done(&plain);
	buffer_done(&value);
}

static void
files_that_cannot_be_read_are_told(void **state)
{
	char path[] = "lazaret-config-XXXXXX";
	static char blanks[PARSER_BYTES + 1];
	struct config *config = config_new();
	struct told told = {.count = 0};
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	buffer_init(&told.text, 1 << 16);
	assert_int_equal(parser_read(config, "no/such/file", tell, &told), 1);
	assert_string_equal(buffer_string(&told.text),
		"no/such/file: cannot be read: No such file or directory\n");
	buffer_clear(&told.text);
	assert_int_equal(parser_read(config, ".", tell, &told), 1);
	assert_string_equal(buffer_string(&told.text), ".: cannot be read: Is a directory\n");
	memset(blanks, ' ', sizeof(blanks));
	assert_int_equal(write(fd, blanks, sizeof(blanks)), sizeof(blanks));
	assert_int_equal(parser_read(config, path, tell, &told), 1);
	assert_non_null(strstr(buffer_string(&told.text), "is longer than 1048576 bytes"));
	assert_int_equal(ftruncate(fd, PARSER_BYTES), 0);
	assert_int_equal(parser_read(config, path, tell, &told), 0);
	close(fd);
	unlink(path);
	buffer_done(&told.text);
	config_free(config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_come_out_as_they_were_written),
		cmocka_unit_test(an_empty_file_is_all_defaults),
		cmocka_unit_test(every_problem_has_its_line_and_column),
		cmocka_unit_test(nothing_is_taken_where_anything_is_wrong),
		cmocka_unit_test(an_option_or_section_given_twice_is_refused),
		cmocka_unit_test(what_could_blow_up_is_refused),
		cmocka_unit_test(deep_nesting_costs_neither_stack_nor_time),
		cmocka_unit_test(a_wrong_shape_is_named),
		cmocka_unit_test(what_is_no_yaml_is_told_with_its_place),
		cmocka_unit_test(options_must_fit_together),
		cmocka_unit_test(only_so_many_problems_are_told),
		cmocka_unit_test(a_list_that_is_full_is_told_once),
		cmocka_unit_test(a_number_is_shown_as_it_was_written),
		cmocka_unit_test(the_profile_stands_under_the_file),
		cmocka_unit_test(the_sample_file_is_good),
		cmocka_unit_test(files_that_cannot_be_read_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
