/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/observation.h"

const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_UNKNOWN] = "unknown",
	[OUTCOME_ACCEPTED] = "accepted",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_FAILED] = "failed",
	[OUTCOME_BLOCKED] = "blocked",
};
