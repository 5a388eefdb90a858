/* SPDX-License-Identifier: BSD-2-Clause */
#include "ledger/schema.h"

/* The two tables that exceptions were in before there was one, with its columns. */
#define NEVER(until)                                                                               \
	"'never' AS kind, number, line, time, " until ", actor, reason, sealed FROM never"
#define EXEMPT "'exempt' AS kind, number, line, time, until, actor, reason, sealed FROM exemptions"

/* How it was told which proposals are the brake's before they had a column for that. */
#define BRAKED                                                                                     \
	"(mode = 'propose' AND reason = 'the brake: so many lines are held, or were within an "    \
	"hour, that a person decides of more')"

/* Times are microseconds since 1970 in UTC. A pseudonym is 64 bits, kept as a signed integer. The checks
 * are a second net: the ledger never hands over what they refuse. Names are checked when they are read, not
 * here: a list in a check costs more than the whole row. */
const char *const schema_steps[SCHEMA_VERSION] = {
	"CREATE TABLE meta ("
	" name TEXT PRIMARY KEY,"
	" value BLOB NOT NULL CHECK (length(value) <= 256)"
	") STRICT, WITHOUT ROWID;"

	"CREATE TABLE parameters ("
	" version INTEGER PRIMARY KEY CHECK (version BETWEEN 0 AND 4294967295),"
	" added INTEGER NOT NULL,"
	" text TEXT NOT NULL CHECK (length(text) <= 1048576)"
	") STRICT;"

	"CREATE TABLE cases ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" line INTEGER NOT NULL,"
	" name_hash INTEGER NOT NULL,"
	" previous INTEGER NOT NULL CHECK (previous >= 0),"
	" opened INTEGER NOT NULL,"
	" last INTEGER NOT NULL,"
	" confirmed INTEGER,"
	" closed INTEGER,"
	" changed INTEGER NOT NULL,"
	" state TEXT NOT NULL CHECK (length(state) <= 16),"
	" highest TEXT NOT NULL CHECK (length(highest) <= 16),"
	" role TEXT NOT NULL CHECK (length(role) <= 32),"
	" score REAL NOT NULL,"
	" sealed BLOB NOT NULL CHECK (length(sealed) <= 256),"
	" CHECK ((state = 'clear') = (closed IS NOT NULL))"
	") STRICT;"
	"CREATE INDEX cases_line ON cases (line, number);"
	"CREATE INDEX cases_name ON cases (name_hash, number);"
	"CREATE INDEX cases_closed ON cases (closed) WHERE closed IS NOT NULL;"

	"CREATE TABLE transitions ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" of_case INTEGER NOT NULL REFERENCES cases (number),"
	" line INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" \"from\" TEXT NOT NULL CHECK (length(\"from\") <= 16),"
	" \"to\" TEXT NOT NULL CHECK (length(\"to\") <= 16),"
	" highest TEXT NOT NULL CHECK (length(highest) <= 16),"
	" role TEXT NOT NULL CHECK (length(role) <= 32),"
	" parameters INTEGER NOT NULL REFERENCES parameters (version),"
	" active_lines INTEGER NOT NULL,"
	" score REAL NOT NULL,"
	" threshold REAL NOT NULL,"
	" channels TEXT NOT NULL CHECK (length(channels) <= 2048),"
	" facts TEXT NOT NULL CHECK (length(facts) <= 2048)"
	") STRICT;"
	"CREATE INDEX transitions_case ON transitions (of_case, time);"
	"CREATE TRIGGER transitions_stay BEFORE UPDATE ON transitions BEGIN"
	" SELECT RAISE(ABORT, 'a transition is never changed');"
	"END;"

	"CREATE TABLE audit ("
	" sequence INTEGER PRIMARY KEY,"
	" time INTEGER NOT NULL,"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" action TEXT NOT NULL CHECK (length(action) <= 32),"
	" subject INTEGER NOT NULL,"
	" object INTEGER NOT NULL,"
	" details TEXT NOT NULL CHECK (length(details) <= 512),"
	" digest BLOB CHECK (length(digest) = 32),"
	" previous BLOB NOT NULL CHECK (length(previous) = 32),"
	" hash BLOB NOT NULL CHECK (length(hash) = 32)"
	") STRICT;"
	"CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN"
	" SELECT RAISE(ABORT, 'a row of the audit trail is never changed');"
	"END;"
	"CREATE TRIGGER audit_remains BEFORE DELETE ON audit BEGIN"
	" SELECT RAISE(ABORT, 'a row of the audit trail is never removed');"
	"END;"

	"CREATE TABLE totals ("
	" month TEXT NOT NULL CHECK (length(month) = 7),"
	" highest TEXT NOT NULL CHECK (length(highest) <= 16),"
	" cases INTEGER NOT NULL,"
	" PRIMARY KEY (month, highest)"
	") STRICT, WITHOUT ROWID;",

	"CREATE TABLE never ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" line INTEGER NOT NULL UNIQUE,"
	" time INTEGER NOT NULL,"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" sealed BLOB NOT NULL CHECK (length(sealed) <= 256)"
	") STRICT;"
	"CREATE TRIGGER never_stays BEFORE UPDATE ON never BEGIN"
	" SELECT RAISE(ABORT, 'an entry is never changed');"
	"END;",

	"CREATE TABLE account_orders ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" line INTEGER NOT NULL,"
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" time INTEGER NOT NULL,"
	" until INTEGER,"
	" of_case INTEGER NOT NULL CHECK (of_case >= 0),"
	" threshold REAL NOT NULL,"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" rule TEXT NOT NULL CHECK (length(rule) <= 200),"
	" UNIQUE (line, kind)"
	") STRICT;"
	"CREATE TRIGGER account_orders_stay BEFORE UPDATE ON account_orders BEGIN"
	" SELECT RAISE(ABORT, 'an order is never changed');"
	"END;",

	"CREATE TABLE measures ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" of_case INTEGER NOT NULL REFERENCES cases (number),"
	" line INTEGER NOT NULL,"
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" mode TEXT NOT NULL CHECK (length(mode) <= 16),"
	" begun INTEGER NOT NULL,"
	" until INTEGER,"
	" ground TEXT NOT NULL CHECK (length(ground) <= 64),"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" ended INTEGER,"
	" why TEXT CHECK (length(why) <= 16),"
	" ended_by TEXT CHECK (length(ended_by) <= 64),"
	" ended_reason TEXT CHECK (length(ended_reason) <= 200),"
	" step INTEGER,"
	" CHECK ((ended IS NULL) = (why IS NULL) AND (ended IS NULL) = (ended_by IS NULL)"
	"  AND (ended IS NULL) = (ended_reason IS NULL) AND (ended IS NULL) = (step IS NULL))"
	") STRICT;"
	"CREATE UNIQUE INDEX measures_held ON measures (line, kind) WHERE ended IS NULL;"
	"CREATE INDEX measures_line ON measures (line, number);"
	"CREATE INDEX measures_case ON measures (of_case, number);"
	"CREATE INDEX measures_begun ON measures (begun);"
	"CREATE TRIGGER measures_stay BEFORE UPDATE OF"
	" number, of_case, line, kind, mode, begun, until, ground, actor, reason ON measures BEGIN"
	" SELECT RAISE(ABORT, 'a measure is never changed');"
	"END;"
	"CREATE TRIGGER measures_end_once BEFORE UPDATE ON measures WHEN OLD.ended IS NOT NULL "
	"BEGIN"
	" SELECT RAISE(ABORT, 'a measure ends once');"
	"END;"

	"ALTER TABLE never ADD COLUMN until INTEGER;"

	"CREATE TABLE exemptions ("
	" number INTEGER PRIMARY KEY AUTOINCREMENT,"
	" line INTEGER NOT NULL UNIQUE,"
	" time INTEGER NOT NULL,"
	" until INTEGER NOT NULL,"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" sealed BLOB NOT NULL CHECK (length(sealed) <= 256)"
	") STRICT;"
	"CREATE TRIGGER exemptions_stay BEFORE UPDATE ON exemptions BEGIN"
	" SELECT RAISE(ABORT, 'an exemption is never changed');"
	"END;",

	/* Numbers stay: rows of the audit trail speak of them, and their digests cover them. */
	"CREATE TABLE exceptions ("
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" number INTEGER NOT NULL,"
	" line INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" until INTEGER,"
	" actor TEXT NOT NULL CHECK (length(actor) <= 64),"
	" reason TEXT NOT NULL CHECK (length(reason) <= 200),"
	" sealed BLOB NOT NULL CHECK (length(sealed) <= 256),"
	" PRIMARY KEY (kind, number),"
	" UNIQUE (kind, line)"
	") STRICT, WITHOUT ROWID;"
	"INSERT INTO exceptions SELECT " NEVER(
		"until") ";"
			 "INSERT INTO exceptions SELECT " EXEMPT ";"
			 "DROP TABLE never;"
			 "DROP TABLE exemptions;"
			 "CREATE TRIGGER exceptions_stay BEFORE UPDATE ON exceptions BEGIN"
			 " SELECT RAISE(ABORT, 'an exception is never changed');"
			 "END;",

	/* day: since 1970, of the time. */
	"CREATE TABLE care ("
	" of_case INTEGER NOT NULL REFERENCES cases (number),"
	" what TEXT NOT NULL CHECK (length(what) <= 16),"
	" subject TEXT NOT NULL CHECK (length(subject) <= 32),"
	" day INTEGER NOT NULL,"
	" time INTEGER NOT NULL,"
	" channel TEXT NOT NULL CHECK (length(channel) <= 16),"
	" text INTEGER NOT NULL,"
	" language TEXT NOT NULL CHECK (length(language) <= 11),"
	" details TEXT NOT NULL CHECK (length(details) <= 840),"
	" PRIMARY KEY (of_case, what, subject, day)"
	") STRICT, WITHOUT ROWID;",

	/* What holds and is enforced, in short: who does it asks for all of it when he begins, and measures
	 * and cases are ten times as long. place: seal_place, NULL: the line's name is none. The ledger
	 * writes what held before there was this table, as it has the keys (measures.c). */
	"CREATE TABLE enforced ("
	" number INTEGER PRIMARY KEY REFERENCES measures (number) ON DELETE CASCADE,"
	" line INTEGER NOT NULL,"
	" kind TEXT NOT NULL CHECK (length(kind) <= 16),"
	" until INTEGER,"
	" place BLOB CHECK (length(place) <= 32)"
	") STRICT;"
	"CREATE TRIGGER enforced_stays BEFORE UPDATE ON enforced BEGIN"
	" SELECT RAISE(ABORT, 'a measure is never changed');"
	"END;"
	"CREATE TRIGGER enforced_ends AFTER UPDATE OF ended ON measures BEGIN"
	" DELETE FROM enforced WHERE number = NEW.number;"
	"END;",

	"CREATE TABLE activity ("
	" of_case INTEGER PRIMARY KEY REFERENCES cases (number) ON DELETE CASCADE,"
	" last INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL,"
	" networks INTEGER NOT NULL"
	") STRICT;"
	"DROP TRIGGER measures_stay;"
	"DROP TRIGGER measures_end_once;"
	"ALTER TABLE measures ADD COLUMN braked INTEGER NOT NULL DEFAULT 0"
	" CHECK (braked = 0 OR (braked = 1 AND mode = 'propose'));"
	"UPDATE measures SET braked = 1 WHERE " BRAKED ";"
	"CREATE TRIGGER measures_stay BEFORE UPDATE OF"
	" number, of_case, line, kind, mode, begun, until, ground, actor, reason, braked"
	" ON measures BEGIN"
	" SELECT RAISE(ABORT, 'a measure is never changed');"
	"END;"
	"CREATE TRIGGER measures_end_once BEFORE UPDATE ON measures WHEN OLD.ended IS NOT NULL "
	"BEGIN"
	" SELECT RAISE(ABORT, 'a measure ends once');"
	"END;",
};

