/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_store.h"

#include "ledger/schema.h"
#include "ledger/sqlite_activity.h"
#include "ledger/sqlite_care.h"
#include "ledger/sqlite_exceptions.h"
#include "ledger/sqlite_measures.h"
#include "ledger/sqlite_statements.h"

#include <errno.h>
#include <stdlib.h>

static void
close_store(struct store *store)
{
	sqlite_disconnect(sqlite_of(store));
	free((struct sqlite_store *)store);
}

static int
begin(struct store *store, bool write, struct fail *fail)
{
	return sqlite_run(sqlite_of(store), write ? "BEGIN IMMEDIATE" : "BEGIN", fail);
}

static int
end(struct store *store, bool keep, struct fail *fail)
{
	if (keep)
		return sqlite_run(sqlite_of(store), "COMMIT", fail);
	/* SQLite may have rolled back already. */
	if (sqlite3_get_autocommit(sqlite_of(store)->db))
		return 0;
	return sqlite_run(sqlite_of(store), "ROLLBACK", fail);
}

static int
meta_get(struct store *store, const char *name, void *into, size_t size, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_META_GET,
		"SELECT length(value), value FROM meta WHERE name = ?");
	uint64_t length;
	int r;

	row_put_text(&row, text_of(name));
	r = row_step(&row, fail);
	if (r == 0)
		r = -ENOENT;
	if (r == 1) {
		length = row_u64(&row);
		if (length > size)
			row.damaged = true;
		else
			row_blob(&row, into, (size_t)length);
		r = (int)length;
	}
	return row_done(&row, r, fail);
}

static int
meta_put(struct store *store, const char *name, const void *bytes, size_t size, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_META_PUT,
		"INSERT INTO meta (name, value) VALUES (?, ?)"
		" ON CONFLICT (name) DO UPDATE SET value = excluded.value");

	row_put_text(&row, text_of(name));
	row_put_blob(&row, bytes, size);
	return row_once(&row, fail);
}

static int
parameters_add(
	struct store *store, uint32_t version, struct text text, struct wall now, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_PARAMETERS_ADD,
		"INSERT INTO parameters (version, text, added) VALUES (?, ?, ?)"
		" ON CONFLICT (version) DO NOTHING RETURNING version");
	int r;

	row_put_u64(&row, version);
	row_put_text(&row, text);
	row_put_wall(&row, now);
	r = row_step(&row, fail);
	if (r == 0)
		r = -EEXIST;
	return row_done(&row, r < 0 ? r : 0, fail);
}

static int
parameters(struct store *store, const uint32_t *version, visit_parameters visit, void *context,
	struct fail *fail)
{
	struct row row = version != NULL
		? row_prepare(sqlite_of(store), STATEMENT_PARAMETERS_ONE,
			  "SELECT version, text FROM parameters WHERE version = ?")
		: row_prepare(sqlite_of(store), STATEMENT_PARAMETERS_ALL,
			  "SELECT version, text FROM parameters ORDER BY version");
	int r;

