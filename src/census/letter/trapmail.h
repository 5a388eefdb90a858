/* trapmail - of each address, the newest message that a trap of the agency's own got from there
 *
 * What:    what is needed later to report it: when and from which port it came, its envelope, and of its head the
 *          fields that a letter may show (letterredact_keep); never its body, Received or Message-ID. Of IPv6 it is the
 *          newest of a /64. Of two that came in the same second the first one stays. One without a time, a field to
 *          show, or exactly one recipient that is an address is not kept: unless it is known which trap it was, what
 *          would betray it cannot be taken out.
 * Owns:    copies of the texts.
 * Limits:  TRAPMAIL_MOST messages, TRAPMAIL_HEAD bytes of a head, TRAPMAIL_BYTES of all texts; what has no room is
 *          counted.
 * Thread:  one at a time.
 */
#ifndef LAZARET_CENSUS_LETTER_TRAPMAIL_H
#define LAZARET_CENSUS_LETTER_TRAPMAIL_H

#include "base/address.h"
#include "base/text.h"

#define TRAPMAIL_MOST  (1U << 18)
#define TRAPMAIL_HEAD  8192
#define TRAPMAIL_BYTES ((size_t)256 << 20)

struct trapmail_message {
	struct address address; /* exactly */
	uint32_t time;          /* when it came: seconds since 1970 */
	uint16_t port;          /* 0: not known */
	struct text from;       /* of the envelope; empty: <> */
	struct text to;         /* the trap */
	struct text head;
};

/* What a letter's row stands for: the address, of IPv6 its /64. */
static inline struct address
trapmail_row(const struct address *address)
{
	return address_mask(address, address_is_v4(address) ? 128 : 64);
}

struct trapmail;

struct trapmail *trapmail_new(void);
struct trapmail *trapmail_free(struct trapmail *mail);

void trapmail_add(struct trapmail *mail, const struct trapmail_message *message);
/* All of another one that came then or later. */
void trapmail_join(struct trapmail *mail, const struct trapmail *other, uint32_t since);

/* By address, each network of IPv6 once. */
void trapmail_sort(struct trapmail *mail);

/* How many there are, and each; texts are valid until the next change. */
size_t trapmail_count(const struct trapmail *mail);
struct trapmail_message trapmail_at(const struct trapmail *mail, size_t i);

/* Messages that had no room, and those that nobody could use. */
uint64_t trapmail_crowded(const struct trapmail *mail);
uint64_t trapmail_unfit(const struct trapmail *mail);

#endif
