/* SPDX-License-Identifier: BSD-2-Clause */
#include "identity/shape.h"

static char
shape_of_byte(char c)
{
	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(unsigned char)c >= 0x80)
		return 'x';
	if (c == '\t')
		return ' ';
	return c < ' ' || c == 0x7f ? '?' : c;
}

void
shape_of(struct text text, char into[SHAPE_TEXT])
{
	size_t length = 0;

	for (size_t i = 0; i < text.length; i++) {
		char c = shape_of_byte(text.at[i]);

		if (length > 0 && into[length - 1] == c && strchr("x ?", c) != NULL)
			continue;
		if (length == SHAPE_TEXT - 4) {
			memcpy(into + length, "...", 3);
			length += 3;
			break;
		}
		into[length++] = c;
	}
	into[length] = '\0';
}
