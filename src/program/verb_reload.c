/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verboptions.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

/* For another reload. */
#define WAIT_S      30
#define WAIT_MOST_S 3600

static const char usage[] =
	"usage: lazaret reload [--wait SECONDS] [--control PATH] [-c FILE]\n"
	"\n"
	"Has the running daemon read its configuration again: all of it is taken, or nothing, and\n"
	"then this says why. While another reload goes on it waits for the end of that one.\n"
	"For root and the user of the daemon.\n"
	"\n"
	"  --wait SECONDS  so long at most for another reload (30)\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration in which to look for the socket\n";

int
verb_reload(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	const char *wait = NULL;
	const struct verboption rows[] = {{"wait", .value = &wait}};
	const struct verboptions options = {"reload", usage, &control, rows, 1};
	uint64_t seconds = WAIT_S;
	struct buffer line;
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (wait != NULL && text_parse_u64(text_of(wait), WAIT_MOST_S, &seconds) < 0) {
		fprintf(stderr, "lazaret: --wait: \"%s\" is no number of seconds from 0 to %d\n",
			wait, WAIT_MOST_S);
		return EXIT_USAGE;
	}
	if (optind < argc) {
		fprintf(stderr, "lazaret: reload takes no \"%s\"\n", argv[optind]);
		return EXIT_USAGE;
	}
	control.changes = true;
	control_begin(&line, "reload");
	return control_in_turn(&control, &line, (unsigned)seconds);
}
