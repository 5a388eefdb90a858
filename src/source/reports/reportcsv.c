/* SPDX-License-Identifier: BSD-2-Clause */
/* Tables: of the columns of a header line those of the address, the time and the port (source/text/mapped.h). */
#include "source/mail/mailhead.h"
#include "source/reports/reportsinside.h"
#include "source/text/csv.h"
#include "source/text/mapped.h"

/* Sentences about rows of one table. */
#define TOLD_MOST 10
/* Bytes of a record: who opens a quote and never closes it does not take the rest of the table with him. */
#define RECORD_MOST 32768

/* What the name of a file says of the addresses in it; the first that it has counts. */
static const struct {
	const char *word;
	enum report_kind kind;
} words[] = {
	{"lazaret.csv", REPORT_BOT},
	{"spam", REPORT_SPAM},
	{"smtp_vulnerable", REPORT_OTHER},
	{"botnet", REPORT_BOT},
	{"drone", REPORT_BOT},
	{"sinkhole", REPORT_BOT},
};

static bool
has_word(struct text name, struct text word)
{
	for (size_t i = 0; i + word.length <= name.length; i++) {
		if (text_same((struct text){name.at + i, word.length}, word))
			return true;
	}
	return false;
}

static enum report_kind
kind_of(struct text file)
{
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (has_word(file, text_of(words[i].word)))
			return words[i].kind;
	}
	return REPORT_OTHER;
}

struct table {
	struct reports *reports;
	struct report report; /* what is the same of all rows */
	uint32_t place[MAPPED_COUNT];
	uint64_t line;
	unsigned told;
};

static void
refuse(struct table *table, const char *what)
{
	if (table->told++ < TOLD_MOST)
		reports_refuse(table->reports, "line %llu of the table: %s",
			(unsigned long long)table->line, what);
}

static uint64_t
count_ends(struct text text)
{
	uint64_t count = 0;

	for (size_t i = 0; i < text.length; i++)
		count += text.at[i] == '\n';
	return count;
}

/* Takes one record from the front; false: a quote is not closed, nothing is taken. */
static bool
take_record(const struct table *table, struct text *rest, struct text value[MAPPED_COUNT])
{
	bool is_all = rest->length <= RECORD_MOST;
	struct text record = {rest->at, is_all ? rest->length : RECORD_MOST};
	int more = 1;

	for (uint32_t at = 0; more > 0; at++) {
		struct text field;

		more = csv_take_field(&record, is_all, &field);
		if (more < 0)
			return false;
		for (unsigned i = 0; i < MAPPED_COUNT; i++) {
			if (table->place[i] == at)
				value[i] = field;
		}
	}
	rest->length -= (size_t)(record.at - rest->at);
	rest->at = record.at;
	return true;
}

static void
take_row(struct table *table, const struct text value[MAPPED_COUNT])
{
	struct report report = table->report;
	uint32_t seconds;

	if (!reports_source(value[MAPPED_ADDRESS], &report.source)) {
		refuse(table, "it names no address");
		return;
	}
	if (mapped_time(value[MAPPED_TIME], &seconds) < 0) {
		refuse(table, "its time is none");
		return;
	}
	report.time.us = (int64_t)seconds * WALL_SECOND;
	report.port = mapped_port(value[MAPPED_PORT]);
	reports_give(table->reports, &report);
}

void
reportcsv_read(struct reports *reports, struct text text, struct text file)
{
	struct table table = {.reports = reports, .report = reports->common, .line = 1};
	struct text header;

	table.report.form = REPORT_CSV;
	table.report.type = file;
	table.report.kind = (uint8_t)kind_of(file);
	if (text_starts(text, "\xef\xbb\xbf"))
		text = (struct text){text.at + 3, text.length - 3};
	header = mailhead_line(&text);
	mapped_columns(mapped_known, header, table.place);
	if (table.place[MAPPED_ADDRESS] == MAPPED_NONE) {
		reports_refuse(reports, "a table has no column called one of %s",
			mapped_known[MAPPED_ADDRESS]);
		return;
	}
	while (text.length > 0) {
		struct text value[MAPPED_COUNT] = {{0}}, before = text;

		table.line++;
		if (!take_record(&table, &text, value)) {
			refuse(&table, "a quote is not closed");
			(void)mailhead_line(&text);
			continue;
		}
		before.length = (size_t)(text.at - before.at);
		if (text_trim(before).length > 0 && *before.at != '\n' && *before.at != '\r')
			take_row(&table, value);
		table.line += count_ends(before) - (before.at[before.length - 1] == '\n');
	}
}
