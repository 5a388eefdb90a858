/* parser - lazaret.yaml into a config, with the place of everything that is wrong
 *
 * What:    reads YAML (libyaml's events): mappings of options, scalars, lists of prefixes. What it does not
 *          know it refuses: unknown keys (with the nearest known one), keys given twice, anchors, aliases,
 *          tags, several documents. Goes on after a wrong value, so that one run shows all of them.
 * Owns:    nothing that stays.
 * Limits:  PARSER_BYTES of file, PARSER_DEPTH of nesting, PARSER_PROBLEMS told.
 * Thread:  one per config.
 */
#ifndef LAZARET_CONFIG_PARSER_H
#define LAZARET_CONFIG_PARSER_H

#include "config/config.h"

#define PARSER_BYTES    (1u << 20)
#define PARSER_DEPTH    6
#define PARSER_PROBLEMS 20

/* fail->where is "NAME:LINE:COLUMN". */
typedef void (*parser_problem)(void *context, const struct fail *fail);

/* Takes the text of a file called name into config, which stays as it was if there is any problem. Returns
 * the number of problems, each of which was told to on_problem. */
int parser_take(struct config *config, struct text text, const char *name,
	parser_problem on_problem, void *context) MUST_USE;

/* The same from a file ("-": standard input); a file that cannot be read is one problem. */
int parser_read(
	struct config *config, const char *path, parser_problem on_problem, void *context) MUST_USE;

#endif
