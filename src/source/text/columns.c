/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/columns.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static bool
is_same_name(struct text a, struct text b)
{
	return a.length == b.length && strncasecmp(a.at, b.at, a.length) == 0;
}

static bool
is_one_of(struct text name, const char *names)
{
	struct text rest = text_of(names);

	while (rest.length > 0) {
		if (is_same_name(text_cut(&rest, ' '), name))
			return true;
	}
	return false;
}

/* Names come with blanks around them and, from spreadsheets, in quotes. */
static struct text
bare_name(struct text name)
{
	name = text_trim(name);
	if (name.length >= 2 && name.at[0] == '"' && name.at[name.length - 1] == '"') {
		name.at++;
		name.length -= 2;
	}
	return name;
}

/* The column that has one of these names, or COLUMNS_MOST. */
static unsigned
find_one(struct text header, char separator, const char *names)
{
	for (unsigned at = 0; at < COLUMNS_MOST && header.length > 0; at++) {
		if (is_one_of(bare_name(text_cut(&header, separator)), names))
			return at;
	}
	return COLUMNS_MOST;
}

const char *
columns_say(const char *names, char into[COLUMNS_NAMES])
{
	struct text rest = text_of(names);
	size_t length = 0;

	*into = '\0';
	while (rest.length > 0 && length < COLUMNS_NAMES) {
		struct text name = text_cut(&rest, ' ');

		length += (size_t)snprintf(into + length, COLUMNS_NAMES - length, "%s%.*s",
			length > 0 ? " or " : "", (int)name.length, name.at);
	}
	return into;
}

bool
columns_has(struct text header, char separator, const char *name)
{
	return find_one(header, separator, name) < COLUMNS_MOST;
}

int
columns_find(struct columns *columns, struct text header, char separator,
	const struct column *known, size_t count, const char **missing)
{
	struct columns found = {.separator = separator,
		.is_quoted = header.length > 0 && memchr(header.at, '"', header.length) != NULL};

	for (size_t i = 0; i < count; i++) {
		unsigned at = find_one(header, separator, known[i].names);

		if (at == COLUMNS_MOST && known[i].needed) {
			*missing = known[i].names;
			return -ENOENT;
		}
		if (at == COLUMNS_MOST)
			continue;
		found.field[at] = known[i].field;
		found.is_wanted[at] = true;
		if (known[i].early && at >= found.early)
			found.early = at + 1;
		if (at >= found.end)
			found.end = at + 1;
	}
	*columns = found;
	return 0;
}

/* Where the separator behind a value in quotes stands, or NULL; two quotes in a row are one of the value's
 * own. The value is what is between its quotes. */
static const char *
find_behind_quotes(struct text rest, char separator, struct text *value)
{
	size_t i = 1;

	while (i < rest.length &&
		(rest.at[i] != '"' || (i + 1 < rest.length && rest.at[i + 1] == '"')))
		i += rest.at[i] == '"' ? 2 : 1;
	*value = (struct text){
		.at = rest.at + 1, .length = i < rest.length ? i - 1 : rest.length - 1};
	return i < rest.length ? memchr(rest.at + i, separator, rest.length - i) : NULL;
}

bool
columns_cut(const struct columns *columns, struct columns_cursor *cursor, unsigned end,
	struct text *fields)
{
	while (cursor->column < end) {
		const struct text rest = cursor->rest;
		const char *found = NULL;
		struct text value = rest;

		if (cursor->ended)
			return false;
		if (columns->is_quoted && rest.length > 0 && *rest.at == '"') {
			found = find_behind_quotes(rest, columns->separator, &value);
		} else if (rest.length > 0) {
			found = memchr(rest.at, columns->separator, rest.length);
			if (found != NULL)
				value.length = (size_t)(found - rest.at);
		}
		if (found != NULL) {
			cursor->rest.at = found + 1;
			cursor->rest.length -= (size_t)(found + 1 - rest.at);
		} else {
			cursor->ended = true;
		}
		if (columns->is_wanted[cursor->column])
			fields[columns->field[cursor->column]] = value;
		cursor->column++;
	}
	return true;
}
