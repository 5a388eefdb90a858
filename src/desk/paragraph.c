/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/paragraph.h"

void
paragraph(struct buffer *into, unsigned margin, const char *words)
{
	struct text rest = text_of(words);
	size_t column = 0;

	while (rest.length > 0) {
		struct text word = text_cut(&rest, ' ');
		int before = column == 0 ? (int)margin : 1;

		if (column > 0 && column + 1 + word.length > PARAGRAPH_COLUMNS) {
			buffer_text(into, TEXT("\n"));
			column = 0;
			before = (int)margin;
		}
		buffer_print(into, "%*s", before, "");
		buffer_text(into, word);
		column += (size_t)before + word.length;
	}
	buffer_text(into, TEXT("\n"));
}
