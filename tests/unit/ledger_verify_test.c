/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/reading.h"
#include "ledger/retention.h"
#include "ledger/verify.h"
#include "ledger_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

/* A closed case that was removed, a closed and an open one, a name that was opened. */
static void
make(const struct fixture *fixture)
{
	struct ledger *ledger = fixture_ledger(fixture);
	struct wall now = FIXTURE_NOW;
	char name[SEAL_NAME];

	fixture_step(ledger, 1, 0, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 1, 1, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	now.us += 100 * WALL_DAY;
	ledger_set_time(ledger, now);
	assert_int_equal(ledger_forget(ledger, 90, NULL), 1);
	fixture_step(ledger, 1, 10, STATE_WATCH, STATE_SUSPECT);
	fixture_step(ledger, 2, 10, STATE_WATCH, STATE_CONFIRMED);
	fixture_step(ledger, 1, 20, STATE_SUSPECT, STATE_CLEAR);
	fixture_commit(ledger);
	assert_int_equal(ledger_open_name(ledger, 3, name, NULL), 0);
	ledger_close(ledger);
}

static int
verify(const struct fixture *fixture, struct ledger_proof *proof)
{
	struct ledger_settings settings = fixture_settings(fixture, STORE_READ);
	struct ledger *ledger = NULL;
	struct fail fail = {0};
	int r = ledger_open(&ledger, &settings, &fail);

	*proof = (struct ledger_proof){0};
	if (r == 0)
		r = ledger_verify(ledger, proof, &fail);
	if (r < 0)
		assert_string_not_equal(fail.what, "");
	ledger_close(ledger);
	return r;
}

/* Somebody with a database tool and without scruples. */
static sqlite3 *
tamper_begin(const struct fixture *fixture)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(fixture->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			"PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;"
			"DROP TRIGGER IF EXISTS transitions_stay;"
			"DROP TRIGGER IF EXISTS audit_stays; DROP TRIGGER IF EXISTS audit_remains;",
			NULL, NULL, NULL),
		SQLITE_OK);
	return db;
}

static void
run(sqlite3 *db, const char *sql)
{
	char *error = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &error) != SQLITE_OK)
		print_error("%s: %s\n", sql, error);
	assert_null(error);
}

static void
tamper(const struct fixture *fixture, const char *sql)
{
	sqlite3 *db = tamper_begin(fixture);

	run(db, sql);
	assert_true(sqlite3_changes(db) > 0);
	sqlite3_close(db);
}

static void
a_ledger_as_it_was_written_holds(void **state)
{
	struct ledger_proof proof;

	make(*state);
	assert_int_equal(verify(*state, &proof), 0);
	/* begin, parameters, 3 openings, 5 steps, a removal, a retention run, a name. */
	assert_int_equal(proof.rows, 13);
	assert_int_equal(proof.cases, 2);
	assert_int_equal(proof.transitions, 3);
	assert_int_equal(proof.parameters, 1);
	assert_int_equal(proof.removed, 1);
	assert_true(proof.has_key);
	assert_int_equal(proof.broken, 0);
}

static void
names_the_first_row_that_does_not_hold(void **state)
{
	static const struct {
		const char *sql;
		uint64_t broken;
	} cases[] = {
		{"UPDATE audit SET actor = 'nobody' WHERE sequence = 7", 7},
		{"UPDATE audit SET time = time + 1 WHERE sequence >= 6", 6},
		{"DELETE FROM audit WHERE sequence = 6", 6},
		{"DELETE FROM audit WHERE sequence = 1", 1},
		{"DELETE FROM audit WHERE sequence = 13", 13},
		{"DELETE FROM audit WHERE sequence > 9", 10},
		{"UPDATE audit SET action = 'telepathy' WHERE sequence = 8", 8},
		{"UPDATE audit SET digest = NULL WHERE sequence = 10", 10},
		{"UPDATE audit SET hash = zeroblob(32) WHERE sequence = 13", 13},
		{"UPDATE parameters SET text = 'q = 0.9' WHERE version > 0", 2},
		{"DELETE FROM parameters", 2},
		{"INSERT INTO parameters VALUES (7, 0, 'q = 1')", 14},
		{"UPDATE transitions SET score = 1 WHERE number = 4", 11},
		{"DELETE FROM transitions WHERE number = 3", 9},
		{"UPDATE cases SET line = line + 1 WHERE number = 3", 10},
		{"UPDATE cases SET state = 'clear', closed = last WHERE number = 3", 10},
		{"UPDATE cases SET highest = 'suspect' WHERE number = 3", 10},
		{"UPDATE cases SET sealed = zeroblob(120) WHERE number = 2", 8},
		{"UPDATE cases SET previous = 0, name_hash = 0 WHERE number = 2", 8},
		{"DELETE FROM cases WHERE number = 3", 10},
		{"INSERT INTO cases SELECT 9, 77, name_hash, previous, opened, last, confirmed, "
		 "closed,"
		 " changed, state, highest, role, score, sealed FROM cases WHERE number = 3",
			14},
	};
	const struct fixture *fixture = *state;
	struct ledger_proof proof;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make(fixture);
		tamper(fixture, cases[i].sql);
		assert_int_equal(verify(fixture, &proof), -EUCLEAN);
		if (proof.broken != cases[i].broken)
			print_error(
				"%s: row %llu\n", cases[i].sql, (unsigned long long)proof.broken);
		assert_int_equal(proof.broken, cases[i].broken);
		assert_int_equal(unlink(fixture->path), 0);
	}
}

