/* casereport - cases, their steps and the audit trail, as text for people or as JSON
 *
 * What:    tables of at most 100 columns; times are RFC 3339 in UTC. JSON is one object a line.
 * Thread:  one at a time.
 */
#ifndef LAZARET_PROGRAM_CASEREPORT_H
#define LAZARET_PROGRAM_CASEREPORT_H

#include "ledger/reading.h"

#include <stdio.h>

/* One row of the table of cases, and its heading. */
void case_report_heading(FILE *out);
void case_report_row(const struct ledger_case *of, FILE *out);

/* All that a case is. name is NULL where it stays sealed; then sealed says why, in a few words. */
void case_report_text(
	const struct ledger_case *of, const char *name, const char *sealed, FILE *out);

/* The members of a case without the braces, so that the caller may add more. */
void case_report_json(const struct ledger_case *of, const char *name, struct buffer *into);

/* One step. -EINVAL if what is kept of it cannot be read. */
void step_report_heading(FILE *out);
int step_report_row(const struct transition *step, FILE *out) MUST_USE;
int step_report_json(const struct transition *step, struct buffer *into) MUST_USE;

void audit_report_heading(FILE *out);
void audit_report_row(const struct audit *row, FILE *out);
void audit_report_json(const struct audit *row, struct buffer *into);

#endif
