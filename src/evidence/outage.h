/* outage - does everybody fail? then failures say nothing about one line
 *
 * What:    in windows of time, the share of lines that mostly fail, among the lines that some network has
 *          ever accepted (so that a line that never got through, like a retrier to a dead host, or a
 *          zombie behind a block, does not weigh). Failing here means no answer at all: refusals are what
 *          zombies meet, and at night most lines that send may be zombies. Counted by lines, not by flows,
 *          the line in question left out: a loud zombie cannot switch the detector off.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_OUTAGE_H
#define LAZARET_EVIDENCE_OUTAGE_H

#include "evidence/flowchannel.h"

/* A line's part of the current window; lives with the line. */
struct outage_line {
	uint32_t window; /* 0: none yet */
	uint8_t total;   /* attempts, saturating by halving */
	uint8_t failed;
};

struct outage_count {
	uint32_t lines;
	uint32_t failing;
};

struct outage {
	double share;
	double ratio;
	unsigned lines;
	int64_t window_us;
	uint32_t window; /* number of the current one */
	struct outage_count now;
	struct outage_count before;
	double baseline;
};

void outage_init(struct outage *outage, const struct flow_channel_settings *settings);

/* An attempt of a line that was accepted somewhere before. */
void outage_attempt(struct outage *outage, struct outage_line *line, struct wall time, bool failed);

/* Is it an outage, as far as the others tell? */
bool outage_is_on(const struct outage *outage, const struct outage_line *line);

#endif
