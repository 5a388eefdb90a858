/* sqlite_measures - the measures of the store in SQLite
 *
 * What:    as store_ops says.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_MEASURES_H
#define LAZARET_LEDGER_SQLITE_MEASURES_H

#include "ledger/store.h"

int sqlite_measure_add(struct store *store, struct measure *it, const uint8_t place[SEAL_PLACE],
	struct fail *fail) MUST_USE;
int sqlite_measure_end(struct store *store, const struct measure *it, struct fail *fail) MUST_USE;
int sqlite_measures(struct store *store, enum which_measures which, uint64_t key,
	visit_measure visit, void *context, struct fail *fail) MUST_USE;
int sqlite_enforced(struct store *store, uint64_t after, visit_enforced_row visit, void *context,
	struct fail *fail) MUST_USE;
int sqlite_enforced_make(
	struct store *store, find_place find, void *context, struct fail *fail) MUST_USE;

/* Those of a case that is removed. */
int sqlite_measures_remove(struct store *store, uint64_t of_case, struct fail *fail) MUST_USE;

#endif
