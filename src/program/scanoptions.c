/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/scanoptions.h"

#include "program/complaint.h"
#include "program/settings.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
	"usage: lazaret scan [-c FILE] [--profile NAME] [--inside PREFIX]... [--table FILE]\n"
	"                    [--timezone TZ] [--late TIME] [--set NAME=VALUE]... [--ledger FILE]\n"
	"                    [--pseudonyms] [--json] [--all | --explain ADDRESS...]\n"
	"                    FILE...\n"
	"\n"
	"Judges recorded traffic: which lines of a network are spam zombies, and why.\n"
	"\n"
	"  -c FILE           the configuration, see lazaret.yaml(5)\n"
	"  --profile NAME    a country's profile in place of the configuration's\n"
	"  --inside PREFIX   the own network; may be given several times. Without it every\n"
	"                    initiator of a connection to a mail port is judged\n"
	"  --table FILE      a table of own prefixes with roles, see lazaret.yaml(5)\n"
	"  --timezone TZ     of times that carry none, as Europe/Oslo or +02:00 (UTC)\n"
	"  --late TIME       how late records may be (10m)\n"
	"  --set NAME=VALUE  any option of the configuration, such as court.floor=16.1\n"
	"  --ledger FILE     keep the cases and their reasons there, see lazaret cases\n"
	"  --pseudonyms      print pseudonyms in place of addresses\n"
	"  --json            one JSON object a line, a summary last\n"
	"  --all             every line that sent mail, not only those that are watched\n"
	"  --explain ADDRESS say of this line why, or why not, in place of the table of all; may\n"
	"                    be given several times. An address, or ADDRESS:PORT of a shared one\n"
	"  FILE              pcap or pcapng (packets or flow export), Argus CSV, nfdump CSV,\n"
	"                    Zeek conn.log and smtp.log, Suricata eve.json; packed with gzip,\n"
	"                    xz or zstd; - is standard input\n";

enum code {
	CODE_INSIDE = 256,
	CODE_TABLE,
	CODE_TIMEZONE,
	CODE_LATE,
	CODE_SET,
	CODE_PROFILE,
	CODE_LEDGER,
	CODE_PSEUDONYMS,
	CODE_JSON,
	CODE_ALL,
	CODE_EXPLAIN,
	CODE_HELP
};

static const struct option long_options[] = {
	{"inside", required_argument, NULL, CODE_INSIDE},
	{"table", required_argument, NULL, CODE_TABLE},
	{"timezone", required_argument, NULL, CODE_TIMEZONE},
	{"late", required_argument, NULL, CODE_LATE},
	{"set", required_argument, NULL, CODE_SET},
	{"profile", required_argument, NULL, CODE_PROFILE},
	{"ledger", required_argument, NULL, CODE_LEDGER},
	{"pseudonyms", no_argument, NULL, CODE_PSEUDONYMS},
	{"json", no_argument, NULL, CODE_JSON},
	{"all", no_argument, NULL, CODE_ALL},
	{"explain", required_argument, NULL, CODE_EXPLAIN},
	{"help", no_argument, NULL, CODE_HELP},
	{0},
};

/* An option of the configuration that was given as an argument. */
struct given {
	const char *argument; /* "--inside" */
	const char *name;     /* NULL: the value itself is NAME=VALUE */
	const char *value;
};

struct given_list {
	struct given *array;
	size_t count;
	const char *file;
	const char *profile;
};

static void
add_given(struct given_list *list, const char *argument, const char *name)
{
	list->array[list->count++] = (struct given){argument, name, optarg};
}

static int
add_explain(struct scan_options *options)
{
	if (options->explain_count == NAMED_MOST) {
		fprintf(stderr, "lazaret: --explain may be given %d times\n", NAMED_MOST);
		return EXIT_USAGE;
	}
	options->explain[options->explain_count++] = optarg;
	return 0;
}

static int
take_argument(struct scan_options *options, struct given_list *list, int code)
{
	switch (code) {
	case 'c':
		list->file = optarg;
		return 0;
	case CODE_PROFILE:
		list->profile = optarg;
		return 0;
	case CODE_INSIDE:
		add_given(list, "--inside", "network.inside");
		return 0;
	case CODE_TABLE:
		add_given(list, "--table", "network.table");
		return 0;
	case CODE_TIMEZONE:
		add_given(list, "--timezone", "scan.timezone");
		return 0;
	case CODE_LATE:
		add_given(list, "--late", "scan.lateness");
		return 0;
	case CODE_SET:
		add_given(list, "--set", NULL);
		return 0;
	case CODE_LEDGER:
		options->ledger = optarg;
		return 0;
	case CODE_PSEUDONYMS:
		options->pseudonyms = true;
		return 0;
	case CODE_JSON:
		options->is_json = true;
		return 0;
	case CODE_ALL:
		options->all = true;
		return 0;
	case CODE_EXPLAIN:
		return add_explain(options);
	case CODE_HELP:
		options->help = true;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

/* Sets what was given over the configuration. */
static int
set_given(struct scan_options *options, const struct given_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct given *given = &list->array[i];
		struct text value = text_of(given->value), name = value;
		struct fail fail = {0};

		if (given->name != NULL)
			name = text_of(given->name);
		else
			name = text_cut(&value, '=');
		if (config_set(options->config, name, value, &fail) == 0)
			continue;
		fail_where(&fail, "%s %s", given->argument, given->value);
		complaint_print(&fail);
		return EXIT_USAGE;
	}
	return 0;
}

static int
load(struct scan_options *options, const struct given_list *list)
{
	const struct config_option *option;
	struct fail fail = {0};
	int code;

	code = settings_load(&options->config, list->file, list->profile);
	if (code != 0)
		return code;
	code = set_given(options, list);
	if (code == 0 && config_fits(options->config, &option, &fail) < 0) {
		fprintf(stderr, "lazaret: %s: %s\n", option->name, fail.what);
		code = EXIT_USAGE;
	}
	return code;
}

int
scan_options_take(struct scan_options *options, int argc, char **argv)
{
	struct given_list list = {.array = xcalloc((unsigned long)argc, sizeof(*list.array))};
	int code, failed = 0;

	*options = (struct scan_options){0};
	optind = 1;
	while (failed == 0 && (code = getopt_long(argc, argv, "c:", long_options, NULL)) != -1)
		failed = take_argument(options, &list, code);
	options->paths = argv + optind;
	options->path_count = argc - optind;
	if (options->help) {
		fputs(usage, stdout);
	} else if (failed == 0 && options->path_count == 0) {
		fputs(usage, stderr);
		failed = EXIT_USAGE;
	} else if (failed == 0 && options->all && options->explain_count > 0) {
		fputs("lazaret: --all and --explain exclude each other\n", stderr);
		failed = EXIT_USAGE;
	} else if (failed == 0) {
		failed = load(options, &list);
	} else {
		fputs("see lazaret scan --help\n", stderr);
	}
	free(list.array);
	return failed;
}

void
scan_options_done(struct scan_options *options)
{
	config_free(options->config);
	*options = (struct scan_options){0};
}
