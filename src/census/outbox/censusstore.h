/* censusstore - what must outlive the runs of a census: census.sqlite
 *
 * What:    contacts and their state, overrides of contacts, who is never written to, cases, who approved which letters,
 *          which letter was handed to the mail server and what became of it, what came back, and what persons did
 *          (who, when, what, why: rows are added, never changed or removed).
 *          A run reads cases, overrides and never each by one call, and writes cases in one transaction. A case is
 *          of a mailbox, and while it is open its only one. Letters count in their case when they are sent or refused,
 *          not when they are written: one of a run that nobody approved is written again by the next one.
 *          A letter's row is written before it is handed over, and settled after: one that is handed and not
 *          settled waits for a person. Days count from 2000-01-01, UTC, as in join/state.h; 0: none.
 * Owns:    the connection. An array owns its rows and their texts, from its function to censusrows_done.
 * Limits:  texts CENSUS_TEXT, mailboxes CENSUS_MAILBOX bytes; the file CENSUS_BYTES.
 * Thread:  one at a time. Several programs may have it open; each call is a transaction of its own, unless it is
 *          between censusstore_begin and censusstore_end.
 *
 * Functions: 0 or more, or -errno with fail, as those of base/sqlite.h.
 */
#ifndef LAZARET_CENSUS_OUTBOX_CENSUSSTORE_H
#define LAZARET_CENSUS_OUTBOX_CENSUSSTORE_H

#include "base/address.h"
#include "base/sqlite.h"
#include "base/wall.h"

#define CENSUS_MAILBOX 254
#define CENSUS_TEXT    200
#define CENSUS_CODE    24 /* LZ-2026-004711, with its end */
#define CENSUS_LETTER  48 /* CODE.NUMBER, with its end */
#define CENSUS_SUM     32 /* SHA-256 */
#define CENSUS_KEY     32
#define CENSUS_BYTES   (UINT64_C(64) << 30)

/* Of a contact that is not there: unknown. */
enum census_contact_state {
	CONTACT_UNKNOWN, /* nothing came back as yet */
	CONTACT_OK,      /* a person answered */
	CONTACT_SUSPECT, /* a person doubts that it reaches anybody */
	CONTACT_BOUNCED, /* mail came back for good */
	CONTACT_REFUSED, /* the mail server refused it */
	CONTACT_OPTOUT,  /* wants no letters */
	CONTACT_STATE_COUNT
};

enum census_arm { ARM_LETTER, ARM_HOLDOUT, ARM_COUNT };

enum census_never_kind { NEVER_MAILBOX, NEVER_DOMAIN, NEVER_PREFIX, NEVER_KIND_COUNT };

enum census_outcome {
	OUTCOME_OPEN,    /* handed over, and not settled: a person must find out */
	OUTCOME_SENT,    /* the mail server took it */
	OUTCOME_LATER,   /* it did not take it now (4xx): tried again */
	OUTCOME_REFUSED, /* it does not take it (5xx) */
	OUTCOME_COUNT
};

enum census_answer_kind {
	ANSWER_BOUNCE, /* could not be delivered, for good (RFC 3463: 5.x.x) */
	ANSWER_DELAY,  /* could not be delivered, for now (4.x.x) */
	ANSWER_AUTO,   /* by a program (RFC 3834) */
	ANSWER_DONE,   /* a person's answer, by the words that the letter names */
	ANSWER_WORKING,
	ANSWER_WRONG,
	ANSWER_CONTACT,
	ANSWER_XARF,
	ANSWER_STOP,
	ANSWER_HUMAN, /* a person's, without such a word */
	ANSWER_COUNT
};

/* May a letter go to a mailbox? */
enum census_word {
	WORD_YES,
	WORD_NEVER,   /* it, or its domain, is never written to */
	WORD_OPTOUT,  /* it wants no letters */
	WORD_BOUNCED, /* mail came back */
	WORD_REFUSED, /* mail was refused */
	WORD_COUNT
};

/* As they are kept and shown. */
extern const char *const census_contact_states[CONTACT_STATE_COUNT];
extern const char *const census_arms[ARM_COUNT];
extern const char *const census_never_kinds[NEVER_KIND_COUNT];
extern const char *const census_outcomes[OUTCOME_COUNT];
extern const char *const census_answer_kinds[ANSWER_COUNT];
extern const char *const census_words[WORD_COUNT];

