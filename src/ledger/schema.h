/* schema - the tables of a ledger in SQLite, and how an older ledger becomes a newer one
 *
 * What:    step i brings a database from version i to version i + 1 (PRAGMA user_version); all that are
 *          missing run in one transaction. A step that was released is never changed again.
 * Thread:  constants.
 */
#ifndef LAZARET_LEDGER_SCHEMA_H
#define LAZARET_LEDGER_SCHEMA_H

/* "LZRT": tells a ledger from other databases. */
#define SCHEMA_APPLICATION 0x4c5a5254
#define SCHEMA_VERSION     4

extern const char *const schema_steps[SCHEMA_VERSION];

#endif
