/* logtime - the time at the front of a log line
 *
 * What:    "Nov 26 10:15:02" (RFC 3164 s4.1.2, also with one blank before a day of one digit, and with parts of a
 *          second), "2026-11-26T10:15:02.003+01:00" (RFC 3339; what rsyslog and systemd's short-iso write),
 *          "2026-11-26 10:15:02.003 +0100" (Exim's main log; parts of a second and zone where log_selector wants
 *          them) and "1764152102.123456" (systemd's short-unix).
 *          Names of months are English: journalctl writes those of its locale, so it is started with LC_TIME=C.
 * Limits:  years 1 to 9999; parts of a second beyond microseconds are cut off.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_MAILLOG_LOGTIME_H
#define LAZARET_SOURCE_MAILLOG_LOGTIME_H

#include "source/maillog/scan.h"

/* What a log does not say itself. */
struct maillog_clock {
	struct wall
		now; /* about when the line was written; a year that is not told is found from it */
	int64_t offset_us; /* UTC plus this is the time on the wall of the server, where the line tells no zone */
};

/* Takes the time and the blanks behind it from the front. *is_main_log: date and time of day stand apart
 * as in Exim's main log. False: there is no time. The year of RFC 3164 is the last one in which the time is not more
 * than a day after now. */
bool logtime_take(
	struct text *rest, const struct maillog_clock *clock, struct wall *ret, bool *is_main_log);

#endif
