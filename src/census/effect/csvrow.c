/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/csvrow.h"

#include <math.h>

static void
begin(struct buffer *into)
{
	if (into->length > 0 && into->at[into->length - 1] != '\n')
		buffer_text(into, TEXT(","));
}

static bool
is_formula(struct text raw, struct text line)
{
	static const char *const wide[] = {
		"\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};

	if (raw.length > 0 && memchr("\t\r\n", *raw.at, 3) != NULL)
		return true;
	line = text_trim(line);
	if (line.length > 0 && memchr("=+-@", *line.at, 4) != NULL)
		return true;
	for (size_t i = 0; i < sizeof(wide) / sizeof(*wide); i++) {
		if (text_starts(line, wide[i]))
			return true;
	}
	return false;
}

void
csvrow_text(struct buffer *into, struct text text)
{
	struct buffer line;
	bool is_quoted;

	begin(into);
	buffer_init(&line, CSVROW_FREE * 4);
	buffer_line(&line, text, CSVROW_FREE);
	for (size_t i = 0; i < line.length; i++)
		line.at[i] = (char)(line.at[i] == ';' ? ' ' : line.at[i]);
	/* An empty cell at the beginning of a row must not look like no cell. */
	is_quoted = line.length == 0 || line.at[0] == ' ' || line.at[line.length - 1] == ' ' ||
		memchr(line.at, ',', line.length) != NULL ||
		memchr(line.at, '"', line.length) != NULL;
	if (is_quoted)
		buffer_text(into, TEXT("\""));
	if (is_formula(text, (struct text){line.at, line.length}))
		buffer_text(into, TEXT("'"));
	for (size_t i = 0; i < line.length; i++) {
		if (line.at[i] == '"')
			buffer_text(into, TEXT("\""));
		buffer_add(into, &line.at[i], 1);
	}
	if (is_quoted)
		buffer_text(into, TEXT("\""));
	buffer_done(&line);
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
