/* filedate - when a list was made, as a comment at its begin says
 *
 * What:    finds a date in a comment that says what it is the date of: "Source File Date: Tue Aug 15 08:15:01 UTC
 *          2017" (FireHOL), "Last-Modified: Mon, 14 Sep 2015 04:39:22 GMT" (Spamhaus). FireHOL's own date says when
 *          the list was fetched, which may be half a year later.
 * Limits:  years 1970 to 2105, in UTC.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LIST_FILEDATE_H
#define LAZARET_CENSUS_LIST_FILEDATE_H

#include "base/text.h"

/* False: there is none. *ret: seconds since 1970. */
bool filedate_find(struct text comment, uint32_t *ret);

#endif
