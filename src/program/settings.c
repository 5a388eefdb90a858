/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/settings.h"

#include "config/parser.h"
#include "program/complaint.h"
#include "program/verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void
tell(void *context, const struct fail *fail)
{
	int *told = context;

	++*told;
	fprintf(stderr, "%s: %s\n", fail->where, fail->what);
	if (*fail->hint)
		fprintf(stderr, "  %s\n", fail->hint);
}

int
settings_load(struct config **ret, const char *path, const char *profile)
{
	static struct config *input; /* standard input can be read only once */
	bool is_input = path != NULL && strcmp(path, "-") == 0;
	struct config *config = is_input && input != NULL ? config_copy(input) : config_new();
	struct fail fail = {0};
	int told = 0, problems = 0;

	if (path == NULL && access(SETTINGS_FILE, F_OK) == 0)
		path = SETTINGS_FILE;
	if (path != NULL && !(is_input && input != NULL))
		problems = parser_read(config, path, tell, &told);
	if (problems > told)
		fprintf(stderr, "%s: and %d more\n", path, problems - told);
	if (problems > 0) {
		config_free(config);
		return EXIT_INPUT;
	}
	if (is_input && input == NULL)
		input = config_copy(config);
	if (profile != NULL &&
		config_set(config, TEXT("scan.profile"), text_of(profile), &fail) < 0) {
		fail_where(&fail, "--profile %s", profile);
		complaint_print(&fail);
		config_free(config);
		return EXIT_USAGE;
	}
	config_take_profile(config);
	*ret = config;
	return EXIT_DONE;
}

/* Keeps the first. */
static void
keep(void *context, const struct fail *fail)
{
	struct fail *first = context;

	if (*first->what == '\0')
		*first = *fail;
}

struct config *
settings_try(const char *path, int *ret_problems, struct fail *first)
{
	struct config *config = config_new();

	*first = (struct fail){0};
	*ret_problems = 0;
	if (path == NULL && access(SETTINGS_FILE, F_OK) == 0)
		path = SETTINGS_FILE;
	if (path != NULL)
		*ret_problems = parser_read(config, path, keep, first);
	return config;
}

/* The options that are parameters of the judge have the parameters' own names. */
static bool
is_parameter(const struct config_option *option)
{
	return text_starts(text_of(option->name), "flow.") ||
		text_starts(text_of(option->name), "court.");
}

static void
set_parameter(struct parameters *parameters, const char *name, double value)
{
	char text[OPTION_NUMBER_TEXT];
	struct fail fail = {0};
	int length = snprintf(text, sizeof(text), "%.17g", value);

	must(length > 0 && (size_t)length < sizeof(text));
	/* The table of options holds the same names and ranges; a test sees to that. */
	must(parameters_set(parameters, text_of(name), text_of(text), &fail) == 0);
}

void
settings_parameters(const struct config *config, struct parameters *parameters)
{
	static const char *const channels[][2] = {
		{"channels.flow", "court.weight.flow"},
		{"channels.relay", "court.weight.relay"},
		{"channels.report", "court.weight.report"},
		{"channels.meter", "court.weight.meter"},
	};

	for (size_t i = 0; i < config_options_count; i++) {
		const struct config_option *option = &config_options[i];

		if (!is_parameter(option) || !config_is_set(config, option->name))
			continue;
		if (option->type == OPTION_TYPE_FLAG)
			set_parameter(parameters, option->name, config_flag(config, option->name));
		else
			set_parameter(
				parameters, option->name, config_number(config, option->name));
	}
	for (size_t i = 0; i < sizeof(channels) / sizeof(*channels); i++) {
		if (!config_flag(config, channels[i][0]))
			set_parameter(parameters, channels[i][1], 0);
	}
}

void
settings_lines(const struct config *config, struct lines_settings *settings)
{
	uint64_t length;

	must(text_parse_u64(config_choice(config, "network.ipv6-line"), 128, &length) == 0);
	settings->line_length = (unsigned)length;
}

int
settings_table(const struct config *config, struct lines *lines, struct fail *fail)
{
	const char *table = config_string(config, "network.table");

	return *table ? lines_read(lines, table, fail) : 0;
}

int
settings_inside(const struct config *config, struct lines *lines, struct fail *fail)
{
	const struct prefix *prefixes;
	size_t count = config_prefixes(config, "network.inside", &prefixes);

	for (size_t i = 0; i < count; i++) {
		struct lines_prefix prefix = {
			.prefix = prefixes[i],
			.role = ROLE_RESIDENTIAL,
		};
		struct fail why = {.where = "network.inside"};
		int r = lines_add(lines, &prefix, &why);

		/* The table, the file and the command may all name it; what the table says holds. */
		if (r < 0 && r != -EEXIST) {
			*fail = why;
			return r;
		}
	}
	return 0;
}

int64_t
settings_microseconds(const struct config *config, const char *option)
{
	return (int64_t)(config_number(config, option) * (double)WALL_SECOND);
}
