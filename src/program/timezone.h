/* timezone - the zone of times that carry none, as its user names it
 *
 * What:    "UTC", an offset such as "+02:00", or a name of the zone database such as "Europe/Oslo", made into
 *          the table that source/zone.h reads by. The system's own zone rules are asked once, here.
 * Owns:    the table's spans.
 * Limits:  summer times of the years 1970 to 2099; before and after them no change; ZONE_SPANS_MOST spans.
 * Thread:  sets TZ for a moment: before there are other threads.
 */
#ifndef LAZARET_PROGRAM_TIMEZONE_H
#define LAZARET_PROGRAM_TIMEZONE_H

#include "source/zone.h"

#define ZONE_SPANS_MOST 2048

/* -EINVAL with fail filled if there is no such zone. */
int timezone_init(struct zone *zone, const char *name, struct fail *fail) MUST_USE;
void timezone_done(struct zone *zone);

#endif
