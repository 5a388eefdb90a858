/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/wall.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
month_days(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January of the year. */
static int64_t
days_before_year(int64_t year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

char *
wall_format(struct wall wall, char into[WALL_TEXT])
{
	const int64_t first = days_before_year(1), last = days_before_year(10000) - 1;
	int64_t days = floor_div(wall.us, WALL_DAY), rest = wall.us % WALL_DAY, year;
	int month = 1;

	rest += rest < 0 ? WALL_DAY : 0;
	if (days < first)
		days = first, rest = 0;
	if (days > last)
		days = last, rest = WALL_DAY - 1;
	year = 1970 + floor_div(days * 400, 146097);
	while (days_before_year(year) > days)
		year--;
	while (days_before_year(year + 1) <= days)
		year++;
	days -= days_before_year(year);
	while (days >= month_days(year, month))
		days -= month_days(year, month++);
	snprintf(into, WALL_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", (unsigned)year % 10000,
		(unsigned)month % 100, (unsigned)(days + 1) % 100,
		(unsigned)(rest / WALL_HOUR) % 100, (unsigned)(rest / WALL_MINUTE % 60),
		(unsigned)(rest / WALL_SECOND % 60), (unsigned)(rest / 1000 % 1000));
	return into;
}

int
wall_from_date(struct wall *ret, int year, int month, int day, int hour, int minute, int second)
{
	int64_t days;

	if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 ||
		day > month_days(year, month) || hour < 0 || hour > 23 || minute < 0 ||
		minute > 59 || second < 0 || second > 60)
		return -EINVAL;
	days = days_before_year(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	ret->us = days * WALL_DAY + hour * WALL_HOUR + minute * WALL_MINUTE + second * WALL_SECOND;
	return 0;
}

int
wall_from_day(struct wall *ret, struct text day)
{
	struct text rest = day, year = text_cut(&rest, '-'), month = text_cut(&rest, '-');
	uint64_t y, m, d;

	if (year.length != 4 || month.length != 2 || rest.length != 2 ||
		text_parse_u64(year, 9999, &y) < 0 || text_parse_u64(month, 12, &m) < 0 ||
		text_parse_u64(rest, 31, &d) < 0 || y < 1970)
		return -EINVAL;
	return wall_from_date(ret, (int)y, (int)m, (int)d, 0, 0, 0);
}
