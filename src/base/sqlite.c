/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* A checkpoint each 32 MiB of log, so that a scan that writes thousands of rows does not stop for each. */
#define CHECKPOINT_PAGES 8000
#define RETRY_MS         10

static int tell(struct sqlite *sqlite, int r, const char *hint, struct fail *fail,
	const char *format, ...) PRINTF(5, 6);

static int
tell(struct sqlite *sqlite, int r, const char *hint, struct fail *fail, const char *format, ...)
{
	char what[256];
	va_list list;

	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	/* Without the "./" of plain_path. */
	fail_where(fail, "%s", sqlite->path + (sqlite->path[0] == '.' ? 2 : 0));
	fail_what(fail, "%s", what);
	fail_hint(fail, "%s", hint);
	return r;
}

static int
tell_full(struct sqlite *sqlite, struct fail *fail)
{
	return tell(sqlite, -ENOSPC, sqlite->kind->if_full, fail,
		"there is no room to write: the disk is full, or the %s is as large as it may be",
		sqlite->kind->name);
}

static int
tell_damaged(struct sqlite *sqlite, struct fail *fail)
{
	return tell(sqlite, -EUCLEAN, sqlite->kind->if_damaged, fail,
		"the file of the %s is damaged", sqlite->kind->name);
}

/* Fills fail for a code of SQLite and returns the -errno that stands for it. */
static int
tell_code(struct sqlite *sqlite, int code, struct fail *fail)
{
	static const char rights[] =
		"look at the rights of the file and of its folder (both are written to)";
	int system = sqlite->db != NULL ? sqlite3_system_errno(sqlite->db) : 0;
	const char *name = sqlite->kind->name;

	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return tell(sqlite, -EBUSY, "try again when it is done", fail,
			"another program is writing to the %s and does not end", name);
	case SQLITE_FULL:
		return tell_full(sqlite, fail);
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return tell(sqlite, -EROFS, rights, fail, "the %s may only be read here", name);
	case SQLITE_CORRUPT:
		return tell_damaged(sqlite, fail);
	case SQLITE_NOTADB:
		return tell(sqlite, -EBADMSG, sqlite->kind->if_other, fail, "this file is not a %s",
			name);
	case SQLITE_NOMEM:
		return tell(sqlite, -ENOMEM, "", fail, "there is no memory for the %s", name);
	case SQLITE_CONSTRAINT:
		return tell(sqlite, code == SQLITE_CONSTRAINT_FOREIGNKEY ? -ENOKEY : -EUCLEAN,
			"keep the file; it may be damaged", fail, "the %s refuses a row: %s", name,
			sqlite3_errmsg(sqlite->db));
	case SQLITE_CANTOPEN:
		return tell(sqlite, system == ENOENT ? -ENOENT : -EACCES, rights, fail,
			"the %s cannot be opened: %s", name,
			system != 0 ? strerror(system) : sqlite3_errstr(code));
	default:
		if (system == ENOSPC || system == EDQUOT)
			return tell_full(sqlite, fail);
		return tell(sqlite, -EIO, "nothing that was acknowledged is lost", fail,
			"the disk or the database failed: %s%s%s", sqlite3_errstr(code),
			system != 0 ? ": " : "", system != 0 ? strerror(system) : "");
	}
}

