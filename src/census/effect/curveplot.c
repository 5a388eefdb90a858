/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/curveplot.h"

#include "care/markup.h"
#include "census/effect/effectreport.h"

#include <stdio.h>

#define WIDTH   760
#define HEIGHT  470
#define LEFT    64
#define RIGHT   (WIDTH - 24)
#define TOP     70
#define BOTTOM  340
#define WEEK    7
#define LETTER  CASEFILE_LETTER
#define HOLDOUT CASEFILE_HOLDOUT

struct plot {
	const struct effect *effect;
	struct buffer *into;
	unsigned days; /* on the axis */
};

static double
across(const struct plot *plot, double day)
{
	return LEFT + (RIGHT - LEFT) * day / plot->days;
}

static double
up(double share)
{
	return BOTTOM - (BOTTOM - TOP) * share;
}

static void
put_text(const struct plot *plot, double x, double y, const char *anchor, const char *text)
{
	buffer_print(plot->into, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
	markup_text(plot->into, text_of(text));
	buffer_text(plot->into, TEXT("</text>\n"));
}

static void
put_line(const struct plot *plot, const char *class, double x1, double y1, double x2, double y2)
{
	buffer_print(plot->into,
		"<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", class, x1,
		y1, x2, y2);
}

static unsigned
last_day(const struct plot *plot, unsigned arm)
{
	unsigned days = plot->effect->curve[arm].days;

	return days < plot->days ? days : plot->days;
}

/* Steps: the value of a day holds until the next one. */
static void
put_curve(const struct plot *plot, unsigned arm)
{
	const struct survival_curve *curve = &plot->effect->curve[arm];

	buffer_print(plot->into, "<path class=\"curve %s\" d=\"M%.1f %.1f",
		arm == LETTER ? "letter" : "holdout", across(plot, 0), up(1));
	for (unsigned day = 1; day <= last_day(plot, arm); day++)
		buffer_print(
			plot->into, "H%.1fV%.1f", across(plot, day), up(curve->at[day].survival));
	buffer_text(plot->into, TEXT("\"/>\n"));
}

static void
put_band(const struct plot *plot, unsigned arm)
{
	const struct survival_curve *curve = &plot->effect->curve[arm];

	buffer_print(plot->into, "<path class=\"band %s\" d=\"M%.1f %.1f",
		arm == LETTER ? "letter" : "holdout", across(plot, 0), up(1));
	for (unsigned day = 1; day <= last_day(plot, arm); day++)
		buffer_print(plot->into, "H%.1fV%.1f", across(plot, day), up(curve->at[day].high));
	for (unsigned day = last_day(plot, arm); day > 0; day--)
		buffer_print(plot->into, "V%.1fH%.1f", up(curve->at[day].low), across(plot, day));
	buffer_text(plot->into, TEXT("Z\"/>\n"));
}

static void
put_axes(const struct plot *plot)
{
	char text[16];

	for (unsigned part = 0; part <= 4; part++) {
		put_line(plot, part == 0 ? "axis" : "grid", LEFT, up(part / 4.0), RIGHT,
			up(part / 4.0));
		snprintf(text, sizeof(text), "%u %%", part * 25);
		put_text(plot, LEFT - 8, up(part / 4.0) + 5, "end", text);
	}
	put_line(plot, "axis", LEFT, TOP, LEFT, BOTTOM);
	for (unsigned day = 0; day <= plot->days; day += WEEK) {
		put_line(plot, "axis", across(plot, day), BOTTOM, across(plot, day), BOTTOM + 6);
		snprintf(text, sizeof(text), "%u", day);
		put_text(plot, across(plot, day), BOTTOM + 22, "middle", text);
	}
	put_text(plot, (LEFT + RIGHT) / 2.0, BOTTOM + 42, "middle",
		"days since the case was opened");
}

static const char *const names[] = {
	[LETTER] = "written to at once", [HOLDOUT] = "held out for 14 days"};

static void
put_at_risk(const struct plot *plot)
{
	double y = BOTTOM + 66;
	char text[64];

	for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
		const struct survival_curve *curve = &plot->effect->curve[arm];

		snprintf(text, sizeof(text), "At risk, %s:", names[arm]);
		put_text(plot, LEFT, y, "start", text);
		for (unsigned day = 0; day <= last_day(plot, arm); day += WEEK) {
			snprintf(text, sizeof(text), "%llu",
				(unsigned long long)curve->at[day].at_risk);
			put_text(plot, across(plot, day), y + 18, "middle", text);
		}
		y += 42;
	}
}

