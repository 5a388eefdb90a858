/* scanoptions - what the person asked lazaret scan for
 *
 * What:    the arguments of the verb. Those that are options of the configuration too (--inside,
 *          --timezone, ...) are set over what the file says, so that there is one meaning and one check.
 * Owns:    config.
 */
#ifndef LAZARET_PROGRAM_SCANOPTIONS_H
#define LAZARET_PROGRAM_SCANOPTIONS_H

#include "config/config.h"
#include "program/namedlines.h"

#include <stdbool.h>

struct scan_options {
	struct config *config;
	const char *ledger; /* NULL: nothing is kept */
	char **paths;
	int path_count;
	const char *explain[NAMED_MOST];
	size_t explain_count;
	bool is_json;
	bool all;
	bool pseudonyms;
	bool help; /* was asked for, and has been printed */
};

/* 0, or the exit code after what is wrong was told. */
int scan_options_take(struct scan_options *options, int argc, char **argv);
void scan_options_done(struct scan_options *options);

#endif
