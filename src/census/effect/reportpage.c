/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/effect/reportpage.h"

#include "care/markup.h"
#include "census/effect/effectreport.h"
#include "census/effect/reportcsv.h"
#include "census/effect/reportstyle.h"

#include <stdarg.h>
#include <stdio.h>

const struct report_file report_files[REPORT_FILES] = {
	{"index.html", "this page", reportpage},
	{"countries.csv", "countries", reportcsv_countries},
	{"providers.csv", "all providers", reportcsv_providers},
	{"runs.csv", "runs", reportcsv_runs},
	{"effect.csv", "whether letters helped", reportcsv_effect},
	{"curves.csv", "the curves, day by day", reportcsv_curves},
	{"lists.csv", "lists", reportcsv_lists},
	{"partners.csv", "who takes part", reportcsv_partners},
};

struct report_run
report_run_of(const struct casefile *run)
{
	const struct casefile_totals *totals = run->totals;
	struct report_run of = {.day = totals->day,
		.listed = totals->counts.listed,
		.first = totals->counts.first,
		.gone = totals->gone,
		.reopened = totals->reopened};

	for (uint64_t i = 1; i < run->case_count; i++) {
		of.contacts += run->cases[i].counts.listed > 0;
		if (run->cases[i].step < CASEFILE_STEP_COUNT)
			of.steps[run->cases[i].step]++;
	}
	for (uint64_t i = 0; i < run->system_count; i++)
		of.systems += run->systems[i].number != 0 && run->systems[i].counts.listed > 0;
	for (uint64_t i = 0; i < run->country_count; i++)
		of.countries += run->countries[i].code != 0 && run->countries[i].counts.listed > 0;
	return of;
}

void
reportpage_text(struct buffer *into, struct text text)
{
	/* Some letters are six bytes of markup: of a name that is made of them less is shown. */
	static const size_t most[] = {REPORT_FREE, REPORT_FREE / 3};
	struct buffer line, markup;

	buffer_init(&line, REPORT_FREE * 4);
	buffer_init(&markup, REPORT_FREE * 4 * 6);
	for (unsigned i = 0; i == 0 || (i == 1 && markup.length > 2 * REPORT_FREE); i++) {
		buffer_clear(&line);
		buffer_clear(&markup);
		buffer_line(&line, text, most[i]);
		markup_text(&markup, (struct text){line.at, line.length});
	}
	buffer_text(into, (struct text){markup.at, markup.length});
	buffer_done(&line);
	buffer_done(&markup);
}

__attribute__((format(printf, 2, 0))) static void
print(struct buffer *into, const char *format, va_list arguments)
{
	char text[2048];

	vsnprintf(text, sizeof(text), format, arguments);
	markup_text(into, text_of(text));
}

void
reportpage_heading(struct buffer *into, const char *name, const char *words)
{
	buffer_print(into, "<h2 id=\"%s\">%s</h2>\n", name, words);
}

void
reportpage_say(struct buffer *into, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buffer_text(into, TEXT("<p>"));
	print(into, format, arguments);
	buffer_text(into, TEXT("</p>\n"));
	va_end(arguments);
}

void
reportpage_table(
	struct buffer *into, const char *name, const char *caption, const char *const *heads)
{
	buffer_print(into,
		"<div class=\"wide\" role=\"region\" tabindex=\"0\" "
		"aria-labelledby=\"%s\"><table><caption id=\"%s\">%s"
		"</caption>\n<thead><tr>",
		name, name, caption);
	for (; *heads != NULL; heads++) {
		bool is_number = **heads == '#';

		buffer_print(into, "<th scope=\"col\"%s>%s", is_number ? " class=\"n\"" : "",
			*heads + is_number);
	}
	buffer_text(into, TEXT("</thead>\n<tbody>\n"));
}

void
reportpage_table_end(struct buffer *into)
{
	buffer_text(into, TEXT("</tbody></table></div>\n"));
}

void
reportpage_row(struct buffer *into, struct text head)
{
	buffer_text(into, TEXT("<tr><th scope=\"row\">"));
	reportpage_text(into, text_trim(head).length > 0 ? head : TEXT("without a name"));
}

void
reportpage_cell(struct buffer *into, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	buffer_text(into, TEXT("<td class=\"n\">"));
	print(into, format, arguments);
	va_end(arguments);
}

