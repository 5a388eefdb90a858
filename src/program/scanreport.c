/* SPDX-License-Identifier: BSD-2-Clause */
#include "program/scanreport.h"

#include "program/page.h"
#include "verdict/explain.h"

#include <inttypes.h>
#include <stdlib.h>

/* How many lines get their reasons printed, and how many rows of watched lines are shown to people. */
#define REASONS_MOST     5
#define ROWS_MOST        1000
#define EXPLANATION_MOST (1 << 16)

struct rows {
	struct judge_line *row;
	size_t count;
	size_t room;
};

/* The name of a line as the report shows it. */
static const char *
name_of(const struct scan_report *report, uint64_t pseudonym, char into[LINE_NAME])
{
	if (report->pseudonyms || lines_name(report->lines, pseudonym, into) < 0)
		snprintf(into, LINE_NAME, "line-%016" PRIx64, pseudonym);
	return into;
}

static void
keep_row(void *context, const struct judge_line *line)
{
	struct rows *rows = context;

	if (rows->count == rows->room) {
		rows->room = rows->room ? rows->room * 2 : 64;
		rows->row = xrealloc(rows->row, rows->room * sizeof(*rows->row));
	}
	rows->row[rows->count++] = *line;
}

/* Gravest first, then the most attempts, then the earliest. */
static int
compare_rows(const void *a, const void *b)
{
	const struct verdict *x = &((const struct judge_line *)a)->now;
	const struct verdict *y = &((const struct judge_line *)b)->now;

	if (x->highest != y->highest)
		return x->highest < y->highest ? 1 : -1;
	if (x->facts.attempts != y->facts.attempts)
		return x->facts.attempts < y->facts.attempts ? 1 : -1;
	if (x->facts.first_seen.us != y->facts.first_seen.us)
		return x->facts.first_seen.us > y->facts.first_seen.us ? 1 : -1;
	return x->line < y->line ? -1 : x->line > y->line;
}

/* A time, or null where there is none. */
static void
json_time(const char *name, bool is_there, struct wall wall, struct buffer *out)
{
	char time[WALL_TEXT];

	if (is_there)
		buffer_print(out, ",\"%s\":\"%s\"", name, wall_format(wall, time));
	else
		buffer_print(out, ",\"%s\":null", name);
}

/* explanation may be NULL. */
static void
json_line(const struct scan_report *report, const struct judge_line *line, const char *name,
	const char *explanation, struct buffer *out)
{
	const struct verdict *now = &line->now, *confirmed = line->confirmed;
	const struct flow_facts *facts = &now->facts;
	char time[WALL_TEXT];

	buffer_clear(out);
	buffer_print(out, "{\"type\":\"line\",\"line\":");
	buffer_json(out, text_of(name));
	buffer_print(out, ",\"state\":\"%s\",\"highest\":\"%s\"", state_names[now->to],
		state_names[now->highest]);
	json_time("first_seen", facts->attempts > 0, facts->first_seen, out);
	if (confirmed != NULL)
		buffer_print(out, ",\"confirmed_at\":\"%s\",\"contacts_at_confirm\":%u",
			wall_format(confirmed->time, time), confirmed->facts.contacts);
	else
		buffer_print(out, ",\"confirmed_at\":null,\"contacts_at_confirm\":null");
	buffer_print(out,
		",\"attempts\":%" PRIu64 ",\"addresses\":%u,\"networks\":%u,\"failed\":%" PRIu64
		",\"refused\":%" PRIu64 ",\"role\":\"%s\"",
		facts->attempts, facts->addresses, facts->networks, facts->failed + facts->refused,
		facts->refused, role_names[now->role]);
	json_time("last_seen", facts->attempts > 0, facts->last_seen, out);
	buffer_print(out, ",\"score\":%.1f", (double)now->score);
	if (confirmed != NULL)
		buffer_print(out, ",\"score_at_confirm\":%.1f", (double)confirmed->score);
	else
		buffer_print(out, ",\"score_at_confirm\":null");
	buffer_print(out, ",\"channels\":{\"%s\":%.1f}", channel_names[CHANNEL_FLOW],
		(double)now->channels[CHANNEL_FLOW]);
	if (explanation != NULL) {
		buffer_print(out, ",\"explanation\":");
		buffer_json(out, text_of(explanation));
	}
	buffer_print(out, "}\n");
	fwrite(out->at, 1, out->length, report->out);
}

