/* mailhead - the fields at the head of a message of e-mail, or of one of its parts
 *
 * What:    walks over fields (RFC 5322 s2.2) where they lie: a name, and a value that goes on over lines that begin
 *          with a blank. Lines end with LF or CR LF. The same fields are in the bodies of message/delivery-status
 *          (RFC 3464) and message/feedback-report (RFC 5965): cut one group after the other with mailhead_cut. A line
 *          that is no field is stepped over. Bytes are taken as they are: NUL and 8 bit, too.
 * Owns:    nothing; pieces are valid as long as the message.
 * Limits:  the walk takes time by the length of the head, however it is made.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILHEAD_H
#define LAZARET_SOURCE_MAIL_MAILHEAD_H

#include "base/text.h"

struct mailfield {
	struct text name;
	struct text value; /* without blanks at its ends, folded as it came */
};

/* The line at the front, without its end; *rest begins behind it. */
struct text mailhead_line(struct text *rest);

/* Takes the head from the front of a message, to the first empty line; *message is then its body. */
struct text mailhead_cut(struct text *message);

/* Takes the next field from the front of a head. False: there is none any more. */
bool mailhead_next(struct text *head, struct mailfield *ret);

static inline bool
mailfield_is(const struct mailfield *field, const char *name)
{
	return text_same(field->name, text_of(name));
}

/* The value of the first field of that name. False: there is none. */
bool mailhead_find(struct text head, const char *name, struct text *value);

/* Adds a value as one line: ends of lines go, as RFC 5322 s2.2.3 has it. */
void mailhead_unfold(struct text value, struct buffer *into);

#endif
