/* stamp - the times that logs write, read into wall time
 *
 * What:    dates with a time of day ("2011/08/16 10:01:46.972101", "2011-08-16T10:01:46.972Z",
 *          "2021-06-06T15:59:46.457984+0200") and seconds since 1970 ("1641918754.93611").
 *          Where the text has no zone, the clock of the source that is read knows one.
 * Limits:  years 1 to 9999; parts of a second beyond microseconds are cut off.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_TEXT_STAMP_H
#define LAZARET_SOURCE_TEXT_STAMP_H

#include "base/text.h"
#include "base/wall.h"
#include "source/recordtime.h"
#include "source/zone.h"

/* The clock on the wall of the machine that wrote a log: its zone, and how far the records have come. */
struct stamp_clock {
	const struct zone *zone; /* NULL: UTC */
	struct recordtime come;
};

/* The zone's clock, or NULL for UTC, matters where the text has no zone of its own and is no count of seconds.
 * -EINVAL if it is no time. */
int stamp_parse(struct text text, const struct stamp_clock *clock, struct wall *ret) MUST_USE;

/* Lets the clock know when a record began, so that the next local time that happened twice is read right. */
void stamp_follow(struct stamp_clock *clock, struct wall begin);

#endif
