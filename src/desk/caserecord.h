/* caserecord - the record of a case's measures, as the law asks for it
 *
 * What:    for each measure of a case a form with what the practice on Regulation (EU) 2015/2120, Article 3(3)(b),
 *          wants justified: the measure and its legal ground, necessity in figures of the evidence, proportionality
 *          (what was tried before, and what stays reachable by the rules that the ledger's plan
 *          knows), duration, review, transparency, who decided. Figures,
 *          times and names are those of the ledger's rows.
 * Owns:    nothing.
 * Limits:  lines of 80 columns, but for names and grounds that are longer; CASERECORD_PAGE measures at a time.
 * Thread:  one at a time.
 */
#ifndef LAZARET_DESK_CASERECORD_H
#define LAZARET_DESK_CASERECORD_H

#include "ledger/reading.h"

#define CASERECORD_PAGE 4

/* The measures behind the first so many, as forms or as one object of JSON a line. 1: there are more; 0; -errno. name:
 * of the line, NULL where it stays sealed. */
int caserecord(struct ledger *ledger, const struct ledger_case *of, const char *name,
	uint64_t before, bool is_json, struct buffer *into, struct fail *fail) MUST_USE;

#endif
