/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verbs.h"

#include <stdio.h>
#include <string.h>

const struct verb verbs[] = {
	{"scan", "[--inside PREFIX]... [--json] FILE...",
		"which lines of recorded traffic are zombies", verb_scan},
	{"decode", "[--json] FILE...", "what exporters of flow records really send", verb_decode},
	{"rehearse", "[SCENARIO] [--json] [--seed N] [--curve]",
		"a scripted network through the judge: what it finds, and how fast", verb_rehearse},
	{"bench", "[NAME]", "how fast this machine judges, beside the limit", verb_bench},
	{"cases", "[--ledger FILE] [--open] [--json]",
		"which lines were suspect or worse; --audit, --verify and --forget, too",
		verb_cases},
	{"case", "ID [--ledger FILE] [--json]", "one case with its steps and the name of its line",
		verb_case},
	{"explain", "ID|ADDRESS [--ledger FILE]", "why a case is what it is, in sentences",
		verb_explain},
	{"check", "[-c FILE]", "what is wrong with a configuration file", verb_check},
	{"help", "[VERB|OPTION]", "what the command can do, and what an option means", verb_help},
	{0},
};

int
main(int argc, char **argv)
{
	if (argc >= 2) {
		for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
			if (strcmp(argv[1], verb->name) == 0)
				return verb->run(argc - 1, argv + 1);
		}
		if (strcmp(argv[1], "--help") == 0)
			return verb_help(1, argv);
		fprintf(stderr, "lazaret: there is no verb \"%s\"; see lazaret help\n", argv[1]);
		return EXIT_USAGE;
	}
	verb_help(1, argv);
	return EXIT_USAGE;
}
