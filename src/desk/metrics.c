/* SPDX-License-Identifier: BSD-2-Clause */
#include "desk/metrics.h"

#include <stdio.h>
#include <stdlib.h>

struct families {
	struct buffer *into;
	const struct status_process *processes;
	size_t count;
};

/* Backslash, quote and line feed, as in HELP and in values of labels. */
static void
put_escaped(struct buffer *into, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			buffer_text(into, TEXT("\\n"));
		else if (*text == '\\' || *text == '"')
			buffer_print(into, "\\%c", *text);
		else
			buffer_add(into, text, 1);
	}
}

static bool
ends_in(const char *name, const char *with)
{
	size_t length = strlen(name), tail = strlen(with);

	return length > tail && strcmp(name + length - tail, with) == 0;
}

/* The unit is the end of the name. */
static void
begin_family(struct buffer *into, const char *name, const char *type, const char *help)
{
	static const char *const units[] = {"bytes", "seconds"};
	char end[16];

	buffer_print(into, "# TYPE lazaret_%s %s\n", name, type);
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++) {
		snprintf(end, sizeof(end), "_%s", units[i]);
		if (ends_in(name, end))
			buffer_print(into, "# UNIT lazaret_%s %s\n", name, units[i]);
	}
	buffer_print(into, "# HELP lazaret_%s ", name);
	put_escaped(into, help);
	buffer_text(into, TEXT("\n"));
}

/* There are several of these, so each has its number. */
static bool
is_numbered(enum counter_owner owner)
{
	return owner == OWNER_RECEIVER || owner == OWNER_JUDGE;
}

static void
put_counter(const struct families *families, const struct counter_row *row, enum counter what)
{
	bool is_counter = row->kind == KIND_COUNTER;

	begin_family(families->into, row->name, is_counter ? "counter" : "gauge", row->help);
	for (size_t i = 0; i < families->count; i++) {
		const struct status_process *process = &families->processes[i];

		if (process->owner != row->owner)
			continue;
		buffer_print(families->into, "lazaret_%s%s", row->name, is_counter ? "_total" : "");
		if (is_numbered(row->owner))
			buffer_print(families->into, "{%s=\"%u\"}", owner_names[row->owner],
				process->number);
		buffer_print(families->into, " %llu\n", (unsigned long long)process->value[what]);
	}
}

enum process_fact { FACT_UP, FACT_READY, FACT_START, FACT_COUNT };

static void
put_processes(const struct families *families)
{
	static const char *const names[FACT_COUNT][2] = {
		[FACT_UP] = {"process_up", "1 while the process runs."},
		[FACT_READY] = {"process_ready", "1 while the process does its work."},
		[FACT_START] = {"process_start_time_seconds",
			"When the process began, in seconds since 1970."},
	};

	for (int fact = 0; fact < FACT_COUNT; fact++) {
		begin_family(families->into, names[fact][0], "gauge", names[fact][1]);
		for (size_t i = 0; i < families->count; i++) {
			const struct status_process *process = &families->processes[i];
			bool is_up = process->pid != 0;

			buffer_print(families->into, "lazaret_%s{process=\"%s\",number=\"%u\"} ",
				names[fact][0], owner_names[process->owner], process->number);
			if (fact == FACT_START)
				buffer_print(families->into, "%lld\n",
					(long long)(process->started.us / WALL_SECOND));
			else
				buffer_print(families->into, "%d\n",
					fact == FACT_UP ? is_up : is_up && process->is_ready);
		}
	}
}

/* Those that are in use: the others have no room. */
static void
put_rings(const struct status_view *view, struct buffer *into)
{
	size_t half = view->ring_count / 2;

	if (view->rings == NULL)
		return;
	for (int room = 0; room < 2; room++) {
		const char *name = room ? "ring_room" : "ring_waiting";

		begin_family(into, name, "gauge",
			room ? "Entries that fit between two processes."
			     : "Entries that wait between two processes.");
		for (size_t i = 0; i < 2 * half; i++) {
			const struct status_rings *ring = &view->rings[i];

			if (status_get(&ring->room) == 0)
				continue;
			buffer_print(into, "lazaret_%s{ring=\"%s\",judge=\"%zu\"} %llu\n", name,
				i < half ? "sightings" : "verdicts", i % half,
				(unsigned long long)status_get(
					room ? &ring->room : &ring->waiting));
		}
	}
}