static void
put_key(const struct plot *plot)
{
	for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
		double x = LEFT + 250.0 * arm;

		buffer_print(plot->into, "<path class=\"band %s\" d=\"M%.1f 36H%.1fV52H%.1fZ\"/>\n",
			arm == LETTER ? "letter" : "holdout", x, x + 48, x);
		buffer_print(plot->into, "<path class=\"curve %s\" d=\"M%.1f 44H%.1f\"/>\n",
			arm == LETTER ? "letter" : "holdout", x, x + 48);
		put_text(plot, x + 58, 49, "start", names[arm]);
	}
}

/* What it shows, for those who do not see it. */
static void
put_description(const struct plot *plot)
{
	struct buffer verdict;

	buffer_init(&verdict, 2048);
	effectreport_verdict(plot->effect, &verdict);
	buffer_text(plot->into,
		TEXT("<title id=\"curves-title\">Addresses that are still there, by days since "
		     "their case was "
		     "opened</title>\n<desc id=\"curves-text\">"));
	markup_text(plot->into, (struct text){verdict.at, verdict.length});
	buffer_text(plot->into, TEXT("</desc>\n"));
	buffer_done(&verdict);
}

static const char style[] =
	"<style>.curves { font: 14px system-ui, sans-serif; fill: currentColor }\n"
	".curves line { stroke: currentColor; stroke-width: 1 } .curves .grid { stroke-opacity: .2 "
	"}\n"
	".curves .till { stroke-dasharray: 1 3 }\n"
	".curves .curve { fill: none; stroke: currentColor; stroke-width: 2.5 }\n"
	".curves .curve.holdout { stroke-dasharray: 8 5 }\n"
	".curves .band.letter { fill: currentColor; fill-opacity: .15 }\n"
	".curves .band.holdout { fill: url(#stripes); stroke: currentColor; stroke-width: .5 }\n"
	"</style>\n"
	"<defs><pattern id=\"stripes\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
	"patternTransform=\"rotate(45)\"><path d=\"M0 0V6\" stroke=\"currentColor\" "
	"stroke-opacity=\".45\"/></pattern></defs>\n";

void
curveplot(const struct effect *effect, bool is_page, struct buffer *into)
{
	struct plot plot = {.effect = effect, .into = into, .days = 4 * WEEK};

	for (unsigned arm = 0; arm < CASEFILE_ARM_COUNT; arm++) {
		unsigned weeks = (effect->curve[arm].days + WEEK - 1) / WEEK;

		if (weeks * WEEK > plot.days)
			plot.days = weeks * WEEK < CURVEPLOT_DAYS ? weeks * WEEK : CURVEPLOT_DAYS;
	}
	buffer_print(into,
		"<svg %sclass=\"curves\" viewBox=\"0 0 %d %d\" role=\"img\" "
		"aria-labelledby=\"curves-title curves-text\"%s>\n",
		is_page ? "" : "xmlns=\"http://www.w3.org/2000/svg\" ", WIDTH, HEIGHT,
		is_page ? "" : " color=\"#000\"");
	put_description(&plot);
	buffer_text(into, text_of(style));
	if (!is_page)
		buffer_print(
			into, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n", WIDTH, HEIGHT);
	put_text(&plot, LEFT, 22, "start",
		"Addresses that are still there, of those with which cases were opened");
	put_key(&plot);
	put_band(&plot, LETTER);
	put_band(&plot, HOLDOUT);
	put_axes(&plot);
	put_line(&plot, "till", across(&plot, EFFECT_COMPARED), TOP, across(&plot, EFFECT_COMPARED),
		BOTTOM);
	put_text(&plot, across(&plot, EFFECT_COMPARED) + 4, TOP + 12, "start",
		"now the hold-out is written to");
	put_curve(&plot, LETTER);
	put_curve(&plot, HOLDOUT);
	put_at_risk(&plot);
	buffer_text(into, TEXT("</svg>\n"));
}
