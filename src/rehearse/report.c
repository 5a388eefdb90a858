/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/report.h"

#include "verdict/explain.h"

#include <math.h>
#include <stdio.h>

const char *
report_span(double seconds, char into[REPORT_SPAN])
{
	if (!isfinite(seconds))
		snprintf(into, REPORT_SPAN, "-");
	else if (seconds < 90)
		snprintf(into, REPORT_SPAN, "%.0f s", seconds);
	else if (seconds < 90 * 60)
		snprintf(into, REPORT_SPAN, "%.1f min", seconds / 60);
	else if (seconds < 36 * 3600)
		snprintf(into, REPORT_SPAN, "%.1f h", seconds / 3600);
	else
		snprintf(into, REPORT_SPAN, "%.1f d", seconds / 86400);
	return into;
}

static const char *
count_format(double count, char into[REPORT_SPAN])
{
	if (isfinite(count))
		snprintf(into, REPORT_SPAN, "%.0f", count);
	else
		snprintf(into, REPORT_SPAN, "-");
	return into;
}

static void
class_row(const struct rehearsal *rehearsal, unsigned i, struct buffer *into)
{
	const struct class *class = &rehearsal_scenario(rehearsal)->class[i];
	char seconds[REPORT_SPAN], most[REPORT_SPAN], contacts[REPORT_SPAN], attempts[REPORT_SPAN];
	struct tally_class t;

	tally_class(rehearsal_tally(rehearsal, 0), i, &t);
	buffer_print(into, "%c %-34.34s %7u %6u %7u %9u", class->flags & CLASS_ZOMBIE ? '*' : ' ',
		class->name, t.lines, t.by_state[STATE_WATCH], t.by_state[STATE_SUSPECT],
		t.by_state[STATE_CONFIRMED]);
	if (t.by_state[STATE_CONFIRMED] > 0 && (class->flags & CLASS_ZOMBIE))
		buffer_print(into, "  %8s %8s %8s %8s", report_span(t.median.seconds, seconds),
			report_span(t.most.seconds, most),
			count_format(t.median.contacts, contacts),
			count_format(t.median.attempts, attempts));
	else
		buffer_print(into, "  %8s %8s %8s %8s", "", "", "", "");
	buffer_print(into, "  %6u %6u %6u\n", t.flagged[NAIVE_CONNECTIONS],
		t.flagged[NAIVE_DESTINATIONS], t.flagged[NAIVE_FAILURES]);
}

/* 1234567 as "1,234,567". */
static void
grouped(uint64_t number, struct buffer *into)
{
	if (number >= 1000) {
		uint64_t rest = number / 1000, power = 1;

		while (rest / power >= 1000)
			power *= 1000;
		buffer_print(into, "%llu", (unsigned long long)(rest / power));
		for (rest %= power; power > 1; rest %= power) {
			power /= 1000;
			buffer_print(into, ",%03llu", (unsigned long long)(rest / power));
		}
		buffer_print(into, ",%03llu", (unsigned long long)(number % 1000));
	} else {
		buffer_print(into, "%llu", (unsigned long long)number);
	}
}

static void
summary(const struct rehearsal *rehearsal, struct buffer *into)
{
	struct traffic_counts counts = traffic_counts(rehearsal_traffic(rehearsal));
	struct judge_counts judged = judge_counts(rehearsal_judge(rehearsal, 0));

	buffer_print(into,
		"\nFalse confirmations: %u in this run, %.1f in a million lines and a month.\n",
		tally_false(rehearsal_tally(rehearsal, 0)), rehearsal_false_rate(rehearsal, 0));
	buffer_print(into,
		"The simple rules would have flagged honest lines, in a million lines and a month: "
		"%.0f by connections, %.0f by destinations, %.0f by failures.\n",
		rehearsal_naive_rate(rehearsal, NAIVE_CONNECTIONS),
		rehearsal_naive_rate(rehearsal, NAIVE_DESTINATIONS),
		rehearsal_naive_rate(rehearsal, NAIVE_FAILURES));
	if (judged.frozen > 0)
		buffer_print(into, "Guards kept %llu failed first contacts from counting.\n",
			(unsigned long long)judged.frozen);
	if (judged.evicted > 0)
		buffer_print(into, "%llu lines gave way because the table of lines was full.\n",
			(unsigned long long)judged.evicted);
	if (counts.left_out > 0)
		buffer_print(into, "%llu connections were left out: too many at once.\n",
			(unsigned long long)counts.left_out);
}

void
report_text(const struct rehearsal *rehearsal, const char *name, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);
	struct traffic_counts counts = traffic_counts(rehearsal_traffic(rehearsal));

	buffer_print(into, "%s: a network of ", name);
	grouped(scenario->lines, into);
	buffer_print(into, " lines for %g days, seed %llu; ", scenario->days,
		(unsigned long long)scenario->seed);
	grouped(counts.attempts, into);
	buffer_print(into, " connections to mail servers.\n\n");
	buffer_print(into, "%-36s %7s %6s %7s %9s  %35s  %s\n", "", "", "", "", "",
		"from first mail to confirmation", "simple rules flag");
	buffer_print(into, "  %-34s %7s %6s %7s %9s  %8s %8s %8s %8s  %6s %6s %6s\n",
		"class (* zombies)", "lines", "watch", "suspect", "confirmed", "median", "95 %",
		"contacts", "attempts", ">30/h", ">10/5m", ">50 %");
	for (unsigned i = 0; i < scenario->class_count; i++)
		class_row(rehearsal, i, into);
	summary(rehearsal, into);
}