static void
json_summary(const struct scan_report *report, const struct scan_totals *totals, struct buffer *out)
{
	struct judge_counts counts = judge_counts(report->judge);

	buffer_clear(out);
	buffer_print(out,
		"{\"type\":\"summary\",\"records\":%" PRIu64 ",\"mail_records\":%" PRIu64
		",\"lines\":%" PRIu64 ",\"watch\":%" PRIu64 ",\"suspect\":%" PRIu64
		",\"confirmed\":%" PRIu64 ",\"skipped_records\":%" PRIu64
		",\"skipped_bytes\":%" PRIu64 ",\"late_records\":%" PRIu64
		",\"lost_records\":%" PRIu64 ",\"evicted_lines\":%" PRIu64 ",\"errors\":[",
		totals->records, totals->mail_records, counts.lines, counts.by_highest[STATE_WATCH],
		counts.by_highest[STATE_SUSPECT],
		counts.by_highest[STATE_CONFIRMED] + counts.by_highest[STATE_QUARANTINE],
		totals->skipped_records, totals->skipped_bytes, totals->late_records,
		totals->lost_records, counts.evicted);
	for (size_t i = 0; i < totals->error_count; i++) {
		buffer_print(out, "%s{\"file\":", i ? "," : "");
		buffer_json(out, text_of(totals->errors[i].file));
		buffer_print(out, ",\"offset\":%" PRIu64 ",\"what\":", totals->errors[i].offset);
		buffer_json(out, text_of(totals->errors[i].what));
		buffer_print(out, "}");
		/* As many files as were named may be missing: no buffer holds all of that. */
		fwrite(out->at, 1, out->length, report->out);
		buffer_clear(out);
	}
	buffer_print(out,
		"],\"interrupted\":%s,\"read_bytes\":%" PRIu64
		",\"parameters\":\"%08x\",\"seconds\":%.3f}\n",
		totals->is_interrupted ? "true" : "false", totals->read_bytes,
		judge_parameters(report->judge), totals->seconds);
	fwrite(out->at, 1, out->length, report->out);
}

/* 1234567 as "1,234,567". */
static const char *
grouped(uint64_t number, char into[32])
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number), at = 0;

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			into[at++] = ',';
		into[at++] = digits[i];
	}
	into[at] = '\0';
	return into;
}

static const char *
plural(uint64_t number)
{
	return number == 1 ? "" : "s";
}

static void
people_interrupted(const struct scan_report *report, const struct scan_totals *totals)
{
	char done[32], all[32];

	if (!totals->is_interrupted)
		return;
	fprintf(report->out, "The scan was interrupted: %s byte%s",
		grouped(totals->read_bytes, done), plural(totals->read_bytes));
	if (totals->all_bytes > 0)
		fprintf(report->out, " of %s", grouped(totals->all_bytes, all));
	fprintf(report->out, " %s read, and only they are judged here.\n\n",
		totals->read_bytes == 1 ? "was" : "were");
}

static void
people_head(const struct scan_report *report, const struct scan_totals *totals)
{
	struct judge_counts counts = judge_counts(report->judge);
	char records[32], mail[32], lines[32], first[WALL_TEXT], last[WALL_TEXT];

	fprintf(report->out, "%s record%s, %s about mail; %s line%s sent mail.\n",
		grouped(totals->records, records), plural(totals->records),
		grouped(totals->mail_records, mail), grouped(counts.lines, lines),
		plural(counts.lines));
	fprintf(report->out, "Mail was seen from %s to %s.\n", wall_format(totals->first, first),
		wall_format(totals->last, last));
	fprintf(report->out,
		"\n  confirmed %6" PRIu64 "\n  suspect   %6" PRIu64 "\n  watched   %6" PRIu64 "\n",
		counts.by_highest[STATE_CONFIRMED] + counts.by_highest[STATE_QUARANTINE],
		counts.by_highest[STATE_SUSPECT], counts.by_highest[STATE_WATCH]);
}

static void
people_row(const struct scan_report *report, const struct judge_line *line)
{
	const struct flow_facts *facts = &line->now.facts;
	uint64_t bad = facts->failed + facts->refused;
	char name[LINE_NAME], since[WALL_TEXT];

	fprintf(report->out, "%-10s %-24s %8" PRIu64 " %8u %8u %6.0f %%  %s\n",
		state_names[line->now.highest], name_of(report, line->now.line, name),
		facts->attempts, facts->addresses, facts->networks,
		facts->attempts ? 100.0 * (double)bad / (double)facts->attempts : 0,
		wall_format(line->confirmed ? line->confirmed->time : facts->first_seen, since));
}

/* Reasons as they stood when the line was confirmed: what is held against it must not fade with the file. */
static void
people_reasons(const struct scan_report *report, const struct judge_line *line, struct buffer *out)
{
	char name[LINE_NAME];

	buffer_clear(out);
	explain_verdict(line->confirmed ? line->confirmed : &line->now, report->parameters,
		name_of(report, line->now.line, name), out);
	fputc('\n', report->out);
	page_print(report->out, "  ", (struct text){buffer_string(out), out->length},
		page_width(report->out, 0));
}

