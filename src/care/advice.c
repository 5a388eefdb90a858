/* SPDX-License-Identifier: BSD-2-Clause */
#include "care/advice.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LINK "link:"

const char *const advice_value_names[ADVICE_VALUES] = {
	[ADVICE_PROVIDER] = "provider",
	[ADVICE_TELEPHONE] = "telephone",
	[ADVICE_HOURS] = "hours",
	[ADVICE_HELP] = "help",
	[ADVICE_PORTAL] = "portal",
	[ADVICE_CASE] = "case",
	[ADVICE_PIN] = "pin",
	[ADVICE_SINCE] = "since",
	[ADVICE_UNTIL] = "until",
};

/* What advice_free gives back: the file and all blocks lie behind it. */
struct whole {
	struct advice advice;
	char *file;
	struct advice_block block[ADVICE_BLOCKS];
};

struct reader {
	struct whole *whole;
	struct text rest;
	const char *where;
	unsigned line;
	bool has_title, has_version, has_reviewed;
	struct fail *fail;
};

static int
wrong(const struct reader *reader, const char *what, const char *hint)
{
	fail_where(reader->fail, "%s:%u", reader->where, reader->line);
	fail_what(reader->fail, "%s", what);
	fail_hint(reader->fail, "%s", hint);
	return -EINVAL;
}

/* Pieces. */

/* Of a line's end, with the blanks around it. */
static bool
is_blank(char c)
{
	return c == '\n' || c == '\r' || c == '\t';
}

static bool
ends_words(char c)
{
	return c == '*' || c == '{' || is_blank(c);
}

static bool
find_value(struct text name, enum advice_value *ret)
{
	for (int i = 0; i < ADVICE_VALUES; i++) {
		if (text_is(name, advice_value_names[i])) {
			*ret = (enum advice_value)i;
			return true;
		}
	}
	return false;
}

/* Between braces; checked when the file was read. */
static void
take_braces(struct text *rest, struct advice_piece *ret)
{
	struct text name;

	rest->at++, rest->length--;
	name = text_cut(rest, '}');
	if (find_value(name, &ret->value)) {
		ret->kind = ADVICE_VALUE;
		return;
	}
	ret->kind = ADVICE_LINK;
	ret->text = (struct text){name.at + sizeof(LINK) - 1, name.length - (sizeof(LINK) - 1)};
}

bool
advice_next(struct text *rest, struct advice_piece *ret)
{
	*ret = (struct advice_piece){.kind = ADVICE_WORDS, .text = {rest->at, 0}};
	if (rest->length == 0)
		return false;
	switch (*rest->at) {
	case '*':
		ret->kind = ADVICE_STRONG;
		rest->at++, rest->length--;
		return true;
	case '{':
		take_braces(rest, ret);
		return true;
	case '\t':
	case '\r':
	case '\n':
		ret->kind = ADVICE_BLANK;
		while (rest->length > 0 && (*rest->at == ' ' || is_blank(*rest->at)))
			rest->at++, rest->length--;
		return true;
	default:
		while (rest->length > 0 && !ends_words(*rest->at))
			rest->at++, rest->length--, ret->text.length++;
		return true;
	}
}

static bool
is_name(struct text name, size_t most)
{
	bool good = name.length > 0 && name.length <= most;

	for (size_t i = 0; good && i < name.length; i++) {
		char c = name.at[i];

		good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
	}
	return good;
}

static int
check_braces(const struct reader *reader, struct text *rest)
{
	const char *end = memchr(rest->at, '}', rest->length);
	enum advice_value value;
	struct text name;

	if (end == NULL)
		return wrong(reader, "a brace is not closed", "{provider} or {link:KEY}");
	name = (struct text){rest->at, (size_t)(end - rest->at)};
	(void)text_cut(rest, '}');
	if (find_value(name, &value))
		return 0;
	if (text_starts(name, LINK) &&
		is_name((struct text){name.at + sizeof(LINK) - 1, name.length - (sizeof(LINK) - 1)},
			64))
		return 0;
	return wrong(reader, "nothing is known by what stands between these braces",
		"provider, telephone, hours, help, portal, case, pin, since, until, or link:KEY");
}

