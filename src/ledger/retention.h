/* retention - how long the ledger remembers
 *
 * What:    a closed case goes with its transitions and its sealed name; what stays is a count by month and
 *          gravest state, and the audit trail, which names nobody.
 * Limits:  cases at most INT_MAX a call; batches of 256 a transaction, so that others may write between.
 * Thread:  as ledger.h.
 */
#ifndef LAZARET_LEDGER_RETENTION_H
#define LAZARET_LEDGER_RETENTION_H

#include "ledger/ledger.h"

#define RETENTION_DAYS 90

/* Removes the cases that are closed, and were last written, at least that many days before the ledger's
 * time. A case that is open stays. Returns the number of cases removed. */
int ledger_forget(struct ledger *ledger, unsigned days, struct fail *fail) MUST_USE;

#endif
