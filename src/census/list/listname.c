/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/listname.h"

static const char *const packings[] = {".gz", ".xz", ".zst"};
static const char *const writings[] = {".ipset", ".netset", ".txt", ".csv", ".json", ".jsonl",
	".ndjson", ".zone", ".rbldnsd", ".list", ".lst", ".dat", ".conf", ".save", ".set"};

/* Takes one of these off the end, unless nothing would be left. */
static bool
take_end(struct text *name, const char *const *ends, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(ends[i]);

		if (name->length > length &&
			text_same((struct text){name->at + name->length - length, length},
				(struct text){ends[i], length})) {
			name->length -= length;
			return true;
		}
	}
	return false;
}

struct text
listname_unpacked(struct text path)
{
	(void)take_end(&path, packings, sizeof(packings) / sizeof(*packings));
	return path;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand between the parts of a moment, and before it. */
static bool
is_joint(char c)
{
	return c != '\0' && strchr("-_.:tTzZ+", c) != NULL;
}

/* Takes so many digits, and a joint behind them, off the front: a number up to most, or -1. */
static int
take_number(struct text *from, size_t digits, int most)
{
	int number = 0;

	if (from->length < digits)
		return -1;
	for (size_t i = 0; i < digits; i++) {
		if (!is_digit(from->at[i]))
			return -1;
		number = 10 * number + (from->at[i] - '0');
	}
	*from = (struct text){from->at + digits, from->length - digits};
	if (from->length > 0 && is_joint(from->at[0]))
		*from = (struct text){from->at + 1, from->length - 1};
	return number <= most ? number : -1;
}

/* A day, with or without a time of it; or seconds since 1970. */
static bool
is_moment(struct text text)
{
	struct text rest = text;
	uint64_t seconds;

	for (size_t i = 0; i < text.length; i++) {
		if (!is_digit(text.at[i]) && !is_joint(text.at[i]))
			return false;
	}
	if (take_number(&rest, 4, 2199) >= 1990 && take_number(&rest, 2, 12) > 0 &&
		take_number(&rest, 2, 31) > 0)
		return true;
	return text.length == 10 && text_parse_u64(text, UINT32_MAX, &seconds) == 0;
}

/* Takes a moment off the end, unless nothing would be left. */
static bool
take_moment(struct text *name)
{
	for (size_t i = 1; i < name->length; i++) {
		if (!is_digit(name->at[i]) || is_digit(name->at[i - 1]) ||
			!is_moment((struct text){name->at + i, name->length - i}))
			continue;
		while (i > 1 && strchr("-_.", name->at[i - 1]) != NULL)
			i--;
		name->length = i;
		return true;
	}
	return false;
}

bool
listname_of(struct text path, char into[LISTNAME_MOST])
{
	struct text name = path;

	for (size_t i = 0; i < name.length; i++) {
		if (name.at[i] == '/') {
			name.at += i + 1;
			name.length -= i + 1;
			i = (size_t)-1;
		}
	}
	while (take_end(&name, writings, sizeof(writings) / sizeof(*writings)) ||
		take_end(&name, packings, sizeof(packings) / sizeof(*packings)) ||
		take_moment(&name))
		;
	if (name.length == 0 || name.length >= LISTNAME_MOST)
		return false;
	for (size_t i = 0; i < name.length; i++)
		into[i] = text_small(name.at[i]);
	into[name.length] = '\0';
	return true;
}
