/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/verboptions.h"
#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#define WATCH_SECONDS 2

static const char usage[] =
	"usage: lazaret status [--exporters] [--watch] [--json]\n"
	"\n"
	"Says how the running daemon is: the first three lines say whether all is well, how much\n"
	"passes through, and whether anything was lost.\n"
	"\n"
	"  --exporters     all exporters, not only the 20 that send most\n"
	"  --watch         again every 2 seconds, until ^C\n"
	"  --json          one JSON object\n"
	"  --control PATH  the daemon's control socket (control.path of the configuration, or\n"
	"                  else lazaret/control in $XDG_RUNTIME_DIR or /run)\n"
	"  -c FILE         the configuration (/etc/lazaret/lazaret.yaml)\n";

static int
ask_once(struct control *control, bool is_json, bool all)
{
	struct buffer line;
	int code;

	control_begin(&line, "status");
	if (is_json)
		buffer_text(&line, TEXT(" --json"));
	if (all)
		buffer_text(&line, TEXT(" --exporters"));
	code = control_ask(control, &line, false);
	buffer_done(&line);
	return code;
}

int
verb_status(int argc, char **argv)
{
	bool is_json = false, all = false, watch = false;
	struct control control = CONTROL_NEW;
	const struct verboption rows[] = {
		{"exporters", .flag = &all},
		{"watch", .flag = &watch},
		{"json", .flag = &is_json},
	};
	const struct verboptions options = {
		"status", usage, &control, rows, sizeof(rows) / sizeof(*rows)};
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind != argc)
		return complaint_excess("status", "options only", argv[optind]);
	code = control_need(&control);
	while (code == EXIT_DONE) {
		if (watch && !is_json && isatty(STDOUT_FILENO))
			fputs("\033[H\033[J", stdout);
		code = ask_once(&control, is_json, all);
		if (!watch)
			break;
		sleep(WATCH_SECONDS);
	}
	control_close(&control);
	return code;
}
