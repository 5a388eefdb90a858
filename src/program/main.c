/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"
#include "program/complaint.h"
#include "program/verbs.h"
#include "runtime/streams.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

const struct verb verbs[] = {
	{"run", "[-c FILE] [--set OPTION=VALUE]...",
		"the daemon in the foreground: takes flow export, finds zombies, keeps "
		"cases",
		verb_run},
	{"scan", "[--inside PREFIX]... [--json] FILE...",
		"which lines of recorded traffic are zombies", verb_scan},
	{"decode", "[--json] FILE...", "what exporters of flow records really send", verb_decode},
	{"rehearse", "[SCENARIO] [--json] [--seed N] [--curve|--wire|--to ADDRESS:PORT]",
		"a scripted network through the judge: what it finds, and how fast", verb_rehearse},
	{"bench", "[NAME]", "how fast this machine judges, beside the limit", verb_bench},
	{"status", "[--exporters] [--watch] [--json]", "how the running daemon is", verb_status},
	{"lines", "[--state STATE] [--json]", "which lines the running daemon watches", verb_lines},
	{"never", "[ADDRESS --reason TEXT [--until DATE]|--undo]",
		"lines that nothing is ever done to; without ADDRESS lists them", verb_never},
	{"measures", "[--proposed|--all] [--names] [--json]",
		"what is done to lines, and what waits for a person", verb_measures},
	{"quarantine", "ID|ADDRESS --reason TEXT [--until DATE]",
		"holds the line of an open case in the garden", verb_quarantine},
	{"confirm", "MEASURE [--reason TEXT]", "what was proposed is done", verb_confirm},
	{"release", "ID|ADDRESS [--reason TEXT] | --all --reason TEXT",
		"lets a line go, or everybody", verb_release},
	{"undo", "MEASURE [--reason TEXT]",
		"takes a measure back, or begins one again that a person ended", verb_undo},
	{"resume", "--reason TEXT", "after release --all: measures begin by themselves again",
		verb_resume},
	{"exempt", "[ADDRESS --until DATE --reason TEXT|--undo]",
		"lines whose port 25 is open in spite of the policy; without ADDRESS lists them",
		verb_exempt},
	{"accounts", "[--all] [--names] [--json]",
		"who sends mail through the running daemon's relay guard", verb_accounts},
	{"account", "NAME [limit RULE [--until DATE]|release] [--json]",
		"what the guard knows of an account; limits it, or lets it send again",
		verb_account},
	{"reload", "", "the running daemon reads its configuration again", verb_reload},
	{"cases", "[--ledger FILE] [--open] [--json]",
		"which lines were suspect or worse; --audit, --verify and --forget, too",
		verb_cases},
	{"case", "ID [--record] [--ledger FILE] [--json]",
		"one case with its steps and the name of its line; --record: its measures, for "
		"printing",
		verb_case},
	{"explain", "ID|ADDRESS|account:NAME [--ledger FILE]",
		"why a case is what it is, in sentences", verb_explain},
	{"report", "cure [--since DATE] [--until DATE] [--by channel|text|device] [--json]",
		"how many customers were told, did something, and were clean after it",
		verb_report},
	{"census", "VERB [--out DIR] ...",
		"the world's spam zombies by public lists, who is responsible for them, and "
		"letters "
		"to these",
		verb_census},
	{"texts", "check-links [--json]",
		"whether the links that customers are shown still lead somewhere", verb_texts},
	{"check", "[-c FILE]", "what is wrong with a configuration file", verb_check},
	{"help", "[VERB|OPTION]", "what the command can do, and what an option means", verb_help},
	{0},
};

/* A report that did not get out is not done. */
static int
finish(int code)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	fprintf(stderr, "lazaret: standard output cannot be written: %s\n",
		errno != 0 ? strerror(errno) : "not all of it went out");
	return EXIT_INPUT;
}

/* A verb that there is not; the one that may be meant is near. */
static void
tell_unknown(const char *name)
{
	const struct verb *nearest = NULL;
	struct fail fail = {0};
	unsigned least = 3;

	for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
		unsigned far = text_distance(text_of(name), text_of(verb->name), least);

		if (far < least) {
			least = far;
			nearest = verb;
		}
	}
	fail_what(&fail, "there is no verb \"%.80s\"; see lazaret help", name);
	if (nearest != NULL)
		fail_hint(&fail, "did you mean lazaret %s?", nearest->name);
	complaint_print(&fail);
}

static int
run(int argc, char **argv)
{
	static char program[] = "lazaret";

	if (argc >= 2) {
		for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
			if (strcmp(argv[1], verb->name) == 0) {
				argv[1] = program; /* who getopt says is speaking */
				return verb->run(argc - 1, argv + 1);
			}
		}
		if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
			return verb_help(1, argv);
		if (strcmp(argv[1], "--version") == 0) {
			puts("lazaret " LAZARET_VERSION);
			return EXIT_DONE;
		}
		tell_unknown(argv[1]);
		return EXIT_USAGE;
	}
	help_list(stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	streams_occupy();
	/* A file that may not grow is told like a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	return finish(run(argc, argv));
}