/* What a version had not yet is a view without rows. */
#define NO_EXCEPTIONS                                                                              \
	"CREATE TEMP VIEW exceptions AS SELECT '' AS kind, 0 AS number, 0 AS line, 0 AS time, "    \
	"0 AS until, '' AS actor, '' AS reason, '' AS sealed WHERE 0;"
#define NO_ORDERS                                                                                  \
	"CREATE TEMP VIEW account_orders AS SELECT 0 AS number, 0 AS line, '' AS kind, "           \
	"0 AS time, 0 AS until, 0 AS of_case, 0 AS threshold, '' AS actor, '' AS rule WHERE 0;"
#define NO_MEASURES                                                                                \
	"CREATE TEMP VIEW measures AS SELECT 0 AS number, 0 AS of_case, 0 AS line, '' AS kind, "   \
	"'' AS mode, 0 AS begun, 0 AS until, '' AS ground, '' AS actor, '' AS reason, "            \
	"0 AS ended, '' AS why, '' AS ended_by, '' AS ended_reason, 0 AS step, "                   \
	"0 AS braked WHERE 0;"

#define NO_CARE                                                                                    \
	"CREATE TEMP VIEW care AS SELECT 0 AS of_case, '' AS what, '' AS subject, 0 AS day, "      \
	"0 AS time, '' AS channel, 0 AS text, '' AS language, '' AS details WHERE 0;"

