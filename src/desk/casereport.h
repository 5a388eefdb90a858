/* casereport - cases, their steps and the audit trail, as text for people or as JSON
 *
 * What:    tables of at most 100 columns; times are RFC 3339 in UTC. JSON is one object a line.
 * Thread:  one at a time.
 */
#ifndef LAZARET_DESK_CASEREPORT_H
#define LAZARET_DESK_CASEREPORT_H

#include "ledger/exception.h"
#include "ledger/measures.h"
#include "ledger/reading.h"

/* One row of the table of cases, and its heading. */
void case_report_heading(struct buffer *into);
void case_report_row(const struct ledger_case *of, bool is_never, struct buffer *into);

/* All that a case is. key makes its code; NULL where the ledger's key is not there. never is NULL where its line may be
 * acted upon; name is NULL where it stays sealed, and then sealed says why, in a few words. With the name of an account
 * of a mail server stands its PIN, which the help desk tells its owner. */
void case_report_text(const struct ledger_case *of, const struct hash_key *key,
	const struct exception *never, const char *name, const char *sealed, struct buffer *into);

/* What holds of a line, "  measure    block25 (enforce) since ..."; and one object of JSON. */
void measure_report_text(const struct measure *of, struct buffer *into);
void measure_report_json(const struct measure *of, struct buffer *into);

/* The members of a case without the braces, so that the caller may add more. */
void case_report_json(const struct ledger_case *of, const struct hash_key *key,
	const struct exception *never, const char *name, struct buffer *into);

/* "never acted upon: REASON (WHO, WHEN)", with the end of the line. */
void case_report_never(const struct exception *never, struct buffer *into);

/* The table of exceptions of a kind, and one object of JSON with the end of the line. is_gone: the line is none of the
 * network any more. */
void exception_report_heading(enum exception_kind kind, struct buffer *into);
void exception_report_row(const struct exception *of, bool is_gone, struct buffer *into);
void exception_report_json(const struct exception *of, bool is_gone, struct buffer *into);

/* What its JSON is called: "never", "exemption". */
const char *exception_report_type(enum exception_kind kind);

/* One step. -EINVAL if what is kept of it cannot be read. */
void step_report_heading(struct buffer *into);
int step_report_row(const struct transition *step, struct buffer *into) MUST_USE;
int step_report_json(const struct transition *step, struct buffer *into) MUST_USE;

void audit_report_heading(struct buffer *into);
void audit_report_row(const struct audit *row, struct buffer *into);
void audit_report_json(const struct audit *row, struct buffer *into);

#endif
