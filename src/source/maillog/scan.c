/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/scan.h"

/* Longest name of a host. */
#define NAME 255

struct text
scan_behind(struct text rest, size_t bytes)
{
	size_t skip = bytes < rest.length ? bytes : rest.length;

	return (struct text){rest.at + skip, rest.length - skip};
}

size_t
scan_find(struct text text, const char *what)
{
	const char *found =
		text.length > 0 ? memmem(text.at, text.length, what, strlen(what)) : NULL;

	return found == NULL ? SIZE_MAX : (size_t)(found - text.at);
}

size_t
scan_find_last(struct text text, const char *what)
{
	size_t length = strlen(what);

	for (size_t end = text.length; end >= length && length > 0; end--) {
		if (memcmp(text.at + end - length, what, length) == 0)
			return end - length;
	}
	return SIZE_MAX;
}

bool
scan_skip(struct text *rest, const char *literal)
{
	if (!text_starts(*rest, literal))
		return false;
	*rest = scan_behind(*rest, strlen(literal));
	return true;
}

bool
scan_ends(struct text text, const char *with)
{
	size_t length = strlen(with);

	return text.length >= length && text_starts(scan_behind(text, text.length - length), with);
}

bool
scan_until(struct text *rest, const char *stop, struct text *ret)
{
	size_t at = scan_find(*rest, stop);

	if (at == SIZE_MAX)
		return false;
	*ret = (struct text){rest->at, at};
	*rest = scan_behind(*rest, at + strlen(stop));
	return true;
}

struct text
scan_word(struct text *rest)
{
	struct text word = {rest->at, 0};

	while (word.length < rest->length && rest->at[word.length] != ' ')
		word.length++;
	*rest = scan_behind(*rest, word.length);
	while (rest->length > 0 && *rest->at == ' ')
		*rest = scan_behind(*rest, 1);
	return word;
}

bool
scan_number(struct text *rest, uint64_t most, uint64_t *ret)
{
	struct text digits = {rest->at, 0};

	while (digits.length < rest->length && digits.length < 20 &&
		rest->at[digits.length] >= '0' && rest->at[digits.length] <= '9')
		digits.length++;
	if (text_parse_u64(digits, most, ret) < 0)
		return false;
	*rest = scan_behind(*rest, digits.length);
	return true;
}

/* Behind the second of two quotes; text.length if it is not there. */
static size_t
behind_quoted(struct text text, size_t at)
{
	for (at++; at < text.length && text.at[at] != '"'; at++) {
		if (text.at[at] == '\\')
			at++;
	}
	return at < text.length ? at + 1 : text.length;
}

bool
scan_path(struct text *rest, struct text *ret)
{
	size_t at = 1;

	if (rest->length == 0 || *rest->at != '<')
		return false;
	while (at < rest->length && rest->at[at] != '>' && rest->at[at] != '<') {
		if (rest->at[at] == '"') {
			at = behind_quoted(*rest, at);
		} else if (rest->at[at] == '[' && rest->at[at - 1] == '@') {
			while (at < rest->length && rest->at[at] != ']')
				at++;
		} else {
			at++;
		}
	}
	if (at >= rest->length || rest->at[at] != '>')
		return false;
	*ret = (struct text){rest->at + 1, at - 1};
	*rest = scan_behind(*rest, at + 1);
	return true;
}

bool
scan_brackets(struct text *rest, struct mailevent *event)
{
	struct text after = *rest, inside;
	uint64_t port = 0;

	if (!scan_skip(&after, "[") || !scan_until(&after, "]", &inside))
		return false;
	(void)scan_skip(&inside, "IPv6:");
	event->has_address = address_parse(inside, &event->address) == 0;
	event->port = 0;
	*rest = after;
	if (scan_skip(&after, ":") && scan_number(&after, UINT16_MAX, &port)) {
		event->port = (uint16_t)port;
		*rest = after;
	}
	return true;
}

bool
scan_peer(struct text *rest, struct mailevent *event)
{
	struct text after = *rest;
	size_t name = 0;

	while (name < after.length && name <= NAME && after.at[name] != '[' &&
		strchr(" <>(),\"]", after.at[name]) == NULL)
		name++;
	after = scan_behind(after, name);
	if (!scan_brackets(&after, event))
		return false;
	*rest = after;
	return true;
}

bool
scan_dsn(struct text *rest, struct mail_dsn *ret)
{
	struct text after = *rest;
	uint64_t part[3];

	for (int i = 0; i < 3; i++) {
		if ((i > 0 && !scan_skip(&after, ".")) || !scan_number(&after, 999, &part[i]))
			return false;
	}
	if ((part[0] != 2 && part[0] != 4 && part[0] != 5) ||
		(after.length > 0 && (*after.at == '.' || (*after.at >= '0' && *after.at <= '9'))))
		return false;
	*ret = (struct mail_dsn){(uint16_t)part[0], (uint16_t)part[1], (uint16_t)part[2]};
	*rest = after;
	return true;
}

void
scan_reply(struct text *rest, struct mailevent *event)
{
	struct text after = *rest;
	uint64_t code;

	if (scan_number(&after, 599, &code) && code >= 200 &&
		(after.length == 0 || *after.at == ' ' || *after.at == '-')) {
		event->code = (uint16_t)code;
		*rest = scan_behind(after, 1);
	}
	if (scan_dsn(rest, &event->dsn))
		(void)scan_skip(rest, " ");
}
