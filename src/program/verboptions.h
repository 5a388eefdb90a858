/* verboptions - the options of a verb, as rows
 *
 * What:    reads --NAME and --NAME VALUE of the rows, -c FILE and --help, which prints the usage; of those that ask the
 *          running daemon --control PATH as well. An option that is none is told, and where to look.
 * Owns:    nothing; values are the arguments themselves.
 * Limits:  VERBOPTIONS_MOST rows.
 * Thread:  one at a time (getopt_long).
 */
#ifndef LAZARET_PROGRAM_VERBOPTIONS_H
#define LAZARET_PROGRAM_VERBOPTIONS_H

#include "program/control.h"

#define VERBOPTIONS_MOST 16
/* They are read, and the verb goes on. */
#define VERBOPTIONS_READ (-1)

/* One of the two: with a value or without. A name of one letter is an option with one dash. */
struct verboption {
	const char *name;
	bool *flag;
	const char **value;
};

struct verboptions {
	const char *verb;
	const char *usage;
	struct control *control; /* NULL: it asks no daemon, and the configuration is settings */
	const struct verboption *row;
	size_t count;
	const char **settings;
};

/* VERBOPTIONS_READ, and optind is the first argument that is no option; otherwise the exit code. */
int verboptions_read(const struct verboptions *options, int argc, char **argv) MUST_USE;

#endif
