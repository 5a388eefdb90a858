/* mailbox - may a letter go to this address?
 *
 * What:    exactly one Mailbox as in RFC 5321 s4.1.2 with a Dot-string and a domain of two labels or more: no name
 *          beside it, no comment, no quoted string, no literal. Placeholders that registries write where no mailbox is
 *          known are refused, and so are the mailboxes of registries themselves, which answer for their own space only.
 * Owns:    nothing.
 * Limits:  64 octets before the "@", 63 a label, 254 in all (RFC 5321 s4.5.3.1; errata 1690 of RFC 3696).
 * Thread:  any.
 */
#ifndef LAZARET_CENSUS_REGISTRY_MAILBOX_H
#define LAZARET_CENSUS_REGISTRY_MAILBOX_H

#include "base/text.h"

#define MAILBOX_MOST 254

enum mailbox_verdict {
	MAILBOX_GOOD,
	MAILBOX_NONE, /* no mailbox */
	MAILBOX_PLACEHOLDER,
	MAILBOX_REGISTRY, /* of a regional registry, or IANA */
	MAILBOX_NATIONAL, /* of a national registry */
	MAILBOX_VERDICT_COUNT
};

/* As words of a chain of reasons. */
extern const char *const mailbox_verdicts[MAILBOX_VERDICT_COUNT];

/* ret: the mailbox with its domain in small letters, in into; set where it is a mailbox at all, so not with
 * MAILBOX_NONE, nor with a placeholder that is none. */
enum mailbox_verdict mailbox_check(struct text text, char into[MAILBOX_MOST], struct text *ret);

#endif
