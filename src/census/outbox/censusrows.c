/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/censusinside.h"

#include <errno.h>
#include <stdlib.h>

/* Texts of rows lie one behind the other in pieces of memory that stay where they are. */
#define PIECE 65536

struct piece {
	struct piece *before;
	size_t used;
	char bytes[PIECE];
};

/* Reads the columns of a row into what a function of the same name fills. */
typedef void (*read_row)(struct row *row, struct censusrows *rows, void *into);

static struct text
keep(struct censusrows *rows, struct text text)
{
	struct piece *piece = rows->texts;
	struct text kept = {.at = "", .length = text.length};

	must(text.length <= PIECE);
	if (text.length == 0)
		return kept;
	if (piece == NULL || PIECE - piece->used < text.length) {
		piece = xcalloc(1, sizeof(*piece));
		piece->before = rows->texts;
		rows->texts = piece;
	}
	kept.at = memcpy(piece->bytes + piece->used, text.at, text.length);
	piece->used += text.length;
	return kept;
}

static struct text
next_text(struct row *row, struct censusrows *rows)
{
	return keep(rows, row_text(row, PIECE));
}

static uint16_t
next_u16(struct row *row)
{
	uint32_t value = row_u32(row);

	if (value > UINT16_MAX)
		row->damaged = true;
	return (uint16_t)value;
}

static struct prefix
next_prefix(struct row *row)
{
	struct prefix prefix = {.length = 0};
	uint32_t length;

	if (!row_blob(row, prefix.address.byte, sizeof(prefix.address.byte)))
		row->damaged = true;
	length = row_u32(row);
	if (length > 128)
		row->damaged = true;
	prefix.length = (uint8_t)length;
	return prefix;
}

void
censusrows_done(struct censusrows *rows)
{
	struct piece *piece = rows->texts, *before;

	for (; piece != NULL; piece = before) {
		before = piece->before;
		free(piece);
	}
	free(rows->rows);
	*rows = (struct censusrows){0};
}

/* All rows of a statement whose parameters are bound. */
static int
read_rows(struct row *row, size_t size, read_row read, struct censusrows *ret, struct fail *fail)
{
	struct censusrows rows = {0};
	size_t room = 0;
	int r;

	while ((r = row_step(row, fail)) == 1 && !row->damaged) {
		if (rows.count == room) {
			room = room == 0 ? 64 : 2 * room;
			rows.rows = xrealloc(rows.rows, room * size);
		}
		read(row, &rows, (char *)rows.rows + rows.count++ * size);
	}
	r = row_done(row, r < 0 ? r : 0, fail);
	if (r < 0)
		censusrows_done(&rows);
	else
		*ret = rows;
	return r;
}

static void
read_contact(struct row *row, struct censusrows *rows, void *into)
{
	struct census_contact *it = into;

	it->mailbox = next_text(row, rows);
	it->state = row_name(row, census_contact_states, CONTACT_STATE_COUNT);
	it->allowed_by = next_text(row, rows);
	it->wants_xarf = row_u64(row) != 0;
	it->changed = row_wall(row);
}

int
censusstore_contacts(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_CONTACTS,
		"SELECT mailbox, state, allowed_by, wants_xarf, changed FROM contact"
		" ORDER BY mailbox");

	return read_rows(&row, sizeof(struct census_contact), read_contact, ret, fail);
}

static void
read_override(struct row *row, struct censusrows *rows, void *into)
{
	struct census_override *it = into;

	it->system = row_u32(row);
	it->prefix = next_prefix(row);
	it->mailbox = next_text(row, rows);
	it->reason = next_text(row, rows);
	it->by = next_text(row, rows);
	it->until = next_u16(row);
}

int
censusstore_overrides(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_OVERRIDES,
		"SELECT system, address, length, mailbox, reason, by, until FROM override"
		" ORDER BY system = 0, system, address, length");

	return read_rows(&row, sizeof(struct census_override), read_override, ret, fail);
}

static void
read_never(struct row *row, struct censusrows *rows, void *into)
{
	struct census_never *it = into;

	it->kind = row_name(row, census_never_kinds, NEVER_KIND_COUNT);
	it->name = next_text(row, rows);
	it->prefix = next_prefix(row);
	it->reason = next_text(row, rows);
	it->by = next_text(row, rows);
}

int
censusstore_nevers(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_NEVERS,
		"SELECT kind, name, address, length, reason, by FROM never"
		" ORDER BY CASE kind WHEN 'mailbox' THEN 0 WHEN 'domain' THEN 1 ELSE 2 END,"
		" name, address, length");

	return read_rows(&row, sizeof(struct census_never), read_never, ret, fail);
}

static void
read_case(struct row *row, struct censusrows *rows, void *into)
{
	struct census_case *it = into;

	it->number = row_u32(row);
	it->mailbox = next_text(row, rows);
	it->opened = next_u16(row);
	it->closed = next_u16(row);
	it->arm = row_name(row, census_arms, ARM_COUNT);
	it->stratum = row_u32(row);
	it->letters = next_u16(row);
	it->last_letter = next_u16(row);
}

