/* store - rows in a database, whichever one it is
 *
 * What:    the little that the ledger asks of an engine: transactions, rows written, rows visited. What the
 *          rows mean is decided above (ledger.h). One table of functions per engine; the tests of the
 *          interface run on each.
 * Owns:    a store is made by its engine's open function and ends with close. Rows given to a visitor, and
 *          their texts, are valid until it returns.
 * Limits:  those of the engine; each says how it speaks of a full disk, a lock, damage.
 * Thread:  one at a time; several processes may hold stores on the same database.
 *
 * All functions: 0 or more, or -errno with fail filled: -EBUSY another program writes, -ENOSPC no room,
 * -EROFS may not be written, -EUCLEAN damaged, -EIO the disk. Writing happens between begin(true) and
 * end(true); after an error of any of them only end(false) may follow.
 */
#ifndef LAZARET_LEDGER_STORE_H
#define LAZARET_LEDGER_STORE_H

#include "ledger/accountorder.h"
#include "ledger/activity.h"
#include "ledger/audit.h"
#include "ledger/care.h"
#include "ledger/case.h"
#include "ledger/exception.h"
#include "ledger/measures.h"

/* A visitor returns 0 to go on; anything else ends the visit, which returns it. */
typedef int (*visit_case)(void *context, const struct ledger_case *row);
typedef int (*visit_transition)(void *context, const struct transition *row);
typedef int (*visit_audit)(void *context, const struct audit *row);
typedef int (*visit_parameters)(void *context, uint32_t version, struct text text);

/* Which cases, and in which order. */
enum which_cases {
	CASES_ALL,     /* by number, after key */
	CASES_OPEN,    /* of these the open ones */
	CASES_NUMBER,  /* key */
	CASES_LINE,    /* of line key, newest first */
	CASES_LINE_AT, /* of line key: the one that time falls into, else the open one */
	CASES_NAME,    /* of name hash key, newest first */
	CASES_OVER,    /* closed, and neither closed nor changed at time or later; by number */
	CASES_SILENT,  /* open, without a step, a change or activity at time or later, and not in
			* quarantine or probation; by number */
	CASES_WHICH_COUNT
};

struct query {
	uint64_t key;
	struct wall time;
	uint64_t most; /* rows; 0: all */
};

enum which_transitions {
	TRANSITIONS_CASE,
	TRANSITIONS_NUMBER,
	TRANSITIONS_AFTER, /* by number, after key */
	TRANSITIONS_LAST,  /* the last one */
	TRANSITIONS_WHICH_COUNT
};

enum which_audits {
	AUDITS_ALL,  /* by sequence, after key */
	AUDITS_LAST, /* the last one */
	AUDITS_WHICH_COUNT
};

/* Of a kind. */
enum which_exceptions {
	EXCEPTIONS_ALL,  /* by number, after key */
	EXCEPTIONS_LINE, /* of line key */
	EXCEPTIONS_NUMBER,
	EXCEPTIONS_OVER, /* at time key */
	EXCEPTIONS_WHICH_COUNT
};

enum which_orders {
	ORDERS_ALL, /* by number, after key */
	ORDERS_LINE,
	ORDERS_NUMBER,
	ORDERS_WHICH_COUNT
};

enum which_measures {
	MEASURES_HELD,      /* that hold, by number, after key */
	MEASURES_LINE_HELD, /* of line key */
	MEASURES_LINE,      /* of line key, all, by number */
	MEASURES_CASE,      /* of case key */
	MEASURES_SINCE,     /* that began at time key or later */
	MEASURES_NUMBER,
	MEASURES_ALL, /* by number, after key */
	MEASURES_WHICH_COUNT
};

enum which_cares {
	CARES_CASE, /* by time */
	CARES_OF,   /* of these, of one kind, by subject and day */
	CARES_WHICH_COUNT
};

enum rows {
	ROWS_CASES,
	ROWS_CLOSED, /* of the cases */
	ROWS_TRANSITIONS,
	ROWS_PARAMETERS,
	ROWS_AUDIT,
	ROWS_EXCEPTIONS,
	ROWS_ORDERS, /* for accounts */
	ROWS_MEASURES,
	ROWS_MEASURES_ENDED,  /* of these */
	ROWS_ENFORCED_ASTRAY, /* of what is enforced, those that are not as in the measures */
	ROWS_COUNT
};

struct store;

/* Of a measure that holds and is enforced. */
struct enforced_row {
	struct enforced measure; /* without its place */
	bool has_place;
	uint8_t place[SEAL_PLACE];
};

typedef int (*visit_enforced_row)(void *context, const struct enforced_row *row);
/* The place, sealed, of a line whose name is sealed so; false: it is none. */
typedef bool (*find_place)(
	void *context, uint64_t line, const uint8_t sealed[SEAL_SIZE], uint8_t place[SEAL_PLACE]);

struct store_ops {
	void (*close)(struct store *store);
	int (*begin)(struct store *store, bool write, struct fail *fail);
	int (*end)(struct store *store, bool keep, struct fail *fail);

	/* Single values; get returns the length, or -ENOENT. */
	int (*meta_get)(
		struct store *store, const char *name, void *into, size_t size, struct fail *fail);
	int (*meta_put)(struct store *store, const char *name, const void *bytes, size_t size,
		struct fail *fail);

