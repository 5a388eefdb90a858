/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/measurereport.h"

#include <stdio.h>

/* RFC 3339 to the day, and to the second. */
#define DAY_TEXT    10
#define SECOND_TEXT 19

void
measure_table_heading(struct buffer *into)
{
	buffer_print(into, "%7s  %7s  %-10s  %-7s  %-20s  %-16s  %s\n", "MEASURE", "CASE", "WHAT",
		"MODE", "SINCE", "END", "LINE");
}

static void
format_end(const struct measure *of, char into[40])
{
	char time[WALL_TEXT];

	if (!wall_is_none(of->ended))
		snprintf(into, 40, "ended: %s", measure_ends[of->why]);
	else if (wall_is_none(of->until))
		snprintf(into, 40, "with its case");
	else
		snprintf(into, 40, "until %.*s", DAY_TEXT, wall_format(of->until, time));
}

void
measure_table_row(const struct measure *of, const char *name, struct buffer *into)
{
	char begun[WALL_TEXT], end[40];

	wall_format(of->begun, begun);
	format_end(of, end);
	buffer_print(into, "%7llu  %7llu  %-10s  %-7s  %.*sZ  %-16s  ",
		(unsigned long long)of->number, (unsigned long long)of->of_case,
		measure_names[of->kind], measure_modes[of->mode], SECOND_TEXT, begun, end);
	if (name != NULL && *name != '\0')
		buffer_print(into, "%s\n", name);
	else
		buffer_print(into, "%016llx\n", (unsigned long long)of->line);
}

static void
add_time(struct buffer *into, const char *key, struct wall time)
{
	char text[WALL_TEXT];

	if (wall_is_none(time))
		buffer_print(into, ",\"%s\":null", key);
	else
		buffer_print(into, ",\"%s\":\"%s\"", key, wall_format(time, text));
}

static void
add_text(struct buffer *into, const char *key, const char *value)
{
	buffer_print(into, ",\"%s\":", key);
	if (value == NULL)
		buffer_text(into, TEXT("null"));
	else
		buffer_json(into, text_of(value));
}

void
measure_table_json(const struct measure *of, const char *name, struct buffer *into)
{
	bool is_over = !wall_is_none(of->ended);

	buffer_print(into,
		"{\"type\":\"measure\",\"measure\":%llu,\"case\":%llu,\"line\":\"%016llx\"",
		(unsigned long long)of->number, (unsigned long long)of->of_case,
		(unsigned long long)of->line);
	add_text(into, "name", name);
	add_text(into, "kind", measure_names[of->kind]);
	add_text(into, "mode", measure_modes[of->mode]);
	add_time(into, "begun", of->begun);
	add_time(into, "until", of->until);
	add_text(into, "ground", of->ground);
	add_text(into, "actor", of->actor);
	add_text(into, "reason", measure_reason(of));
	buffer_print(into, ",\"braked\":%s", of->braked ? "true" : "false");
	add_time(into, "ended", is_over ? of->ended : WALL_NONE);
	add_text(into, "why", is_over ? measure_ends[of->why] : NULL);
	add_text(into, "ended_by", is_over ? of->ended_by : NULL);
	add_text(into, "ended_reason", is_over ? of->ended_reason : NULL);
	buffer_text(into, TEXT("}\n"));
}
