/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_exceptions.h"

#include "ledger/sqlite_statements.h"

#define COLUMNS "kind, number, line, time, until, actor, reason, sealed"

int
sqlite_exception_add(struct store *store, const struct exception *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_EXCEPTION_ADD,
		"INSERT INTO exceptions (" COLUMNS ") VALUES (?,?,?,?,?,?,?,?)");

	row_put_text(&row, text_of(exception_names[it->kind]));
	row_put_u64(&row, it->number);
	row_put_u64(&row, it->line);
	row_put_wall(&row, it->time);
	row_put_wall(&row, it->until);
	row_put_text(&row, text_of(it->actor));
	row_put_text(&row, text_of(it->reason));
	row_put_blob(&row, it->sealed, sizeof(it->sealed));
	return row_once(&row, fail);
}

int
sqlite_exception_remove(struct store *store, const struct exception *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_EXCEPTION_REMOVE,
		"DELETE FROM exceptions WHERE kind = ? AND number = ?");

	row_put_text(&row, text_of(exception_names[it->kind]));
	row_put_u64(&row, it->number);
	return row_once(&row, fail);
}

static void
read_exception(struct row *row, struct exception *ret)
{
	*ret = (struct exception){.kind = row_name(row, exception_names, EXCEPTION_KINDS)};
	ret->number = row_u64(row);
	ret->line = row_u64(row);
	ret->time = row_wall(row);
	ret->until = row_wall(row);
	row_copy(row, ret->actor, sizeof(ret->actor));
	row_copy(row, ret->reason, sizeof(ret->reason));
	if (!row_blob(row, ret->sealed, sizeof(ret->sealed)))
		row->damaged = true;
}

#define SELECT_EXCEPTIONS "SELECT " COLUMNS " FROM exceptions WHERE kind = ? AND "

int
sqlite_exceptions(struct store *store, enum which_exceptions which, enum exception_kind kind,
	uint64_t key, visit_exception visit, void *context, struct fail *fail)
{
	static const char *const sql[EXCEPTIONS_WHICH_COUNT] = {
		[EXCEPTIONS_ALL] = SELECT_EXCEPTIONS "number > ? ORDER BY number",
		[EXCEPTIONS_LINE] = SELECT_EXCEPTIONS "line = ?",
		[EXCEPTIONS_NUMBER] = SELECT_EXCEPTIONS "number = ?",
		[EXCEPTIONS_OVER] = SELECT_EXCEPTIONS "until <= ? ORDER BY number",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_EXCEPTIONS + which, sql[which]);
	struct exception it;
	int r;

	row_put_text(&row, text_of(exception_names[kind]));
	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_exception(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}
