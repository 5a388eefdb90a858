/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/manual.h"
#include "program/complaint.h"
#include "program/daemonsettings.h"
#include "program/settings.h"
#include "program/surprises.h"
#include "program/timezone.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
	"usage: lazaret check [-c FILE] [--profile NAME] [--show]\n"
	"       lazaret check --sample | --manual\n"
	"\n"
	"Says what is wrong with a configuration file, with line and column, and what is good\n"
	"and may surprise: what customers in quarantine would see, a port that nothing leads to.\n"
	"\n"
	"  -c FILE           the file (" SETTINGS_FILE "); - is standard input\n"
	"  --profile NAME    as if the file chose this country profile\n"
	"  --show            print the options that differ from the defaults\n"
	"  --sample          print a file with every option, its meaning and default\n"
	"  --manual          print lazaret.yaml(5)\n"
	"\n"
	"lazaret help OPTION explains one option.\n";

enum option_code { OPTION_PROFILE = 256, OPTION_SHOW, OPTION_SAMPLE, OPTION_MANUAL, OPTION_HELP };

static const struct option options[] = {
	{"profile", required_argument, NULL, OPTION_PROFILE},
	{"show", no_argument, NULL, OPTION_SHOW},
	{"sample", no_argument, NULL, OPTION_SAMPLE},
	{"manual", no_argument, NULL, OPTION_MANUAL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

static int
print(void (*make)(struct buffer *into))
{
	struct buffer text;
	int bad;

	buffer_init(&text, MANUAL_BYTES);
	make(&text);
	must(!text.failed);
	bad = fwrite(buffer_string(&text), 1, text.length, stdout) != text.length;
	buffer_done(&text);
	return bad ? EXIT_INPUT : EXIT_DONE;
}

static void
show(const struct config *config)
{
	struct buffer text;

	buffer_init(&text, MANUAL_BYTES);
	for (size_t i = 0; i < config_options_count; i++) {
		const struct config_option *option = &config_options[i];

		if (!config_is_set(config, option->name))
			continue;
		buffer_clear(&text);
		config_format(config, option, &text);
		printf("%s: %s\n", option->name, buffer_string(&text));
	}
	buffer_done(&text);
}

/* What only shows when it is used: names in the file of other things, and places that the daemon listens at. What is
 * good, and may surprise, is told, too. */
static int
try_names(const struct config *config)
{
	struct daemon_settings daemon = {.listen_count = 0};
	struct zone zone;
	struct fail fail = {0};
	int r = timezone_init(&zone, config_string(config, "scan.timezone"), &fail);

	timezone_done(&zone);
	if (r == 0) {
		r = daemonsettings_take(config, &daemon, &fail);
		if (r >= 0)
			surprises(&daemon, complaint_print);
		daemon_settings_done(&daemon);
	}
	if (r >= 0)
		return EXIT_DONE;
	complaint_print(&fail);
	return EXIT_INPUT;
}

static int
check(const char *path, const char *profile, bool is_shown)
{
	struct config *config = NULL;
	int code = settings_load(&config, path, profile);

	if (code != 0)
		return code;
	code = try_names(config);
	if (code != 0) {
		config_free(config);
		return code;
	}
	if (is_shown)
		show(config);
	else if (path == NULL && access(SETTINGS_FILE, F_OK) != 0)
		puts("There is no configuration file; every option has its default.");
	else
		printf("%s is good.\n", path ? path : SETTINGS_FILE);
	config_free(config);
	return EXIT_DONE;
}

int
verb_check(int argc, char **argv)
{
	const char *path = NULL, *profile = NULL;
	bool is_shown = false;
	int code;

	optind = 1;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (code) {
		case 'c':
			path = optarg;
			break;
		case OPTION_PROFILE:
			profile = optarg;
			break;
		case OPTION_SHOW:
			is_shown = true;
			break;
		case OPTION_SAMPLE:
			return print(manual_sample);
		case OPTION_MANUAL:
			return print(manual_page);
		case OPTION_HELP:
			fputs(usage, stdout);
			return EXIT_DONE;
		default:
			fprintf(stderr, "lazaret: see lazaret check --help\n");
			return EXIT_USAGE;
		}
	}
	if (optind < argc)
		return complaint_excess("check", "options only", argv[optind]);
	return check(path, profile, is_shown);
}
