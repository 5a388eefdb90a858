/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/csvrow.h"

#include <math.h>

static void
begin(struct buffer *into)
{
	if (into->length > 0 && into->at[into->length - 1] != '\n')
		buffer_text(into, TEXT(","));
}

void
csvrow_text(struct buffer *into, struct text text)
{
	begin(into);
	buffer_cell(into, text, BUFFER_CELL);
}

void
csvrow_number(struct buffer *into, uint64_t number)
{
	begin(into);
	buffer_print(into, "%llu", (unsigned long long)number);
}

void
csvrow_real(struct buffer *into, double number)
{
	begin(into);
	if (isfinite(number))
		buffer_print(into, "%.6f", number);
}

void
csvrow_end(struct buffer *into)
{
	buffer_text(into, TEXT("\r\n"));
}
