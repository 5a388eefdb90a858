/* SPDX-License-Identifier: BSD-2-Clause */
/* RFC 5965 s3: fields, of which some must be there once, and some may be; what nobody knows is ignored (s6). */
#include "source/mail/mailhead.h"
#include "source/mail/mailvalue.h"
#include "source/reports/reportsinside.h"

enum arf_field {
	ARF_TYPE,
	ARF_AGENT,
	ARF_VERSION,
	ARF_SOURCE,
	ARF_PORT, /* RFC 6692 s3 */
	ARF_ARRIVAL,
	ARF_RECEIVED, /* RFC 5965 s3.2: of old */
	ARF_INCIDENTS,
	ARF_ENVELOPE,
	ARF_SENDER,
	ARF_REPORTING,
	ARF_FIELDS
};

static const char *const names[ARF_FIELDS] = {
	[ARF_TYPE] = "Feedback-Type",
	[ARF_AGENT] = "User-Agent",
	[ARF_VERSION] = "Version",
	[ARF_SOURCE] = "Source-IP",
	[ARF_PORT] = "Source-Port",
	[ARF_ARRIVAL] = "Arrival-Date",
	[ARF_RECEIVED] = "Received-Date",
	[ARF_INCIDENTS] = "Incidents",
	[ARF_ENVELOPE] = "Original-Envelope-Id",
	[ARF_SENDER] = "Original-Mail-From",
	[ARF_REPORTING] = "Reporting-MTA",
};

/* False: one is there twice. */
static bool
find_fields(struct reports *reports, struct text fields, struct text value[ARF_FIELDS])
{
	struct mailfield field;

	while (mailhead_next(&fields, &field)) {
		for (int i = 0; i < ARF_FIELDS; i++) {
			if (!mailfield_is(&field, names[i]))
				continue;
			if (value[i].at != NULL) {
				reports_refuse(reports, "a report of ARF has %s twice", names[i]);
				return false;
			}
			value[i] = field.value;
		}
	}
	return true;
}

/* Whose message it was, and for whom. Of several recipients (RFC 5965 s3.2) nobody knows for which. */
static void
take_envelope(
	const struct reports *reports, struct text fields, struct text from, struct report *report)
{
	struct mailfield field;
	unsigned recipients = 0;

	report->carried = reports->carried;
	report->from = text_trim(from);
	while (mailhead_next(&fields, &field)) {
		if (mailfield_is(&field, "Original-Rcpt-To") && ++recipients == 1)
			report->to = text_trim(field.value);
	}
	if (recipients > 1)
		report->to = (struct text){0};
}

/* Types of RFC 5965 s7.3 that are about mail that was sent. "not-spam" and the rest are not. */
static enum report_kind
kind_of(struct text type)
{
	static const char *const spam[] = {"abuse", "fraud", "virus"};

	for (unsigned i = 0; i < sizeof(spam) / sizeof(*spam); i++) {
		if (text_same(type, text_of(spam[i])))
			return REPORT_SPAM;
	}
	return REPORT_OTHER;
}

void
reportarf_read(struct reports *reports, struct text fields)
{
	struct text value[ARF_FIELDS] = {{0}}, date;
	struct report report = reports->common;
	uint64_t port;

	/* Some begin with an empty line. */
	while (fields.length > 0 && (*fields.at == '\r' || *fields.at == '\n'))
		(void)mailhead_line(&fields);
	fields = mailhead_cut(&fields);
	if (!find_fields(reports, fields, value))
		return;
	report.form = REPORT_ARF;
	report.type = text_trim(value[ARF_TYPE]);
	report.kind = (uint8_t)kind_of(report.type);
	if (report.type.length == 0) {
		reports_refuse(reports, "a report of ARF has no Feedback-Type");
		return;
	}
	if (value[ARF_ARRIVAL].at != NULL && value[ARF_RECEIVED].at != NULL) {
		reports_refuse(reports, "a report of ARF has both Arrival-Date and Received-Date");
		return;
	}
	if (!reports_source(value[ARF_SOURCE], &report.source)) {
		reports_refuse(reports, "a report of ARF has no Source-IP that is an address");
		return;
	}
	date = value[ARF_ARRIVAL].at != NULL ? value[ARF_ARRIVAL] : value[ARF_RECEIVED];
	if (date.at != NULL && mailvalue_date(date, &report.time) < 0) {
		reports_refuse(reports, "the date of a report of ARF is none");
		return;
	}
	if (value[ARF_PORT].at != NULL) {
		if (text_parse_u64(text_trim(value[ARF_PORT]), UINT16_MAX, &port) < 0) {
			reports_refuse(reports, "the Source-Port of a report of ARF is none");
			return;
		}
		report.port = (uint16_t)port;
	}
	take_envelope(reports, fields, value[ARF_SENDER], &report);
	reports_give(reports, &report);
}
