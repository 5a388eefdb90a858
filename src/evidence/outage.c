/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/outage.h"

/* The baseline at the start, and how far one window moves it: about half in four days of ten minutes. */
#define BASELINE_START 0.1
#define BASELINE_STEP  0.0012

void
outage_init(struct outage *outage, const struct flow_channel_settings *settings)
{
	*outage = (struct outage){
		.share = settings->outage_share,
		.ratio = settings->outage_ratio,
		.lines = settings->outage_lines,
		.window_us = settings->outage_window_us,
		.baseline = BASELINE_START,
	};
}

static bool
is_failing(const struct outage_line *line)
{
	return line->failed * 2 > line->total;
}

static void
turn_window(struct outage *outage, uint32_t window)
{
	if (outage->now.lines >= outage->lines) {
		double share = (double)outage->now.failing / outage->now.lines;

		outage->baseline += BASELINE_STEP * (share - outage->baseline);
	}
	outage->before = window == outage->window + 1 ? outage->now : (struct outage_count){0};
	outage->now = (struct outage_count){0};
	outage->window = window;
}

/* Numbers from 1: 0 is the window of a line that was in none. */
static uint32_t
window_of(const struct outage *outage, struct wall time)
{
	return time.us < 0 ? 1 : (uint32_t)(time.us / outage->window_us) + 1;
}

void
outage_attempt(struct outage *outage, struct outage_line *line, struct wall time, bool failed)
{
	uint32_t window = window_of(outage, time);

	if (window > outage->window)
		turn_window(outage, window);
	if (line->window != outage->window) {
		*line = (struct outage_line){.window = outage->window};
		outage->now.lines++;
	} else {
		outage->now.failing -= is_failing(line);
	}
	if (line->total == UINT8_MAX) {
		line->total /= 2;
		line->failed /= 2;
	}
	line->total++;
	line->failed = (uint8_t)(line->failed + failed);
	outage->now.failing += is_failing(line);
}

/* The share in a window without the line, or -1 if too few others tell. */
static double
share_without(const struct outage *outage, struct outage_count count,
	const struct outage_line *line, bool is_in)
{
	uint32_t lines = count.lines - is_in, failing = count.failing - (is_in && is_failing(line));

	if (lines < outage->lines)
		return -1;
	return (double)failing / lines;
}

bool
outage_is_on(const struct outage *outage, const struct outage_line *line)
{
	double share, limit = outage->ratio * outage->baseline,
		      halfway = outage->baseline + (1 - outage->baseline) / 2;

	share = share_without(outage, outage->now, line, line->window == outage->window);
	if (share < 0)
		share = share_without(outage, outage->before, line, false);
	limit = limit < halfway ? limit : halfway;
	limit = limit > outage->share ? limit : outage->share;
	return share > limit;
}
