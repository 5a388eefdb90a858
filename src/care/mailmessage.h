/* mailmessage - a message of e-mail with one text, as it goes to a mail server
 *
 * What:    plain text in UTF-8, quoted-printable (RFC 2045); subject and name of the sender as encoded words where
 *          they are not ASCII (RFC 2047); Auto-Submitted: auto-generated (RFC 3834), so that no program answers it.
 *          Lines end with CR LF and have at most 76 characters, but for those of an address and of Message-ID.
 *          Nothing that is given can make a line of the head or a second part: names and titles are refused where
 *          they are not one line of UTF-8, addresses where they are not as mime_check_address says.
 * Owns:    nothing.
 * Limits:  that of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CARE_MAILMESSAGE_H
#define LAZARET_CARE_MAILMESSAGE_H

#include "base/text.h"
#include "base/wall.h"

struct mailmessage {
	struct text name; /* of the sender; may be empty */
	struct text from;
	struct text to;
	struct text subject;
	struct text id;       /* left part of Message-ID: letters, digits, - and . */
	struct text language; /* a tag of RFC 5646 */
	struct wall date;
	struct text body; /* lines end with LF */
};

/* -EINVAL: something given is not as it must be; -EMSGSIZE: it did not fit. */
int mailmessage_make(const struct mailmessage *message, struct buffer *into) MUST_USE;

#endif
