/* sqlite - a ledger's database file, its statements and what its errors mean
 *
 * What:    opens a file as a ledger (write-ahead log, synchronous FULL, foreign keys, application_id and
 *          user_version), brings its tables up to date, and turns codes of SQLite into sentences.
 *          Statements are bound and read through a cursor that fails for good, like a reader of bytes.h.
 * Owns:    the connection and its prepared statements.
 * Limits:  statements SQLITE_STATEMENTS; the file store_settings.bytes_most.
 * Thread:  one at a time.
 */
#ifndef LAZARET_LEDGER_SQLITE_H
#define LAZARET_LEDGER_SQLITE_H

#include "ledger/store.h"

#include <sqlite3.h>

#define SQLITE_STATEMENTS 96

struct sqlite {
	struct store store; /* first, so that a store is one */
	sqlite3 *db;
	char *path;
	bool for_reading;
	sqlite3_stmt *statements[SQLITE_STATEMENTS];
};

/* sqlite_disconnect frees all but sqlite itself. */
int sqlite_connect(
	struct sqlite *sqlite, const struct store_settings *settings, struct fail *fail) MUST_USE;
void sqlite_disconnect(struct sqlite *sqlite);

int sqlite_run(struct sqlite *sqlite, const char *sql, struct fail *fail) MUST_USE;

/* A statement with its parameters bound one after the other, then its columns read one after the other. */
struct row {
	struct sqlite *sqlite;
	sqlite3_stmt *statement;
	int at;
	int code;     /* first error of SQLite, or SQLITE_OK */
	bool damaged; /* a column held what the ledger never wrote */
};

/* id: its place among the prepared statements, the same for the same text. */
struct row row_prepare(struct sqlite *sqlite, unsigned id, const char *sql);
void row_put_u64(struct row *row, uint64_t value);
void row_put_wall(struct row *row, struct wall time); /* WALL_NONE is NULL */
void row_put_double(struct row *row, double value);
void row_put_text(struct row *row, struct text text);
void row_put_blob(struct row *row, const void *bytes, size_t size); /* NULL bytes is NULL */

/* 1: there is a row; 0: no more; -errno. */
int row_step(struct row *row, struct fail *fail) MUST_USE;
uint64_t row_u64(struct row *row);
uint32_t row_u32(struct row *row);
struct wall row_wall(struct row *row);
double row_double(struct row *row);
struct text row_text(struct row *row, size_t most);
/* true if there were size bytes, false if NULL; anything else is damage. */
bool row_blob(struct row *row, void *into, size_t size);
uint8_t row_name(struct row *row, const char *const *names, size_t count);
/* Ends the use of the statement. Returns r, or the -errno of damage that was met. */
int row_done(struct row *row, int r, struct fail *fail) MUST_USE;

/* Runs a statement that gives no rows. */
int row_once(struct row *row, struct fail *fail) MUST_USE;
/* A text with its end; one that is too long, or has an end in it, is damage. NULL is an empty one. */
void row_copy(struct row *row, char *into, size_t size);

#endif
