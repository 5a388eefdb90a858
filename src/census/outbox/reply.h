/* reply - a message that came back, read: a bounce, a program's answer, a person's
 *
 * What:    which letter it is about, and what it says:
 *
 *              bounce, delay   a report of delivery (RFC 3464), or text of a mail server at a letter's return address,
 *                              by the class of its status code (RFC 3463)
 *              auto            a program's answer: Auto-Submitted (RFC 3834), Precedence, X-Autoreply and the like, or
 *                              one without a sender on the envelope
 *              done ... stop   a person's, that begins with a word that the letter names
 *              human           any other
 *
 *          Where a letter's return address stands in the head the letter is sure: nobody else knows it (returnpath).
 *          Else it is that whose Message-ID is named, or the case whose code is in the subject. Everything else in it
 *          is text of strangers.
 * Owns:    nothing; the scratch is used again.
 * Limits:  REPLY_TEXT bytes of a part are looked at; parts as mailparts.h has them. One pass.
 * Thread:  one a scratch. Pure.
 */
#ifndef LAZARET_CENSUS_OUTBOX_REPLY_H
#define LAZARET_CENSUS_OUTBOX_REPLY_H

#include "census/outbox/censusstore.h"

#define REPLY_TEXT   65536
#define REPLY_DETAIL 255

/* What is said of the letters that were sent. */
struct reply_place {
	uint8_t key[CENSUS_KEY]; /* censusstore_key */
	struct text bounce;      /* census.mta.bounce, without the part of each letter */
	struct text domain;      /* of their Message-ID: that of their sender */
};

/* By what the letter was found, the surest first. */
enum reply_by { REPLY_BY_RETURN, REPLY_BY_ID, REPLY_BY_SUBJECT, REPLY_BY_NOTHING };

struct reply {
	enum census_answer_kind kind;
	enum reply_by by;
	char letter
		[CENSUS_LETTER]; /* by the subject the code of its case alone; empty: found by nothing */
	char mailbox[CENSUS_MAILBOX +
		1]; /* of a bounce who was not reached, else who wrote; may be empty */
	char detail
		[REPLY_DETAIL]; /* one line that can be shown: "5.1.1 no such user"; the new address */
	struct wall at;         /* as the message says; ROW_NO_TIME: it does not */
	uint8_t sum[CENSUS_SUM]; /* of the whole message */
};

/* scratch was initialised with a maximum of REPLY_TEXT or more. */
void reply_read(const struct reply_place *place, struct text message, struct buffer *scratch,
	struct reply *ret);

#endif
