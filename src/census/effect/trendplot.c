/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/trendplot.h"

#include "census/effect/effectreport.h"

#define WIDTH  760
#define HEIGHT 250
#define LEFT   90
#define RIGHT  (WIDTH - 40)
#define TOP    20
#define BOTTOM 205

/* 1, 2 or 5 with noughts, no less than it. */
static uint64_t
round_up(uint64_t count)
{
	static const unsigned first[] = {1, 2, 5};

	for (uint64_t unit = 1; unit < UINT64_MAX / 10; unit *= 10) {
		for (unsigned i = 0; i < 3; i++) {
			if (first[i] * unit >= count)
				return first[i] * unit;
		}
	}
	return count;
}

static double
across(const struct trend *trend, size_t count, size_t i)
{
	unsigned span = (unsigned)(trend[count - 1].day - trend[0].day);

	return span == 0 ? (LEFT + RIGHT) / 2.0
			 : LEFT + (RIGHT - LEFT) * (double)(trend[i].day - trend[0].day) / span;
}

static void
put_axes(const struct trend *trend, size_t count, uint64_t top, struct buffer *into)
{
	char day[EFFECTREPORT_DAY];

	for (unsigned half = 0; half <= 2; half++) {
		double y = BOTTOM - (BOTTOM - TOP) * half / 2.0;

		/* A half of 1 or 5 is no count. */
		if (half == 1 && top % 2 != 0)
			continue;
		buffer_print(into,
			"<path class=\"%s\" d=\"M%d %.1fH%d\"/><text x=\"%d\" y=\"%.1f\" "
			"text-anchor=\"end\">%llu</text>\n",
			half == 0 ? "axis" : "grid", LEFT, y, RIGHT, LEFT - 8, y + 5,
			(unsigned long long)(top * half / 2));
	}
	for (size_t i = 0; i<count; i += count> 1 ? count - 1 : 1)
		buffer_print(into, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>\n",
			across(trend, count, i), BOTTOM + 24, effectreport_day(trend[i].day, day));
}

void
trendplot(const struct trend *trend, size_t count, struct buffer *into)
{
	uint64_t most = 1, top;

	for (size_t i = 0; i < count; i++)
		most = trend[i].count > most ? trend[i].count : most;
	top = round_up(most);
	buffer_print(into,
		"<svg class=\"trend\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"trend-title\">\n"
		"<title id=\"trend-title\">Zombies, run by run; the table below has the same "
		"figures</title>\n",
		WIDTH, HEIGHT);
	put_axes(trend, count, top, into);
	buffer_text(into, TEXT("<path class=\"line\" d=\""));
	for (size_t i = 0; i < count; i++)
		buffer_print(into, "%s%.1f %.1f", i == 0 ? "M" : "L", across(trend, count, i),
			BOTTOM - (BOTTOM - TOP) * (double)trend[i].count / (double)top);
	buffer_text(into, TEXT("\"/>\n"));
	for (size_t i = 0; i < count && count <= 62; i++)
		buffer_print(into, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>",
			across(trend, count, i),
			BOTTOM - (BOTTOM - TOP) * (double)trend[i].count / (double)top);
	buffer_text(into, TEXT("</svg>\n"));
}
