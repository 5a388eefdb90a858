/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/meterchannel.h"

#include <math.h>

void
meter_channel_defaults(struct meter_channel_settings *settings)
{
	*settings = (struct meter_channel_settings){
		.honest_a_day = 1. / 7,
		.ratio = {1000, 100},
		.ceiling = (double)METER_CEILING,
		.period_us = 10 * WALL_MINUTE,
	};
}

bool
meter_is_of(uint8_t role)
{
	return role == ROLE_RESIDENTIAL || role == ROLE_MOBILE;
}

/* What is left of a sum after so long. */
static float
left_of(const struct meter_record *record, const struct meter_channel_settings *settings, int rate,
	struct wall now)
{
	double days = (double)(now.us - record->time.us) / (double)WALL_DAY;
	double leak = (settings->ratio[rate] - 1) * settings->honest_a_day * days;

	return (double)record->sum[rate] > leak ? record->sum[rate] - (float)leak : 0;
}

bool
meter_record_over(struct meter_record *record, const struct meter_channel_settings *settings,
	struct wall over)
{
	if (record->periods > 0 && over.us - record->time.us < settings->period_us)
		return false;
	if (record->periods > 0 && meter_record_is_over(record, settings, over))
		record->periods = 0;
	for (int k = 0; k < METER_RATES; k++) {
		float sum = record->periods > 0 ? left_of(record, settings, k, over) : 0;

		sum += (float)log(settings->ratio[k]);
		record->sum[k] = sum < (float)settings->ceiling ? sum : (float)settings->ceiling;
	}
	record->periods++;
	record->time = over;
	return true;
}

bool
meter_record_is_over(const struct meter_record *record,
	const struct meter_channel_settings *settings, struct wall now)
{
	for (int k = 0; k < METER_RATES; k++) {
		if (left_of(record, settings, k, now) > 0)
			return false;
	}
	return true;
}

struct evidence
meter_record_evidence(const struct meter_record *record)
{
	struct evidence evidence = {.time = record->time, .channel = CHANNEL_METER};
	float sum = 0;

	for (int k = 0; k < METER_RATES; k++)
		evidence.watch = record->sum[k] > evidence.watch ? record->sum[k] : evidence.watch;
	for (int k = 0; k < METER_RATES; k++)
		sum += expf(record->sum[k] - evidence.watch);
	evidence.score = evidence.watch + logf(sum / METER_RATES);
	evidence.score = evidence.score > 0 ? evidence.score : 0;
	return evidence;
}
