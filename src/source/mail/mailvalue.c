/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/mail/mailvalue.h"

#include "base/mime.h"
#include "source/mail/mailcoding.h"
#include "source/mail/mailtoken.h"

#include <errno.h>
#include <stdio.h>

bool
mailvalue_type(struct text value, struct mailtype *ret)
{
	struct mailtoken token;
	struct text rest;

	if (!mailtoken_next(&value, MAILTOKEN_MIME, &token) || token.kind == MAILTOKEN_SPECIAL)
		return false;
	rest = token.text;
	*ret = (struct mailtype){.type = text_cut(&rest, '/'), .subtype = rest};
	return ret->type.length > 0 && ret->subtype.length > 0;
}

struct parameter {
	struct text name;
	struct mailtoken value;
};

/* Takes the next one from behind the ";" that is before it. */
static bool
take_parameter(struct text *rest, struct parameter *ret)
{
	struct mailtoken token;

	while (mailtoken_next(rest, MAILTOKEN_MIME, &token)) {
		if (!mailtoken_is(&token, ';') || !mailtoken_next(rest, MAILTOKEN_MIME, &token) ||
			token.kind != MAILTOKEN_WORD)
			continue;
		ret->name = token.text;
		if (mailtoken_next(rest, MAILTOKEN_MIME, &token) && mailtoken_is(&token, '=') &&
			mailtoken_next(rest, MAILTOKEN_MIME, &ret->value) &&
			ret->value.kind != MAILTOKEN_SPECIAL)
			return true;
	}
	return false;
}

static bool
find_parameter(struct text value, struct text name, struct mailtoken *ret)
{
	struct parameter parameter;

	while (take_parameter(&value, &parameter)) {
		if (text_same(parameter.name, name)) {
			*ret = parameter.value;
			return true;
		}
	}
	return false;
}

/* A value whose bytes may be written %XX. */
static void
add_percent(struct text text, struct buffer *into)
{
	while (text.length > 0) {
		struct text piece = text_cut(&text, '%');
		uint64_t byte;
		char c;

		buffer_text(into, piece);
		if (piece.at + piece.length == text.at)
			break;
		if (text.length < 2 ||
			text_parse_hex((struct text){text.at, 2}, UINT8_MAX, &byte) < 0) {
			buffer_add(into, "%", 1);
			continue;
		}
		c = (char)byte;
		buffer_add(into, &c, 1);
		text.at += 2;
		text.length -= 2;
	}
}

/* charset'language'text, of which the first section alone has the quotes. */
static void
add_extended(struct text text, bool is_first, struct buffer *into)
{
	struct text rest = text, charset = {text.at, 0};
	size_t before = into->length, size;

	if (is_first) {
		charset = text_cut(&rest, '\'');
		(void)text_cut(&rest, '\'');
		if (rest.length == 0 && charset.length == text.length) {
			charset.length = 0;
			rest = text;
		}
	}
	add_percent(rest, into);
	size = into->length - before;
	/* What was added is in its character set: added again behind it, and moved over it. */
	if (size > 0 && charset.length > 0 && !text_same(charset, TEXT("utf-8"))) {
		struct buffer bytes;

		buffer_init(&bytes, size + 1);
		buffer_add(&bytes, into->at + before, size);
		into->length = before;
		if (!mailcoding_charset(charset, (struct text){bytes.at, bytes.length}, into))
			buffer_add(into, bytes.at, bytes.length);
		buffer_done(&bytes);
	}
}

/* name*0=, name*1*= and so on (RFC 2231 s3, s4.1). */
static bool
add_sections(struct text value, const char *name, struct buffer *into)
{
	int section = 0;

	for (; section < MAILVALUE_SECTIONS; section++) {
		struct mailtoken token;
		char plain[80], extended[80];

		snprintf(plain, sizeof(plain), "%.64s*%d", name, section);
		snprintf(extended, sizeof(extended), "%.64s*%d*", name, section);
		if (find_parameter(value, text_of(plain), &token))
			mailtoken_plain(&token, into);
		else if (find_parameter(value, text_of(extended), &token))
			add_extended(token.text, section == 0, into);
		else
			break;
	}
	return section > 0;
}

bool
mailvalue_parameter(struct text value, const char *name, struct buffer *into)
{
	struct mailtoken token;
	char extended[80];

	snprintf(extended, sizeof(extended), "%.64s*", name);
	if (find_parameter(value, text_of(extended), &token)) {
		add_extended(token.text, true, into);
		return true;
	}
	if (add_sections(value, name, into))
		return true;
	if (!find_parameter(value, text_of(name), &token))
		return false;
	mailtoken_plain(&token, into);
	return true;
}

/* An address being read. */
struct reading {
	char at[MIME_ADDRESS + 2];
	size_t length;
	bool is_over;   /* it is longer */
	bool is_inside; /* of < and > */
};

