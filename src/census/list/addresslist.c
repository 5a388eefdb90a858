/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses, prefixes and ranges, one a line: plain lists, and zones of rbldnsd. */
#include "census/list/filedate.h"
#include "census/list/listformat.h"

#include <errno.h>
#include <stdio.h>

static const char an_entry[] = "an address, prefix or range";
static const char an_end[] = "a blank or the end of the line behind the address";
static const char one_protocol[] = "an address of the protocol that this data set is for";
static const char a_prefix[] = "a prefix, since this data set takes no ranges";
static const char one_address[] = "a single address, since this data set takes no others";
static const char a_slash_64[] = "the four groups of a /64";

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct text *text)
{
	while (text->length > 0 && is_blank(*text->at)) {
		text->at++;
		text->length--;
	}
}

/* What a data set of this type takes; NULL, or what should have been there. */
static const char *
misfit(enum zonetype type, const struct addressform *form, bool is_excluded)
{
	switch (type) {
	case ZONETYPE_ANY:
	case ZONETYPE_COUNT:
		return NULL;
	case ZONETYPE_IP4SET:
		return form->is_six ? one_protocol : NULL;
	case ZONETYPE_IP4TRIE:
		if (form->is_six)
			return one_protocol;
		return form->length == ADDRESSFORM_RANGE ? a_prefix : NULL;
	case ZONETYPE_IP4TSET:
		if (form->is_six)
			return one_protocol;
		return form->length != 32 ? one_address : NULL;
	case ZONETYPE_IP6TRIE:
		return form->is_six ? NULL : one_protocol;
	case ZONETYPE_IP6TSET:
		if (!form->is_six)
			return one_protocol;
		return form->length != 64 && !is_excluded ? a_slash_64 : NULL;
	}
	return NULL;
}

/* Behind an entry of a zone stands anything that does not go on with it. Its A value is looked at where that
 * matters. */
static bool
check_zone_rest(struct listreader *reader, struct text rest, uint32_t *value)
{
	const char *c = rest.at;

	*value = reader->value;
	if (rest.length > 0 && !is_blank(*c) && *c != '#' && *c != ';' && *c != ':') {
		listformat_refuse(reader, an_end, rest);
		return false;
	}
	skip_blanks(&rest);
	if (rest.length == 0 || *rest.at != ':' || reader->order->values_count == 0)
		return true;
	if (zonespecial_value(rest, reader->value, value) == 0)
		return true;
	listformat_refuse(reader, "an A value as in :127.0.0.2:", rest);
	return false;
}

/* Behind an entry of a plain list stands a comment, or a count. */
static bool
check_plain_rest(struct listreader *reader, struct text rest)
{
	struct text found = rest;

	if (rest.length > 0 && !is_blank(*rest.at) && *rest.at != '#' && *rest.at != ';')
		goto refuse;
	skip_blanks(&rest);
	while (rest.length > 0 && *rest.at >= '0' && *rest.at <= '9') {
		rest.at++;
		rest.length--;
	}
	skip_blanks(&rest);
	if (rest.length == 0 || *rest.at == '#' || *rest.at == ';')
		return true;
refuse:
	listformat_refuse(reader, an_end, found);
	return false;
}

/* In plain lists a range may have blanks around its dash: the text without those, where it is one. */
static struct text
without_blanks(struct text line, char into[64])
{
	struct text rest = line, low = text_trim(text_cut(&rest, '-')), high;
	size_t end = 0;

	while (end < rest.length && rest.at[end] != '#' && rest.at[end] != ';')
		end++;
	high = text_trim((struct text){rest.at, end});
	if (rest.length == 0 || low.length + high.length + 1 > 63)
		return line;
	return (struct text){into,
		(size_t)snprintf(
			into, 64, "%.*s-%.*s", (int)low.length, low.at, (int)high.length, high.at)};
}

static void
take_entry(struct listreader *reader, struct text line, bool is_excluded)
{
	const bool is_zone = reader->form == LISTFORM_RBLDNSD;
	struct text rest = line;
	struct addressform form;
	uint32_t value = 0;
	const char *expected = an_entry;
	char joined[64];

	if (!is_zone && memchr(line.at, '-', line.length) != NULL)
		rest = without_blanks(line, joined);
	if (addressform_take(&rest, is_zone, &form, &expected) < 0) {
		listformat_refuse(reader, expected, line);
		return;
	}
	if (is_zone ? !check_zone_rest(reader, rest, &value) : !check_plain_rest(reader, rest))
		return;
	expected = misfit(reader->type, &form, is_excluded);
	if (expected != NULL)
		listformat_refuse(reader, expected, line);
	else if (is_excluded)
		listformat_exclude(reader, &form);
	else if (is_zone && !zonespecial_wants(reader, value))
		reader->notes->unwanted++;
	else
		listformat_entry(reader, &form, 0, 0);
}

/* Behind a line that only a zone has, a list of which nothing was told is read as one. Its lines before are the same
 * in both. */
static void
see_mark(struct listreader *reader, struct text line)
{
	if (reader->form == LISTFORM_PLAIN && reader->order->form == LISTFORM_FOUND &&
		listfind_is_zone(line))
		reader->form = LISTFORM_RBLDNSD;
}

/* Lists say in a comment at their begin when they were made. */
static void
see_comment(struct listreader *reader, struct text line)
{
	uint32_t time;

	if (reader->notes->time == 0 && filedate_find(line, &time))
		reader->notes->time = time;
}

/* "$", or a sign of a comment or colon and "$". */
static bool
is_special(struct text line)
{
	if (line.length > 1 && *line.at == ':' && line.at[1] == '$')
		return true;
	return listfind_is_zone(line) && *line.at != ':' && *line.at != '!';
}

static void
take_line(struct listreader *reader, struct text line)
{
	see_mark(reader, line);
	if (reader->form == LISTFORM_RBLDNSD && is_special(line)) {
		zonespecial_take(reader, line);
		return;
	}
	skip_blanks(&line);
	if (line.length == 0 || reader->is_unwanted)
		return;
	if (*line.at == '#' || *line.at == ';') {
		see_comment(reader, line);
	} else if (memchr(line.at, '\0', line.length) != NULL) {
		listformat_refuse(reader, "text without NUL bytes", line);
	} else if (reader->form != LISTFORM_RBLDNSD) {
		take_entry(reader, line, false);
	} else if (*line.at == ':' && line.length > 1 && line.at[1] != ':') {
		if (zonespecial_value(line, reader->value, &reader->value) < 0)
			listformat_refuse(reader, "an A value as in :127.0.0.2:", line);
	} else if (*line.at == '!') {
		line.at++;
		line.length--;
		skip_blanks(&line);
		take_entry(reader, line, true);
	} else {
		take_entry(reader, line, false);
	}
}

const struct listformat addresslist_format = {.take = listlines_take, .line = take_line};
