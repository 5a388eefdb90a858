/* option - the table of everything that can be configured, one row an option
 *
 * What:    the only place that knows an option's name, type, range, default and meaning. The parser, the
 *          help, the sample file, lazaret.yaml(5) and the profiles are all made from it. A name is the
 *          path of keys in the file joined with dots; the default is written as a person would write it.
 * Owns:    a value owns its text and prefixes: option_value_done frees them.
 * Limits:  OPTIONS_MOST rows, OPTION_NAME bytes of a name, OPTION_TEXT bytes of a text.
 * Thread:  any; the table never changes.
 */
#ifndef LAZARET_CONFIG_OPTION_H
#define LAZARET_CONFIG_OPTION_H

#include "base/address.h"
#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_MOST         256
#define OPTION_NAME          64
#define OPTION_TEXT          4096
#define OPTION_PREFIXES_MOST 4096
/* Longest text of a number with its unit, and the end. */
#define OPTION_NUMBER_TEXT 32

enum option_type {
	OPTION_TYPE_FLAG,  /* yes or no */
	OPTION_TYPE_COUNT, /* a whole number */
	OPTION_TYPE_REAL,
	OPTION_TYPE_RATE,     /* so many a day; kept as a number a day */
	OPTION_TYPE_DURATION, /* kept in seconds */
	OPTION_TYPE_CHOICE,   /* one of some words; kept as its place among them */
	OPTION_TYPE_STRING,
	OPTION_TYPE_LIMITS,   /* as relay/rule.h reads them; kept as text */
	OPTION_TYPE_PREFIXES, /* a list */
	OPTION_TYPES
};

/* When a change in the file takes effect in a running daemon. */
enum option_reload {
	RELOAD_AT_ONCE,
	RELOAD_RESTART,
	/* Not the daemon's. */
	RELOAD_SCAN,
	RELOAD_CENSUS
};

struct config_option {
	const char *name;     /* "flow.half-life" */
	const char *standard; /* the default */
	const char *unit;     /* of a number, for people; or NULL */
	const char *choices;  /* of OPTION_TYPE_CHOICE: words with blanks between */
	const char *help;     /* one sentence */
	const char *privacy;  /* what it means for people's data; or NULL */
	double least;         /* of numbers */
	double most;
	enum option_type type;
	enum option_reload reload;
	bool power; /* a count that must be a power of two */
};

extern const struct config_option config_options[];
extern const size_t config_options_count;

struct option_value {
	double number;
	char *text;
	struct prefix *prefixes;
	size_t count; /* of prefixes */
	bool is_hex;  /* the number was written so */
};

/* NULL if there is no option of this name. */
const struct config_option *option_find(struct text name);

/* The option or section whose name is nearest to what was written, into `into`; false if none is near. */
bool option_nearest(struct text name, char into[OPTION_NAME]);

/* True for "flow" where there is an option "flow.half-life": a key with more keys below it. */
bool option_is_section(struct text name);

/* Reads a value as written; one more prefix is added for each call with an OPTION_TYPE_PREFIXES. -EINVAL or
 * -ERANGE with fail->what filled: what is wrong with it and how it should look. */
int option_parse(const struct config_option *option, struct text text, struct option_value *value,
	struct fail *fail) MUST_USE;

/* Where in a text that option_parse did not take it is wrong, from 0. */
size_t option_wrong_at(const struct config_option *option, struct text text);

void option_value_done(struct option_value *value);

/* "yes or no", "duration from 1m to 3650d", and so on, for people. */
void option_describe(const struct config_option *option, struct buffer *into);

/* A number of this option with its unit, as it would be written: "48h". */
char *option_format_number(
	const struct config_option *option, double number, char into[OPTION_NUMBER_TEXT]);

#endif