/* The figures of an exporter, in the order of their families. */
static const struct {
	const char *name;
	const char *help;
	size_t offset;
} exporter_facts[] = {
	{"exporter_datagrams", "Datagrams of the exporter's sessions that are known now.",
		offsetof(struct status_sum, datagrams)},
	{"exporter_records", "Flow records of the exporter's sessions that are known now.",
		offsetof(struct status_sum, records)},
	{"exporter_mail_records", "Of them, about mail ports.",
		offsetof(struct status_sum, mail_records)},
	{"exporter_lost_records", "Records that were sent and never arrived.",
		offsetof(struct status_sum, lost)},
	{"exporter_sampling", "One in so many packets or flows is told of; 0 is not known.",
		offsetof(struct status_sum, sampling)},
};

static void
put_exporter(struct buffer *into, const char *family, const struct status_sum *of, uint64_t value)
{
	char address[ADDRESS_TEXT];

	buffer_print(into, "lazaret_%s{exporter=\"%s\",domain=\"%lu\",version=\"%s\"} %llu\n",
		family, address_format(&of->address, address), (unsigned long)of->domain,
		status_version_name(of->version), (unsigned long long)value);
}

static uint64_t
fact_of(const struct status_sum *of, size_t offset)
{
	uint64_t value;

	memcpy(&value, (const char *)of + offset, sizeof(value));
	return value;
}

static void
put_exporters(const struct status_view *view, struct buffer *into)
{
	struct status_sum *sums;
	size_t all = status_exporters(view, &sums), count = status_established(sums, all);
	size_t named = count < METRICS_EXPORTERS ? count : METRICS_EXPORTERS;

	for (size_t fact = 0; fact < sizeof(exporter_facts) / sizeof(*exporter_facts); fact++) {
		const char *name = exporter_facts[fact].name;
		size_t offset = exporter_facts[fact].offset;
		uint64_t others = 0;

		begin_family(into, name, "gauge", exporter_facts[fact].help);
		for (size_t i = 0; i < named; i++)
			put_exporter(into, name, &sums[i], fact_of(&sums[i], offset));
		for (size_t i = named; i < count; i++)
			others += fact_of(&sums[i], offset);
		/* Samplings have no sum. */
		if (count > named && offset != offsetof(struct status_sum, sampling))
			buffer_print(into,
				"lazaret_%s{exporter=\"other\",domain=\"\",version=\"\"} %llu\n",
				name, (unsigned long long)others);
	}
	begin_family(into, "exporters", "gauge", "Exporters that are known now.");
	buffer_print(into, "lazaret_exporters %zu\n", count);
	begin_family(into, "exporters_new", "gauge",
		"Others that have sent export, too little to be known as exporters.");
	buffer_print(into, "lazaret_exporters_new %zu\n", all - count);
	free(sums);
}

void
metrics_format(const struct status_view *view, struct buffer *into)
{
	struct families families = {.into = into};
	struct status_process *processes = status_copy(view, &families.count);

	families.processes = processes;
	buffer_text(into,
		TEXT("# TYPE lazaret_build info\n# HELP lazaret_build The program that runs.\n"
		     "lazaret_build_info{version=\""));
	put_escaped(into, view->version);
	buffer_text(into, TEXT("\"} 1\n"));
	put_processes(&families);
	for (int what = 0; what < COUNTERS; what++)
		put_counter(&families, &counter_rows[what], (enum counter)what);
	put_rings(view, into);
	put_exporters(view, into);
	buffer_text(into, TEXT("# EOF\n"));
	status_done(processes);
}
