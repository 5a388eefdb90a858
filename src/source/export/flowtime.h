/* flowtime - when a flow began and ended, in whichever of the many ways its record says it
 *
 * What:    absolute times in seconds, milli-, micro- and nanoseconds (the last two in NTP format,
 *          RFC 7011 s6.1.9), times before the export, times since the exporter's start (RFC 3954
 *          s8), and durations.
 * Limits:  what lies more than a week before or an hour after the export cannot be meant: the
 *          export time stands in for it. An end before its begin is the begin.
 * Thread:  any.
 */
#ifndef LAZARET_SOURCE_EXPORT_FLOWTIME_H
#define LAZARET_SOURCE_EXPORT_FLOWTIME_H

#include "source/export/session.h"

/* The time of an NTP timestamp (RFC 5905 s6); seconds below 2^31 are of the era that begins in
 * 2036. */
struct wall flowtime_from_ntp(uint64_t ntp);

/* started_ms: when the exporter says it started, 0 where it did not. is_netflow: sysUpTime is
 * known. */
void flowtime_parse(const struct moment *moment, bool is_netflow, int64_t started_ms,
	const struct place *place, const uint8_t *record, struct wall *start, struct wall *end);

/* The same where a record of NetFlow tells nothing but the two uptimes. */
void flowtime_parse_uptimes(const struct moment *moment, uint32_t first, uint32_t last,
	struct wall *start, struct wall *end);

/* The time of an event (elements 322 to 325), or when the flow began if it has none. */
struct wall flowtime_parse_event(const struct moment *moment, bool is_netflow, int64_t started_ms,
	const struct place *place, const uint8_t *record);

#endif
