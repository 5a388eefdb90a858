/* letterredact - a message that a trap got, so that its sender does not learn which address was the trap
 *
 * What:    RFC 6590: the part of an address before the @ becomes a keyed hash, the same for the same address, so that
 *          reports can still be compared. That is done with every address, as also a sender's may be made for one
 *          recipient. The agency's own domains and hosts go whole. Of a head only fields stay that the responsible
 *          need to recognise the message (From, Reply-To, Subject, Date and such); Received, Message-ID and the
 *          body, in which whoever sent it could hide a mark, do not, nor do encoded words. What is not ASCII
 *          becomes "?".
 * Owns:    nothing.
 * Limits:  LETTERREDACT_HEAD bytes of a head are looked at, LETTERREDACT_FIELD of the value of a field.
 * Thread:  any. Pure.
 */
#ifndef LAZARET_CENSUS_LETTER_LETTERREDACT_H
#define LAZARET_CENSUS_LETTER_LETTERREDACT_H

#include "base/text.h"

#include <stdint.h>

#define LETTERREDACT_KEY   32
#define LETTERREDACT_HEAD  65536
#define LETTERREDACT_FIELD 600
#define LETTERREDACT_GONE  "redacted.invalid"

struct letterredact {
	uint8_t key[LETTERREDACT_KEY]; /* secret, and the same for long */
	const struct text *own;        /* domains and hosts of the agency's */
	unsigned owns;
	struct text trap; /* whose message it is, both parts are the agency's own; may be empty */
};

/* An address; of none (no @) nothing stays but the hash. */
void letterredact_address(
	const struct letterredact *redact, struct text address, struct buffer *into);
/* One line, in which addresses may stand. */
void letterredact_line(const struct letterredact *redact, struct text line, struct buffer *into);
/* The fields that stay of a message's head, each a line with CR LF at its end, at most 998 bytes. */
void letterredact_head(const struct letterredact *redact, struct text message, struct buffer *into);

/* The same fields as they are, unfolded, up to as many as the buffer takes: of a message that is to be redacted later
 * nothing else need be kept. */
void letterredact_keep(struct text message, struct buffer *into);

/* The key, from a secret that has other uses. */
void letterredact_key(struct letterredact *redact, const uint8_t *secret, size_t size);

/* The value of the first such field, unfolded and redacted; nothing, if there is none. */
void letterredact_field(const struct letterredact *redact, struct text message, const char *name,
	struct buffer *into);

#endif
