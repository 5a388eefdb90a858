/* SPDX-License-Identifier: BSD-2-Clause */
/* Any bytes as a message: what is given as a report has an address and a time that can be, and everything that is said
 * is one sentence. */
#include "fuzz.h"
#include "source/reports/authresults.h"
#include "source/reports/reports.h"

static void
take(void *context, const struct report *report)
{
	size_t *count = context;

	must(++*count <= REPORTS_MOST);
	must(report->kind < REPORT_KINDS && report->form < REPORT_FORMS);
	must(report->source.length == 128 ||
		(report->source.length >= 64 && !address_is_v4(&report->source.address)));
	must(report->time.us >= 0);
	must(report->reporter.length == 0 ||
		memchr(report->reporter.at, '@', report->reporter.length));
}

static void
tell(void *context, const struct fail *fail)
{
	(void)context;
	must(fail->what[0] != '\0' && strchr(fail->what, '\n') == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	size_t count = 0;
	struct reports_sink sink = {take, tell, &count};
	struct reports *reports = reports_new();
	struct authresults found;

	must(reports_read(reports, (struct text){(const char *)bytes, size}, &sink) == count);
	/* The memory of the first message is used again. */
	count = 0;
	must(reports_read(reports, (struct text){(const char *)bytes, size}, &sink) == count);
	(void)reports_free(reports);
	authresults_read((struct text){(const char *)bytes, size}, TEXT("mx.isp.example"), &found);
	must(found.count <= AUTHRESULTS_MOST);
	for (size_t i = 0; i < found.count; i++)
		must(found.domain[i].length > 0 && found.domain[i].at >= (const char *)bytes &&
			found.domain[i].at + found.domain[i].length <= (const char *)bytes + size);
	return 0;
}