int
censusstore_cases(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_CASES,
		"SELECT number, mailbox, opened, closed, arm, stratum, letters, last_letter"
		" FROM census_case ORDER BY mailbox, number");

	return read_rows(&row, sizeof(struct census_case), read_case, ret, fail);
}

#define LETTERS                                                                                    \
	"SELECT name, sum, of_case, run, outcome, reply, mailbox, handed, settled FROM letter "

static void
read_letter(struct row *row, struct censusrows *rows, void *into)
{
	struct census_letter *it = into;
	uint32_t of_case;
	uint16_t number;

	row_copy(row, it->name, sizeof(it->name));
	if (census_letter_parse(text_of(it->name), NULL, &of_case, &number) < 0)
		row->damaged = true;
	if (!row_blob(row, it->sum, sizeof(it->sum)))
		row->damaged = true;
	it->of_case = row_u32(row);
	it->run = next_u16(row);
	it->outcome = row_name(row, census_outcomes, OUTCOME_COUNT);
	it->reply = next_u16(row);
	it->mailbox = next_text(row, rows);
	it->handed = row_wall(row);
	it->settled = row_wall(row);
}

int
censusstore_letters(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(
		&store->sqlite, STATEMENT_ALL_LETTERS, LETTERS "ORDER BY of_case, number");

	return read_rows(&row, sizeof(struct census_letter), read_letter, ret, fail);
}

/* The first whose case is above, or of the same case whose number is. */
static size_t
find_above(const struct censusrows *letters, uint32_t of_case, uint16_t number)
{
	size_t low = 0, high = letters->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct census_letter *it = census_letter_at(letters, middle);
		uint32_t its_case;
		uint16_t its_number;

		must(census_letter_parse(text_of(it->name), NULL, &its_case, &its_number) == 0);
		if (its_case > of_case || (its_case == of_case && its_number > number))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

const struct census_letter *
census_letter_find(const struct censusrows *letters, const char *name)
{
	const struct census_letter *it;
	uint32_t of_case;
	uint16_t number;
	size_t at;

	if (census_letter_parse(text_of(name), NULL, &of_case, &number) < 0)
		return NULL;
	at = find_above(letters, of_case, number);
	if (at == 0)
		return NULL;
	it = census_letter_at(letters, at - 1);
	return strcmp(it->name, name) == 0 ? it : NULL;
}

const struct census_letter *
census_letter_last(const struct censusrows *letters, uint32_t of_case)
{
	size_t at = find_above(letters, of_case, UINT16_MAX);

	return at > 0 && census_letter_at(letters, at - 1)->of_case == of_case
		? census_letter_at(letters, at - 1)
		: NULL;
}

int
censusstore_letter(
	struct censusstore *store, const char *name, struct censusrows *ret, struct fail *fail)
{
	struct row row =
		row_prepare(&store->sqlite, STATEMENT_LETTER_ONE, LETTERS "WHERE name = ?");
	int r;

	row_put_text(&row, text_of(name));
	r = read_rows(&row, sizeof(struct census_letter), read_letter, ret, fail);
	return r < 0 ? r : ret->count > 0;
}

static void
read_answer(struct row *row, struct censusrows *rows, void *into)
{
	struct census_answer *it = into;

	if (!row_blob(row, it->sum, sizeof(it->sum)))
		row->damaged = true;
	it->kind = row_name(row, census_answer_kinds, ANSWER_COUNT);
	it->letter = next_text(row, rows);
	it->mailbox = next_text(row, rows);
	it->detail = next_text(row, rows);
	it->at = row_wall(row);
}

int
censusstore_answers(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_ANSWERS,
		"SELECT sum, kind, coalesce(letter, ''), mailbox, detail, at FROM answer"
		" ORDER BY number");

	return read_rows(&row, sizeof(struct census_answer), read_answer, ret, fail);
}

static void
read_approval(struct row *row, struct censusrows *rows, void *into)
{
	struct census_approval *it = into;

	row_copy(row, it->sum, sizeof(it->sum));
	it->run = next_u16(row);
	it->by = next_text(row, rows);
	it->at = row_wall(row);
}

int
censusstore_approvals(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_APPROVALS,
		"SELECT sum, run, by, at FROM approval ORDER BY at, sum");

	return read_rows(&row, sizeof(struct census_approval), read_approval, ret, fail);
}

static void
read_deed(struct row *row, struct censusrows *rows, void *into)
{
	struct census_deed *it = into;

	it->at = row_wall(row);
	it->by = next_text(row, rows);
	it->what = next_text(row, rows);
	it->subject = next_text(row, rows);
	it->why = next_text(row, rows);
}

int
censusstore_deeds(struct censusstore *store, struct censusrows *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ALL_DEEDS,
		"SELECT at, by, what, subject, why FROM deed ORDER BY number");

	return read_rows(&row, sizeof(struct census_deed), read_deed, ret, fail);
}
