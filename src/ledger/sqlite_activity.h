/* sqlite_activity - the table of activity of the store in SQLite
 *
 * What:    as store_ops says.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_ACTIVITY_H
#define LAZARET_LEDGER_SQLITE_ACTIVITY_H

#include "ledger/store.h"

int sqlite_activity_put(struct store *store, uint64_t of_case, const struct activity *it,
	struct fail *fail) MUST_USE;
int sqlite_activity(
	struct store *store, uint64_t of_case, struct activity *ret, struct fail *fail) MUST_USE;

#endif
