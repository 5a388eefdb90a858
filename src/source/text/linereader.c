/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/linereader.h"

#include <stdio.h>
#include <string.h>

/* How much of a damaged line is shown to a person. */
#define SHOWN 32

int
linereader_next(struct linereader *reader, struct text *ret)
{
	const struct textlines *lines = &reader->lines;
	const struct input *input = lines->input;
	int step;

	do {
		step = textlines_step(&reader->lines, ret, &reader->fail);
		if (step == TEXTLINES_LINE)
			return step;
		if (step == TEXTLINES_LONG) {
			intake_error(reader->intake, input->name, lines->offset,
				"line %llu is longer than %lu bytes and is skipped",
				(unsigned long long)lines->number, TEXTLINES_MOST);
		} else if (reader->fail.what[0] != '\0') {
			intake_error(reader->intake, input->name, input->offset, "%s",
				reader->fail.what);
			reader->fail.what[0] = '\0';
		}
		if (lines->passed > 0) {
			intake_counts(reader->intake)->records++;
			intake_counts(reader->intake)->skipped_records++;
			intake_counts(reader->intake)->skipped_bytes += lines->passed;
		}
	} while (step == TEXTLINES_LONG);
	return step;
}

struct text
linereader_first(const uint8_t *head, size_t size)
{
	const uint8_t *end = memchr(head, '\n', size);
	struct text line = {.at = (const char *)head, .length = end ? (size_t)(end - head) : size};

	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	return line;
}

void
linereader_refuse(
	struct linereader *reader, struct text line, struct text found, const char *expected)
{
	const struct textlines *lines = &reader->lines;
	char shown[SHOWN + 1];
	size_t length = found.length < SHOWN ? found.length : SHOWN;

	intake_counts(reader->intake)->skipped_records++;
	intake_counts(reader->intake)->skipped_bytes += line.length + 1;
	for (size_t i = 0; i < length; i++)
		shown[i] = found.at[i] >= ' ' && found.at[i] <= '~' ? found.at[i] : '.';
	shown[length] = '\0';
	if (length == 0)
		intake_error(reader->intake, lines->input->name, lines->offset,
			"line %llu: expected %s", (unsigned long long)lines->number, expected);
	else
		intake_error(reader->intake, lines->input->name, lines->offset,
			"line %llu: expected %s, found \"%s%s\"", (unsigned long long)lines->number,
			expected, shown, found.length > SHOWN ? "..." : "");
}
