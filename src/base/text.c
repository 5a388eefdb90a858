/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Of words that are compared. */
#define LONGEST 63

bool
text_starts(struct text text, const char *with)
{
	size_t length = strlen(with);

	return text.length >= length && memcmp(text.at, with, length) == 0;
}

struct text
text_trim(struct text text)
{
	while (text.length > 0 && (*text.at == ' ' || *text.at == '\t'))
		text.at++, text.length--;
	while (text.length > 0 &&
		(text.at[text.length - 1] == ' ' || text.at[text.length - 1] == '\t'))
		text.length--;
	return text;
}

struct text
text_cut(struct text *rest, char separator)
{
	struct text head = *rest;
	const char *found = head.length ? memchr(head.at, separator, head.length) : NULL;

	if (found == NULL) {
		rest->at = head.length ? head.at + head.length : head.at;
		rest->length = 0;
		return head;
	}
	head.length = (size_t)(found - head.at);
	rest->at = found + 1;
	rest->length -= head.length + 1;
	return head;
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

static int
parse_base(struct text text, unsigned base, uint64_t most, uint64_t *ret)
{
	uint64_t value = 0;
	bool over = false;

	if (text.length == 0)
		return -EINVAL;
	for (size_t i = 0; i < text.length; i++) {
		unsigned digit = (unsigned)digit_of(text.at[i]);

		if (digit >= base)
			return -EINVAL;
		over = over || __builtin_mul_overflow(value, base, &value) ||
			__builtin_add_overflow(value, digit, &value);
	}
	if (over || value > most)
		return -ERANGE;
	*ret = value;
	return 0;
}

unsigned
text_distance(struct text a, struct text b, unsigned most)
{
	unsigned row[3][LONGEST + 1];

	if (a.length > LONGEST || b.length > LONGEST)
		return most;
	for (size_t j = 0; j <= b.length; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a.length; i++) {
		unsigned *now = row[i % 3], *above = row[(i + 2) % 3], *over = row[(i + 1) % 3];

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= b.length; j++) {
			unsigned best = above[j - 1] + (a.at[i - 1] != b.at[j - 1]);

			if (above[j] + 1 < best)
				best = above[j] + 1;
			if (now[j - 1] + 1 < best)
				best = now[j - 1] + 1;
			if (i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] &&
				a.at[i - 2] == b.at[j - 1] && over[j - 2] + 1 < best)
				best = over[j - 2] + 1;
			now[j] = best;
		}
	}
	return row[a.length % 3][b.length] < most ? row[a.length % 3][b.length] : most;
}

int
text_parse_u64(struct text text, uint64_t most, uint64_t *ret)
{
	return parse_base(text, 10, most, ret);
}

int
text_parse_hex(struct text text, uint64_t most, uint64_t *ret)
{
	return parse_base(text, 16, most, ret);
}

int
text_parse_micro(struct text text, int64_t *ret)
{
	uint64_t whole = 0, micro = 0, scale = 100000;
	bool negative = false;
	struct text head;

	if (text.length > 0 && (*text.at == '-' || *text.at == '+')) {
		negative = *text.at == '-';
		text.at++, text.length--;
	}
	head = text_cut(&text, '.');
	if (head.length + text.length == 0)
		return -EINVAL;
	if (head.length > 0) {
		int r = text_parse_u64(head, INT64_MAX / 1000000 - 1, &whole);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < text.length; i++, scale /= 10) {
		unsigned digit = (unsigned)digit_of(text.at[i]);

		if (digit > 9)
			return -EINVAL;
		micro += digit * scale;
	}
	*ret = (int64_t)(whole * 1000000 + micro) * (negative ? -1 : 1);
	return 0;
}

int
text_parse_double(struct text text, double *ret)
{
	char copy[64], *end;
	double value;

	if (text.length == 0 || text.length >= sizeof(copy) || *text.at == ' ' || *text.at == '\t')
		return -EINVAL;
	memcpy(copy, text.at, text.length);
	copy[text.length] = '\0';
	value = strtod(copy, &end);
	if (end != copy + text.length || !isfinite(value))
		return -EINVAL;
	*ret = value;
	return 0;
}

void
buffer_init(struct buffer *buffer, size_t most)
{
	*buffer = (struct buffer){.most = most};
}

void
buffer_done(struct buffer *buffer)
{
	free(buffer->at);
	*buffer = (struct buffer){.most = buffer->most};
}

void
buffer_clear(struct buffer *buffer)
{
	buffer->length = 0;
	buffer->failed = false;
}

/* Makes room for length more bytes and an end, within the maximum. */
static bool
has_room(struct buffer *buffer, size_t length)
{
	size_t need, size = buffer->size ? buffer->size : 256;

	if (buffer->failed || length > buffer->most || buffer->length > buffer->most - length) {
		buffer->failed = true;
		return false;
	}
	need = buffer->length + length + 1;
	while (size < need)
		size *= 2;
	if (size != buffer->size) {
		buffer->at = xrealloc(buffer->at, size);
		buffer->size = size;
	}
	return true;
}

void
buffer_add(struct buffer *buffer, const void *bytes, size_t length)
{
	if (length == 0 || !has_room(buffer, length))
		return;
	memcpy(buffer->at + buffer->length, bytes, length);
	buffer->length += length;
}

