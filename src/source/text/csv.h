/* csv - fields of comma-separated values (RFC 4180), taken from the front of text
 *
 * What:    a field ends at a comma, at the end of a line, or at the end of the text; within quotes both are part of
 *          it. Quotes around a field are left out, but those that were doubled inside stay so.
 * Owns:    nothing; a field is a piece of the text.
 * Limits:  none of its own: who reads a quote that is not closed decides when that is no record.
 * Thread:  any. Pure. In the header, since lists of millions of lines are read by it.
 */
#ifndef LAZARET_SOURCE_TEXT_CSV_H
#define LAZARET_SOURCE_TEXT_CSV_H

#include "base/text.h"

#include <errno.h>

static inline const char *
csv_find_comma(const char *at, const char *end)
{
	while (at < end && *at != ',' && *at != '\n')
		at++;
	return at;
}

/* Behind the quote that closes what begins at `at`, or NULL: it is not closed here. Where nothing comes behind it yet,
 * it may be the first of two; the field does not end here then. */
static inline const char *
csv_find_behind_quotes(const char *at, const char *end)
{
	while (at < end && (*at != '"' || (at + 1 < end && at[1] == '"')))
		at += *at == '"' ? 2 : 1;
	return at < end ? at + 1 : NULL;
}

/* Takes a field from the front of a text: 1: it ends at a comma, 0: at the end of the record, -EAGAIN: it does not end
 * here, and more is to come. */
static inline int
csv_take_field(struct text *rest, bool is_last, struct text *ret)
{
	const char *at = rest->at, *end = at + rest->length, *begin = at;
	bool is_quoted = at < end && *at == '"', is_comma;

	if (is_quoted) {
		at = csv_find_behind_quotes(++begin, end);
		if (at == NULL)
			return -EAGAIN;
		*ret = (struct text){begin, (size_t)(at - 1 - begin)};
	}
	at = csv_find_comma(at, end);
	if (at == end && !is_last)
		return -EAGAIN;
	is_comma = at < end && *at == ',';
	if (!is_quoted)
		*ret = (struct text){begin, (size_t)(at - begin)};
	if (!is_quoted && !is_comma && at > begin && at[-1] == '\r')
		ret->length--;
	at += at < end;
	*rest = (struct text){at, (size_t)(end - at)};
	return is_comma;
}

#endif
