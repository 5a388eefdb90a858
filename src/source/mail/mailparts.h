/* mailparts - the parts of which a message is made
 *
 * What:    walks over a message that lies in memory (RFC 2046 s5.1): each part once, in order, a multipart before what
 *          it holds. Of each: its type and coding, its head and its body where they lie. Messages within messages
 *          (message/rfc822) are given whole, as are the fields of message/delivery-status (RFC 3464) and
 *          message/feedback-report (RFC 5965): walk, or cut, their bodies if they are of interest. To read a bounce or
 *          a reply: mailhead_find in the head that mailhead_cut takes from the message; then mailparts_next until a
 *          part's type is the wanted one; mailparts_decode gives its text.
 *              struct mailparts walk;
 *              struct mailpart part;
 *              mailparts_begin(&walk, message);
 *              while (mailparts_next(&walk, &part)) ...
 *          A message without MIME is one part, text/plain. What was cut off, and has no last boundary, ends with the
 *          message.
 * Owns:    nothing; nothing is allocated. Pieces are valid as long as the message.
 * Limits:  MAILPARTS_DEPTH multiparts inside each other, of those deeper the parts are not looked for; MAILPARTS_MOST
 *          parts, the rest is left out. One pass over the message, whatever it holds: boundaries are compared once a
 *          line and depth.
 * Thread:  any, one walk each. Pure.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILPARTS_H
#define LAZARET_SOURCE_MAIL_MAILPARTS_H

#include "source/mail/mailcoding.h"
#include "source/mail/mailvalue.h"

#define MAILPARTS_DEPTH 8
#define MAILPARTS_MOST  1000
/* RFC 2046 s5.1.1 allows 70; some write more. */
#define MAILPARTS_BOUNDARY 255

struct mailpart {
	struct mailtype type; /* text/plain where none is told */
	struct text content;  /* the value of Content-Type, for mailvalue_parameter; may be empty */
	struct text head;
	struct text body; /* as it was sent; of a multipart empty, as its parts follow */
	enum mailcoding coding;
	unsigned depth; /* multiparts around it */
	bool is_multipart;
};

struct mailparts {
	struct text rest;
	unsigned count; /* parts that were given */
	unsigned depth; /* boundaries that are open */
	bool has_begun;
	bool has_part; /* a boundary was passed behind which a part begins */
	/* What was met on the way. */
	bool is_cut;     /* a multipart had no last boundary */
	bool is_deep;    /* above MAILPARTS_DEPTH */
	bool is_crowded; /* above MAILPARTS_MOST */
	struct mailparts_open {
		bool is_digest; /* of messages, where no type is told */
		uint8_t length;
		char boundary[MAILPARTS_BOUNDARY];
	} open[MAILPARTS_DEPTH];
};

void mailparts_begin(struct mailparts *walk, struct text message);

/* False: there is none any more. */
bool mailparts_next(struct mailparts *walk, struct mailpart *ret);

/* Adds the body, decoded; returns how many characters were wrong. */
static inline size_t
mailparts_decode(const struct mailpart *part, struct buffer *into)
{
	return mailcoding_decode(part->coding, part->body, into);
}

/* Adds the name of the file that the part is meant to be (RFC 2183 s2.3), or what its type calls it. It is a text of
 * strangers, never a path. False: there is none. */
bool mailparts_file(const struct mailpart *part, struct buffer *into);

#endif