static void
people_next(const struct scan_report *report, size_t found)
{
	fputs("\nWhat to do next:\n", report->out);
	if (found > 0)
		fputs("  - Nothing was touched: this only reads. Look at the reasons above before "
		      "you act.\n"
		      "  - Until a line is cured, its mail to port 25 does harm; port 587 to your "
		      "own server\n    can stay open.\n",
			report->out);
	else
		fputs("  - No line looks like a spam zombie here. Zombies that send through one "
		      "stolen mail\n    account are not seen in flows.\n",
			report->out);
	if (report->ledger != NULL && !report->is_kept)
		fprintf(report->out,
			"  - Not all cases could be kept. Mend what was told of %s and scan "
			"again:\n    what is there already is not kept twice.\n",
			report->ledger);
	else if (found > 0 && report->ledger != NULL)
		fprintf(report->out, "  - The cases are kept: lazaret cases --ledger %s\n",
			report->ledger);
	else if (found > 0)
		fputs("  - Keep the cases and their reasons: lazaret scan --ledger FILE ...\n",
			report->out);
	if (!report->has_inside)
		fputs("  - Name your own network (--inside PREFIX), so that strangers are not "
		      "judged and\n    mail servers are learnt.\n",
			report->out);
}

static void
people_errors(const struct scan_report *report, const struct scan_totals *totals, bool judged)
{
	uint64_t evicted = judge_counts(report->judge).evicted;
	char number[32];

	if (totals->late_records > 0)
		fprintf(report->out, "\n%s record%s came too late and %s left out.\n",
			grouped(totals->late_records, number), plural(totals->late_records),
			totals->late_records == 1 ? "was" : "were");
	if (totals->skipped_records > 0)
		fprintf(report->out, "\n%s record%s could not be judged and %s left out.\n",
			grouped(totals->skipped_records, number), plural(totals->skipped_records),
			totals->skipped_records == 1 ? "was" : "were");
	if (totals->lost_records > 0)
		fprintf(report->out, "\nExporters lost %s record%s: the evidence is incomplete.\n",
			grouped(totals->lost_records, number), plural(totals->lost_records));
	if (evicted > 0)
		fprintf(report->out,
			"\n%s line%s gave way because the table of lines was full, and what was "
			"known of %s\nwas forgotten: let flow.lines-most be greater.\n",
			grouped(evicted, number), plural(evicted), evicted == 1 ? "it" : "them");
	if (totals->error_total == 0)
		return;
	if (totals->is_interrupted)
		fputs("\nWhat was not read, or could not be:\n", report->out);
	else
		fprintf(report->out, "\n%s fault%s in the input%s:\n",
			grouped(totals->error_total, number), plural(totals->error_total),
			judged ? "; the rest was judged" : "");
	for (size_t i = 0; i < totals->error_count && i < 10; i++) {
		char row[sizeof(*totals->errors) + 64];

		snprintf(row, sizeof(row), "%s, byte %" PRIu64 ": %s", totals->errors[i].file,
			totals->errors[i].offset, totals->errors[i].what);
		page_print(report->out, "  ", text_of(row), page_width(report->out, 0));
	}
	if (totals->error_total > 10)
		fprintf(report->out, "  and %s more\n", grouped(totals->error_total - 10, number));
}

static void
people_print(const struct scan_report *report, const struct rows *rows, struct buffer *out)
{
	size_t found = 0;

	if (rows->count > 0)
		fprintf(report->out, "\n%-10s %-24s %8s %8s %8s %8s  %s\n", "highest", "line",
			"attempts", "addr.", "networks", "failed", "since (UTC)");
	for (size_t i = 0; i < rows->count && i < ROWS_MOST; i++)
		people_row(report, &rows->row[i]);
	if (rows->count > ROWS_MOST)
		fprintf(report->out, "and %zu more: --json has them all\n",
			rows->count - ROWS_MOST);
	for (size_t i = 0; i < rows->count; i++) {
		if (rows->row[i].now.highest < STATE_SUSPECT)
			break;
		if (found++ < REASONS_MOST)
			people_reasons(report, &rows->row[i], out);
	}
	if (found > REASONS_MOST) {
		buffer_clear(out);
		buffer_print(out,
			"The reasons of %zu more line%s are not printed here. With --ledger FILE "
			"they are kept: lazaret explain LINE --ledger FILE\n",
			found - REASONS_MOST, plural(found - REASONS_MOST));
		fputc('\n', report->out);
		page_print(report->out, "  ", (struct text){buffer_string(out), out->length},
			page_width(report->out, 0));
	}
	people_next(report, found);
}

