/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/registry/textlines.h"

/* The length of the line at the front of the window, with its end; 0: there is no end within TEXTLINES_MOST. */
static size_t
line_length(struct input *input, struct fail *fail)
{
	size_t left = input->left;
	const uint8_t *end = left > 0 ? memchr(input->at, '\n', left) : NULL;

	if (end == NULL && left < TEXTLINES_MOST) {
		left = input_need(input, TEXTLINES_MOST, fail);
		end = left > 0 ? memchr(input->at, '\n', left) : NULL;
	}
	if (end != NULL)
		return (size_t)(end - input->at) + 1;
	return left < TEXTLINES_MOST ? left : 0;
}

int
textlines_next(struct textlines *lines, struct text *ret, struct fail *fail)
{
	struct input *input = lines->input;
	bool is_rest = false;
	size_t length;

	for (;;) {
		length = line_length(input, fail);
		if (input->error < 0 && input->left == length &&
			(length == 0 || input->at[length - 1] != '\n'))
			return input->error;
		if (length == 0 && input->left == 0)
			return 0;
		if (length == 0) {
			is_rest = true;
			input_step(input, input->left);
			continue;
		}
		ret->at = (const char *)input->at;
		ret->length = length;
		input_step(input, length);
		lines->number++;
		if (!is_rest && length <= TEXTLINES_MOST)
			break;
		lines->long_lines++;
		is_rest = false;
	}
	if (ret->length > 0 && ret->at[ret->length - 1] == '\n')
		ret->length--;
	if (ret->length > 0 && ret->at[ret->length - 1] == '\r')
		ret->length--;
	return 1;
}

bool
textlines_field(struct text *rest, struct text *ret)
{
	size_t at = 1;

	if (rest->at == NULL)
		return false;
	if (rest->length == 0 || rest->at[0] != '"') {
		bool is_last = rest->length == 0 || memchr(rest->at, ',', rest->length) == NULL;

		*ret = text_cut(rest, ',');
		if (is_last)
			rest->at = NULL;
		return true;
	}
	while (at < rest->length &&
		(rest->at[at] != '"' || (at + 1 < rest->length && rest->at[at + 1] == '"')))
		at += rest->at[at] == '"' ? 2 : 1;
	if (at >= rest->length || (at + 1 < rest->length && rest->at[at + 1] != ','))
		return false;
	*ret = (struct text){.at = rest->at + 1, .length = at - 1};
	if (at + 1 == rest->length) {
		rest->at = NULL;
		rest->length = 0;
	} else {
		rest->at += at + 2;
		rest->length -= at + 2;
	}
	return true;
}
