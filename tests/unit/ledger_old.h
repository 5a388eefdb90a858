/* ledger_old - a ledger as an older version of the tables kept it: its rows stay, but for care, and before version 5
 * measures and orders */
#ifndef LAZARET_TESTS_LEDGER_OLD_H
#define LAZARET_TESTS_LEDGER_OLD_H

#include "ledger/schema.h"
#include "ledger_fixture.h"

#include <sqlite3.h>

static inline void
old_run(sqlite3 *db, const char *sql)
{
	char *wrong = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &wrong) != SQLITE_OK)
		print_error("%s\n", wrong);
	assert_null(wrong);
}

static inline void
old_change(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	old_run(db, sql);
	sqlite3_close(db);
}

/* Back to version 1 to 7, by the steps that made those. */
static inline void
old_become(const struct fixture *fixture, int version)
{
	char settle[64];
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	old_run(db,
		"BEGIN; DROP TABLE activity; DROP TRIGGER measures_stay; ALTER TABLE measures DROP "
		"COLUMN braked;"
		"CREATE TRIGGER measures_stay BEFORE UPDATE OF reason ON measures BEGIN"
		" SELECT RAISE(ABORT, 'a measure is never changed');"
		"END;");
	if (version <= 6)
		old_run(db,
			"DROP TABLE enforced; DROP TRIGGER enforced_ends;"
			"DELETE FROM meta WHERE name = 'enforced'");
	if (version <= 5)
		old_run(db, "DROP TABLE care");
	if (version >= 5) {
		snprintf(settle, sizeof(settle), "PRAGMA user_version = %d; COMMIT", version);
		old_run(db, settle);
		sqlite3_close(db);
		return;
	}
	old_run(db, "DROP TABLE measures; DROP TABLE account_orders");
	for (int step = 1; step < version; step++)
		old_run(db, schema_steps[step]);
	if (version > 1)
		old_run(db,
			"INSERT INTO never (number, line, time, actor, reason, sealed) SELECT "
			"number, line, time, actor, reason, sealed FROM exceptions "
			"WHERE kind = 'never'");
	if (version > 3)
		old_run(db,
			"DROP TRIGGER never_stays; UPDATE never SET until = (SELECT until FROM "
			"exceptions WHERE kind = 'never' AND number = never.number);"
			"INSERT INTO exemptions SELECT number, line, time, until, actor, reason, "
			"sealed FROM exceptions WHERE kind = 'exempt'");
	snprintf(settle, sizeof(settle), "DROP TABLE exceptions; PRAGMA user_version = %d; COMMIT",
		version);
	old_run(db, settle);
	sqlite3_close(db);
}

#endif