/* Writes value into the column of the row and checks that the ledger does not hold any more. */
static void
is_noticed(const struct fixture *fixture, sqlite3 *db, const char *table, const char *column,
	int64_t rowid, sqlite3_value *value)
{
	struct ledger_proof proof;
	sqlite3_stmt *update = NULL;
	char sql[256];
	int r;

	snprintf(sql, sizeof(sql), "UPDATE %s SET \"%s\" = ? WHERE rowid = %lld", table, column,
		(long long)rowid);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &update, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_value(update, 1, value), SQLITE_OK);
	assert_int_equal(sqlite3_step(update), SQLITE_DONE);
	sqlite3_finalize(update);
	r = verify(fixture, &proof);
	if (r != -EUCLEAN)
		print_error("%s.%s of row %lld: not noticed\n", table, column, (long long)rowid);
	assert_int_equal(r, -EUCLEAN);
}

/* A value that differs from the given one in one byte. */
static bool
next_change(sqlite3_stmt *bench, sqlite3_value *original, int at)
{
	int type = sqlite3_value_type(original), length = sqlite3_value_bytes(original);
	sqlite3_int64 integer = sqlite3_value_int64(original);
	double real = sqlite3_value_double(original);
	uint64_t bits;
	uint8_t *bytes;

	switch (type) {
	case SQLITE_INTEGER:
		if (at >= 8)
			return false;
		sqlite3_bind_int64(bench, 1, integer ^ (sqlite3_int64)(UINT64_C(1) << 8 * at));
		return true;
	case SQLITE_FLOAT:
		if (at >= 6) /* beyond are numbers that are none */
			return false;
		memcpy(&bits, &real, sizeof(bits));
		bits ^= UINT64_C(1) << 8 * at;
		memcpy(&real, &bits, sizeof(real));
		sqlite3_bind_double(bench, 1, real);
		return true;
	case SQLITE_NULL:
		return false;
	default:
		if (at >= length)
			return false;
		bytes = xcalloc(1, (size_t)length);
		memcpy(bytes, sqlite3_value_blob(original), (size_t)length);
		bytes[at] ^= 1;
		if (type == SQLITE_TEXT)
			sqlite3_bind_text(bench, 1, (char *)bytes, length, SQLITE_TRANSIENT);
		else
			sqlite3_bind_blob(bench, 1, bytes, length, SQLITE_TRANSIENT);
		free(bytes);
		return true;
	}
}

static void
every_change_of_a_cell_is_noticed(const struct fixture *fixture, sqlite3 *db, const char *table,
	const char *column, int64_t rowid)
{
	sqlite3_stmt *read = NULL, *bench = NULL, *restore = NULL;
	sqlite3_value *original;
	char sql[256];

	snprintf(sql, sizeof(sql), "SELECT \"%s\" FROM %s WHERE rowid = %lld", column, table,
		(long long)rowid);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &read, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(read), SQLITE_ROW);
	original = sqlite3_value_dup(sqlite3_column_value(read, 0));
	sqlite3_finalize(read);
	assert_int_equal(sqlite3_prepare_v2(db, "SELECT ?", -1, &bench, NULL), SQLITE_OK);
	for (int at = 0; next_change(bench, original, at); at++) {
		sqlite3_value *changed;

		assert_int_equal(sqlite3_step(bench), SQLITE_ROW);
		changed = sqlite3_value_dup(sqlite3_column_value(bench, 0));
		sqlite3_reset(bench);
		/* The rowid itself is tested by removing rows. */
		is_noticed(fixture, db, table, column, rowid, changed);
		sqlite3_value_free(changed);
	}
	sqlite3_finalize(bench);
	snprintf(sql, sizeof(sql), "UPDATE %s SET \"%s\" = ? WHERE rowid = %lld", table, column,
		(long long)rowid);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &restore, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_bind_value(restore, 1, original), SQLITE_OK);
	assert_int_equal(sqlite3_step(restore), SQLITE_DONE);
	sqlite3_finalize(restore);
	sqlite3_value_free(original);
}

