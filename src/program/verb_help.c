/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/manual.h"
#include "program/verbs.h"

#include <stdio.h>
#include <string.h>

void
help_list(FILE *out)
{
	fputs("usage: lazaret VERB [ARGUMENT]...\n\n", out);
	for (const struct verb *verb = verbs; verb->name != NULL; verb++)
		fprintf(out, "  lazaret %s%s%s\n        %s\n", verb->name,
			*verb->arguments ? " " : "", verb->arguments, verb->summary);
	fputs("\nlazaret VERB --help says more about a verb, lazaret help OPTION about an option "
	      "of\nthe configuration, lazaret help options lists them.\n",
		out);
}

/* The words of an option or of a section of options; false if there is none of the name. */
static bool
print_option(const char *name)
{
	const struct config_option *option = option_find(text_of(name));
	bool all = strcmp(name, "options") == 0;
	struct buffer text;

	if (option == NULL && !all && !option_is_section(text_of(name)))
		return false;
	buffer_init(&text, MANUAL_BYTES);
	if (option != NULL)
		manual_option(option, &text);
	else
		manual_section(all ? TEXT("") : text_of(name), &text);
	must(!text.failed);
	fputs(buffer_string(&text), stdout);
	buffer_done(&text);
	return true;
}

int
verb_help(int argc, char **argv)
{
	char nearest[OPTION_NAME];

	if (argc < 2) {
		help_list(stdout);
		return EXIT_DONE;
	}
	if (argc > 2) {
		fputs("lazaret: help takes one verb or option\n", stderr);
		return EXIT_USAGE;
	}
	for (const struct verb *verb = verbs; verb->name != NULL; verb++) {
		char help[] = "--help";
		char *arguments[] = {argv[1], help, NULL};

		if (strcmp(argv[1], "help") != 0 && strcmp(argv[1], verb->name) == 0)
			return verb->run(2, arguments);
	}
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0) {
		help_list(stdout);
		return EXIT_DONE;
	}
	if (print_option(argv[1]))
		return EXIT_DONE;
	fprintf(stderr, "lazaret: there is no verb or option \"%s\"\n", argv[1]);
	if (option_nearest(text_of(argv[1]), nearest))
		fprintf(stderr, "  did you mean %s?\n", nearest);
	return EXIT_USAGE;
}
