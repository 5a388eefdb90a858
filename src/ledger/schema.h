/* schema - the tables of a ledger in SQLite, and how an older ledger becomes a newer one
 *
 * What:    the steps and views of base/sqlite.h. A step that was released is never changed again.
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
