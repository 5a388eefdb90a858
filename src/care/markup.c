/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/markup.h"

void
markup_text(struct buffer *into, struct text text)
{
	static const char *const reference[256] = {['&'] = "&amp;",
		['<'] = "&lt;",
		['>'] = "&gt;",
		['"'] = "&quot;",
		['\''] = "&#39;"};
	size_t begin = 0;

	for (size_t i = 0; i < text.length; i++) {
		const char *instead = reference[(unsigned char)text.at[i]];

		if (instead == NULL)
			continue;
		buffer_add(into, text.at + begin, i - begin);
		buffer_text(into, text_of(instead));
		begin = i + 1;
	}
	buffer_add(into, text.at + begin, text.length - begin);
}

void
markup_dialled(struct buffer *into, struct text telephone)
{
	for (size_t i = 0; i < telephone.length; i++) {
		char c = telephone.at[i];

		if ((c >= '0' && c <= '9') || c == '+')
			buffer_add(into, &c, 1);
	}
}
