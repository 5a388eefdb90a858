/* flowstate - all that channel F holds: inside evidence/ only
 *
 * What:    the channel's struct, so that flowstate.c can save and restore it (flow_channel_save and
 *          flow_channel_restore of flowchannel.h).
 * Thread:  one at a time.
 */
#ifndef LAZARET_EVIDENCE_FLOWSTATE_H
#define LAZARET_EVIDENCE_FLOWSTATE_H

#include "evidence/activity.h"
#include "evidence/sender.h"
#include "evidence/servers.h"

struct flow_channel {
	struct flow_channel_settings settings;
	struct cusum_steps steps;
	double role_rate[ROLE_COUNT]; /* new networks per microsecond */
	uint32_t memory_s; /* the shortest that a generation of the filter lasts, unless it fills */
	uint64_t seed;
	struct senders senders;
	struct outage outage;
	struct servers servers;
	struct activity activity;
	uint64_t frozen[FREEZE_COUNT];
};

#endif
