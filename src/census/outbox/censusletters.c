/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mime.h"
#include "census/letter/lettercase.h"
#include "census/outbox/censusinside.h"

#include <errno.h>
#include <sodium.h>

int
census_letter_parse(struct text name, struct text *code, uint32_t *of_case, uint16_t *number)
{
	const char *dot = name.length > 0 && name.length < CENSUS_LETTER
		? memrchr(name.at, '.', name.length)
		: NULL;
	struct text before = name, behind, digits;
	uint64_t value[2];

	if (dot == NULL)
		return -EINVAL;
	before.length = (size_t)(dot - name.at);
	behind = (struct text){dot + 1, name.length - before.length - 1};
	if (lettercase_check_code(before) < 0 || behind.length == 0 || *behind.at == '0' ||
		text_parse_u64(behind, LETTER_NUMBERS, &value[1]) < 0)
		return -EINVAL;
	digits = before;
	(void)text_cut(&digits, '-');
	(void)text_cut(&digits, '-');
	if (text_parse_u64(digits, UINT32_MAX, &value[0]) < 0 || value[0] == 0)
		return -EINVAL;
	if (code != NULL)
		*code = before;
	*of_case = (uint32_t)value[0];
	*number = (uint16_t)value[1];
	return 0;
}

static int
refuse_hand(struct censusstore *store, const struct census_letter *it, struct fail *fail)
{
	struct censusrows rows = {0};
	int r = censusstore_letter(store, it->name, &rows, fail);

	if (r == 1) {
		enum census_outcome outcome = census_letter_at(&rows, 0)->outcome;

		fail_what(fail, "letter %s was handed over before: %s", it->name,
			outcome == OUTCOME_OPEN ? "nobody knows whether it was sent"
						: census_outcomes[outcome]);
		fail_hint(fail,
			outcome == OUTCOME_OPEN
				? "look into the mail server's log, and say it: lazaret census "
				  "send --resolve"
				: "a letter is sent once");
	}
	censusrows_done(&rows);
	return r < 0 ? r : -EEXIST;
}

int
censusstore_hand(struct censusstore *store, const struct census_letter *it, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_HAND,
		"INSERT INTO letter (name, of_case, number, sum, mailbox, run, handed, settled,"
		" outcome, reply) VALUES (?,?,?,?,?,?,?,NULL,'open',0)"
		" ON CONFLICT (name) DO UPDATE SET sum = excluded.sum, mailbox = excluded.mailbox,"
		" run = excluded.run, handed = excluded.handed, settled = NULL, outcome = 'open',"
		" reply = 0 WHERE outcome = 'later' RETURNING 1");
	uint32_t of_case;
	uint16_t number;
	int r = census_letter_parse(text_of(it->name), NULL, &of_case, &number);

	if (r < 0) {
		fail_what(fail, "\"%s\" is not the name of a letter", it->name);
		fail_hint(fail, "as LZ-2026-004711.1");
		return row_done(&row, r, fail);
	}
	row_put_text(&row, text_of(it->name));
	row_put_u64(&row, of_case);
	row_put_u64(&row, number);
	row_put_blob(&row, it->sum, sizeof(it->sum));
	row_put_text(&row, it->mailbox);
	row_put_u64(&row, it->run);
	row_put_wall(&row, it->handed);
	r = census_returned(&row, fail);
	return r == 0 ? refuse_hand(store, it, fail) : r < 0 ? r : 0;
}

static int
settle(struct censusstore *store, const char *name, enum census_outcome outcome, uint16_t reply,
	struct wall now, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_SETTLE,
		"UPDATE letter SET settled = ?, outcome = ?, reply = ?"
		" WHERE name = ? AND outcome = 'open'");
	int r;

	row_put_wall(&row, now);
	row_put_text(&row, text_of(census_outcomes[outcome]));
	row_put_u64(&row, reply);
	row_put_text(&row, text_of(name));
	r = row_once(&row, fail);
	if (r < 0 || census_changed(store) > 0)
		return r;
	fail_what(fail, "no letter %s waits for that", name);
	fail_hint(fail, "lazaret census send shows which do");
	return -ENOENT;
}

/* In its case: a refused one has its number, too. */
static int
count_letter(struct censusstore *store, const char *name, bool was_sent, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_COUNT_LETTER,
		"UPDATE census_case SET letters = max(letters, l.number),"
		" last_letter = CASE WHEN ?1 THEN max(last_letter, l.run) ELSE last_letter END"
		" FROM letter AS l WHERE l.name = ?2 AND census_case.number = l.of_case");

	row_put_u64(&row, was_sent);
	row_put_text(&row, text_of(name));
	return row_once(&row, fail);
}

int
censusstore_settle(struct censusstore *store, const char *name, enum census_outcome outcome,
	uint16_t reply, struct wall now, const struct census_deed *deed, struct fail *fail)
{
	int began = census_change_begin(store, fail), r = began < 0 ? began : 0;

	must(outcome != OUTCOME_OPEN);
	if (r == 0)
		r = settle(store, name, outcome, reply, now, fail);
	if (r == 0 && outcome != OUTCOME_LATER)
		r = count_letter(store, name, outcome == OUTCOME_SENT, fail);
	if (r == 0)
		r = censusstore_add_deed(store, deed, fail);
	return census_change_end(store, began, r, fail);
}