/* Nobody was judged: an empty page would look like a clean bill of health. */
static void
people_nothing(const struct scan_report *report, const struct scan_totals *totals)
{
	char number[32];
	const char *next;

	if (totals->records == 0 && totals->is_interrupted) {
		fputs("Nobody was judged: not a single record was read.\n", report->out);
		next = "  - If it is a pipe, look whether anything comes out of it.\n";
	} else if (totals->records == 0 && totals->error_total == 0) {
		fputs("Nobody was judged: there is not a single record.\n", report->out);
		next = "  - Look whether the recording was stopped too early, or whether its "
		       "filter "
		       "leaves out\n    the mail ports (25, 465, 587, 2525).\n";
	} else if (totals->records <= totals->skipped_records && totals->mail_records == 0) {
		fputs("Nobody was judged: not a single record could be understood.\n", report->out);
		next = "  - Compare the faults with what lazaret(1) says of the format; if the "
		       "file was cut\n    or edited, export it again.\n";
	} else if (totals->mail_records == 0) {
		fprintf(report->out,
			"Nobody was judged: there is no connection to a mail port\n(25, 465, 587, "
			"2525) in %s record%s.\n",
			grouped(totals->records, number), plural(totals->records));
		next = "  - Record where mail leaves the network, with no filter that leaves these "
		       "ports out.\n"
		       "  - If it is flow export, lazaret decode FILE shows what the exporter "
		       "sends.\n";
	} else if (report->has_inside) {
		fprintf(report->out,
			"Nobody was judged: %s record%s about mail, and no line of your own "
			"network sent any.\n",
			grouped(totals->mail_records, number),
			totals->mail_records == 1 ? " is" : "s are");
		next = "  - Compare --inside (or the table) with the addresses in the recording. "
		       "Without it every\n    sender is judged.\n";
	} else {
		fprintf(report->out,
			"Nobody was judged: %s record%s about mail, and none tells who began the "
			"connection.\n",
			grouped(totals->mail_records, number),
			totals->mail_records == 1 ? " is" : "s are");
		next = "  - Record connections from their beginning, with their TCP flags.\n";
	}
	people_errors(report, totals, false);
	fprintf(report->out, "\nWhat to do next:\n%s", next);
}

/* How the reader may see a line that was named; one of another network has no pseudonym to stand for it. */
static const char *
named_name(const struct scan_report *report, const struct named_line *line, char into[LINE_NAME])
{
	if (line->pseudonym != 0)
		return name_of(report, line->pseudonym, into);
	return report->pseudonyms ? "An address that was named" : line->text;
}

/* The lines that were named, in the order in which they were; false if one of them sent no mail. */
static bool
print_named(const struct scan_report *report, struct buffer *out)
{
	struct buffer text;
	bool all_there = true;

	buffer_init(&text, EXPLANATION_MOST);
	for (size_t i = 0; i < report->named->count; i++) {
		const struct named_line *line = &report->named->line[i];
		struct judge_line judged;
		char into[LINE_NAME];
		const char *name = named_name(report, line, into);

		all_there = namedlines_judged(report->judge, line, &judged) && all_there;
		buffer_clear(&text);
		namedlines_explain(report->judge, report->parameters, line, name, &text);
		if (report->is_json) {
			json_line(report, &judged, name, buffer_string(&text), out);
			continue;
		}
		fputc('\n', report->out);
		page_print(report->out, "  ", (struct text){buffer_string(&text), text.length},
			page_width(report->out, 0));
	}
	buffer_done(&text);
	return all_there;
}

static void
print_all(const struct scan_report *report, struct buffer *out)
{
	struct rows rows = {0};
	char name[LINE_NAME];

	judge_each(report->judge, report->all ? STATE_CLEAR : STATE_WATCH, keep_row, &rows);
	if (rows.count > 1)
		qsort(rows.row, rows.count, sizeof(*rows.row), compare_rows);
	if (!report->is_json)
		people_print(report, &rows, out);
	for (size_t i = 0; i < rows.count && report->is_json; i++)
		json_line(report, &rows.row[i], name_of(report, rows.row[i].now.line, name), NULL,
			out);
	free(rows.row);
}

bool
scan_report_print(const struct scan_report *report, const struct scan_totals *totals)
{
	bool has_lines = judge_counts(report->judge).lines > 0, all_there = true;
	struct buffer out;

	buffer_init(&out, 1 << 20);
	if (!report->is_json)
		people_interrupted(report, totals);
	if (!report->is_json && has_lines)
		people_head(report, totals);
	else if (!report->is_json)
		people_nothing(report, totals);
	if (report->named->count > 0)
		all_there = print_named(report, &out);
	else if (report->is_json || has_lines)
		print_all(report, &out);
	if (report->is_json)
		json_summary(report, totals, &out);
	else if (has_lines)
		people_errors(report, totals, true);
	buffer_done(&out);
	return all_there;
}
