/* report_show - what the tests of reports share: a message read, and its reports and sentences as text */
#ifndef LAZARET_TESTS_REPORT_SHOW_H
#define LAZARET_TESTS_REPORT_SHOW_H

#include "source/reports/reports.h"
#include "unit.h"

struct report_show {
	struct buffer said;
	size_t kinds[REPORT_KINDS];
	size_t refused;
};

/* "ADDRESS TIME PORT FORM KIND TYPE REPORTER REFERENCE", one a line. */
static inline void
report_take(void *context, const struct report *report)
{
	struct report_show *show = context;
	char source[PREFIX_TEXT], time[WALL_TEXT];

	assert_true(report->kind < REPORT_KINDS && report->form < REPORT_FORMS);
	show->kinds[report->kind]++;
	buffer_print(&show->said, "%s %s %u %s %s %.*s %.*s %.*s\n",
		prefix_format(&report->source, source),
		report->time.us > 0 ? wall_format(report->time, time) : "-", report->port,
		report_form_names[report->form], report_kind_names[report->kind],
		(int)report->type.length, report->type.at, (int)report->reporter.length,
		report->reporter.at, (int)report->reference.length, report->reference.at);
}

/* "! SENTENCE", one a line. */
static inline void
report_tell(void *context, const struct fail *fail)
{
	struct report_show *show = context;

	show->refused++;
	buffer_print(&show->said, "! %s\n", fail->what);
}

static inline size_t
report_read(struct report_show *show, struct text message)
{
	struct reports_sink sink = {report_take, report_tell, show};
	struct reports *reports = reports_new();
	size_t count = reports_read(reports, message, &sink);

	(void)reports_free(reports);
	return count;
}

static inline void
expect_reports(struct text message, const char *wanted)
{
	struct report_show show = {.refused = 0};

	buffer_init(&show.said, 1U << 20);
	(void)report_read(&show, message);
	assert_string_equal(buffer_string(&show.said), wanted);
	buffer_done(&show.said);
}

#endif
