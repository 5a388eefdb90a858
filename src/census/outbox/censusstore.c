/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/join/state.h"
#include "census/outbox/censusinside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define WAIT_MS 10000

int
censusstore_open(
	struct censusstore **ret, const char *path, enum sqlite_mode mode, struct fail *fail)
{
	struct sqlite_settings settings = {.kind = &census_kind,
		.where = path,
		.mode = mode,
		.wait_ms = WAIT_MS,
		.bytes_most = CENSUS_BYTES};
	struct censusstore *store = xcalloc(1, sizeof(*store));
	int r = sqlite_connect(&store->sqlite, &settings, fail);

	if (r < 0) {
		free(store);
		return r;
	}
	*ret = store;
	return 0;
}

struct censusstore *
censusstore_close(struct censusstore *store)
{
	if (store != NULL)
		sqlite_disconnect(&store->sqlite);
	free(store);
	return NULL;
}

int
censusstore_begin(struct censusstore *store, struct fail *fail)
{
	return sqlite_run(&store->sqlite, "BEGIN IMMEDIATE", fail);
}

int
censusstore_end(struct censusstore *store, bool keep, struct fail *fail)
{
	if (keep)
		return sqlite_run(&store->sqlite, "COMMIT", fail);
	/* SQLite may have rolled back already. */
	if (sqlite3_get_autocommit(store->sqlite.db))
		return 0;
	return sqlite_run(&store->sqlite, "ROLLBACK", fail);
}

int
census_change_begin(struct censusstore *store, struct fail *fail)
{
	int r;

	if (!sqlite3_get_autocommit(store->sqlite.db))
		return 0;
	r = censusstore_begin(store, fail);
	return r < 0 ? r : 1;
}

int
census_change_end(struct censusstore *store, int began, int r, struct fail *fail)
{
	int end;

	if (began == 1 && r >= 0) {
		end = censusstore_end(store, true, fail);
		if (end >= 0)
			return r;
		r = end;
	}
	/* What was wrong first is what is told. */
	if (began == 1)
		(void)!censusstore_end(store, false, NULL);
	return r;
}

int
census_changed(struct censusstore *store)
{
	return sqlite3_changes(store->sqlite.db);
}

int
census_returned(struct row *row, struct fail *fail)
{
	int r = row_step(row, fail), end = r;

	/* It is written when it has come to its end. */
	while (end == 1)
		end = row_step(row, fail);
	return row_done(row, end < 0 ? end : r, fail);
}

char *
census_case_code(uint32_t number, uint16_t opened, char into[CENSUS_CODE])
{
	char day[WALL_TEXT];

	wall_format(state_day_begin(opened), day);
	snprintf(into, CENSUS_CODE, "LZ-%.4s-%06u", day, number);
	return into;
}

int
censusstore_add_deed(struct censusstore *store, const struct census_deed *deed, struct fail *fail)
{
	struct row row;

	if (deed == NULL)
		return 0;
	row = row_prepare(&store->sqlite, STATEMENT_ADD_DEED,
		"INSERT INTO deed (at, by, what, subject, why) VALUES (?,?,?,?,?)");
	row_put_wall(&row, deed->at);
	row_put_text(&row, deed->by);
	row_put_text(&row, deed->what);
	row_put_text(&row, deed->subject);
	row_put_text(&row, deed->why);
	return row_once(&row, fail);
}

int
censusstore_last_case(struct censusstore *store, uint32_t *ret, struct fail *fail)
{
	/* Also of a case that is there no more. */
	struct row row = row_prepare(&store->sqlite, STATEMENT_LAST_CASE,
		"SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'census_case'");
	uint32_t last = 0;
	int r = row_step(&row, fail);

	if (r == 1)
		last = row_u32(&row);
	r = row_done(&row, r < 0 ? r : 0, fail);
	if (r == 0)
		*ret = last;
	return r;
}