	if (version != NULL)
		row_put_u64(&row, *version);
	while ((r = row_step(&row, fail)) == 1) {
		uint32_t number = row_u32(&row);
		struct text text = row_text(&row, SIZE_MAX);

		r = row.damaged ? 0 : visit(context, number, text);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

/* What changes in the life of a case; the rest is written once. */
static void
put_life(struct row *row, const struct ledger_case *it)
{
	row_put_wall(row, it->opened);
	row_put_wall(row, it->last);
	row_put_wall(row, it->confirmed);
	row_put_wall(row, it->closed);
	row_put_wall(row, it->changed);
	row_put_text(row, text_of(state_names[it->state]));
	row_put_text(row, text_of(state_names[it->highest]));
	row_put_text(row, text_of(role_names[it->role]));
	row_put_double(row, it->score);
}

#define LIFE_COLUMNS "opened, last, confirmed, closed, changed, state, highest, role, score"
#define CASE_COLUMNS LIFE_COLUMNS ", line, name_hash, previous, sealed"

static int
case_put(struct store *store, struct ledger_case *it, struct fail *fail)
{
	struct row row = it->number == 0
		? row_prepare(sqlite_of(store), STATEMENT_CASE_ADD,
			  "INSERT INTO cases (" CASE_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)")
		: row_prepare(sqlite_of(store), STATEMENT_CASE_CHANGE,
			  "UPDATE cases SET (" LIFE_COLUMNS ") = (?,?,?,?,?,?,?,?,?)"
			  " WHERE number = ?");
	int r;

	put_life(&row, it);
	if (it->number != 0) {
		row_put_u64(&row, it->number);
		return row_once(&row, fail);
	}
	row_put_u64(&row, it->line);
	row_put_u64(&row, it->name_hash);
	row_put_u64(&row, it->previous);
	row_put_blob(&row, it->sealed, sizeof(it->sealed));
	r = row_once(&row, fail);
	if (r == 0)
		it->number = (uint64_t)sqlite3_last_insert_rowid(sqlite_of(store)->db);
	return r;
}

static int
case_remove(struct store *store, const struct ledger_case *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_CASE_EMPTY,
		"DELETE FROM transitions WHERE of_case = ?");
	char month[WALL_TEXT];
	int r;

	row_put_u64(&row, it->number);
	r = row_once(&row, fail);
	if (r >= 0)
		r = sqlite_measures_remove(store, it->number, fail);
	if (r >= 0)
		r = sqlite_cares_remove(store, it->number, fail);
	if (r < 0)
		return r;
	row = row_prepare(
		sqlite_of(store), STATEMENT_CASE_REMOVE, "DELETE FROM cases WHERE number = ?");
	row_put_u64(&row, it->number);
	r = row_once(&row, fail);
	if (r < 0)
		return r;
	row = row_prepare(sqlite_of(store), STATEMENT_CASE_TOTAL,
		"INSERT INTO totals (month, highest, cases) VALUES (?, ?, 1)"
		" ON CONFLICT (month, highest) DO UPDATE SET cases = cases + 1");
	row_put_text(&row, (struct text){wall_format(it->opened, month), 7});
	row_put_text(&row, text_of(state_names[it->highest]));
	return row_once(&row, fail);
}

static void
read_case(struct row *row, struct ledger_case *ret)
{
	*ret = (struct ledger_case){0};
	ret->number = row_u64(row);
	ret->opened = row_wall(row);
	ret->last = row_wall(row);
	ret->confirmed = row_wall(row);
	ret->closed = row_wall(row);
	ret->changed = row_wall(row);
	ret->state = row_name(row, state_names, STATE_COUNT);
	ret->highest = row_name(row, state_names, STATE_COUNT);
	ret->role = row_name(row, role_names, ROLE_COUNT);
	ret->score = row_double(row);
	ret->line = row_u64(row);
	ret->name_hash = row_u64(row);
	ret->previous = row_u64(row);
	if (!row_blob(row, ret->sealed, sizeof(ret->sealed)))
		row->damaged = true;
}

#define SELECT_CASES "SELECT number, " CASE_COLUMNS " FROM cases WHERE "

static int
cases(struct store *store, enum which_cases which, const struct query *query, visit_case visit,
	void *context, struct fail *fail)
{
	/* ?1 is the key, ?2 the time, ?3 the limit. The open case of a line is its newest, so the order of the
	 * numbers puts closed ones first. */
	static const char *const sql[CASES_WHICH_COUNT] = {
		[CASES_ALL] =
			SELECT_CASES "number > ?1 AND ?2 IS NOT NULL ORDER BY number LIMIT ?3",
		[CASES_OPEN] = SELECT_CASES "number > ?1 AND closed IS NULL AND ?2 IS NOT NULL"
					    " ORDER BY number LIMIT ?3",
		[CASES_NUMBER] = SELECT_CASES "number = ?1 AND ?2 IS NOT NULL LIMIT ?3",
		[CASES_LINE] =
			SELECT_CASES "line = ?1 AND ?2 IS NOT NULL ORDER BY number DESC LIMIT ?3",
		[CASES_LINE_AT] = SELECT_CASES "line = ?1 AND (closed IS NULL OR (opened <= ?2 AND"
					       " closed > ?2))"
					       " ORDER BY number LIMIT ?3",
		[CASES_NAME] = SELECT_CASES "name_hash = ?1 AND ?2 IS NOT NULL"
					    " ORDER BY number DESC LIMIT ?3",
		[CASES_OVER] = SELECT_CASES "number > ?1 AND closed IS NOT NULL AND closed < ?2"
					    " AND changed < ?2 ORDER BY number LIMIT ?3",
		[CASES_SILENT] = SELECT_CASES
		"number > ?1 AND closed IS NULL AND last < ?2"
		" AND changed < ?2 AND state NOT IN ('quarantine', 'probation')"
		" AND NOT EXISTS (SELECT 1 FROM activity WHERE of_case = number"
		" AND activity.last >= ?2)"
		" ORDER BY number LIMIT ?3",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_CASES + which, sql[which]);
	struct ledger_case it;
	int r;

	row_put_u64(&row, query->key);
	row_put_u64(&row, (uint64_t)query->time.us);
	row_put_u64(&row, query->most > 0 ? query->most : INT64_MAX);
	while ((r = row_step(&row, fail)) == 1) {
		read_case(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

static int
transition_has(struct store *store, const struct transition *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_TRANSITION_HAS,
		"SELECT 1 FROM cases JOIN transitions ON of_case = cases.number WHERE cases.line = "
		"?"
		" AND time = ? AND \"from\" = ? AND \"to\" = ? AND parameters = ?");
	int r;

	row_put_u64(&row, it->line);
	row_put_wall(&row, it->time);
	row_put_text(&row, text_of(state_names[it->from]));
	row_put_text(&row, text_of(state_names[it->to]));
	row_put_u64(&row, it->parameters);
	r = row_step(&row, fail);
	return row_done(&row, r, fail);
}

#define TRANSITION_COLUMNS                                                                         \
	"of_case, line, time, \"from\", \"to\", highest, role, parameters, active_lines, score,"   \
	" threshold, channels, facts"

static int
transition_add(struct store *store, struct transition *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_TRANSITION_ADD,
		"INSERT INTO transitions (" TRANSITION_COLUMNS ")"
		" VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)");
	int r;

	row_put_u64(&row, it->of_case);
	row_put_u64(&row, it->line);
	row_put_wall(&row, it->time);
	row_put_text(&row, text_of(state_names[it->from]));
	row_put_text(&row, text_of(state_names[it->to]));
	row_put_text(&row, text_of(state_names[it->highest]));
	row_put_text(&row, text_of(role_names[it->role]));
	row_put_u64(&row, it->parameters);
	row_put_u64(&row, it->active_lines);
	row_put_double(&row, it->score);
	row_put_double(&row, it->threshold);
	row_put_text(&row, it->channels);
	row_put_text(&row, it->facts);
	r = row_once(&row, fail);
	if (r == 0)
		it->number = (uint64_t)sqlite3_last_insert_rowid(sqlite_of(store)->db);
	return r;
}

static void
read_transition(struct row *row, struct transition *ret)
{
	*ret = (struct transition){0};
	ret->number = row_u64(row);
	ret->of_case = row_u64(row);
	ret->line = row_u64(row);
	ret->time = row_wall(row);
	ret->from = row_name(row, state_names, STATE_COUNT);
	ret->to = row_name(row, state_names, STATE_COUNT);
	ret->highest = row_name(row, state_names, STATE_COUNT);
	ret->role = row_name(row, role_names, ROLE_COUNT);
	ret->parameters = row_u32(row);
	ret->active_lines = row_u32(row);
	ret->score = row_double(row);
	ret->threshold = row_double(row);
	ret->channels = row_text(row, TRANSITION_TEXT);
	ret->facts = row_text(row, TRANSITION_TEXT);
}

#define SELECT_TRANSITIONS "SELECT number, " TRANSITION_COLUMNS " FROM transitions WHERE "

static int
transitions(struct store *store, enum which_transitions which, uint64_t key, visit_transition visit,
	void *context, struct fail *fail)
{
	static const char *const sql[TRANSITIONS_WHICH_COUNT] = {
		[TRANSITIONS_CASE] = SELECT_TRANSITIONS "of_case = ? ORDER BY number",
		[TRANSITIONS_NUMBER] = SELECT_TRANSITIONS "number = ?",
		[TRANSITIONS_AFTER] = SELECT_TRANSITIONS "number > ? ORDER BY number",
		[TRANSITIONS_LAST] =
			SELECT_TRANSITIONS "? IS NOT NULL ORDER BY number DESC LIMIT 1",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_TRANSITIONS + which, sql[which]);
	struct transition it;
	int r;

	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_transition(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

#define AUDIT_COLUMNS                                                                              \
	"sequence, time, actor, action, subject, object, details, digest, previous, hash"

static int
audit_add(struct store *store, const struct audit *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_AUDIT_ADD,
		"INSERT INTO audit (" AUDIT_COLUMNS ") VALUES (?,?,?,?,?,?,?,?,?,?)");

	row_put_u64(&row, it->sequence);
	row_put_wall(&row, it->time);
	row_put_text(&row, it->actor);
	row_put_text(&row, text_of(action_names[it->action]));
	row_put_u64(&row, it->subject);
	row_put_u64(&row, it->object);
	row_put_text(&row, it->details);
	row_put_blob(&row, it->has_digest ? it->digest : NULL, sizeof(it->digest));
	row_put_blob(&row, it->previous, sizeof(it->previous));
	row_put_blob(&row, it->hash, sizeof(it->hash));
	return row_once(&row, fail);
}

static void
read_audit(struct row *row, struct audit *ret)
{
	*ret = (struct audit){0};
	ret->sequence = row_u64(row);
	ret->time = row_wall(row);
	ret->actor = row_text(row, AUDIT_ACTOR);
	ret->action = row_name(row, action_names, ACTION_COUNT);
	ret->subject = row_u64(row);
	ret->object = row_u64(row);
	ret->details = row_text(row, AUDIT_DETAILS);
	ret->has_digest = row_blob(row, ret->digest, sizeof(ret->digest));
	if (!row_blob(row, ret->previous, sizeof(ret->previous)) ||
		!row_blob(row, ret->hash, sizeof(ret->hash)))
		row->damaged = true;
}

#define SELECT_AUDITS "SELECT " AUDIT_COLUMNS " FROM audit WHERE "

static int
audits(struct store *store, enum which_audits which, uint64_t key, visit_audit visit, void *context,
	struct fail *fail)
{
	static const char *const sql[AUDITS_WHICH_COUNT] = {
		[AUDITS_ALL] = SELECT_AUDITS "sequence > ? ORDER BY sequence",
		[AUDITS_LAST] = SELECT_AUDITS "? IS NOT NULL ORDER BY sequence DESC LIMIT 1",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_AUDITS + which, sql[which]);
	struct audit it;
	int r;

	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_audit(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

static int
order_add(struct store *store, struct account_order *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ORDER_ADD,
		"INSERT INTO account_orders (line, kind, time, until, of_case, threshold, actor, "
		"rule) "
		"VALUES (?,?,?,?,?,?,?,?)");
	int r;

	row_put_u64(&row, it->line);
	row_put_text(&row, text_of(order_names[it->kind]));
	row_put_wall(&row, it->time);
	row_put_wall(&row, it->until);
	row_put_u64(&row, it->of_case);
	row_put_double(&row, it->threshold);
	row_put_text(&row, text_of(it->actor));
	row_put_text(&row, text_of(it->rule));
	r = row_once(&row, fail);
	if (r == 0)
		it->number = (uint64_t)sqlite3_last_insert_rowid(sqlite_of(store)->db);
	return r;
}

static int
order_remove(struct store *store, uint64_t number, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ORDER_REMOVE,
		"DELETE FROM account_orders WHERE number = ?");

	row_put_u64(&row, number);
	return row_once(&row, fail);
}

static void
read_order(struct row *row, struct account_order *ret)
{
	*ret = (struct account_order){0};
	ret->number = row_u64(row);
	ret->line = row_u64(row);
	ret->kind = row_name(row, order_names, ORDER_KINDS);
	ret->time = row_wall(row);
	ret->until = row_wall(row);
	ret->of_case = row_u64(row);
	ret->threshold = row_double(row);
	row_copy(row, ret->actor, sizeof(ret->actor));
	row_copy(row, ret->rule, sizeof(ret->rule));
}

#define SELECT_ORDERS                                                                              \
	"SELECT number, line, kind, time, until, of_case, threshold, actor, rule "                 \
	"FROM account_orders WHERE "

static int
orders(struct store *store, enum which_orders which, uint64_t key, visit_order visit, void *context,
	struct fail *fail)
{
	static const char *const sql[ORDERS_WHICH_COUNT] = {
		[ORDERS_ALL] = SELECT_ORDERS "number > ? ORDER BY number",
		[ORDERS_LINE] = SELECT_ORDERS "line = ?",
		[ORDERS_NUMBER] = SELECT_ORDERS "number = ?",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ORDERS + which, sql[which]);
	struct account_order it;
	int r;

	row_put_u64(&row, key);
	while ((r = row_step(&row, fail)) == 1) {
		read_order(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

static int
count(struct store *store, enum rows rows, uint64_t *ret, struct fail *fail)
{
	static const char *const sql[ROWS_COUNT] = {
		[ROWS_CASES] = "SELECT count(*) FROM cases",
		[ROWS_CLOSED] = "SELECT count(*) FROM cases WHERE closed IS NOT NULL",
		[ROWS_TRANSITIONS] = "SELECT count(*) FROM transitions",
		[ROWS_PARAMETERS] = "SELECT count(*) FROM parameters",
		[ROWS_AUDIT] = "SELECT count(*) FROM audit",
		[ROWS_EXCEPTIONS] = "SELECT count(*) FROM exceptions",
		[ROWS_ORDERS] = "SELECT count(*) FROM account_orders",
		[ROWS_MEASURES] = "SELECT count(*) FROM measures",
		[ROWS_MEASURES_ENDED] = "SELECT count(*) FROM measures WHERE ended IS NOT NULL",
		[ROWS_ENFORCED_ASTRAY] =
			"SELECT count(*) FROM"
			" (SELECT * FROM measures WHERE ended IS NULL AND mode = 'enforce') AS m"
			" FULL JOIN enforced AS e ON e.number = m.number"
			" WHERE (m.number, m.line, m.kind, m.until)"
			" IS NOT (e.number, e.line, e.kind, e.until)",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_ROWS + rows, sql[rows]);
	int r = row_step(&row, fail);

	*ret = 0;
	if (r == 1)
		*ret = row_u64(&row);
	return row_done(&row, r < 0 ? r : 0, fail);
}

static int
totals(struct store *store, int (*visit)(void *, struct text, uint8_t, uint64_t), void *context,
	struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_TOTALS,
		"SELECT month, highest, cases FROM totals ORDER BY month, highest");
	int r;

	while ((r = row_step(&row, fail)) == 1) {
		struct text month = row_text(&row, 7);
		uint8_t highest = row_name(&row, state_names, STATE_COUNT);
		uint64_t number = row_u64(&row);

		r = row.damaged ? 0 : visit(context, month, highest, number);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}

static int
check(struct store *store, struct fail *fail)
{
	struct row row =
		row_prepare(sqlite_of(store), STATEMENT_CHECK, "PRAGMA integrity_check(1)");
	int r = row_step(&row, fail);

	if (r == 1 && !text_is(row_text(&row, SIZE_MAX), "ok"))
		row.damaged = true;
	return row_done(&row, r < 0 ? r : 0, fail);
}

static const struct store_ops sqlite_ops = {
	.close = close_store,
	.begin = begin,
	.end = end,
	.meta_get = meta_get,
	.meta_put = meta_put,
	.parameters_add = parameters_add,
	.parameters = parameters,
	.case_put = case_put,
	.case_remove = case_remove,
	.cases = cases,
	.transition_has = transition_has,
	.transition_add = transition_add,
	.transitions = transitions,
	.audit_add = audit_add,
	.audits = audits,
	.exception_add = sqlite_exception_add,
	.exception_remove = sqlite_exception_remove,
	.exceptions = sqlite_exceptions,
	.order_add = order_add,
	.order_remove = order_remove,
	.orders = orders,
	.measure_add = sqlite_measure_add,
	.measure_end = sqlite_measure_end,
	.measures = sqlite_measures,
	.enforced = sqlite_enforced,
	.enforced_make = sqlite_enforced_make,
	.care_has = sqlite_care_has,
	.care_put = sqlite_care_put,
	.cares = sqlite_cares,
	.activity_put = sqlite_activity_put,
	.activity = sqlite_activity,
	.count = count,
	.totals = totals,
	.check = check,
};

static const struct sqlite_kind ledger_kind = {
	.name = "ledger",
	.application = SCHEMA_APPLICATION,
	.version = SCHEMA_VERSION,
	.steps = schema_steps,
	.views = schema_views,
	.if_none = "make one with lazaret scan --ledger FILE RECORDING, or name another with "
		   "--ledger FILE",
	.if_no_folder = "make it, or name another ledger: --ledger FILE, or ledger.path of the "
			"configuration",
	.if_other = "give the file that lazaretd or scan --ledger made",
	.if_full = "make room on the disk, or let closed cases be removed earlier (retention); "
		   "nothing that was acknowledged is lost",
	.if_damaged =
		"end what writes to it, put it aside with its -wal and -shm, and put the last "
		"good copy in its place, or none; keep the key file: see lazaretd(8)",
};

int
sqlite_store_open(struct store **ret, const struct store_settings *settings, struct fail *fail)
{
	static const enum sqlite_mode modes[] = {[STORE_READ] = SQLITE_TO_READ,
		[STORE_WRITE] = SQLITE_TO_WRITE,
		[STORE_MAKE] = SQLITE_TO_MAKE};
	struct sqlite_settings sqlite = {.kind = &ledger_kind,
		.where = settings->where,
		.mode = modes[settings->mode],
		.wait_ms = settings->wait_ms,
		.bytes_most = settings->bytes_most};
	struct sqlite_store *store = xcalloc(1, sizeof(*store));
	int r = sqlite_connect(&store->sqlite, &sqlite, fail);

	if (r < 0) {
		free(store);
		return r;
	}
	store->store.ops = &sqlite_ops;
	*ret = &store->store;
	return 0;
}
