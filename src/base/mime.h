/* mime - the pieces of which a message of e-mail is made
 *
 * What:    fields of the head (RFC 5322): addresses, dates, encoded words (RFC 2047); text as quoted-printable and
 *          bytes as base64 (RFC 2045). Lines end with CR LF. What is written here has lines of at most 76
 *          characters, but for those of an address. The functions that check say what may stand in a head without
 *          any quoting: whoever makes a message asks them first, the others take what passed.
 * Owns:    nothing.
 * Limits:  those of the buffer.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_BASE_MIME_H
#define LAZARET_BASE_MIME_H

#include "base/text.h"
#include "base/wall.h"

#define MIME_ADDRESS 254

/* local@domain, of ASCII, without quotes, comments and literals: -EINVAL for what else RFC 5321 allows, too. */
int mime_check_address(struct text address) MUST_USE;
/* Left part of a Message-ID: letters, digits, - and ., at most 64. -EINVAL. */
int mime_check_id(struct text id) MUST_USE;
/* A tag of RFC 5646, by its characters. -EINVAL. */
int mime_check_tag(struct text tag) MUST_USE;

/* Behind the @ of an address that was checked. */
struct text mime_domain(struct text address);

/* A field whose value is text, with the end of its line; encoded where it is not plain ASCII, is long, or could be
 * taken for an encoded word. The text is one line of UTF-8 (text_check_line). */
void mime_text_field(struct buffer *into, const char *name, struct text text);
/* A field whose value is a mailbox with a name before it; the name may be empty. */
void mime_mailbox_field(
	struct buffer *into, const char *name, struct text title, struct text address);
/* Date: in UTC (RFC 5322 s3.3). */
void mime_date_field(struct buffer *into, struct wall date);
/* The value of such a field. */
void mime_date(struct buffer *into, struct wall date);

/* Text with lines that end with LF, as quoted-printable. */
void mime_quoted_printable(struct buffer *into, struct text text);
void mime_base64(struct buffer *into, const void *bytes, size_t size);

#endif
