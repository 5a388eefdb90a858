/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verbs.h"

#include <stdio.h>
#include <string.h>

static int verb_help(int argc, char **argv);

static const struct verb verbs[] = {
	{"scan", "[--inside PREFIX]... [--json] FILE...",
		"which lines of recorded traffic are zombies", verb_scan},
	{"help", "[VERB]", "what the command can do", verb_help},
	{"decode", "[--json] FILE...", "what exporters of flow records really send", verb_decode},
};

static int
verb_help(int argc, char **argv)
{
	puts("usage: lazaret VERB [ARGUMENT]...\n");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		printf("  lazaret %s %s\n        %s\n", verbs[i].name, verbs[i].arguments,
			verbs[i].summary);
	return EXIT_DONE;
}

int
main(int argc, char **argv)
{
	if (argc >= 2) {
		for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
			if (strcmp(argv[1], verbs[i].name) == 0)
				return verbs[i].run(argc - 1, argv + 1);
		}
		fprintf(stderr, "lazaret: there is no verb \"%s\"; see lazaret help\n", argv[1]);
		return EXIT_USAGE;
	}
	verb_help(argc, argv);
	return EXIT_USAGE;
}
