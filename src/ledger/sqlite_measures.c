/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_measures.h"

#include "ledger/sqlite_statements.h"

static int
add_enforced(
	struct store *store, const struct enforced *it, const uint8_t *place, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ENFORCED_ADD,
		"INSERT INTO enforced (number, line, kind, until, place) VALUES (?,?,?,?,?)");

	row_put_u64(&row, it->number);
	row_put_u64(&row, it->line);
	row_put_text(&row, text_of(measure_names[it->kind]));
	row_put_wall(&row, it->until);
	row_put_blob(&row, place, SEAL_PLACE);
	return row_once(&row, fail);
}

int
sqlite_measure_add(
	struct store *store, struct measure *it, const uint8_t place[SEAL_PLACE], struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_MEASURE_ADD,
		"INSERT INTO measures (of_case, line, kind, mode, begun, until, ground, actor, "
		"reason, braked) VALUES (?,?,?,?,?,?,?,?,?,?)");
	int r;

	row_put_u64(&row, it->of_case);
	row_put_u64(&row, it->line);
	row_put_text(&row, text_of(measure_names[it->kind]));
	row_put_text(&row, text_of(measure_modes[it->mode]));
	row_put_wall(&row, it->begun);
	row_put_wall(&row, it->until);
	row_put_text(&row, text_of(it->ground));
	row_put_text(&row, text_of(it->actor));
	row_put_text(&row, text_of(it->reason));
	row_put_u64(&row, it->braked);
	r = row_once(&row, fail);
	if (r < 0)
		return r;
	it->number = (uint64_t)sqlite3_last_insert_rowid(sqlite_of(store)->db);
	if (it->mode != MEASURE_ENFORCE)
		return 0;
	return add_enforced(store,
		&(struct enforced){.number = it->number,
			.line = it->line,
			.kind = it->kind,
			.until = it->until},
		place, fail);
}

int
sqlite_measure_end(struct store *store, const struct measure *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_MEASURE_END,
		"UPDATE measures SET (ended, why, ended_by, ended_reason, step) = (?,?,?,?,?)"
		" WHERE number = ?");

	row_put_wall(&row, it->ended);
	row_put_text(&row, text_of(measure_ends[it->why]));
	row_put_text(&row, text_of(it->ended_by));
	row_put_text(&row, text_of(it->ended_reason));
	row_put_u64(&row, it->step);
	row_put_u64(&row, it->number);
	return row_once(&row, fail);
}

int
sqlite_measures_remove(struct store *store, uint64_t of_case, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_MEASURES_REMOVE,
		"DELETE FROM measures WHERE of_case = ?");

	row_put_u64(&row, of_case);
	return row_once(&row, fail);
}

static void
read_measure(struct row *row, struct measure *ret)
{
	*ret = (struct measure){0};
	ret->number = row_u64(row);
	ret->of_case = row_u64(row);
	ret->line = row_u64(row);
	ret->kind = row_name(row, measure_names, MEASURE_KINDS);
	ret->mode = row_name(row, measure_modes, MEASURE_MODES);
	ret->begun = row_wall(row);
	ret->until = row_wall(row);
	row_copy(row, ret->ground, sizeof(ret->ground));
	row_copy(row, ret->actor, sizeof(ret->actor));
	row_copy(row, ret->reason, sizeof(ret->reason));
	ret->braked = row_u64(row) != 0;
	ret->ended = row_wall(row);
	if (wall_is_none(ret->ended))
		return;
	ret->why = row_name(row, measure_ends, MEASURE_ENDS);
	row_copy(row, ret->ended_by, sizeof(ret->ended_by));
	row_copy(row, ret->ended_reason, sizeof(ret->ended_reason));
	ret->step = row_u64(row);
}

#define SELECT_MEASURES                                                                            \
	"SELECT number, of_case, line, kind, mode, begun, until, ground, actor, reason, braked, "  \
	"ended, why, ended_by, ended_reason, step FROM measures WHERE "

int
sqlite_measures(struct store *store, enum which_measures which, uint64_t key, visit_measure visit,
	void *context, struct fail *fail)
{
	static const char *const sql[MEASURES_WHICH_COUNT] = {
		[MEASURES_HELD] = SELECT_MEASURES "ended IS NULL AND number > ? ORDER BY number",
		[MEASURES_LINE_HELD] = SELECT_MEASURES "line = ? AND ended IS NULL ORDER BY number",
		[MEASURES_LINE] = SELECT_MEASURES "line = ? ORDER BY number",
		[MEASURES_SINCE] = SELECT_MEASURES "begun >= ? ORDER BY begun DESC",
		[MEASURES_CASE] = SELECT_MEASURES "of_case = ? ORDER BY number",
		[MEASURES_NUMBER] = SELECT_MEASURES "number = ?",
		[MEASURES_ALL] = SELECT_MEASURES "number > ? ORDER BY number",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_MEASURES + which, sql[which]);
	struct measure it;
	int r;

	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_measure(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

static void
read_enforced(struct row *row, struct enforced *ret)
{
	ret->number = row_u64(row);
	ret->line = row_u64(row);
	ret->kind = row_name(row, measure_names, MEASURE_KINDS);
	ret->until = row_wall(row);
}

int
sqlite_enforced(struct store *store, uint64_t after, visit_enforced_row visit, void *context,
	struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ENFORCED,
		"SELECT number, line, kind, until, place FROM enforced"
		" WHERE number > ? ORDER BY number");
	struct enforced_row it;
	int r;

	row_put_u64(&row, after);
	while ((r = row_step(&row, fail)) == 1) {
		read_enforced(&row, &it.measure);
		it.has_place = row_blob(&row, it.place, sizeof(it.place));
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

int
sqlite_enforced_make(struct store *store, find_place find, void *context, struct fail *fail)
{
	/* CROSS: by the numbers of measures, whatever SQLite thinks of how many there are. */
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ENFORCED_MAKE,
		"SELECT measures.number, measures.line, kind, until, sealed FROM measures"
		" CROSS JOIN cases ON cases.number = of_case"
		" WHERE ended IS NULL AND mode = ? ORDER BY measures.number");
	uint8_t sealed[SEAL_SIZE], place[SEAL_PLACE];
	struct enforced it;
	int r;

	row_put_text(&row, text_of(measure_modes[MEASURE_ENFORCE]));
	while ((r = row_step(&row, fail)) == 1) {
		read_enforced(&row, &it);
		row.damaged = !row_blob(&row, sealed, sizeof(sealed)) || row.damaged;
		if (row.damaged)
			break;
		r = add_enforced(
			store, &it, find(context, it.line, sealed, place) ? place : NULL, fail);
		if (r < 0)
			break;
	}
	return row_done(&row, r < 0 ? r : 0, fail);
}