struct census_contact {
	struct text mailbox;
	struct text
		allowed_by; /* who said that it may be written to though it is held; empty: nobody did */
	struct wall changed;
	uint8_t state; /* enum census_contact_state */
	bool wants_xarf;
};

/* The contact of a prefix or of an AS, whatever the registries say. */
struct census_override {
	struct prefix prefix; /* where system is 0 */
	uint32_t system;
	uint16_t until; /* the last day on which it holds; 0: for good */
	struct text mailbox;
	struct text reason;
	struct text by;
};

struct census_never {
	uint8_t kind; /* enum census_never_kind */
	struct prefix prefix;
	struct text name; /* mailbox, or domain: it and all below it; in small letters */
	struct text reason;
	struct text by;
};

struct census_case {
	uint32_t number; /* from 1, never used again */
	uint32_t stratum;
	struct text mailbox; /* its domain in small letters */
	uint16_t opened;     /* days */
	uint16_t closed;     /* 0: open */
	uint16_t
		last_letter; /* day of the run whose letter was the last one to be sent; 0: none was */
	uint16_t
		letters; /* highest number of those that were sent or refused: the next has one more */
	uint8_t arm;     /* enum census_arm */
};

struct census_letter {
	char name[CENSUS_LETTER];
	uint8_t sum[CENSUS_SUM];
	uint32_t of_case;
	uint16_t run;    /* day */
	uint8_t outcome; /* enum census_outcome */
	uint16_t reply;  /* of the mail server, 250; 0: none */
	struct text mailbox;
	struct wall handed;
	struct wall settled; /* ROW_NO_TIME: it is not */
};

struct census_answer {
	uint8_t kind;        /* enum census_answer_kind */
	struct text letter;  /* its name; empty: it belongs to none */
	struct text mailbox; /* who wrote, or who was not reached */
	struct text detail;  /* "5.1.1"; the new address; one line of free text */
	struct wall at;
	uint8_t sum[CENSUS_SUM]; /* of the message: it is taken once */
};

struct census_approval {
	char sum[2 * CENSUS_SUM + 1]; /* of the manifest, as manifest_sum */
	uint16_t run;
	struct text by;
	struct wall at;
};

struct census_deed {
	struct text by, what, subject, why;
	struct wall at;
};

/* What became of the letters of a run so far. */
struct census_tally {
	uint64_t open, sent, later, refused;
	uint64_t bounced; /* of those that were sent */
};

/* Rows of one of these kinds. */
struct censusrows {
	size_t count;
	void *rows;
	void *texts;
};

void censusrows_done(struct censusrows *rows);

