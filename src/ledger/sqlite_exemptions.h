/* sqlite_exemptions - the exemptions of the store in SQLite
 *
 * What:    as store_ops says.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_EXEMPTIONS_H
#define LAZARET_LEDGER_SQLITE_EXEMPTIONS_H

#include "ledger/store.h"

int sqlite_exemption_add(struct store *store, struct exemption *it, struct fail *fail) MUST_USE;
int sqlite_exemption_remove(struct store *store, uint64_t number, struct fail *fail) MUST_USE;
int sqlite_exemptions(struct store *store, enum which_exemptions which, uint64_t key,
	visit_exemption visit, void *context, struct fail *fail) MUST_USE;

#endif