#define NO_ENFORCED                                                                                \
	"CREATE TEMP VIEW enforced AS SELECT number, line, kind, until, NULL AS place "            \
	"FROM measures WHERE ended IS NULL AND mode = 'enforce';"

#define NO_ACTIVITY                                                                                \
	"CREATE TEMP VIEW activity AS SELECT 0 AS of_case, 0 AS last, 0 AS attempts, "             \
	"0 AS networks WHERE 0;"

#define NO_BRAKED "CREATE TEMP VIEW measures AS SELECT *, " BRAKED " AS braked FROM main.measures;"

const char *const schema_views[SCHEMA_VERSION - 1] = {
	NO_EXCEPTIONS NO_ORDERS NO_MEASURES NO_CARE NO_ENFORCED NO_ACTIVITY,
	"CREATE TEMP VIEW exceptions AS SELECT " NEVER(
		"NULL AS until") ";" NO_ORDERS NO_MEASURES NO_CARE NO_ENFORCED NO_ACTIVITY,
	"CREATE TEMP VIEW exceptions AS SELECT " NEVER(
		"NULL AS until") ";" NO_MEASURES NO_CARE NO_ENFORCED NO_ACTIVITY,
	"CREATE TEMP VIEW exceptions AS SELECT " NEVER(
		"until") " UNION ALL SELECT " EXEMPT ";" NO_CARE NO_ENFORCED NO_ACTIVITY NO_BRAKED,
	NO_CARE NO_ENFORCED NO_ACTIVITY NO_BRAKED,
	NO_ENFORCED NO_ACTIVITY NO_BRAKED,
	NO_ACTIVITY NO_BRAKED,
};
