/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/sqlite_care.h"

#include "ledger/sqlite_statements.h"

static void
put_key(struct row *row, const struct care *it)
{
	row_put_u64(row, it->of_case);
	row_put_text(row, text_of(care_names[it->what]));
	row_put_text(row, text_of(it->subject));
	row_put_u64(row, (uint64_t)(it->time.us / WALL_DAY));
}

int
sqlite_care_has(struct store *store, const struct care *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_CARE_HAS,
		"SELECT 1 FROM care WHERE of_case = ? AND what = ? AND subject = ? AND day = ?");
	int r;

	put_key(&row, it);
	r = row_step(&row, fail);
	return row_done(&row, r, fail);
}

int
sqlite_care_put(struct store *store, const struct care *it, struct fail *fail)
{
	struct row row = row_prepare(sqlite_of(store), STATEMENT_CARE_PUT,
		"INSERT OR REPLACE INTO care (of_case, what, subject, day, time, channel, text,"
		" language, details) VALUES (?,?,?,?,?,?,?,?,?)");

	put_key(&row, it);
	row_put_wall(&row, it->time);
	row_put_text(&row, text_of(care_channels[it->channel]));
	row_put_u64(&row, it->text);
	row_put_text(&row, text_of(it->language));
	row_put_text(&row, text_of(it->details));
	return row_once(&row, fail);
}

int
sqlite_cares_remove(struct store *store, uint64_t of_case, struct fail *fail)
{
	struct row row = row_prepare(
		sqlite_of(store), STATEMENT_CARES_REMOVE, "DELETE FROM care WHERE of_case = ?");

	row_put_u64(&row, of_case);
	return row_once(&row, fail);
}

static void
read_care(struct row *row, struct care *ret)
{
	*ret = (struct care){.of_case = row_u64(row)};
	ret->what = row_name(row, care_names, CARE_WHATS);
	row_copy(row, ret->subject, sizeof(ret->subject));
	ret->time = row_wall(row);
	ret->channel = row_name(row, care_channels, CARE_CHANNELS);
	ret->text = row_u32(row);
	row_copy(row, ret->language, sizeof(ret->language));
	row_copy(row, ret->details, sizeof(ret->details));
}

#define SELECT_CARES                                                                               \
	"SELECT of_case, what, subject, time, channel, text, language, details FROM care "         \
	"WHERE of_case = ? "

int
sqlite_cares(struct store *store, enum which_cares which, uint64_t of_case, enum care_what what,
	visit_care visit, void *context, struct fail *fail)
{
	static const char *const sql[CARES_WHICH_COUNT] = {
		[CARES_CASE] = SELECT_CARES "ORDER BY time, what, subject",
		[CARES_OF] = SELECT_CARES "AND what = ? ORDER BY subject, day",
	};
	struct row row = row_prepare(sqlite_of(store), STATEMENT_CARES + which, sql[which]);
	struct care it;
	int r;

	row_put_u64(&row, of_case);
	if (which == CARES_OF)
		row_put_text(&row, text_of(care_names[what]));
	while ((r = row_step(&row, fail)) == 1) {
		read_care(&row, &it);
		r = row.damaged ? 0 : visit(context, &it);
		if (row.damaged || r != 0)
			break;
	}
	return row_done(&row, r, fail);
}