void
buffer_text(struct buffer *buffer, struct text text)
{
	buffer_add(buffer, text.at, text.length);
}

void
buffer_print(struct buffer *buffer, const char *format, ...)
{
	va_list args, again;
	size_t room = buffer->size - buffer->length;
	int length;

	va_start(args, format);
	va_copy(again, args);
	/* Mostly it fits where it goes, so it is made once. */
	length = vsnprintf(room > 0 ? buffer->at + buffer->length : NULL, room, format, args);
	if (length >= 0 && has_room(buffer, (size_t)length)) {
		if ((size_t)length >= room)
			vsnprintf(buffer->at + buffer->length, (size_t)length + 1, format, again);
		buffer->length += (size_t)length;
	}
	va_end(again);
	va_end(args);
}

/* Length of the well-formed UTF-8 sequence at the start (RFC 3629), or 0. */
static size_t
utf8_length(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t length = 2 + (at[0] >= 0xe0) + (at[0] >= 0xf0);

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4 || left < length)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	if (at[0] == 0xed)
		high = 0x9f;
	if (at[0] == 0xf0)
		low = 0x90;
	if (at[0] == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < length; i++) {
		if (at[i] < low || at[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return length;
}

/* Of a well-formed sequence of so many bytes. */
static uint32_t
utf8_character(const unsigned char *at, size_t length)
{
	uint32_t character = length == 1 ? at[0] : at[0] & (0x7fU >> length);

	for (size_t i = 1; i < length; i++)
		character = character << 6 | (at[i] & 0x3f);
	return character;
}

/* Controls, separators of lines, and all that has the property Bidi_Control (Unicode Annex 9). */
static bool
is_mark(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
		character == 0x061c || character == 0x200e || character == 0x200f ||
		(character >= 0x2028 && character <= 0x202e) ||
		(character >= 0x2066 && character <= 0x2069);
}

int
text_check_line(struct text text)
{
	bool is_plain = true;

	for (size_t i = 0; i < text.length;) {
		const unsigned char *at = (const unsigned char *)text.at + i;
		size_t length = utf8_length(at, text.length - i);

		if (length == 0)
			return -EILSEQ;
		is_plain = is_plain && !is_mark(utf8_character(at, length));
		i += length;
	}
	return is_plain ? 0 : -EINVAL;
}

void
buffer_line(struct buffer *buffer, struct text text, size_t most)
{
	for (size_t i = 0; i < text.length && most > 0; most--) {
		const unsigned char *at = (const unsigned char *)text.at + i;
		size_t length = utf8_length(at, text.length - i);
		uint32_t character = length > 0 ? utf8_character(at, length) : 0;

		if (length > 0 && !is_mark(character))
			buffer_add(buffer, at, length);
		else if (length > 0 && character < 0xa0)
			buffer_add(buffer, " ", 1);
		else
			buffer_add(buffer, "\xef\xbf\xbd", 3);
		i += length > 0 ? length : 1;
	}
}

/* Would a program of tables take it for a formula? raw: as it was, before it became a line. */
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
buffer_cell(struct buffer *buffer, struct text text, size_t most)
{
	char held[BUFFER_CELL * 4 + 1];
	struct buffer line = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};
	bool is_quoted;

	buffer_line(&line, text, most < BUFFER_CELL ? most : BUFFER_CELL);
	for (size_t i = 0; i < line.length; i++)
		held[i] = (char)(held[i] == ';' ? ' ' : held[i]);
	/* An empty cell at the beginning of a row must not look like no cell. */
	is_quoted = line.length == 0 || held[0] == ' ' || held[line.length - 1] == ' ' ||
		memchr(held, ',', line.length) != NULL || memchr(held, '"', line.length) != NULL;
	if (is_quoted)
		buffer_add(buffer, "\"", 1);
	if (is_formula(text, (struct text){held, line.length}))
		buffer_add(buffer, "'", 1);
	for (size_t i = 0; i < line.length; i++) {
		if (held[i] == '"')
			buffer_add(buffer, "\"", 1);
		buffer_add(buffer, &held[i], 1);
	}
	if (is_quoted)
		buffer_add(buffer, "\"", 1);
}

void
buffer_json(struct buffer *buffer, struct text text)
{
	buffer_add(buffer, "\"", 1);
	for (size_t i = 0; i < text.length;) {
		const unsigned char *at = (const unsigned char *)text.at + i;
		size_t length = utf8_length(at, text.length - i);

		if (length == 0)
			buffer_add(buffer, "\xef\xbf\xbd", 3);
		else if (*at == '"' || *at == '\\')
			buffer_print(buffer, "\\%c", *at);
		else if (*at < 0x20 || *at == 0x7f)
			buffer_print(buffer, "\\u%04x", *at);
		else
			buffer_add(buffer, at, length);
		i += length ? length : 1;
	}
	buffer_add(buffer, "\"", 1);
}

const char *
buffer_string(struct buffer *buffer)
{
	if (buffer->at == NULL)
		return "";
	buffer->at[buffer->length] = '\0';
	return buffer->at;
}