/* One line of a block. */
static int
check_line(const struct reader *reader, struct text line, unsigned *strong)
{
	struct text rest = line;

	if (text_check_line(line) < 0)
		return wrong(reader, "a character that cannot be shown", "text in UTF-8");
	while (rest.length > 0) {
		char c = *rest.at;

		rest.at++, rest.length--;
		if (c == '<' || c == '>' || c == '}')
			return wrong(reader, "'<', '>' or '}' stands in a text",
				"there is no HTML here");
		if (c == '*')
			(*strong)++;
		if (c == '{' && check_braces(reader, &rest) < 0)
			return -EINVAL;
	}
	return 0;
}

/* The file. */

static struct text
next_line(struct reader *reader)
{
	struct text line = text_cut(&reader->rest, '\n');

	reader->line++;
	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	return line;
}

static int
take_head(struct reader *reader, struct text key, struct text value)
{
	struct advice *advice = &reader->whole->advice;
	unsigned strong = 0;
	uint64_t number;

	if (text_is(key, "title") && value.length > 0 && !reader->has_title) {
		reader->has_title = true;
		advice->title = value;
		return check_line(reader, value, &strong) < 0 ? -EINVAL
			: memchr(value.at, '{', value.length) == NULL && strong == 0
			? 0
			: wrong(reader, "a title is words alone", "");
	}
	if (text_is(key, "version") && !reader->has_version &&
		text_parse_u64(value, 999999, &number) == 0) {
		reader->has_version = true;
		advice->version = (uint32_t)number;
		return 0;
	}
	if (text_is(key, "reviewed") && value.length > 0 && !reader->has_reviewed) {
		reader->has_reviewed = true;
		advice->is_reviewed = !text_is(value, "no");
		return 0;
	}
	return wrong(reader, "this is no line of the head",
		"title: WORDS, version: NUMBER and reviewed: no, each once, then an empty line");
}

static int
read_head(struct reader *reader)
{
	while (reader->rest.length > 0) {
		struct text value = next_line(reader), key;
		int r;

		if (value.length == 0)
			break;
		key = text_cut(&value, ':');
		r = take_head(reader, key, text_trim(value));
		if (r < 0)
			return r;
	}
	if (reader->has_title && reader->has_version && reader->has_reviewed)
		return 0;
	return wrong(reader, "the head is not whole", "title:, version: and reviewed:");
}

static int
read_step(struct reader *reader, struct text *line, struct advice_block *block)
{
	struct text name;

	block->kind = ADVICE_TASK;
	if (!text_starts(*line, "["))
		return wrong(reader, "a step has no name", "1. [name] words");
	line->at++, line->length--;
	name = text_cut(line, ']');
	*line = text_trim(*line);
	if (!is_name(name, ADVICE_STEP))
		return wrong(reader, "a step's name is none",
			"1 to 16 of a to z, 0 to 9 and '-', between brackets");
	if (advice_has_step(&reader->whole->advice, name))
		return wrong(reader, "two steps have one name", "");
	block->step = name;
	return 0;
}

/* "1. ": its length; 0: the line is no step. */
static size_t
number_of(struct text line)
{
	size_t digits = 0;

	while (digits < line.length && line.at[digits] >= '0' && line.at[digits] <= '9')
		digits++;
	return digits > 0 && digits + 1 < line.length && line.at[digits] == '.' &&
			line.at[digits + 1] == ' '
		? digits + 2
		: 0;
}

static struct text
behind(struct text line, size_t length)
{
	return text_trim((struct text){line.at + length, line.length - length});
}

