/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "program/complaint.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret measures [--proposed|--all] [--names] [--json]\n"
	"\n"
	"Lists what is done to lines: what holds, what would hold, and what waits for a person.\n"
	"Asks the running daemon.\n"
	"\n"
	"  --proposed      only what waits: lazaret confirm MEASURE\n"
	"  --all           what ended, too\n"
	"  --names         opens the names of the lines; the audit trail keeps who did so\n"
	"  --json          one JSON object a line\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

struct wish {
	struct control control;
	bool proposed;
	bool all;
	bool names;
	bool is_json;
};

static int
ask(struct wish *wish)
{
	struct buffer line;

	control_begin(&line, "measures");
	if (wish->is_json)
		buffer_text(&line, TEXT(" --json"));
	if (wish->proposed)
		buffer_text(&line, TEXT(" --proposed"));
	if (wish->all)
		buffer_text(&line, TEXT(" --all"));
	if (wish->names)
		buffer_text(&line, TEXT(" --names"));
	return control_once(&wish->control, &line, false);
}

int
verb_measures(int argc, char **argv)
{
	struct wish wish = {.control = CONTROL_NEW};
	const struct verboption rows[] = {
		{"proposed", .flag = &wish.proposed},
		{"all", .flag = &wish.all},
		{"names", .flag = &wish.names},
		{"json", .flag = &wish.is_json},
	};
	const struct verboptions options = {
		"measures", usage, &wish.control, rows, sizeof(rows) / sizeof(*rows)};
	struct fail fail = {0};
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc)
		return complaint_excess("measures", "flags", argv[optind]);
	if (!wish.proposed || !wish.all)
		return ask(&wish);
	fail_what(&fail, "measures takes --proposed or --all");
	complaint_print(&fail);
	return EXIT_USAGE;
}
