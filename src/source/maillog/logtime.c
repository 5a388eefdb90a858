/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/maillog/logtime.h"

/* Leap years may be eight years apart. */
#define YEARS_BACK 8

static bool
take_digits(struct text *rest, size_t digits, int *ret)
{
	uint64_t number;

	if (rest->length < digits ||
		text_parse_u64((struct text){rest->at, digits}, 9999, &number) < 0)
		return false;
	*rest = scan_behind(*rest, digits);
	*ret = (int)number;
	return true;
}

/* "10:15:02" and what there is of a fraction: microseconds. */
static bool
take_time_of_day(struct text *rest, int part[3], int64_t *fraction)
{
	int64_t unit = WALL_SECOND / 10;

	if (!take_digits(rest, 2, &part[0]) || !scan_skip(rest, ":") ||
		!take_digits(rest, 2, &part[1]) || !scan_skip(rest, ":") ||
		!take_digits(rest, 2, &part[2]))
		return false;
	*fraction = 0;
	if (!scan_skip(rest, ".") && !scan_skip(rest, ","))
		return true;
	for (; rest->length > 0 && *rest->at >= '0' && *rest->at <= '9'; unit /= 10) {
		*fraction += unit * (*rest->at - '0');
		*rest = scan_behind(*rest, 1);
	}
	return unit < WALL_SECOND / 10;
}

static bool
take_zone(struct text *rest, int64_t *offset)
{
	bool is_behind = rest->length > 0 && *rest->at == '-';
	struct text after = *rest;
	int hours, minutes;

	if (scan_skip(rest, "Z")) {
		*offset = 0;
		return true;
	}
	if ((!scan_skip(&after, "+") && !scan_skip(&after, "-")) || !take_digits(&after, 2, &hours))
		return false;
	(void)scan_skip(&after, ":");
	if (!take_digits(&after, 2, &minutes) || hours > 23 || minutes > 59)
		return false;
	*offset = (hours * WALL_HOUR + minutes * WALL_MINUTE) * (is_behind ? -1 : 1);
	*rest = after;
	return true;
}

static bool
take_iso(struct text *rest, const struct maillog_clock *clock, struct wall *ret, bool *is_main_log)
{
	int64_t offset = clock->offset_us, fraction;
	int date[3], day[3];
	struct text zone;

	if (!take_digits(rest, 4, &date[0]) || !scan_skip(rest, "-") ||
		!take_digits(rest, 2, &date[1]) || !scan_skip(rest, "-") ||
		!take_digits(rest, 2, &date[2]))
		return false;
	*is_main_log = scan_skip(rest, " ");
	if ((!*is_main_log && !scan_skip(rest, "T")) || !take_time_of_day(rest, day, &fraction) ||
		wall_from_date(ret, date[0], date[1], date[2], day[0], day[1], day[2]) < 0)
		return false;
	if (!take_zone(rest, &offset)) {
		zone = *rest;
		if (scan_skip(&zone, " ") && !text_starts(zone, "Z") && take_zone(&zone, &offset))
			*rest = zone;
	}
	ret->us += fraction - offset;
	return true;
}

static int
take_month(struct text *rest)
{
	static const char *const months[] = {"Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ",
		"Aug ", "Sep ", "Oct ", "Nov ", "Dec "};

	for (int i = 0; i < 12; i++) {
		if (scan_skip(rest, months[i]))
			return i + 1;
	}
	return 0;
}

static bool
take_yearless(struct text *rest, const struct maillog_clock *clock, struct wall *ret)
{
	int month = take_month(rest), part[3], year;
	int64_t fraction;
	uint64_t day;

	(void)scan_skip(rest, " ");
	if (month == 0 || !scan_number(rest, 31, &day) || !scan_skip(rest, " ") ||
		!take_time_of_day(rest, part, &fraction))
		return false;
	/* One more than the year of now at the most: a year of this calendar has 365.2425 days. */
	year = 1971 + (int)(clock->now.us / (WALL_DAY * 3652425 / 10000));
	for (int i = 0; i <= YEARS_BACK; i++) {
		struct wall at;

		if (wall_from_date(&at, year - i, month, (int)day, part[0], part[1], part[2]) < 0)
			continue;
		at.us += fraction - clock->offset_us;
		if (at.us - WALL_DAY <= clock->now.us) {
			*ret = at;
			return true;
		}
	}
	return false;
}

static bool
take_unix(struct text *rest, struct wall *ret)
{
	struct text number = {rest->at, 0};
	const int64_t end = INT64_C(253402300800) * WALL_SECOND;

	while (number.length < rest->length && rest->at[number.length] != ' ')
		number.length++;
	if (scan_find(number, ".") == SIZE_MAX || *number.at < '0' || *number.at > '9' ||
		text_parse_micro(number, &ret->us) < 0 || ret->us >= end)
		return false;
	*rest = scan_behind(*rest, number.length);
	return true;
}

bool
logtime_take(
	struct text *rest, const struct maillog_clock *clock, struct wall *ret, bool *is_main_log)
{
	struct text after = *rest;
	struct wall time;
	bool is_time;

	*is_main_log = false;
	if (rest->length == 0)
		return false;
	if (*rest->at >= 'A' && *rest->at <= 'Z')
		is_time = take_yearless(&after, clock, &time);
	else if (rest->length > 4 && rest->at[4] == '-')
		is_time = take_iso(&after, clock, &time, is_main_log);
	else
		is_time = take_unix(&after, &time);
	if (!is_time || !scan_skip(&after, " "))
		return false;
	while (scan_skip(&after, " "))
		;
	*rest = after;
	*ret = time;
	return true;
}
