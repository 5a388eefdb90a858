/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/containoptions.h"

#include "program/settings.h"

#include <stdio.h>

static uint8_t
mode_of(const struct config *config, const char *name)
{
	struct text choice = config_choice(config, name);

	for (unsigned mode = 0; mode < MEASURE_MODES; mode++) {
		if (text_is(choice, measure_modes[mode]))
			return (uint8_t)mode;
	}
	return MEASURE_OBSERVE;
}

void
containoptions(const struct config *config, struct planning *ret)
{
	struct plan_settings *plan = &ret->plan;

	*ret = (struct planning){.plan = PLAN_DEFAULTS};
	for (unsigned kind = 0; kind < MEASURE_KINDS; kind++) {
		char name[32];

		snprintf(name, sizeof(name), "contain.%s", measure_names[kind]);
		plan->mode[kind] = mode_of(config, name);
		snprintf(ret->ground[kind], sizeof(ret->ground[kind]), "%s",
			config_string(config, "contain.ground"));
	}
	plan->persists_us = settings_microseconds(config, "contain.persists");
	plan->harms_us = settings_microseconds(config, "contain.again");
	plan->most_us[MEASURE_QUARANTINE] =
		settings_microseconds(config, "contain.quarantine-most");
	ret->an_hour = (uint64_t)config_number(config, "contain.brake-hour");
	ret->at_once = (uint64_t)config_number(config, "contain.brake-held");
}
