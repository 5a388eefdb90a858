/* columns - which column of a text table holds what, by the names in its header line
 *
 * What:    a reader lists the fields that it knows with their names; columns_find looks them up in the
 *          header line and names one that is missing; columns_cut takes a line apart, the fields that
 *          decide whether it is wanted first, the rest only when it is.
 * Owns:    nothing.
 * Limits:  columns after the COLUMNS_MOST-th of a file are not looked at.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_TEXT_COLUMNS_H
#define LAZARET_SOURCE_TEXT_COLUMNS_H

#include "base/text.h"

#define COLUMNS_MOST 128

struct column {
	const char *names; /* one or several with blanks between them; case does not matter */
	uint8_t field;     /* the reader's number for it: an index into fields */
	bool needed;
	bool early; /* decides whether the line is wanted */
};

struct columns {
	char separator;
	bool is_quoted; /* the names are, so values may be: as spreadsheets write them */
	unsigned early; /* columns_cut goes to here first */
	unsigned end;   /* and then to here */
	uint8_t field[COLUMNS_MOST]; /* what each column of the file holds */
	bool is_wanted[COLUMNS_MOST];
};

/* A line that is being taken apart. */
struct columns_cursor {
	struct text rest;
	unsigned column;
	bool ended;
};

/* 0, or -ENOENT with the names of a column that is needed and not there. */
int columns_find(struct columns *columns, struct text header, char separator,
	const struct column *known, size_t count, const char **missing) MUST_USE;

/* "StartTime or STime": the names of a column as a person reads them. */
#define COLUMNS_NAMES 64
const char *columns_say(const char *names, char into[COLUMNS_NAMES]);

/* Is one of the names of the header line this one? */
bool columns_has(struct text header, char separator, const char *name);

/* Goes to the column `end` (columns->early or columns->end) and sets the fields met on the way.
 * False if the line ends before. */
bool columns_cut(const struct columns *columns, struct columns_cursor *cursor, unsigned end,
	struct text *fields);

#endif
