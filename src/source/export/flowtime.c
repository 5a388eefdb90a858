/* SPDX-License-Identifier: BSD-2-Clause */
#include "source/export/flowtime.h"

#define NTP_TO_UNIX INT64_C(2208988800)
#define NTP_ERA     (INT64_C(1) << 32)

#define OLDEST (7 * WALL_DAY)
#define NEWEST WALL_HOUR

/* Of microseconds in NTP format the low 11 bits of the fraction are noise (RFC 7011 s6.1.9). */
#define MICRO_MASK (~UINT64_C(0x7ff))

struct clock {
	const struct moment *moment;
	int64_t started_ms;
	bool is_netflow;
};

struct wall
flowtime_from_ntp(uint64_t ntp)
{
	int64_t seconds = (int64_t)(ntp >> 32);
	int64_t us = (int64_t)(((ntp & UINT32_MAX) * WALL_SECOND) >> 32);

	if (seconds < NTP_ERA / 2)
		seconds += NTP_ERA;
	return (struct wall){(seconds - NTP_TO_UNIX) * WALL_SECOND + us};
}

/* A count of milliseconds since the exporter's start, 32 bits that wrap. */
static bool
from_uptime(const struct clock *clock, uint32_t ms, struct wall *ret)
{
	int64_t export_ms = clock->moment->time.us / 1000;
	int32_t since;

	if (clock->is_netflow) {
		since = (int32_t)(ms - clock->moment->uptime);
		ret->us = clock->moment->time.us + (int64_t)since * 1000;
		return true;
	}
	if (clock->started_ms == 0)
		return false;
	/* The nearest time to the export that has these 32 bits. */
	since = (int32_t)(ms - (uint32_t)((uint64_t)export_ms - (uint64_t)clock->started_ms));
	ret->us = (export_ms + since) * 1000;
	return true;
}

/* One of the slots of a begin or an end; false where it is 0 or not there. */
static bool
from_slot(const struct clock *clock, const struct place *place, const uint8_t *record,
	enum slot slot, struct wall *ret)
{
	uint64_t raw;

	if (place[slot].size == 0)
		return false;
	raw = bytes_uint(record + place[slot].offset, place[slot].size);
	if (slot == SLOT_START_UPTIME || slot == SLOT_END_UPTIME)
		return from_uptime(clock, (uint32_t)raw, ret);
	if (slot == SLOT_START_DELTA || slot == SLOT_END_DELTA) {
		ret->us = clock->moment->time.us - (int64_t)(uint32_t)raw;
		return true;
	}
	if (raw == 0)
		return false;
	if (slot == SLOT_START_SECONDS || slot == SLOT_END_SECONDS || slot == SLOT_EVENT_SECONDS)
		ret->us = (int64_t)raw * WALL_SECOND;
	else if (slot == SLOT_START_MILLI || slot == SLOT_END_MILLI || slot == SLOT_EVENT_MILLI)
		ret->us = raw < INT64_MAX / 1000 ? (int64_t)raw * 1000 : INT64_MAX;
	else if (slot == SLOT_START_MICRO || slot == SLOT_END_MICRO || slot == SLOT_EVENT_MICRO)
		*ret = flowtime_from_ntp(raw & MICRO_MASK);
	else
		*ret = flowtime_from_ntp(raw);
	return true;
}

/* Can it be meant? The exporter's own clock is the measure. */
static bool
is_sane(const struct clock *clock, struct wall wall)
{
	return wall.us >= clock->moment->time.us - OLDEST &&
		wall.us <= clock->moment->time.us + NEWEST;
}

static bool
first_sane(const struct clock *clock, const struct place *place, const uint8_t *record,
	const uint8_t *slots, unsigned count, struct wall *ret)
{
	for (unsigned i = 0; i < count; i++) {
		struct wall wall;

		if (from_slot(clock, place, record, slots[i], &wall) && is_sane(clock, wall)) {
			*ret = wall;
			return true;
		}
	}
	return false;
}

static const uint8_t start_slots[] = {SLOT_START_MILLI, SLOT_START_MICRO, SLOT_START_NANO,
	SLOT_START_SECONDS, SLOT_START_DELTA, SLOT_START_UPTIME};
