/* SPDX-License-Identifier: BSD-2-Clause */
#include "census/outbox/censusinside.h"

const char *const census_contact_states[CONTACT_STATE_COUNT] = {
	"unknown", "ok", "suspect", "bounced", "refused", "optout"};
const char *const census_arms[ARM_COUNT] = {"letter", "hold-out"};
const char *const census_never_kinds[NEVER_KIND_COUNT] = {"mailbox", "domain", "prefix"};
const char *const census_outcomes[OUTCOME_COUNT] = {"open", "sent", "later", "refused"};
const char *const census_answer_kinds[ANSWER_COUNT] = {
	"bounce", "delay", "auto", "done", "working", "wrong", "contact", "xarf", "stop", "human"};

const char *const census_words[WORD_COUNT] = {"may be written to", "is never written to",
	"wants no letters", "does not get mail: it came back", "does not get mail: it was refused"};

/* Times are microseconds since 1970 in UTC, days count from 2000-01-01. Names are checked when they are read. A step
 * that was released is never changed again. */
static const char *const steps[CENSUS_VERSION] = {
	"CREATE TABLE secret ("
	" number INTEGER PRIMARY KEY CHECK (number = 1),"
	" bytes BLOB NOT NULL CHECK (length(bytes) = 32)"
	") STRICT;"

	"CREATE TABLE contact ("
	" mailbox TEXT PRIMARY KEY COLLATE NOCASE CHECK (length(mailbox) <= 254),"
	" state TEXT NOT NULL CHECK (length(state) <= 16),"
	" allowed_by TEXT NOT NULL CHECK (length(allowed_by) <= 200),"
	" wants_xarf INTEGER NOT NULL CHECK (wants_xarf IN (0, 1)),"
	" changed INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE override ("
	" system INTEGER NOT NULL CHECK (system BETWEEN 0 AND 4294967295),"
	" address BLOB NOT NULL CHECK (length(address) = 16),"
	" length INTEGER NOT NULL CHECK (length BETWEEN 0 AND 128),"
	" mailbox TEXT NOT NULL CHECK (length(mailbox) <= 254),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" by TEXT NOT NULL CHECK (length(by) <= 200),"
	" until INTEGER NOT NULL CHECK (until BETWEEN 0 AND 65535),"
	" PRIMARY KEY (system, address, length)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE never ("
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" name TEXT NOT NULL CHECK (length(name) <= 254),"
	" address BLOB NOT NULL CHECK (length(address) = 16),"
	" length INTEGER NOT NULL CHECK (length BETWEEN 0 AND 128),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" by TEXT NOT NULL CHECK (length(by) <= 200),"
	" PRIMARY KEY (kind, name, address, length)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE census_case ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT CHECK (number BETWEEN 1 AND 4294967295),"
	" mailbox TEXT NOT NULL CHECK (length(mailbox) <= 254),"
	" opened INTEGER NOT NULL CHECK (opened BETWEEN 0 AND 65535),"
	" closed INTEGER NOT NULL CHECK (closed = 0 OR closed BETWEEN opened AND 65535),"
	" arm TEXT NOT NULL CHECK (length(arm) <= 16),"
	" stratum INTEGER NOT NULL CHECK (stratum BETWEEN 0 AND 4294967295),"
	" letters INTEGER NOT NULL DEFAULT 0 CHECK (letters BETWEEN 0 AND 65535),"
	" last_letter INTEGER NOT NULL DEFAULT 0 CHECK (last_letter BETWEEN 0 AND 65535)"
	") STRICT;"
	"CREATE UNIQUE INDEX census_case_open ON census_case (mailbox) WHERE closed = 0;"

	"CREATE TABLE approval ("
	" sum TEXT PRIMARY KEY CHECK (length(sum) = 64),"
	" run INTEGER NOT NULL CHECK (run BETWEEN 0 AND 65535),"
	" by TEXT NOT NULL CHECK (length(by) <= 200),"
	" at INTEGER NOT NULL"
	") STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER approval_stays BEFORE UPDATE ON approval BEGIN"
	" SELECT RAISE(ABORT, 'an approval is never changed');"
	"END;"

	"CREATE TABLE letter ("
	" name TEXT PRIMARY KEY CHECK (length(name) <= 47),"
	" of_case INTEGER NOT NULL REFERENCES census_case (number),"
	" number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 65535),"
	" sum BLOB NOT NULL CHECK (length(sum) = 32),"
	" mailbox TEXT NOT NULL CHECK (length(mailbox) <= 254),"
	" run INTEGER NOT NULL CHECK (run BETWEEN 0 AND 65535),"
	" handed INTEGER NOT NULL,"
	" settled INTEGER,"
	" outcome TEXT NOT NULL CHECK (length(outcome) <= 16),"
	" reply INTEGER NOT NULL CHECK (reply BETWEEN 0 AND 65535),"
	" UNIQUE (of_case, number),"
	" CHECK ((outcome = 'open') = (settled IS NULL))"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE answer ("
	" number INTEGER PRIMARY KEY,"
	" sum BLOB NOT NULL UNIQUE CHECK (length(sum) = 32),"
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" letter TEXT REFERENCES letter (name),"
	" mailbox TEXT NOT NULL CHECK (length(mailbox) <= 254),"
	" detail TEXT NOT NULL CHECK (length(detail) <= 254),"
	" at INTEGER NOT NULL"
	") STRICT;"

	"CREATE INDEX letter_run ON letter (run, outcome);"
	"CREATE INDEX answer_letter ON answer (letter) WHERE letter IS NOT NULL;"

	"CREATE TABLE deed ("
	" number INTEGER PRIMARY KEY,"
	" at INTEGER NOT NULL,"
	" by TEXT NOT NULL CHECK (length(by) <= 200),"
	" what TEXT NOT NULL CHECK (length(what) <= 64),"
	" subject TEXT NOT NULL CHECK (length(subject) <= 300),"
	" why TEXT NOT NULL CHECK (length(why) <= 200)"
	") STRICT;"
	"CREATE TRIGGER deed_stays BEFORE UPDATE ON deed BEGIN"
	" SELECT RAISE(ABORT, 'what a person did is never changed');"
	"END;"
	"CREATE TRIGGER deed_remains BEFORE DELETE ON deed BEGIN"
	" SELECT RAISE(ABORT, 'what a person did is never removed');"
	"END;",
};

const struct sqlite_kind census_kind = {
	.name = "store of the census",
	.application = CENSUS_APPLICATION,
	.version = CENSUS_VERSION,
	.steps = steps,
	.if_none = "lazaret census run makes it; name the folder of the census with --out DIR",
	.if_no_folder = "name the folder of the census with --out DIR",
	.if_other = "it is census.sqlite in the folder of a census, as lazaret census made it",
	.if_full = "make room on the disk; nothing that was acknowledged is lost",
	.if_damaged =
		"put it aside with its -wal and -shm, and put the last good copy in its place; "
		"without one nobody knows which letters were sent",
};
