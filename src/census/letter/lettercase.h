/* lettercase - all that a letter to one contact is made of
 *
 * What:    who writes, who is written to, which addresses, and the how manieth letter of the case it is. Whatever comes
 *          from a registry (holder, netname) or from a list is free text of strangers: it may hold anything, enters
 *          only the body, and is made showable there. What enters the head is checked by lettercase_check:
 *          mailboxes, the code, tags; the sender's name is the agency's own.
 * Owns:    nothing: all is the caller's, and stays as it is while a letter is made.
 * Limits:  LETTER_ROWS rows of a case.
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERCASE_H
#define LAZARET_CENSUS_LETTER_LETTERCASE_H

#include "base/address.h"
#include "base/text.h"
#include "base/wall.h"
#include "census/join/score.h"

#define LETTER_ROWS      1000000
#define LETTER_LANGUAGES 8
#define LETTER_NUMBERS   99
/* Of free text, in characters, in each place. */
#define LETTER_FREE 120

enum letter_status { LETTER_NEW, LETTER_STILL, LETTER_REOPENED, LETTER_STATUS_COUNT };
enum letter_evidence { LETTER_BY_LIST, LETTER_BY_TRAP, LETTER_EVIDENCE_COUNT };
enum letter_kind {
	LETTER_FIRST,
	LETTER_REMINDER,
	LETTER_ESCALATION, /* to a further contact */
	LETTER_NATIONAL,   /* the first, to the national CERT, where no contact is known */
	LETTER_THANKS,     /* the last: the case is closed; it may have no rows */
	LETTER_KIND_COUNT
};

/* As they stand in the table that is attached. */
extern const char *const letter_status_names[LETTER_STATUS_COUNT];
extern const char *const letter_evidence_names[LETTER_EVIDENCE_COUNT];

/* A message that a trap of the agency's own got from there: all of it is text of strangers. */
struct lettertrap {
	struct address address; /* exactly */
	struct wall arrived;
	struct text from;    /* of the envelope; empty: <> */
	struct text to;      /* the trap */
	struct text message; /* RFC 5322; its head is what is used */
	uint16_t port;       /* from which it came; 0: not known */
};

struct letterrow {
	struct address address;        /* of IPv6 a /64, by its first */
	struct prefix prefix;          /* the registry's network, if it is one; of length 0: not */
	uint32_t asn;                  /* its origin; 0: not known */
	uint32_t lists;                /* bits, in lettersender.list */
	struct text netname;           /* free text */
	const struct lettertrap *trap; /* NULL: no message is there */
	struct wall first;
	struct wall last; /* when it was seen, at the latest */
	uint16_t port;    /* of its end, at that time; 0: not known */
	uint16_t score;   /* of SCORE_ONE */
	char country[2];  /* as the registry has it; else zeros */
	uint8_t evidence; /* enum letter_evidence */
	uint8_t status;   /* enum letter_status */
};

/* The agency, the same for all letters of a run. */
struct lettersender {
	struct text name;
	struct text mailbox; /* From; its domain is that of Message-ID, too */
	struct text reply;   /* mailbox for answers; empty: mailbox */
	struct text
		verify;    /* how to find out that the letter is from there: an address of a page */
	struct text check; /* page with the present state; may be empty */
	unsigned keep_days;            /* after which single addresses are deleted */
	struct text list[SCORE_LISTS]; /* names; empty where it may not be quoted */
};

struct lettercase {
	const struct lettersender *sender;
	struct text code; /* LZ-2026-004711 */
	unsigned number;  /* of the letter in its case, from 1 */
	enum letter_kind kind;
	struct wall written;
	struct wall before;                     /* when the first letter of the case was written */
	struct text mailbox;                    /* of the contact */
	struct text holder;                     /* free text; may be empty */
	struct text language[LETTER_LANGUAGES]; /* tags of RFC 5646, the best first */
	unsigned languages;                     /* none: English */
	const char (*country)[2];
	unsigned countries;
	struct wall begin, end; /* of the period that the letter is about */
	uint32_t gone;          /* addresses of the letter before that are seen no more */
	uint32_t most;          /* addresses on the day of the case with the most; of thanks only */
	const struct letterrow *row;
	size_t rows;
	bool wants_xarf;
};

/* May a letter be made of it? -EINVAL with fail. */
int lettercase_check(const struct lettercase *of, struct fail *fail) MUST_USE;

/* LZ-2026-004711: of letters, a year and a number of six digits or more. -EINVAL. */
int lettercase_check_code(struct text code) MUST_USE;

struct text lettercase_reply(const struct lettersender *sender);

/* How many rows have a status. */
size_t lettercase_count(const struct lettercase *of, enum letter_status status);

#endif