/* 1,234,567 */
static void
put_number(struct buffer *into, uint64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	for (int i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			buffer_text(into, TEXT(","));
		buffer_add(into, &digits[i], 1);
	}
}

void
reportpage_number(struct buffer *into, uint64_t number)
{
	buffer_text(into, TEXT("<td class=\"n\">"));
	put_number(into, number);
}

static const struct {
	const char *name, *words;
	void (*put)(const struct report *report, struct buffer *into);
} sections[] = {
	{"world", "The world", reportpage_world},
	{"providers", "Providers", reportpage_providers},
	{"trend", "From run to run", reportpage_trend},
	{"letters", "Letters", reportpage_letters},
	{"effect", "Did letters help?", reportpage_effect},
	{"lists", "Lists", reportpage_lists},
	{"limits", "What this does not say", reportpage_limits},
	{"partners", "Who takes part", reportpage_partners},
};

#define SECTIONS (sizeof(sections) / sizeof(*sections))

static void
put_head(const struct report *report, struct buffer *into)
{
	char day[EFFECTREPORT_DAY];

	buffer_text(into,
		TEXT("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		     "style-src "
		     "'unsafe-inline'\">\n"
		     "<meta name=\"referrer\" content=\"no-referrer\">\n"));
	buffer_print(into,
		"<title>Census of spam zombies, %s</title>\n<style>\n%s</style>\n</head>\n<body>\n",
		effectreport_day(report->run->totals->day, day), reportstyle);
	buffer_print(into,
		"<a class=\"skip\" href=\"#main\">To the report</a>\n<header><h1>Census of spam "
		"zombies, %s</h1>\n",
		day);
	if (report->agency.length > 0) {
		buffer_text(into, TEXT("<p>"));
		reportpage_text(into, report->agency);
		buffer_text(into, TEXT("</p>\n"));
	}
	buffer_text(into, TEXT("</header>\n<nav aria-label=\"Sections\"><ul>\n"));
	for (size_t i = 0; i < SECTIONS; i++)
		buffer_print(into, "<li><a href=\"#%s\">%s</a></li>\n", sections[i].name,
			sections[i].words);
	buffer_text(into, TEXT("</ul></nav>\n"));
}

static void
put_numbers(const struct report *report, struct buffer *into)
{
	const struct report_run *run = &report->runs[report->run_count - 1];
	const struct {
		const char *name;
		uint64_t number;
	} numbers[] = {
		{"likely zombies", run->listed},
		{"seen for the first time", run->first},
		{"gone since the run before", run->gone},
		{"contacts of networks", run->contacts},
		{"providers (AS)", run->systems},
		{"countries", run->countries},
	};

	buffer_text(into, TEXT("<dl class=\"numbers\">\n"));
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		buffer_print(into, "<div><dt>%s</dt><dd>", numbers[i].name);
		put_number(into, numbers[i].number);
		buffer_text(into, TEXT("</dd></div>\n"));
	}
	buffer_text(into, TEXT("</dl>\n"));
	reportpage_say(into,
		"An address is a likely zombie here if independent public lists of spam senders, "
		"or a trap of the "
		"agency's own, say so of it. Nobody has looked into the machine.");
}

void
reportpage(const struct report *report, struct buffer *into)
{
	put_head(report, into);
	buffer_text(into, TEXT("<main id=\"main\" tabindex=\"-1\">\n"));
	put_numbers(report, into);
	for (size_t i = 0; i < SECTIONS; i++) {
		buffer_print(into, "<section aria-labelledby=\"%s\"%s>\n", sections[i].name,
			i == 0 ? " class=\"first\"" : "");
		reportpage_heading(into, sections[i].name, sections[i].words);
		sections[i].put(report, into);
		buffer_text(into, TEXT("</section>\n"));
	}
	buffer_text(into, TEXT("</main>\n<footer><p>All numbers as tables (CSV):"));
	for (size_t i = 1; i < REPORT_FILES; i++)
		buffer_print(into, "%s <a href=\"%s\">%s</a>", i > 1 ? "," : "",
			report_files[i].name, report_files[i].what);
	buffer_text(into, TEXT(".</p></footer>\n</body>\n</html>\n"));
}
