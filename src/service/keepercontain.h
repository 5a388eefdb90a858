/* keepercontain - what the keeper answers and does where people decide about measures
 *
 * What:    holds a line in the garden, confirms a proposal, lets a line or everybody go, takes a measure back; lists
 *          measures, and prints the record of those of a case. Each decision is in the ledger when the answer is there,
 *          with who decided, and why.
 * Owns:    nothing.
 * Limits:  a page of measures holds KEEPER_MEASURES of them and looks at KEEPER_ANSWER_ROWS.
 * Thread:  the keeper's.
 */
#ifndef LAZARET_SERVICE_KEEPERCONTAIN_H
#define LAZARET_SERVICE_KEEPERCONTAIN_H

#include "control/message.h"
#include "identity/lines.h"
#include "ledger/ledger.h"

#define KEEPER_MEASURES 64

/* The question was checked, and is one of these; the answer was begun. */
int keeper_contain(struct ledger *ledger, struct lines *lines, const struct question *question,
	struct answer *answer, struct fail *fail) MUST_USE;

static inline bool
keeper_is_contain(uint8_t ask)
{
	return ask >= ASK_QUARANTINE && ask <= ASK_RECORD;
}

#endif
