/* sqlite_exceptions - the exceptions of the store in SQLite
 *
 * What:    as store_ops says.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_EXCEPTIONS_H
#define LAZARET_LEDGER_SQLITE_EXCEPTIONS_H

#include "ledger/store.h"

int sqlite_exception_add(
	struct store *store, const struct exception *it, struct fail *fail) MUST_USE;
int sqlite_exception_remove(
	struct store *store, const struct exception *it, struct fail *fail) MUST_USE;
int sqlite_exceptions(struct store *store, enum which_exceptions which, enum exception_kind kind,
	uint64_t key, visit_exception visit, void *context, struct fail *fail) MUST_USE;

#endif
