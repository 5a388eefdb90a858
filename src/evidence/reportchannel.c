/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/reportchannel.h"

#include <math.h>

void
report_channel_defaults(struct report_channel_settings *settings)
{
	*settings = (struct report_channel_settings){
		.half_life_us = REPORT_HALF_LIFE_US, .further = .5F};
}

/* What is left of what one said. */
static float
left_of(const struct report_from *from, const struct report_channel_settings *settings,
	struct wall now)
{
	double age = (double)(now.us - from->time.us);

	if (from->reporter == 0)
		return 0;
	return from->weight * (float)exp2(age > 0 ? -age / (double)settings->half_life_us : 0);
}

bool
report_record_take(struct report_record *record, const struct report_channel_settings *settings,
	const struct report_from *from, struct wall now)
{
	struct report_from *place = &record->from[0], next = *from;

	next.weight = next.weight < REPORT_CEILING ? next.weight : REPORT_CEILING;
	for (unsigned i = 0; i < REPORT_REPORTERS; i++) {
		struct report_from *one = &record->from[i];

		if (one->reporter == from->reporter) {
			place = one;
			break;
		}
		if (left_of(one, settings, now) < left_of(place, settings, now))
			place = one;
	}
	if (place->reporter == from->reporter
			? place->time.us >= from->time.us
			: left_of(place, settings, now) >= left_of(&next, settings, now))
		return false;
	*place = next;
	return true;
}

struct evidence
report_record_evidence(const struct report_record *record,
	const struct report_channel_settings *settings, struct wall now)
{
	struct evidence evidence = {.channel = CHANNEL_REPORT};
	float most = 0, sum = 0;

	for (unsigned i = 0; i < REPORT_REPORTERS; i++) {
		const struct report_from *from = &record->from[i];
		float left = left_of(from, settings, now);

		most = left > most ? left : most;
		sum += left;
		if (from->reporter != 0 && from->time.us > evidence.time.us)
			evidence.time = from->time;
	}
	sum = most + (sum - most) * settings->further;
	if (sum >= REPORT_LEAST)
		evidence.score = evidence.watch = sum < REPORT_CEILING ? sum : REPORT_CEILING;
	return evidence;
}
