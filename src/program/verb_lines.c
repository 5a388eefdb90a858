/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/verboptions.h"
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

int
verb_lines(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	const char *state = NULL;
	bool is_json = false;
	const struct verboption rows[] = {
		{"state", .value = &state},
		{"json", .flag = &is_json},
	};
	const struct verboptions options = {
		"lines", usage, &control, rows, sizeof(rows) / sizeof(*rows)};
	struct buffer line;
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
	if (optind != argc)
		return complaint_excess("lines", "options only", argv[optind]);
	control_begin(&line, "lines");
	if (is_json)
		buffer_text(&line, TEXT(" --json"));
	if (state != NULL)
		control_add_flag(&line, "--state", state);
	return control_once(&control, &line, false);
}
