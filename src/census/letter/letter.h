/* letter - one message to one contact
 *
 * What:    the second letter: multipart/mixed of text/plain in the contact's language with the English below, the table
 *          lazaret.csv (above LETTERCSV_PLAIN rows packed), ARF as message/rfc822 about each of the first
 *          LETTER_MESSAGES addresses of which a trap has a message, and, where the contact asked for it, a part with
 *          XARF for each of the first LETTER_REPORTS addresses. What is attached is no text for people: the table names
 *          all addresses, and each report says in its own text what it is. Other parts than these and the text are
 *          base64; no line has more than 998 bytes. The same case gives the same bytes.
 * Owns:    a bench has the memory that is used again from one letter to the next.
 * Limits:  LETTER_BYTES of a message, LETTER_TABLE of a table before it is packed.
 * Thread:  one a bench.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTER_H
#define LAZARET_CENSUS_LETTER_LETTER_H

#include "census/letter/letterredact.h"
#include "census/letter/letterwords.h"

#define LETTER_REPORTS 100
/* Each is for one customer, and takes some kilobytes: so many show what the table is about, and a mailbox that takes a
 * mail of a few hundred kilobytes takes them. */
#define LETTER_MESSAGES 20
#define LETTER_BYTES    (10 << 20)
#define LETTER_TABLE    (256 << 20)

struct letter_made {
	struct text language; /* besides English; valid as long as the words */
	size_t rows;          /* in the table */
	size_t messages;      /* of ARF */
	size_t reports;       /* parts with XARF */
};

struct letter_bench;

struct letter_bench *letter_bench_new(void);
struct letter_bench *letter_bench_free(struct letter_bench *bench);

/* Behind what is in the buffer. -EINVAL with fail: no letter can be made of it (lettercase_check); -EMSGSIZE with fail:
 * it does not fit. words may be NULL: English alone. redact: for what a trap got; NULL: no message of it is used. */
int letter_make(struct letter_bench *bench, const struct lettercase *of,
	const struct letterwords *words, const struct letterredact *redact, struct buffer *into,
	struct letter_made *ret, struct fail *fail) MUST_USE;

#endif