	/* -EEXIST if the version is there; the caller compares the texts. */
	int (*parameters_add)(struct store *store, uint32_t version, struct text text,
		struct wall now, struct fail *fail);
	/* Of one version, or all of them. */
	int (*parameters)(struct store *store, const uint32_t *version, visit_parameters visit,
		void *context, struct fail *fail);

	/* Adds a case without number and gives it one; otherwise changes the life of the case of that number
	 * (not its line, its name or the case before). The caller sees to it that a line has one open case. */
	int (*case_put)(struct store *store, struct ledger_case *row, struct fail *fail);
	/* Removes the case with all that is of it, and counts it in the totals of its month. */
	int (*case_remove)(struct store *store, const struct ledger_case *row, struct fail *fail);
	int (*cases)(struct store *store, enum which_cases which, const struct query *query,
		visit_case visit, void *context, struct fail *fail);

	/* 1 if a transition of the same line, time, states and parameters is there. */
	int (*transition_has)(struct store *store, const struct transition *row, struct fail *fail);
	/* Adds and gives the number. -ENOKEY if the version of the parameters is not there. */
	int (*transition_add)(struct store *store, struct transition *row, struct fail *fail);
	int (*transitions)(struct store *store, enum which_transitions which, uint64_t key,
		visit_transition visit, void *context, struct fail *fail);

	int (*audit_add)(struct store *store, const struct audit *row, struct fail *fail);
	int (*audits)(struct store *store, enum which_audits which, uint64_t key, visit_audit visit,
		void *context, struct fail *fail);

	/* Adds it under the number it has; a line has one of a kind. */
	int (*exception_add)(struct store *store, const struct exception *row, struct fail *fail);
	/* The one of that kind and number. */
	int (*exception_remove)(
		struct store *store, const struct exception *row, struct fail *fail);
	int (*exceptions)(struct store *store, enum which_exceptions which,
		enum exception_kind kind, uint64_t key, visit_exception visit, void *context,
		struct fail *fail);

	/* Of accounts. Adds and gives the number; an account has one of each kind. */
	int (*order_add)(struct store *store, struct account_order *row, struct fail *fail);
	int (*order_remove)(struct store *store, uint64_t number, struct fail *fail);
	int (*orders)(struct store *store, enum which_orders which, uint64_t key, visit_order visit,
		void *context, struct fail *fail);

	/* Adds and gives the number; a line has one of a kind that holds. place: NULL, or that of its
	 * line, sealed. */
	int (*measure_add)(struct store *store, struct measure *row,
		const uint8_t place[SEAL_PLACE], struct fail *fail);
	/* Writes its end. */
	int (*measure_end)(struct store *store, const struct measure *row, struct fail *fail);
	int (*measures)(struct store *store, enum which_measures which, uint64_t key,
		visit_measure visit, void *context, struct fail *fail);
	/* Those that hold and are enforced, by number, after key. */
	int (*enforced)(struct store *store, uint64_t after, visit_enforced_row visit,
		void *context, struct fail *fail);
	/* Makes their table, once, from the measures and cases of before. */
	int (*enforced_make)(
		struct store *store, find_place find, void *context, struct fail *fail);

	/* Of a case, kind, subject and day there is one row: 1 if it is there. */
	int (*care_has)(struct store *store, const struct care *row, struct fail *fail);
	/* Adds it, or writes it in place of the one that is there. */
	int (*care_put)(struct store *store, const struct care *row, struct fail *fail);
	int (*cares)(struct store *store, enum which_cares which, uint64_t of_case,
		enum care_what what, visit_care visit, void *context, struct fail *fail);

	/* Of a case: in place of an older one; 1 if there is one. */
	int (*activity_put)(struct store *store, uint64_t of_case, const struct activity *row,
		struct fail *fail);
	int (*activity)(
		struct store *store, uint64_t of_case, struct activity *ret, struct fail *fail);

	int (*count)(struct store *store, enum rows rows, uint64_t *ret, struct fail *fail);
	/* Cases removed so far, by month of opening and gravest state: what is left of them. */
	int (*totals)(struct store *store,
		int (*visit)(void *context, struct text month, uint8_t highest, uint64_t cases),
		void *context, struct fail *fail);
	/* Whether the engine finds its own files sound. */
	int (*check)(struct store *store, struct fail *fail);
};

/* Engines begin their own struct with this one. */
struct store {
	const struct store_ops *ops;
};

enum store_mode {
	STORE_READ,  /* must be there; nothing is written */
	STORE_WRITE, /* must be there */
	STORE_MAKE,  /* is made where it is not there */
};

struct store_settings {
	const char *
		where; /* a file of SQLite; other engines come under a scheme: "postgresql://..." */
	enum store_mode mode;
	unsigned wait_ms;    /* for another program's lock */
	uint64_t bytes_most; /* of the database */
};

int store_open(
	struct store **ret, const struct store_settings *settings, struct fail *fail) MUST_USE;
struct store *store_close(struct store *store);

/* Whether an error says that the engine cannot write just now, whatever is to be written. */
bool store_refuses(int r);

#endif