bool
report_expectation(const struct rehearsal *rehearsal, const struct tally *tally,
	const struct expect *expect, const char *name, struct buffer *json, struct buffer *broken)
{
	struct buffer found;
	bool held;

	buffer_init(&found, 256);
	held = rehearsal_expect(rehearsal, tally, expect, &found);
	if (json != NULL) {
		buffer_print(json,
			"{\"type\":\"expectation\",\"line\":%u,\"expected\":", expect->file_line);
		buffer_json(json, text_of(expect->text));
		buffer_print(json, ",\"found\":");
		buffer_json(json, text_of(buffer_string(&found)));
		buffer_print(json, ",\"held\":%s}\n", held ? "true" : "false");
	}
	if (!held && broken != NULL)
		buffer_print(broken, "%s:%u: expected %s; found %s\n", name, expect->file_line,
			expect->text, buffer_string(&found));
	buffer_done(&found);
	return held;
}

unsigned
report_expectations(const struct rehearsal *rehearsal, const char *name, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);
	unsigned failed = 0;

	for (unsigned i = 0; i < scenario->expect_count; i++)
		failed += !report_expectation(rehearsal, rehearsal_tally(rehearsal, 0),
			&scenario->expect[i], name, NULL, into);
	return failed;
}

void
report_verdict(const struct verdict *verdict, const struct lines *lines,
	const struct parameters *parameters, struct buffer *into)
{
	char name[LINE_NAME];

	if (lines_name(lines, verdict->line, name) < 0)
		snprintf(name, sizeof(name), "%016llx", (unsigned long long)verdict->line);
	explain_verdict(verdict, parameters, name, into);
}

void
report_example(const struct rehearsal *rehearsal, struct buffer *into)
{
	const struct verdict *verdict = tally_example(rehearsal_tally(rehearsal, 0));

	if (verdict != NULL)
		report_verdict(verdict, rehearsal_lines(rehearsal),
			rehearsal_parameters(rehearsal, 0), into);
}

void
report_number(const char *key, double value, struct buffer *into)
{
	if (isfinite(value))
		buffer_print(into, ",\"%s\":%.10g", key, value);
	else
		buffer_print(into, ",\"%s\":null", key);
}

static void
json_class(const struct rehearsal *rehearsal, unsigned judge, unsigned i, struct buffer *into)
{
	const struct class *class = &rehearsal_scenario(rehearsal)->class[i];
	struct tally_class t;

	tally_class(rehearsal_tally(rehearsal, judge), i, &t);
	buffer_print(into, "\"class\":");
	buffer_json(into, text_of(class->name));
	buffer_print(into,
		",\"zombies\":%s,\"lines\":%u,\"watch\":%u,\"suspect\":%u,\"confirmed\":%u,"
		"\"released\":%u",
		class->flags & CLASS_ZOMBIE ? "true" : "false", t.lines, t.by_state[STATE_WATCH],
		t.by_state[STATE_SUSPECT], t.by_state[STATE_CONFIRMED], t.released);
	report_number("seconds_median", t.median.seconds, into);
	report_number("seconds_95", t.most.seconds, into);
	report_number("contacts_median", t.median.contacts, into);
	report_number("contacts_95", t.most.contacts, into);
	report_number("attempts_median", t.median.attempts, into);
	report_number("attempts_95", t.most.attempts, into);
	buffer_print(into, ",\"attempts\":%llu,\"naive\":{", (unsigned long long)t.attempts);
	for (int rule = 0; rule < NAIVE_COUNT; rule++)
		buffer_print(
			into, "%s\"%s\":%u", rule ? "," : "", naive_names[rule], t.flagged[rule]);
	buffer_print(into, "}");
}

void
report_json(const struct rehearsal *rehearsal, double cpu_seconds, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);
	struct traffic_counts counts = traffic_counts(rehearsal_traffic(rehearsal));
	struct judge_counts judged = judge_counts(rehearsal_judge(rehearsal, 0));

	for (unsigned i = 0; i < scenario->class_count; i++) {
		buffer_print(into, "{\"type\":\"class\",");
		json_class(rehearsal, 0, i, into);
		buffer_print(into, "}\n");
	}
	for (unsigned i = 0; i < scenario->expect_count; i++)
		(void)report_expectation(rehearsal, rehearsal_tally(rehearsal, 0),
			&scenario->expect[i], "", into, NULL);
	buffer_print(into,
		"{\"type\":\"rehearsal\",\"lines\":%llu,\"days\":%.10g,\"seed\":%llu,"
		"\"attempts\":%llu,\"observations\":%llu,\"left_out\":%llu,\"evicted\":%llu,"
		"\"frozen\":%llu,\"false_confirmations\":%u",
		(unsigned long long)scenario->lines, scenario->days,
		(unsigned long long)scenario->seed, (unsigned long long)counts.attempts,
		(unsigned long long)counts.seen, (unsigned long long)counts.left_out,
		(unsigned long long)judged.evicted, (unsigned long long)judged.frozen,
		tally_false(rehearsal_tally(rehearsal, 0)));
	report_number("false_per_million_and_month", rehearsal_false_rate(rehearsal, 0), into);
	buffer_print(
		into, ",\"parameters\":\"%08x\"", judge_parameters(rehearsal_judge(rehearsal, 0)));
	report_number("cpu_seconds", cpu_seconds, into);
	buffer_print(into, "}\n");
}
