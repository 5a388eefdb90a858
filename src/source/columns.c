/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/columns.h"

#include <errno.h>
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

bool
columns_has(struct text header, char separator, const char *name)
{
	return find_one(header, separator, name) < COLUMNS_MOST;
}

int
columns_find(struct columns *columns, struct text header, char separator,
	const struct column *known, size_t count, const char **missing)
{
	struct columns found = {.separator = separator};

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

bool
columns_cut(const struct columns *columns, struct columns_cursor *cursor, unsigned end,
	struct text *fields)
{
	while (cursor->column < end) {
		const char *at = cursor->rest.at, *found = NULL;
		size_t length = cursor->rest.length;

		if (cursor->ended)
			return false;
		if (length > 0)
			found = memchr(at, columns->separator, length);
		if (found != NULL) {
			length = (size_t)(found - at);
			cursor->rest.at = found + 1;
			cursor->rest.length -= length + 1;
		} else {
			cursor->ended = true;
		}
		if (columns->is_wanted[cursor->column])
			fields[columns->field[cursor->column]] =
				(struct text){.at = at, .length = length};
		cursor->column++;
	}
	return true;
}