static void
every_changed_byte_of_every_row_is_noticed(void **state)
{
	static const struct {
		const char *table;
		const char *column;
	} cells[] = {{"audit", "time"}, {"audit", "actor"}, {"audit", "action"},
		{"audit", "subject"}, {"audit", "object"}, {"audit", "details"},
		{"audit", "digest"}, {"audit", "previous"}, {"audit", "hash"},
		{"transitions", "of_case"}, {"transitions", "line"}, {"transitions", "time"},
		{"transitions", "from"}, {"transitions", "to"}, {"transitions", "highest"},
		{"transitions", "role"}, {"transitions", "parameters"},
		{"transitions", "active_lines"}, {"transitions", "score"},
		{"transitions", "threshold"}, {"transitions", "channels"}, {"transitions", "facts"},
		{"parameters", "text"}};
	const struct fixture *fixture = *state;
	struct ledger_proof proof;
	sqlite3 *db;

	make(fixture);
	db = tamper_begin(fixture);
	run(db, "PRAGMA synchronous = OFF");
	for (size_t i = 0; i < sizeof(cells) / sizeof(*cells); i++) {
		sqlite3_stmt *rows = NULL;
		int64_t numbers[16];
		int count = 0;
		char sql[64];

		snprintf(sql, sizeof(sql), "SELECT rowid FROM %s", cells[i].table);
		assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &rows, NULL), SQLITE_OK);
		while (count < 16 && sqlite3_step(rows) == SQLITE_ROW)
			numbers[count++] = sqlite3_column_int64(rows, 0);
		sqlite3_finalize(rows);
		assert_true(count > 0);
		for (int row = 0; row < count; row++)
			every_change_of_a_cell_is_noticed(
				fixture, db, cells[i].table, cells[i].column, numbers[row]);
	}
	sqlite3_close(db);
	assert_int_equal(verify(fixture, &proof), 0);
}

/* The whole chain written anew after a change, as a tool could do it that knows the format but not the key. */
static void
a_chain_written_anew_is_not_signed(void **state)
{
	const struct fixture *fixture = *state;
	struct fixture other = *fixture;
	struct ledger_proof proof;
	char from[96], to[96];

	snprintf(other.path, sizeof(other.path), "%s/other", fixture->folder);
	make(fixture);
	make(&other);
	/* A good chain under another key, with this ledger's key check put into it. */
	tamper(&other, "UPDATE meta SET value = zeroblob(16) WHERE name = 'key check'");
	snprintf(from, sizeof(from), "%s.key", fixture->path);
	snprintf(to, sizeof(to), "%s.key", other.path);
	assert_int_equal(verify(&other, &proof), 0);
	assert_false(proof.has_key);
	{
		sqlite3 *db = tamper_begin(&other);
		char sql[160];

		snprintf(sql, sizeof(sql), "ATTACH '%s' AS good", fixture->path);
		run(db, sql);
		run(db,
			"UPDATE meta SET value = (SELECT value FROM good.meta WHERE name = 'key "
			"check')"
			" WHERE name = 'key check'");
		sqlite3_close(db);
	}
	assert_int_equal(rename(from, to), 0);
	assert_int_equal(verify(&other, &proof), -EUCLEAN);
	assert_int_equal(proof.broken, 13);
}

/* Any byte of the file, not only those of rows: it is noticed, or it changes nothing that is kept. */
static void
damage_to_any_part_of_the_file_is_survived(void **state)
{
	const struct fixture *fixture = *state;
	struct ledger_proof good, proof;
	struct stat stat_of;
	int file, noticed = 0, harmless = 0;

	make(fixture);
	assert_int_equal(verify(fixture, &good), 0);
	assert_int_equal(stat(fixture->path, &stat_of), 0);
	file = open(fixture->path, O_RDWR | O_CLOEXEC);
	assert_true(file >= 0);
	for (off_t at = 0; at < stat_of.st_size; at += 61) {
		uint8_t byte, changed;

		assert_int_equal(pread(file, &byte, 1, at), 1);
		changed = byte ^ 0x55;
		assert_int_equal(pwrite(file, &changed, 1, at), 1);
		if (verify(fixture, &proof) < 0) {
			noticed++;
		} else {
			harmless++;
			assert_memory_equal(proof.head, good.head, sizeof(good.head));
			assert_int_equal(proof.transitions, good.transitions);
		}
		assert_int_equal(pwrite(file, &byte, 1, at), 1);
	}
	close(file);
	assert_true(noticed > 20);
	assert_true(harmless > 0);
	assert_int_equal(verify(fixture, &proof), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_begin, fixture_end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_ledger_as_it_was_written_holds),
		TEST(names_the_first_row_that_does_not_hold),
		TEST(every_changed_byte_of_every_row_is_noticed),
		TEST(a_chain_written_anew_is_not_signed),
		TEST(damage_to_any_part_of_the_file_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