int
sqlite_run(struct sqlite *sqlite, const char *sql, struct fail *fail)
{
	int code = sqlite3_exec(sqlite->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? 0 : tell_code(sqlite, code, fail);
}

struct row
row_prepare(struct sqlite *sqlite, unsigned id, const char *sql)
{
	struct row row = {.sqlite = sqlite};

	must(id < SQLITE_STATEMENTS);
	if (sqlite->statements[id] == NULL)
		row.code = sqlite3_prepare_v3(sqlite->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
			&sqlite->statements[id], NULL);
	row.statement = sqlite->statements[id];
	must(row.statement == NULL || !sqlite3_stmt_busy(row.statement));
	return row;
}

static void
keep_code(struct row *row, int code)
{
	if (row->code == SQLITE_OK)
		row->code = code;
}

void
row_put_u64(struct row *row, uint64_t value)
{
	if (row->statement != NULL)
		keep_code(row, sqlite3_bind_int64(row->statement, ++row->at, (sqlite3_int64)value));
}

void
row_put_wall(struct row *row, struct wall time)
{
	if (time.us != ROW_NO_TIME)
		row_put_u64(row, (uint64_t)time.us);
	else if (row->statement != NULL)
		keep_code(row, sqlite3_bind_null(row->statement, ++row->at));
}

void
row_put_double(struct row *row, double value)
{
	if (row->statement != NULL)
		keep_code(row, sqlite3_bind_double(row->statement, ++row->at, value));
}

void
row_put_text(struct row *row, struct text text)
{
	if (row->statement != NULL)
		keep_code(row,
			sqlite3_bind_text64(row->statement, ++row->at,
				text.length > 0 ? text.at : "", text.length, SQLITE_STATIC,
				SQLITE_UTF8));
}

void
row_put_blob(struct row *row, const void *bytes, size_t size)
{
	if (row->statement != NULL)
		keep_code(row,
			sqlite3_bind_blob64(row->statement, ++row->at, bytes, size, SQLITE_STATIC));
}

int
row_step(struct row *row, struct fail *fail)
{
	int code;

	if (row->code != SQLITE_OK)
		return tell_code(row->sqlite, row->code, fail);
	code = sqlite3_step(row->statement);
	row->at = 0;
	if (code == SQLITE_ROW)
		return 1;
	return code == SQLITE_DONE ? 0 : tell_code(row->sqlite, code, fail);
}

/* The next column if it is of that type, or -1 and damage. */
static int
next_of(struct row *row, int type)
{
	int at = row->at++;

	if (sqlite3_column_type(row->statement, at) == type)
		return at;
	row->damaged = true;
	return -1;
}

uint64_t
row_u64(struct row *row)
{
	int at = next_of(row, SQLITE_INTEGER);

	return at < 0 ? 0 : (uint64_t)sqlite3_column_int64(row->statement, at);
}

uint32_t
row_u32(struct row *row)
{
	uint64_t value = row_u64(row);

	if (value > UINT32_MAX)
		row->damaged = true;
	return (uint32_t)value;
}

struct wall
row_wall(struct row *row)
{
	if (sqlite3_column_type(row->statement, row->at) == SQLITE_NULL) {
		row->at++;
		return (struct wall){ROW_NO_TIME};
	}
	return (struct wall){(int64_t)row_u64(row)};
}

double
row_double(struct row *row)
{
	int at = next_of(row, SQLITE_FLOAT);

	return at < 0 ? 0 : sqlite3_column_double(row->statement, at);
}

struct text
row_text(struct row *row, size_t most)
{
	int at = next_of(row, SQLITE_TEXT);
	struct text text = {.at = ""};

	if (at < 0)
		return text;
	text.at = (const char *)sqlite3_column_text(row->statement, at);
	text.length = (size_t)sqlite3_column_bytes(row->statement, at);
	if (text.at == NULL || text.length > most) {
		row->damaged = true;
		return TEXT("");
	}
	return text;
}

bool
row_blob(struct row *row, void *into, size_t size)
{
	int at;

	if (sqlite3_column_type(row->statement, row->at) == SQLITE_NULL) {
		row->at++;
		return false;
	}
	at = next_of(row, SQLITE_BLOB);
	if (at < 0)
		return false;
	if ((size_t)sqlite3_column_bytes(row->statement, at) != size) {
		row->damaged = true;
		return false;
	}
	memcpy(into, sqlite3_column_blob(row->statement, at), size);
	return true;
}

uint8_t
row_name(struct row *row, const char *const *names, size_t count)
{
	struct text text = row_text(row, 32);

	for (size_t i = 0; i < count; i++) {
		if (text_is(text, names[i]))
			return (uint8_t)i;
	}
	row->damaged = true;
	return 0;
}

int
row_done(struct row *row, int r, struct fail *fail)
{
	if (row->statement != NULL) {
		sqlite3_reset(row->statement);
		sqlite3_clear_bindings(row->statement);
	}
	if (row->damaged && r >= 0)
		return tell_damaged(row->sqlite, fail);
	return r;
}

static int
pragma_value(struct sqlite *sqlite, const char *sql, int64_t *ret, struct fail *fail)
{
	sqlite3_stmt *statement = NULL;
	int code = sqlite3_prepare_v2(sqlite->db, sql, -1, &statement, NULL), r = 0;

	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	if (code == SQLITE_ROW)
		*ret = sqlite3_column_int64(statement, 0);
	else
		r = tell_code(sqlite, code, fail);
	sqlite3_finalize(statement);
	return r;
}

/* SQLite's own file name rules (file:, :memory:, "") must not reach it. */
static char *
plain_path(const char *path)
{
	struct buffer buffer;
	char *plain;

	buffer_init(&buffer, 1 << 16);
	if (path[0] != '/')
		buffer_text(&buffer, TEXT("./"));
	buffer_text(&buffer, text_of(path));
	plain = strdup(buffer_string(&buffer));
	buffer_done(&buffer);
	must(plain != NULL);
	return plain;
}

/* Makes the file with the right mode before SQLite sees it, or says why it is not there. */
static int
find_file(struct sqlite *sqlite, enum sqlite_mode mode, struct fail *fail)
{
	const struct sqlite_kind *kind = sqlite->kind;
	struct stat stat;
	int r,
		file = open(sqlite->path,
			mode == SQLITE_TO_MAKE ? O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK
					       : O_RDONLY | O_CLOEXEC | O_NONBLOCK,
			0600);

	if (file < 0) {
		r = -errno;
		if (r == -ENOENT && mode != SQLITE_TO_MAKE)
			return tell(
				sqlite, r, kind->if_none, fail, "there is no %s here", kind->name);
		if (r == -ENOENT)
			return tell(sqlite, r, kind->if_no_folder, fail,
				"the folder of the %s is not there", kind->name);
		return tell(sqlite, r, "look at the rights of the file and of its folder", fail,
			"the %s cannot be opened: %s", kind->name, strerror(-r));
	}
	r = fstat(file, &stat) < 0 ? -errno : 0;
	close(file);
	if (r == 0 && S_ISREG(stat.st_mode))
		return 0;
	return tell(sqlite, r < 0 ? r : -EBADMSG, kind->if_other, fail, "this is not a file");
}

static int
connect_as(struct sqlite *sqlite, const char *name, int flags,
	const struct sqlite_settings *settings, struct fail *fail)
{
	int code;

	if (sqlite->db != NULL)
		sqlite3_close(sqlite->db);
	sqlite->db = NULL;
	code = sqlite3_open_v2(name, &sqlite->db, flags | SQLITE_OPEN_EXRESCODE, NULL);
	if (code != SQLITE_OK)
		return tell_code(sqlite, code, fail);
	sqlite3_busy_timeout(sqlite->db, (int)settings->wait_ms);
	sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(sqlite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* Removed rows are overwritten: what retention removes must not stay in the file. */
	return sqlite_run(sqlite,
		"PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON; PRAGMA cell_size_check = ON;"
		"PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;",
		fail);
}

/* Is it of the kind, and how old? An empty database is version 0. Within a transaction: another program may be
 * making it, and half of what was before it and half of what is after it would be neither. */
static int
read_version(struct sqlite *sqlite, int64_t *version, struct fail *fail)
{
	const struct sqlite_kind *kind = sqlite->kind;
	int64_t application = 0, tables = 0;
	int r = pragma_value(sqlite, "PRAGMA application_id", &application, fail);

	if (r == 0)
		r = pragma_value(sqlite, "PRAGMA user_version", version, fail);
	if (r == 0)
		r = pragma_value(sqlite, "SELECT count(*) FROM sqlite_schema", &tables, fail);
	if (r < 0)
		return r;
	if (application == 0 && *version == 0 && tables == 0 && !sqlite->for_reading)
		return 0;
	if (application != kind->application || *version < 1)
		return tell(sqlite, -EBADMSG, kind->if_other, fail,
			tables == 0 ? "this file is not a %s: it is empty"
				    : "this database is not a %s",
			kind->name);
	if (*version > kind->version)
		return tell(sqlite, -ENOTSUP, "use that version of Lazaret", fail,
			"a newer Lazaret made this %s (its tables are version %lld, known up to "
			"%d)",
			kind->name, (long long)*version, kind->version);
	return 0;
}

static int
find_version(struct sqlite *sqlite, int64_t *version, struct fail *fail)
{
	int r = sqlite_run(sqlite, "BEGIN", fail);

	if (r < 0)
		return r;
	r = read_version(sqlite, version, fail);
	/* Nothing was written. */
	sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* A second program may be doing the same: SQLite does not wait for this lock by itself. */
static int
start_log(struct sqlite *sqlite, unsigned wait_ms, struct fail *fail)
{
	unsigned waited = 0;
	int code;

	for (;;) {
		code = sqlite3_exec(sqlite->db, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
		if ((code & 0xff) != SQLITE_BUSY || waited >= wait_ms)
			break;
		(void)sqlite3_sleep(RETRY_MS);
		waited += RETRY_MS;
	}
	return code == SQLITE_OK ? 0 : tell_code(sqlite, code, fail);
}

static int
migrate(struct sqlite *sqlite, struct fail *fail)
{
	char settle[128];
	int64_t version;
	int r = sqlite_run(sqlite, "BEGIN IMMEDIATE", fail);

	if (r < 0)
		return r;
	/* Again, now that nobody else can change it. */
	r = read_version(sqlite, &version, fail);
	for (; r == 0 && version < sqlite->kind->version; version++)
		r = sqlite_run(sqlite, sqlite->kind->steps[version], fail);
	snprintf(settle, sizeof(settle),
		"PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		sqlite->kind->application, sqlite->kind->version);
	if (r == 0)
		r = sqlite_run(sqlite, settle, fail);
	if (r < 0)
		sqlite3_exec(sqlite->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int
prepare_writing(struct sqlite *sqlite, const struct sqlite_settings *settings, int64_t version,
	struct fail *fail)
{
	char sql[160];
	int r;

	if (sqlite3_db_readonly(sqlite->db, "main") == 1)
		return tell_code(sqlite, SQLITE_READONLY, fail);
	snprintf(sql, sizeof(sql),
		"PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = %d;"
		"PRAGMA max_page_count = %llu;",
		CHECKPOINT_PAGES, (unsigned long long)(settings->bytes_most / 4096 + 1));
	r = start_log(sqlite, settings->wait_ms, fail);
	if (r == 0)
		r = sqlite_run(sqlite, sql, fail);
	if (r == 0 && version < sqlite->kind->version)
		r = migrate(sqlite, fail);
	return r;
}

/* An older one is not changed by who only reads it: what is not in it is shown as this program knows it. */
static int
prepare_reading(struct sqlite *sqlite, int64_t version, struct fail *fail)
{
	const struct sqlite_kind *kind = sqlite->kind;
	int r = version < kind->version ? sqlite_run(sqlite, kind->views[version - 1], fail) : 0;

	return r < 0 ? r : sqlite_run(sqlite, "PRAGMA query_only = ON", fail);
}

/* On a medium that cannot be written SQLite cannot share the log; one that was closed has none. */
static int
connect_frozen(struct sqlite *sqlite, const struct sqlite_settings *settings, struct fail *fail)
{
	struct buffer name;
	struct stat stat_of;
	int r;

	buffer_init(&name, 1 << 18);
	buffer_print(&name, "%s-wal", sqlite->path);
	r = stat(buffer_string(&name), &stat_of) == 0 && stat_of.st_size > 0;
	buffer_clear(&name);
	if (r == 1) {
		r = tell(sqlite, -EROFS,
			"copy the file and its -wal to a folder of your own and name the copy",
			fail, "the %s was not closed, and its folder may not be written",
			sqlite->kind->name);
		goto out;
	}
	buffer_text(&name, TEXT("file:"));
	for (const char *c = sqlite->path; *c != '\0'; c++)
		buffer_print(&name, *c == '%' || *c == '?' || *c == '#' ? "%%%02x" : "%c",
			(unsigned char)*c);
	buffer_text(&name, TEXT("?immutable=1"));
	r = connect_as(sqlite, buffer_string(&name), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
		settings, fail);
out:
	buffer_done(&name);
	return r;
}

int
sqlite_connect(struct sqlite *sqlite, const struct sqlite_settings *settings, struct fail *fail)
{
	int64_t version = 0;
	int r;

	*sqlite = (struct sqlite){.kind = settings->kind,
		.path = plain_path(settings->where),
		.for_reading = settings->mode == SQLITE_TO_READ};
	r = find_file(sqlite, settings->mode, fail);
	if (r < 0)
		goto out;
	r = connect_as(
		sqlite, sqlite->path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, settings, fail);
	if (r == 0)
		r = find_version(sqlite, &version, fail);
	if (sqlite->for_reading && (r == -EACCES || r == -EROFS || r == -ENOENT)) {
		r = connect_frozen(sqlite, settings, fail);
		if (r == 0)
			r = find_version(sqlite, &version, fail);
	}
	if (r == 0 && sqlite->for_reading)
		r = prepare_reading(sqlite, version, fail);
	else if (r == 0)
		r = prepare_writing(sqlite, settings, version, fail);
out:
	if (r < 0)
		sqlite_disconnect(sqlite);
	return r;
}

void
sqlite_disconnect(struct sqlite *sqlite)
{
	for (size_t i = 0; i < SQLITE_STATEMENTS; i++)
		sqlite3_finalize(sqlite->statements[i]);
	if (sqlite->db != NULL)
		sqlite3_close(sqlite->db);
	free(sqlite->path);
	*sqlite = (struct sqlite){0};
}

int
row_once(struct row *row, struct fail *fail)
{
	int r = row_step(row, fail);

	return row_done(row, r < 0 ? r : 0, fail);
}

void
row_copy(struct row *row, char *into, size_t size)
{
	struct text text = row_text(row, size - 1);

	if (memchr(text.at, '\0', text.length) != NULL)
		row->damaged = true;
	memcpy(into, text.at, text.length);
	into[text.length] = '\0';
}
