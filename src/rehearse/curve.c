/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/curve.h"

#include <math.h>

static const double honest[] = {.2, .3};
static const double floors[] = {9.2, 11.5, 16.1};

void
curve_parameters(const struct parameters *base, struct parameters ret[CURVE_POINTS])
{
	for (unsigned i = 0; i < CURVE_POINTS; i++) {
		ret[i] = *base;
		ret[i].flow.failure_honest = honest[i / 3];
		ret[i].court.floor = floors[i % 3];
	}
}

static bool
is_zombies(const struct rehearsal *rehearsal, unsigned class)
{
	return rehearsal_scenario(rehearsal)->class[class].flags & CLASS_ZOMBIE;
}

/* "98 %, 3.2 h": share confirmed, and the median delay. */
static void
found_cell(const struct rehearsal *rehearsal, unsigned judge, unsigned class, struct buffer *into)
{
	struct tally_class t;
	double seconds;

	tally_class(rehearsal_tally(rehearsal, judge), class, &t);
	seconds = t.median.seconds;
	buffer_print(
		into, " %.3g %%", t.lines ? 100.0 * t.by_state[STATE_CONFIRMED] / t.lines : 0.0);
	if (isfinite(seconds) && seconds < 5400)
		buffer_print(into, ", %.1f min", seconds / 60);
	else if (isfinite(seconds))
		buffer_print(into, ", %.1f h", seconds / 3600);
	buffer_print(into, " |");
}

static void
curve_json(const struct rehearsal *rehearsal, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);

	for (unsigned judge = 0; judge < CURVE_POINTS; judge++) {
		buffer_print(into,
			"{\"type\":\"curve\",\"honest_failure\":%g,\"floor\":%g,"
			"\"false_per_million_and_month\":%.6g,\"classes\":{",
			honest[judge / 3], floors[judge % 3],
			rehearsal_false_rate(rehearsal, judge));
		for (unsigned i = 0; i < scenario->class_count; i++) {
			struct tally_class t;

			tally_class(rehearsal_tally(rehearsal, judge), i, &t);
			buffer_print(into, i ? "," : "");
			buffer_json(into, text_of(scenario->class[i].name));
			buffer_print(into, ":{\"lines\":%u,\"suspect\":%u,\"confirmed\":%u",
				t.lines, t.by_state[STATE_SUSPECT], t.by_state[STATE_CONFIRMED]);
			if (isfinite(t.median.seconds))
				buffer_print(into, ",\"seconds_median\":%.6g", t.median.seconds);
			buffer_print(into, "}");
		}
		buffer_print(into, "}}\n");
	}
}

/* Which honest classes the false confirmations are in. */
static void
false_cell(const struct rehearsal *rehearsal, unsigned judge, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);
	const char *between = " ";

	for (unsigned i = 0; i < scenario->class_count; i++) {
		struct tally_class t;

		if (is_zombies(rehearsal, i))
			continue;
		tally_class(rehearsal_tally(rehearsal, judge), i, &t);
		if (t.by_state[STATE_CONFIRMED] == 0)
			continue;
		buffer_print(into, "%s%s %u", between, scenario->class[i].name,
			t.by_state[STATE_CONFIRMED]);
		between = ", ";
	}
	buffer_print(into, " |");
}

void
curve_report(const struct rehearsal *rehearsal, bool is_json, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);

	if (is_json) {
		curve_json(rehearsal, into);
		return;
	}
	buffer_print(into, "| theta0 | floor | false, a million lines and month | of them |");
	for (unsigned i = 0; i < scenario->class_count; i++) {
		if (is_zombies(rehearsal, i))
			buffer_print(into, " %s |", scenario->class[i].name);
	}
	buffer_print(into, "\n|---|---|---|---|");
	for (unsigned i = 0; i < scenario->class_count; i++)
		buffer_print(into, is_zombies(rehearsal, i) ? "---|" : "");
	for (unsigned judge = 0; judge < CURVE_POINTS; judge++) {
		buffer_print(into, "\n| %g | %g | %.1f |", honest[judge / 3], floors[judge % 3],
			rehearsal_false_rate(rehearsal, judge));
		false_cell(rehearsal, judge, into);
		for (unsigned i = 0; i < scenario->class_count; i++) {
			if (is_zombies(rehearsal, i))
				found_cell(rehearsal, judge, i, into);
		}
	}
	buffer_print(into, "\n");
}

void
curve_varied_head(struct buffer *into)
{
	buffer_print(into, "| class | quantity | times |");
	for (unsigned i = 0; i < CURVE_POINTS; i++)
		buffer_print(into, " %g / %g |", honest[i / 3], floors[i % 3]);
	buffer_print(into, "\n|---|---|---|");
	for (unsigned i = 0; i < CURVE_POINTS; i++)
		buffer_print(into, "---|");
	buffer_print(into, "\n");
}

/* "7.0": honest lines of the class that were confirmed, in a million lines and a month. */
static void
false_class_cell(
	const struct rehearsal *rehearsal, unsigned judge, unsigned class, struct buffer *into)
{
	struct tally_class t;

	tally_class(rehearsal_tally(rehearsal, judge), class, &t);
	buffer_print(into, " %.1f |", rehearsal_rate(rehearsal, t.by_state[STATE_CONFIRMED]));
}

static void
varied_json(const struct rehearsal *rehearsal, unsigned class, enum class_value value,
	double factor, struct buffer *into)
{
	buffer_print(into, "{\"type\":\"varied\",\"class\":");
	buffer_json(into, text_of(rehearsal_scenario(rehearsal)->class[class].name));
	if (value < VALUE_COUNT)
		buffer_print(into, ",\"quantity\":\"%s\"", class_values[value].name);
	buffer_print(into, ",\"times\":%g,\"points\":[", factor);
	for (unsigned judge = 0; judge < CURVE_POINTS; judge++) {
		struct tally_class t;

		tally_class(rehearsal_tally(rehearsal, judge), class, &t);
		buffer_print(into,
			"%s{\"honest_failure\":%g,\"floor\":%g,\"lines\":%u,\"confirmed\":%u",
			judge ? "," : "", honest[judge / 3], floors[judge % 3], t.lines,
			t.by_state[STATE_CONFIRMED]);
		if (isfinite(t.median.seconds))
			buffer_print(into, ",\"seconds_median\":%.6g", t.median.seconds);
		buffer_print(into, "}");
	}
	buffer_print(into, "]}\n");
}

void
curve_varied_row(const struct rehearsal *rehearsal, unsigned class, enum class_value value,
	double factor, bool is_json, struct buffer *into)
{
	if (is_json) {
		varied_json(rehearsal, class, value, factor, into);
		return;
	}
	buffer_print(into, "| %s | %s |", rehearsal_scenario(rehearsal)->class[class].name,
		value < VALUE_COUNT ? class_values[value].name : "nothing changed");
	if (value < VALUE_COUNT)
		buffer_print(into, " %g |", factor);
	else
		buffer_print(into, " |");
	for (unsigned judge = 0; judge < CURVE_POINTS; judge++) {
		if (is_zombies(rehearsal, class))
			found_cell(rehearsal, judge, class, into);
		else
			false_class_cell(rehearsal, judge, class, into);
	}
	buffer_print(into, "\n");
}
