/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/page.h"

#include <sys/ioctl.h>
#include <unistd.h>

#define WIDTH_LEAST 40

unsigned
page_width(FILE *out, unsigned otherwise)
{
	struct winsize size = {0};

	if (isatty(fileno(out)) != 1)
		return otherwise;
	if (ioctl(fileno(out), TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return 80;
	return size.ws_col > WIDTH_LEAST ? size.ws_col : WIDTH_LEAST;
}

/* Columns that the word takes: one a character, not a byte, of UTF-8. */
static size_t
columns_of(struct text word)
{
	size_t columns = 0;

	for (size_t i = 0; i < word.length; i++)
		columns += ((unsigned char)word.at[i] & 0xc0) != 0x80;
	return columns;
}

static void
print_word(FILE *out, struct text word)
{
	for (size_t i = 0; i < word.length; i++) {
		unsigned char byte = (unsigned char)word.at[i];

		fputc(byte < 0x20 || byte == 0x7f ? '?' : byte, out);
	}
}

static void
print_line(FILE *out, const char *indent, struct text line, unsigned width)
{
	size_t margin = strlen(indent), column = margin;

	fputs(indent, out);
	for (bool is_first = true; line.length > 0; is_first = false) {
		struct text word = text_cut(&line, ' ');
		size_t columns = columns_of(word);

		if (!is_first && width > 0 && column > margin && column + 1 + columns > width) {
			fprintf(out, "\n%s", indent);
			column = margin;
		} else if (!is_first) {
			fputc(' ', out);
			column++;
		}
		print_word(out, word);
		column += columns;
	}
	fputc('\n', out);
}

void
page_print(FILE *out, const char *indent, struct text text, unsigned width)
{
	while (text.length > 0)
		print_line(out, indent, text_cut(&text, '\n'), width);
}
