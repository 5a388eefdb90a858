/* reports - what a message of e-mail reports
 *
 * What:    finds reports in a message, as networks and agencies send them to each other:
 *          - ARF (RFC 5965): fields in a part message/feedback-report. Source-Port of RFC 6692 counts; Received-Date is
 *            the old name of Arrival-Date. What is there twice and may be there once makes the report malformed, and so
 *            do both of these dates;
 *          - XARF of versions 3 and 4: an object of JSON, the third part of a report or an attachment. Where a message
 *            has one, its fields of ARF only carry it;
 *          - tables: CSV with a header line, also packed (.csv.gz, .csv.zip). lazaret.csv of a census's letter says of
 *            each address that it is a zombie; of others the name of the file says what it is about.
 *          - in a census's letter, behind its table: messages that are attached, each with one report of ARF. In any
 *            other message nobody knows who wrote what is attached: it may be the spam that somebody complains of.
 *          What is no report is said, and the rest is done. Text for people is not read.
 * Owns:    its memory: that of the largest part, decoded and unpacked, until reports_free.
 * Limits:  REPORTS_MOST reports a message, REPORTS_UNPACKED bytes of a packed table; ceilings of mailparts.h. IPv6
 *          wider than a /64, IPv4 wider than an address, is no report.
 * Thread:  one message at a time.
 */
#ifndef LAZARET_SOURCE_REPORTS_REPORTS_H
#define LAZARET_SOURCE_REPORTS_REPORTS_H

#include "source/reports/report.h"

#define REPORTS_MOST     100000
#define REPORTS_UNPACKED ((size_t)64 << 20)

/* Who is told. tell, which may be NULL, gets a sentence about what is no report. */
struct reports_sink {
	void (*take)(void *context, const struct report *report);
	void (*tell)(void *context, const struct fail *fail);
	void *context;
};

struct reports;

struct reports *reports_new(void);
struct reports *reports_free(struct reports *reports);

/* How many reports it has. The message lies there until the call returns, and no longer. */
size_t reports_read(struct reports *reports, struct text message, const struct reports_sink *sink);

#endif
