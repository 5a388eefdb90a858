/* rpsl_naive - RPSL read line by line, in the plainest way, and objects in words
 *
 * What:    RFC 2622 s2 as one would read it aloud: lines, of which those up to an empty one are an object; each is a
 *          comment, goes on with the attribute before it, or is a new attribute; only at the end is asked which
 *          matter. The judge of the fast reader. Without ceilings.
 *          Both print objects as "LINE [name value] [name value]", other bytes in hexadecimal.
 */
#ifndef LAZARET_TESTS_RPSL_NAIVE_H
#define LAZARET_TESTS_RPSL_NAIVE_H

#include "base/text.h"
#include "census/registry/rpsl.h"

#include <ctype.h>

static inline void
naive_begin(struct buffer *into, uint64_t line)
{
	buffer_print(into, "%llu", (unsigned long long)line);
}

static inline void
naive_attribute(struct buffer *into, enum rpsl_name name, struct text value)
{
	buffer_print(into, " [%s", rpsl_names[name]);
	for (size_t i = 0; i < value.length; i++) {
		unsigned char c = (unsigned char)value.at[i];

		if (i == 0)
			buffer_print(into, " ");
		if (c >= ' ' && c <= '~')
			buffer_add(into, &c, 1);
		else
			buffer_print(into, "\\%02x", c);
	}
	buffer_print(into, "]");
}

static inline void
naive_end(struct buffer *into)
{
	buffer_print(into, "\n");
}

static inline void
naive_counts(struct buffer *into, const struct rpsl_counts *counts)
{
	buffer_print(into, "objects %llu, others %llu, white %llu, faults",
		(unsigned long long)counts->objects, (unsigned long long)counts->others,
		(unsigned long long)counts->white_lines);
	for (size_t i = 0; i < RPSL_FAULT_COUNT; i++)
		buffer_print(into, " %llu", (unsigned long long)counts->faults[i]);
	buffer_print(into, "\n");
}

static inline struct text
naive_trim(struct text text)
{
	while (text.length > 0 && strchr(" \t\r", text.at[0]) != NULL && text.at[0] != '\0') {
		text.at++;
		text.length--;
	}
	while (text.length > 0 && text.at[text.length - 1] != '\0' &&
		strchr(" \t\r", text.at[text.length - 1]) != NULL)
		text.length--;
	return text;
}

/* The name before the colon in small letters; empty where that is no word. */
static inline void
naive_name(struct text line, char name[64])
{
	size_t i = 0;

	name[0] = '\0';
	while (i < line.length && i < 63 && line.at[i] != ':') {
		unsigned char c = (unsigned char)line.at[i];

		if (!isascii(c) || !(isalnum(c) || c == '-' || c == '_'))
			return;
		i++;
	}
	if (i == 0 || i == line.length || line.at[i] != ':')
		return;
	for (size_t k = 0; k < i; k++)
		name[k] = (char)tolower((unsigned char)line.at[k]);
	name[i] = '\0';
}

static inline enum rpsl_name
naive_known(const char *name)
{
	for (unsigned i = RPSL_OTHER + 1; i < RPSL_NAME_COUNT; i++) {
		if (strcmp(name, rpsl_names[i]) == 0)
			return (enum rpsl_name)i;
	}
	return RPSL_OTHER;
}

struct naive_object {
	uint64_t line; /* 0: none has begun */
	bool is_lost;  /* or of another class */
	size_t count;
	struct {
		enum rpsl_name name;
		char value[2048];
		size_t length;
	} attribute[128];
};

/* What a line adds to the last attribute. */
static inline void
naive_add(struct naive_object *object, struct text piece)
{
	size_t i = object->count - 1;
	char *value = object->attribute[i].value;

	piece = naive_trim(text_cut(&piece, '#'));
	if (piece.length == 0)
		return;
	if (object->attribute[i].length > 0)
		value[object->attribute[i].length++] = ' ';
	memcpy(value + object->attribute[i].length, piece.at, piece.length);
	object->attribute[i].length += piece.length;
}

static inline void
naive_line(
	struct naive_object *object, struct text line, uint64_t number, struct rpsl_counts *counts)
{
	char first = line.at[0], name[64];

	if (first == '#' || first == '%' || (object->line != 0 && object->is_lost))
		return;
	if (first == ' ' || first == '\t' || first == '+') {
		struct text rest = {.at = line.at + 1, .length = line.length - 1};

		if (object->line != 0) {
			naive_add(object, rest);
			return;
		}
	}
	naive_name(line, name);
	if (object->line == 0) {
		enum rpsl_name class = naive_known(name);

		*object = (struct naive_object){.line = number};
		object->is_lost = class == RPSL_OTHER || class > RPSL_CLASS_LAST;
		if (class == RPSL_OTHER && name[0] != '\0')
			counts->others++;
		else if (object->is_lost)
			counts->faults[RPSL_NO_CLASS]++;
	}
	object->attribute[object->count].name = naive_known(name);
	object->attribute[object->count].length = 0;
	object->count++;
	text_cut(&line, ':');
	naive_add(object, line);
}

static inline void
naive_give(const struct naive_object *object, struct rpsl_counts *counts, struct buffer *into)
{
	counts->objects++;
	naive_begin(into, object->line);
	for (size_t i = 0; i < object->count; i++) {
		enum rpsl_name name = object->attribute[i].name;

		if (i == 0 || name >= RPSL_ATTRIBUTE_FIRST)
			naive_attribute(into, name,
				(struct text){
					object->attribute[i].value, object->attribute[i].length});
	}
	naive_end(into);
}

/* Objects and counts of a text, as the test of the fast reader prints them. Returns how many objects there are. */
static inline uint64_t
naive_read(const char *at, size_t size, struct buffer *into)
{
	static struct naive_object object;
	struct rpsl_counts counts = {0};
	struct text rest = {at, size};
	uint64_t number = 0;
	bool has_end = size == 0 || at[size - 1] == '\n';

	buffer_clear(into);
	object.line = 0;
	if (rest.length >= 3 && memcmp(rest.at, "\xef\xbb\xbf", 3) == 0)
		rest = (struct text){at + 3, size - 3};
	while (rest.length > 0) {
		struct text line = text_cut(&rest, '\n');

		number++;
		if (naive_trim(line).length > 0) {
			naive_line(&object, line, number, &counts);
			continue;
		}
		if (object.line != 0)
			counts.white_lines += line.length > 0 && !text_is(line, "\r");
		if (object.line != 0 && !object.is_lost)
			naive_give(&object, &counts, into);
		object.line = 0;
	}
	if (object.line != 0 && !object.is_lost && has_end)
		naive_give(&object, &counts, into);
	else if (object.line != 0 && !object.is_lost)
		counts.faults[RPSL_CUT]++;
	naive_counts(into, &counts);
	return counts.objects;
}

#endif
