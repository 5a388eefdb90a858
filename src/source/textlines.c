/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/textlines.h"

#include <string.h>

/* How much more is asked for when the window holds no whole line. */
#define MORE (256UL << 10)

/* Asks for more bytes in the window; false if there are none. */
static bool
has_more(struct input *input, struct fail *fail)
{
	size_t before = input->left;

	if (input->error < 0 || input->ended)
		return false;
	return input_need(input, before + MORE < INPUT_WINDOW ? before + MORE : INPUT_WINDOW,
		       fail) > before;
}

static void
pass(struct textlines *lines, size_t size)
{
	lines->passed += size;
	input_step(lines->input, size);
}

/* A line of that length; step: with its end. */
static int
give(struct textlines *lines, size_t length, size_t step, struct text *ret)
{
	if (length > TEXTLINES_MOST || lines->passed > 0) {
		pass(lines, step);
		lines->long_lines++;
		return TEXTLINES_LONG;
	}
	*ret = (struct text){.at = (const char *)lines->input->at, .length = length};
	if (length > 0 && ret->at[length - 1] == '\r')
		ret->length--;
	input_step(lines->input, step);
	return TEXTLINES_LINE;
}

int
textlines_step(struct textlines *lines, struct text *ret, struct fail *fail)
{
	struct input *input = lines->input;
	size_t seen = 0;

	lines->offset = input->offset;
	lines->passed = 0;
	lines->number++;
	do {
		const uint8_t *end = NULL;

		if (input->left > seen)
			end = memchr(input->at + seen, '\n', input->left - seen);
		if (end != NULL)
			return give(lines, (size_t)(end - input->at), (size_t)(end - input->at) + 1,
				ret);
		if (input->left > TEXTLINES_MOST)
			pass(lines, input->left);
		seen = input->left;
	} while (has_more(input, fail));
	if (input->error < 0) {
		pass(lines, input->left);
		return input->error;
	}
	if (input->left > 0 || lines->passed > 0)
		return give(lines, input->left, input->left, ret);
	lines->number--;
	return TEXTLINES_END;
}

int
textlines_next(struct textlines *lines, struct text *ret, struct fail *fail)
{
	int step;

	do
		step = textlines_step(lines, ret, fail);
	while (step == TEXTLINES_LONG);
	return step;
}
