/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verboptions.h"
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

int
verb_reload(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	const struct verboptions options = {"reload", usage, &control, NULL, 0};
	struct buffer line;
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind < argc) {
		fprintf(stderr, "lazaret: reload takes no \"%s\"\n", argv[optind]);
		return EXIT_USAGE;
	}
	control.changes = true;
	control_begin(&line, "reload");
	return control_once(&control, &line, false);
}