static void
add_token(struct reading *reading, const struct mailtoken *token)
{
	bool is_quoted = token->kind == MAILTOKEN_QUOTED;

	if (reading->length + token->text.length + 2 > sizeof(reading->at)) {
		reading->is_over = true;
		return;
	}
	if (is_quoted)
		reading->at[reading->length++] = '"';
	memcpy(reading->at + reading->length, token->text.at, token->text.length);
	reading->length += token->text.length;
	if (is_quoted)
		reading->at[reading->length++] = '"';
}

/* Takes the next special: true if it ends the address. What was before it may have been a name, a group, or a route. */
static bool
take_special(struct reading *reading, const struct mailtoken *token)
{
	switch (*token->text.at) {
	case '<':
		*reading = (struct reading){.is_inside = true};
		return false;
	case ':':
		*reading = (struct reading){.is_inside = reading->is_inside};
		return false;
	case '>':
		return true;
	case ',':
	case ';':
		return reading->length > 0 && !reading->is_inside;
	case '@':
	case '[':
	case ']':
		add_token(reading, token);
		return false;
	default:
		return false;
	}
}

bool
mailvalue_address(struct text value, struct buffer *into)
{
	struct reading reading = {.length = 0};
	struct mailtoken token;

	while (mailtoken_next(&value, MAILTOKEN_ADDRESS, &token)) {
		if (token.kind != MAILTOKEN_SPECIAL)
			add_token(&reading, &token);
		else if (take_special(&reading, &token))
			break;
	}
	if (reading.is_over || reading.length == 0 || reading.length > MIME_ADDRESS ||
		memchr(reading.at, '@', reading.length) == NULL)
		return false;
	buffer_add(into, reading.at, reading.length);
	return true;
}

static bool
take_number(struct text *rest, const char *specials, uint64_t most, int *ret)
{
	struct mailtoken token;
	uint64_t number;

	if (!mailtoken_next(rest, specials, &token) ||
		text_parse_u64(token.text, most, &number) < 0)
		return false;
	*ret = (int)number;
	return true;
}

static int
month_of(struct text name)
{
	static const char *const months[] = {
		"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};

	for (int i = 0; i < 12 && name.length >= 3; i++) {
		if (text_same((struct text){name.at, 3}, text_of(months[i])))
			return i + 1;
	}
	return -1;
}

/* What is to be added to give UTC. RFC 5322 s4.3. */
static int64_t
zone_of(struct text zone)
{
	static const char *const names[] = {"edt", "est", "cdt", "cst", "mdt", "mst", "pdt", "pst"};
	static const int hours[] = {4, 5, 5, 6, 6, 7, 7, 8};
	uint64_t number;

	for (unsigned i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (text_same(zone, text_of(names[i])))
			return hours[i] * WALL_HOUR;
	}
	if (zone.length != 5 || (*zone.at != '+' && *zone.at != '-') ||
		text_parse_u64((struct text){zone.at + 1, 4}, 9999, &number) < 0)
		return 0;
	return (*zone.at == '-' ? 1 : -1) *
		((int64_t)(number / 100) * WALL_HOUR + (int64_t)(number % 100) * WALL_MINUTE);
}

/* 08:42:56, or without seconds. */
static bool
take_time(struct text *rest, int part[3], struct mailtoken *behind)
{
	const char *specials = ":,";
	bool has_more;

	part[2] = 0;
	if (!take_number(rest, specials, 23, &part[0]) || !mailtoken_next(rest, specials, behind) ||
		!mailtoken_is(behind, ':') || !take_number(rest, specials, 59, &part[1]))
		return false;
	has_more = mailtoken_next(rest, specials, behind);
	if (has_more && mailtoken_is(behind, ':')) {
		if (!take_number(rest, specials, 60, &part[2]))
			return false;
		has_more = mailtoken_next(rest, specials, behind);
	}
	if (!has_more)
		*behind = (struct mailtoken){MAILTOKEN_WORD, {rest->at, 0}};
	return true;
}

int
mailvalue_date(struct text value, struct wall *ret)
{
	int day, month, year, time[3];
	struct mailtoken token;
	uint64_t number;
	struct wall wall;

	if (!mailtoken_next(&value, ":,", &token))
		return -EINVAL;
	/* The day of the week, of which the comma may be missing. */
	if (text_parse_u64(token.text, 31, &number) < 0) {
		if (!mailtoken_next(&value, ":,", &token) ||
			(mailtoken_is(&token, ',') && !mailtoken_next(&value, ":,", &token)) ||
			text_parse_u64(token.text, 31, &number) < 0)
			return -EINVAL;
	}
	day = (int)number;
	if (!mailtoken_next(&value, ":,", &token) || (month = month_of(token.text)) < 0 ||
		!take_number(&value, ":,", 9999, &year) || !take_time(&value, time, &token))
		return -EINVAL;
	year += year < 50 ? 2000 : year < 1000 ? 1900 : 0;
	if (wall_from_date(&wall, year, month, day, time[0], time[1], time[2]) < 0)
		return -EINVAL;
	wall.us += zone_of(token.text);
	if (wall.us < 0)
		return -EINVAL;
	*ret = wall;
	return 0;
}
