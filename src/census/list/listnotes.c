/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listnotes.h"

#include <stdio.h>

const char *const listnote_names[LISTNOTE_COUNT] = {"bad lines", "too long lines", "bogons",
	"too wide entries", "whole ranges", "excluded", "data sets without addresses", "dropped",
	"damage"};

void
listnotes_say(struct listnotes *notes, enum listnote kind, uint32_t line, const char *format, ...)
{
	struct fail fail = {0};
	char what[sizeof(fail.what)];
	va_list list;

	if (notes->count[kind]++ >= LISTNOTES_TOLD || notes->tell == NULL)
		return;
	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	if (line > 0)
		fail_where(&fail, "%s:%u", notes->file, line);
	else
		fail_where(&fail, "%s", notes->file);
	fail_what(&fail, "%s", what);
	notes->tell(notes->context, kind, &fail);
}

const char *
listnotes_show(struct text text, char into[LISTNOTES_SHOWN])
{
	size_t most = LISTNOTES_SHOWN - sizeof("..."), length;

	length = text.length < most ? text.length : most;
	for (size_t i = 0; i < length; i++)
		into[i] = text.at[i] >= ' ' && text.at[i] <= '~' ? text.at[i] : '.';
	snprintf(into + length, LISTNOTES_SHOWN - length, "%s", text.length > most ? "..." : "");
	return into;
}

void
listnotes_refuse(struct listnotes *notes, uint32_t line, const char *expected, struct text found)
{
	char shown[LISTNOTES_SHOWN];

	listnotes_say(notes, LISTNOTE_BAD, line, "expected %s, found \"%s\"", expected,
		listnotes_show(found, shown));
}
