/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/list/filedate.h"

#include "base/wall.h"

static const char *const before[] = {"Source File Date:", "Last-Modified:"};

struct date {
	int year, month, day, hour, minute, second;
};

static bool
is_month(struct text word, int *ret)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (int i = 0; i < 12 && word.length == 3; i++) {
		if (memcmp(word.at, months + 3 * i, 3) == 0) {
			*ret = i + 1;
			return true;
		}
	}
	return false;
}

/* 08:15:01 */
static bool
is_clock(struct text word, struct date *date)
{
	int *const part[3] = {&date->hour, &date->minute, &date->second};

	for (int i = 0; i < 3; i++) {
		uint64_t number;

		if (text_parse_u64(text_cut(&word, ':'), 60, &number) < 0)
			return false;
		*part[i] = (int)number;
	}
	return word.length == 0;
}

/* In whatever order: the words of a date tell themselves apart. */
static void
take_word(struct text word, struct date *date)
{
	uint64_t number;

	if (word.length > 0 && word.at[word.length - 1] == ',')
		word.length--;
	if (is_month(word, &date->month) || is_clock(word, date) ||
		text_parse_u64(word, 2105, &number) < 0)
		return;
	if (word.length == 4)
		date->year = (int)number;
	else if (word.length <= 2)
		date->day = (int)number;
}

bool
filedate_find(struct text comment, uint32_t *ret)
{
	struct date date = {0};
	struct wall wall;
	struct text rest;

	while (comment.length > 0 &&
		(*comment.at == '#' || *comment.at == ';' || *comment.at == ' ')) {
		comment.at++;
		comment.length--;
	}
	for (size_t i = 0;; i++) {
		if (i == sizeof(before) / sizeof(*before))
			return false;
		if (text_starts(comment, before[i])) {
			size_t length = strlen(before[i]);

			rest = (struct text){comment.at + length, comment.length - length};
			break;
		}
	}
	while (rest.length > 0)
		take_word(text_cut(&rest, ' '), &date);
	if (date.year < 1970 ||
		wall_from_date(&wall, date.year, date.month, date.day, date.hour, date.minute,
			date.second) < 0)
		return false;
	*ret = wall_seconds(wall);
	return true;
}
