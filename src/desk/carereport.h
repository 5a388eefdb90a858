/* carereport - what the customer of a case was told and did, for the help desk
 *
 * What:    how many notices went to him, and the last of them; that he saw the portal, and when last; what is ticked
 *          now, by device; that he says that it is wrong, in his words, and until when nothing is done as he objects;
 *          how often he let the line go. Before these, of a case that is open, the four digits that he reads from his
 *          page today (ledger/casepin.h).
 * Limits:  CAREREPORT_DEVICES devices. Words were held to be one line that can be shown when they were kept.
 * Thread:  one at a time.
 */
#ifndef LAZARET_DESK_CAREREPORT_H
#define LAZARET_DESK_CAREREPORT_H

#include "ledger/ledger.h"

#define CAREREPORT_DEVICES 16

/* Lines as those of case_report_text, or the members "call" and "customer" of an object, behind a comma. The day is
 * that of the ledger's time. */
int carereport(struct ledger *ledger, const struct ledger_case *of, bool is_json,
	struct buffer *into, struct fail *fail) MUST_USE;

#endif
