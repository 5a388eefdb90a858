/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verboptions.h"

#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>

/* What is returned for rows, the first of them; and for what all take. */
#define ROW     512
#define CONTROL 256
#define HELP    257

/* As getopt_long wants them. */
static void
fill(const struct verboptions *options, struct option into[])
{
	size_t n = 0;

	must(options->count <= VERBOPTIONS_MOST);
	for (size_t i = 0; i < options->count; i++) {
		const struct verboption *row = &options->row[i];

		into[n++] = (struct option){row->name,
			row->value != NULL ? required_argument : no_argument, NULL, ROW + (int)i};
	}
	if (options->control != NULL)
		into[n++] = (struct option){"control", required_argument, NULL, CONTROL};
	into[n++] = (struct option){"help", no_argument, NULL, HELP};
	into[n] = (struct option){0};
}

static void
take(const struct verboption *row)
{
	if (row->value != NULL)
		*row->value = optarg;
	else
		*row->flag = true;
}

int
verboptions_read(const struct verboptions *options, int argc, char **argv)
{
	struct option longs[VERBOPTIONS_MOST + 3];
	const char **settings =
		options->control != NULL ? &options->control->settings : options->settings;
	int code;

	fill(options, longs);
	optind = 0;
	while ((code = getopt_long(argc, argv, "c:", longs, NULL)) != -1) {
		if (code == HELP)
			return fputs(options->usage, stdout), EXIT_DONE;
		if (code >= ROW)
			take(&options->row[code - ROW]);
		else if (code == CONTROL)
			options->control->path = optarg;
		else if (code == 'c')
			*settings = optarg;
		else
			return fprintf(stderr, "lazaret: see lazaret %s --help\n", options->verb),
			       EXIT_USAGE;
	}
	return VERBOPTIONS_READ;
}
