/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mailhead.h"

struct text
mailhead_line(struct text *rest)
{
	struct text line = text_cut(rest, '\n');

	if (line.length > 0 && line.at[line.length - 1] == '\r')
		line.length--;
	return line;
}

struct text
mailhead_cut(struct text *message)
{
	struct text head = {message->at, 0};

	while (message->length > 0) {
		struct text line = mailhead_line(message);

		if (line.length == 0)
			break;
		head.length = (size_t)(message->at - head.at);
	}
	return head;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Without blanks, tabs and ends of lines at both ends. */
static struct text
trim(struct text text)
{
	while (text.length > 0 && (is_blank(*text.at) || *text.at == '\r' || *text.at == '\n')) {
		text.at++;
		text.length--;
	}
	while (text.length > 0 && (unsigned char)text.at[text.length - 1] <= ' ' &&
		text.at[text.length - 1] != '\0')
		text.length--;
	return text;
}

/* The name at the front of a line: RFC 5322 s2.2, and blanks before the colon as of old (s4.5). */
static bool
take_name(struct text line, struct text *name)
{
	size_t length = 0;

	while (length < line.length && line.at[length] > ' ' && line.at[length] < 0x7f &&
		line.at[length] != ':')
		length++;
	*name = (struct text){line.at, length};
	while (length < line.length && is_blank(line.at[length]))
		length++;
	return name->length > 0 && length < line.length && line.at[length] == ':';
}

bool
mailhead_next(struct text *head, struct mailfield *ret)
{
	while (head->length > 0) {
		struct text line = mailhead_line(head);
		const char *begin, *end = line.at + line.length;

		if (!take_name(line, &ret->name))
			continue;
		begin = ret->name.at + ret->name.length;
		while (*begin != ':')
			begin++;
		while (head->length > 0 && is_blank(*head->at)) {
			line = mailhead_line(head);
			end = line.at + line.length;
		}
		ret->value = trim((struct text){begin + 1, (size_t)(end - begin - 1)});
		return true;
	}
	return false;
}

bool
mailhead_find(struct text head, const char *name, struct text *value)
{
	struct mailfield field;

	while (mailhead_next(&head, &field)) {
		if (mailfield_is(&field, name)) {
			*value = field.value;
			return true;
		}
	}
	return false;
}

void
mailhead_unfold(struct text value, struct buffer *into)
{
	while (value.length > 0)
		buffer_text(into, mailhead_line(&value));
}
