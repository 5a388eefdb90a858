/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/request.h"
#include "program/complaint.h"
#include "program/control.h"
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

enum option_code {
	OPTION_PROPOSED = 256,
	OPTION_ALL,
	OPTION_NAMES,
	OPTION_JSON,
	OPTION_CONTROL,
	OPTION_HELP
};

static const struct option options[] = {
	{"proposed", no_argument, NULL, OPTION_PROPOSED},
	{"all", no_argument, NULL, OPTION_ALL},
	{"names", no_argument, NULL, OPTION_NAMES},
	{"json", no_argument, NULL, OPTION_JSON},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

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
	struct fail fail = {0};
	int code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP)
			return fputs(usage, stdout), EXIT_DONE;
		if (code == 'c')
			wish.control.settings = optarg;
		else if (code == OPTION_CONTROL)
			wish.control.path = optarg;
		else if (code == OPTION_PROPOSED)
			wish.proposed = true;
		else if (code == OPTION_ALL)
			wish.all = true;
		else if (code == OPTION_NAMES)
			wish.names = true;
		else if (code == OPTION_JSON)
			wish.is_json = true;
		else
			return fputs("lazaret: see lazaret measures --help\n", stderr), EXIT_USAGE;
	}
	if (optind < argc)
		return complaint_excess("measures", "flags", argv[optind]);
	if (!wish.proposed || !wish.all)
		return ask(&wish);
	fail_what(&fail, "measures takes --proposed or --all");
	complaint_print(&fail);
	return EXIT_USAGE;
}
