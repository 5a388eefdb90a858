/* sqlite_care - the table of care of the store in SQLite
 *
 * What:    as store_ops says.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_CARE_H
#define LAZARET_LEDGER_SQLITE_CARE_H

#include "ledger/store.h"

int sqlite_care_has(struct store *store, const struct care *it, struct fail *fail) MUST_USE;
int sqlite_care_put(struct store *store, const struct care *it, struct fail *fail) MUST_USE;
int sqlite_cares(struct store *store, enum which_cares which, uint64_t of_case, enum care_what what,
	visit_care visit, void *context, struct fail *fail) MUST_USE;

/* Those of a case. */
int sqlite_cares_remove(struct store *store, uint64_t of_case, struct fail *fail) MUST_USE;

#endif
