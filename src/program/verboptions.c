/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/verboptions.h"

#include "program/verbs.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* What is returned for rows, the first of them; and for what all take. */
#define ROW     512
#define CONTROL 256
#define HELP    257

#define SHORTS (2 * VERBOPTIONS_MOST + 3)

static bool
is_short(const struct verboption *row)
{
	return row->name[1] == '\0';
}

/* As getopt_long wants them. */
static void
fill(const struct verboptions *options, struct option into[], char shorts[SHORTS])
{
	size_t n = 0, letters = 2;

	must(options->count <= VERBOPTIONS_MOST);
	memcpy(shorts, "c:", letters);
	for (size_t i = 0; i < options->count; i++) {
		const struct verboption *row = &options->row[i];

		if (is_short(row)) {
			shorts[letters++] = row->name[0];
			if (row->value != NULL)
				shorts[letters++] = ':';
			continue;
		}
		into[n++] = (struct option){row->name,
			row->value != NULL ? required_argument : no_argument, NULL, ROW + (int)i};
	}
	shorts[letters] = '\0';
	if (options->control != NULL)
		into[n++] = (struct option){"control", required_argument, NULL, CONTROL};
	into[n++] = (struct option){"help", no_argument, NULL, HELP};
	into[n] = (struct option){0};
}

/* The row that getopt_long found. */
static const struct verboption *
found(const struct verboptions *options, int code)
{
	if (code >= ROW)
		return &options->row[code - ROW];
	for (size_t i = 0; i < options->count; i++) {
		if (is_short(&options->row[i]) && options->row[i].name[0] == code)
			return &options->row[i];
	}
	return NULL;
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
	char shorts[SHORTS];
	const char **settings =
		options->control != NULL ? &options->control->settings : options->settings;
	int code;

	fill(options, longs, shorts);
	optind = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (code == HELP)
			return fputs(options->usage, stdout), EXIT_DONE;
		if (found(options, code) != NULL)
			take(found(options, code));
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
