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
	CENSUS_LAST_CASE,
	CENSUS_PUT_CASE,
	CENSUS_STATE,
	CENSUS_XARF,
	CENSUS_ALLOWED,
	CENSUS_PUT_OVERRIDE,
	CENSUS_UNDO_OVERRIDE,
	CENSUS_PUT_NEVER,
	CENSUS_UNDO_NEVER,
	CENSUS_APPROVE,
	CENSUS_HAND,
	CENSUS_SETTLE,
	CENSUS_COUNT_LETTER,
	CENSUS_LETTER_ONE,
	CENSUS_ADD_ANSWER,
	CENSUS_ADD_DEED,
	CENSUS_ALL_CONTACTS,
	CENSUS_ALL_OVERRIDES,
	CENSUS_ALL_NEVERS,
	CENSUS_ALL_CASES,
	CENSUS_ALL_LETTERS,
	CENSUS_ALL_ANSWERS,
	CENSUS_ALL_APPROVALS,
	CENSUS_ALL_DEEDS,
	CENSUS_STATEMENTS
};

_Static_assert((int)CENSUS_STATEMENTS <= SQLITE_STATEMENTS, "all statements have a place");

struct censusstore {
	struct sqlite sqlite;
};

/* 1: a transaction began; 0: one was open. */
int census_change_begin(struct censusstore *store, struct fail *fail) MUST_USE;
/* began: what census_change_begin gave; r < 0: it is undone. Returns r, or what went wrong at its end. */
int census_change_end(struct censusstore *store, int began, int r, struct fail *fail) MUST_USE;

/* Runs a statement that returns a row where it wrote one: 1, or 0. */
int census_returned(struct row *row, struct fail *fail) MUST_USE;

/* deed may be NULL. */
int census_add_deed(
	struct censusstore *store, const struct census_deed *deed, struct fail *fail) MUST_USE;

/* How many rows the last statement changed. */
int census_changed(struct censusstore *store);

#endif
