/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/addressscan.h"
#include "census/list/bogon.h"
#include "census/list/listformat.h"

static inline bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The bytes from a blank behind an address to the next line, if nothing but a count stands there; else 0. */
static inline size_t
rest_with_count(const char *at, size_t left)
{
	size_t length = 1;

	while (length < left && is_blank(at[length]))
		length++;
	while (length < left && at[length] >= '0' && at[length] <= '9')
		length++;
	while (length < left && is_blank(at[length]))
		length++;
	return length < left && at[length] == '\n' ? length + 1 : 0;
}

/* The bytes from the end of an address to the next line, or 0 where it has to be looked at more closely. Behind a
 * blank a zone may have any text, if its A value does not matter. */
static inline size_t
rest_of_line(const char *at, size_t left, bool is_text_free)
{
	const char *end;

	if (at[0] == '\n')
		return 1;
	if (at[0] == '\r' && at[1] == '\n')
		return 2;
	if (!is_blank(at[0]))
		return 0;
	if (!is_text_free)
		return rest_with_count(at, left);
	end = memchr(at, '\n', left);
	return end != NULL ? (size_t)(end - at) + 1 : 0;
}

/* Takes lines as long as each begins with an address of IPv4 that is no bogon. */
static size_t
take_addresses(struct listreader *reader, struct text bytes)
{
	struct listings *into = reader->into;
	size_t room = into->most - into->fours, count = 0;
	const bool is_text_free =
		reader->form == LISTFORM_RBLDNSD && reader->order->values_count == 0;
	struct listing4 one = {.list = reader->order->list}, *four = into->four + into->fours;
	const char *at = bytes.at, *end = at + bytes.length;
	uint64_t line = reader->line;

	/* An address, CR and LF can be read without looking. */
	while (end - at > ADDRESSSCAN_BYTES && count < room) {
		unsigned length = addressscan_16(at, &one.address);
		size_t rest;

		if (length == 0 || bogon_is_near(one.address))
			break;
		rest = rest_of_line(at + length, (size_t)(end - at) - length, is_text_free);
		if (rest == 0)
			break;
		line++;
		one.line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
		four[count++] = one;
		at += length + rest;
	}
	reader->line = line;
	reader->notes->entries += count;
	into->fours += count;
	return (size_t)(at - bytes.at);
}

size_t
listlines_take(struct listreader *reader, struct text bytes, bool is_last)
{
	struct text rest = bytes;

	while (rest.length > 0) {
		struct text line;
		const char *end;
		size_t step;

		if (reader->is_marked && !reader->is_unwanted && reader->order->values_count == 0 &&
			reader->format == &addresslist_format && reader->type <= ZONETYPE_IP4TSET) {
			step = take_addresses(reader, rest);
			rest.at += step;
			rest.length -= step;
		}
		end = rest.length > 0 ? memchr(rest.at, '\n', rest.length) : NULL;
		if (end == NULL && (!is_last || rest.length == 0))
			break;
		line = (struct text){rest.at, end != NULL ? (size_t)(end - rest.at) : rest.length};
		step = line.length + (end != NULL);
		rest.at += step;
		rest.length -= step;
		if (line.length > 0 && line.at[line.length - 1] == '\r')
			line.length--;
		reader->line++;
		reader->format->line(reader, line);
		if (reader->error < 0)
			break;
	}
	return bytes.length - rest.length;
}
