/* sqlite_store - the store interface over a ledger in SQLite
 *
 * What:    one statement a function; what an error means is told by base/sqlite.h.
 * Owns:    the store until its close.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_STORE_H
#define LAZARET_LEDGER_SQLITE_STORE_H

#include "ledger/store.h"

int sqlite_store_open(
	struct store **ret, const struct store_settings *settings, struct fail *fail) MUST_USE;

#endif
