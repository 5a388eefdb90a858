/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/evidence.h"

const char *const channel_names[CHANNEL_COUNT] = {
	[CHANNEL_FLOW] = "flow",
	[CHANNEL_RELAY] = "relay",
	[CHANNEL_REPORT] = "report",
	[CHANNEL_DNS] = "dns",
	[CHANNEL_METER] = "meter",
};
