/* censusinside - what the files of the store of a census share, and nobody else includes
 *
 * What:    the store itself, places of its prepared statements, changes that are a transaction of their own unless
 *          one is open.
 * Owns:    see censusstore.h.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_OUTBOX_CENSUSINSIDE_H
#define LAZARET_CENSUS_OUTBOX_CENSUSINSIDE_H

#include "census/outbox/censusstore.h"

#define CENSUS_VERSION 1

/* "LZCS" */
#define CENSUS_APPLICATION 0x4c5a4353

extern const struct sqlite_kind census_kind;

enum census_statement {
	STATEMENT_LAST_CASE,
	STATEMENT_PUT_CASE,
	STATEMENT_STATE,
	STATEMENT_OK,
	STATEMENT_XARF,
	STATEMENT_ALLOWED,
	STATEMENT_PUT_OVERRIDE,
	STATEMENT_UNDO_OVERRIDE,
	STATEMENT_PUT_NEVER,
	STATEMENT_UNDO_NEVER,
	STATEMENT_APPROVE,
	STATEMENT_HAND,
	STATEMENT_SETTLE,
	STATEMENT_COUNT_LETTER,
	STATEMENT_LETTER_ONE,
	STATEMENT_ADD_ANSWER,
	STATEMENT_IS_NEVER,
	STATEMENT_CONTACT_STATE,
	STATEMENT_TALLY,
	STATEMENT_KEY_MAKE,
	STATEMENT_KEY,
	STATEMENT_ADD_DEED,
	STATEMENT_ALL_CONTACTS,
	STATEMENT_ALL_OVERRIDES,
	STATEMENT_ALL_NEVERS,
	STATEMENT_ALL_CASES,
	STATEMENT_ALL_LETTERS,
	STATEMENT_ALL_ANSWERS,
	STATEMENT_ALL_APPROVALS,
	STATEMENT_ALL_DEEDS,
	STATEMENT_COUNT
};

_Static_assert((int)STATEMENT_COUNT <= SQLITE_STATEMENTS, "all statements have a place");

struct censusstore {
	struct sqlite sqlite;
};

/* 1: a transaction began; 0: one was open. */
int census_change_begin(struct censusstore *store, struct fail *fail) MUST_USE;
/* began: what census_change_begin gave; r < 0: it is undone. Returns r, or what went wrong at its end. */
int census_change_end(struct censusstore *store, int began, int r, struct fail *fail) MUST_USE;

/* Runs a statement that returns a row where it wrote one: 1, or 0. */
int census_returned(struct row *row, struct fail *fail) MUST_USE;

/* How many rows the last statement changed. */
int census_changed(struct censusstore *store);

#endif