static int
put_case(struct censusstore *store, const struct census_case *it, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_PUT_CASE,
		"INSERT INTO census_case (number, mailbox, opened, closed, arm, stratum)"
		" VALUES (?,?,?,?,?,?) ON CONFLICT (number) DO UPDATE SET"
		" closed = excluded.closed, arm = excluded.arm, stratum = excluded.stratum"
		" WHERE mailbox = excluded.mailbox AND opened = excluded.opened"
		" RETURNING 1");
	int r;

	row_put_u64(&row, it->number);
	row_put_text(&row, it->mailbox);
	row_put_u64(&row, it->opened);
	row_put_u64(&row, it->closed);
	row_put_text(&row, text_of(census_arms[it->arm]));
	row_put_u64(&row, it->stratum);
	r = census_returned(&row, fail);
	if (r == 0) {
		fail_what(fail, "case %u is of another mailbox, or of another day", it->number);
		r = -EEXIST;
	} else if (r == -EUCLEAN &&
		sqlite3_extended_errcode(store->sqlite.db) == SQLITE_CONSTRAINT_UNIQUE) {
		fail_what(fail, "%.*s has an open case already", (int)it->mailbox.length,
			it->mailbox.at);
		r = -EEXIST;
	}
	if (r == -EEXIST)
		fail_hint(fail, "two runs wrote to the same store; run again");
	return r < 0 ? r : 0;
}

int
censusstore_put_cases(
	struct censusstore *store, const struct census_case *cases, size_t count, struct fail *fail)
{
	int began = census_change_begin(store, fail), r = began < 0 ? began : 0;

	/* What ends before what begins, as a mailbox may have both. */
	for (size_t i = 0; r == 0 && i < count; i++)
		r = cases[i].closed != 0 ? put_case(store, &cases[i], fail) : 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = cases[i].closed == 0 ? put_case(store, &cases[i], fail) : 0;
	return census_change_end(store, began, r, fail);
}

/* A statement of one row, with the deed. */
static int
change(struct censusstore *store, struct row *row, const struct census_deed *deed,
	struct fail *fail)
{
	int began = census_change_begin(store, fail);
	int r = began < 0 ? row_done(row, began, fail) : row_once(row, fail), changed;

	changed = r < 0 ? 0 : census_changed(store);
	if (r == 0 && changed > 0)
		r = censusstore_add_deed(store, deed, fail);
	r = census_change_end(store, began, r, fail);
	return r < 0 ? r : changed > 0;
}

static int
none_or_wrong(int r)
{
	return r < 0 ? r : 0;
}

int
censusstore_set_state(struct censusstore *store, struct text mailbox,
	enum census_contact_state state, struct wall now, const struct census_deed *deed,
	struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_STATE,
		"INSERT INTO contact (mailbox, state, allowed_by, wants_xarf, changed)"
		" VALUES (?,?,'',0,?) ON CONFLICT (mailbox) DO UPDATE SET"
		" state = excluded.state, changed = excluded.changed");

	row_put_text(&row, mailbox);
	row_put_text(&row, text_of(census_contact_states[state]));
	row_put_wall(&row, now);
	return none_or_wrong(change(store, &row, deed, fail));
}

int
censusstore_set_ok(
	struct censusstore *store, struct text mailbox, struct wall now, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_OK,
		"INSERT INTO contact (mailbox, state, allowed_by, wants_xarf, changed)"
		" VALUES (?,'ok','',0,?) ON CONFLICT (mailbox) DO UPDATE SET"
		" state = 'ok', changed = excluded.changed WHERE state IN ('unknown', 'suspect')");

	row_put_text(&row, mailbox);
	row_put_wall(&row, now);
	return none_or_wrong(change(store, &row, NULL, fail));
}

