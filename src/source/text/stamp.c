/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/text/stamp.h"

#include <errno.h>

/* Takes a number of exactly so many digits from the front; -1 if there is none. */
static int
take_number(struct text *text, size_t digits)
{
	uint64_t number;

	if (text->length < digits ||
		text_parse_u64((struct text){text->at, digits}, 9999, &number) < 0)
		return -1;
	text->at += digits;
	text->length -= digits;
	return (int)number;
}

static bool
take_one(struct text *text, char a, char b)
{
	if (text->length == 0 || (*text->at != a && *text->at != b))
		return false;
	text->at++;
	text->length--;
	return true;
}

/* "Z", "+02:00" or "-0530": what is to be added to give UTC. */
static int
take_zone(struct text *text, int64_t *ret)
{
	int64_t sign;
	int hours, minutes;

	if (take_one(text, 'Z', 'z')) {
		*ret = 0;
		return text->length == 0 ? 0 : -EINVAL;
	}
	sign = *text->at == '-' ? 1 : -1;
	if (!take_one(text, '+', '-'))
		return -EINVAL;
	hours = take_number(text, 2);
	take_one(text, ':', ':');
	minutes = take_number(text, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || text->length > 0)
		return -EINVAL;
	*ret = sign * (hours * WALL_HOUR + minutes * WALL_MINUTE);
	return 0;
}

static int
take_fraction(struct text *text, int64_t *ret)
{
	int64_t unit = WALL_SECOND / 10;
	size_t digits = 0;

	*ret = 0;
	if (!take_one(text, '.', ','))
		return 0;
	for (; text->length > 0 && *text->at >= '0' && *text->at <= '9'; digits++) {
		*ret += unit * (*text->at - '0');
		unit /= 10;
		text->at++;
		text->length--;
	}
	return digits > 0 ? 0 : -EINVAL;
}

static struct wall
utc_of(struct wall local, const struct stamp_clock *clock)
{
	if (clock == NULL || clock->zone == NULL)
		return local;
	return zone_utc(
		clock->zone, local, clock->come.started ? clock->come.now : ZONE_NOTHING_NEAR);
}

static int
parse_date(struct text text, const struct stamp_clock *clock, struct wall *ret)
{
	int part[6];
	static const char after[6] = {'-', '-', 'T', ':', ':', '\0'};
	static const char or [6] = {'/', '/', ' ', ':', ':', '\0'};
	int64_t fraction, zone = 0;
	bool has_zone;
	struct wall wall;

	for (int i = 0; i < 6; i++) {
		part[i] = take_number(&text, i == 0 ? 4 : 2);
		if (part[i] < 0 || (after[i] != '\0' && !take_one(&text, after[i], or [i])))
			return -EINVAL;
	}
	if (take_fraction(&text, &fraction) < 0)
		return -EINVAL;
	has_zone = text.length > 0;
	if ((has_zone && take_zone(&text, &zone) < 0) ||
		wall_from_date(&wall, part[0], part[1], part[2], part[3], part[4], part[5]) < 0)
		return -EINVAL;
	wall.us += fraction;
	*ret = has_zone ? (struct wall){wall.us + zone} : utc_of(wall, clock);
	return 0;
}

/* Seconds since 1970 that are in no year from 1 to 9999 are no time of a log. */
static int
parse_seconds(struct text text, struct wall *ret)
{
	const int64_t first = INT64_C(-62135596800) * WALL_SECOND;
	const int64_t end = INT64_C(253402300800) * WALL_SECOND;
	int64_t us;

	if (text_parse_micro(text, &us) < 0 || us < first || us >= end)
		return -EINVAL;
	ret->us = us;
	return 0;
}

int
stamp_parse(struct text text, const struct stamp_clock *clock, struct wall *ret)
{
	text = text_trim(text);
	if (text.length > 5 && (text.at[4] == '-' || text.at[4] == '/'))
		return parse_date(text, clock, ret);
	return parse_seconds(text, ret);
}

void
stamp_follow(struct stamp_clock *clock, struct wall begin)
{
	recordtime_see(&clock->come, begin);
}
