/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/scenario.h"

#include <errno.h>

/* Made from the .scenario files of this folder while building. */
extern const unsigned char scenario_month[], scenario_small_town[];
extern const unsigned int scenario_month_length, scenario_small_town_length;

const struct builtin_scenario builtin_scenarios[] = {
	{"month", "a million lines for 30 days: the published mix of honest senders and zombies",
		scenario_month, &scenario_month_length},
	{"small-town", "six thousand lines for three days, with a few zombies: runs in a second",
		scenario_small_town, &scenario_small_town_length},
};

const unsigned builtin_scenario_count = sizeof(builtin_scenarios) / sizeof(*builtin_scenarios);
