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

/* The strongest counts whole, each further one in part. */
struct summed {
	float most, all;
};

static void
add(struct summed *summed, float one)
{
	summed->most = one > summed->most ? one : summed->most;
	summed->all += one;
}

static float
sum_of(const struct summed *summed, const struct report_channel_settings *settings)
{
	float sum = summed->most + (summed->all - summed->most) * settings->further;

	if (sum < REPORT_LEAST)
		return 0;
	return sum < REPORT_CEILING ? sum : REPORT_CEILING;
}

struct evidence
report_record_evidence(const struct report_record *record,
	const struct report_channel_settings *settings, struct wall now)
{
	struct evidence evidence = {.channel = CHANNEL_REPORT};
	struct summed left = {0}, watch = {0};

	for (unsigned i = 0; i < REPORT_REPORTERS; i++) {
		const struct report_from *from = &record->from[i];
		float one = left_of(from, settings, now);

		add(&left, one);
		add(&watch, one * 2 >= from->weight ? from->weight : one);
		if (from->reporter != 0 && from->time.us > evidence.time.us)
			evidence.time = from->time;
	}
	evidence.score = sum_of(&left, settings);
	evidence.watch = sum_of(&watch, settings);
	return evidence;
}
