/* mailvalue - what the values of structured fields say: types with parameters, addresses, dates
 *
 * What:    Content-Type and Content-Disposition with their parameters (RFC 2045 s5.1), also those in sections and of
 *          other character sets (RFC 2231); the first address of From, Sender, To and the like (RFC 5322 s3.4); dates
 *          (RFC 5322 s3.3), as people wrote them before, too (s4.3).
 * Owns:    nothing.
 * Limits:  MAILVALUE_SECTIONS sections of a parameter; years 1970 to 9999.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_SOURCE_MAIL_MAILVALUE_H
#define LAZARET_SOURCE_MAIL_MAILVALUE_H

#include "base/wall.h"

#define MAILVALUE_SECTIONS 32

struct mailtype {
	struct text type;    /* "multipart", in any case */
	struct text subtype; /* "report" */
};

/* Of a Content-Type. False: it is none, and counts as text/plain. */
bool mailvalue_type(struct text value, struct mailtype *ret);

static inline bool
mailtype_is(const struct mailtype *type, const char *wanted, const char *subtype)
{
	return text_same(type->type, text_of(wanted)) && text_same(type->subtype, text_of(subtype));
}

/* Adds the value of a parameter. False: there is none of that name; nothing is added. */
bool mailvalue_parameter(struct text value, const char *name, struct buffer *into);

/* Adds the first address of a list, local@domain without names, comments, routes and blanks. False: there is none, or
 * it is longer than any address. */
bool mailvalue_address(struct text value, struct buffer *into);

/* -EINVAL: it is no date. A zone that nobody knows counts as UTC (RFC 5322 s4.3). */
int mailvalue_date(struct text value, struct wall *ret) MUST_USE;

#endif
