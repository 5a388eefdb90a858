/* letterlook - what a letter that was written says, read from its own bytes
 *
 * What:    for who approves or sends: to whom it goes, in which language, how many addresses its table has, of which
 *          country most of them are, and whether one of them is in a network that is never written about. What goes out
 *          is asked, not what was meant to.
 * Owns:    nothing; scratch is used again.
 * Limits:  LETTERLOOK_LINE bytes of a line of the table are looked at. Packed tables are unpacked a piece at a time.
 * Thread:  one a scratch. Pure.
 */
#ifndef LAZARET_CENSUS_OUTBOX_LETTERLOOK_H
#define LAZARET_CENSUS_OUTBOX_LETTERLOOK_H

#include "base/address.h"
#include "base/text.h"

#define LETTERLOOK_LINE     256
#define LETTERLOOK_LANGUAGE 12

struct letterlook {
	char mailbox[256];                  /* of To; empty: there is none */
	char name[48];                      /* CODE.NUMBER of Message-ID; empty: none */
	char language[LETTERLOOK_LANGUAGE]; /* the first; empty: none is said */
	char country[3];                    /* "??": of no known one */
	uint64_t rows;                      /* 0: it has no table */
	bool is_damaged;                    /* its table cannot be read to its end */
	/* The first address that is in one of the prefixes. */
	bool is_within;
	struct address within;
};

/* scratch was initialised for as many bytes as the message has. */
void letterlook_read(struct text message, const struct prefix *prefixes, size_t count,
	struct buffer *scratch, struct letterlook *ret);

#endif
