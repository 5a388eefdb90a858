/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/form.h"

#include <string.h>

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = text_small(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* False: it is too long, or a part of it is no encoding. */
static bool
decode(struct text text, char *into, size_t most)
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++) {
		char c = text.at[i];

		if (c == '%') {
			bool is_whole = i + 2 < text.length;
			int high = is_whole ? nibble(text.at[i + 1]) : -1;
			int low = is_whole ? nibble(text.at[i + 2]) : -1;

			if (high < 0 || low < 0)
				return false;
			c = (char)(high << 4 | low);
			i += 2;
		} else if (c == '+') {
			c = ' ';
		}
		if (c == '\0' || length == most)
			return false;
		into[length++] = c;
	}
	into[length] = '\0';
	return true;
}

/* Each line of it. */
static bool
is_shown(const char *value)
{
	struct text rest = text_of(value);

	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');

		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		if (text_check_line(line) < 0)
			return false;
	}
	return true;
}

bool
form_next(struct text *body, struct form_field *ret)
{
	while (body->length > 0) {
		struct text value = text_cut(body, '&'), name = text_cut(&value, '=');

		if (decode(name, ret->name, FORM_NAME) && decode(value, ret->value, FORM_VALUE) &&
			is_shown(ret->name) && is_shown(ret->value))
			return true;
	}
	ret->name[0] = ret->value[0] = '\0';
	return false;
}

bool
form_find(struct text body, const char *name, struct form_field *ret)
{
	while (form_next(&body, ret)) {
		if (strcmp(ret->name, name) == 0)
			return true;
	}
	return false;
}
