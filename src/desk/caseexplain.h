/* caseexplain - why a case is what it is, in sentences
 *
 * What:    the step that made it as grave as it became, and the last one, each explained with the parameters that
 *          judged, as the ledger keeps them.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_DESK_CASEEXPLAIN_H
#define LAZARET_DESK_CASEEXPLAIN_H

#include "ledger/reading.h"

/* name: of the line, as the reader may see it. -EUCLEAN if what is kept cannot be read. */
int caseexplain(struct ledger *ledger, const struct ledger_case *of, const char *name,
	struct buffer *into, struct fail *fail) MUST_USE;

#endif
