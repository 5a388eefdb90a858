/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/control.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

static const char usage[] =
	"usage: lazaret reload [--control PATH] [-c FILE]\n"
	"\n"
	"Has the running daemon read its configuration again: all of it is taken, or nothing, and\n"
	"then this says why. For root and the user of the daemon.\n"
	"\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration in which to look for the socket\n";

enum option_code { OPTION_CONTROL = 256, OPTION_HELP };

static const struct option options[] = {
	{"control", required_argument, NULL, OPTION_CONTROL},
	{"help", no_argument, NULL, OPTION_HELP},
	{0},
};

int
verb_reload(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	struct buffer line;
	int code;

	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
		switch (code) {
		case OPTION_HELP:
			fputs(usage, stdout);
			return EXIT_DONE;
		case OPTION_CONTROL:
			control.path = optarg;
			break;
		case 'c':
			control.settings = optarg;
			break;
		default:
			fputs("lazaret: see lazaret reload --help\n", stderr);
			return EXIT_USAGE;
		}
	}
	if (optind < argc) {
		fprintf(stderr, "lazaret: reload takes no \"%s\"\n", argv[optind]);
		return EXIT_USAGE;
	}
	control.changes = true;
	control_begin(&line, "reload");
	return control_once(&control, &line, false);
}