int
censusstore_set_xarf(struct censusstore *store, struct text mailbox, bool wants, struct wall now,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_XARF,
		"INSERT INTO contact (mailbox, state, allowed_by, wants_xarf, changed)"
		" VALUES (?,'unknown','',?,?) ON CONFLICT (mailbox) DO UPDATE SET"
		" wants_xarf = excluded.wants_xarf, changed = excluded.changed");

	row_put_text(&row, mailbox);
	row_put_u64(&row, wants);
	row_put_wall(&row, now);
	return none_or_wrong(change(store, &row, deed, fail));
}

int
censusstore_set_allowed(struct censusstore *store, struct text mailbox, struct text by,
	struct wall now, const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALLOWED,
		"INSERT INTO contact (mailbox, state, allowed_by, wants_xarf, changed)"
		" VALUES (?,'unknown',?,0,?) ON CONFLICT (mailbox) DO UPDATE SET"
		" allowed_by = excluded.allowed_by, changed = excluded.changed");

	row_put_text(&row, mailbox);
	row_put_text(&row, by);
	row_put_wall(&row, now);
	return none_or_wrong(change(store, &row, deed, fail));
}

int
censusstore_put_override(struct censusstore *store, const struct census_override *it,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_PUT_OVERRIDE,
		"INSERT OR REPLACE INTO override"
		" (system, address, length, mailbox, reason, by, until) VALUES (?,?,?,?,?,?,?)");

	row_put_u64(&row, it->system);
	row_put_blob(&row, it->prefix.address.byte, sizeof(it->prefix.address.byte));
	row_put_u64(&row, it->prefix.length);
	row_put_text(&row, it->mailbox);
	row_put_text(&row, it->reason);
	row_put_text(&row, it->by);
	row_put_u64(&row, it->until);
	return none_or_wrong(change(store, &row, deed, fail));
}

int
censusstore_undo_override(struct censusstore *store, const struct census_override *it,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_UNDO_OVERRIDE,
		"DELETE FROM override WHERE system = ? AND address = ? AND length = ?");

	row_put_u64(&row, it->system);
	row_put_blob(&row, it->prefix.address.byte, sizeof(it->prefix.address.byte));
	row_put_u64(&row, it->prefix.length);
	return change(store, &row, deed, fail);
}

int
censusstore_put_never(struct censusstore *store, const struct census_never *it,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_PUT_NEVER,
		"INSERT OR REPLACE INTO never (kind, name, address, length, reason, by)"
		" VALUES (?,?,?,?,?,?)");

	row_put_text(&row, text_of(census_never_kinds[it->kind]));
	row_put_text(&row, it->name);
	row_put_blob(&row, it->prefix.address.byte, sizeof(it->prefix.address.byte));
	row_put_u64(&row, it->prefix.length);
	row_put_text(&row, it->reason);
	row_put_text(&row, it->by);
	return none_or_wrong(change(store, &row, deed, fail));
}

int
censusstore_undo_never(struct censusstore *store, const struct census_never *it,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_UNDO_NEVER,
		"DELETE FROM never WHERE kind = ? AND name = ? AND address = ? AND length = ?");

	row_put_text(&row, text_of(census_never_kinds[it->kind]));
	row_put_text(&row, it->name);
	row_put_blob(&row, it->prefix.address.byte, sizeof(it->prefix.address.byte));
	row_put_u64(&row, it->prefix.length);
	return change(store, &row, deed, fail);
}

int
censusstore_approve(struct censusstore *store, const struct census_approval *it,
	const struct census_deed *deed, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_APPROVE,
		"INSERT INTO approval (sum, run, by, at) VALUES (?,?,?,?)"
		" ON CONFLICT (sum) DO NOTHING");
	int r;

	row_put_text(&row, text_of(it->sum));
	row_put_u64(&row, it->run);
	row_put_text(&row, it->by);
	row_put_wall(&row, it->at);
	r = change(store, &row, deed, fail);
	if (r != 0)
		return r < 0 ? r : 0;
	fail_what(fail, "these letters are approved already");
	fail_hint(fail, "lazaret census send sends them");
	return -EEXIST;
}
