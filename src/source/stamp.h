/* stamp - the times that logs write, read into wall time
 *
 * What:    dates with a time of day ("2011/08/16 10:01:46.972101", "2011-08-16T10:01:46.972Z",
 *          "2021-06-06T15:59:46.457984+0200") and seconds since 1970 ("1641918754.93611").
 * Limits:  years 1 to 9999; parts of a second beyond microseconds are cut off.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_STAMP_H
#define LAZARET_SOURCE_STAMP_H

#include "base/text.h"
#include "base/wall.h"

/* zone_us is added where the text has no zone of its own and is no count of seconds. -EINVAL if it is
 * no time. */
int stamp_parse(struct text text, int64_t zone_us, struct wall *ret) MUST_USE;

#endif
