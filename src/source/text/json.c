/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/json.h"

#include <errno.h>

static void
step(struct text *text, size_t size)
{
	text->at += size;
	text->length -= size;
}

static void
skip_blanks(struct text *text)
{
	while (text->length > 0 &&
		(*text->at == ' ' || *text->at == '\t' || *text->at == '\n' || *text->at == '\r'))
		step(text, 1);
}

/* Steps over a string that begins here; gives what is between the quotes. */
static int
take_string(struct text *text, struct text *ret)
{
	size_t i = 1;

	if (text->length == 0 || *text->at != '"')
		return -EINVAL;
	for (; i < text->length && text->at[i] != '"'; i++) {
		if (text->at[i] == '\\')
			i++;
	}
	if (i >= text->length)
		return -EINVAL;
	*ret = (struct text){.at = text->at + 1, .length = i - 1};
	step(text, i + 1);
	return 0;
}

/* Steps over an object or array with all that is in it; brackets must match each other. */
static int
take_nested(struct text *text, struct text *ret)
{
	char ends[JSON_DEPTH];
	unsigned depth = 0;
	const char *begin = text->at;
	struct text ignored;

	do {
		char c;

		if (text->length == 0)
			return -EINVAL;
		c = *text->at;
		if (c == '"') {
			if (take_string(text, &ignored) < 0)
				return -EINVAL;
			continue;
		}
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return -EINVAL;
			ends[depth++] = c == '{' ? '}' : ']';
		} else if (c == '}' || c == ']') {
			if (ends[--depth] != c)
				return -EINVAL;
		}
		step(text, 1);
	} while (depth > 0);
	*ret = (struct text){.at = begin, .length = (size_t)(text->at - begin)};
	return 0;
}

