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

int
json_u64(const struct json_value *value, uint64_t most, uint64_t *ret)
{
	if (value->type != JSON_NUMBER && value->type != JSON_STRING)
		return -EINVAL;
	return text_parse_u64(value->text, most, ret);
}
