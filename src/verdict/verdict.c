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

const uint8_t state_gravity[STATE_COUNT] = {
	[STATE_CLEAR] = 0,
	[STATE_WATCH] = 1,
	[STATE_PROBATION] = 2,
	[STATE_SUSPECT] = 3,
	[STATE_CONFIRMED] = 4,
	[STATE_QUARANTINE] = 5,
};