#define CENSUSROWS(kind)                                                                           \
	static inline const struct census_##kind *census_##kind##_at(                              \
		const struct censusrows *rows, size_t i)                                           \
	{                                                                                          \
		return (const struct census_##kind *)rows->rows + i;                               \
	}
CENSUSROWS(contact)
CENSUSROWS(override)
CENSUSROWS(never)
CENSUSROWS(case)
CENSUSROWS(letter)
CENSUSROWS(answer)
CENSUSROWS(approval)
CENSUSROWS(deed)

/* Code of a case: LZ, the year in which it was opened, its number. */
char *census_case_code(uint32_t number, uint16_t opened, char into[CENSUS_CODE]);

/* CODE.NUMBER apart; code may be NULL. -EINVAL: it is none. */
int census_letter_parse(
	struct text name, struct text *code, uint32_t *of_case, uint16_t *number) MUST_USE;

/* In the rows of censusstore_letters: the one of that name; the last one of that case; NULL: there is none. */
const struct census_letter *census_letter_find(const struct censusrows *letters, const char *name);
const struct census_letter *census_letter_last(const struct censusrows *letters, uint32_t of_case);

struct censusstore;

int censusstore_open(struct censusstore **ret, const char *path, enum sqlite_mode mode,
	struct fail *fail) MUST_USE;
struct censusstore *censusstore_close(struct censusstore *store);

int censusstore_begin(struct censusstore *store, struct fail *fail) MUST_USE;
/* keep: written and synced; else all since the beginning is undone. */
int censusstore_end(struct censusstore *store, bool keep, struct fail *fail) MUST_USE;

/* All rows, sorted: contacts by mailbox; overrides by prefix and length (those of an AS before them, by its number);
 * never by kind and name or prefix; cases by mailbox, an older one first; letters by case and number; answers,
 * approvals and deeds as they came. The same order as memcmp's. */
int censusstore_contacts(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_overrides(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_nevers(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_cases(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_letters(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_answers(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_approvals(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;
int censusstore_deeds(
	struct censusstore *store, struct censusrows *ret, struct fail *fail) MUST_USE;

/* The highest number that a case ever had; 0: there was none. */
int censusstore_last_case(struct censusstore *store, uint32_t *ret, struct fail *fail) MUST_USE;

/* In one transaction: new cases under the numbers that they have, and of those that are there arm, stratum and closed.
 * letters and last_letter are written by censusstore_settle alone. -EEXIST with fail: a mailbox has an open case. */
int censusstore_put_cases(struct censusstore *store, const struct census_case *cases, size_t count,
	struct fail *fail) MUST_USE;

/* Of the contact alone what is said; the others of its values stay. deed: who did it; NULL: a program, by what came
 * back. */
int censusstore_set_state(struct censusstore *store, struct text mailbox,
	enum census_contact_state state, struct wall now, const struct census_deed *deed,
	struct fail *fail) MUST_USE;
/* Where it is unknown or suspect: a person answered. */
int censusstore_set_ok(struct censusstore *store, struct text mailbox, struct wall now,
	struct fail *fail) MUST_USE;
int censusstore_set_xarf(struct censusstore *store, struct text mailbox, bool wants,
	struct wall now, const struct census_deed *deed, struct fail *fail) MUST_USE;
int censusstore_set_allowed(struct censusstore *store, struct text mailbox, struct text by,
	struct wall now, const struct census_deed *deed, struct fail *fail) MUST_USE;

/* What a person did that changes nothing else here. */
int censusstore_add_deed(
	struct censusstore *store, const struct census_deed *deed, struct fail *fail) MUST_USE;

/* Adds it, or puts it in place of the one of the same prefix or AS. Undo: 1, or 0: there was none. */
int censusstore_put_override(struct censusstore *store, const struct census_override *it,
	const struct census_deed *deed, struct fail *fail) MUST_USE;
int censusstore_undo_override(struct censusstore *store, const struct census_override *it,
	const struct census_deed *deed, struct fail *fail) MUST_USE;
int censusstore_put_never(struct censusstore *store, const struct census_never *it,
	const struct census_deed *deed, struct fail *fail) MUST_USE;
int censusstore_undo_never(struct censusstore *store, const struct census_never *it,
	const struct census_deed *deed, struct fail *fail) MUST_USE;

/* -EEXIST with fail: it is approved already. */
int censusstore_approve(struct censusstore *store, const struct census_approval *it,
	const struct census_deed *deed, struct fail *fail) MUST_USE;

/* 1: the letter of that name; 0: there is none. texts of *ret are in *rows. */
int censusstore_letter(struct censusstore *store, const char *name, struct censusrows *ret,
	struct fail *fail) MUST_USE;
/* Before a letter is handed over: outcome open. -EEXIST with fail: it was handed over before, and its outcome is
 * another than later. Returns when the row is on the disk. */
int censusstore_hand(
	struct censusstore *store, const struct census_letter *it, struct fail *fail) MUST_USE;
/* After it. Sent and refused count in its case. deed: who found it out, or NULL. -ENOENT with fail: no such letter
 * is open. */
int censusstore_settle(struct censusstore *store, const char *name, enum census_outcome outcome,
	uint16_t reply, struct wall now, const struct census_deed *deed,
	struct fail *fail) MUST_USE;

/* As of now: censusstore_contacts and censusstore_nevers, but for prefixes. A contact that is suspect may be written
 * to: whether it should be, the run decides. */
int censusstore_may_write(struct censusstore *store, struct text mailbox, enum census_word *ret,
	struct fail *fail) MUST_USE;
int censusstore_tally(struct censusstore *store, uint16_t run, struct census_tally *ret,
	struct fail *fail) MUST_USE;

/* A secret of this store, made with the first call, by which an address that bounces come to shows that it is ours. */
int censusstore_key(
	struct censusstore *store, uint8_t into[CENSUS_KEY], struct fail *fail) MUST_USE;

/* 1: added; 0: it was there. */
int censusstore_add_answer(
	struct censusstore *store, const struct census_answer *it, struct fail *fail) MUST_USE;

#endif