static const uint8_t end_slots[] = {SLOT_END_MILLI, SLOT_END_MICRO, SLOT_END_NANO, SLOT_END_SECONDS,
	SLOT_END_DELTA, SLOT_END_UPTIME};
static const uint8_t event_slots[] = {
	SLOT_EVENT_MILLI, SLOT_EVENT_MICRO, SLOT_EVENT_NANO, SLOT_EVENT_SECONDS};

/* How long it lasted, in microseconds; -1 where the record does not say. */
static int64_t
duration(const struct place *place, const uint8_t *record)
{
	uint64_t a, b;

	if (place[SLOT_DURATION_MICRO].size != 0)
		return (int64_t)(uint32_t)bytes_uint(record + place[SLOT_DURATION_MICRO].offset,
			place[SLOT_DURATION_MICRO].size);
	if (place[SLOT_DURATION_MILLI].size != 0)
		return (int64_t)(uint32_t)bytes_uint(record + place[SLOT_DURATION_MILLI].offset,
			       place[SLOT_DURATION_MILLI].size) *
			1000;
	/* The uptimes tell it too, where nobody knows since when they count. */
	if (place[SLOT_START_UPTIME].size == 0 || place[SLOT_END_UPTIME].size == 0)
		return -1;
	a = bytes_uint(record + place[SLOT_START_UPTIME].offset, place[SLOT_START_UPTIME].size);
	b = bytes_uint(record + place[SLOT_END_UPTIME].offset, place[SLOT_END_UPTIME].size);
	return (int64_t)(uint32_t)(b - a) * 1000;
}

static struct clock
clock_of(const struct moment *moment, bool is_netflow, int64_t started_ms,
	const struct place *place, const uint8_t *record)
{
	struct clock clock = {moment, started_ms, is_netflow};

	if (place[SLOT_BOOT_MILLI].size == 8) {
		uint64_t raw = bytes_u64(record + place[SLOT_BOOT_MILLI].offset);

		clock.started_ms = raw < INT64_MAX / 1000 ? (int64_t)raw : 0;
	}
	return clock;
}

/* What is missing follows from the rest. */
static void
settle(const struct moment *moment, int64_t lasted, bool has_start, struct wall *start,
	bool has_end, struct wall *end)
{
	if (lasted < 0 || lasted > OLDEST)
		lasted = 0;
	if (!has_start && !has_end)
		*end = moment->time;
	if (!has_start)
		start->us = end->us - lasted;
	else if (!has_end)
		end->us = start->us + lasted;
	if (end->us < start->us)
		*end = *start;
}

void
flowtime_parse(const struct moment *moment, bool is_netflow, int64_t started_ms,
	const struct place *place, const uint8_t *record, struct wall *start, struct wall *end)
{
	struct clock clock = clock_of(moment, is_netflow, started_ms, place, record);
	int64_t lasted = duration(place, record);
	bool has_start = first_sane(&clock, place, record, start_slots, sizeof(start_slots), start);
	bool has_end = first_sane(&clock, place, record, end_slots, sizeof(end_slots), end);

	if (!has_start && !has_end)
		has_end = first_sane(&clock, place, record, event_slots, sizeof(event_slots), end);
	settle(moment, lasted, has_start, start, has_end, end);
}

void
flowtime_parse_uptimes(const struct moment *moment, uint32_t first, uint32_t last,
	struct wall *start, struct wall *end)
{
	struct clock clock = {.moment = moment, .is_netflow = true};
	int64_t lasted = (int64_t)(uint32_t)(last - first) * 1000;
	bool has_start = from_uptime(&clock, first, start) && is_sane(&clock, *start);
	bool has_end = from_uptime(&clock, last, end) && is_sane(&clock, *end);

	settle(moment, lasted, has_start, start, has_end, end);
}

struct wall
flowtime_parse_event(const struct moment *moment, bool is_netflow, int64_t started_ms,
	const struct place *place, const uint8_t *record)
{
	struct clock clock = clock_of(moment, is_netflow, started_ms, place, record);
	struct wall event, end;

	if (first_sane(&clock, place, record, event_slots, sizeof(event_slots), &event))
		return event;
	flowtime_parse(moment, is_netflow, started_ms, place, record, &event, &end);
	return event;
}