/* What the first line says of a block; the rest of the line is its text. */
static int
begin_block(struct reader *reader, struct text *line, struct advice_block *block)
{
	size_t number = number_of(*line);

	*block = (struct advice_block){.kind = ADVICE_PARAGRAPH};
	if (number > 0) {
		*line = behind(*line, number);
		return read_step(reader, line, block);
	}
	if (text_starts(*line, "## ")) {
		block->kind = ADVICE_HEADING;
		*line = behind(*line, 3);
	} else if (text_starts(*line, "- ")) {
		block->kind = ADVICE_ITEM;
		*line = behind(*line, 2);
	} else if (text_starts(*line, "#")) {
		return wrong(reader, "a heading is none", "## words");
	}
	return 0;
}

/* Does the next line belong to it? A paragraph ends at an empty line, the others where a line is not indented. */
static bool
goes_on(const struct reader *reader, const struct advice_block *block)
{
	struct text rest = reader->rest, line = text_cut(&rest, '\n');

	if (text_trim(line).length == 0 || text_is(line, "\r") || block->kind == ADVICE_HEADING)
		return false;
	if (block->kind == ADVICE_PARAGRAPH)
		return number_of(line) == 0 && !text_starts(line, "- ") && !text_starts(line, "#");
	return *line.at == ' ';
}

static int
read_block(struct reader *reader, struct text line)
{
	struct advice *advice = &reader->whole->advice;
	struct advice_block *block = &reader->whole->block[advice->count];
	unsigned strong = 0;
	int r;

	if (advice->count == ADVICE_BLOCKS)
		return wrong(reader, "there are too many blocks", "400 are read");
	r = begin_block(reader, &line, block);
	if (r == 0)
		r = check_line(reader, line, &strong);
	block->text = line;
	while (r == 0 && goes_on(reader, block)) {
		line = text_trim(next_line(reader));
		r = check_line(reader, line, &strong);
		block->text.length = (size_t)(line.at + line.length - block->text.at);
	}
	if (r == 0 && strong % 2 != 0)
		r = wrong(reader, "a '*' has no other in this block", "*words*");
	if (r == 0 && text_trim(block->text).length == 0)
		r = wrong(reader, "a block has no words", "");
	advice->count += r == 0;
	return r;
}

static int
read_file(struct reader *reader)
{
	int r = read_head(reader);

	while (r == 0 && reader->rest.length > 0) {
		struct text line = next_line(reader);

		if (text_trim(line).length > 0)
			r = *line.at == ' ' ? wrong(reader, "a line goes on with nothing",
						      "blanks in front are for the lines of a "
						      "step or an item")
					    : read_block(reader, line);
	}
	if (r == 0 && reader->whole->advice.count == 0)
		r = wrong(reader, "there is no text behind the head", "");
	return r;
}

int
advice_parse(struct text file, const char *where, struct advice **ret, struct fail *fail)
{
	struct reader reader = {.where = where, .fail = fail};
	int r;

	*ret = NULL;
	if (file.length > ADVICE_BYTES) {
		fail_where(fail, "%s", where);
		fail_what(fail, "%zu bytes", file.length);
		fail_hint(fail, "a text has at most %d", ADVICE_BYTES);
		return -E2BIG;
	}
	reader.whole = xcalloc(1, sizeof(*reader.whole));
	reader.whole->advice.block = reader.whole->block;
	reader.whole->file = xcalloc(file.length + 1, 1);
	if (file.length > 0)
		memcpy(reader.whole->file, file.at, file.length);
	reader.rest = (struct text){reader.whole->file, file.length};
	r = read_file(&reader);
	if (r < 0)
		(void)advice_free(&reader.whole->advice);
	else
		*ret = &reader.whole->advice;
	return r;
}

struct advice *
advice_free(struct advice *advice)
{
	struct whole *whole = (struct whole *)advice;

	if (whole != NULL)
		free(whole->file);
	free(whole);
	return NULL;
}

bool
advice_has_step(const struct advice *advice, struct text name)
{
	for (size_t i = 0; i < advice->count; i++) {
		if (advice->block[i].kind == ADVICE_TASK && text_equal(advice->block[i].step, name))
			return true;
	}
	return false;
}
