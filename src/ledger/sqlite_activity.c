/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_activity.h"

#include "ledger/sqlite_statements.h"

int
sqlite_activity_put(
	struct store *store, uint64_t of_case, const struct activity *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ACTIVITY_PUT,
		"INSERT INTO activity (of_case, last, attempts, networks) VALUES (?,?,?,?)"
		" ON CONFLICT (of_case) DO UPDATE SET last = excluded.last,"
		" attempts = excluded.attempts, networks = excluded.networks"
		" WHERE excluded.last >= last");

	row_put_u64(&row, of_case);
	row_put_wall(&row, it->last);
	row_put_u64(&row, it->attempts);
	row_put_u64(&row, it->networks);
	return row_once(&row, fail);
}

int
sqlite_activity(struct store *store, uint64_t of_case, struct activity *ret, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ACTIVITY,
		"SELECT last, attempts, networks FROM activity WHERE of_case = ?");
	int r;

	row_put_u64(&row, of_case);
	r = row_step(&row, fail);
	if (r == 1) {
		ret->last = row_wall(&row);
		ret->attempts = row_u64(&row);
		ret->networks = row_u32(&row);
	}
	return row_done(&row, r, fail);
}
