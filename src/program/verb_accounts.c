/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/complaint.h"
#include "program/verboptions.h"
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

int
verb_accounts(int argc, char **argv)
{
	struct control control = CONTROL_NEW;
	bool all = false, names = false, is_json = false;
	const struct verboption rows[] = {
		{"all", .flag = &all},
		{"names", .flag = &names},
		{"json", .flag = &is_json},
	};
	const struct verboptions options = {
		"accounts", usage, &control, rows, sizeof(rows) / sizeof(*rows)};
	struct buffer line;
	int code;

	code = verboptions_read(&options, argc, argv);
	if (code != VERBOPTIONS_READ)
		return code;
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
