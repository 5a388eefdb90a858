/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/caseplan.h"

static bool
is_low(uint32_t listed, uint32_t most)
{
	return (uint64_t)listed * CASEPLAN_LEFT < most;
}

/* The letter that follows those which were sent, and how many days after the last of them. */
static enum casefile_step
next_letter(
	const struct caseplan_case *one, const struct caseplan_settings *settings, uint16_t *days)
{
	*days = settings->least_days;
	if (one->letters == 0)
		return CASEFILE_FIRST;
	if (one->letters == 1) {
		*days = settings->reminder_days;
		return CASEFILE_REMINDER;
	}
	*days = settings->escalation_days;
	if (one->letters == 2 && settings->escalation_days > settings->reminder_days)
		*days = (uint16_t)(settings->escalation_days - settings->reminder_days);
	return CASEFILE_ESCALATED;
}

/* Of a case that is open. */
static enum casefile_step
step_of(const struct caseplan_case *one, const struct caseplan *plan,
	const struct caseplan_settings *settings)
{
	enum casefile_step letter;
	uint16_t days;

	if (plan->low_since != 0 && settings->day - plan->low_since >= settings->close_days)
		return CASEFILE_CLOSED;
	if (one->is_never)
		return CASEFILE_NEVER;
	if (one->arm == CASEFILE_HOLDOUT && settings->day - plan->opened < settings->holdout_days)
		return CASEFILE_HELD_OUT;
	letter = next_letter(one, settings, &days);
	if (days < settings->least_days)
		days = settings->least_days;
	if (plan->low_since != 0 ||
		(one->last_letter != 0 && settings->day < one->last_letter + days))
		return CASEFILE_WAITS;
	return one->is_held ? CASEFILE_HELD : letter;
}

/* Of a case that closes: what was never told of has nothing to be thanked for, and nothing waits for a thank-you. */
static bool
is_thanked(const struct caseplan_case *one, const struct caseplan_settings *settings)
{
	return settings->has_thanks && one->is_told && !one->is_never && !one->is_held &&
		(one->last_letter == 0 || settings->day >= one->last_letter + settings->least_days);
}

struct caseplan
caseplan_of(const struct caseplan_case *one, const struct caseplan_settings *settings)
{
	struct caseplan plan = {.step = CASEFILE_NONE,
		.most = one->most,
		.opened = one->opened,
		.low_since = one->low_since};

	if (one->is_nobody) {
		plan.step = one->listed > 0 ? CASEFILE_NOBODY : CASEFILE_NONE;
		return plan;
	}
	if (plan.opened == 0) {
		if (one->listed == 0 || is_low(one->listed, one->most))
			return plan;
		plan.opened = settings->day;
		plan.most = one->listed;
		plan.low_since = 0;
	}
	if (one->listed > plan.most)
		plan.most = one->listed;
	if (!is_low(one->listed, plan.most) && one->listed > 0)
		plan.low_since = 0;
	else if (plan.low_since == 0)
		plan.low_since = settings->day;
	plan.step = step_of(one, &plan, settings);
	plan.is_thanked = plan.step == CASEFILE_CLOSED && is_thanked(one, settings);
	return plan;
}
