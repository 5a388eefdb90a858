/* caseexplain - why a case is what it is, in sentences
 *
 * What:    the step that made it as grave as it became, and the last one, each explained with the parameters that
 *          judged, as the ledger keeps them.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_DESK_CASEEXPLAIN_H
#define LAZARET_DESK_CASEEXPLAIN_H

#include "ledger/reading.h"

/* One sentence, where the line is never acted upon; else nothing. */
int caseexplain_never(
	struct ledger *ledger, uint64_t line, struct buffer *into, struct fail *fail) MUST_USE;

/* name: of the line, as the reader may see it. -EUCLEAN if what is kept cannot be read. */
int caseexplain(struct ledger *ledger, const struct ledger_case *of, const char *name,
	struct buffer *into, struct fail *fail) MUST_USE;

#endif