/* 1: a row of never has that name. */
static int
is_never(
	struct censusstore *store, enum census_never_kind kind, struct text name, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_IS_NEVER,
		"SELECT 1 FROM never WHERE kind = ? AND name = ?");
	int r;

	row_put_text(&row, text_of(census_never_kinds[kind]));
	row_put_text(&row, name);
	r = row_step(&row, fail);
	return row_done(&row, r, fail);
}

static int
state_of(struct censusstore *store, struct text mailbox, enum census_contact_state *ret,
	struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_CONTACT_STATE,
		"SELECT state FROM contact WHERE mailbox = ?");
	int r;

	row_put_text(&row, mailbox);
	r = row_step(&row, fail);
	*ret = r == 1 ? row_name(&row, census_contact_states, CONTACT_STATE_COUNT)
		      : CONTACT_UNKNOWN;
	return row_done(&row, r < 0 ? r : 0, fail);
}

int
censusstore_may_write(
	struct censusstore *store, struct text mailbox, enum census_word *ret, struct fail *fail)
{
	static const enum census_word words[CONTACT_STATE_COUNT] = {
		[CONTACT_BOUNCED] = WORD_BOUNCED,
		[CONTACT_REFUSED] = WORD_REFUSED,
		[CONTACT_OPTOUT] = WORD_OPTOUT};
	char small[CENSUS_MAILBOX];
	struct text name = {small, mailbox.length}, rest;
	enum census_contact_state state;
	int r;

	if (mime_check_address(mailbox) < 0 || mailbox.length > sizeof(small)) {
		fail_what(fail, "\"%.*s\" is no mailbox",
			(int)(mailbox.length < 200 ? mailbox.length : 200), mailbox.at);
		return -EINVAL;
	}
	for (size_t i = 0; i < mailbox.length; i++)
		small[i] = text_small(mailbox.at[i]);
	r = is_never(store, NEVER_MAILBOX, name, fail);
	for (rest = mime_domain(name); r == 0 && rest.length > 0; (void)text_cut(&rest, '.'))
		r = is_never(store, NEVER_DOMAIN, rest, fail);
	if (r == 1)
		*ret = WORD_NEVER;
	if (r != 0)
		return r < 0 ? r : 0;
	r = state_of(store, mailbox, &state, fail);
	if (r == 0)
		*ret = words[state];
	return r;
}

int
censusstore_tally(
	struct censusstore *store, uint16_t run, struct census_tally *ret, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_TALLY,
		"SELECT count(*) FILTER (WHERE outcome = 'open'),"
		" count(*) FILTER (WHERE outcome = 'sent'),"
		" count(*) FILTER (WHERE outcome = 'later'),"
		" count(*) FILTER (WHERE outcome = 'refused'),"
		" count(*) FILTER (WHERE outcome = 'sent' AND EXISTS"
		" (SELECT 1 FROM answer WHERE letter = name AND kind = 'bounce'))"
		" FROM letter WHERE run = ?");
	struct census_tally tally = {0};
	int r;

	row_put_u64(&row, run);
	r = row_step(&row, fail);
	if (r == 1) {
		tally.open = row_u64(&row);
		tally.sent = row_u64(&row);
		tally.later = row_u64(&row);
		tally.refused = row_u64(&row);
		tally.bounced = row_u64(&row);
	}
	r = row_done(&row, r < 0 ? r : 0, fail);
	if (r == 0)
		*ret = tally;
	return r;
}

static int
make_key(struct censusstore *store, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_KEY_MAKE,
		"INSERT INTO secret (number, bytes) VALUES (1, ?) ON CONFLICT DO NOTHING");
	uint8_t key[CENSUS_KEY];
	int r;

	randombytes_buf(key, sizeof(key));
	row_put_blob(&row, key, sizeof(key));
	r = row_once(&row, fail);
	sodium_memzero(key, sizeof(key));
	return r;
}

/* 1: there is one. */
static int
read_key(struct censusstore *store, uint8_t into[CENSUS_KEY], struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_KEY, "SELECT bytes FROM secret");
	int r = row_step(&row, fail);

	if (r == 1 && !row_blob(&row, into, CENSUS_KEY))
		row.damaged = true;
	return row_done(&row, r, fail);
}

int
censusstore_key(struct censusstore *store, uint8_t into[CENSUS_KEY], struct fail *fail)
{
	int r = read_key(store, into, fail);

	if (r == 0)
		r = make_key(store, fail);
	else
		return r < 0 ? r : 0;
	return r < 0 ? r : read_key(store, into, fail) == 1 ? 0 : -EUCLEAN;
}

int
censusstore_add_answer(struct censusstore *store, const struct census_answer *it, struct fail *fail)
{
	struct row row = row_prepare(&store->sqlite, STATEMENT_ADD_ANSWER,
		"INSERT INTO answer (sum, kind, letter, mailbox, detail, at)"
		" VALUES (?1,?2,nullif(?3,''),?4,?5,?6) ON CONFLICT (sum) DO NOTHING RETURNING 1");

	row_put_blob(&row, it->sum, sizeof(it->sum));
	row_put_text(&row, text_of(census_answer_kinds[it->kind]));
	row_put_text(&row, it->letter);
	row_put_text(&row, it->mailbox);
	row_put_text(&row, it->detail);
	row_put_wall(&row, it->at);
	return census_returned(&row, fail);
}
