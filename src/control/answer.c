/* SPDX-License-Identifier: BSD-2-Clause */
#include "control/answer.h"

#include <stdio.h>
#include <string.h>

void
answer_begin(struct answer *answer, const struct question *question)
{
	answer->id = question->id;
	answer->cursor = 0;
	answer->code = 0;
	answer->size = 0;
}

bool
answer_add(struct answer *answer, struct text text)
{
	if (text.length > sizeof(answer->text) - answer->size)
		return false;
	if (text.length > 0)
		memcpy(answer->text + answer->size, text.at, text.length);
	answer->size += (uint32_t)text.length;
	return true;
}

size_t
answer_size(const struct answer *answer)
{
	return offsetof(struct answer, text) + answer->size;
}

void
answer_fail(struct answer *answer, int code, const struct fail *fail)
{
	int n = snprintf(answer->text, sizeof(answer->text), "%s%s%s%s%s", fail->where,
		*fail->where ? ": " : "", *fail->what ? fail->what : strerror(-code),
		*fail->hint ? "\n" : "", fail->hint);

	must(code < 0 && n >= 0 && (size_t)n < sizeof(answer->text));
	answer->cursor = 0;
	answer->code = code;
	answer->size = (uint32_t)n;
}
