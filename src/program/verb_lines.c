/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/control.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret lines [--state STATE] [--json]\n"
	"\n"
	"Lists the lines that the running daemon watches, by pseudonym.\n"
	"\n"
	"  --state STATE   only lines whose gravest state was at least this: clear, watch (if\n"
	"                  none is given), suspect, confirmed, quarantine or probation\n"
	"  --json          one JSON object a line\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

enum option_code { OPTION_STATE = 256, OPTION_JSON, OPTION_CONTROL, OPTION_HELP };

static const struct option options[] = {
	{"state", required_argument, NULL, OPTION_STATE},
	{"json", no_argument, NULL, OPTION_JSON},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

int
verb_lines(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	const char *state = NULL;
	bool is_json = false;
	struct buffer line;
	int code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		if (code == OPTION_HELP)
			return fputs(usage, stdout), EXIT_DONE;
		if (code == 'c')
			control.settings = optarg;
		else if (code == OPTION_CONTROL)
			control.path = optarg;
		else if (code == OPTION_STATE)
			state = optarg;
		else if (code == OPTION_JSON)
			is_json = true;
		else
			return fputs("lazaret: see lazaret lines --help\n", stderr), EXIT_USAGE;
	}
	if (optind != argc)
		return complaint_excess("lines", "options only", argv[optind]);
	control_begin(&line, "lines");
	if (is_json)
		buffer_text(&line, TEXT(" --json"));
	if (state != NULL)
		control_add_flag(&line, "--state", state);
	return control_once(&control, &line, false);
}
