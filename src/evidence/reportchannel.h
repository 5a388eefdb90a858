/* reportchannel - channel C: do others outside report mail from this line?
 *
 * What:    of a line, who reported it last and when. A reporter counts once, whatever he sends, by his latest report,
 *          and by the weight that the operator gave him (ln; a feed of a CERT or a sinkhole 6.9, a loop 3.0). The
 *          strongest of them counts whole and each further one half; all of it halves in three days. Reports are read
 *          hours after what they tell: for whether the line is watched each counts whole until half of it is left. What
 *          somebody says twice is nothing new, so the same message may be read again at any time.
 *          The weights are what people chose, not measured e-values; so the ceiling keeps them below what a case is
 *          suspected for, and far below what confirms it: reports alone are a reason to look, and support others.
 * Owns:    nothing: records are values, all zero at the start.
 * Limits:  REPORT_REPORTERS reporters; of more the weakest gives way.
 * Thread:  any.
 */
#ifndef LAZARET_EVIDENCE_REPORTCHANNEL_H
#define LAZARET_EVIDENCE_REPORTCHANNEL_H

#include "evidence/evidence.h"

#include <stdbool.h>

#define REPORT_REPORTERS 8

/* Neither score nor watch is above it, nor a weight. */
#define REPORT_CEILING 7.0F

/* In which all of it halves, and below which nothing is left. */
#define REPORT_HALF_LIFE_US (72 * WALL_HOUR)
#define REPORT_LEAST        0.1F

struct report_channel_settings {
	int64_t half_life_us;
	float further; /* the share of its weight that a further reporter adds */
};

struct report_record {
	struct report_from {
		uint64_t reporter; /* a hash; 0: none */
		struct wall time;  /* of what it reported last */
		float weight;
	} from[REPORT_REPORTERS];
};

void report_channel_defaults(struct report_channel_settings *settings);

/* A report of something at that time. True: it says something new. now is for who gives way. */
bool report_record_take(struct report_record *record,
	const struct report_channel_settings *settings, const struct report_from *from,
	struct wall now);

/* As of now; its time is that of the latest report. */
struct evidence report_record_evidence(const struct report_record *record,
	const struct report_channel_settings *settings, struct wall now);

#endif
