/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mailparts.h"

#include "source/mail/mailhead.h"

/* Of a Content-Type no more is looked at, since its parameters are looked for in more than one pass. */
#define TYPE_MOST 4096

/* A line that is a boundary of a multipart that is open. */
struct border {
	unsigned level; /* of the multipart, from 1; 0: the line is none */
	bool is_last;
};

void
mailparts_begin(struct mailparts *walk, struct text message)
{
	walk->rest = message;
	walk->count = walk->depth = 0;
	walk->has_begun = walk->has_part = false;
	walk->is_cut = walk->is_deep = walk->is_crowded = false;
}

/* Only blanks may follow. The innermost comes first: one that is the begin of another is not taken for it. */
static struct border
border_of(const struct mailparts *walk, struct text line)
{
	struct border none = {0, false};

	if (line.length < 3 || line.at[0] != '-' || line.at[1] != '-')
		return none;
	line = (struct text){line.at + 2, line.length - 2};
	for (unsigned level = walk->depth; level > 0; level--) {
		const struct mailparts_open *open = &walk->open[level - 1];
		struct text behind = {line.at + open->length, line.length - open->length};
		bool is_last;

		if (line.length < open->length ||
			memcmp(line.at, open->boundary, open->length) != 0)
			continue;
		is_last = text_starts(behind, "--");
		if (is_last)
			behind = (struct text){behind.at + 2, behind.length - 2};
		if (text_trim(behind).length == 0)
			return (struct border){level, is_last};
	}
	return none;
}

/* What stands before the next boundary, without the end of line that belongs to it. walk->rest is then behind it. */
static struct text
take_content(struct mailparts *walk, struct border *ret)
{
	struct text content = {walk->rest.at, 0}, *rest = &walk->rest;

	*ret = (struct border){0, false};
	while (rest->length > 0) {
		const char *begin = rest->at;
		struct text line = mailhead_line(rest);

		*ret = border_of(walk, line);
		if (ret->level > 0) {
			content.length = (size_t)(begin - content.at);
			content.length -=
				content.length > 0 && content.at[content.length - 1] == '\n';
			content.length -=
				content.length > 0 && content.at[content.length - 1] == '\r';
			return content;
		}
	}
	content.length = (size_t)(rest->at - content.at);
	walk->is_cut |= walk->depth > 0;
	return content;
}

/* Multiparts end with the boundary of one around them, too. */
static void
pass(struct mailparts *walk, struct border border)
{
	walk->is_cut |= border.level < walk->depth && border.level > 0;
	walk->depth = border.level - (border.is_last && border.level > 0);
	walk->has_part = border.level > 0 && !border.is_last;
}

/* Goes to where the next part begins. */
static bool
find_part(struct mailparts *walk)
{
	while (!walk->has_part) {
		struct border border;

		if (walk->depth == 0)
			return false;
		(void)take_content(walk, &border);
		pass(walk, border);
	}
	walk->has_part = false;
	return true;
}

/* The head of a part may be followed by a boundary at once. */
static struct text
take_head(struct mailparts *walk)
{
	struct text head = {walk->rest.at, 0};

	while (walk->rest.length > 0) {
		struct text before = walk->rest;
		struct text line = mailhead_line(&walk->rest);

		if (line.length == 0)
			break;
		if (border_of(walk, line).level > 0) {
			walk->rest = before;
			break;
		}
		head.length = (size_t)(walk->rest.at - head.at);
	}
	return head;
}

static void
read_head(const struct mailparts *walk, struct mailpart *part)
{
	bool is_of_digest = walk->depth > 0 && walk->open[walk->depth - 1].is_digest;
	struct text head = part->head;
	bool has_type = false, has_coding = false;
	struct mailfield field;

	while ((!has_type || !has_coding) && mailhead_next(&head, &field)) {
		if (!has_type && mailfield_is(&field, "Content-Type")) {
			part->content = field.value;
			if (part->content.length > TYPE_MOST)
				part->content.length = TYPE_MOST;
			has_type = true;
		} else if (!has_coding && mailfield_is(&field, "Content-Transfer-Encoding")) {
			part->coding = mailcoding_of(field.value);
			has_coding = true;
		}
	}
	if (mailvalue_type(part->content, &part->type))
		return;
	part->type = is_of_digest ? (struct mailtype){TEXT("message"), TEXT("rfc822")}
				  : (struct mailtype){TEXT("text"), TEXT("plain")};
}

/* Opens a multipart. False: it has no boundary, or is too deep: it is given as a part like others. */
static bool
open_multipart(struct mailparts *walk, const struct mailpart *part)
{
	char held[MAILPARTS_BOUNDARY + 2];
	struct buffer boundary = {.at = held, .size = sizeof(held), .most = sizeof(held) - 1};
	struct mailparts_open *open = &walk->open[walk->depth];

	if (!text_same(part->type.type, TEXT("multipart")) ||
		!mailvalue_parameter(part->content, "boundary", &boundary) || boundary.failed ||
		boundary.length == 0 || boundary.length > MAILPARTS_BOUNDARY)
		return false;
	if (walk->depth == MAILPARTS_DEPTH) {
		walk->is_deep = true;
		return false;
	}
	open->is_digest = text_same(part->type.subtype, TEXT("digest"));
	open->length = (uint8_t)boundary.length;
	memcpy(open->boundary, boundary.at, boundary.length);
	walk->depth++;
	return true;
}

bool
mailparts_next(struct mailparts *walk, struct mailpart *ret)
{
	struct border border;

	if (walk->has_begun ? !find_part(walk) : walk->rest.length == 0)
		return false;
	if (walk->count == MAILPARTS_MOST) {
		walk->is_crowded = true;
		walk->depth = 0;
		return false;
	}
	walk->has_begun = true;
	walk->count++;
	*ret = (struct mailpart){.depth = walk->depth, .head = take_head(walk)};
	read_head(walk, ret);
	ret->is_multipart = open_multipart(walk, ret);
	if (ret->is_multipart)
		return true;
	ret->body = take_content(walk, &border);
	pass(walk, border);
	return true;
}

bool
mailparts_file(const struct mailpart *part, struct buffer *into)
{
	struct text value;

	return (mailhead_find(part->head, "Content-Disposition", &value) &&
		       mailvalue_parameter(value, "filename", into)) ||
		mailvalue_parameter(part->content, "name", into);
}
