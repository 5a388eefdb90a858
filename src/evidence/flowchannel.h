/* flowchannel - channel F: do a line's first contacts look like a spam run?
 *
 * What:    for each line that sends, two running tests on its first contacts (destination networks, /24 or
 *          /48, not contacted in the last weeks): a rate test (A: more new networks a day than the role
 *          makes normal) and a failure test (B: more of them fail than honest lists do), both CUSUMs in
 *          log form, clipped at 0 and at a ceiling, B decaying with a half-life. The score is the smaller:
 *          both "few new networks" and "few failures" must be refuted (RBS+TRW: Jung, Milito, Paxson,
 *          MIT-CSAIL-TR-2006-074). Guards freeze B while failures say nothing about the line.
 * Owns:    its tables.
 * Limits:  settings.lines_most; see each field.
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_FLOWCHANNEL_H
#define LAZARET_EVIDENCE_FLOWCHANNEL_H

#include "evidence/evidence.h"
#include "source/observation.h"

#include <stdbool.h>
#include <stddef.h>

#define FLOW_THETAS 4 /* alternatives of the failure test */
#define FLOW_RATES  2 /* alternatives of the rate test */

/* Why a failure did not count. */
enum freeze {
	FREEZE_NONE,
	FREEZE_BLOCKED,    /* our own policy drops it */
	FREEZE_NETWORK,    /* many lines fail at once: an outage of ours, or a block upstream */
	FREEZE_LINE,       /* the line's old partners fail too: an outage of its own */
	FREEZE_SAMPLED,    /* sampled flows: outcomes are biased */
	FREEZE_COUNT
};

extern const char *const freeze_names[FREEZE_COUNT];

struct flow_role_settings {
	double new_a_day;   /* lambda0: new networks a day that are normal */
	bool own_baseline;  /* lambda0 is at least 4 times the line's own upper daily baseline */
};

struct flow_channel_settings {
	size_t lines_most;        /* senders with state */
	unsigned filter_blocks;   /* 64-byte blocks of the filter of known networks: power of two */
	struct flow_role_settings role[ROLE_COUNT];
	double rate_ratio[FLOW_RATES]; /* lambda1 / lambda0 of the alternatives */
	double failure_honest;         /* theta0 */
	double failure_zombie[FLOW_THETAS];
	int64_t half_life_us;   /* of B */
	double ceiling;         /* of A and B */
	int64_t remember_us;    /* a network counts as known for once to twice this long */
	/* An honest retry: accepted by the same network within this time takes its refusal back. */
	int64_t forgive_us;
	/* Network guard: freeze B while the share of lines that mostly fail is above both. */
	double outage_share;
	double outage_ratio;    /* times its own baseline */
	unsigned outage_lines;  /* other lines needed to say so */
	/* Line guard: that many failures in a row, of them that many at networks that accepted before. */
	unsigned stall_failures;
	unsigned stall_known;
	/* Learning the role mail-server: accepted mail from that many networks over that long. */
	unsigned server_sources;
	int64_t server_us;
	/* Mail to these own servers on 465 and 587 is no contact at all (submission). */
	bool submission_counts; /* false: only port 25 (and 2525) */
};

struct flow_channel;

void flow_channel_defaults(struct flow_channel_settings *settings);

struct flow_channel *flow_channel_new(const struct flow_channel_settings *settings, uint64_t seed);
struct flow_channel *flow_channel_free(struct flow_channel *channel);

#endif
