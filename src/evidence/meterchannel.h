/* meterchannel - channel M: does a line's router see it open connections to port 25 without end?
 *
 * What:    the kernel of the router says which lines opened more connections to tcp/25 a minute than the rate of the
 *          meter (action/ruleset.h); of a line that is over it, one period of over_s is counted, and another one for
 *          each that it goes on. What is tested is "an honest line without a server of its own is over the rate in
 *          few periods a day": a rate test as A of channel F (cusum.h), + ln r a period, - (r - 1) lambda0 dt, with two
 *          alternatives: one that sends without end, and one that sends a tenth of the time. The score is ln of their
 *          mean, watch the stronger one: the first period alone is a reason to look.
 *          That is all it can tell. A customer's own server, a mailing list, or a queue that is tried again does the
 *          same, and for as long, so periods in a row are not independent as the test has it; and the connections are
 *          those that channel F sees. So it is no e-value to act upon. Both are answered by the court, which takes it
 *          for support alone (court.h): what it adds to confirm a line is never more than what all others give. Were it
 *          wrong always, or only said again what channel F says, that would be a factor of two, ln 2, on the error; and
 *          alone it confirms nobody, nor one on probation. The ceiling keeps it below what confirms besides.
 * Owns:    nothing: records are values, all zero at the start.
 * Limits:  it does not count connections, and a SYN that is sent again is one. It is of roles of which no server is
 *          expected (meter_is_of).
 * Thread:  any.
 */
#ifndef LAZARET_EVIDENCE_METERCHANNEL_H
#define LAZARET_EVIDENCE_METERCHANNEL_H

#include "evidence/evidence.h"

#include <stdbool.h>

#define METER_RATES 2

/* Neither score nor watch is above it. */
#define METER_CEILING 13.8F

/* What was told fades by this (ln) a day, if no more is told: as the slower alternative leaks. */
#define METER_FADE 14.14F

struct meter_channel_settings {
	double honest_a_day;       /* lambda0: periods over the rate that are normal */
	double ratio[METER_RATES]; /* lambda1 / lambda0 of the alternatives */
	double ceiling;            /* of each */
	int64_t period_us;         /* how long the kernel keeps a source that is over */
};

struct meter_record {
	float sum[METER_RATES];
	uint32_t periods; /* since all was 0 */
	struct wall time; /* of the last that was counted; sums are as of then */
};

void meter_channel_defaults(struct meter_channel_settings *settings);

/* May evidence be held against a line of this role? Not where servers are usual, nor where nothing would follow. */
bool meter_is_of(uint8_t role);

/* The line was over the rate at that time. True if a period is counted for it: at most one in a period. */
bool meter_record_over(struct meter_record *record, const struct meter_channel_settings *settings,
	struct wall over);

/* Is there anything left of it? */
bool meter_record_is_over(const struct meter_record *record,
	const struct meter_channel_settings *settings, struct wall now);

/* As of the last period: time, score, watch and channel. */
struct evidence meter_record_evidence(const struct meter_record *record);

#endif
