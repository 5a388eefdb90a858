/* schema - the tables of a ledger in SQLite, and how an older ledger becomes a newer one
 *
 * What:    step i brings a database from version i to version i + 1 (PRAGMA user_version); all that are
 *          missing run in one transaction. A step that was released is never changed again.
 *          A ledger that is only read stays as it is: the views of its version show its tables as those of today.
 * Thread:  constants.
 */
#ifndef LAZARET_LEDGER_SCHEMA_H
#define LAZARET_LEDGER_SCHEMA_H

/* "LZRT": tells a ledger from other databases. */
#define SCHEMA_APPLICATION 0x4c5a5254
#define SCHEMA_VERSION     8

extern const char *const schema_steps[SCHEMA_VERSION];

/* Of version i + 1. */
extern const char *const schema_views[SCHEMA_VERSION - 1];

#endif