static bool
is_number_character(char c)
{
	return (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E';
}

/* null, true, false or a number. */
static int
take_word(struct text *text, struct json_value *ret)
{
	static const char *const words[] = {
		[JSON_NULL] = "null", [JSON_TRUE] = "true", [JSON_FALSE] = "false"};
	size_t length = 0;

	for (unsigned i = JSON_NULL; i <= JSON_FALSE; i++) {
		if (!text_starts(*text, words[i]))
			continue;
		length = strlen(words[i]);
		*ret = (struct json_value){.type = i, .text = {text->at, length}};
		step(text, length);
		return 0;
	}
	while (length < text->length && is_number_character(text->at[length]))
		length++;
	if (length == 0)
		return -EINVAL;
	*ret = (struct json_value){.type = JSON_NUMBER, .text = {text->at, length}};
	step(text, length);
	return 0;
}

static int
take_value(struct text *text, struct json_value *ret)
{
	skip_blanks(text);
	if (text->length == 0)
		return -EINVAL;
	switch (*text->at) {
	case '"':
		ret->type = JSON_STRING;
		return take_string(text, &ret->text);
	case '{':
		ret->type = JSON_OBJECT;
		return take_nested(text, &ret->text);
	case '[':
		ret->type = JSON_ARRAY;
		return take_nested(text, &ret->text);
	default:
		return take_word(text, ret);
	}
}

static int
walk_from(struct text text, char begin, char end, struct json_walk *ret)
{
	skip_blanks(&text);
	if (text.length == 0 || *text.at != begin)
		return -EINVAL;
	step(&text, 1);
	*ret = (struct json_walk){.rest = text, .end = end};
	return 0;
}

int
json_walk_object(struct text text, struct json_walk *ret)
{
	return walk_from(text, '{', '}', ret);
}

int
json_walk_array(struct text text, struct json_walk *ret)
{
	return walk_from(text, '[', ']', ret);
}

/* Is there one more? Stands before it then. */
static int
next(struct json_walk *walk)
{
	bool first = !walk->started;

	skip_blanks(&walk->rest);
	if (walk->rest.length == 0)
		return -EINVAL;
	if (*walk->rest.at == walk->end)
		return 0;
	walk->started = true;
	if (first)
		return 1;
	if (*walk->rest.at != ',')
		return -EINVAL;
	step(&walk->rest, 1);
	skip_blanks(&walk->rest);
	return 1;
}

int
json_member(struct json_walk *walk, struct text *key, struct json_value *ret)
{
	int result = next(walk);
	struct text name;
	struct json_value value;

	if (result <= 0)
		return result;
	if (take_string(&walk->rest, &name) < 0)
		return -EINVAL;
	skip_blanks(&walk->rest);
	if (walk->rest.length == 0 || *walk->rest.at != ':')
		return -EINVAL;
	step(&walk->rest, 1);
	if (take_value(&walk->rest, &value) < 0)
		return -EINVAL;
	*key = name;
	*ret = value;
	return 1;
}

int
json_item(struct json_walk *walk, struct json_value *ret)
{
	int result = next(walk);
	struct json_value value;

	if (result <= 0)
		return result;
	if (take_value(&walk->rest, &value) < 0)
		return -EINVAL;
	*ret = value;
	return 1;
}

/* The four digits of \u; -1 if they are none. */
static int32_t
take_unit(struct text *text)
{
	uint64_t unit;

	if (text->length < 4 || text_parse_hex((struct text){text->at, 4}, UINT16_MAX, &unit) < 0)
		return -1;
	step(text, 4);
	return (int32_t)unit;
}

/* A character of \u notation, with its second half where it has one (RFC 8259 s7). A half alone is no
 * character: U+FFFD stands for it. */
static int32_t
take_escaped(struct text *text)
{
	int32_t high = take_unit(text), low;
	struct text rest = *text;

	if (high < 0xd800 || high > 0xdfff)
		return high;
	if (high > 0xdbff || !text_starts(rest, "\\u"))
		return 0xfffd;
	step(&rest, 2);
	low = take_unit(&rest);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*text = rest;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static size_t
utf8_encode(int32_t c, char into[4])
{
	if (c < 0x80) {
		into[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		into[0] = (char)(0xc0 | c >> 6);
		into[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		into[0] = (char)(0xe0 | c >> 12);
		into[1] = (char)(0x80 | (c >> 6 & 0x3f));
		into[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	into[0] = (char)(0xf0 | c >> 18);
	into[1] = (char)(0x80 | (c >> 12 & 0x3f));
	into[2] = (char)(0x80 | (c >> 6 & 0x3f));
	into[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/* One character, escaped or not, from the front of the text; its length in `into`, or -EINVAL. */
static int
take_character(struct text *text, char into[4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	int32_t c;

	into[0] = *text->at;
	step(text, 1);
	if (into[0] != '\\')
		return 1;
	if (text->length == 0)
		return -EINVAL;
	c = *text->at;
	step(text, 1);
	if (c == 'u') {
		c = take_escaped(text);
		return c < 0 ? -EINVAL : (int)utf8_encode(c, into);
	}
	found = memchr(from, c, sizeof(from) - 1);
	if (found == NULL)
		return -EINVAL;
	into[0] = to[found - from];
	return 1;
}

int
json_string(const struct json_value *value, char *into, size_t room, struct text *ret)
{
	struct text rest = value->text;
	size_t length = 0;

	if (value->type != JSON_STRING)
		return -EINVAL;
	if (rest.length == 0 || memchr(rest.at, '\\', rest.length) == NULL) {
		*ret = rest;
		return 0;
	}
	while (rest.length > 0) {
		char bytes[4];
		int size = take_character(&rest, bytes);

		if (size < 0)
			return size;
		if ((size_t)size > room - length)
			return -ENOSPC;
		memcpy(into + length, bytes, (size_t)size);
		length += (size_t)size;
	}
	*ret = (struct text){.at = into, .length = length};
	return 0;
}

int
json_u64(const struct json_value *value, uint64_t most, uint64_t *ret)
{
	if (value->type != JSON_NUMBER && value->type != JSON_STRING)
		return -EINVAL;
	return text_parse_u64(value->text, most, ret);
}
