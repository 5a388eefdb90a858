/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/linereader.h"

#include <stdio.h>
#include <string.h>

/* How much more is asked for when the window holds no whole line. */
#define MORE (256UL << 10)

/* How much of a damaged line is shown to a person. */
#define SHOWN 32

/* Asks for more bytes in the window; false if there are none. A damaged file is told of here, once. */
static bool
has_more(struct linereader *lines)
{
	struct input *input = lines->input;
	size_t before = input->left;
	struct fail fail = {0};

	if (input->error < 0 || input->ended)
		return false;
	input_need(input, before + MORE < INPUT_WINDOW ? before + MORE : INPUT_WINDOW, &fail);
	if (input->error < 0)
		intake_error(
			lines->intake, input->name, input->offset + input->left, "%s", fail.what);
	return input->left > before;
}

static void
give(struct linereader *lines, size_t length, size_t step, struct text *ret)
{
	struct input *input = lines->input;

	lines->offset = input->offset;
	*ret = (struct text){.at = (const char *)input->at, .length = length};
	if (length > 0 && ret->at[length - 1] == '\r')
		ret->length--;
	input_step(input, step);
}

static void
skip(struct linereader *lines, size_t size)
{
	if (!lines->skipping) {
		intake_counts(lines->intake)->records++;
		intake_counts(lines->intake)->skipped_records++;
	}
	lines->skipping = true;
	intake_counts(lines->intake)->skipped_bytes += size;
	input_step(lines->input, size);
}

int
linereader_next(struct linereader *lines, struct text *ret)
{
	struct input *input = lines->input;
	size_t seen = 0;

	lines->number++;
	for (;;) {
		const uint8_t *end = NULL;
		size_t length;

		if (input->left > seen)
			end = memchr(input->at + seen, '\n', input->left - seen);
		length = end != NULL ? (size_t)(end - input->at) : input->left;
		if (length > LINE_MOST && !lines->skipping)
			intake_error(lines->intake, input->name, input->offset,
				"line %llu is longer than %lu bytes and is skipped",
				(unsigned long long)lines->number, LINE_MOST);
		if (end != NULL && (length > LINE_MOST || lines->skipping)) {
			skip(lines, length + 1);
			lines->skipping = false;
			lines->number++;
			seen = 0;
		} else if (end != NULL) {
			give(lines, length, length + 1, ret);
			return 1;
		} else if (length > LINE_MOST) {
			skip(lines, length);
			seen = 0;
		} else {
			seen = length;
			if (!has_more(lines))
				break;
		}
	}
	if (input->left > 0 && !lines->skipping && input->error == 0) {
		give(lines, input->left, input->left, ret);
		return 1;
	}
	/* The rest of a line that is too long, or that the damage has cut. */
	if (input->left > 0)
		skip(lines, input->left);
	return input->error;
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
	struct linereader *lines, struct text line, struct text found, const char *expected)
{
	char shown[SHOWN + 1];
	size_t length = found.length < SHOWN ? found.length : SHOWN;

	intake_counts(lines->intake)->skipped_records++;
	intake_counts(lines->intake)->skipped_bytes += line.length + 1;
	for (size_t i = 0; i < length; i++)
		shown[i] = found.at[i] >= ' ' && found.at[i] <= '~' ? found.at[i] : '.';
	shown[length] = '\0';
	if (length == 0)
		intake_error(lines->intake, lines->input->name, lines->offset,
			"line %llu: expected %s", (unsigned long long)lines->number, expected);
	else
		intake_error(lines->intake, lines->input->name, lines->offset,
			"line %llu: expected %s, found \"%s%s\"", (unsigned long long)lines->number,
			expected, shown, found.length > SHOWN ? "..." : "");
}
