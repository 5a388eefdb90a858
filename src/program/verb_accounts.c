/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/control.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret accounts [--all] [--names] [--json]\n"
	"\n"
	"Lists who sends mail through the relay guard of the running daemon and is worth a look:\n"
	"under suspicion, denied something just now, or with terms of its own.\n"
	"\n"
	"  --all           everyone that the guard knows\n"
	"  --names         names of accounts in place of pseudonyms, where the guard knows them: "
	"of\n"
	"                  those that have been under suspicion. For operators; the audit trail\n"
	"                  keeps who asked\n"
	"  --json          one JSON object a line\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

enum option_code { OPTION_ALL = 256, OPTION_NAMES, OPTION_JSON, OPTION_CONTROL, OPTION_HELP };

static const struct option options[] = {
	{"all", no_argument, NULL, OPTION_ALL},
	{"names", no_argument, NULL, OPTION_NAMES},
	{"json", no_argument, NULL, OPTION_JSON},
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

int
verb_accounts(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	bool all = false, names = false, is_json = false;
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
		else if (code == OPTION_ALL)
			all = true;
		else if (code == OPTION_NAMES)
			names = true;
		else if (code == OPTION_JSON)
			is_json = true;
		else
			return fputs("lazaret: see lazaret accounts --help\n", stderr), EXIT_USAGE;
	}
	if (optind != argc)
		return complaint_excess("accounts", "options only", argv[optind]);
	control_begin(&line, "accounts");
	if (is_json)
		buffer_text(&line, TEXT(" --json"));
	if (all)
		buffer_text(&line, TEXT(" --all"));
	if (names)
		buffer_text(&line, TEXT(" --names"));
	return control_once(&control, &line, false);
}
