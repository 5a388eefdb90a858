/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_exemptions.h"

#include "ledger/sqlite_statements.h"

int
sqlite_exemption_add(struct store *store, struct exemption *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_EXEMPTION_ADD,
		"INSERT INTO exemptions (line, time, until, actor, reason, sealed)"
		" VALUES (?,?,?,?,?,?)");
	int r;

	row_put_u64(&row, it->line);
	row_put_wall(&row, it->time);
	row_put_wall(&row, it->until);
	row_put_text(&row, text_of(it->actor));
	row_put_text(&row, text_of(it->reason));
	row_put_blob(&row, it->sealed, sizeof(it->sealed));
	r = row_once(&row, fail);
	if (r == 0)
		it->number = (uint64_t)sqlite3_last_insert_rowid(sqlite_of(store)->db);
	return r;
}

int
sqlite_exemption_remove(struct store *store, uint64_t number, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_EXEMPTION_REMOVE,
		"DELETE FROM exemptions WHERE number = ?");

	row_put_u64(&row, number);
	return row_once(&row, fail);
}

static void
read_exemption(struct row *row, struct exemption *ret)
{
	*ret = (struct exemption){0};
	ret->number = row_u64(row);
	ret->line = row_u64(row);
	ret->time = row_wall(row);
	ret->until = row_wall(row);
	row_copy(row, ret->actor, sizeof(ret->actor));
	row_copy(row, ret->reason, sizeof(ret->reason));
	if (!row_blob(row, ret->sealed, sizeof(ret->sealed)))
		row->damaged = true;
}

#define SELECT_EXEMPTIONS                                                                          \
	"SELECT number, line, time, until, actor, reason, sealed FROM exemptions WHERE "

int
sqlite_exemptions(struct store *store, enum which_exemptions which, uint64_t key,
	visit_exemption visit, void *context, struct fail *fail)
{
	static const char *const sql[EXEMPTIONS_WHICH_COUNT] = {
		[EXEMPTIONS_ALL] = SELECT_EXEMPTIONS "number > ? ORDER BY number",
		[EXEMPTIONS_LINE] = SELECT_EXEMPTIONS "line = ?",
		[EXEMPTIONS_NUMBER] = SELECT_EXEMPTIONS "number = ?",
		[EXEMPTIONS_OVER] = SELECT_EXEMPTIONS "until <= ? ORDER BY number",
	};
	struct exemption it;
	struct row row;
	int r;

	if (sqlite_of(store)->version < VERSION_MEASURES)
		return 0;
	row = row_prepare(sqlite_of(store), STATEMENT_EXEMPTIONS + which, sql[which]);
	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_exemption(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}
