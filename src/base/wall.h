/* wall - a point in time, and what people write for it
 *
 * What:    microseconds since 1970-01-01T00:00:00Z in a struct of one member, so that seconds and
 *          milliseconds cannot be mixed up with it. Text is RFC 3339 in UTC, milliseconds truncated.
 *          No function here reads a clock: time is handed in by the shell.
 * Limits:  formats years 1 to 9999; outside them the text is the nearest end.
 * Thread:  any.
 */
#ifndef LAZARET_BASE_WALL_H
#define LAZARET_BASE_WALL_H

#include "base/text.h"

#include <stdint.h>

#define WALL_SECOND INT64_C(1000000)
#define WALL_MINUTE (60 * WALL_SECOND)
#define WALL_HOUR   (60 * WALL_MINUTE)
#define WALL_DAY    (24 * WALL_HOUR)
/* Length of "2011-08-16T10:10:00.385Z" and its end. */
#define WALL_TEXT 25

struct wall {
	int64_t us;
};

/* Whole seconds, modulo 2^32, as headers of flow export have them. */
static inline uint32_t
wall_seconds(struct wall wall)
{
	return (uint32_t)(wall.us / WALL_SECOND);
}

/* Writes RFC 3339 text, always terminated, and returns into. */
char *wall_format(struct wall wall, char into[WALL_TEXT]);

/* A calendar date of the proleptic Gregorian calendar, UTC; month 1-12, day 1-31, second 0-60.
 * -EINVAL if there is no such date. */
int wall_from_date(
	struct wall *ret, int year, int month, int day, int hour, int minute, int second) MUST_USE;

/* The beginning, in UTC, of a day of 1970 or later that is written as 2026-12-31. -EINVAL: it is none. */
int wall_from_day(struct wall *ret, struct text day) MUST_USE;

#endif
