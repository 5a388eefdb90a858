/* SPDX-License-Identifier: BSD-2-Clause */
#include "verdict/verdict.h"

const char *const state_names[STATE_COUNT] = {
	[STATE_CLEAR] = "clear",
	[STATE_WATCH] = "watch",
	[STATE_SUSPECT] = "suspect",
	[STATE_CONFIRMED] = "confirmed",
	[STATE_QUARANTINE] = "quarantine",
	[STATE_PROBATION] = "probation",
};
