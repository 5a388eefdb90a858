/* SPDX-License-Identifier: BSD-2-Clause */
#include "rehearse/report.h"

#include "verdict/explain.h"

#include <math.h>
#include <stdio.h>

#define SPAN 24

/* "45 s", "2.4 min", "10.6 h", "3.1 d"; "-" if it never came. */
static const char *
span_format(double seconds, char into[SPAN])
{
	if (!isfinite(seconds))
		snprintf(into, SPAN, "-");
	else if (seconds < 90)
		snprintf(into, SPAN, "%.0f s", seconds);
	else if (seconds < 90 * 60)
		snprintf(into, SPAN, "%.1f min", seconds / 60);
	else if (seconds < 36 * 3600)
		snprintf(into, SPAN, "%.1f h", seconds / 3600);
	else
		snprintf(into, SPAN, "%.1f d", seconds / 86400);
	return into;
}

static const char *
count_format(double count, char into[SPAN])
{
	if (isfinite(count))
		snprintf(into, SPAN, "%.0f", count);
	else
		snprintf(into, SPAN, "-");
	return into;
}

static void
class_row(const struct rehearsal *rehearsal, unsigned i, struct buffer *into)
{
	const struct class *class = &rehearsal_scenario(rehearsal)->class[i];
	char seconds[SPAN], most[SPAN], contacts[SPAN], attempts[SPAN];
	struct tally_class t;

	tally_class(rehearsal_tally(rehearsal, 0), i, &t);
	buffer_print(into, "%c %-34.34s %7u %6u %7u %9u", class->flags & CLASS_ZOMBIE ? '*' : ' ',
		class->name, t.lines, t.by_state[STATE_WATCH], t.by_state[STATE_SUSPECT],
		t.by_state[STATE_CONFIRMED]);
	if (t.by_state[STATE_CONFIRMED] > 0 && (class->flags & CLASS_ZOMBIE))
		buffer_print(into, "  %8s %8s %8s %8s", span_format(t.median.seconds, seconds),
			span_format(t.most.seconds, most),
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

unsigned
report_expectations(const struct rehearsal *rehearsal, const char *name, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);
	unsigned failed = 0;

	for (unsigned i = 0; i < scenario->expect_count; i++) {
		struct buffer found;

		buffer_init(&found, 256);
		if (!rehearsal_expect(rehearsal, &scenario->expect[i], &found)) {
			buffer_print(into, "%s:%u: expected %s; found %s\n", name,
				scenario->expect[i].file_line, scenario->expect[i].text,
				buffer_string(&found));
			failed++;
		}
		buffer_done(&found);
	}
	return failed;
}

void
report_example(const struct rehearsal *rehearsal, struct buffer *into)
{
	const struct verdict *verdict = tally_example(rehearsal_tally(rehearsal, 0));
	char name[LINE_NAME];

	if (verdict == NULL)
		return;
	if (lines_name(rehearsal_lines(rehearsal), verdict->line, name) < 0)
		snprintf(name, sizeof(name), "%016llx", (unsigned long long)verdict->line);
	explain_verdict(verdict, rehearsal_parameters(rehearsal, 0), name, into);
}

/* A number, or null where JSON has none for it. */
static void
json_number(const char *key, double value, struct buffer *into)
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
	json_number("seconds_median", t.median.seconds, into);
	json_number("seconds_95", t.most.seconds, into);
	json_number("contacts_median", t.median.contacts, into);
	json_number("contacts_95", t.most.contacts, into);
	json_number("attempts_median", t.median.attempts, into);
	json_number("attempts_95", t.most.attempts, into);
	buffer_print(into, ",\"attempts\":%llu,\"naive\":{", (unsigned long long)t.attempts);
	for (int rule = 0; rule < NAIVE_COUNT; rule++)
		buffer_print(
			into, "%s\"%s\":%u", rule ? "," : "", naive_names[rule], t.flagged[rule]);
	buffer_print(into, "}");
}

static void
json_expectations(const struct rehearsal *rehearsal, struct buffer *into)
{
	const struct scenario *scenario = rehearsal_scenario(rehearsal);

	for (unsigned i = 0; i < scenario->expect_count; i++) {
		struct buffer found;
		bool held;

		buffer_init(&found, 256);
		held = rehearsal_expect(rehearsal, &scenario->expect[i], &found);
		buffer_print(into, "{\"type\":\"expectation\",\"line\":%u,\"expected\":",
			scenario->expect[i].file_line);
		buffer_json(into, text_of(scenario->expect[i].text));
		buffer_print(into, ",\"found\":");
		buffer_json(into, text_of(buffer_string(&found)));
		buffer_print(into, ",\"held\":%s}\n", held ? "true" : "false");
		buffer_done(&found);
	}
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
	json_expectations(rehearsal, into);
	buffer_print(into,
		"{\"type\":\"rehearsal\",\"lines\":%llu,\"days\":%.10g,\"seed\":%llu,"
		"\"attempts\":%llu,\"observations\":%llu,\"left_out\":%llu,\"evicted\":%llu,"
		"\"frozen\":%llu,\"false_confirmations\":%u",
		(unsigned long long)scenario->lines, scenario->days,
		(unsigned long long)scenario->seed, (unsigned long long)counts.attempts,
		(unsigned long long)counts.seen, (unsigned long long)counts.left_out,
		(unsigned long long)judged.evicted, (unsigned long long)judged.frozen,
		tally_false(rehearsal_tally(rehearsal, 0)));
	json_number("false_per_million_and_month", rehearsal_false_rate(rehearsal, 0), into);
	buffer_print(
		into, ",\"parameters\":\"%08x\"", judge_parameters(rehearsal_judge(rehearsal, 0)));
	json_number("cpu_seconds", cpu_seconds, into);
	buffer_print(into, "}\n");
}
