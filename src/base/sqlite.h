/* sqlite - a database file of a kind of its own, its statements and what its errors mean
 *
 * What:    opens a file of SQLite as what it is to be, say a ledger (write-ahead log, synchronous FULL, foreign keys,
 *          application_id and user_version), brings its tables up to date, and turns codes of SQLite into sentences.
 *          Step i of a kind brings a database from version i to version i + 1; all that are missing run in one
 *          transaction. One that is only read stays as it is: the views of its version show its tables as those of
 *          today. Statements are bound and read through a cursor that fails for good, like a reader of bytes.h.
 * Owns:    the connection and its prepared statements. The kind outlives it.
 * Limits:  statements SQLITE_STATEMENTS; the file sqlite_settings.bytes_most.
 * Thread:  one at a time; several processes may have the same file open.
 *
 * All functions: 0 or more, or -errno with fail filled: -EBUSY another program writes, -ENOSPC no room,
 * -EROFS may not be written, -EUCLEAN damaged, -EBADMSG of another kind, -ENOTSUP newer, -EIO the disk.
 */
#ifndef LAZARET_BASE_SQLITE_H
#define LAZARET_BASE_SQLITE_H

#include "base/text.h"
#include "base/wall.h"

#include <sqlite3.h>

#define SQLITE_STATEMENTS 96

struct sqlite_kind {
	const char *name; /* "ledger": the word for it in sentences, behind "the" and "a" */
	int application;  /* application_id, by which it is told from others */
	int version;
	const char *const *steps; /* so many as the version */
	const char *const *views; /* one fewer */
	/* What to do about it. */
	const char *if_none, *if_no_folder, *if_other, *if_full, *if_damaged;
};

enum sqlite_mode {
	SQLITE_TO_READ,  /* must be there; nothing is written */
	SQLITE_TO_WRITE, /* must be there */
	SQLITE_TO_MAKE,  /* is made where it is not there */
};

struct sqlite_settings {
	const struct sqlite_kind *kind;
	const char *where; /* path of the file */
	enum sqlite_mode mode;
	unsigned wait_ms;    /* for another program's lock */
	uint64_t bytes_most; /* of the file */
};

struct sqlite {
	sqlite3 *db;
	const struct sqlite_kind *kind;
	char *path;
	bool for_reading;
	sqlite3_stmt *statements[SQLITE_STATEMENTS];
};

/* sqlite_disconnect frees all but sqlite itself. */
int sqlite_connect(
	struct sqlite *sqlite, const struct sqlite_settings *settings, struct fail *fail) MUST_USE;
void sqlite_disconnect(struct sqlite *sqlite);

int sqlite_run(struct sqlite *sqlite, const char *sql, struct fail *fail) MUST_USE;

/* Of a time that is not there: NULL. The same as WALL_NONE of the ledger. */
#define ROW_NO_TIME INT64_MIN

/* A statement with its parameters bound one after the other, then its columns read one after the other. */
struct row {
	struct sqlite *sqlite;
	sqlite3_stmt *statement;
	int at;
	int code;     /* first error of SQLite, or SQLITE_OK */
	bool damaged; /* a column held what is never written there */
};

/* id: its place among the prepared statements, the same for the same text. */
struct row row_prepare(struct sqlite *sqlite, unsigned id, const char *sql);
void row_put_u64(struct row *row, uint64_t value);
void row_put_wall(struct row *row, struct wall time); /* ROW_NO_TIME is NULL */
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
